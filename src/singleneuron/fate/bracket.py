r"""What is proved about the probability of failure at every norm: the bracket."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..problem import Problem
from .angles import beyond
from .setting import norm_angle, setting, start_norms


def angle_bracket(
    prob: Problem, start_norm: ArrayLike, dynamics: str = "flow"
) -> tuple[Array, Array]:
    r"""Return the angles between which the fate of a start of this norm is not known beforehand.

    Below the first one every start is learned: it is the larger of the angle up to which
    :math:`\rho < \rho^*(\theta)` and, for the flow, beta. From the second one,
    :math:`\min(\pi/2 + \beta, \pi)`, on every start is lost (at pi itself perhaps not: there
    the two meet only if b_v <= 0).

    Parameters
    ----------
    prob : Problem
        With a symmetric law in dimension d >= 2, full or reduced.
    start_norm : array_like of shape (...)
        rho > 0, absolute: :math:`|\tilde w_0|`, in the same units as v~.
    dynamics : str
        "flow", or "descent" with a step size below 2/L.

    Returns
    -------
    (ndarray of shape (...), ndarray of shape (...))
        Angles in radians.

    Raises
    ------
    ValueError
        If the law is not symmetric, d = 1, a norm is not positive or `dynamics` is unknown.

    Notes
    -----
    Source: this book, "The fate map".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, -0.5])
    >>> low, high = sn.angle_bracket(prob, 0.1)
    >>> round(float(low), 4), round(float(high / np.pi), 4)
    (1.5431, 0.8333)
    """
    given = setting(prob)
    norms = start_norms(start_norm)
    dynamics = checks.choice("dynamics", dynamics, ("flow", "descent"))
    low = norm_angle(given, norms.ravel()).reshape(norms.shape)
    if dynamics == "flow":
        low = np.maximum(low, given.beta)
    return np.asarray(low), np.full(norms.shape, given.blind_from)


def failure_bracket(
    prob: Problem, start_norm: ArrayLike, dynamics: str = "flow"
) -> tuple[Array, Array]:
    r"""Return proved bounds of the probability of failure of a start of this norm.

    .. math:: P(\theta \ge \tfrac\pi2 + \beta) \le P(\text{fail}) \le
              \min\bigl(P(\theta \ge \beta),\ P(\rho^*(\theta) \le \rho)\bigr);

    for descent (eta < 2/L) without :math:`P(\theta \ge \beta)`. The lower end is the limit of
    small starts, the other term that of large ones. For normal inputs beta is pi/2 (an exercise
    of "The angle decides"), and the lower end 0.

    Parameters
    ----------
    prob : Problem
        With a symmetric law in dimension d >= 2, full or reduced.
    start_norm : array_like of shape (...)
        rho > 0; the start is :math:`(\rho u, 0)`, u uniform on the sphere.
    dynamics : str
        "flow", or "descent" with a step size below 2/L.

    Returns
    -------
    (ndarray of shape (...), ndarray of shape (...))
        Lower and upper bound.

    Raises
    ------
    ValueError
        If the law is not symmetric, d = 1, a norm is not positive or `dynamics` is unknown.

    Notes
    -----
    Source: this book, "The fate map".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, -0.5])
    >>> low, high = sn.failure_bracket(prob, 0.1)
    >>> round(float(low), 4), round(float(high), 4)
    (0.1667, 0.5088)
    """
    given = setting(prob)
    low, _ = angle_bracket(prob, start_norm, dynamics)
    upper = beyond(given.dim, low)
    if dynamics == "flow":
        upper = np.minimum(upper, given.above_beta())
    lower = np.full(low.shape, given.blind())
    return lower, np.asarray(np.maximum(upper, lower))  # they may meet, up to rounding
