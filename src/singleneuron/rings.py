r"""Integrals over arcs of one ring, compiled: the inner half of the exact objective.

On the ring of radius s, w.x = s a cos(phi) + b is positive on the arc :math:`|\phi| < \alpha`
about w~, and v.x on :math:`|\phi - \theta| < \beta`. Loss, gradient and overlap are integrals of
trigonometric polynomials of degree 2 over arcs: closed forms about the middle m of each arc, where
heights come as sums of terms that do not cancel on short arcs. Sines and cosines of arc ends are
algebraic: s a cos(alpha) = -b.
Source: chapter "The exact objective".
"""

from __future__ import annotations

import math

from numba import njit

MOMENTS, GRADIENT, LOSS, OVERLAP = 0, 1, 2, 3
SIZE = 6  # length of the work array: values in 0..2, their positive scales in 3..5

_ORDERS = range(1, 12)
_FIRST = tuple((-1) ** (n + 1) * 2.0 / math.factorial(2 * n + 1) for n in _ORDERS)
_SECOND = tuple((-1) ** n * (4.0**n - 4) / math.factorial(2 * n + 1) for n in _ORDERS)
_THIRD = tuple((-1) ** (n + 1) * 4.0**n / math.factorial(2 * n + 1) for n in _ORDERS)


@njit(cache=True, nogil=True, error_model="numpy")
def powers(h, sine, cosine):
    """Integrate 1 - cos, (1 - cos)^2 and sin^2 over [-h, h] without cancellation at small h."""
    if h > 0.7:  # the differences lose two digits at most
        return 2 * (h - sine), 3 * h - 4 * sine + sine * cosine, h - sine * cosine
    square = h * h
    k1, k2, k3 = 0.0, 0.0, 0.0
    for n in range(10, -1, -1):
        k1 = k1 * square + _FIRST[n]
        k2 = k2 * square + _SECOND[n]
        k3 = k3 * square + _THIRD[n]
    cube = square * h
    return k1 * cube, k2 * cube, k3 * cube


@njit(cache=True, nogil=True, error_model="numpy")
def pair(f, g, fm, gm, arc):
    """Integrate f g over the arc for heights with mid values fm, gm and slopes f, g."""
    h, k1, k2, k3, sine, cosine = arc
    fa, fb = f[0] * cosine + f[1] * sine, f[1] * cosine - f[0] * sine
    ga, gb = g[0] * cosine + g[1] * sine, g[1] * cosine - g[0] * sine
    return 2 * h * fm * gm - (fm * ga + gm * fa) * k1 + fa * ga * k2 + fb * gb * k3


@njit(cache=True, nogil=True, error_model="numpy")
def moment(f, fm, s, arc):
    """Integrate f (s cos, s sin, 1) over the arc for a height with mid value fm and slope f."""
    h, k1, k2, k3, sine, cosine = arc
    fa, fb = f[0] * cosine + f[1] * sine, f[1] * cosine - f[0] * sine
    plain = 2 * h * fm - fa * k1
    along, across = plain - (fm * k1 - fa * k2), fb * k3
    return s * (cosine * along - sine * across), s * (sine * along + cosine * across), plain


@njit(cache=True, nogil=True, error_model="numpy")
def describe(h, sine_h, cosine_h, sine_m, cosine_m):
    """Return the arc [m - h, m + h]: h, the three `powers`, sin m, cos m."""
    k1, k2, k3 = powers(h, sine_h, cosine_h)
    return h, k1, k2, k3, sine_m, cosine_m


@njit(cache=True, nogil=True, error_model="numpy")
def half_angle(root, top, bottom, b):
    """Return the half-width of the arc s a cos(phi) + b > 0; `root` is s a times its sine.

    `top` = s a + b and `bottom` = s a - b; 0 if top <= 0, pi if bottom <= 0.
    """
    if top <= 0:
        return 0.0
    return math.pi if bottom <= 0 else math.atan2(root, -b)


@njit(cache=True, nogil=True, error_model="numpy")
def common(alpha, beta, theta):
    """Return the kind of the first common piece of both arcs.

    0: none; 1: all of the arc of w; 2: all of the arc of v; 3: from theta - beta to alpha, if
    alpha + beta > theta; then a second piece may begin at -alpha, if alpha + beta + theta > 2 pi.
    """
    if alpha == 0.0 or beta == 0.0:
        return 0
    if beta == math.pi or beta >= alpha + theta:
        return 1
    return 2 if alpha == math.pi or alpha >= beta + theta else 3


