r"""The angle of a random direction to a fixed one: a beta law, in any dimension."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array


def angle_probability(dim: int, angle: ArrayLike) -> Array:
    r"""Return :math:`P(\theta \ge t)` for the angle of a uniform direction of R^d to a fixed one.

    .. math:: P(\theta \ge t) = \tfrac12 I_{\sin^2 t}\bigl(\tfrac{d-1}2, \tfrac12\bigr)
              \quad (t \ge \pi/2), \qquad
              P(\theta \ge t) = 1 - P(\theta \ge \pi - t),

    for :math:`\cos^2\theta` has the law Beta(1/2, (d-1)/2). It is the share of the sphere in the
    cone of half-angle :math:`\pi - t`.

    Parameters
    ----------
    dim : int
        Dimension d >= 2.
    angle : array_like of shape (...)
        t, in [0, pi].

    Returns
    -------
    ndarray of shape (...)
        Right to about 1e-15 of itself times the number of e-foldings below 1; 0 where it
        underflows.

    Raises
    ------
    ValueError
        If dim < 2 or an angle is not in [0, pi].

    Notes
    -----
    Source: this book, "Born dead".

    Examples
    --------
    >>> import numpy as np, singleneuron as sn
    >>> sn.angle_probability(2, [0.0, 3 * np.pi / 4]).round(12).tolist()
    [1.0, 0.25]
    """
    dim = checks.count("dim", dim, 2)
    t = checks.finite_array("angle", angle)
    if ((t < 0) | (t > np.pi)).any():
        raise ValueError(f"angle must lie in [0, pi], got {angle!r}; pass radians")
    return beyond(dim, t)


def beyond(dim: int, angle: Array) -> Array:
    """Return P(theta >= angle); the float pi, a little below pi, counts as pi."""
    return tail(dim, np.cos(angle), np.where(angle >= np.pi, 0.0, np.sin(angle)))


def tail(dim: int, cosine: ArrayLike, sine: ArrayLike) -> Array:
    """Return P(theta >= t) from cos t and sin t >= 0, each relatively exact."""
    from scipy.special import betainc, betaincc

    x, y = np.square(cosine), np.square(sine)
    half = (dim - 1) / 2
    # Of x and 1 - x the smaller one keeps its digits.
    beyond = np.where(
        x < y, betaincc(0.5, half, np.minimum(x, 1.0)), betainc(half, 0.5, np.minimum(y, 1.0))
    )
    return np.where(np.asarray(cosine) > 0, 1 - 0.5 * beyond, 0.5 * beyond)


def quantile(dim: int, probability: ArrayLike) -> Array:
    """Return the angle t with P(theta >= t) equal to `probability`, to a few digits or more."""
    from scipy.special import betainccinv

    p = np.asarray(probability, dtype=float)
    share = np.clip(2 * np.minimum(p, 1 - p), 0.0, 1.0)
    cosine = np.sqrt(betainccinv(0.5, (dim - 1) / 2, share))
    return np.arccos(np.where(p > 0.5, cosine, -cosine))
