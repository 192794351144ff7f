r"""The exact objective of a spherical law, compiled: one radial integral over ring averages.

With T ~ Exp(1) the radius of the planar projection is s(T) (`laws.Radial`), and every part of the
objective is the integral of a ring average against e^{-T} dT. The range is split at all kinks
(`kinks`), the variable is the root of T minus the nearest square-root kink, and each panel is done
by Gauss-Legendre rules, chosen by where the integrand stops being analytic and halved if their
error estimate asks for it. Distances from a kink are carried along, so that nothing is lost near
the dead cone: results are mantissas, to be multiplied by exp(log_scale).
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from .compiled import entry, loop, part
from .elementary import larger, smaller, spent
from .elementary import left as survival
from .kinks import first_kink, log_mass, prepare
from .legendre import NODE, RULES, TABLE, TERMS, demands, total_of, weigh
from .rings import rings

from .rows import (  # isort: skip
    BETWEEN, COS, COUNT, CROSSING, GAP_V, GAP_W, GAP_X, GAUSSIAN, GRADIENT, INVERSE, KINK_W, LANES,
    LOSS, OFFSETS, OWN, PIECES, PLACES, RADIUS, RING, SCALES, SIN, SIZE, TARGET, TINY, USED, VALID,
    VALUES, WEIGHT, A, V,
)  # fmt: skip

HALVINGS = 30  # of a piece at most
SHARE = 0.5  # of the accuracy asked for, that a piece may be off
# A row of `work`: what `_panel` writes, four times, the rule, sums, errors.
OFFSET, ROOT, LOW, HIGH, STEP, GAPS, TIMES, SUMS, ERRORS, RULE = 0, 1, 2, 3, 4, 8, 12, 16, 22, 5


@part
def _divide(work, grid, kind, scale, power, start, rtol):
    """Divide the range into panels and pieces; return their number."""
    offsets, times, limits = work[OFFSETS], work[BETWEEN + 1], work[BETWEEN + 3]
    for j in range(4):
        offsets[j] = times[4 * j + start] if grid[VALID + j] > 0 else math.inf
    offsets[start] = 0.0
    if limits[2 * len(RULES)] != rtol:
        limits[2 * len(RULES)] = rtol
        demands(limits, rtol)
    reach = 10.0 - math.log(rtol)  # e^-reach T^(5/2), as heights grow, is below rtol
    offsets[COUNT] = 0
    for j in range(4):
        if not 0 <= offsets[j] < 700:  # beyond, e^-T is 0
            continue
        length = reach
        for i in range(4):
            after = offsets[j] < offsets[i] or (offsets[i] == offsets[j] and i > j)
            if grid[VALID + i] > 0 and after:
                length = smaller(length, times[4 * i + j])
        if length > 0:
            _panel(work, grid, kind, scale, power, j, length)
    return int(offsets[COUNT])


@part
def _panel(work, grid, kind, scale, power, left, length):
    """Describe the panel that begins at the point `left`, in one piece or more.

    The variable is u = sqrt(T - nearest root kink). Row: OFFSET T(left) - T(start), ROOT u where
    the panel begins, LOW and HIGH the piece in u from there, STEP the radial step c^2 x(left),
    GAPS the squares s^2 - s_j^2 at the beginning of the panel.
    """
    count, limits = int(work[OFFSETS, COUNT]), work[BETWEEN + 3]
    row = work[count]
    root = math.inf if left == CROSSING else 0.0
    row[OFFSET] = work[OFFSETS, left]
    row[STEP] = scale * scale * (2.0 if kind == GAUSSIAN else grid[PLACES + 2 * left])
    for j in range(4):
        row[GAPS + j] = row[TIMES + j] = 0.0
        if grid[VALID + j] > 0 and j != left:
            row[GAPS + j] = work[BETWEEN, 4 * left + j]
            time = work[BETWEEN + 1, 4 * left + j]
            if work[OFFSETS, j] < row[OFFSET] or (work[OFFSETS, j] == row[OFFSET] and j < left):
                time = larger(time, 0.0)  # it comes before, if by less than the rounding
            row[TIMES + j] = time
            if left == CROSSING and time >= 0:
                root = smaller(root, time)
    square = root
    root = math.sqrt(square)
    row[ROOT] = root
    end, low = length / (math.sqrt(square + length) + root), 0.0
    # In u the integrand is analytic but for the points left of the panel: one that lies `time`
    # before the root kink makes singularities at +-i sqrt(time). And 1 - exp(-2T/k) is periodic.
    near = work[BETWEEN + 5]
    near[0] = near[1] = math.inf if kind == GAUSSIAN else math.sqrt(math.pi * power / 2)
    poles, nearest, tiny = 1, math.inf, 0.01 * limits[2 * len(RULES)]
    for j in range(4):
        time = row[TIMES + j] - (square if left == CROSSING else 0.0)
        if time > tiny * end * end:
            near[2 * poles], near[2 * poles + 1] = 0.0, math.sqrt(time)
            nearest = smaller(nearest, math.sqrt(time))
            poles += 1
    near[COUNT], layer = poles, 4 * nearest
    while count < PIECES - 1:
        high, rule = end, len(RULES)
        while True:  # a layer next to a singularity: pieces grow with the distance
            rule = _choose(near, root + low, root + high, limits)
            if rule < len(RULES):
                break
            high = smaller(layer, (low + high) / 2) if layer > low else (low + high) / 2
        layer = 6 * high
        for k in range(SUMS):
            work[count, k] = row[k]
        work[count, LOW], work[count, HIGH], work[count, RULE] = low, high, rule
        count, low = count + 1, high
        if high == end:
            break
    work[OFFSETS, COUNT] = count


@part
def _choose(near, low, high, limits):
    """Return the shortest rule that should do for [low, high], or their number if none does."""
    length, least = high - low, math.inf
    for j in range(int(near[COUNT])):
        x, y = near[2 * j], near[2 * j + 1]
        sides = math.sqrt((x - low) ** 2 + y * y) + math.sqrt((x - high) ** 2 + y * y)
        least = smaller(least, sides)
    rule = 0
    while rule < len(RULES) and not (
        length <= limits[2 * rule] and least >= length * limits[2 * rule + 1]
    ):
        rule += 1
    return rule


@loop
def _place(grid, row, kind, power, start):
    """Put the nodes of a piece in the rows RADIUS .. GAP_X and the weights in WEIGHT."""
    root, middle, half = row[ROOT], (row[LOW] + row[HIGH]) / 2, (row[HIGH] - row[LOW]) / 2
    base = row[GAPS + start]
    if start == OWN or start == TARGET:
        base += grid[KINK_W - 1 + start] * grid[KINK_W - 1 + start]
    # no kink: plain differences are exact enough
    gap_w = row[GAPS + OWN] if grid[VALID + OWN] > 0 else base - grid[KINK_W] * grid[KINK_W]
    gap_v = row[GAPS + TARGET]
    if grid[VALID + TARGET] == 0:
        gap_v = base - grid[KINK_W + 1] * grid[KINK_W + 1]
    gap_x, stretch, normal = row[GAPS + CROSSING], row[STEP], kind == GAUSSIAN
    rule = int(row[RULE]) & 7  # so that the compiler knows that it is not below 0
    n, at, factor = 4 * (rule + 2), rule * TERMS * LANES + NODE, 2 * half * math.exp(-row[OFFSET])
    shrink = 1.0 if normal else 2 / power
    for i in range(n):
        step = middle + half * TABLE[at + i]
        gone = step * (2 * root + step)  # T - T(left)
        grown = stretch * (gone if normal else spent(shrink * gone))
        s = math.sqrt(base + grown)
        grid[RADIUS + i], grid[INVERSE + i] = s, 1 / (s + TINY)
        grid[GAP_W + i], grid[GAP_V + i] = gap_w + grown, gap_v + grown
        grid[GAP_X + i] = gap_x + grown
        grid[WEIGHT + i] = factor * (root + step) * survival(gone)
    return n


@part
def _place_one(grid, scale):
    """Put the one ring of radius `scale` in the rows RADIUS .. GAP_X."""
    squares = scale * scale
    grid[RADIUS], grid[INVERSE] = scale, 1 / scale
    grid[GAP_W] = squares * grid[PLACES + 2 * OWN] if grid[A] > 0 else 0.0
    grid[GAP_V] = squares * grid[PLACES + 2 * TARGET] if grid[V] > 0 else 0.0
    grid[GAP_X] = squares * grid[PLACES + 2 * CROSSING]
    return 1


@part
def _add_up(grid, row, mode, limits):
    """Put the sums over the piece of a row in row[SUMS:] and their errors in row[ERRORS:]."""
    rule, rtol, decay = int(row[RULE]), limits[2 * len(RULES)], limits[2 * len(RULES) + 1]
    for k in range(3):
        row[SUMS + k] = row[SUMS + 3 + k] = row[ERRORS + k] = 0.0
    for k in range(3 if mode == GRADIENT else 1 if mode == LOSS else 2):
        if mode == GRADIENT and k > 0:  # a gradient's scale is one
            row[SUMS + 3 + k] = row[SUMS + 3]
        else:
            row[SUMS + 3 + k] = total_of(grid, SCALES + LANES * k, rule)
        row[SUMS + k], row[ERRORS + k] = weigh(
            grid, VALUES + LANES * k, rule, decay, SHARE * rtol * row[SUMS + 3 + k]
        )


@part
def _settle(total, work, count, halvings, rtol):
    """Add the pieces that are good enough to `total`, halve the others; return their number."""
    whole = work[BETWEEN + 2]
    if halvings == 0:  # one look at every piece tells the scale
        for k in range(SUMS + 3, SUMS + SIZE):
            whole[k] = 0.0
            for n in range(count):
                whole[k] += work[n, k]
    fresh = 0
    for n in range(count):
        good = True
        for k in range(3):
            size, error = work[n, SUMS + 3 + k], work[n, ERRORS + k]
            enough = SHARE * rtol * larger(whole[SUMS + 3 + k], size)
            good = good and (error <= 1e-14 * size or error <= enough)  # rounding, or good enough
        if good or fresh + 2 > PIECES or halvings == HALVINGS - 1:
            for k in range(SIZE):
                total[k] += work[n, SUMS + k]
            continue
        place, middle = PIECES + fresh, (work[n, LOW] + work[n, HIGH]) / 2
        for k in range(SUMS):
            work[place, k] = work[place + 1, k] = work[n, k]
        work[place, HIGH] = work[place + 1, LOW] = middle
        fresh += 2
    for n in range(fresh):
        for k in range(SUMS):
            work[n, k] = work[PIECES + n, k]
    return fresh


@entry
def kernel(total, grid, work, mode, kind, scale, power, w, v, rtol):
    """Put the values of `mode` at (w, v) in total[:3]; return the log of their common scale."""
    times = work[BETWEEN + 1]
    prepare(grid, work[BETWEEN], times, kind, scale, power, w, v)
    for k in range(SIZE):
        total[k] = 0.0
    start = first_kink(grid, times, mode == LOSS)
    if start < 0:
        return 0.0
    count = 1 if kind == RING else _divide(work, grid, kind, scale, power, start, rtol)
    for halvings in range(HALVINGS):
        for n in range(count):
            if kind == RING:
                nodes = _place_one(grid, scale)
            else:
                nodes = _place(grid, work[n], kind, power, start)
            work[OFFSETS, USED] += nodes
            rings(grid, nodes, mode)
            if kind != RING:
                _add_up(grid, work[n], mode, work[BETWEEN + 3])
        if kind == RING:
            for k in range(3):
                total[k] = grid[VALUES + LANES * k]
            break
        count = _settle(total, work, count, halvings, rtol)
        if count == 0:
            break
    factor, log_scale = 1 / (2 * math.pi), 0.0
    if kind != RING:
        log_scale, rest = log_mass(grid, kind, power, start)
        if abs(rest) < 1e-3:  # beyond, T is too large for its unit digit to fit in a float
            factor *= math.exp(rest)
    for k in range(SIZE):
        total[k] *= factor
    if mode == GRADIENT:  # from the frame of w to that of v
        along, across = total[0], total[1]
        total[0] = along * grid[COS] + across * grid[SIN]
        total[1] = along * grid[SIN] - across * grid[COS]
    return log_scale
