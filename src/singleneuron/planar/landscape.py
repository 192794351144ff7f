r"""Loss, gradient and curvature of the neuron without bias, at a norm and an angle."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..problem import Problem


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
    r, theta = point(norm, angle)
    square = (r - 1) ** 2 + 4 * r * np.sin(theta / 2) ** 2
    return square / 4 - r * tails(theta)[1] / (2 * np.pi)


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
    r, theta = point(norm, angle)
    a = np.pi - theta
    return r / 2 - tails(a)[1] / (2 * np.pi), a * np.sin(a) / (2 * np.pi)


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
    return tails(np.pi - angle_array(angle))[1] / np.pi


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
    return tails(np.pi - angle_array(angle))[0] / (2 * np.pi)


def tails(x: Array) -> tuple[Array, Array]:
    """Return (x - sin x, sin x - x cos x) for x >= 0: by their series where these would cancel."""
    small = np.where(x < 1, x, 0.0)
    term, first, second = small**3 / 6, 0.0 * small, 0.0 * small
    for k in range(1, 10):
        first, second = first + term, second + 2 * k * term
        term = -term * small**2 / ((2 * k + 2) * (2 * k + 3))
    first = np.where(x < 1, first, x - np.sin(x))
    return first[()], np.where(x < 1, second, np.sin(x) - x * np.cos(x))[()]


def angle_array(angle: ArrayLike) -> Array:
    """Return `angle` as an array, or raise ValueError if one is not in [0, pi]."""
    theta = checks.finite_array("angle", angle)
    if ((theta < 0) | (theta > np.pi)).any():
        bad = theta[(theta < 0) | (theta > np.pi)].ravel()[0]
        raise ValueError(f"angle must lie in [0, pi], got {bad}; pass radians")
    return theta


def point(norm: ArrayLike, angle: ArrayLike) -> tuple[Array, Array]:
    """Return both as arrays of one shape, or raise ValueError if one is out of range."""
    r, theta = checks.finite_array("norm", norm), angle_array(angle)
    if ((r < 1e-100) | (r > 1e100)).any():
        bad = r[(r < 1e-100) | (r > 1e100)].ravel()[0]
        hint = "; for such a size ask Problem.loss or Problem.gradient"
        if bad < 0:
            hint = ", and no norm is negative; pass |w~|/|v~| (-w is at pi - angle)"
        elif bad == 0:
            hint = ": the origin has no angle; pass a norm > 0"
        raise ValueError(f"norm must lie in [1e-100, 1e100], got {bad}{hint}")
    return broadcast(norm=r, angle=theta)


def broadcast(**arrays: Array) -> tuple[Array, Array]:
    """Return two arrays in one shape, or raise ValueError with their names."""
    try:
        one, other = np.broadcast_arrays(*arrays.values())
    except ValueError as error:
        shapes = " and ".join(str(array.shape) for array in arrays.values())
        raise ValueError(
            f"{' and '.join(arrays)} must have shapes that broadcast, got {shapes}; "
            "use one shape for both, or give one of them an axis of length 1"
        ) from error
    return one, other
