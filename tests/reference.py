r"""Slow twins: the exact objective again, straight from the definition and in many digits.

Everything follows from three second moments of the lifted input x,

    E[x x^T 1(w.x > 0)],   E[x x^T 1(v.x > 0)],   E[x x^T 1(w.x > 0, v.x > 0)],

because s(w.x) = w.x where w.x > 0. `moments` returns one of them for a list of neurons that must
all be active; `numbers` contracts three of them (finitely many points need no moments). Nothing
here is shared with the package: a law is a tuple (kind, dim, size), and floats are taken as the
exact numbers that they are.

kind        size                         how
"ball"      radius                       plane, d >= 2: rings cut into arcs, tanh-sinh outside
"sphere"    radius                       the same (d = 2: one ring)
"gaussian"  standard deviation           the same; d = 1 by truncated normal moments
"interval"  half width                   exact rational arithmetic
"atoms"     list of (point, weight)      sums in rational arithmetic, any dimension
"""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath as mp

# Cancellation costs at most five powers of the width of the active arc (see `needed_digits`).
DIGITS = 40


def numbers(law, w, v, digits=None):
    """Return all exact numbers at `w` for target `v`, as mpf (a vector for the gradient).

    For planar laws w = (p, q, b) and v = (|v~|, 0, b_v) are the reduced coordinates; for "atoms"
    they are the full vectors (everything by exact sums); in one dimension (w, b) and (v, b_v).
    """
    if law[0] == "atoms":
        return _atoms(law[2], w, v)
    with mp.workdps(digits or needed_digits(law, w)):
        active, target, both = moments(law, [w]), moments(law, [v]), moments(law, [w, v])
        w, v = [mp.mpmathify(x) for x in w], [mp.mpmathify(x) for x in v]
        ww, wv, vv = form(w, active, w), form(w, both, v), form(v, target, v)
        side = range(len(w))
        return {
            "loss": ww / 2 - wv + vv / 2,
            "excess": ww / 2 - wv,
            "gradient": [
                mp.fsum(active[i][j] * w[j] - both[i][j] * v[j] for j in side) for i in side
            ],
            "overlap": both[-1][-1],
            "active": active[-1][-1],  # P(w.x > 0)
            "ww": ww,  # E s(w.x)^2
            "wv": wv,  # E s(w.x) s(v.x)
            "vv": vv,  # E s(v.x)^2
            # E (s(w.x) + s(v.x)) on w.x > 0
            "heights": mp.fsum(w[i] * active[i][-1] + v[i] * both[i][-1] for i in side),
        }


def form(u, matrix, v):
    """Return u^T matrix v."""
    return mp.fsum(u[i] * matrix[i][j] * v[j] for i in range(len(u)) for j in range(len(v)))


def needed_digits(law, w):
    """Return working digits: s(w.x)^2 on an arc of half-width e is e^5 out of terms like e."""
    kind, dim, size = law
    a, b = math.hypot(*w[:-1]), w[-1]
    if kind == "interval" or a == 0 or b >= 0:
        return DIGITS
    if kind == "gaussian":
        return DIGITS + int(2.5 * math.log10(1 + (b / (a * size)) ** 2))
    with mp.workdps(40):
        gap = abs(1 - mp.mpf(b) ** 2 / mp.mpf(size) ** 2 / (mp.mpf(w[0]) ** 2 + mp.mpf(w[1]) ** 2))
        return DIGITS + int(2.5 * max(0.0, float(mp.log10(dim / (gap + mp.mpf(10) ** -34)))))


def moments(law, neurons):
    """Return E[x x^T 1_A] for A = {u.x > 0 for all u in neurons}."""
    kind, dim, size = law
    if kind == "interval":
        return _interval(size, neurons)
    if dim == 1:
        return _line(size, neurons)
    return _planar(law, neurons)


# --- finitely many points -----------------------------------------------------------------------


def _atoms(atoms, w, v):
    """Return `numbers` by sums over the points, in exact rational arithmetic."""
    w, v = [Fraction(t) for t in w], [Fraction(t) for t in v]
    out = dict.fromkeys("loss excess overlap active ww wv vv heights".split(), Fraction(0))
    gradient = [Fraction(0)] * len(w)
    for point, weight in atoms:
        x, weight = [*map(Fraction, point), Fraction(1)], Fraction(weight)
        mine = max(sum(a * t for a, t in zip(w, x)), Fraction(0))
        theirs = max(sum(a * t for a, t in zip(v, x)), Fraction(0))
        out["loss"] += weight * (mine - theirs) ** 2 / 2
        out["excess"] += weight * ((mine - theirs) ** 2 - theirs**2) / 2
        out["ww"] += weight * mine**2
        out["wv"] += weight * mine * theirs
        out["vv"] += weight * theirs**2
        if mine > 0:
            out["active"] += weight
            out["overlap"] += weight * (theirs > 0)
            out["heights"] += weight * (mine + theirs)
            gradient = [g + weight * (mine - theirs) * t for g, t in zip(gradient, x)]
    return {k: _mpf(t) for k, t in out.items()} | {"gradient": [_mpf(g) for g in gradient]}


