r"""Integrals over arcs of one ring, compiled: the inner half of the exact objective.

On the ring of radius s, w.x = s a cos(phi) + b is positive on the arc :math:`|\phi| < \alpha`
about w~, and v.x on :math:`|\phi - \theta| < \beta`. Loss, gradient and overlap are integrals of
trigonometric polynomials of degree 2 over arcs: closed forms about the middle of each arc, where
heights come as products, so that nothing cancels on short arcs.
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from numba import njit

MOMENTS, GRADIENT, LOSS, OVERLAP = 0, 1, 2, 3
SIZE = 6  # length of the work array: values in 0..2, their positive scales in 3..5


@njit(cache=True, nogil=True, error_model="numpy")
def powers(h):
    """Integrate 1 - cos, (1 - cos)^2 and sin^2 over [-h, h] without cancellation at small h."""
    if h > 0.7:  # the differences lose two digits at most
        sine, cosine = math.sin(h), math.cos(h)
        return 2 * (h - sine), 3 * h - 4 * sine + sine * cosine, h - sine * cosine
    term = h * h * h / 6
    four = 4.0
    k1, k2, k3 = 2 * term, 0.0, four * term
    for n in range(2, 11):
        term *= -h * h / ((2 * n) * (2 * n + 1))
        four *= 4.0
        k1 += 2 * term
        k2 -= (four - 4.0) * term
        k3 += four * term
    return k1, k2, k3


@njit(cache=True, nogil=True, error_model="numpy")
def half_angle(top, bottom):
    """Return the half-width of the arc where s a cos(phi) + b > 0.

    `top` = s a + b and `bottom` = s a - b; 0 if top <= 0, pi if bottom <= 0.
    """
    if top <= 0:
        return 0.0
    if bottom <= 0:
        return math.pi
    return 2 * math.atan2(math.sqrt(top), math.sqrt(bottom))


@njit(cache=True, nogil=True, error_model="numpy")
def overlap_pieces(alpha, beta, theta, near, far):
    """Return (kind, h, h2): the first common piece of both arcs and the half-length of a second.

    kind 0: none; 1: all of the arc of w; 2: all of the arc of v; 3: between theta - beta and
    alpha. The second piece begins at -alpha. `near` and `far` are alpha + beta - theta and
    alpha + beta + theta - 2 pi, computed where they do not cancel.
    """
    if alpha == 0.0 or beta == 0.0:
        return 0, 0.0, 0.0
    if beta == math.pi or beta >= alpha + theta:
        return 1, alpha, 0.0
    if alpha == math.pi or alpha >= beta + theta:
        return 2, beta, 0.0
    return (3 if near > 0 else 0), max(near, 0.0) / 2, max(far, 0.0) / 2


@njit(cache=True, nogil=True, error_model="numpy")
def pair(f, g, m, h, fm, gm):
    """Integrate f g over [m - h, m + h] for heights with values fm, gm at m and slopes f, g."""
    k1, k2, k3 = powers(h)
    sine, cosine = math.sin(m), math.cos(m)
    fa, fb = f[0] * cosine + f[1] * sine, f[1] * cosine - f[0] * sine
    ga, gb = g[0] * cosine + g[1] * sine, g[1] * cosine - g[0] * sine
    return 2 * h * fm * gm - (fm * ga + gm * fa) * k1 + fa * ga * k2 + fb * gb * k3


@njit(cache=True, nogil=True, error_model="numpy")
def add_vector(out, f, s, m, h, fm):
    """Add to `out` the integral of (f0 + f.e) (s cos, s sin, 1) over [m - h, m + h]."""
    k1, k2, k3 = powers(h)
    sine, cosine = math.sin(m), math.cos(m)
    fa, fb = f[0] * cosine + f[1] * sine, f[1] * cosine - f[0] * sine
    plain = 2 * h * fm - fa * k1
    along, across = plain - (fm * k1 - fa * k2), fb * k3
    out[0] += s * (cosine * along - sine * across)
    out[1] += s * (sine * along + cosine * across)
    out[2] += plain


@njit(cache=True, nogil=True, error_model="numpy")
def height(sa, b, half, phi):
    """Return s a cos(phi) + b from the half-width of its arc."""
    if half == math.pi:
        return sa * math.cos(phi) + b
    return 2 * sa * math.sin((half + phi) / 2) * math.sin((half - phi) / 2)


@njit(cache=True, nogil=True, error_model="numpy")
def alone(pieces, alpha, beta, theta, kind, h, h2):
    """Write the pieces (middle, half) of the arc of w outside the arc of v; return their count."""
    if alpha == 0.0 or kind == 1:
        return 0
    if beta == 0.0 or (kind == 0 and h2 == 0.0):
        pieces[0, 0], pieces[0, 1] = 0.0, alpha
        return 1
    if alpha == math.pi:
        pieces[0, 0], pieces[0, 1] = theta + math.pi, math.pi - beta
        return 1
    if kind == 2:
        left, right = (alpha + theta - beta) / 2, (alpha - theta - beta) / 2
        pieces[0, 0], pieces[0, 1] = left - alpha, left
        pieces[1, 0], pieces[1, 1] = alpha - right, right
        return 2
    half = alpha - h - h2
    pieces[0, 0], pieces[0, 1] = h2 - h, half
    return 1


@njit(cache=True, nogil=True, error_model="numpy")
def ring(out, work, mode, geo, s, ew, ev, e3):
    """Put the ring averages of `mode` at radius s in out[:3], their positive scales in out[3:].

    `ew`, `ev`, `e3` are s^2 minus the squared radii of the kinks. `geo` holds a, b, V, b_v, theta,
    cos and sin of theta, the parts of w - v in the frame of w, the radii of the kinks, the type of
    the crossing (1: near = 0 there, 2: far = 0, 0: other).
    """
    a, b, size, offset, theta = geo[0], geo[1], geo[2], geo[3], geo[4]
    d0, dc, ds, sw, sv, s3, crossing = geo[7], geo[8], geo[9], geo[10], geo[11], geo[12], geo[13]
    sa, sz = s * a, s * size
    mw = a * ew / (s + sw) if a > 0 else -abs(b)  # s a - |b|
    mv = size * ev / (s + sv) if size > 0 else -abs(offset)
    topw, botw = (mw, sa - b) if b < 0 else (sa + b, mw)
    topv, botv = (mv, sz - offset) if offset < 0 else (sz + offset, mv)
    alpha, beta = half_angle(topw, botw), half_angle(topv, botv)
    near, far = alpha + beta - theta, alpha + beta + theta - 2 * math.pi
    if crossing > 0 and 0 < alpha < math.pi and 0 < beta < math.pi:
        # Sines of alpha and beta minus their values at the crossing, where the sums vanish.
        sine_w = -b * e3 / (s * s3 * (math.sqrt(topw * botw) + geo[14]))
        sine_v = -offset * e3 / (s * s3 * (math.sqrt(topv * botv) + geo[15]))
        if abs(sine_w) < 0.9 and abs(sine_v) < 0.9:  # beyond, nothing cancels
            stable = math.asin(sine_w) + math.asin(sine_v)
            if crossing == 1:
                near = stable
            else:
                far = stable
    kind, h, h2 = overlap_pieces(alpha, beta, theta, near, far)
    out[:] = 0.0
    if mode == OVERLAP:
        out[0], out[1] = (h + h2) / math.pi, alpha / math.pi
        out[3], out[4] = out[0], out[1]
        return
    wv, vv, dv = (sa, 0.0), (sz * geo[5], sz * geo[6]), (s * dc, s * ds)
    if mode == MOMENTS and alpha > 0:
        out[0] = pair(wv, wv, 0.0, alpha, topw, topw) / (2 * math.pi)
        out[3] = out[0]
    scale, flat, slope = math.sqrt(1 + s * s), abs(d0), s * math.hypot(dc, ds)
    for piece in range(2):
        half = h if piece == 0 else h2
        if (piece == 0 and kind == 0) or half <= 0.0:
            continue
        if piece == 1:
            m = half - alpha
        elif kind == 1:
            m = 0.0
        elif kind == 2:
            m = theta
        else:
            m = alpha - half
        if kind == 3 or piece == 1:
            sine = 2 * math.sin(half / 2)
            wm, vm = sa * sine * math.sin(alpha - half / 2), sz * sine * math.sin(beta - half / 2)
        else:
            wm = topw if m == 0.0 else height(sa, b, alpha, m)
            vm = topv if kind == 2 else height(sz, offset, beta, m - theta)
        if mode == MOMENTS:
            out[1] += pair(wv, vv, m, half, wm, vm) / (2 * math.pi)
            continue
        dm = d0 + dv[0] * math.cos(m) + dv[1] * math.sin(m)
        if abs(wm) + abs(vm) < flat + slope:
            dm = wm - vm
        if mode == LOSS:
            out[0] += pair(dv, dv, m, half, dm, dm) / (4 * math.pi)
        else:
            add_vector(out, dv, s, m, half, dm)
            out[3] += 2 * half * scale * min(flat + slope, topw + topv)
    if mode == MOMENTS:  # the floor is below every overlap that is not rounding of a touching pair
        out[4] = out[1] + 1e-42 * topw * (sz + abs(offset)) * alpha
    pieces = work
    for i in range(alone(pieces, alpha, beta, theta, kind, h, h2)):
        if mode == MOMENTS:
            break
        m, half = pieces[i, 0], pieces[i, 1]
        if half <= 0:
            continue
        wm = topw if m == 0.0 else height(sa, b, alpha, m)
        if mode == LOSS:
            out[0] += pair(wv, wv, m, half, wm, wm) / (4 * math.pi)
        else:
            add_vector(out, wv, s, m, half, wm)
            out[3] += 2 * half * scale * topw
    if mode == LOSS:
        mirror = 3 - kind if kind == 1 or kind == 2 else kind
        for i in range(alone(pieces, beta, alpha, theta, mirror, h, h2)):
            m, half = pieces[i, 0], pieces[i, 1]
            if half > 0:
                vm = topv if m == 0.0 else height(sz, offset, beta, m)
                out[0] += pair((sz, 0.0), (sz, 0.0), m, half, vm, vm) / (4 * math.pi)
        out[3] = out[0]
    elif mode == GRADIENT:
        along, across = out[0] / (2 * math.pi), out[1] / (2 * math.pi)
        out[0] = along * geo[5] + across * geo[6]
        out[1] = along * geo[6] - across * geo[5]
        out[2] /= 2 * math.pi
        out[3] /= 2 * math.pi
        out[4] = out[5] = out[3]
