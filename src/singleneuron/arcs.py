r"""The exact objective of a spherical law, compiled: one radial integral over ring averages.

With T ~ Exp(1) the radius of the planar projection is s(T) (`laws.Radial`), and every part of the
objective is the integral of a ring average against e^{-T} dT. The average has square-root kinks
where an arc opens (s = |b|/|w~|, |b_v|/|v~|) and a plain kink where the lines w.x = 0 and
v.x = 0 cross. The range is split at all of them, the variable is the root of T minus the nearest
square-root kink, and each panel is done by adaptive Gauss-Kronrod quadrature. Kinks are kept as
double-doubles, and distances from a kink are carried along, so that nothing is lost near the dead
cone: results are mantissas, to be multiplied by exp(log_scale).
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from .doubled import cone_gap, cone_square, crossing, dd_add, dd_div, dd_mul, dd_neg
from .kronrod import NODES, gauss_kronrod
from .rings import LOSS, SIZE, ring

BALL, GAUSSIAN, RING = 0, 1, 2
FIRST, PIECES, GEOMETRY = 8, 48, 25  # rows of `work` before the pieces, pieces, length of `geo`
SPLIT = 5.0  # a longer panel is looked at in two pieces

ORIGIN, OWN, TARGET, CROSSING = 0, 1, 2, 3  # points of the radial line: s = 0 and the three kinks


@njit(cache=True, nogil=True, error_model="numpy")
def _difference(geo, places, i, j):
    """Return the double-double (s_i^2 - s_j^2) / scale^2 for two points of the radial line."""
    zi, zj = (geo[17 + 2 * i], geo[18 + 2 * i]), (geo[17 + 2 * j], geo[18 + 2 * j])
    if zi[0] < 0.5 and zj[0] < 0.5:  # near the centre the squares are exact, at the rim the gaps
        return dd_add(zi, dd_neg(zj))
    return dd_add((places[j, 0], places[j, 1]), (-places[i, 0], -places[i, 1]))


@njit(cache=True, nogil=True, error_model="numpy")
def _distance(geo, places, kind, power, i, j):
    """Return T(point i) - T(point j)."""
    if kind == GAUSSIAN:
        zi, zj = (geo[17 + 2 * i], geo[18 + 2 * i]), (geo[17 + 2 * j], geo[18 + 2 * j])
        return 0.5 * dd_add(zi, dd_neg(zj))[0]
    square = _difference(geo, places, i, j)
    far = i if square[0] > 0 else j
    ratio = dd_div(square, (places[far, 0], places[far, 1]))[0]
    return math.copysign(0.5 * power * math.log1p(abs(ratio)), ratio)


@njit(cache=True, nogil=True, error_model="numpy")
def _put(geo, places, j, gap, square):
    """Store the double-doubles 1 - s_j^2/scale^2 and s_j^2/scale^2."""
    places[j, 0], places[j, 1] = gap
    geo[17 + 2 * j], geo[18 + 2 * j] = square


@njit(cache=True, nogil=True, error_model="numpy")
def _kink(geo, places, j, kind, scale, p, q, b):
    """Store the kink of (p, q, b) as point j; return whether it lies on the radial line."""
    size = math.hypot(p, q)
    if not 1e-140 * abs(b) < size * scale:  # beyond any float T
        places[j, 0] = -1.0
        return False
    shrink = -math.frexp(size)[1]  # so that no square under- or overflows
    p, q, b = math.ldexp(p, shrink), math.ldexp(q, shrink), math.ldexp(b, shrink)
    _put(geo, places, j, cone_gap(p, q, b, scale), cone_square(p, q, b, scale))
    return kind == GAUSSIAN or places[j, 0] > 0


@njit(cache=True, nogil=True, error_model="numpy")
def prepare(geo, places, valid, kind, scale, w, v):
    """Fill the geometry of the pair (w, v) and the places of the kinks (see `rings.ring`).

    geo[17:] holds the double-doubles s_j^2 / scale^2 of the four points, `places` 1 minus them.
    """
    p, q, b, size, offset = w[0], w[1], w[2], v[0], v[2]
    a = math.hypot(p, q)
    cosine, sine = (p / a, q / a) if a > 0 else (1.0, 0.0)
    geo[0], geo[1], geo[2], geo[3] = a, b, size, offset
    geo[4], geo[5], geo[6] = math.atan2(q, p) if a > 0 else 0.0, cosine, sine
    geo[7] = b - offset
    geo[8], geo[9] = (p - size) * cosine + q * sine, -size * sine
    geo[10] = min(abs(b) / a, 1e150) if a > 0 else math.inf  # a square that is finite will do
    geo[11] = min(abs(offset) / size, 1e150) if size > 0 else math.inf
    geo[12] = geo[13] = geo[14] = geo[15] = 0.0
    geo[16] = sine * sine / (1 + cosine) if cosine > 0 else 1 - cosine
    _put(geo, places, ORIGIN, (1.0, 0.0), (0.0, 0.0))
    valid[ORIGIN], valid[CROSSING] = True, False
    valid[OWN] = _kink(geo, places, OWN, kind, scale, p, q, b)
    valid[TARGET] = _kink(geo, places, TARGET, kind, scale, size, 0.0, offset)
    if not (valid[OWN] and valid[TARGET] and q > 1e-140 * a and (b != 0 or offset != 0)):
        return
    shrink, other = -math.frexp(a)[1], -math.frexp(size)[1]
    gap, square = crossing(
        math.ldexp(p, shrink), math.ldexp(q, shrink), math.ldexp(b, shrink),
        math.ldexp(size, other), math.ldexp(offset, other), scale,
    )  # fmt: skip
    if kind != GAUSSIAN and gap[0] <= 0:
        return
    valid[CROSSING] = True
    _put(geo, places, CROSSING, gap, square)
    geo[12] = scale * math.sqrt(square[0])
    for j in range(OWN, CROSSING):  # the root s a sin(alpha), or its like for v, at the crossing
        past = max(_difference(geo, places, CROSSING, j)[0], 0.0)
        geo[13 + j] = (a if j == OWN else size) * scale * math.sqrt(past)
    alpha, beta = math.atan2(geo[14], -b), math.atan2(geo[15], -offset)
    near, far = abs(alpha + beta - geo[4]), abs(alpha + beta + geo[4] - 2 * math.pi)
    inner = abs(abs(alpha - beta) - geo[4])
    if near <= far and near <= inner:
        geo[13] = 1.0
    elif far <= inner:
        geo[13] = 2.0


@njit(cache=True, nogil=True, error_model="numpy")
def _starts(point, b, valid):
    """Return the point of the radial line where a neuron wakes up, -1 if it never does."""
    if b > 0 or (b == 0 and valid):
        return ORIGIN
    return point if valid and b < 0 else -1


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate(total, work, geo, places, valid, mode, kind, scale, power, w, v, rtol):
    """Put the values of `mode` at (w, v) in total[:3]; return the log of their common scale."""
    prepare(geo, places, valid, kind, scale, w, v)
    total[:] = 0.0
    start = _starts(OWN, geo[1], valid[OWN])
    if mode == LOSS:
        other = _starts(TARGET, geo[3], valid[TARGET])
        if start < 0 or other == ORIGIN:
            start = other
        elif other >= 0 and start == OWN:
            if _distance(geo, places, kind, power, TARGET, OWN) < 0:
                start = TARGET
    if start < 0:
        return 0.0
    if kind == RING:
        squares = scale * scale
        near = squares * places[OWN, 0] if geo[0] > 0 else 0.0
        far = squares * places[TARGET, 0] if geo[2] > 0 else 0.0
        ring(total, mode, geo, scale, near, far, squares * places[CROSSING, 0])
        return 0.0
    offsets = work[2]
    for j in range(4):
        offsets[j] = math.inf
        if valid[j]:
            offsets[j] = _distance(geo, places, kind, power, j, start)
    offsets[start] = 0.0
    reach = 12.0 - math.log(rtol)  # e^-reach times any polynomial that occurs is below rtol
    count = 0
    for j in range(4):
        if not 0 <= offsets[j] < 700:  # beyond, e^-T is 0
            continue
        length = reach
        for i in range(4):
            if offsets[j] < offsets[i] or (offsets[i] == offsets[j] and i > j):
                length = min(length, offsets[i] - offsets[j])
        if length > 0:
            count = _panel(work, count, geo, places, valid, kind, scale, power, j, length)
    # One look at every piece tells the scale; then each is refined until it is good enough.
    coarse = work[3]
    coarse[:SIZE] = 0.0
    for n in range(count):
        row = work[FIRST + n]
        _rule(work, row, row[2], row[3], geo, valid, mode, kind, scale, power, start)
        row[16 : 16 + 2 * SIZE] = work[6, : 2 * SIZE]
        coarse[:SIZE] += work[6, :SIZE]
    for n in range(count):
        row = work[FIRST + n]
        if _good(row[16:], coarse, rtol):
            total += row[16 : 16 + SIZE]
        else:
            _refine(total, work, row, geo, valid, mode, kind, scale, power, start, rtol)
    log_scale, rest = _log_mass(geo, places, kind, power, start)
    if abs(rest) < 1e-3:  # beyond, T is too large for its unit digit to fit in a float
        total *= math.exp(rest)
    return log_scale


@njit(cache=True, nogil=True, error_model="numpy")
def _log_mass(geo, places, kind, power, j):
    """Return -T at point j as a sum of two floats, to 1e-10 at T = 1e7."""
    if kind == GAUSSIAN:
        return -0.5 * geo[17 + 2 * j], -0.5 * geo[18 + 2 * j]
    place = places[j]
    mantissa, exponent = math.frexp(place[0])
    if mantissa < 0.7:  # so that the logarithm of the mantissa is small
        mantissa, exponent = 2 * mantissa, exponent - 1
    log = dd_mul((float(exponent), 0.0), (0.6931471805599453, 2.3190468138462996e-17))
    log = dd_add(log, (math.log(mantissa), place[1] / place[0]))
    return dd_mul(log, (0.5 * power, 0.0))


@njit(cache=True, nogil=True, error_model="numpy")
def _panel(work, count, geo, places, valid, kind, scale, power, left, length):
    """Describe the panel that begins at the point `left`, in one piece or two; return the count.

    The variable is u = sqrt(T - nearest root kink). Row: 0 T(left) - T(start), 1 u where the
    panel begins, 2 and 3 the piece in u, 4 the radial step c^2 x(left), 8..11 the squares s^2 -
    s_j^2 at the beginning of the panel.
    """
    row = work[0]
    root = math.inf if left == CROSSING else 0.0
    row[4] = scale * scale * (2.0 if kind == GAUSSIAN else places[left, 0])
    for j in range(4):
        row[8 + j] = work[1, j] = 0.0
        if valid[j] and j != left:
            time = _distance(geo, places, kind, power, left, j)
            if kind == GAUSSIAN:
                row[8 + j] = row[4] * time
            else:
                row[8 + j] = scale * scale * _difference(geo, places, left, j)[0]
            work[1, j] = time
            if left == CROSSING and time >= 0:
                root = min(root, time)
    root = math.sqrt(root)
    row[0], row[1] = work[2, left], root
    end, low = _width(root, length), 0.0
    # A point just left of the panel makes a layer at its beginning, as wide in u as it is far: the
    # layer is cut into pieces that grow with the distance, or no node would see it.
    layer = end
    for j in range(4):
        time = work[1, j] - (root * root if left == CROSSING else 0.0)
        if time > 0:
            wide = 4 * _width(root, time)
            layer = min(layer, wide) if wide > 1e-8 * end else layer
    while count < PIECES - 1:
        high = min(end, _width(root, SPLIT)) if low < _width(root, SPLIT) else end
        if layer < 0.3 * high:
            high = layer
            layer *= 6
        work[FIRST + count] = row
        work[FIRST + count, 2], work[FIRST + count, 3] = low, high
        count, low = count + 1, high
        if high == end:
            break
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _width(root, length):
    """Return the width in u of a panel of the given length in T that begins at u = root."""
    return length / (math.sqrt(root * root + length) + root)


@njit(cache=True, nogil=True, error_model="numpy")
def _rule(work, row, low, high, geo, valid, mode, kind, scale, power, start):
    """Put the Kronrod sums over [low, high] in work[6, :6], the differences to Gauss behind."""
    fill, sums, gaps, root = work[4], work[6], work[5], row[1]
    sums[: 2 * SIZE] = 0.0
    middle, half = (low + high) / 2, (high - low) / 2
    for i in range(NODES):
        node, heavy, light = gauss_kronrod(i)
        step = middle + half * node
        gone = step * (2 * root + step)  # T - T(left)
        grown = row[4] * (gone if kind == GAUSSIAN else -math.expm1(-2 * gone / power))
        for j in range(4):
            gaps[j] = row[8 + j] + grown
        squares = gaps[start]
        if start == OWN or start == TARGET:
            squares += geo[9 + start] * geo[9 + start]
        for j in range(1, 3):  # no kink: plain differences are exact enough
            if not valid[j]:
                gaps[j] = squares - geo[9 + j] * geo[9 + j]
        ring(fill, mode, geo, math.sqrt(squares), gaps[1], gaps[2], gaps[3])
        weight = 2 * (root + step) * half * math.exp(-(row[0] + gone))
        for k in range(SIZE):
            sums[k] += weight * heavy * fill[k]
            sums[SIZE + k] += weight * (heavy - light) * fill[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _good(sums, coarse, rtol):
    """Whether the sums of `_rule` are within rtol of the whole, by the error model of QUADPACK."""
    for k in range(3):
        size, error = sums[3 + k], abs(sums[SIZE + k])
        if error > 1e-14 * size:  # above rounding
            error = size * min(1.0, (200 * error / size) ** 1.5)
            if error > 0.1 * rtol * max(coarse[3 + k], size):
                return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _refine(total, work, row, geo, valid, mode, kind, scale, power, start, rtol):
    """Add the integral over a piece to `total`, halving it until rtol of the whole is reached."""
    stack, sums, coarse = work[7], work[6], work[3]
    middle = (row[2] + row[3]) / 2
    stack[0], stack[1], stack[2], stack[3] = middle, row[3], row[2], middle
    depth, left = 2, 400  # no integrand of `rings` needs a tenth of it: what is left is rounding
    while depth > 0:
        depth -= 1
        left -= 1
        low, high = stack[2 * depth], stack[2 * depth + 1]
        _rule(work, row, low, high, geo, valid, mode, kind, scale, power, start)
        tiny = high - low < 1e-9 * (row[3] - row[2])
        if left < depth or tiny or 2 * depth + 4 > stack.size or _good(sums, coarse, rtol):
            total += sums[:SIZE]
        else:
            middle = (low + high) / 2
            stack[2 * depth], stack[2 * depth + 1] = middle, high
            stack[2 * depth + 2], stack[2 * depth + 3] = low, middle
            depth += 2


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate_batch(out, logs, mode, kind, scale, power, points, v, rtol):
    """Put `mode` at each row of `points` (n, 3) in `out` (n, 3) and the log scales in `logs`."""
    work, geo, total = np.zeros((FIRST + PIECES, 80)), np.zeros(GEOMETRY), np.zeros(SIZE)
    places, valid = np.zeros((4, 2)), np.zeros(4, np.bool_)
    for n in range(len(points)):
        logs[n] = evaluate(
            total, work, geo, places, valid, mode, kind, scale, power, points[n], v, rtol
        )
        out[n] = total[:3]