def _mpf(x):
    return mp.mpf(x.numerator) / x.denominator


# --- one dimension ------------------------------------------------------------------------------


def _active_interval(neurons, low, high):
    """Return the ends of {x: u.x > 0 for all neurons} within [low, high], or None."""
    for slope, bias in ((Fraction(u[0]), Fraction(u[1])) for u in neurons):
        if slope == 0 and bias <= 0:
            return None
        if slope > 0:
            low = max(low, -bias / slope)
        if slope < 0:
            high = min(high, -bias / slope)
    return (low, high) if low < high else None


def _interval(half_width, neurons):
    c = Fraction(half_width)
    ends = _active_interval(neurons, -c, c)
    if ends is None:
        return [[mp.mpf(0)] * 2] * 2
    low, high = ends
    m = [_mpf((high ** (k + 1) - low ** (k + 1)) / (k + 1) / (2 * c)) for k in range(3)]
    return [[m[2], m[1]], [m[1], m[0]]]


def _line(tau, neurons):
    ends = _active_interval(neurons, -math.inf, math.inf)
    if ends is None:
        return [[mp.mpf(0)] * 2] * 2
    tau = mp.mpf(tau)
    low, high = (
        mp.mpf(t) / tau if isinstance(t, float) else _mpf(t) / tau for t in ends
    )  # a float end is infinite

    def density(t):
        return mp.exp(-t * t / 2) / mp.sqrt(2 * mp.pi)

    def edge(t):  # t * density(t), 0 at infinity
        return mp.mpf(0) if mp.isinf(t) else t * density(t)

    if low > 0:
        mass = (mp.erfc(low / mp.sqrt(2)) - mp.erfc(high / mp.sqrt(2))) / 2
    else:
        mass = (mp.erfc(-high / mp.sqrt(2)) - mp.erfc(-low / mp.sqrt(2))) / 2
    first = tau * (density(low) - density(high))
    second = tau**2 * (mass + edge(low) - edge(high))
    return [[second, first], [first, mass]]


# --- two and more dimensions: rings of the plane ------------------------------------------------


def _planar(law, neurons):
    kind, dim, size = law
    c = mp.mpf(size)
    neurons = [[mp.mpf(t) for t in u] for u in neurons]
    power = mp.mpf(dim if kind == "ball" else dim - 2)
    if kind == "sphere" and dim == 2:
        return _ring(c, neurons)

    def radius(t):  # squared radius where the radial tail P(|projection| > s) is exp(-t)
        return 2 * c * c * t if kind == "gaussian" else -c * c * mp.expm1(-2 * t / power)

    def tail(square):
        if kind == "gaussian":
            return square / (2 * c * c)
        return -power / 2 * mp.log(1 - square / c**2) if square < c * c else mp.inf

    kinks = [tail(t) for t in _kinks(neurons)]
    start = mp.mpf(0)
    for u in neurons:  # below its start a neuron with negative bias is active nowhere
        if u[2] <= 0:
            a2 = u[0] ** 2 + u[1] ** 2
            start = max(start, tail(u[2] ** 2 / a2)) if a2 > 0 else mp.inf
    if mp.isinf(start):
        return [[mp.mpf(0)] * 3] * 3

    def f(t):
        matrix = _ring(mp.sqrt(radius(start + t)), neurons)
        decay = mp.exp(-t)
        return [decay * matrix[i][j] for i in range(3) for j in range(i + 1)]

    def worth(flat):  # positive quantities whose relative accuracy is wanted
        m = _unpack(flat)
        return [form(u, m, u) for u in neurons] + [m[2][2]]

    cuts = {mp.mpf(step) for step in (0, 4, 16, 55)}  # exp(-55) = 1e-24 is left out
    for kink in kinks:
        if start < kink < start + 150:
            cuts.update((kink - start, kink - start + 55))
    mass = mp.exp(-start)
    return [[mass * x for x in row] for row in _unpack(tanh_sinh(f, sorted(cuts), worth))]


