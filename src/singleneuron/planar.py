r"""The neuron without bias: for every symmetric law one flow in the plane of norm and angle.

With both biases held at zero, loss and gradient of a symmetric law in dimension d >= 2 are those
of the standard normal law times s2 = E|x~|^2/d. Everything here is in the units of that one
problem: lengths in units of |v~|, time in units of 1/s2, losses in units of s2 |v~|^2. A point is
(norm, angle): norm = |w~|/|v~| > 0, angle between w~ and v~ in radians, in [0, pi].

Not for a neuron with a bias, even one that starts at zero: its bias moves (`Problem`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .checks import Array

if TYPE_CHECKING:
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

_LATE = 120.0  # exp(-_LATE / 2) is below the rounding of 1: what has not turned by then never does


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
    if prob.dim == 1:
        raise ValueError("law must have dim >= 2, got 1: on a line there is no angle; use Problem")
    p, q, b = np.moveaxis(prob.reduce(w), -1, 0)
    if prob.target[-1] != 0 or np.any(b != 0):
        raise ValueError("w and the target must have bias 0, got another; use Problem with a bias")
    norm = np.hypot(p, q) / np.linalg.norm(prob.target)
    if np.any(norm == 0):
        raise ValueError("w must not be 0, got 0: it has no angle to the target; leave it out")
    return norm[()], np.arctan2(q, p)[()]


def loss(norm: ArrayLike, angle: ArrayLike) -> Array:
    r"""Return the loss F, in units of s2 |v~|^2.

    .. math:: F = \tfrac14 (r^2 + 1) - \tfrac{r}{2\pi} (\sin\theta + (\pi - \theta) \cos\theta)
                = \tfrac14 |w - v|^2 - \tfrac{r}{2\pi} (\sin\theta - \theta \cos\theta).

    The second form is used: it keeps its digits near the target.

    Parameters
    ----------
    norm, angle : array_like
        A point or a batch.

    Returns
    -------
    ndarray
        F(w) / (s2 |v~|^2).

    Raises
    ------
    ValueError
        If a norm is not positive or an angle not in [0, pi].
    """
    r, theta = _point(norm, angle)
    square = (r - 1) ** 2 + 4 * r * np.sin(theta / 2) ** 2
    return square / 4 - r * _slice(theta) / (2 * np.pi)


def gradient(norm: ArrayLike, angle: ArrayLike) -> tuple[Array, Array]:
    r"""Return the gradient, in units of s2 |v~|: along w~, and across it, away from the target.

    .. math:: \nabla F = \tfrac12 w
        - \tfrac1{2\pi} \bigl(|v| \sin\theta\, \bar w + (\pi - \theta) v\bigr).

    Parameters
    ----------
    norm, angle : array_like
        A point or a batch.

    Returns
    -------
    (ndarray, ndarray)
        r/2 - (sin a - a cos a)/(2 pi) and a sin(a)/(2 pi), with a = pi - angle.

    Raises
    ------
    ValueError
        If a norm is not positive or an angle not in [0, pi].

    Notes
    -----
    Source: the form above is G. Yehudai, O. Shamir, COLT 2020, Appendix D.1.
    """
    r, theta = _point(norm, angle)
    a = np.pi - theta
    return r / 2 - _slice(a) / (2 * np.pi), a * np.sin(a) / (2 * np.pi)


def velocity(norm: ArrayLike, angle: ArrayLike) -> tuple[Array, Array]:
    """Return the flow's speed (d norm/dt, d angle/dt), time in units of 1/s2.

    The norm stands still on `norm_threshold`, the angle at 0 and pi only; elsewhere it falls.

    Parameters
    ----------
    norm, angle : array_like
        A point or a batch.

    Returns
    -------
    (ndarray, ndarray)
        Change of the norm and of the angle.

    Raises
    ------
    ValueError
        If a norm is not positive or an angle not in [0, pi].
    """
    along, across = gradient(norm, angle)
    return -along, -across / np.asarray(norm, dtype=float)


def norm_threshold(angle: ArrayLike) -> Array:
    r"""Return the norm up to which the flow's norm grows, and above which it falls.

    .. math:: \frac{\sin\theta + (\pi - \theta) \cos\theta}{\pi}

    Falls from 1 at angle 0 to 0 at angle pi. Also the minimiser of the loss at that angle.

    Parameters
    ----------
    angle : array_like
        Angles in [0, pi].

    Returns
    -------
    ndarray
        The threshold, in units of |v~|.

    Raises
    ------
    ValueError
        If an angle is not in [0, pi].
    """
    return _slice(np.pi - _angle(angle)) / np.pi


def curvature(angle: ArrayLike) -> Array:
    r"""Return c with :math:`\langle g, w - v \rangle \ge s_2\, c\, |w - v|^2` up to this angle.

    .. math:: c = \frac{\delta - \sin\delta}{2\pi}, \qquad \delta = \pi - \theta,

    the least eigenvalue of E[x x^T 1(w.x > 0, v.x > 0)] / s2, whatever the norm. A bound that is
    proved; the least quotient itself is larger.

    Parameters
    ----------
    angle : array_like
        Angles in [0, pi].

    Returns
    -------
    ndarray
        c, between 1/2 and 0.

    Raises
    ------
    ValueError
        If an angle is not in [0, pi].
    """
    delta = np.pi - _angle(angle)
    return (delta - np.sin(delta)) / (2 * np.pi)


def flow(norm: ArrayLike, angle: ArrayLike, times: ArrayLike) -> tuple[Array, Array]:
    r"""Return the gradient flow from (norm, angle), exactly: no solver.

    In the coordinates :math:`y = w / (1 - \theta/\pi)` the flow is :math:`y' = -(y - v)/2`: a
    straight line to the target.

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
        Norm and angle at those times. At angle pi the path runs into 0.

    Raises
    ------
    ValueError
        If a norm is not positive, an angle not in [0, pi] or a time negative.

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
    left, pull = np.exp(-t / 2), -np.expm1(-t / 2)
    share = 1 - theta / np.pi
    sine = np.sin(np.minimum(theta, np.pi - theta))  # 0 at the float pi
    p, q = left * r * np.cos(theta) + pull * share, left * r * sine
    stays = share == 0  # at the angle pi
    later = np.where(stays, np.pi, np.arctan2(q, p))
    grown = np.where(stays, 1.0, (1 - later / np.pi) / np.where(stays, 1.0, share))
    return grown * np.hypot(p, q), later[()]


