r"""Arcs to integrate over, and integrals over them, for all nodes of a panel at once, compiled.

An arc is given by its half-length and its middle; heights come as sums of terms that do not
cancel on short arcs. Each step is a loop over the nodes without calls or branches, which the
compiler turns into vector instructions.
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from .compiled import loop
from .elementary import bend, larger, powers, smaller

from .rows import (  # isort: skip
    APART, B_V, BOUND, COS, COSINE, COSINE_M, COSINE_V, COSINE_W, CUT, D_ACROSS, D_ALONG, D_B,
    FULL, HALF, HALF_V, HALF_W, LANES, LOW_MEET, LOW_OTHER, MEET, MID_F, MID_G, MOMENTS,
    OTHER, PIECE, RADIUS, RISE, ROOT_V, ROOT_W, SCALES, SIN, SINE, SINE_M, SINE_MEET, SINE_OTHER,
    SINE_V, SINE_W, THETA, TOP_V, TOP_W, VALUES, WITHIN, A, B, V,
)  # fmt: skip


@loop
def choose_common(grid, n, mode, kind, piece):
    """Make the common piece of both arcs the arc, with both heights or twice that of w - v.

    Of arcs that cut each other it is piece 0, at alpha, or 1, at -alpha, seen in a mirror.
    """
    if kind >= CUT:
        at = MEET + PIECE * (piece & 1)  # so that the compiler knows that it is not below 0
        a, b, size, offset = grid[A], grid[B], grid[V], grid[B_V]
        for i in range(n):
            half, sine, low = grid[at + i], grid[at + LANES + i], grid[at + 2 * LANES + i]
            end, start, cosine = grid[SINE_W + i], grid[COSINE_W + i], 1 - low
            grid[HALF + i], grid[SINE + i], grid[COSINE + i] = half, sine, cosine
            grid[SINE_M + i] = end * cosine - start * sine
            grid[COSINE_M + i] = start * cosine + end * sine
            grid[MID_F + i] = a * grid[ROOT_W + i] * sine + b * low
            grid[MID_G + i] = size * grid[ROOT_V + i] * sine + offset * low
    elif kind == WITHIN:
        rise = grid[V] * grid[RISE]
        for i in range(n):
            grid[HALF + i], grid[SINE + i] = grid[HALF_W + i], grid[SINE_W + i]
            grid[COSINE + i], grid[SINE_M + i], grid[COSINE_M + i] = grid[COSINE_W + i], 0.0, 1.0
            grid[MID_F + i] = grid[TOP_W + i]
            grid[MID_G + i] = grid[TOP_V + i] - grid[RADIUS + i] * rise
    else:
        sine, cosine, rise = grid[SIN], grid[COS], grid[A] * grid[RISE]
        for i in range(n):
            grid[HALF + i], grid[SINE + i] = grid[HALF_V + i], grid[SINE_V + i]
            grid[COSINE + i], grid[SINE_M + i] = grid[COSINE_V + i], sine
            grid[COSINE_M + i], grid[MID_G + i] = cosine, grid[TOP_V + i]
            grid[MID_F + i] = grid[TOP_W + i] - grid[RADIUS + i] * rise
    if mode == MOMENTS:
        return
    along, across, bias = grid[D_ALONG], (1 - 2.0 * piece) * grid[D_ACROSS], grid[D_B]
    rough = abs(along) + abs(across)
    for i in range(n):
        s, own, other = grid[RADIUS + i], grid[MID_F + i], grid[MID_G + i]
        plain = bias + s * (along * grid[COSINE_M + i] + across * grid[SINE_M + i])
        # the heights, where they cancel less than the parameters
        small = abs(own) + abs(other) < abs(bias) + s * rough
        grid[MID_F + i] = grid[MID_G + i] = own - other if small else plain
        grid[BOUND + i] = smaller(abs(bias) + s * rough, grid[TOP_W + i] + grid[TOP_V + i])


@loop
def choose_rest(grid, n, mode, kind, state, side, a, b):
    """Make what the other neuron's arc leaves of the first one's the arc, with its height.

    For MOMENTS it is the whole of the first one's.
    side: of an arc all around the other's, 0 for the part that ends at alpha, 1 for that which
    begins at -alpha.
    """
    if kind == APART or mode == MOMENTS:
        for i in range(n):
            grid[HALF + i], grid[SINE + i] = grid[HALF_W + i], grid[SINE_W + i]
            grid[COSINE + i], grid[SINE_M + i], grid[COSINE_M + i] = grid[COSINE_W + i], 0.0, 1.0
            grid[MID_F + i] = grid[TOP_W + i]
    elif kind >= CUT:
        for i in range(n):
            half = larger(grid[HALF_W + i] - grid[MEET + i] - grid[OTHER + i], 0.0)
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
    elif state != FULL:
        sign = 1.0 - 2.0 * side
        turn = -sign * grid[THETA]
        for i in range(n):
            end, start = grid[SINE_W + i], grid[COSINE_W + i]
            half = larger(0.5 * (grid[HALF_W + i] - grid[HALF_V + i] + turn), 0.0)
            sine, low = bend(half)
            cosine = 1 - low
            grid[HALF + i], grid[SINE + i], grid[COSINE + i] = half, sine, cosine
            grid[SINE_M + i] = sign * (end * cosine - start * sine)
            grid[COSINE_M + i] = start * cosine + end * sine
            grid[MID_F + i] = a * grid[ROOT_W + i] * sine + b * low
    else:  # the whole circle but the other's arc
        sine, cosine, rise = -grid[SIN], -grid[COS], a * (1 + grid[COS])
        for i in range(n):
            grid[HALF + i], grid[SINE + i] = math.pi - grid[HALF_V + i], grid[SINE_V + i]
            grid[COSINE + i], grid[SINE_M + i] = -grid[COSINE_V + i], sine
            grid[COSINE_M + i] = cosine
            grid[MID_F + i] = grid[TOP_W + i] - grid[RADIUS + i] * rise
    for i in range(n):
        grid[MID_G + i], grid[BOUND + i] = grid[MID_F + i], grid[TOP_W + i]


@loop
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


@loop
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
