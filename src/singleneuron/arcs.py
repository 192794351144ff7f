r"""The exact objective of a spherical law, compiled: one radial integral over ring averages.

With T ~ Exp(1) the radius of the planar projection is s(T) (`laws.Radial`), and every part of the
objective is the integral of a ring average against e^{-T} dT. The average has square-root kinks
where an arc opens (s = |b|/|w~|, |b_v|/|v~|) and a plain kink where the lines w.x = 0 and
v.x = 0 cross. The range is split at all of them, the variable is the root of T minus the nearest
square-root kink, and each panel is done by Gauss-Legendre rules, chosen by where the integrand
stops being analytic and halved if their error estimate asks for it. Kinks are kept as
double-doubles, and distances from a kink are carried along, so that nothing is lost near the dead
cone: results are mantissas, to be multiplied by exp(log_scale).
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from numba import njit

from .doubled import cone_place, crossing, dd_add, dd_mul, dd_neg
from .elementary import left as survival
from .elementary import spent
from .legendre import LANES, NODE, RULES, TABLE, TERMS, demands, weigh
from .rings import (
    B_V,
    COS,
    CROSS,
    CROSS_S,
    CROSS_V,
    CROSS_W,
    D_ACROSS,
    D_ALONG,
    D_B,
    FOR,
    GAP_V,
    GAP_W,
    GAP_X,
    GRADIENT,
    KINK_V,
    KINK_W,
    LOSS,
    RADIUS,
    RISE,
    SIN,
    SIZE,
    SQUARES,
    THETA,
    VALUES,
    WEIGHT,
    A,
    B,
    V,
    rings,
)  # fmt: skip

BALL, GAUSSIAN, RING = 0, 1, 2
PIECES = 40
BETWEEN = 2 * PIECES  # of the rows of `work`: two lots of pieces come first
ROWS, COLUMNS = BETWEEN + 6, 80
# A row of `work`: what `_panel` writes, four times, sums, errors.
OFFSET, ROOT, LOW, HIGH, STEP, GAPS, TIMES, SUMS, ERRORS, RULE = 0, 1, 2, 3, 4, 8, 12, 16, 22, 5

ORIGIN, OWN, TARGET, CROSSING = 0, 1, 2, 3  # points of the radial line: s = 0 and the three kinks


@njit(cache=True, nogil=True, error_model="numpy")
def _difference(geo, places, kind, i, j):
    """Return the double-double (s_i^2 - s_j^2) / scale^2 for two points of the radial line."""
    zi = geo[SQUARES + 2 * i], geo[SQUARES + 1 + 2 * i]
    zj = geo[SQUARES + 2 * j], geo[SQUARES + 1 + 2 * j]
    # near the centre the squares are exact, at the rim the gaps
    if kind == GAUSSIAN or (zi[0] < 0.5 and zj[0] < 0.5):
        return dd_add(zi, dd_neg(zj))
    return dd_add((places[j, 0], places[j, 1]), (-places[i, 0], -places[i, 1]))


@njit(cache=True, nogil=True, error_model="numpy")
def _compare(work, geo, places, valid, kind, scale, power):
    """Fill the tables of s_i^2 - s_j^2 and of T(point i) - T(point j) for all valid points."""
    gaps, times = work[BETWEEN], work[BETWEEN + 1]
    for i in range(4):
        for j in range(i):
            if not (valid[i] and valid[j]):
                continue
            square = _difference(geo, places, kind, i, j)[0]
            if kind == GAUSSIAN:
                time = 0.5 * square
            else:
                ratio = abs(square) / places[i if square > 0 else j, 0]
                time = math.copysign(0.5 * power * math.log1p(ratio), square)
            gaps[4 * i + j], gaps[4 * j + i] = scale * scale * square, -scale * scale * square
            times[4 * i + j], times[4 * j + i] = time, -time


@njit(cache=True, nogil=True, error_model="numpy")
def _put(geo, places, j, gap, square):
    """Store the double-doubles 1 - s_j^2/scale^2 and s_j^2/scale^2."""
    places[j, 0], places[j, 1] = gap
    geo[SQUARES + 2 * j], geo[SQUARES + 1 + 2 * j] = square


@njit(cache=True, nogil=True, error_model="numpy")
def _kink(geo, places, j, kind, scale, p, q, b):
    """Store the kink of (p, q, b) as point j; return whether it lies on the radial line."""
    size = math.hypot(p, q)
    if not 1e-140 * abs(b) < size * scale:  # beyond any float T
        places[j, 0] = -1.0
        return False
    shrink = -math.frexp(size)[1]  # so that no square under- or overflows
    p, q, b = math.ldexp(p, shrink), math.ldexp(q, shrink), math.ldexp(b, shrink)
    gap, square = cone_place(p, q, b, scale)
    _put(geo, places, j, gap, square)
    return kind == GAUSSIAN or places[j, 0] > 0


@njit(cache=True, nogil=True, error_model="numpy")
def _aim(geo, places, valid, kind, scale, size, offset):
    """Store what belongs to the law and the target; it is kept for as long as they stay."""
    geo[V], geo[B_V], geo[FOR], geo[FOR + 1] = size, offset, kind, scale
    geo[KINK_V] = min(abs(offset) / size, 1e150) if size > 0 else 1e150
    _put(geo, places, ORIGIN, (1.0, 0.0), (0.0, 0.0))
    valid[ORIGIN] = True
    valid[TARGET] = _kink(geo, places, TARGET, kind, scale, size, 0.0, offset)


@njit(cache=True, nogil=True, error_model="numpy")
def prepare(geo, places, valid, kind, scale, w, v):
    """Fill the geometry of the pair (w, v) and the places of the kinks (see `rings.rings`).

    geo[SQUARES:] holds the double-doubles s_j^2 / scale^2 of the four points, `places` 1 minus
    them.
    """
    p, q, b, size, offset = w[0], w[1], w[2], v[0], v[2]
    if not (geo[V] == size and geo[B_V] == offset and geo[FOR] == kind and geo[FOR + 1] == scale):
        _aim(geo, places, valid, kind, scale, size, offset)
    a = math.hypot(p, q)
    cosine, sine = (p / a, q / a) if a > 0 else (1.0, 0.0)
    geo[A], geo[B] = a, b
    geo[THETA], geo[COS], geo[SIN] = math.atan2(q, p) if a > 0 else 0.0, cosine, sine
    geo[RISE] = sine * sine / (1 + cosine) if cosine > 0 else 1 - cosine
    geo[D_B] = b - offset
    geo[D_ALONG], geo[D_ACROSS] = (p - size) * cosine + q * sine, -size * sine
    geo[KINK_W] = min(abs(b) / a, 1e150) if a > 0 else 1e150  # a square that is finite will do
    geo[CROSS] = geo[CROSS_S] = geo[CROSS_W] = geo[CROSS_V] = 0.0
    valid[OWN], valid[CROSSING] = _kink(geo, places, OWN, kind, scale, p, q, b), False
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
    geo[CROSS_S] = scale * math.sqrt(square[0])
    for j in range(OWN, CROSSING):  # how far the crossing is along each line
        past = max(_difference(geo, places, kind, CROSSING, j)[0], 0.0)
        geo[CROSS_S + j] = scale * math.sqrt(past)
    alpha, beta = math.atan2(a * geo[CROSS_W], -b), math.atan2(size * geo[CROSS_V], -offset)
    near, far = abs(alpha + beta - geo[THETA]), abs(alpha + beta + geo[THETA] - 2 * math.pi)
    inner = abs(abs(alpha - beta) - geo[THETA])
    if near <= far and near <= inner:
        geo[CROSS] = 1.0
    elif far <= inner:
        geo[CROSS] = 2.0


@njit(cache=True, nogil=True, error_model="numpy")
def _starts(point, b, valid):
    """Return the point of the radial line where a neuron wakes up, -1 if it never does."""
    if b > 0 or (b == 0 and valid):
        return ORIGIN
    return point if valid and b < 0 else -1


@njit(cache=True, nogil=True, error_model="numpy")
def evaluate(total, grid, work, geo, places, valid, mode, kind, scale, power, w, v, rtol):
    """Put the values of `mode` at (w, v) in total[:3]; return the log of their common scale."""
    prepare(geo, places, valid, kind, scale, w, v)
    _compare(work, geo, places, valid, kind, scale, power)
    times = work[BETWEEN + 1]
    for k in range(SIZE):
        total[k] = 0.0
    start = _starts(OWN, geo[B], valid[OWN])
    if mode == LOSS:
        other = _starts(TARGET, geo[B_V], valid[TARGET])
        if start < 0 or other == ORIGIN:
            start = other
        elif other >= 0 and start == OWN:
            if times[4 * TARGET + OWN] < 0:
                start = TARGET
    if start < 0:
        return 0.0
    if kind == RING:
        squares = scale * scale
        grid[RADIUS] = scale
        grid[GAP_W] = squares * places[OWN, 0] if geo[A] > 0 else 0.0
        grid[GAP_V] = squares * places[TARGET, 0] if geo[V] > 0 else 0.0
        grid[GAP_X] = squares * places[CROSSING, 0]
        one = 1 + start - start
        rings(grid, one, mode, geo)
        for k in range(3):
            total[k] = grid[VALUES + LANES * k] / (2 * math.pi)
        _turn(total, mode, geo)
        return 0.0
    offsets = work[BETWEEN + 4]
    for j in range(4):
        offsets[j] = math.inf
        if valid[j]:
            offsets[j] = times[4 * j + start]
    offsets[start] = 0.0
    limits = work[BETWEEN + 3]
    if limits[2 * len(RULES)] != rtol:
        limits[2 * len(RULES)] = rtol
        demands(limits, rtol)
    reach = 12.0 - math.log(rtol)  # e^-reach times any polynomial that occurs is below rtol
    count = 0
    for j in range(4):
        if not 0 <= offsets[j] < 700:  # beyond, e^-T is 0
            continue
        length = reach
        for i in range(4):
            after = offsets[j] < offsets[i] or (offsets[i] == offsets[j] and i > j)
            if valid[i] and after:
                length = min(length, times[4 * i + j])
        if length > 0:
            count = _panel(work, count, places, valid, kind, scale, power, j, length)
    # One look at every piece tells the scale; then each is halved until it is good enough.
    whole = work[BETWEEN + 2]
    for halvings in range(30):
        for n in range(count):
            _rule(grid, work[n], geo, valid, mode, kind, scale, power, start)
        if halvings == 0:
            for k in range(SIZE):
                whole[SUMS + k] = 0.0
                for n in range(count):
                    whole[SUMS + k] += work[n, SUMS + k]
        fresh = 0
        for n in range(count):
            if fresh + 2 > PIECES or halvings == 29 or _good(work[n], whole, rtol):
                for k in range(SIZE):
                    total[k] += work[n, SUMS + k]
            else:
                _halve(work, n, PIECES + fresh)
                fresh += 2
        if fresh == 0:
            break
        for n in range(fresh):
            for k in range(SUMS):
                work[n, k] = work[PIECES + n, k]
        count = fresh
    log_scale, rest = _log_mass(geo, places, kind, power, start)
    factor = 1 / (2 * math.pi)
    if abs(rest) < 1e-3:  # beyond, T is too large for its unit digit to fit in a float
        factor *= math.exp(rest)
    for k in range(SIZE):
        total[k] *= factor
    _turn(total, mode, geo)
    return log_scale


@njit(cache=True, nogil=True, error_model="numpy")
def _turn(total, mode, geo):
    """Turn a gradient from the frame of w to that of v."""
    if mode == GRADIENT:
        along, across = total[0], total[1]
        total[0] = along * geo[COS] + across * geo[SIN]
        total[1] = along * geo[SIN] - across * geo[COS]


@njit(cache=True, nogil=True, error_model="numpy")
def _log_mass(geo, places, kind, power, j):
    """Return -T at point j as a sum of two floats, to 1e-10 at T = 1e7."""
    if kind == GAUSSIAN:
        return -0.5 * geo[SQUARES + 2 * j], -0.5 * geo[SQUARES + 1 + 2 * j]
    place = places[j]
    mantissa, exponent = math.frexp(place[0])
    if mantissa < 0.7:  # so that the logarithm of the mantissa is small
        mantissa, exponent = 2 * mantissa, exponent - 1
    log = dd_mul((float(exponent), 0.0), (0.6931471805599453, 2.3190468138462996e-17))
    log = dd_add(log, (math.log(mantissa), place[1] / place[0]))
    return dd_mul(log, (0.5 * power, 0.0))


@njit(cache=True, nogil=True, error_model="numpy")
def _panel(work, count, places, valid, kind, scale, power, left, length):
    """Describe the panel that begins at the point `left`, in one piece or more; return the count.

    The variable is u = sqrt(T - nearest root kink). Row: OFFSET T(left) - T(start), ROOT u where
    the panel begins, LOW and HIGH the piece in u from there, STEP the radial step c^2 x(left),
    GAPS the squares s^2 - s_j^2 at the beginning of the panel.
    """
    row = work[count]
    root = math.inf if left == CROSSING else 0.0
    row[STEP] = scale * scale * (2.0 if kind == GAUSSIAN else places[left, 0])
    for j in range(4):
        row[GAPS + j] = row[TIMES + j] = 0.0
        if valid[j] and j != left:
            row[GAPS + j] = work[BETWEEN, 4 * left + j]
            row[TIMES + j] = time = work[BETWEEN + 1, 4 * left + j]
            if left == CROSSING and time >= 0:
                root = min(root, time)
    root = math.sqrt(root)
    row[OFFSET], row[ROOT] = work[BETWEEN + 4, left], root
    end, low = _width(root, length), 0.0
    # In u the integrand is analytic but for the points left of the panel: one that lies `time`
    # before the root kink makes singularities at +-i sqrt(time). And 1 - exp(-2T/k) is periodic.
    near = work[BETWEEN + 5]
    near[0] = near[1] = math.inf if kind == GAUSSIAN else math.sqrt(math.pi * power / 2)
    poles, nearest, tiny = 1, math.inf, 0.01 * work[BETWEEN + 3, 2 * len(RULES)]
    for j in range(4):
        time = row[TIMES + j] - (root * root if left == CROSSING else 0.0)
        if time > tiny * end * end:
            near[2 * poles], near[2 * poles + 1] = 0.0, math.sqrt(time)
            nearest = min(nearest, math.sqrt(time))
            poles += 1
    layer = 4 * nearest
    while count < PIECES - 1:
        high, rule = end, _choose(near, poles, root + low, root + end, work[BETWEEN + 3])
        while rule == len(RULES):  # a layer next to a singularity: pieces grow with the distance
            high = min(layer, (low + high) / 2) if layer > low else (low + high) / 2
            rule = _choose(near, poles, root + low, root + high, work[BETWEEN + 3])
        layer = 6 * high
        for k in range(SUMS):
            work[count, k] = row[k]
        work[count, LOW], work[count, HIGH], work[count, RULE] = low, high, rule
        count, low = count + 1, high
        if high == end:
            break
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _choose(near, poles, low, high, limits):
    """Return the shortest rule that should do for [low, high], or their number if none does."""
    length, least = high - low, math.inf
    for j in range(poles):
        x, y = near[2 * j], near[2 * j + 1]
        least = min(least, math.hypot(x - low, y) + math.hypot(x - high, y))
    rule = 0
    while rule < len(RULES) and not (
        length <= limits[2 * rule] and least >= length * limits[2 * rule + 1]
    ):
        rule += 1
    return rule


@njit(cache=True, nogil=True, error_model="numpy")
def _width(root, length):
    """Return the width in u of a panel of the given length in T that begins at u = root."""
    return length / (math.sqrt(root * root + length) + root)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _place(grid, n, rule, row, geo, valid, kind, scale, power, start):
    """Put the nodes of a piece in the rows RADIUS .. GAP_X and the weights in WEIGHT."""
    root, middle, half = row[ROOT], (row[LOW] + row[HIGH]) / 2, (row[HIGH] - row[LOW]) / 2
    base = row[GAPS + start]
    if start == OWN or start == TARGET:
        base += geo[KINK_W - 1 + start] * geo[KINK_W - 1 + start]
    # no kink: plain differences are exact enough
    gap_w = row[GAPS + OWN] if valid[OWN] else base - geo[KINK_W] * geo[KINK_W]
    gap_v = row[GAPS + TARGET] if valid[TARGET] else base - geo[KINK_V] * geo[KINK_V]
    gap_x, stretch = row[GAPS + CROSSING], row[STEP]
    at, factor = rule * TERMS * LANES + NODE, 2 * half * math.exp(-row[OFFSET])
    for i in range(n):
        step = middle + half * TABLE[at + i]
        gone = step * (2 * root + step)  # T - T(left)
        grown = stretch * (gone if kind == GAUSSIAN else spent(2 * gone / power))
        grid[RADIUS + i] = math.sqrt(base + grown)
        grid[GAP_W + i], grid[GAP_V + i] = gap_w + grown, gap_v + grown
        grid[GAP_X + i] = gap_x + grown
        grid[WEIGHT + i] = factor * (root + step) * survival(gone)


@njit(cache=True, nogil=True, error_model="numpy")
def _rule(grid, row, geo, valid, mode, kind, scale, power, start):
    """Put the sums over the piece of a row in row[SUMS:] and their errors in row[ERRORS:]."""
    rule = int(row[RULE])
    n = 8 * (rule + 1)
    _place(grid, n, rule, row, geo, valid, kind, scale, power, start)
    rings(grid, n, mode, geo)
    for k in range(ERRORS + 3 - SUMS):
        row[SUMS + k] = 0.0
    for k in range(3 if mode == GRADIENT else 1 if mode == LOSS else 2):
        row[SUMS + k], row[ERRORS + k] = weigh(grid, n, k, rule)
        if k == 0 or mode != GRADIENT:
            row[SUMS + 3 + k], _ = weigh(grid, n, 3 + k, rule)
        else:
            row[SUMS + 3 + k] = row[SUMS + 3]


@njit(cache=True, nogil=True, error_model="numpy")
def _good(row, whole, rtol):
    """Whether the errors of a row are within rtol of the whole."""
    for k in range(3):
        size, error = row[SUMS + 3 + k], row[ERRORS + k]
        if error > 1e-14 * size and error > 0.1 * rtol * max(whole[SUMS + 3 + k], size):
            return False  # above rounding
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _halve(work, n, place):
    """Put the halves of piece n in two rows from `place` on."""
    middle = (work[n, LOW] + work[n, HIGH]) / 2
    for k in range(SUMS):
        work[place, k] = work[place + 1, k] = work[n, k]
    work[place, HIGH] = work[place + 1, LOW] = middle
