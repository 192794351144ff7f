r"""The gradient flow of the neuron without bias: speed, path and turn, in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from .landscape import broadcast, gradient, norm_threshold, point, tails

_ROUNDING = 2e-15  # of a norm, relative, and of an angle that come from two weights and back


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
    r, theta = point(norm, angle)
    t = checks.finite_array("times", times)
    if (t < 0).any():
        raise ValueError(f"times must not be negative, got {t.min()}; pass times >= 0")
    _, t = broadcast(norm=r, times=t)
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
    r, theta = point(norm, angle)
    slack = np.pi - theta
    opposite, share = slack == 0, np.where(slack == 0, 1.0, slack / np.pi)
    falls = r > (1 + _ROUNDING) * norm_threshold(np.maximum(theta - _ROUNDING, 0.0))
    # D - Z/pi, without cancellation near the target
    last = (r - 1) * (np.cos(theta) - np.sin(theta) / np.pi) - 2 * np.sin(theta / 2) ** 2
    last = (last + tails(theta)[0] / np.pi) / share
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
