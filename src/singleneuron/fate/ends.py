r"""What is proved about the probability of failure: both ends of the map.

A start is :math:`w_0 = (\rho u, 0)`, u uniform on the unit sphere of R^d; everything about it is
its norm rho and the angle theta of u to the target's weights. With
:math:`\cos\beta = -b_v/(c|\tilde v|)`, clipped (c infinite: :math:`\beta = \pi/2`), the flow learns
from :math:`\theta < \beta`, and from every start below the trivial loss, which means
:math:`\rho < \rho^*(\theta)`; from :math:`\theta \ge \pi/2 + \beta` the start is blind and lost.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from .. import checks, cones
from ..checks import Array
from ..problem import Problem
from .setting import law_of, setting


def small_start_failure_probability(prob: Problem) -> float:
    r"""Return the limit of the probability of failure as the norm of the start goes to 0.

    .. math:: P(\theta \ge \tfrac\pi2 + \beta)
              = \tfrac12 I_{\cos^2 \beta}\bigl(\tfrac{d-1}2, \tfrac12\bigr)
              \quad (b_v < 0), \qquad 0 \quad (b_v \ge 0),

    the share of the blind directions: for the flow and for descent with eta < 2/L, and a lower
    bound at every norm. Normal inputs: 0.

    Parameters
    ----------
    prob : Problem
        With a symmetric law in dimension d >= 2, full or reduced.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the law is not symmetric or d = 1.

    Notes
    -----
    The start has bias 0 and a uniform direction. Source: this book, "The fate map".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, -0.5])
    >>> round(sn.small_start_failure_probability(prob), 12)
    0.166666666667
    """
    return setting(prob).blind()


def large_start_failure_probability(prob: Problem) -> float:
    r"""Return the limit of the flow's probability of failure as the norm of the start grows.

    .. math:: P(\theta > \beta), \qquad \cos\beta = -b_v/(c|\tilde v|) \text{ (clipped)},

    an upper bound at every norm. It is not claimed for descent: a step near 2/L may do otherwise
    (the chapter says where it holds for descent, too).

    Parameters
    ----------
    prob : Problem
        With a symmetric law of bounded support in dimension d >= 2, full or reduced.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the law is not symmetric or not bounded, or d = 1.

    Notes
    -----
    Source: this book, "The fate map".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, -0.5])
    >>> round(sn.large_start_failure_probability(prob), 12)
    0.666666666667
    """
    given = setting(prob)
    if math.isinf(law_of(prob).support_radius):
        raise ValueError(
            f"law must have bounded support, got {law_of(prob)!r}: the proof ends in the lost "
            "ball, which is empty there; use failure_bracket, or a ball"
        )
    return given.above_beta()


def start_norm_limit(prob: Problem, angle: ArrayLike) -> Array:
    r"""Return rho*(theta): starts of smaller norm at this angle are below the trivial loss.

    .. math:: \rho^*(\theta) = \frac{2 E[s(u \cdot \tilde x)\, s(v \cdot x)]}
              {E[s(u \cdot \tilde x)^2]}, \qquad |u| = 1,\ \angle(u, \tilde v) = \theta.

    :math:`F(\rho u, 0) < F(0)` iff :math:`\rho < \rho^*`: such starts are learned by the flow and
    by descent with eta < 2/L. It falls with the angle and is 0 where the start is blind: from
    pi/2 + beta on, for normal inputs at pi if :math:`b_v \le 0`.

    Parameters
    ----------
    prob : Problem
        With a symmetric law in dimension d >= 2, full or reduced.
    angle : array_like of shape (...)
        theta in [0, pi].

    Returns
    -------
    ndarray of shape (...)
        Norms, absolute: :math:`|\tilde w|`, in the same units as v~; 0 also where the limit is
        below 1e-100 (in high dimension it can be 1e-60000).

    Raises
    ------
    ValueError
        If the law is not symmetric, d = 1, or an angle is not in [0, pi].

    Notes
    -----
    No threshold: a start of larger norm may be learned all the same. Source: this book, "The
    fate map".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.0])
    >>> sn.start_norm_limit(prob, [0.0, np.pi / 2, np.pi]).round(6).tolist()
    [2.0, 0.63662, 0.0]
    """
    given = setting(prob)
    theta = checks.finite_array("angle", angle)
    if ((theta < 0) | (theta > np.pi)).any():
        raise ValueError(f"angle must lie in [0, pi], got {angle!r}; pass radians")
    flat = theta.ravel()
    limit = np.ones(flat.size)
    todo = (flat < given.blind_from) | (given.prob.target[2] > 0)  # b_v > 0: never blind
    for _ in range(3):  # the accuracy of a moment is relative to both: balance them
        own, cross = given.prob.moments(given.starts(limit[todo], flat[todo]))
        with np.errstate(under="ignore"):
            limit[todo] = np.maximum(limit[todo] * 2 * cross / own, 1e-100)
    limit[todo] = np.where(limit[todo] > 1e-100, limit[todo], 0.0)
    limit[~todo] = 0.0
    return limit.reshape(theta.shape)


def lost_ball_radius(prob: Problem, z: ArrayLike) -> Array:
    """Return the radius of the ball about the dead point z whose starts are all lost.

    For the flow, descent with eta <= 2/L and SGD with eta |x|^2 <= 2; the formulas stand in
    `cones.lost_ball_radius`. The mirror image of `Problem.safe_radius`.

    Parameters
    ----------
    prob : Problem
        Full or reduced, with inputs from a ball, a sphere, an interval or a normal law, or
        finitely many points. Of affine images those of an interval, of points and of a normal law
        are served; those of a ball or a sphere with d >= 2 are not, nor are cubes with d >= 2.
    z : array_like of shape (..., d+1)
        Dead points, bias last.

    Returns
    -------
    ndarray of shape (...)
        In the units of the parameters.

    Raises
    ------
    ValueError
        If z is not dead, or the law is none of those.

    Notes
    -----
    Source: this book, "The angle decides".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.0])
    >>> round(float(sn.lost_ball_radius(prob, [0.0, 0.0, -2.0])), 12)
    1.414213562373
    """
    if not isinstance(prob, Problem):
        raise ValueError(f"prob must be a Problem, got {prob!r}; make one of a law and a target")
    return cones.lost_ball_radius(prob.law, prob.target, z)
