"""Where the kernel keeps its numbers: in `grid` rows of nodes and what is fixed for all nodes."""

from __future__ import annotations

MOMENTS, GRADIENT, LOSS, OVERLAP = 0, 1, 2, 3  # modes
BALL, GAUSSIAN, RING, INTERVAL, LINE = range(5)  # kinds of laws
SIZE = 6  # values in 0..2, their positive scales in 3..5
APART, WITHIN, AROUND, CUT, TWICE = range(5)  # how the arc of w meets that of v
ASLEEP, AWAKE, FULL = range(5, 8)  # a neuron on a ring: positive nowhere, on an arc, everywhere

TINY = 2.5e-308  # 0 / TINY is 0; a number below the normal ones would be slow
LANES = 32  # nodes of a rule at most; `grid` holds rows of that length, one after the other
# The ring: radius, its inverse, and s^2 minus the squared radii of the kinks of w, of v, and of
# the crossing.
RADIUS, INVERSE, GAP_W, GAP_V, GAP_X = range(0, 5 * LANES, LANES)
# The arcs: height at the middle, half-width, its sine and cosine, s times the sine.
TOP_W, HALF_W, SINE_W, COSINE_W, ROOT_W = range(5 * LANES, 10 * LANES, LANES)
TOP_V, HALF_V, SINE_V, COSINE_V, ROOT_V = range(10 * LANES, 15 * LANES, LANES)
# The common pieces at alpha and at -alpha: half-length, its sine, 1 - its cosine.
MEET, SINE_MEET, LOW_MEET, OTHER, SINE_OTHER, LOW_OTHER = range(15 * LANES, 21 * LANES, LANES)
PIECE = OTHER - MEET
# One arc to integrate over: half-length, its sine and cosine, those of the middle, two heights
# there, and a bound of the height for the scale.
HALF, SINE, COSINE, SINE_M, COSINE_M = range(21 * LANES, 26 * LANES, LANES)
MID_F, MID_G, BOUND = range(26 * LANES, 29 * LANES, LANES)
VALUES, SCALES, WEIGHT = 29 * LANES, 32 * LANES, 35 * LANES  # three rows, three rows, one row

# Behind them what does not change from ring to ring. For w and for v size, bias, radius of the
# kink; the angle, its cosine, sine, and 1 - its cosine; w - v in the frame of w; what the crossing
# of the lines is (1: alpha + beta = theta, 2: alpha + beta + theta = 2 pi, 0: other), its radius,
# and its distances along both lines.
FIXED = 36 * LANES
A, B, V, B_V, KINK_W, KINK_V, THETA, COS, SIN, RISE = range(FIXED, FIXED + 10)
D_B, D_ALONG, D_ACROSS, CROSS, CROSS_S, CROSS_W, CROSS_V = range(FIXED + 10, FIXED + 17)
# Of the four points of the radial line: whether it is there, and the double-doubles s^2 / scale^2
# and 1 minus that.
VALID, SQUARES, PLACES = FIXED + 17, FIXED + 21, FIXED + 29
FOR = FIXED + 37  # the law that V, B_V and KINK_V are for: kind and scale
GRID = FIXED + 39

ORIGIN, OWN, TARGET, CROSSING = 0, 1, 2, 3  # points of the radial line: s = 0 and the three kinks

PIECES = 40
BETWEEN = 2 * PIECES  # of the rows of `work`: two lots of pieces come first
ROWS, COLUMNS = BETWEEN + 6, 80
# One row, and in it how many pieces there are, and how many nodes were taken since the start.
OFFSETS, COUNT, USED = BETWEEN + 4, 10, 11