@njit(cache=True, nogil=True, error_model="numpy")
def ring(out, mode, geo, s, ew, ev, e3):
    """Put the ring averages of `mode` at radius s in out[:3], their positive scales in out[3:].

    `ew`, `ev`, `e3` are s^2 minus the squared radii of the kinks. `geo` holds 0 a, b, V, b_v,
    4 theta, its cosine and sine, 7 the parts of w - v in the frame of w, 10 the radii of the
    kinks, 13 the type of the crossing (1: alpha + beta = theta there, 2: alpha + beta + theta =
    2 pi, 0: other), 14 the roots of w and v at the crossing, 16 1 - cos(theta).
    """
    a, b, size, offset, theta = geo[0], geo[1], geo[2], geo[3], geo[4]
    cosine, sine, rise = geo[5], geo[6], geo[16]
    sa, sz = s * a, s * size
    mw = a * ew / (s + geo[10]) if a > 0 else -abs(b)  # s a - |b|
    mv = size * ev / (s + geo[11]) if size > 0 else -abs(offset)
    topw, botw = (mw, sa - b) if b < 0 else (sa + b, mw)
    topv, botv = (mv, sz - offset) if offset < 0 else (sz + offset, mv)
    rw, rv = math.sqrt(max(topw * botw, 0.0)), math.sqrt(max(topv * botv, 0.0))
    alpha, beta = half_angle(rw, topw, botw, b), half_angle(rv, topv, botv, offset)
    sin_a, cos_a = (rw / sa, -b / sa) if 0 < alpha < math.pi else (0.0, -1.0)
    sin_b, cos_b = (rv / sz, -offset / sz) if 0 < beta < math.pi else (0.0, -1.0)
    kind, h, h2 = common(alpha, beta, theta), 0.0, 0.0
    if kind == 3:
        h, h2 = _ends(geo, s, e3, rw, rv, alpha, beta)
        kind = 3 if h > 0 or h2 > 0 else 0
    elif kind > 0:
        h = alpha if kind == 1 else beta
    for k in range(SIZE):
        out[k] = 0.0
    if mode == OVERLAP:
        out[0], out[1] = (h + h2) / math.pi, alpha / math.pi
        out[3], out[4] = out[0], out[1]
        return
    wv, vv, dv = (sa, 0.0), (sz * cosine, sz * sine), (s * geo[8], s * geo[9])
    part = 1 / (2 * math.pi)
    whole = (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    if alpha > 0 and (mode == MOMENTS or kind < 2):
        whole = describe(alpha, sin_a, cos_a, 0.0, 1.0)
    if mode == MOMENTS and alpha > 0:
        out[0] = out[3] = part * pair(wv, wv, topw, topw, whole)
    bound = min(abs(geo[7]) + s * math.hypot(geo[8], geo[9]), topw + topv)  # of |(w - v).x|
    bound *= math.sqrt(1 + s * s) * part
    for second in range(2):
        half = h2 if second else h
        if half <= 0:
            continue
        if kind == 1:
            arc, wm, vm = whole, topw, topv - sz * rise
        elif kind == 2:
            arc, wm, vm = describe(beta, sin_b, cos_b, sine, cosine), topw - sa * rise, topv
        else:
            sin_h, cos_h = math.sin(half), math.cos(half)
            low = sin_h * sin_h / (1 + cos_h) if half < 1.5 else 1 - cos_h
            wm, vm = rw * sin_h + b * low, rv * sin_h + offset * low
            sin_m, cos_m = sin_a * cos_h - cos_a * sin_h, cos_a * cos_h + sin_a * sin_h
            arc = describe(half, sin_h, cos_h, -sin_m if second else sin_m, cos_m)
        if mode == MOMENTS:
            out[1] += part * pair(wv, vv, wm, vm, arc)
            continue
        dm = geo[7] + dv[0] * arc[5] + dv[1] * arc[4]
        if abs(wm) + abs(vm) < abs(geo[7]) + abs(dv[0]) + abs(dv[1]):
            dm = wm - vm  # the heights cancel less than the parameters
        if mode == LOSS:
            out[0] += 0.5 * part * pair(dv, dv, dm, dm, arc)
        else:
            g = moment(dv, dm, s, arc)
            out[0] += part * g[0]
            out[1] += part * g[1]
            out[2] += part * g[2]
            out[3] += 2 * half * bound
    if mode == MOMENTS:  # the floor is below every overlap that is not rounding of a touching pair
        out[4] = out[1] + 1e-42 * topw * (sz + abs(offset)) * alpha
        return
    _alone(
        out, mode, s, sa, alpha, beta, theta, kind, h, h2, topw, whole, sine, cosine, sin_b, cos_b
    )
    if mode == LOSS:
        mirror = 3 - kind if kind == 1 or kind == 2 else kind
        whole = describe(beta, sin_b, cos_b, 0.0, 1.0)
        _alone(
            out,
            mode,
            s,
            sz,
            beta,
            alpha,
            theta,
            mirror,
            h,
            h2,
            topv,
            whole,
            sine,
            cosine,
            sin_a,
            cos_a,
        )
        out[3] = out[0]
    else:
        along, across = out[0], out[1]
        out[0], out[1] = along * cosine + across * sine, along * sine - across * cosine
        out[4] = out[5] = out[3]


@njit(cache=True, nogil=True, error_model="numpy")
def _ends(geo, s, e3, rw, rv, alpha, beta):
    """Return the half-lengths of the common pieces at alpha and at -alpha.

    Near the crossing of the lines, where one of the sums vanishes, alpha and beta are taken
    relative to their values there: sines of the differences do not cancel.
    """
    near, far = alpha + beta - geo[4], alpha + beta + geo[4] - 2 * math.pi
    if (geo[13] == 1 and abs(near) < 0.1) or (geo[13] == 2 and abs(far) < 0.1):
        sine_w = -geo[1] * e3 / (s * geo[12] * (rw + geo[14]))
        sine_v = -geo[3] * e3 / (s * geo[12] * (rv + geo[15]))
        if abs(sine_w) < 0.9 and abs(sine_v) < 0.9:  # beyond, nothing is gained
            stable = math.asin(sine_w) + math.asin(sine_v)
            near, far = (stable, far) if geo[13] == 1 else (near, stable)
    return max(near, 0.0) / 2, max(far, 0.0) / 2


@njit(cache=True, nogil=True, error_model="numpy")
def _alone(
    out, mode, s, sa, alpha, beta, theta, kind, h, h2, top, whole, sine, cosine, sin_b, cos_b
):  # fmt: skip
    """Add what the arc of one neuron outside the arc of the other gives, in its own frame."""
    if alpha == 0.0 or kind == 1:
        return
    if kind == 0:
        _add(out, mode, s, sa, top, top, whole)
    elif alpha == math.pi:
        arc = describe(math.pi - beta, sin_b, -cos_b, -sine, -cosine)
        _add(out, mode, s, sa, top - sa * (1 + cosine), top, arc)
    elif kind == 2:
        for side in range(2):
            half = (alpha - beta + (theta if side else -theta)) / 2
            m = half - alpha if side else alpha - half
            _add_plain(out, mode, s, sa, m, half, alpha, top)
    else:
        _add_plain(out, mode, s, sa, h2 - h, alpha - h - h2, alpha, top)


@njit(cache=True, nogil=True, error_model="numpy")
def _add_plain(out, mode, s, sa, m, half, alpha, top):
    """Add the arc [m - half, m + half] inside the arc of half-width alpha."""
    if half > 0:
        arc = describe(half, math.sin(half), math.cos(half), math.sin(m), math.cos(m))
        middle = 2 * sa * math.sin((alpha + m) / 2) * math.sin((alpha - m) / 2)
        _add(out, mode, s, sa, middle, top, arc)


@njit(cache=True, nogil=True, error_model="numpy")
def _add(out, mode, s, sa, middle, top, arc):
    """Add the square of the height over 2 (LOSS) or the height times x (GRADIENT) on an arc."""
    part = 1 / (2 * math.pi)
    if mode == LOSS:
        out[0] += 0.5 * part * pair((sa, 0.0), (sa, 0.0), middle, middle, arc)
        return
    g = moment((sa, 0.0), middle, s, arc)
    out[0] += part * g[0]
    out[1] += part * g[1]
    out[2] += part * g[2]
    out[3] += 2 * arc[0] * part * top * math.sqrt(1 + s * s)
