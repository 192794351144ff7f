r"""The constants of the guarantees: how fast, from what is known at the start.

T4: mass gives curvature. G1: a start below the trivial loss converges to the target at a linear
rate. G4: the rate near the target.
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

__all__ = [
    "LinearRate", "LocalRate", "curvature_bound", "least_overlap", "linear_rate", "local_rate",
]  # fmt: skip


def curvature_bound(law: Law, mass: ArrayLike) -> Array:
    r"""Return lambda(p): every event of probability p or more has this curvature (T4).

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
    A lower bound, nearly sharp: exact over bound goes down to 1.009. Source: this book, T4.

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> round(float(curvature_bound(UniformBall(2), 0.5)), 6)
    0.010261
    """
    p = checks.finite_array("mass", mass)
    if ((p < 0) | (p > 1)).any():
        raise ValueError(f"mass must be a probability in [0, 1], got {p}; pass P(A) of an event")
    c, density = _bounded(law)
    with np.errstate(under="ignore"):
        share = p / (math.sqrt(12) * density)
        return np.asarray(p * share**2 / (1 + (c + share) ** 2))


def _bounded(law: Law) -> tuple[float, float]:
    """Return c and c', or raise ValueError where one of them is infinite."""
    if not isinstance(law, Law):
        raise ValueError(f"law must be a Law, got {law!r}; pass for example UniformBall(2)")
    c, density = law.support_radius, law.density_bound
    if math.isinf(c):
        raise ValueError(
            f"law must have bounded support, got {law!r}; use a ball or a cube, or measure the "
            "rate along a run (gradient_descent)"
        )
    if math.isinf(density):
        raise ValueError(
            f"law must have marginals of bounded density, got {law!r}, which has none; use a ball "
            "or a sphere with d >= 3, or measure the rate along a run (gradient_descent)"
        )
    return float(c), float(density)


class LinearRate(NamedTuple):
    """What G1 proves for starts below the trivial loss; arrays of the shape (...) of the batch.

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
    r"""Return the rate that a start below the trivial loss is guaranteed (G1).

    With :math:`F(w_0) = F(0) - \delta` and M = sup v.x: overlap at least
    :math:`p = 2\delta/M^2`, curvature at least lambda(p), for ever.

    Parameters
    ----------
    prob : Problem
        With a law of bounded support and bounded marginal densities.
    start : array_like of shape (..., d+1)
        Starts with F(w) < F(0).

    Returns
    -------
    LinearRate

    Raises
    ------
    ValueError
        If a start is not below the trivial loss, or the law is unbounded or has no bounded
        marginal densities.

    Notes
    -----
    A guarantee, not an estimate: runs are faster, often by many orders of magnitude.
    Source: this book, G1.

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


def least_overlap(prob: Problem, delta: ArrayLike) -> Array:
    r"""Return the least P(A(w)) that a loss of F(0) - delta allows, by the level sets of v.x (G1).

    .. math:: p^* = \sup_{\tau > 0} \frac{2\delta - E (s(v.x)^2 - \tau^2)_+}{\tau^2}
              = P(v.x > \tau) \quad\text{at}\quad E[s(v.x)^2 1[v.x > \tau]] = 2\delta.

    With tau = M it is 2 delta/M^2, the overlap of `linear_rate`; the supremum needs no M, and at
    a given share of F(0) it does not fall with the dimension.

    Parameters
    ----------
    prob : Problem
        With exact objective.
    delta : array_like of shape (...)
        F(0) - F(w), from 0 to F(0).

    Returns
    -------
    ndarray of shape (...)
        To be passed on to `curvature_bound`.

    Raises
    ------
    ValueError
        If `delta` is not in [0, F(0)], or the law has no exact objective (cube, d >= 2).

    Notes
    -----
    The least mass of any event with :math:`E[s(v.x)^2 1_A] \ge 2\delta` (for samples: of any
    share of the inputs), so nothing better follows from that alone. Source: this book, G1.

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(100), [1.0] + 100 * [0.0])
    >>> delta = prob.trivial_loss / 2
    >>> round(2 * delta, 6), round(float(sn.least_overlap(prob, delta)), 6)
    (0.002451, 0.062932)
    """
    given = checks.finite_array("delta", delta)
    most = prob.trivial_loss
    if ((given < 0) | (given > most * (1 + 1e-12))).any():
        raise ValueError(
            f"delta must lie in [0, F(0)] = [0, {most:.6g}], got {given}; pass F(0) - F(w), "
            "which is -prob.excess_loss(w)"
        )
    need = 2 * given.ravel()
    atoms = prob.law.atoms()
    if atoms is not None:  # the inputs of largest v.x, the last one in part
        square = np.maximum(atoms[0] @ prob.target[:-1] + prob.target[-1], 0) ** 2
        order = np.argsort(-square)
        order = order[square[order] * atoms[1][order] > 0]
        caught = np.append(0.0, np.cumsum(square[order] * atoms[1][order]))
        mass = np.append(0.0, np.cumsum(atoms[1][order]))
        return np.asarray(np.interp(need, caught, mass).reshape(given.shape))
    if prob._size == 0:  # v.x is constant
        return np.asarray(np.minimum(given / most, 1.0))
    low, high = np.zeros_like(need), np.full_like(need, _height(prob))
    for _ in range(60):
        middle = (low + high) / 2
        levels = prob.target - middle[:, None] * np.eye(prob.dim + 1)[-1]
        # (v.x)^2 = (v.x - tau) v.x + tau v.x, and on v.x > tau the residual is -tau
        energy = prob.moments(levels)[1] - prob.gradient(levels) @ prob.target
        low, high = np.where(energy > need, middle, low), np.where(energy > need, high, middle)
    levels = prob.target - high[:, None] * np.eye(prob.dim + 1)[-1]
    return np.asarray(prob.active_mass(levels).reshape(given.shape))


def _height(prob: Problem) -> float:
    """Return a tau beyond which v.x does not go, or hardly ever."""
    law, v = prob.law, prob.target
    if math.isinf(law.support_radius):
        return float(prob._reduced_target[2] + 40 * prob._size * prob._need_radial().scale)
    return float(law.support_function(v[:-1])) + float(v[-1])


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
    r"""Return the rate of descent near the target (G4), from E[x x^T 1[v.x > 0]].

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
    then means that they do not determine the target. Source: this book, G4.

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
