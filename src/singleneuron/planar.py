r"""The neuron without bias: for every symmetric law one flow in the plane of norm and angle.

With both biases held at zero, loss and gradient of a symmetric law in dimension d >= 2 are those
of the standard normal law times s2 = E|x~|^2/d. Everything here is in the units of that one
problem: lengths in units of |v~|, time in units of 1/s2, losses in units of s2 |v~|^2. A point is
(norm, angle): norm = |w~|/|v~| from 1e-100 to 1e100, angle between w~ and v~ in radians, from 0 to
pi (the float nearest to pi counts as pi). Norms and angles may be arrays: their shapes broadcast.

Not for a neuron with a bias, even one that starts at zero: its bias moves (`Problem`).

Source: chapter "The neuron without bias", after Yehudai and Shamir (COLT 2020).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .checks import Array
from .problem import Problem

__all__ = [
    "coordinates",
    "curvature",
    "flow",
    "gradient",
    "loss",
    "norm_threshold",
    "turning_time",
    "velocity",
]

_ROUNDING = 2e-15  # of a norm, relative, and of an angle that come from two weights and back


def coordinates(prob: Problem, w: ArrayLike) -> tuple[Array, Array]:
    """Return (norm, angle) of parameters without bias.

    Parameters
    ----------
    prob : Problem
        With a symmetric law in dimension d >= 2, and a target whose bias is 0.
    w : array_like of shape (..., d+1)
        Parameters, bias last and 0, weights not 0.

    Returns
    -------
    (ndarray of shape (...), ndarray of shape (...))
        |w~|/|v~| and the angle between w~ and v~ in radians.

    Raises
    ------
    ValueError
        If a bias is not 0, the weights are 0, the law is not symmetric or d = 1.

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [2.0, 0.0, 0.0])
    >>> norm, angle = sn.planar.coordinates(prob, [[0.0, 1.0, 0.0], [4.0, 0.0, 0.0]])
    >>> norm.tolist(), angle.tolist()
    ([0.5, 2.0], [1.5707963267948966, 0.0])
    """
    if not isinstance(prob, Problem):
        raise ValueError(f"prob must be a Problem, got {prob!r}; make one of a law and a target")
    if prob.dim == 1:
        raise ValueError("law must have dim >= 2, got 1: on a line there is no angle; use Problem")
    p, q, b = np.moveaxis(prob.reduce(w), -1, 0)
    for name, bias in (("prob.target", prob.target[-1:]), ("w", b.ravel())):
        if (bias != 0).any():
            bad = bias[bias != 0][0]
            raise ValueError(f"{name} must have bias 0, got {bad}; use Problem for a bias")
    norm = np.hypot(p, q) / np.linalg.norm(prob.target)
    if np.any(norm == 0):
        raise ValueError("w must not be 0, got 0: it has no angle to the target; leave it out")
    return norm[()], np.arctan2(q, p)[()]


def loss(norm: ArrayLike, angle: ArrayLike) -> Array:
    r"""Return the loss F, in units of s2 |v~|^2.

    .. math:: F = \tfrac14 (r^2 + 1) - \tfrac{r}{2\pi} (\sin\theta + (\pi - \theta) \cos\theta)
                = \tfrac14 |w - v|^2 - \tfrac{r}{2\pi} (\sin\theta - \theta \cos\theta).

    The second form is used: it keeps its digits near the target. Source: this book.

    Parameters
    ----------
    norm, angle : array_like of shape (...)
        A point or a batch.

    Returns
    -------
    ndarray of shape (...)
        F(w) / (s2 |v~|^2).

    Raises
    ------
    ValueError
        If a norm or an angle is out of range, or their shapes do not broadcast.
    """
    r, theta = _point(norm, angle)
    square = (r - 1) ** 2 + 4 * r * np.sin(theta / 2) ** 2
    return square / 4 - r * _tails(theta)[1] / (2 * np.pi)


def gradient(norm: ArrayLike, angle: ArrayLike) -> tuple[Array, Array]:
    r"""Return the gradient, in units of s2 |v~|: along w~, and across it, away from the target.

    .. math:: \nabla F = \tfrac12 w
        - \tfrac1{2\pi} \bigl(|v| \sin\theta\, \bar w + (\pi - \theta) v\bigr).

    Source: this form is G. Yehudai, O. Shamir, COLT 2020, Appendix D.1.

    Parameters
    ----------
    norm, angle : array_like of shape (...)
        A point or a batch.

    Returns
    -------
    (ndarray of shape (...), ndarray of shape (...))
        r/2 - (sin a - a cos a)/(2 pi) and a sin(a)/(2 pi), with a = pi - angle.

    Raises
    ------
    ValueError
        If a norm or an angle is out of range, or their shapes do not broadcast.
    """
    r, theta = _point(norm, angle)
    a = np.pi - theta
    return r / 2 - _tails(a)[1] / (2 * np.pi), a * np.sin(a) / (2 * np.pi)


def velocity(norm: ArrayLike, angle: ArrayLike) -> tuple[Array, Array]:
    """Return the flow's speed (d norm/dt, d angle/dt), time in units of 1/s2.

    The norm stands still on `norm_threshold`, the angle at 0 and pi only; elsewhere it falls.

    Parameters
    ----------
    norm, angle : array_like of shape (...)
        A point or a batch.

    Returns
    -------
    (ndarray of shape (...), ndarray of shape (...))
        Change of the norm and of the angle: minus the two parts of `gradient`, the second over r.

    Raises
    ------
    ValueError
        If a norm or an angle is out of range, or their shapes do not broadcast.
    """
    along, across = gradient(norm, angle)
    return -along, -across / np.asarray(norm, dtype=float)


def norm_threshold(angle: ArrayLike) -> Array:
    r"""Return the norm up to which the flow's norm grows, and above which it falls.

    .. math:: \frac{\sin\theta + (\pi - \theta) \cos\theta}{\pi}

    Falls from 1 at angle 0 to 0 at angle pi. Also the minimiser of the loss at that angle.
    Source: this book, in place of Lemma 6.3 of Yehudai and Shamir.

    Parameters
    ----------
    angle : array_like of shape (...)
        Angles in [0, pi].

    Returns
    -------
    ndarray of shape (...)
        The threshold, in units of |v~|.

    Raises
    ------
    ValueError
        If an angle is not in [0, pi].
    """
    return _tails(np.pi - _angle(angle))[1] / np.pi


def curvature(angle: ArrayLike) -> Array:
    r"""Return c with :math:`\langle g, w - v \rangle \ge s_2\, c\, |w - v|^2` up to this angle.

    .. math:: c = \frac{\delta - \sin\delta}{2\pi}, \qquad \delta = \pi - \theta,

    the least eigenvalue of E[x x^T 1(w.x > 0, v.x > 0)] / s2, whatever the norm. A bound that is
    proved; the least quotient itself is larger. Source: this book.

    Parameters
    ----------
    angle : array_like of shape (...)
        Angles in [0, pi].

    Returns
    -------
    ndarray of shape (...)
        c, between 1/2 and 0.

    Raises
    ------
    ValueError
        If an angle is not in [0, pi].
    """
    return _tails(np.pi - _angle(angle))[0] / (2 * np.pi)


def flow(norm: ArrayLike, angle: ArrayLike, times: ArrayLike) -> tuple[Array, Array]:
    r"""Return the gradient flow from (norm, angle), exactly: no solver.

    In the coordinates :math:`y = w / (1 - \theta/\pi)` the flow is :math:`y' = -(y - v)/2`: a
    straight line to the target. Source: this book.

    Parameters
    ----------
    norm, angle : array_like of shape (...)
        A start or a batch.
    times : array_like
        Times >= 0 in units of 1/s2, broadcast against the start (shape (K, 1) for K times of a
        batch of shape (n,)).

    Returns
    -------
    (ndarray, ndarray)
        Norm and angle at those times, in the common shape. At angle pi the path runs into 0.

    Raises
    ------
    ValueError
        If a norm or an angle is out of range, a time negative, or the shapes do not broadcast.

    Examples
    --------
    >>> norm, angle = flow(0.01, 3.0, [0.0, 10.0])
    >>> norm.round(4).tolist(), angle.round(4).tolist()
    ([0.01, 0.9917], [3.0, 0.0002])
    """
    r, theta = _point(norm, angle)
    t = checks.finite_array("times", times)
    if (t < 0).any():
        raise ValueError(f"times must not be negative, got {t.min()}; pass times >= 0")
    _, t = _broadcast(norm=r, times=t)
    left, pull, slack = np.exp(-t / 2), -np.expm1(-t / 2), np.pi - theta
    p = left * r * np.cos(theta) + pull * slack / np.pi
    q = left * r * np.sin(np.minimum(theta, slack))  # 0 at the float pi
    stays = slack == 0  # at the angle pi
    grown = np.where(stays, 1.0, np.arctan2(q, -p) / np.where(stays, 1.0, slack))
    return grown * np.hypot(p, q), np.where(stays, np.pi, np.arctan2(q, p))[()]


def turning_time(norm: ArrayLike, angle: ArrayLike) -> Array:
    r"""Return the time at which the flow's norm stops falling: its only turn.

    In the coordinates of `flow`, :math:`y - v = e^{-t/2} (D, Z)`, and the norm falls while

    .. math:: D - \frac Z\pi + e^{-t/2} (D^2 + Z^2) > \frac{Z\, \theta(t)}{\pi\, (\pi - \theta(t))}.

    Source: this book.

    Parameters
    ----------
    norm, angle : array_like of shape (...)
        A start or a batch.

    Returns
    -------
    ndarray of shape (...)
        0 from the threshold (up to rounding) down; inf where the norm falls for ever: at angle
        pi, and above the threshold with D >= Z/pi, where it falls towards 1.

    Raises
    ------
    ValueError
        If a norm or an angle is out of range, or their shapes do not broadcast.
    """
    r, theta = _point(norm, angle)
    slack = np.pi - theta
    opposite, share = slack == 0, np.where(slack == 0, 1.0, slack / np.pi)
    falls = r > (1 + _ROUNDING) * norm_threshold(np.maximum(theta - _ROUNDING, 0.0))
    # D - Z/pi, without cancellation near the target
    last = (r - 1) * (np.cos(theta) - np.sin(theta) / np.pi) - 2 * np.sin(theta / 2) ** 2
    last = (last + _tails(theta)[0] / np.pi) / share
    z = r * np.sin(np.minimum(theta, slack)) / share
    d = last + z / np.pi
    square = d**2 + z**2
    turns = falls & (last < 0) & ~opposite
    # The norm has turned when already the first three terms are no more than 0.
    high = 2 * np.log(np.maximum(square / np.where(turns, -last, np.inf), 1.0))
    low = np.zeros_like(high)
    for _ in range(70):
        middle = (low + high) / 2
        e = np.exp(-middle / 2)
        rest = np.pi * np.arctan2(e * z, -1 - e * d)
        drop = z * np.arctan2(e * z, 1 + e * d) / np.where(rest == 0, 1.0, rest)
        more = last + e * square > drop
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.where(turns, high, np.where(opposite | falls, np.inf, 0.0))[()]


def _tails(x: Array) -> tuple[Array, Array]:
    """(x - sin x, sin x - x cos x) for x >= 0: by their series where these would cancel."""
    small = np.where(x < 1, x, 0.0)
    term, first, second = small**3 / 6, 0.0 * small, 0.0 * small
    for k in range(1, 10):
        first, second = first + term, second + 2 * k * term
        term = -term * small**2 / ((2 * k + 2) * (2 * k + 3))
    first = np.where(x < 1, first, x - np.sin(x))
    return first[()], np.where(x < 1, second, np.sin(x) - x * np.cos(x))[()]


def _angle(angle: ArrayLike) -> Array:
    theta = checks.finite_array("angle", angle)
    if ((theta < 0) | (theta > np.pi)).any():
        bad = theta[(theta < 0) | (theta > np.pi)].ravel()[0]
        raise ValueError(f"angle must lie in [0, pi], got {bad}; pass radians")
    return theta


def _point(norm: ArrayLike, angle: ArrayLike) -> tuple[Array, Array]:
    r, theta = checks.finite_array("norm", norm), _angle(angle)
    if ((r < 1e-100) | (r > 1e100)).any():
        bad = r[(r < 1e-100) | (r > 1e100)].ravel()[0]
        hint = "; leave it out" if bad else ": the origin has no angle; leave it out"
        raise ValueError(f"norm must lie in [1e-100, 1e100], got {bad}{hint}")
    return _broadcast(norm=r, angle=theta)


def _broadcast(**arrays: Array) -> tuple[Array, Array]:
    try:
        one, other = np.broadcast_arrays(*arrays.values())
    except ValueError as error:
        shapes = " and ".join(str(array.shape) for array in arrays.values())
        raise ValueError(
            f"{' and '.join(arrays)} must have shapes that broadcast, got {shapes}; "
            "use one shape for both, or give one of them an axis of length 1"
        ) from error
    return one, other
