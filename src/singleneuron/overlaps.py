r"""The curvature that the overlap really has: E[x x^T 1_A] for A = {w.x > 0, v.x > 0}, exactly.

On a ring of radius s both neurons are active on at most two arcs, where 1, cos, sin and their
products have closed integrals. What is left is one integral over the radius, as in the chapter
"The exact objective": split where an arc opens or closes and where the two lines cross. Each panel
gets the nodes of the double exponential rule, which crowd at its ends: it needs no roots taken off,
and does not mind a kink just outside.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks
from .checks import Array
from .laws import Radial
from .problem import Problem

__all__ = ["overlap_curvature", "overlap_spectrum"]

Counts = NDArray[np.int64]

_STOPS = (4.0, 40.0)  # of T behind the first common ring; e^-40 is what is cut off
_STEP, _REACH = 0.1, 3.2  # of the double exponential rule; 4e-12 off at worst in 8,000 cases
_BLOCK = 512  # points at a time


def overlap_curvature(prob: Problem, w: ArrayLike) -> Array:
    r"""Return the least eigenvalue of E[x x^T 1_A] with A = {w.x > 0, v.x > 0}.

    It is the sharpest rate that the argument of G1 can give at w:
    :math:`g(w) \cdot (w - v) \ge \lambda_{\min} |w - v|^2`.

    Parameters
    ----------
    prob : Problem
        With exact objective.
    w : array_like of shape (..., d+1)

    Returns
    -------
    ndarray of shape (...)
        In squared units of the input; 0 for blind neurons.

    Raises
    ------
    ValueError
        If the law has no exact objective (cube, d >= 2), or `w` has the wrong shape.

    Notes
    -----
    For `prob.reduced` it is the least over the plane of w~ and v~ and the bias, which no run
    leaves. Accurate to 1e-10 of the largest eigenvalue. Source: this book, G1.

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.0])
    >>> round(float(sn.overlap_curvature(prob, [1.0, 0.0, 0.0])), 6)
    0.029325
    """
    return overlap_spectrum(prob, w)[0][..., 0]


def overlap_spectrum(prob: Problem, w: ArrayLike) -> tuple[Array, Counts]:
    """Return the different eigenvalues of E[x x^T 1_A] and how often each occurs.

    Parameters
    ----------
    prob : Problem
        With exact objective.
    w : array_like of shape (..., d+1)

    Returns
    -------
    values : ndarray of shape (..., k)
        Ascending, at least 0.
    counts : int ndarray of shape (..., k)
        The sum over k is d + 1.

    Raises
    ------
    ValueError
        As for `overlap_curvature`.

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(5), [1.0, 0, 0, 0, 0, 0.0])
    >>> overlap_spectrum(prob, prob.target)[1].tolist()
    [1, 4, 1]
    """
    w = checks.vectors("w", w, prob.dim + 1)
    flat = w.reshape(-1, prob.dim + 1)
    atoms = prob.law.atoms()
    if atoms is not None:
        lifted = np.column_stack([atoms[0], np.ones(len(atoms[0]))])
        seen = ((flat @ lifted.T > 0) & (lifted @ prob.target > 0)) * atoms[1]
        values = np.linalg.eigvalsh(np.einsum("kn,ni,nj->kij", seen, lifted, lifted))
        counts = np.ones(values.shape, np.int64)
    else:
        values, counts = _spherical(prob, flat)
    order = np.argsort(values, axis=-1)
    values = np.maximum(np.take_along_axis(values, order, -1), 0.0)
    counts = np.take_along_axis(counts, order, -1)
    return values.reshape(*w.shape[:-1], -1), counts.reshape(*w.shape[:-1], -1)


def _spherical(prob: Problem, flat: Array) -> tuple[Array, Counts]:
    """Return eigenvalues and counts (n, k) at rows (n, d+1), for a law with radial parts."""
    law = prob._plane.radial
    centred = prob._plane.pull(flat)
    reduced = prob._plane.reduce(centred)
    parts = [_blocks(law, reduced[k : k + _BLOCK], prob._plane.target)
             for k in range(0, len(flat), _BLOCK)]  # fmt: skip
    blocks, across = (np.concatenate(one) for one in zip(*parts, strict=True))
    if not prob.law.is_symmetric:
        values = np.array([
            np.linalg.eigvalsh(_full(prob, *one))
            for one in zip(centred, reduced, blocks, across, strict=True)
        ]).reshape(len(flat), prob.dim + 1)  # fmt: skip
        return values, np.ones(values.shape, np.int64)
    if prob._plane.on_line:
        values = np.linalg.eigvalsh(blocks[:, ::2, ::2])
        return values, np.ones(values.shape, np.int64)
    if (reduced[:, 1] == 0).all():  # one plane is as good as another
        values = np.column_stack([np.linalg.eigvalsh(blocks[:, ::2, ::2]), blocks[:, 1, 1]])
        return values, np.broadcast_to([1, 1, prob.dim - 1], values.shape)
    values, often = np.linalg.eigvalsh(blocks), [1, 1, 1]
    if prob.dim > 2:
        values, often = np.column_stack([values, across]), [1, 1, 1, prob.dim - 2]
    return values, np.broadcast_to(often, values.shape)


def _full(prob: Problem, w: Array, reduced: Array, block: Array, across: float) -> Array:
    """Return E[x x^T 1_A] (d+1, d+1) of an affine image from that of its centred law."""
    d = prob.dim
    frame = np.zeros((d + 1, 3))
    frame[:d, 0], frame[d, 2] = prob._plane.axis, 1.0
    if reduced[1] > 0:
        frame[:d, 1] = (w[:d] - reduced[0] * prob._plane.axis) / reduced[1]
    elif d > 1:  # any direction across will do
        other = np.eye(d)[np.argmin(np.abs(prob._plane.axis))]
        other -= (other @ prob._plane.axis) * prob._plane.axis
        frame[:d, 1] = other / np.linalg.norm(other)
    moment = frame @ block @ frame.T
    plane = frame[:d, :2] @ frame[:d, :2].T
    moment[:d, :d] += across * (np.eye(d) - plane)
    lift = np.eye(d + 1)
    if prob._plane.matrix is not None:
        lift[:d, :d] = prob._plane.matrix
    if prob._plane.shift is not None:
        lift[:d, d] = prob._plane.shift
    return np.asarray(lift @ moment @ lift.T)


def _blocks(law: Radial, points: Array, target: Array) -> tuple[Array, Array]:
    """Return E[x x^T 1_A] over (along v~, across in the plane, bias), (n, 3, 3), and across (n,).

    The second is E[z^2 1_A] for a coordinate z across the plane of w~ and v~, 0 where there is
    none.
    """
    if law.kind in ("interval", "line"):
        return _line_blocks(law, points, target), np.zeros(len(points))
    times, weights = _radial_nodes(law, points, target)
    square, rest = _squares(law, times)
    radius = np.sqrt(square)
    alpha = _half_width(np.hypot(points[:, 0], points[:, 1])[:, None] * radius, points[:, 2:])
    beta = _half_width(target[0] * radius, target[2])
    theta = np.arctan2(points[:, 1], points[:, 0])[:, None]
    sums = np.zeros((6, *radius.shape))
    high = np.minimum(beta, theta + alpha)
    _add_arc(sums, np.maximum(-beta, theta - alpha), high)
    _add_arc(sums, -beta, np.minimum(beta, theta + alpha - 2 * np.pi))
    one, cosine, sine, cc, cs, ss = sums * weights / (2 * np.pi)
    entries = [square * cc, square * cs, radius * cosine, square * ss, radius * sine, one]
    xx, xy, x1, yy, y1, mass = (entry.sum(axis=1) for entry in entries)
    rows = [[xx, xy, x1], [xy, yy, y1], [x1, y1, mass]]
    return np.moveaxis(np.array(rows), -1, 0), (rest * one).sum(axis=1)


def _half_width(height: Array, bias: Any) -> Array:
    """Return the half-width of the arc where height cos(phi) + bias > 0."""
    upper, lower = np.maximum(height + bias, 0), np.maximum(height - bias, 0)
    return 2 * np.arctan2(np.sqrt(upper), np.sqrt(lower))


def _add_arc(sums: Array, low: Array, high: Array) -> None:
    """Add the integrals of 1, cos, sin, cos^2, cos sin, sin^2 over [low, high] to `sums`."""
    half, middle = np.maximum(high - low, 0) / 2, (high + low) / 2
    sine, cosine = np.sin(half), np.cos(half)
    turn, lean = np.cos(2 * middle), np.sin(2 * middle)
    sums[0] += 2 * half
    sums[1] += 2 * sine * np.cos(middle)
    sums[2] += 2 * sine * np.sin(middle)
    sums[3] += half + sine * cosine * turn
    sums[4] += sine * cosine * lean
    sums[5] += half - sine * cosine * turn


def _squares(law: Radial, times: Array) -> tuple[Array, Array]:
    """Return s^2 at T, and the mean square of a coordinate across the plane given s."""
    if law.kind == "gaussian":
        return 2 * law.scale**2 * times, np.full_like(times, law.scale**2)
    if law.kind == "ring":
        return np.full_like(times, law.scale**2), np.zeros_like(times)
    share = -2 * times / law.power
    return -(law.scale**2) * np.expm1(share), law.scale**2 / law.power * np.exp(share)


def _time(law: Radial, radius: Array) -> Array:
    """Return T at a radius, inf from the rim on."""
    if law.kind == "gaussian":
        return 0.5 * (radius / law.scale) ** 2
    square = np.minimum((radius / law.scale) ** 2, 1.0)
    with np.errstate(divide="ignore"):
        return -0.5 * law.power * np.log1p(-square)


def _radial_nodes(law: Radial, points: Array, target: Array) -> tuple[Array, Array]:
    """Return nodes T (n, m) and weights with e^-T, from the first ring that both may meet on."""
    if law.kind == "ring":
        return np.zeros((len(points), 1)), np.ones((len(points), 1))
    p, q, b = points.T
    size, offset = target[0], target[2]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        own, other = np.abs(b) / np.hypot(p, q), np.full_like(b, np.abs(offset) / size)
        crossing = np.hypot(offset / size, (p * offset / size - b) / q)
        kinks = [_time(law, np.nan_to_num(r, nan=0.0)) for r in (own, other, crossing)]
    first = np.maximum(np.where(b < 0, kinks[0], 0.0), kinks[1] if offset < 0 else 0.0)
    first = np.minimum(first, 700.0)  # below e^-700 nothing is left
    edges = np.stack([first, *kinks, *(first + stop for stop in _STOPS)], axis=1)
    edges = np.sort(np.clip(edges, first[:, None], first[:, None] + _STOPS[-1]), axis=1)
    node, weight = _rule()
    length = np.diff(edges, axis=1)[..., None]
    times = edges[:, :-1, None] + length * node
    weights = length * weight * np.exp(-times)
    return times.reshape(len(points), -1), weights.reshape(len(points), -1)


@cache
def _rule() -> tuple[Array, Array]:
    """Return nodes and weights on [0, 1]: x = 1/(1 + exp(-pi sinh t)) at equidistant t."""
    t = _STEP * np.arange(-round(_REACH / _STEP), round(_REACH / _STEP) + 1)
    node, rest = 1 / (1 + np.exp(-np.pi * np.sinh(t))), 1 / (1 + np.exp(np.pi * np.sinh(t)))
    return node, _STEP * np.pi * np.cosh(t) * node * rest


def _line_blocks(law: Radial, points: Array, target: Array) -> Array:
    """Return E[x x^T 1_A] in dimension one, (n, 3, 3) with zeros in the middle."""
    low = np.full(len(points), -law.scale if law.kind == "interval" else -np.inf)
    high = -low
    for slope, offset in ((points[:, 0], points[:, 2]), (target[0], target[2])):
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.nan_to_num(-offset / slope, nan=0.0)
        none = (slope == 0) & (offset <= 0)
        low = np.where(slope > 0, np.maximum(low, root), np.where(none, high, low))
        high = np.where(slope < 0, np.minimum(high, root), high)
    high = np.maximum(high, low)
    out = np.zeros((len(points), 3, 3))
    if law.kind == "interval":
        mass = (high - low) / (2 * law.scale)
        middle = (high + low) / 2
        first, second = mass * middle, mass * (middle**2 + (high - low) ** 2 / 12)
    else:
        mass, first, second = _normal_moments(low / law.scale, high / law.scale)
        first, second = law.scale * first, law.scale**2 * second
    out[:, 0, 0], out[:, 2, 2] = second, mass
    out[:, 0, 2] = out[:, 2, 0] = first
    return out


def _normal_moments(low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Return the moments 0, 1 and 2 of a standard normal input on [low, high]."""
    from scipy.special import ndtr

    sign = np.where(low > 0, -1.0, 1.0)  # from the side on which nothing cancels
    mass = np.abs(ndtr(sign * high) - ndtr(sign * low))
    ends = [np.where(np.isinf(x), 0.0, x) for x in (low, high)]
    dense = [np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi) for x in (low, high)]
    return mass, dense[0] - dense[1], mass + ends[0] * dense[0] - ends[1] * dense[1]
