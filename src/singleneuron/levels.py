r"""The least overlap that a loss below the trivial one allows, by level sets of the target."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .checks import Array
from .problem import Problem

__all__ = ["least_overlap"]


def least_overlap(prob: Problem, delta: ArrayLike) -> Array:
    r"""Return the least P(A(w)) that a loss of F(0) - delta allows, by the level sets of v.x.

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
    share of the inputs), so nothing better follows from that alone. Source: this book,
    "Better than trivial is enough".

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
    if prob._plane.target[0] == 0:  # v.x is constant
        return np.asarray(np.minimum(given / most, 1.0))
    up = np.eye(prob.dim + 1)[-1]

    def left(tau: Array, rows: Array) -> Array:
        """E[s(v.x)^2 1[v.x > tau]] - 2 delta, a falling function."""
        levels = prob.target - tau[:, None] * up
        # (v.x)^2 = (v.x - tau) v.x + tau v.x, and on v.x > tau the residual is -tau
        return prob.moments(levels)[1] - prob.gradient(levels) @ prob.target - need[rows]

    high = _root_from_above(left, np.zeros_like(need), np.full_like(need, _height(prob)), need)
    return np.asarray(prob.active_mass(prob.target - high[:, None] * up).reshape(given.shape))


def _root_from_above(left: Any, low: Array, high: Array, need: Array) -> Array:
    """Return where falling functions change sign, never below it (Chandrupatla's method)."""
    result, rows = low.copy(), np.arange(low.size)
    a, b, fa, fb, t = low, high, left(low, rows), -need, np.full_like(low, 0.5)
    rows, (a, b, fa, fb, t) = rows[fa > 0], (x[fa > 0] for x in (a, b, fa, fb, t))
    for _ in range(100):
        result[rows] = np.maximum(a, b)
        near = np.minimum(1e-12 * result[rows] / np.abs(b - a), 0.5)
        more = near < 0.5
        rows, (a, b, fa, fb, t) = rows[more], (x[more] for x in (a, b, fa, fb, t))
        if not rows.size:
            break
        t = np.clip(t, near[more], 1 - near[more])
        at = a + t * (b - a)
        f_at = left(at, rows)
        same = (f_at > 0) == (fa > 0)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = at, f_at
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            t = fa / (fb - fa) * fc / (fb - fc)
            t += (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            good = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi) & np.isfinite(t)
        t = np.where(good, t, 0.5)
    return result


def _height(prob: Problem) -> float:
    """Return a tau beyond which v.x does not go, or hardly ever."""
    law, v = prob.law, prob.target
    if math.isinf(law.support_radius):
        return float(prob._plane.target[2] + 40 * prob._plane.target[0] * prob._plane.radial.scale)
    return float(law.support_function(v[:-1])) + float(v[-1])