def turning_time(norm: ArrayLike, angle: ArrayLike) -> Array:
    """Return the time at which the flow's norm stops falling: its only turn.

    Parameters
    ----------
    norm, angle : array_like of shape (...)
        A start or a batch.

    Returns
    -------
    ndarray of shape (...)
        0 from the threshold down; inf where the norm falls for ever: at angle pi, and where
        y = w / (1 - angle/pi) has y_p - y_q/pi >= 1, on whose paths the norm falls towards 1.

    Raises
    ------
    ValueError
        If a norm is not positive or an angle not in [0, pi].
    """
    r, theta = np.broadcast_arrays(*_point(norm, angle))
    share = 1 - theta / np.pi
    for_ever = r * (np.cos(theta) - np.sin(theta) / np.pi) >= share
    low, high = np.zeros(r.shape), np.full(r.shape, _LATE)
    for _ in range(70):
        middle = (low + high) / 2
        later, turned = flow(r, theta, middle)
        falls = later > norm_threshold(turned)
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    falls = r > norm_threshold(theta)
    return np.where(falls, np.where(for_ever | (share == 0), np.inf, high), 0.0)[()]


def _slice(x: Array) -> Array:
    """sin x - x cos x, twice the area that a chord cuts off a unit disc; a series where small."""
    small = np.where(x < 0.5, x, 0.0)
    square, term, total = small**2, small**3 / 6, 0.0 * small
    for k in range(1, 9):
        total = total + 2 * k * term
        term = -term * square / ((2 * k + 2) * (2 * k + 3))
    return np.where(x < 0.5, total, np.sin(x) - x * np.cos(x))[()]


def _angle(angle: ArrayLike) -> Array:
    theta = checks.finite_array("angle", angle)
    if ((theta < 0) | (theta > np.pi)).any():
        bad = theta[(theta < 0) | (theta > np.pi)].ravel()[0]
        raise ValueError(f"angle must lie in [0, pi], got {bad}; pass radians")
    return theta


def _point(norm: ArrayLike, angle: ArrayLike) -> tuple[Array, Array]:
    r = checks.finite_array("norm", norm)
    if (r <= 0).any():
        raise ValueError(f"norm must be positive, got {r.min()}; the origin has no angle")
    return r, _angle(angle)
