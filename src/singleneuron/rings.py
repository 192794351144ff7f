r"""Integrals over arcs of rings, compiled: the inner half of the exact objective.

On the ring of radius s, w.x = s a cos(phi) + b is positive on the arc :math:`|\phi| < \alpha`
about w~, and v.x on :math:`|\phi - \theta| < \beta`. Loss, gradient and overlap are integrals of
trigonometric polynomials of degree 2 over arcs, in closed form. Sines and cosines of arc ends are
algebraic: s a cos(alpha) = -b.

Rings are done by the panel, all nodes of a quadrature rule at once: between two kinks of the
objective the arcs meet in one way, and that is looked up once, at the middle node.
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from .compiled import inside, loop, part
from .elementary import arctan, bend, larger, smaller
from .pieces import add_moment, add_pair, choose_common, choose_rest

from .rows import (  # isort: skip
    APART, AROUND, ASLEEP, AWAKE, B_V, COS, COSINE_V, COSINE_W, CROSS, CROSS_S, CROSS_V, CROSS_W,
    CUT, D_ACROSS, D_ALONG, FULL, GAP_V, GAP_W, GAP_X, GRADIENT, HALF_V, HALF_W, INVERSE, KINK_V,
    KINK_W, LANES, LOSS, LOW_MEET, MEET, MOMENTS, OTHER, OVERLAP, PIECE, RADIUS, ROOT_V,
    ROOT_W, SCALES, SIN, SINE_MEET, SINE_V, SINE_W, THETA, TINY, TOP_V, TOP_W, TWICE,
    VALUES, WITHIN, A, B, V,
)  # fmt: skip


@inside
def open_arc(s, inverse, gap, a, size, low, kink, awake, still):
    """Return what the rows from TOP_W on hold: a neuron of weight a and bias -size or size.

    low is 1 for a bias below 0 and 0 otherwise, awake 0 or 1; still is the half-width if 0.
    """
    reach = s * a + size
    bare = math.sqrt(larger(gap, 0.0))
    part = a * bare / (reach + TINY)  # the tangent of alpha / 2, or of (pi - alpha) / 2
    half = 2 * arctan(part)
    half = awake * (low * half + (1 - low) * (math.pi - half)) + still
    top = low * (a * bare * part) + (1 - low) * reach
    sine, cosine = smaller(bare * inverse, 1.0), smaller(kink * inverse, 1.0)
    cosine = awake * (2 * low - 1) * cosine - (1 - awake)
    return top, half, awake * sine, cosine, awake * bare


@loop
def open_arcs(grid, n, state_w, state_v):
    """Fill the rows TOP_W .. ROOT_V."""
    a, size_w, kink_w, v, size_v, kink_v = (
        grid[A], abs(grid[B]), grid[KINK_W], grid[V], abs(grid[B_V]), grid[KINK_V],
    )  # fmt: skip
    low_w, awake_w = 1.0 if grid[B] < 0 else 0.0, 1.0 if state_w == AWAKE else 0.0
    low_v, awake_v = 1.0 if grid[B_V] < 0 else 0.0, 1.0 if state_v == AWAKE else 0.0
    still_w = math.pi if state_w == FULL else 0.0
    still_v = math.pi if state_v == FULL else 0.0
    for i in range(n):
        s, inverse, gap = grid[RADIUS + i], grid[INVERSE + i], grid[GAP_W + i]
        top, half, sine, cosine, root = open_arc(
            s, inverse, gap, a, size_w, low_w, kink_w, awake_w, still_w
        )
        grid[TOP_W + i], grid[HALF_W + i], grid[ROOT_W + i] = top, half, root
        grid[SINE_W + i], grid[COSINE_W + i] = sine, cosine
        top, half, sine, cosine, root = open_arc(
            s, inverse, grid[GAP_V + i], v, size_v, low_v, kink_v, awake_v, still_v
        )
        grid[TOP_V + i], grid[HALF_V + i], grid[ROOT_V + i] = top, half, root
        grid[SINE_V + i], grid[COSINE_V + i] = sine, cosine


@inside
def past(s, gap, root, kink, cross_s, cross_root):
    """Return half of how much an arc is wider than at the crossing of the lines, at a gap.

    kink: its radius, with the sign of minus the bias
    """
    bottom = (root + cross_root) * (s * cross_s + root * cross_root + kink * kink)
    return arctan(smaller(larger(kink * gap / (bottom + TINY), -1.0), 1.0))


@loop
def meet(grid, n, kind, kink_w, kink_v):
    """Fill the rows MEET .. LOW_OTHER with the common pieces of arcs that cut each other.

    They run from theta - beta to alpha and, for TWICE, from -alpha to theta + beta - 2 pi. Near
    the crossing of the lines, where one of them is short, it is the sum of how much the arcs are
    wider than there: nothing cancels.
    """
    cross_s, cross_w, cross_v, theta = grid[CROSS_S], grid[CROSS_W], grid[CROSS_V], grid[THETA]
    for piece in range(2):
        half, sine, low = MEET + piece * PIECE, SINE_MEET + piece * PIECE, LOW_MEET + piece * PIECE
        if piece == 1 and kind != TWICE:
            for i in range(n):
                grid[half + i] = grid[sine + i] = grid[low + i] = 0.0
            continue
        if grid[CROSS] == piece + 1:
            for i in range(n):
                s, gap = grid[RADIUS + i], grid[GAP_X + i]
                wider = past(s, gap, grid[ROOT_W + i], kink_w, cross_s, cross_w)
                wider += past(s, gap, grid[ROOT_V + i], kink_v, cross_s, cross_v)
                grid[half + i] = larger(wider, 0.0)
        else:
            turn = 0.5 * theta if piece == 0 else math.pi - 0.5 * theta
            for i in range(n):
                both = 0.5 * (grid[HALF_W + i] + grid[HALF_V + i])
                grid[half + i] = larger(both - turn, 0.0)
        for i in range(n):
            grid[sine + i], grid[low + i] = bend(grid[half + i])


@loop
def trade(grid, n):
    """Let the rows of both neurons change places."""
    for row in range(0, TOP_V - TOP_W, LANES):
        for i in range(n):
            one, two = grid[TOP_W + row + i], grid[TOP_V + row + i]
            grid[TOP_W + row + i], grid[TOP_V + row + i] = two, one


@part
def manner(grid, i, state_w, state_v, kink_w, kink_v):
    """Return how the arcs meet at node i."""
    alpha, beta, theta = grid[HALF_W + i], grid[HALF_V + i], grid[THETA]
    if state_w == ASLEEP or state_v == ASLEEP:
        return APART
    if state_v == FULL or beta >= alpha + theta:
        return WITHIN
    if state_w == FULL or alpha >= beta + theta:
        return AROUND
    one = alpha + beta - theta
    two = one + 2 * (theta - math.pi)
    if grid[CROSS] > 0:
        s, gap, cross_s = grid[RADIUS + i], grid[GAP_X + i], grid[CROSS_S]
        near = past(s, gap, grid[ROOT_W + i], kink_w, cross_s, grid[CROSS_W])
        near += past(s, gap, grid[ROOT_V + i], kink_v, cross_s, grid[CROSS_V])
        one, two = (near, two) if grid[CROSS] == 1 else (one, near)
    if two > 0:
        return TWICE
    return CUT if one > 0 else APART


@part
def add_common(grid, n, mode, kind):
    """Add what the common pieces of both arcs give."""
    for piece in range(2 if kind == TWICE else 1 if kind != APART else 0):
        choose_common(grid, n, mode, kind, piece)
        flip = 1.0 - 2.0 * piece  # the second piece is done in the mirror
        along, across = grid[D_ALONG], flip * grid[D_ACROSS]
        if mode == MOMENTS:
            add_pair(grid, n, grid[A], 0.0, grid[V] * grid[COS], flip * grid[V] * grid[SIN], 1.0)
        elif mode == LOSS:
            add_pair(grid, n, along, across, along, across, 0.5)
        else:
            add_moment(grid, n, along, across, flip)


@part
def add_rest(grid, n, mode, kind, state, a, b):
    """Add what the arc of the first neuron outside that of the other gives; all for MOMENTS."""
    sides = kind == AROUND and state != FULL and mode != MOMENTS
    for side in range(2 if sides else 1):
        choose_rest(grid, n, mode, kind, state, side, a, b)
        if mode == GRADIENT:
            add_moment(grid, n, a, 0.0, 1.0)
        else:
            add_pair(grid, n, a, 0.0, a, 0.0, 0.5 if mode == LOSS else 1.0)


@part
def count_overlap(grid, n, kind):
    """Put the lengths of the common pieces and of the arc of w in VALUES and SCALES."""
    for i in range(n):
        both = grid[MEET + i] + grid[OTHER + i] if kind >= CUT else grid[HALF_W + i]
        both = grid[HALF_V + i] if kind == AROUND else both
        grid[VALUES + i] = grid[SCALES + i] = 2 * both if kind != APART else 0.0
        grid[VALUES + LANES + i] = grid[SCALES + LANES + i] = 2 * grid[HALF_W + i]


@part
def add_moments(grid, n, mode, kind, state_w):
    """Put E s(w.x) s(v.x), found in the first row of VALUES, behind E s(w.x)^2; add the scales."""
    size, offset = grid[V], abs(grid[B_V])
    for i in range(n):
        # the floor is below every overlap that is not rounding of a touching pair
        floor = 1e-42 * grid[TOP_W + i] * grid[HALF_W + i]
        floor *= grid[RADIUS + i] * size + offset
        grid[SCALES + LANES + i] = grid[VALUES + i] + floor
        grid[VALUES + LANES + i], grid[VALUES + i] = grid[VALUES + i], 0.0
    if state_w != ASLEEP:
        add_rest(grid, n, mode, kind, state_w, grid[A], grid[B])
    for i in range(n):
        grid[SCALES + i] = grid[VALUES + i]


@part
def rings(grid, n, mode):
    """Put ring averages of `mode`, times 2 pi, in VALUES and their positive scales in SCALES.

    A gradient comes along and across w~, and all of its scale in the first row of SCALES.
    """
    middle = n // 2
    state_w = state_v = AWAKE
    if grid[A] == 0 or grid[GAP_W + middle] <= 0:  # s a <= |b|
        state_w = FULL if grid[B] > 0 else ASLEEP
    if grid[V] == 0 or grid[GAP_V + middle] <= 0:
        state_v = FULL if grid[B_V] > 0 else ASLEEP
    open_arcs(grid, n, state_w, state_v)
    # the radii of the kinks, below 0 for a bias that is not
    kink_w = grid[KINK_W] if grid[B] < 0 else -grid[KINK_W]
    kink_v = grid[KINK_V] if grid[B_V] < 0 else -grid[KINK_V]
    kind = manner(grid, middle, state_w, state_v, kink_w, kink_v)
    for i in range(n):
        grid[VALUES + i] = grid[VALUES + LANES + i] = grid[VALUES + 2 * LANES + i] = 0.0
        grid[SCALES + i] = grid[SCALES + LANES + i] = 0.0
    if kind >= CUT:
        meet(grid, n, kind, kink_w, kink_v)
    if mode == OVERLAP:
        count_overlap(grid, n, kind)
        return
    add_common(grid, n, mode, kind)
    if mode == MOMENTS:
        add_moments(grid, n, mode, kind, state_w)
        return
    if state_w != ASLEEP and kind != WITHIN:
        add_rest(grid, n, mode, kind, state_w, grid[A], grid[B])
    if mode == LOSS:
        if state_v != ASLEEP and kind != AROUND:
            trade(grid, n)
            kind = AROUND if kind == WITHIN else kind
            add_rest(grid, n, mode, kind, state_v, grid[V], grid[B_V])
        for i in range(n):
            grid[SCALES + i] = grid[VALUES + i]
