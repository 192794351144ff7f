r"""Integrals over arcs of rings, compiled: the inner half of the exact objective.

On the ring of radius s, w.x = s a cos(phi) + b is positive on the arc :math:`|\phi| < \alpha`
about w~, and v.x on :math:`|\phi - \theta| < \beta`. Loss, gradient and overlap are integrals of
trigonometric polynomials of degree 2 over arcs: closed forms about the middle m of each arc, where
heights come as sums of terms that do not cancel on short arcs. Sines and cosines of arc ends are
algebraic: s a cos(alpha) = -b.

Rings are done by the panel, all nodes of a quadrature rule at once: between two kinks of the
objective the arcs meet in one way, and that is looked up once, at the middle node. Each step is a
loop over the nodes without calls or branches, which the compiler turns into vector instructions.
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from numba import njit

from .elementary import arctan, bend, powers

MOMENTS, GRADIENT, LOSS, OVERLAP = 0, 1, 2, 3
SIZE = 6  # values in 0..2, their positive scales in 3..5
APART, WITHIN, AROUND, CUT, TWICE = range(5)  # how the arc of w meets that of v
ASLEEP, AWAKE, FULL = range(5, 8)  # a neuron on a ring: positive nowhere, on an arc, everywhere

LANES = 32  # nodes of a rule at most; `grid` holds rows of that length, one after the other
# The ring: radius, and s^2 minus the squared radii of the kinks of w, of v, and of the crossing.
RADIUS, GAP_W, GAP_V, GAP_X = 0, 32, 64, 96
# The arcs: height at the middle, half-width, its sine and cosine, s times the sine.
TOP_W, HALF_W, SINE_W, COSINE_W, ROOT_W = 128, 160, 192, 224, 256
TOP_V, HALF_V, SINE_V, COSINE_V, ROOT_V = 288, 320, 352, 384, 416
# The common pieces at alpha and at -alpha: half-length, its sine, 1 - its cosine.
MEET, SINE_MEET, LOW_MEET, OTHER, SINE_OTHER, LOW_OTHER = 448, 480, 512, 544, 576, 608
# One arc to integrate over: half-length, its sine and cosine, those of the middle, two heights
# there, and a bound of the height for the scale.
HALF, SINE, COSINE, SINE_M, COSINE_M, MID_F, MID_G, BOUND = 640, 672, 704, 736, 768, 800, 832, 864
VALUES, SCALES, WEIGHT = 896, 992, 1088  # three rows, three rows, one row
GRID = 1120

# geo: what does not change from ring to ring
A, B, V, B_V, THETA, COS, SIN, RISE = 0, 1, 2, 3, 4, 5, 6, 7
D_B, D_ALONG, D_ACROSS, KINK_W, KINK_V = 8, 9, 10, 11, 12
CROSS, CROSS_S, CROSS_W, CROSS_V = 13, 14, 15, 16
SQUARES = 17  # and seven more
FOR = 25  # the law that V, B_V and KINK_V are for: kind and scale
GEOMETRY = 27

_TINY = 5e-324  # 0 / 0 is 0


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def open_arc(s, gap, a, size, low, kink, awake, still):
    """Return what the rows from TOP_W on hold: a neuron of weight a and bias -size or size.

    low is 1 for a bias below 0 and 0 otherwise, awake 0 or 1; still is the half-width if 0.
    """
    reach = s * a + size
    bare = math.sqrt(max(gap, 0.0))
    part = a * bare / (reach + _TINY)  # the tangent of alpha / 2, or of (pi - alpha) / 2
    half = 2 * arctan(part)
    half = awake * (low * half + (1 - low) * (math.pi - half)) + still
    top = low * (a * bare * part) + (1 - low) * reach
    sine, cosine = min(bare / (s + _TINY), 1.0), min(kink / (s + _TINY), 1.0)
    cosine = awake * (2 * low - 1) * cosine - (1 - awake)
    return top, half, awake * sine, cosine, awake * bare


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def open_arcs(grid, n, geo, state_w, state_v):
    """Fill the rows TOP_W .. ROOT_V."""
    a, size, kink = geo[A], abs(geo[B]), geo[KINK_W]
    low, awake = 1.0 if geo[B] < 0 else 0.0, 1.0 if state_w == AWAKE else 0.0
    still = math.pi if state_w == FULL else 0.0
    for i in range(n):
        s, gap = grid[RADIUS + i], grid[GAP_W + i]
        top, half, sine, cosine, root = open_arc(s, gap, a, size, low, kink, awake, still)
        grid[TOP_W + i], grid[HALF_W + i], grid[ROOT_W + i] = top, half, root
        grid[SINE_W + i], grid[COSINE_W + i] = sine, cosine
    a, size, kink = geo[V], abs(geo[B_V]), geo[KINK_V]
    low, awake = 1.0 if geo[B_V] < 0 else 0.0, 1.0 if state_v == AWAKE else 0.0
    still = math.pi if state_v == FULL else 0.0
    for i in range(n):
        s, gap = grid[RADIUS + i], grid[GAP_V + i]
        top, half, sine, cosine, root = open_arc(s, gap, a, size, low, kink, awake, still)
        grid[TOP_V + i], grid[HALF_V + i], grid[ROOT_V + i] = top, half, root
        grid[SINE_V + i], grid[COSINE_V + i] = sine, cosine


@njit(cache=True, nogil=True, error_model="numpy")
def state(s, gap, a, b):
    """Return whether a neuron sleeps on a ring, is awake on an arc, or everywhere."""
    if a == 0 or gap <= 0:  # s a <= |b|
        return FULL if b > 0 else ASLEEP
    return AWAKE


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def past(s, gap, root, kink, sign, cross_s, cross_root):
    """Return half of how much an arc is wider than at the crossing of the lines, at a gap."""
    square = kink * kink
    bottom = (root + cross_root) * (s * cross_s + root * cross_root + square)
    return arctan(min(max(sign * kink * gap / (bottom + _TINY), -1.0), 1.0))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"}, forceinline=True)
def common(grid, i, geo, sign_w, sign_v):
    """Return the half-lengths of the common pieces at alpha and at -alpha, below 0 if none."""
    half = 0.5 * (grid[HALF_W + i] + grid[HALF_V + i] - geo[THETA])
    other = half + geo[THETA] - math.pi
    s, gap, cross_s = grid[RADIUS + i], grid[GAP_X + i], geo[CROSS_S]
    wider = past(s, gap, grid[ROOT_W + i], geo[KINK_W], sign_w, cross_s, geo[CROSS_W])
    wider += past(s, gap, grid[ROOT_V + i], geo[KINK_V], sign_v, cross_s, geo[CROSS_V])
    return (wider if geo[CROSS] == 1 else half), (wider if geo[CROSS] == 2 else other)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def meet(grid, n, geo, kind):
    """Fill the rows MEET .. LOW_OTHER with the common pieces of arcs that cut each other.

    They run from theta - beta to alpha and, for TWICE, from -alpha to theta + beta - 2 pi. Near
    the crossing of the lines, where one of them is short, it is the sum of how much the arcs are
    wider than there: nothing cancels.
    """
    sign_w, sign_v = (1.0 if geo[B] < 0 else -1.0), (1.0 if geo[B_V] < 0 else -1.0)
    twice = 1.0 if kind == TWICE else 0.0
    for i in range(n):
        one, two = common(grid, i, geo, sign_w, sign_v)
        one, two = max(one, 0.0), twice * max(two, 0.0)
        grid[MEET + i], grid[OTHER + i] = one, two
        grid[SINE_MEET + i], grid[LOW_MEET + i] = bend(one)
        grid[SINE_OTHER + i], grid[LOW_OTHER + i] = bend(two)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def choose_own(grid, n, geo):
    """Make the whole arc of the first neuron the arc to integrate over."""
    rise = geo[V] * geo[RISE]
    for i in range(n):
        grid[HALF + i], grid[SINE + i] = grid[HALF_W + i], grid[SINE_W + i]
        grid[COSINE + i], grid[SINE_M + i], grid[COSINE_M + i] = grid[COSINE_W + i], 0.0, 1.0
        grid[MID_F + i] = grid[TOP_W + i]
        grid[MID_G + i] = grid[TOP_V + i] - grid[RADIUS + i] * rise


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def choose_his(grid, n, geo):
    """Make the whole arc of the target the arc to integrate over."""
    sine_m, cosine_m, rise = geo[SIN], geo[COS], geo[A] * geo[RISE]
    for i in range(n):
        grid[HALF + i], grid[SINE + i] = grid[HALF_V + i], grid[SINE_V + i]
        grid[COSINE + i], grid[SINE_M + i], grid[COSINE_M + i] = (
            grid[COSINE_V + i],
            sine_m,
            cosine_m,
        )
        grid[MID_F + i] = grid[TOP_W + i] - grid[RADIUS + i] * rise
        grid[MID_G + i] = grid[TOP_V + i]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def choose_piece(grid, n, geo):
    """Make the common piece at alpha of two arcs that cut each other the arc."""
    a, b, size, offset = geo[A], geo[B], geo[V], geo[B_V]
    for i in range(n):
        half, sine, low = grid[MEET + i], grid[SINE_MEET + i], grid[LOW_MEET + i]
        end, start, cosine = grid[SINE_W + i], grid[COSINE_W + i], 1 - low
        grid[HALF + i], grid[SINE + i], grid[COSINE + i] = half, sine, cosine
        grid[SINE_M + i] = end * cosine - start * sine
        grid[COSINE_M + i] = start * cosine + end * sine
        grid[MID_F + i] = a * grid[ROOT_W + i] * sine + b * low
        grid[MID_G + i] = size * grid[ROOT_V + i] * sine + offset * low


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def mirror(grid, n):
    """Let the common pieces at alpha and at -alpha change places, as seen in a mirror."""
    for i in range(n):
        for row in range(0, 3 * LANES, LANES):
            one, two = grid[MEET + row + i], grid[OTHER + row + i]
            grid[MEET + row + i], grid[OTHER + row + i] = two, one


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def swap(grid, n):
    """Let the rows of both neurons change places."""
    for i in range(n):
        for row in range(0, 5 * LANES, LANES):
            one, two = grid[TOP_W + row + i], grid[TOP_V + row + i]
            grid[TOP_W + row + i], grid[TOP_V + row + i] = two, one


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def choose_circle(grid, n, geo, a):
    """Make what the arc of the other neuron leaves of the circle, seen from the first, the arc."""
    sine_m, cosine_m, rise = -geo[SIN], -geo[COS], a * (1 + geo[COS])
    for i in range(n):
        grid[HALF + i], grid[SINE + i] = math.pi - grid[HALF_V + i], grid[SINE_V + i]
        grid[COSINE + i] = -grid[COSINE_V + i]
        grid[SINE_M + i], grid[COSINE_M + i] = sine_m, cosine_m
        grid[MID_F + i] = grid[TOP_W + i] - grid[RADIUS + i] * rise


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def choose_side(grid, n, a, b, theta, side):
    """Make the part of the first neuron's arc on one side of the other's the arc.

    side: 0 for the part that ends at alpha, 1 for the one that begins at -alpha.
    """
    sign, turn = (1.0, -theta) if side == 0 else (-1.0, theta)
    for i in range(n):
        end, start = grid[SINE_W + i], grid[COSINE_W + i]
        half = max(0.5 * (grid[HALF_W + i] - grid[HALF_V + i] + turn), 0.0)
        sine, low = bend(half)
        cosine = 1 - low
        grid[HALF + i], grid[SINE + i], grid[COSINE + i] = half, sine, cosine
        grid[SINE_M + i] = sign * (end * cosine - start * sine)
        grid[COSINE_M + i] = start * cosine + end * sine
        grid[MID_F + i] = a * grid[ROOT_W + i] * sine + b * low


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def choose_left(grid, n, a, b):
    """Make what is left of the first neuron's arc where the arcs cut each other the arc."""
    for i in range(n):
        one, two = grid[MEET + i], grid[OTHER + i]
        half = max(grid[HALF_W + i] - one - two, 0.0)
        sine, low = bend(half)
        grid[HALF + i], grid[SINE + i], grid[COSINE + i] = half, sine, 1 - low
        # the middle is at other - meet; the height is 0 at -alpha
        sine_1, cosine_1 = grid[SINE_MEET + i], 1 - grid[LOW_MEET + i]
        sine_2, cosine_2 = grid[SINE_OTHER + i], 1 - grid[LOW_OTHER + i]
        grid[SINE_M + i] = sine_2 * cosine_1 - cosine_2 * sine_1
        grid[COSINE_M + i] = cosine_2 * cosine_1 + sine_2 * sine_1
        sine_3, low_3 = 2 * sine_2 * cosine_2, 2 * sine_2 * sine_2
        far = sine * (1 - low_3) + (1 - low) * sine_3
        deep = low + low_3 - low * low_3 + sine * sine_3
        grid[MID_F + i] = a * grid[ROOT_W + i] * far + b * deep


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def choose_difference(grid, n, geo, flip):
    """Replace the heights of both neurons on the arc by that of w - v, and bound it."""
    along, across, bias = geo[D_ALONG], flip * geo[D_ACROSS], geo[D_B]
    size, rough = math.hypot(along, across), abs(along) + abs(across)
    for i in range(n):
        s, own, other = grid[RADIUS + i], grid[MID_F + i], grid[MID_G + i]
        plain = bias + s * (along * grid[COSINE_M + i] + across * grid[SINE_M + i])
        # the heights, where they cancel less than the parameters
        small = abs(own) + abs(other) < abs(bias) + s * rough
        grid[MID_F + i] = grid[MID_G + i] = own - other if small else plain
        grid[BOUND + i] = min(abs(bias) + s * size, grid[TOP_W + i] + grid[TOP_V + i])


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def choose_height(grid, n):
    """Take the height of the first neuron alone, and bound it."""
    for i in range(n):
        grid[MID_G + i], grid[BOUND + i] = grid[MID_F + i], grid[TOP_W + i]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def add_moment(grid, n, along, across, flip):
    """Add the integral of f (s cos, flip s sin, 1) for a height of slope s (along, across)."""
    for i in range(n):
        s, h, mid = grid[RADIUS + i], grid[HALF + i], grid[MID_F + i]
        k1, k2, k3 = powers(h, grid[SINE + i], grid[COSINE + i])
        sine, cosine = grid[SINE_M + i], grid[COSINE_M + i]
        f = s * (along * cosine + across * sine)
        g = s * (across * cosine - along * sine)
        plain = 2 * h * mid - f * k1
        radial, turned = plain - (mid * k1 - f * k2), g * k3
        grid[VALUES + i] += s * (cosine * radial - sine * turned)
        grid[VALUES + LANES + i] += flip * s * (sine * radial + cosine * turned)
        grid[VALUES + 2 * LANES + i] += plain
        grid[SCALES + i] += 1.4 * h * grid[BOUND + i] * (1 + s)  # |x| >= (1 + s) / sqrt(2)


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def add_pair(grid, n, f_along, f_across, g_along, g_across, factor):
    """Add the integral of f g times a factor, for heights of slopes s f and s g."""
    for i in range(n):
        s, h, fm, gm = grid[RADIUS + i], grid[HALF + i], grid[MID_F + i], grid[MID_G + i]
        k1, k2, k3 = powers(h, grid[SINE + i], grid[COSINE + i])
        sine, cosine = grid[SINE_M + i], grid[COSINE_M + i]
        fa, ga = s * (f_along * cosine + f_across * sine), s * (g_along * cosine + g_across * sine)
        fb, gb = s * (f_across * cosine - f_along * sine), s * (g_across * cosine - g_along * sine)
        value = 2 * h * fm * gm - (fm * ga + gm * fa) * k1 + fa * ga * k2 + fb * gb * k3
        grid[VALUES + i] += factor * value


