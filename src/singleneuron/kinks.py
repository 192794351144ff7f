r"""Where the objective's radial integrand has kinks, compiled.

With T ~ Exp(1) the radius of the planar projection is s(T) (`laws.Radial`). Ring averages have
square-root kinks where an arc opens (s = |b|/|w~|, |b_v|/|v~|) and a plain kink where the lines
w.x = 0 and v.x = 0 cross. Squares of their radii, and what these leave of the law's scale, are
kept as double-doubles: nothing is lost near the dead cone or where two kinks nearly meet.
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from .compiled import part
from .doubled import cone_place, crossing, dd_add, dd_mul
from .elementary import larger, smaller

from .rows import (  # isort: skip
    B_V, COS, CROSS, CROSS_S, CROSS_V, CROSS_W, CROSSING, D_ACROSS, D_ALONG, D_B, D_SIZE, FOR,
    GAUSSIAN, KINK_V, KINK_W, ORIGIN, OWN, PLACES, RISE, SIN, SQUARES, TARGET, THETA, VALID, A, B,
    V,
)  # fmt: skip


@part
def difference(geo, kind, i, j):
    """Return (s_i^2 - s_j^2) / scale^2 for two points of the radial line."""
    at, to = SQUARES + 2 * i, SQUARES + 2 * j
    # near the centre the squares are exact, at the rim the gaps
    if kind != GAUSSIAN and not (geo[at] < 0.5 and geo[to] < 0.5):
        to, at = PLACES + 2 * i, PLACES + 2 * j
    return dd_add((geo[at], geo[at + 1]), (-geo[to], -geo[to + 1]))[0]


@part
def compare(gaps, times, geo, kind, scale, power):
    """Fill the tables of s_i^2 - s_j^2 and of T(point i) - T(point j) for all valid points."""
    for i in range(4):
        for j in range(i):
            if geo[VALID + i] == 0 or geo[VALID + j] == 0:
                continue
            square = difference(geo, kind, i, j)
            if kind == GAUSSIAN:
                time = 0.5 * square
            else:
                ratio = abs(square) / geo[PLACES + 2 * (i if square > 0 else j)]
                time = math.copysign(0.5 * power * math.log1p(ratio), square)
            gaps[4 * i + j], gaps[4 * j + i] = scale * scale * square, -scale * scale * square
            times[4 * i + j], times[4 * j + i] = time, -time


@part
def _kink(geo, j, kind, scale, p, q, b, size):
    """Store the kink of (p, q, b), |(p, q)| = size, as point j, and whether it is on the line."""
    geo[VALID + j], geo[PLACES + 2 * j] = 0.0, -1.0
    if not 1e-140 * abs(b) < size * scale:  # beyond any float T
        return
    shrink = -math.frexp(size)[1]  # so that no square under- or overflows
    p, q, b = math.ldexp(p, shrink), math.ldexp(q, shrink), math.ldexp(b, shrink)
    gap, square = cone_place(p, q, b, scale)
    geo[PLACES + 2 * j], geo[PLACES + 1 + 2 * j] = gap
    geo[SQUARES + 2 * j], geo[SQUARES + 1 + 2 * j] = square
    if kind == GAUSSIAN or gap[0] > 0:
        geo[VALID + j] = 1.0


@part
def _cross(geo, kind, scale, p, q, b, size, offset):
    """Store the crossing of the lines as the last point."""
    geo[VALID + CROSSING] = 0.0
    lines = geo[VALID + OWN] > 0 and geo[VALID + TARGET] > 0
    if not (lines and q > 1e-140 * geo[A] and (b != 0 or offset != 0)):
        return
    shrink, other = -math.frexp(geo[A])[1], -math.frexp(size)[1]
    gap, square = crossing(
        math.ldexp(p, shrink), math.ldexp(q, shrink), math.ldexp(b, shrink),
        math.ldexp(size, other), math.ldexp(offset, other), scale,
    )  # fmt: skip
    geo[PLACES + 2 * CROSSING], geo[PLACES + 1 + 2 * CROSSING] = gap
    geo[SQUARES + 2 * CROSSING], geo[SQUARES + 1 + 2 * CROSSING] = square
    if kind == GAUSSIAN or gap[0] > 0:
        geo[VALID + CROSSING] = 1.0


@part
def prepare(geo, gaps, times, kind, scale, power, w, v):
    """Fill the geometry of the pair (w, v), and the tables of `compare`."""
    p, q, b, size, offset = w[0], w[1], w[2], v[0], v[2]
    last = TARGET
    if not (geo[V] == size and geo[B_V] == offset and geo[FOR] == kind and geo[FOR + 1] == scale):
        geo[V], geo[B_V], geo[FOR], geo[FOR + 1] = size, offset, kind, scale
        geo[KINK_V] = smaller(abs(offset) / size, 1e150) if size > 0 else 1e150
        geo[VALID + ORIGIN] = geo[PLACES + 2 * ORIGIN] = 1.0
        last = CROSSING  # the target's kink is kept for as long as target and law stay
    a = math.hypot(p, q)
    cosine, sine = (p / a, q / a) if a > 0 else (1.0, 0.0)
    geo[A], geo[B] = a, b
    geo[THETA], geo[COS], geo[SIN] = math.atan2(q, p) if a > 0 else 0.0, cosine, sine
    geo[RISE] = sine * sine / (1 + cosine) if cosine > 0 else 1 - cosine
    geo[D_B] = b - offset
    geo[D_ALONG], geo[D_ACROSS] = (p - size) * cosine + q * sine, -size * sine
    geo[D_SIZE] = math.hypot(p - size, q)
    geo[KINK_W] = smaller(abs(b) / a, 1e150) if a > 0 else 1e150  # a square that is finite will do
    for j in range(OWN, last):
        if j == OWN:
            _kink(geo, j, kind, scale, p, q, b, a)
        else:
            _kink(geo, j, kind, scale, size, 0.0, offset, size)
    _cross(geo, kind, scale, p, q, b, size, offset)
    compare(gaps, times, geo, kind, scale, power)
    geo[CROSS] = 0.0
    if geo[VALID + CROSSING] == 0:
        return
    geo[CROSS_S] = scale * math.sqrt(geo[SQUARES + 2 * CROSSING])
    for j in range(OWN, CROSSING):  # how far the crossing is along each line
        geo[CROSS_S + j] = math.sqrt(larger(gaps[4 * CROSSING + j], 0.0))
    alpha, beta = math.atan2(a * geo[CROSS_W], -b), math.atan2(size * geo[CROSS_V], -offset)
    near, far = abs(alpha + beta - geo[THETA]), abs(alpha + beta + geo[THETA] - 2 * math.pi)
    inner = abs(abs(alpha - beta) - geo[THETA])
    if near <= far and near <= inner:
        geo[CROSS] = 1.0
    elif far <= inner:
        geo[CROSS] = 2.0


@part
def first_kink(geo, times, loss):
    """Return the point of the radial line where the integrand starts, -1 if it never does.

    A neuron wakes up there: w, or for the loss whichever of w and v does first.
    """
    start = -1
    for j in range(OWN, TARGET + 1 if loss else TARGET):
        b, valid = (geo[B] if j == OWN else geo[B_V]), geo[VALID + j] > 0
        if b > 0 or (b == 0 and valid):
            start = ORIGIN
        elif valid and b < 0 and (start < 0 or (start == OWN and times[4 * j + OWN] < 0)):
            start = j
    return start


@part
def log_mass(geo, kind, power, j):
    """Return -T at point j as a sum of two floats, to 1e-10 at T = 1e7."""
    if kind == GAUSSIAN:
        return -0.5 * geo[SQUARES + 2 * j], -0.5 * geo[SQUARES + 1 + 2 * j]
    high, low = geo[PLACES + 2 * j], geo[PLACES + 1 + 2 * j]
    mantissa, exponent = math.frexp(high)
    if mantissa < 0.7:  # so that the logarithm of the mantissa is small
        mantissa, exponent = 2 * mantissa, exponent - 1
    log = dd_mul((float(exponent), 0.0), (0.6931471805599453, 2.3190468138462996e-17))
    log = dd_add(log, (math.log(mantissa), low / high))
    return dd_mul(log, (0.5 * power, 0.0))
