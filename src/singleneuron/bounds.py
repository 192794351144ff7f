r"""The constants of the guarantees: how fast, from what is known at the start.

Mass gives curvature; a start below the trivial loss converges to the target at a linear rate;
and the rate near the target.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks
from .checks import Array
from .laws import Law
from .overlaps import overlap_spectrum
from .problem import Problem

__all__ = ["LinearRate", "LocalRate", "curvature_bound", "linear_rate", "local_rate"]


def curvature_bound(law: Law, mass: ArrayLike) -> Array:
    r"""Return lambda(p): every event of probability p or more has this curvature.

    .. math:: \lambda_{\min}(E[x x^\top 1_A]) \ge \lambda(p) =
              \frac{p^3}{12 c'^2 (1 + (c + p / (\sqrt{12} c'))^2)} \quad\text{if } P(A) \ge p,

    for inputs with |x~| <= c whose one-dimensional marginals have densities at most c'.

    Parameters
    ----------
    law : Law
        A law with bounded support and bounded marginal densities.
    mass : array_like of shape (...)
        p, from 0 to 1.

    Returns
    -------
    ndarray of shape (...)
        In squared units of the input; 0 where p = 0 or p^3 underflows.

    Raises
    ------
    ValueError
        If c or c' is infinite (normal law, samples, the circle), or `mass` is not in [0, 1].

    Notes
    -----
    A lower bound, nearly sharp: exact over bound goes down to 1.009. Source: this book,
    "Four tools".

    Examples
    --------
    >>> import singleneuron as sn
    >>> round(float(sn.curvature_bound(sn.UniformBall(2), 0.5)), 6)
    0.010261
    """
    p = checks.finite_array("mass", mass)
    if ((p < 0) | (p > 1)).any():
        raise ValueError(f"mass must be a probability in [0, 1], got {p}; pass P(A) of an event")
    c, density = _bounded(law, "a ball or a cube")
    with np.errstate(under="ignore"):
        share = p / (math.sqrt(12) * density)
        return np.asarray(p * share**2 / (1 + (c + share) ** 2))


def _bounded(law: Law, use: str = "a ball") -> tuple[float, float]:
    """Return c and c', or raise ValueError where one of them is infinite."""
    if not isinstance(law, Law):
        raise ValueError(f"law must be a Law, got {law!r}; pass for example UniformBall(2)")
    c, density = law.support_radius, law.density_bound
    if math.isinf(c):
        raise ValueError(
            f"law must have bounded support, got {law!r}; use {use}, or measure the rate along "
            "a run (gradient_descent)"
        )
    if math.isinf(density):
        raise ValueError(
            f"law must have marginals of bounded density, got {law!r}, which has none; use a ball "
            "or a sphere with d >= 3, or measure the rate along a run (gradient_descent)"
        )
    return float(c), float(density)


class LinearRate(NamedTuple):
    """What is proved for starts below the trivial loss; arrays of the shape (...) of the batch.

    Attributes
    ----------
    delta : ndarray
        F(0) - F(start) > 0.
    overlap : ndarray
        p = 2 delta/M^2, with M the supremum of v.x: proved to be at most P(w.x > 0, v.x > 0)
        along the whole run.
    curvature : ndarray
        lambda(p): the flow has |w(t) - v|^2 <= exp(-2 lambda t) |w(0) - v|^2.
    step_size : float
        1/L.
    contraction : ndarray
        1 - lambda/L: descent with that step size multiplies |w - v|^2 by at most this per step.
    one_minus_contraction : ndarray
        lambda/L, where 1 - lambda/L rounds to 1.
    """

    delta: Array
    overlap: Array
    curvature: Array
    step_size: float
    contraction: Array
    one_minus_contraction: Array