@njit(cache=True, nogil=True, error_model="numpy")
def add_common(grid, n, mode, geo, kind):
    """Add what the common pieces of both arcs give."""
    for piece in range(2 if kind == TWICE else 1 if kind != APART else 0):
        flip = -1.0 if piece == 1 else 1.0  # the second piece is done in the mirror
        if piece == 1:
            mirror(grid, n)
        if kind >= CUT:
            choose_piece(grid, n, geo)
        elif kind == WITHIN:
            choose_own(grid, n, geo)
        else:
            choose_his(grid, n, geo)
        if mode == MOMENTS:
            add_pair(grid, n, geo[A], 0.0, geo[V] * geo[COS], flip * geo[V] * geo[SIN], 1.0)
            continue
        choose_difference(grid, n, geo, flip)
        along, across = geo[D_ALONG], flip * geo[D_ACROSS]
        if mode == LOSS:
            add_pair(grid, n, along, across, along, across, 0.5)
        else:
            add_moment(grid, n, along, across, flip)
    if kind == TWICE:
        mirror(grid, n)


@njit(cache=True, nogil=True, error_model="numpy")
def add_rest(grid, n, mode, geo, kind, state, a, b):
    """Add what the arc of the first neuron outside that of the other gives."""
    sides = kind == AROUND and state != FULL
    for side in range(2 if sides else 1):
        if kind == APART:
            choose_own(grid, n, geo)
        elif kind >= CUT:
            choose_left(grid, n, a, b)
        elif sides:
            choose_side(grid, n, a, b, geo[THETA], side)
        else:
            choose_circle(grid, n, geo, a)
        choose_height(grid, n)
        if mode == LOSS:
            add_pair(grid, n, a, 0.0, a, 0.0, 0.5)
        else:
            add_moment(grid, n, a, 0.0, 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def manner(grid, i, geo, state_w, state_v):
    """Return how the arcs meet at node i."""
    alpha, beta, theta = grid[HALF_W + i], grid[HALF_V + i], geo[THETA]
    if state_w == ASLEEP or state_v == ASLEEP:
        return APART
    if state_v == FULL or beta >= alpha + theta:
        return WITHIN
    if state_w == FULL or alpha >= beta + theta:
        return AROUND
    sign_w, sign_v = (1.0 if geo[B] < 0 else -1.0), (1.0 if geo[B_V] < 0 else -1.0)
    one, two = common(grid, i, geo, sign_w, sign_v)
    if two > 0:
        return TWICE
    return CUT if one > 0 else APART


@njit(cache=True, nogil=True, error_model="numpy")
def count_overlap(grid, n, kind):
    """Put the lengths of the common pieces and of the arc of w in VALUES and SCALES."""
    for i in range(n):
        both = grid[MEET + i] + grid[OTHER + i] if kind >= CUT else grid[HALF_W + i]
        both = grid[HALF_V + i] if kind == AROUND else both
        grid[VALUES + i] = grid[SCALES + i] = 2 * both if kind != APART else 0.0
        grid[VALUES + LANES + i] = grid[SCALES + LANES + i] = 2 * grid[HALF_W + i]


@njit(cache=True, nogil=True, error_model="numpy")
def add_moments(grid, n, geo, state_w):
    """Put E s(w.x) s(v.x), found in the first row of VALUES, behind E s(w.x)^2; add the scales."""
    for i in range(n):
        # the floor is below every overlap that is not rounding of a touching pair
        floor = 1e-42 * grid[TOP_W + i] * grid[HALF_W + i]
        floor *= grid[RADIUS + i] * geo[V] + abs(geo[B_V])
        grid[SCALES + LANES + i] = grid[VALUES + i] + floor
        grid[VALUES + LANES + i], grid[VALUES + i] = grid[VALUES + i], 0.0
    if state_w != ASLEEP:
        choose_own(grid, n, geo)
        choose_height(grid, n)
        add_pair(grid, n, geo[A], 0.0, geo[A], 0.0, 1.0)
    for i in range(n):
        grid[SCALES + i] = grid[VALUES + i]


@njit(cache=True, nogil=True, error_model="numpy")
def rings(grid, n, mode, geo):
    """Put ring averages of `mode`, times 2 pi, in VALUES and their positive scales in SCALES.

    `geo` holds A, B, V, B_V: sizes and biases; THETA .. RISE: the angle, its cosine, sine, and
    1 - its cosine; D_B .. D_ACROSS: w - v in the frame of w; KINK_W, KINK_V: radii of the kinks;
    CROSS: what the crossing of the lines is (1: alpha + beta = theta, 2: alpha + beta + theta =
    2 pi, 0: other), CROSS_S .. CROSS_V: its radius, its distances along both lines. A gradient
    comes along and across w~, and all of its scale in the first row of SCALES.
    """
    middle = n // 2
    s = grid[RADIUS + middle]
    state_w = state(s, grid[GAP_W + middle], geo[A], geo[B])
    state_v = state(s, grid[GAP_V + middle], geo[V], geo[B_V])
    open_arcs(grid, n, geo, state_w, state_v)
    kind = manner(grid, middle, geo, state_w, state_v)
    for i in range(6 * LANES):
        grid[VALUES + i] = 0.0
    if kind >= CUT:
        meet(grid, n, geo, kind)
    if mode == OVERLAP:
        count_overlap(grid, n, kind)
        return
    add_common(grid, n, mode, geo, kind)
    if mode == MOMENTS:
        add_moments(grid, n, geo, state_w)
        return
    if state_w != ASLEEP and kind != WITHIN:
        add_rest(grid, n, mode, geo, kind, state_w, geo[A], geo[B])
    if mode == LOSS:
        if state_v != ASLEEP and kind != AROUND:
            swap(grid, n)
            kind = AROUND if kind == WITHIN else kind
            add_rest(grid, n, mode, geo, kind, state_v, geo[V], geo[B_V])
        for i in range(n):
            grid[SCALES + i] = grid[VALUES + i]
