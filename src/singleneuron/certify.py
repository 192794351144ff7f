r"""What holds at one point, compiled: the certificates of the radial laws.

The state is z = (p, rest, b): the component of the centred law's weight along v~, its other
components (one, q, for a symmetric law; none in dimension one), and the bias. In full coordinates
of an affine image x~ = B z~ + m it is z = A w with A = [[H B^T, 0], [m^T, 1]], H orthogonal, and
`inverse` is :math:`(A A^\top)^{-1}`, of size 0 where A is orthogonal.
Source: the book's table of certificates.
"""

from __future__ import annotations

import math

from .compiled import part
from .dispatch import parts
from .doubled import cone_gap
from .rows import GAUSSIAN, LINE, MOMENTS

NONE, BELOW_TRIVIAL, SAFE_BALL, ANGLE, DEAD, BLIND, LOST_BALL = range(7)
BLIND_NEVER, BLIND_LOW_BIAS, BLIND_ALWAYS = range(3)

ANGLE_MARGIN = 1e-12  # radians; two hundred times the rounding of an angle of 1e6 coordinates
NEAR_MARGIN = 1e-12  # relative, for the same reason


@part
def fold(w, z):
    """Put the reduced coordinates (p, q, b) of the state z in w."""
    last = len(z) - 1
    w[0], w[2] = z[0], z[last]
    if last == 2:
        w[1] = abs(z[1])
        return
    rest = 0.0
    for i in range(1, last):
        rest = math.hypot(rest, z[i])
    w[1] = rest


@part
def heights(w, law):
    """Return c a + b and c a - b without cancellation; inf where inputs are unbounded."""
    kind, c, b = law[0], law[1], w[2]
    if kind == GAUSSIAN or kind == LINE:
        return math.inf, math.inf
    reach = c * math.hypot(w[0], w[1])
    if reach == 0:
        return b, -b
    wide = reach + abs(b)
    narrow = reach * reach * cone_gap(w[0], w[1], b, c)[0] / wide
    return (narrow, wide) if b < 0 else (wide, narrow)


@part
def half_width(top, bottom):
    """Return arccos of (bottom - top) / (bottom + top): the half-width of an active cap."""
    if top <= 0:
        return 0.0
    return 2 * math.atan2(math.sqrt(top), math.sqrt(bottom)) if bottom > 0 else math.pi


@part
def clearance(w, law):
    """Return the distance to the dead cone, up to rounding (0 inside); at most |w|."""
    size = math.hypot(math.hypot(w[0], w[1]), w[2])
    kind, c, b = law[0], law[1], w[2]
    a = math.hypot(w[0], w[1])
    if kind == GAUSSIAN or kind == LINE:
        return a if b < 0 else size
    if c * b >= a:
        return size
    return heights(w, law)[0] / math.hypot(1.0, c)


@part
def offset(z, v, i):
    """Return component i of the state z minus the target's."""
    return z[i] - (v[0] if i == 0 else v[2] if i == len(z) - 1 else 0.0)


@part
def apart(z, v, inverse):
    """Return |w - v| in the parameters of the problem."""
    last = len(z) - 1
    if inverse.size == 0:
        total = math.hypot(z[0] - v[0], z[last] - v[2])
        for i in range(1, last):
            total = math.hypot(total, z[i])
        return total
    total = 0.0
    for i in range(last + 1):
        for j in range(last + 1):
            total += inverse[i, j] * offset(z, v, i) * offset(z, v, j)
    return math.sqrt(max(total, 0.0))


@part
def certificate(found, z, w, call, space, law, v, inverse, rules, rtol):
    """Put the first certificate that holds at z, its quantity and its threshold in `found`.

    rules: 0 BELOW_TRIVIAL allowed, 1 radius of the safe ball (0: not allowed), 2 ANGLE allowed,
    3 which BLIND is allowed, 4 R for LOST_BALL (0: not allowed).
    """
    fold(w, z)
    found[0], found[1], found[2] = NONE, math.nan, math.nan
    kind, c, a = law[0], law[1], math.hypot(w[0], w[1])
    if kind == GAUSSIAN or kind == LINE:
        if a == 0 and w[2] <= 0:
            found[0], found[1], found[2] = DEAD, w[2], 0.0
            return
    else:
        top, bottom = heights(w, law)
        if top <= 0:
            found[0], found[1], found[2] = DEAD, top, 0.0
            return
        beta = half_width(c * v[0] + v[2], c * v[0] - v[2])
        theta = math.atan2(w[1], w[0]) if a > 0 and v[0] > 0 else 0.0
        if rules[2] > 0 and theta < beta - ANGLE_MARGIN and a > 0 and v[0] > 0:
            found[0], found[1], found[2] = ANGLE, theta, beta
            return
        blind = half_width(top, bottom) + beta
        allowed = rules[3] == BLIND_ALWAYS or (rules[3] == BLIND_LOW_BIAS and w[2] <= 0)
        if allowed and theta >= blind + ANGLE_MARGIN:
            found[0], found[1], found[2] = BLIND, theta, blind
            return
        if rules[4] > 0 and theta > beta:
            reach = 2 * c * a * math.sin((theta - beta) / 2) ** 2 / rules[4]
            if top < reach * (1 - NEAR_MARGIN):
                found[0], found[1], found[2] = LOST_BALL, top, reach
                return
    if rules[1] > 0:
        distance = apart(z, v, inverse)
        if distance < rules[1] * (1 - NEAR_MARGIN):
            found[0], found[1], found[2] = SAFE_BALL, distance, rules[1]
            return
    if rules[0] > 0:
        parts(call, space, MOMENTS, law, w, v, rtol)
        own, cross = 0.5 * space[0][0], space[0][1]
        # Each moment is right to rtol of the larger: ten times that is left as a margin.
        share, margin = (own - cross) / (own + cross), -10 * rtol
        if share < margin:
            found[0], found[1], found[2] = BELOW_TRIVIAL, share, margin
