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
    B_V, COS, CROSS, CROSS_S, CROSS_V, CROSS_W, CROSSING, D_ACROSS, D_ALONG, D_B, FOR,
    GAUSSIAN, KINK_V, KINK_W, ORIGIN, OWN, PLACES, RISE, SIN, SQUARES, TARGET, THETA, VALID, A, B,
    V,
)  # fmt: skip


@part
def compare(gaps, times, grid, kind, scale, power):
    """Fill the tables of s_i^2 - s_j^2 and of T(point i) - T(point j) for all valid points."""
    for i in range(4):
        for j in range(i):
            if grid[VALID + i] == 0 or grid[VALID + j] == 0:
                continue
            at, to = SQUARES + 2 * i, SQUARES + 2 * j
            # near the centre the squares are exact, at the rim the gaps
            if kind != GAUSSIAN and not (grid[at] < 0.5 and grid[to] < 0.5):
                to, at = PLACES + 2 * i, PLACES + 2 * j
            square = dd_add((grid[at], grid[at + 1]), (-grid[to], -grid[to + 1]))[0]
            if kind == GAUSSIAN:
                time = 0.5 * square
            else:
                ratio = abs(square) / grid[PLACES + 2 * (i if square > 0 else j)]
                time = math.copysign(0.5 * power * math.log1p(ratio), square)
            gaps[4 * i + j], gaps[4 * j + i] = scale * scale * square, -scale * scale * square
            times[4 * i + j], times[4 * j + i] = time, -time


@part
def _kink(grid, j, kind, scale, p, q, b, size):
    """Store the kink of (p, q, b), |(p, q)| = size, as point j, and whether it is on the line."""
    grid[VALID + j], grid[PLACES + 2 * j] = 0.0, -1.0
    if not 1e-140 * abs(b) < size * scale:  # beyond any float T
        return
    shrink = -math.frexp(size)[1]  # so that no square under- or overflows
    p, q, b = math.ldexp(p, shrink), math.ldexp(q, shrink), math.ldexp(b, shrink)
    gap, square = cone_place(p, q, b, scale)
    grid[PLACES + 2 * j], grid[PLACES + 1 + 2 * j] = gap
    grid[SQUARES + 2 * j], grid[SQUARES + 1 + 2 * j] = square
    if kind == GAUSSIAN or gap[0] > 0:
        grid[VALID + j] = 1.0


@part
def _cross(grid, kind, scale, p, q, b, size, offset):
    """Store the crossing of the lines as the last point."""
    grid[VALID + CROSSING] = 0.0
    lines = grid[VALID + OWN] > 0 and grid[VALID + TARGET] > 0
    if not (lines and q > 1e-140 * grid[A] and (b != 0 or offset != 0)):
        return
    shrink, other = -math.frexp(grid[A])[1], -math.frexp(size)[1]
    gap, square = crossing(
        math.ldexp(p, shrink), math.ldexp(q, shrink), math.ldexp(b, shrink),
        math.ldexp(size, other), math.ldexp(offset, other), scale,
    )  # fmt: skip
    grid[PLACES + 2 * CROSSING], grid[PLACES + 1 + 2 * CROSSING] = gap
    grid[SQUARES + 2 * CROSSING], grid[SQUARES + 1 + 2 * CROSSING] = square
    if kind == GAUSSIAN or gap[0] > 0:
        grid[VALID + CROSSING] = 1.0


@part
def prepare(grid, gaps, times, kind, scale, power, w, v):
    """Fill the geometry of the pair (w, v), and the tables of `compare`."""
    p, q, b, size, offset = w[0], w[1], w[2], v[0], v[2]
    last = TARGET
    if not (
        grid[V] == size and grid[B_V] == offset and grid[FOR] == kind and grid[FOR + 1] == scale
    ):
        grid[V], grid[B_V], grid[FOR], grid[FOR + 1] = size, offset, kind, scale
        grid[KINK_V] = smaller(abs(offset) / size, 1e150) if size > 0 else 1e150
        grid[VALID + ORIGIN] = grid[PLACES + 2 * ORIGIN] = 1.0
        last = CROSSING  # the target's kink is kept for as long as target and law stay
    a = math.hypot(p, q)
    cosine, sine = (p / a, q / a) if a > 0 else (1.0, 0.0)
    grid[A], grid[B] = a, b
    grid[THETA], grid[COS], grid[SIN] = math.atan2(q, p) if a > 0 else 0.0, cosine, sine
    grid[RISE] = sine * sine / (1 + cosine) if cosine > 0 else 1 - cosine
    grid[D_B] = b - offset
    grid[D_ALONG], grid[D_ACROSS] = (p - size) * cosine + q * sine, -size * sine
    grid[KINK_W] = smaller(abs(b) / a, 1e150) if a > 0 else 1e150  # a square that is finite will do
    for j in range(OWN, last):
        if j == OWN:
            _kink(grid, j, kind, scale, p, q, b, a)
        else:
            _kink(grid, j, kind, scale, size, 0.0, offset, size)
    _cross(grid, kind, scale, p, q, b, size, offset)
    compare(gaps, times, grid, kind, scale, power)
    grid[CROSS] = 0.0
    if grid[VALID + CROSSING] == 0:
        return
    grid[CROSS_S] = scale * math.sqrt(grid[SQUARES + 2 * CROSSING])
    for j in range(OWN, CROSSING):  # how far the crossing is along each line
        grid[CROSS_S + j] = math.sqrt(larger(gaps[4 * CROSSING + j], 0.0))
    alpha, beta = math.atan2(a * grid[CROSS_W], -b), math.atan2(size * grid[CROSS_V], -offset)
    near, far = abs(alpha + beta - grid[THETA]), abs(alpha + beta + grid[THETA] - 2 * math.pi)
    inner = abs(abs(alpha - beta) - grid[THETA])
    if near <= far and near <= inner:
        grid[CROSS] = 1.0
    elif far <= inner:
        grid[CROSS] = 2.0


@part
def first_kink(grid, times, loss):
    """Return the point of the radial line where the integrand starts, -1 if it never does.

    A neuron wakes up there: w, or for the loss whichever of w and v does first.
    """
    start = -1
    for j in range(OWN, TARGET + 1 if loss else TARGET):
        b, valid = (grid[B] if j == OWN else grid[B_V]), grid[VALID + j] > 0
        if b > 0 or (b == 0 and valid):
            start = ORIGIN
        elif valid and b < 0 and (start < 0 or (start == OWN and times[4 * j + OWN] < 0)):
            start = j
    return start


@part
def log_mass(grid, kind, power, j):
    """Return -T at point j as a sum of two floats, to 1e-10 at T = 1e7."""
    if kind == GAUSSIAN:
        return -0.5 * grid[SQUARES + 2 * j], -0.5 * grid[SQUARES + 1 + 2 * j]
    high, low = grid[PLACES + 2 * j], grid[PLACES + 1 + 2 * j]
    mantissa, exponent = math.frexp(high)
    if mantissa < 0.7:  # so that the logarithm of the mantissa is small
        mantissa, exponent = 2 * mantissa, exponent - 1
    log = dd_mul((float(exponent), 0.0), (0.6931471805599453, 2.3190468138462996e-17))
    log = dd_add(log, (math.log(mantissa), low / high))
    return dd_mul(log, (0.5 * power, 0.0))