def _unpack(flat):
    return [
        [flat[max(i, j) * (max(i, j) + 1) // 2 + min(i, j)] for j in range(3)] for i in range(3)
    ]


def _kinks(neurons):
    """Return squared radii where an arc opens or closes, or two lines cross."""
    for u in neurons:
        if u[0] or u[1]:
            yield u[2] ** 2 / (u[0] ** 2 + u[1] ** 2)
    if len(neurons) == 2:
        (a, b, e), (c, d, f) = neurons
        if a * d != b * c:
            yield ((b * f - d * e) ** 2 + (c * e - a * f) ** 2) / (a * d - b * c) ** 2


def _ring(s, neurons):
    """Return the moment for the uniform law on the circle of radius `s`.

    The circle is cut where a neuron changes sign; on a piece where all are active at the midpoint
    the antiderivatives of 1, cos, sin, cos^2, cos sin, sin^2 give the moments.
    """
    edges = [-mp.pi, mp.pi]
    for p, q, b in neurons:
        a = s * mp.sqrt(p * p + q * q)
        if abs(b) < a:
            middle, half = mp.atan2(q, p), mp.acos(-b / a)
            for edge in (middle - half, middle + half):
                edges.append(edge - 2 * mp.pi * mp.floor((edge + mp.pi) / (2 * mp.pi)))
    edges = sorted((edge, *mp.cos_sin(edge)) for edge in edges)
    one = cos = sin = cos2 = sincos = sin2 = mp.mpf(0)
    for (low, x0, y0), (high, x1, y1) in zip(edges, edges[1:]):
        x, y = mp.cos_sin((low + high) / 2)
        if low < high and all(s * (p * x + q * y) + b > 0 for p, q, b in neurons):
            one += high - low
            cos += y1 - y0
            sin += x0 - x1
            cos2 += (high - low + x1 * y1 - x0 * y0) / 2
            sin2 += (high - low - x1 * y1 + x0 * y0) / 2
            sincos += (y1 * y1 - y0 * y0) / 2
    one, cos, sin = one / (2 * mp.pi), s * cos / (2 * mp.pi), s * sin / (2 * mp.pi)
    cos2, sin2, sincos = (s * s * t / (2 * mp.pi) for t in (cos2, sin2, sincos))
    return [[cos2, sincos, cos], [sincos, sin2, sin], [cos, sin, one]]


def tanh_sinh(f, cuts, worth, tolerance=1e-8):
    """Return the integral of the vector function `f` over the panels between `cuts`.

    Steps are halved until the quantities `worth` change by less than `tolerance` of themselves;
    each halving squares the error of this rule, so that the result is good to about 1e-16.
    """
    panels = [(low, high - low) for low, high in zip(cuts, cuts[1:])]
    total, old = [mp.mpf(0)] * 6, None
    for intervals in (6, 12, 24, 48, 96):  # per unit of the rule's variable
        for k in range(-3 * intervals - intervals // 2, 3 * intervals + intervals // 2 + 1):
            if old is None or k % 2:
                x = mp.mpf(k) / intervals
                y = 1 / (1 + mp.exp(-mp.pi * mp.sinh(x)))
                for low, length in panels:
                    weight = mp.pi * mp.cosh(x) * y * (1 - y) * length
                    total = [s + weight * t for s, t in zip(total, f(low + y * length))]
        result = [s / intervals for s in total]
        new = worth(result)
        if old is not None and all(abs(n - o) <= tolerance * abs(n) for n, o in zip(new, old)):
            return result
        old = new
    raise ArithmeticError(f"tanh-sinh did not settle: {new}")


# --- full vectors and affine images -------------------------------------------------------------


def full_numbers(law, w, v, matrix=None, shift=None):
    """Return `numbers` for full vectors and inputs matrix @ z + shift, z from a spherical law.

    By definition of the image w.(m + B z, 1) = (B^T w~).z + (b + w~.m), and
    E[r (m + B z, 1)] = (m E[r] + B E[r z], E[r]).
    """
    kind, dim, _ = law
    with mp.workdps(DIGITS + 10):
        w, v = [mp.mpf(float(t)) for t in w], [mp.mpf(float(t)) for t in v]
        eye = [[mp.mpf(i == j) for j in range(dim)] for i in range(dim)]
        B = eye if matrix is None else [[mp.mpf(float(t)) for t in row] for row in matrix]
        m = [mp.mpf(0)] * dim if shift is None else [mp.mpf(float(t)) for t in shift]

        def pulled(u):
            tilde = [mp.fsum(B[i][j] * u[i] for i in range(dim)) for j in range(dim)]
            return tilde, u[-1] + mp.fsum(m[i] * u[i] for i in range(dim))

        (wz, wb), (vz, vb) = pulled(w), pulled(v)
        if dim == 1:
            out = numbers(
                law, [as_fraction(wz[0]), as_fraction(wb)], [as_fraction(vz[0]), as_fraction(vb)]
            )
            gz, gb = [out["gradient"][0]], out["gradient"][1]
        else:
            size = mp.sqrt(mp.fsum(t * t for t in vz))
            e1 = [t / size for t in vz] if size else [mp.mpf(i == 0) for i in range(dim)]
            p = mp.fsum(s * t for s, t in zip(wz, e1))
            rest = [s - p * t for s, t in zip(wz, e1)]
            q = mp.sqrt(mp.fsum(t * t for t in rest))
            e2 = [t / q for t in rest] if q else [mp.mpf(0)] * dim
            out = numbers(law, [p, q, wb], [size, mp.mpf(0), vb], DIGITS + 10)
            gz = [out["gradient"][0] * s + out["gradient"][1] * t for s, t in zip(e1, e2)]
            gb = out["gradient"][2]
        out["gradient"] = [
            m[i] * gb + mp.fsum(B[i][j] * gz[j] for j in range(dim)) for i in range(dim)
        ] + [gb]
        return out


def as_fraction(x):
    """Return the mpf `x` as an exact fraction."""
    sign, man, exp, _ = x._mpf_
    return Fraction((-1) ** sign * man) * Fraction(2) ** exp


# --- Gaussian closed forms (S4) -----------------------------------------------------------------


def gaussian_numbers(tau, w, v, digits=40):
    """Return `numbers` for normal inputs by closed forms, d >= 2, reduced.

    The gradient by Gaussian integration by parts: for x~ = tau z,
    E[f z] = E[grad f], so E[s(v.x) 1(w.x>0) x~] = tau^2 (v~ P(A) + w~ E[s(v.x) delta(w.x)]).
    """
    with mp.workdps(digits):
        p, q, b = (mp.mpf(t) for t in w)
        n, _, bv = (mp.mpf(t) for t in v)
        tau = mp.mpf(tau)
        p, q, n = tau * p, tau * q, tau * n
        a = mp.sqrt(p * p + q * q)
        h, k, r = b / a, bv / n, p / a
        s = q / a  # sin theta
        phi, cdf = mp.npdf, mp.ncdf
        ww = (a * a + b * b) * cdf(h) + a * b * phi(h)
        vv = (n * n + bv * bv) * cdf(k) + n * bv * phi(k)
        if s == 0:  # the two neurons look at one coordinate t: a (t + h) > 0, n (r t + k) > 0
            low, high = (max(-h, -k), mp.inf) if r > 0 else (-h, k)
            low, high = (low, high) if low < high else (mp.mpf(0), mp.mpf(0))
            d_low, d_high = phi(low), mp.mpf(0) if mp.isinf(high) else phi(high)
            m0 = cdf(-low) - (0 if mp.isinf(high) else cdf(-high))
            m1 = d_low - d_high
            m2 = m0 + low * d_low - (0 if mp.isinf(high) else high * d_high)
            overlap = m0
            wv = a * n * (r * m2 + (k + h * r) * m1 + h * k * m0)
            bias = n * (r * m1 + k * m0)
            along, across = n * (m2 + r * k * m1), mp.mpf(0)  # E[s(v.x) t] in direction v~
        else:
            overlap = _bivariate(h, k, mp.atan2(q, p))
            g1, g2 = phi(k) * cdf((h - r * k) / s), phi(h) * cdf((k - r * h) / s)
            edge = mp.exp(-(h * h - 2 * r * h * k + k * k) / (2 * s * s)) / (2 * mp.pi)
            wv = a * n * ((h * k + r) * overlap + h * g1 + k * g2 + s * edge)
            bias = n * (k * overlap + g1 + r * g2)
            c = (k - r * h) / s
            on_line = phi(h) / a * n * s * (c * cdf(c) + phi(c))  # E[s(v.x) delta(w.x)]
            along, across = n * overlap + p * on_line, q * on_line
        first = a * phi(h) + b * cdf(h)
        return {
            "loss": ww / 2 - wv + vv / 2,
            "excess": ww / 2 - wv,
            "gradient": [tau * (p * cdf(h) - along), tau * (q * cdf(h) - across), first - bias],
            "overlap": overlap,
            "active": cdf(h),
            "ww": ww,
            "wv": wv,
            "vv": vv,
            "heights": first + bias,
        }


def _bivariate(h, k, theta):
    """Return P(X < h, Y < k) for standard normal X, Y of correlation cos(theta) (Plackett)."""
    if theta > mp.pi / 2:
        return mp.ncdf(h) - _bivariate(h, -k, mp.pi - theta)

    def f(u):  # -2 pi times the derivative in the angle
        return mp.exp(-((h - k) ** 2 + 4 * h * k * mp.sin(u / 2) ** 2) / (2 * mp.sin(u) ** 2))

    turn = abs(h - k)  # where f rises from 0
    cuts = [mp.mpf(0), *(t for t in (turn / 8, turn, 8 * turn) if 0 < t < theta), theta]
    return mp.ncdf(min(h, k)) - mp.quad(f, cuts) / (2 * mp.pi)
