r"""The probability that a start with bias 0 fails, by its exact dynamics."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..problem import Problem
from .angles import beyond
from .search import RADIANS, Scale, Search, mass_scale
from .setting import Setting, law_of, setting, start_norms

GRID = 64  # angles on which the order of the fates is verified


def failure_probability(
    prob: Problem,
    start_norm: ArrayLike,
    dynamics: str = "flow",
    step_size: float | None = None,
    tol: float = 1e-6,
    max_steps: int = 10_000,
) -> Array:
    r"""Return the probability that a start :math:`(\rho u, 0)` of random direction is lost.

    u is uniform on the unit sphere of R^d and the law symmetric, so that the fate depends on rho
    and the angle theta of u to the target's weights alone. Between the angles below which every
    start is learned and above which it is blind (`angle_bracket`) the fates of 64 angles, evenly
    spaced in probability, are decided: the lost ones must come last. The threshold between the
    last learned and the first lost one is then closed in on, confirmed with a tenth of the error
    of a step, and

    .. math:: P(\text{fail}) = P(\theta \ge \theta_0).

    Each fate is certified; that the lost angles form an interval is checked on those 64 angles,
    not proved. Descent crawls where a start of large norm passes close to the dead cone: near
    its threshold it may stay undecided for millions of steps, and an error says so.

    Parameters
    ----------
    prob : Problem
        With a symmetric law of bounded support in dimension d from 2 to 1e6, full or reduced.
    start_norm : array_like of shape (...)
        rho > 0, absolute: :math:`|\tilde w_0|`, in the same units as v~. Several are followed
        together.
    dynamics : str
        "flow" or "descent". They can differ.
    step_size : float, optional
        eta of descent, below 2/L; None is 1/L. Not for the flow.
    tol : float
        Error allowed to the probability: absolute, from 1e-9 to 0.1.
    max_steps : int
        Budget of each start, as for `decide`. Descent in high dimension needs more.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        If the law is not symmetric or not bounded, d = 1, or an argument is out of range.
    ArithmeticError
        If the lost angles form no interval, or angles that matter stay undecided; the message
        names them. Nothing is extrapolated.

    Notes
    -----
    Source: this book, "The fate map".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, -0.5])
    >>> sn.failure_probability(prob, [1e-2, 1e-4]).round(4).tolist()
    [0.2538, 0.1835]
    """
    given = setting(prob)
    scale = mass_scale(given.dim)
    angle = _thresholds(given, start_norm, scale, tol, dynamics, step_size, max_steps)
    return beyond(given.dim, angle)


def failure_threshold(
    prob: Problem,
    start_norm: ArrayLike,
    dynamics: str = "flow",
    step_size: float | None = None,
    tol: float = 1e-6,
    max_steps: int = 10_000,
) -> Array:
    r"""Return the angle from which on starts :math:`(\rho u, 0)` are lost.

    As `failure_probability`, with 64 angles evenly spaced in radians and `tol` in radians: also
    where hardly any direction has such an angle.

    Parameters
    ----------
    prob : Problem
        With a symmetric law of bounded support in dimension d from 2 to 1e6, full or reduced.
    start_norm : array_like of shape (...)
        rho > 0, absolute: :math:`|\tilde w_0|`, in the same units as v~.
    dynamics : str
        "flow" or "descent".
    step_size : float, optional
        eta of descent, below 2/L; None is 1/L. Not for the flow.
    tol : float
        Error allowed to the angle, in radians, from 1e-9 to 0.1.
    max_steps : int
        Budget of each start, as for `decide`.

    Returns
    -------
    ndarray of shape (...)
        Radians; pi if every angle is learned.

    Raises
    ------
    ValueError
        If the law is not symmetric or not bounded, d = 1, or an argument is out of range.
    ArithmeticError
        If the lost angles form no interval, or angles that matter stay undecided.

    Notes
    -----
    Source: this book, "The fate map".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, -0.5])
    >>> sn.failure_threshold(prob, [1e-2, 1.0]).round(4).tolist()
    [2.3442, 1.382]
    """
    given = setting(prob)
    return _thresholds(given, start_norm, RADIANS, tol, dynamics, step_size, max_steps)


def _thresholds(
    given: Setting,
    start_norm: ArrayLike,
    scale: Scale,
    tol: float,
    dynamics: str,
    step_size: float | None,
    max_steps: int,
) -> Array:
    norms = start_norms(start_norm)
    how = check_run(given, dynamics, step_size, tol, max_steps)
    found = Search(given, norms.ravel(), scale, float(tol), GRID, **how).run()
    return found.reshape(norms.shape)


def check_run(
    given: Setting, dynamics: str, step_size: float | None, tol: float, max_steps: int
) -> dict[str, Any]:
    """Return the arguments of `decide`, or raise ValueError."""
    checks.choice("dynamics", dynamics, ("flow", "descent"))
    law, largest = law_of(given.prob), 2 / given.prob.smoothness
    if not np.isfinite(law.support_radius):
        raise ValueError(
            f"law must have bounded support, got {law!r}: no certificate shows that a start is "
            "lost there; use failure_bracket for bounds, or a ball or a sphere"
        )
    if not 1e-9 <= checks.positive("tol", tol) <= 0.1:
        raise ValueError(f"tol must lie in [1e-9, 0.1], got {tol}; the default is 1e-6")
    if dynamics == "flow" and step_size is not None:
        raise ValueError(
            f"step_size must be None for the flow, got {step_size}; pass dynamics='descent'"
        )
    if step_size is not None and not checks.positive("step_size", step_size) < largest:
        raise ValueError(
            f"step_size must be below 2/L = {largest:.6g}, got {step_size}: from there on no start "
            "can be certified to be learned; pass a smaller one"
        )
    max_steps = checks.count("max_steps", max_steps)
    return {"dynamics": dynamics, "step_size": step_size, "max_steps": max_steps}
