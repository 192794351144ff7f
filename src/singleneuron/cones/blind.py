r"""Blind parameters: no input makes both w.x and v.x positive."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..checks import Array
from ..laws import Law
from .dead import (
    _dead,
    _height,
    point_signs,
    pulled_height_sign,
    sign,
)
from .projection import live_target
from .support import EPS, Support, dot, parameters, pull, pull_exactly, support_of, unit_scale

GOLDEN = (5**0.5 - 1) / 2
CUTS = 80  # GOLDEN**80 < 2e-17: the segment shrinks below its rounding


def is_blind(law: Law, target: ArrayLike, w: ArrayLike) -> NDArray[np.bool_]:
    r"""Say whether no input of the support has :math:`w \cdot x > 0` and :math:`v \cdot x > 0`.

    For a convex support w is blind iff the segment [w, v] meets the dead cone (its shadow). Ball,
    with :math:`\cos\alpha = -b/(c|\tilde w|)`, :math:`\cos\beta = -b_v/(c|\tilde v|)`, both
    clipped: dead, or :math:`\theta \ge \alpha + \beta`. A sphere in d >= 2 is no convex set, yet
    gives the same: where two half spaces meet inside the ball they meet on its sphere too, for
    their intersection holds a half line. Points: one by one. Normal law: blind iff
    :math:`\tilde w + r \tilde v = 0` and :math:`b + r b_v \le 0` for some r >= 0.

    Parameters
    ----------
    law : Law
        The law of the inputs.
    target : array_like of shape (d+1,)
        The target v, not dead.
    w : array_like of shape (..., d+1)
        Parameters, bias last.

    Returns
    -------
    ndarray of bool, shape (...)
        Exact for the given floats, as :func:`is_dead`.

    Raises
    ------
    ValueError
        If the target is dead, a shape is wrong, an entry is not finite, or the support of a law
        of your own is not convex.

    Notes
    -----
    Source: this book, "Blind, then never".

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> is_blind(UniformBall(2), [1.0, 0.0, 0.0], [[-1.0, 0.0, 0.0], [-1.0, 0.1, 0.0]])
    array([ True, False])
    """
    w = parameters(law, w)
    v = live_target(law, target)
    support = support_of(law)
    if support.kind == "points":
        both = (point_signs(support, w) > 0) & (point_signs(support, v) > 0)
        return np.asarray(~both.any(axis=-1))
    blind = np.asarray(_dead(law, w))
    v, _ = unit_scale(v)
    open_rows = ~blind
    if not open_rows.any():
        return blind
    rest = unit_scale(w[open_rows])[0]
    find = {"round": _round, "space": _space, "cube": _cube}.get(support.kind)
    if find is not None:
        blind[open_rows] = find(support, v, rest, w[open_rows])
    else:
        blind[open_rows] = shadow_height(law, v, rest) <= 0
    return blind


def shadow_height(law: Law, target: ArrayLike, w: ArrayLike) -> Array:
    r"""Return the least height :math:`\min_l h((1-l)\,w + l\,v)` over the segment from w to v.

    Here :math:`h(w) = \sup w \cdot x` over the support, and both ends are first scaled to length
    one (which moves no ray). For a convex support w is blind iff the result is <= 0: the
    shadow criterion, by golden section on a convex function. Its error is the rounding of
    one height, about (d + 5) 2.2e-16 (1 + c): a minimum missed by the rounding of its argument
    or of a comparison is missed by no more than that.

    Parameters
    ----------
    law : Law
        A law with convex compact support.
    target : array_like of shape (d+1,)
        The target v, not dead.
    w : array_like of shape (..., d+1)
        Parameters, bias last.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        If the support is not convex or not compact, the target is dead, a shape is wrong, or an
        entry is not finite.

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> round(float(shadow_height(UniformBall(2), [1.0, 0.0, 0.0], [0.0, 2.0, 0.0])), 12)
    0.707106781187
    """
    w = parameters(law, w)
    v = live_target(law, target)
    if not (law.convex_support and np.isfinite(law.support_radius)):
        raise ValueError(
            f"law must have a convex compact support, got {law!r}; is_blind serves the others "
            "where it can"
        )
    w, v = unit_scale(w)[0], unit_scale(v)[0]
    length = np.linalg.norm(w, axis=-1, keepdims=True)
    w, v = w / np.where(length > 0, length, 1.0), v / np.linalg.norm(v)

    def along(s: Array) -> Array:
        return _height(law, (1 - s)[..., None] * w + s[..., None] * v)

    low, high = np.zeros(w.shape[:-1]), np.ones(w.shape[:-1])
    left, right = high - GOLDEN, low + GOLDEN
    f_left, f_right = along(left), along(right)
    best = np.minimum(np.minimum(along(low), along(high)), np.minimum(f_left, f_right))
    for _ in range(CUTS):
        down = f_left <= f_right  # the minimum lies in [low, right]
        low, high = np.where(down, low, left), np.where(down, right, high)
        new = np.where(down, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        f_new = along(new)
        left, right = np.where(down, new, right), np.where(down, left, new)
        f_left, f_right = np.where(down, f_new, f_right), np.where(down, f_left, f_new)
        best = np.minimum(best, f_new)
    return np.asarray(best)


def _round(support: Support, v: Array, w: Array, exact: Array) -> NDArray[np.bool_]:
    r"""Decide theta >= alpha + beta for rows that are not dead.

    With p, q the parts of u along and across V: :math:`c|u + rV| + b + r b_v` is least over real
    r where :math:`(p + r|V|) s = -q b_v`, :math:`s^2 = c^2|V|^2 - b_v^2`; that r is >= 0 iff
    :math:`p s + q b_v \le 0`, and the least value is <= 0 iff :math:`q s - p b_v + b|V| \le 0`.
    """
    u, b, error_w = pull(support, w)
    target, b_v, error_v = pull(support, v)
    c, size = support.size, float(np.linalg.norm(target))
    blind = np.zeros(b.shape, dtype=bool)
    if b_v > c * size + error_v:  # the target is active on the whole support
        return blind
    unit = target / max(size, np.finfo(np.float64).tiny)
    p = u @ unit
    q = np.linalg.norm(u - p[..., None] * unit, axis=-1)
    square = max(float((c * size - b_v) * (c * size + b_v)), 0.0)
    s, loose = np.sqrt(square), np.sqrt(square + 4 * c * size * float(error_v))
    turn, least = p * s + q * b_v, q * s - p * b_v + b * size
    a = np.hypot(p, q)
    error = error_w * ((s + abs(b_v)) / c + 3 * size) + np.abs(b) * error_v / c
    error = error + a * (3 * (loose - s) + 5 * error_v)
    blind = (turn <= 0) & (least <= 0)
    doubt = (turn <= error) & (least <= error) & ~((turn < -error) & (least < -error))
    for index in np.argwhere(doubt):
        blind[tuple(index)] = _round_exactly(support, v, exact[tuple(index)])
    return np.asarray(blind)


def _round_exactly(support: Support, v: Array, w: Array) -> bool:
    """Decide the two inequalities of :func:`_round`, times |V|, in fractions."""
    u, b = pull_exactly(support, w)
    target, b_v = pull_exactly(support, v)
    c, size2, along = Fraction(support.size), dot(target, target), dot(u, target)
    s2 = c**2 * size2 - b_v**2
    if b_v >= 0 and s2 <= 0:
        return False
    across2 = dot(u, u) * size2 - along**2
    turn = _signed(along) * s2 + _signed(b_v) * across2
    right = along * b_v - b * size2
    return turn <= 0 and right >= 0 and across2 * s2 <= right**2


def _signed(x: Fraction) -> Fraction:
    return x * abs(x)


def _cube(support: Support, v: Array, w: Array, exact: Array) -> NDArray[np.bool_]:
    """Find the least height on the segment, piecewise linear, at its kinks.

    A kink is where an entry of u + rV is 0. The ends are not needed: neither the
    rows nor the target are dead.
    """
    u, b, error_w = pull(support, w)
    target, b_v, error_v = pull(support, v)
    blind, doubt = np.zeros(b.shape, dtype=bool), np.zeros(b.shape, dtype=bool)
    for i in np.flatnonzero(target):
        weight = np.abs(target[i]), np.abs(u[..., i])
        kink = u[..., i] * target[i] < 0
        mixed = weight[0] * u + weight[1][..., None] * target
        mixed[..., i] = 0.0
        value = support.size * np.abs(mixed).sum(axis=-1) + weight[0] * b + weight[1] * b_v
        error = weight[0] * error_w + weight[1] * error_v
        blind |= kink & (value < -error)
        doubt |= kink & (np.abs(value) <= error)
    for index in np.argwhere(doubt & ~blind):
        blind[tuple(index)] = _cube_exactly(support, v, exact[tuple(index)])
    return blind


def _cube_exactly(support: Support, v: Array, w: Array) -> bool:
    u, b = pull_exactly(support, w)
    target, b_v = pull_exactly(support, v)
    for x, y in zip(u, target, strict=True):
        if x * y < 0:
            mixed = [abs(y) * s + abs(x) * t for s, t in zip(u, target, strict=True)]
            if pulled_height_sign(support, mixed, abs(y) * b + abs(x) * b_v) <= 0:
                return True
    return False


def _space(support: Support, v: Array, w: Array, exact: Array) -> NDArray[np.bool_]:
    """Decide w~ = -r v~ with r > 0 and b + r b_v <= 0 (an affine map of the inputs keeps both)."""
    i = int(np.argmax(np.abs(v[:-1])))
    cross = np.abs(w[..., :-1] * v[i] - w[..., i : i + 1] * v[:-1])
    line = (cross <= 4 * EPS * np.abs(w[..., :-1] * v[i])).all(axis=-1) & (w[..., i] * v[i] < 0)
    blind = np.zeros(line.shape, dtype=bool)
    for index in np.argwhere(line):
        row, target = ([Fraction(x) for x in z.tolist()] for z in (exact[tuple(index)], v))
        straight = all(
            x * target[i] == row[i] * y for x, y in zip(row[:-1], target[:-1], strict=True)
        )
        level = row[-1] * abs(target[i]) + target[-1] * abs(row[i])
        blind[tuple(index)] = straight and sign(level) <= 0
    return blind