def linear_rate(prob: Problem, start: ArrayLike) -> LinearRate:
    r"""Return the rate that a start below the trivial loss is guaranteed.

    With :math:`F(w_0) = F(0) - \delta` and M = sup v.x: overlap at least
    :math:`p = 2\delta/M^2`, curvature at least lambda(p), for ever.

    Parameters
    ----------
    prob : Problem
        With an exact loss and inputs of bounded support and bounded marginal densities: a ball, a
        sphere with d >= 3, an interval, or an affine image of one of them. A cube with d >= 2 has
        no exact loss: it has a `curvature_bound` only.
    start : array_like of shape (..., d+1)
        Starts with F(w) < F(0).

    Returns
    -------
    LinearRate

    Raises
    ------
    ValueError
        If a start is not below the trivial loss, or the law is unbounded, has no bounded
        marginal densities, or has no exact loss.

    Notes
    -----
    A guarantee, not an estimate: runs are faster, often by many orders of magnitude. A larger
    overlap is proved by `least_overlap`; its `curvature_bound` may replace this one.
    Source: this book, "Better than trivial is enough".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.5])
    >>> rate = sn.linear_rate(prob, [0.5, 0.5, 0.0])
    >>> bool(rate.overlap < prob.overlap([0.5, 0.5, 0.0])), rate.step_size
    (True, 1.0)
    """
    w = checks.vectors("start", start, prob.dim + 1)
    _bounded(prob.law)
    if prob.law.radial is None and prob.law.core()[0].radial is None:
        raise ValueError(
            f"prob must have an exact loss, for F(0) - F(start), got {prob.law!r}; use a ball, or "
            "bound the overlap p of a run yourself and pass it to curvature_bound(law, p)"
        )
    excess = np.asarray(prob.excess_loss(w))
    if (excess >= 0).any():
        raise ValueError(_above_trivial(prob, w.reshape(-1, prob.dim + 1), excess.ravel()))
    top = float(prob.law.support_function(prob.target[:-1])) + float(prob.target[-1])
    overlap = np.minimum(-2 * excess / top**2, 1.0)
    curvature = curvature_bound(prob.law, overlap)
    share = curvature / prob.smoothness
    return LinearRate(-excess, overlap, curvature, 1 / prob.smoothness, 1 - share, share)


def _above_trivial(prob: Problem, w: Array, excess: Array) -> str:
    """Say by how much the worst start fails, and what would help: F(tw) - F(0) is a parabola."""
    worst = int(excess.argmax())
    own, cross = (float(moment) for moment in prob.moments(w[worst]))
    advice = "no multiple of it is below, for it is blind: turn it to the target, raise its bias, "
    if cross > 0:
        advice = f"multiply the start by less than {2 * cross / own:.4g}, "
    return (
        f"start must have less than the trivial loss {prob.trivial_loss:.6g}, got F(w) - F(0) "
        f"= {excess[worst]:.6g} >= 0; {advice}or start where decide() ends"
    )


class LocalRate(NamedTuple):
    """How descent contracts near the target.

    Attributes
    ----------
    eigenvalues : ndarray of shape (k,)
        Different eigenvalues mu of E[x x^T 1[v.x > 0]], ascending.
    multiplicity : int ndarray of shape (k,)
        How often each occurs; the sum is d + 1.
    step_size : float
        eta.
    factor : float
        max |1 - eta mu|: near the target each step multiplies |w - v| by about this, at worst.
    squared : float
        Its square, to compare with `LinearRate.contraction`.
    """

    eigenvalues: Array
    multiplicity: NDArray[np.int64]
    step_size: float
    factor: float
    squared: float


def local_rate(prob: Problem, step_size: float | None = None) -> LocalRate:
    r"""Return the rate of descent near the target, from E[x x^T 1[v.x > 0]].

    Exact to the accuracy of the quadrature, relative to the largest eigenvalue. Symmetric law: a
    block in the plane of v~ and the bias, and one eigenvalue for the d - 1 directions across.

    Parameters
    ----------
    prob : Problem
        Full or reduced, with exact objective.
    step_size : float, optional
        eta > 0; None is 1/L.

    Returns
    -------
    LocalRate

    Raises
    ------
    ValueError
        If the law has no exact objective (cube, d >= 2), or the step size is not positive.

    Notes
    -----
    For samples with v.x = 0 for none of them it is the rate once the path is near; a factor of 1
    then means that they do not determine the target. Source: this book,
    "Rates, steps and samples".

    Examples
    --------
    >>> import singleneuron as sn
    >>> rate = sn.local_rate(sn.Problem(sn.UniformBall(5), [1.0, 0, 0, 0, 0, 0.0]))
    >>> rate.multiplicity.tolist(), round(rate.factor, 6)
    ([1, 4, 1], 0.979488)
    """
    eta = 1 / prob.smoothness if step_size is None else checks.positive("step_size", step_size)
    values, counts = overlap_spectrum(prob, prob.target)
    factor = float(np.abs(1 - eta * values).max())
    return LocalRate(values, counts, eta, factor, factor**2)
