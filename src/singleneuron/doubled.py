"""Error-free products and double-double arithmetic, compiled (Dekker 1971, Knuth 1969).

A double-double number is a pair (hi, lo) with value hi + lo and about 32 digits. It is used
where heights cancel: near the dead cone, and where two kinks of the objective nearly meet.
"""

from __future__ import annotations

from numba import float64
from numba.extending import intrinsic

from .compiled import exact, part


@intrinsic
def fused(typing, a, b, c):
    """Return a b + c, rounded once: one instruction of the processor."""
    return float64(float64, float64, float64), lambda _, build, __, args: build.fma(*args)


@exact
def two_sum(a, b):
    """Return (s, e) with s = fl(a + b) and s + e = a + b exactly."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@exact
def two_product(a, b):
    """Return (p, e) with p = fl(a b) and p + e = a b exactly (barring over- and underflow)."""
    p = a * b
    return p, fused(a, b, -p)


@exact
def dd_add(a, b):
    """Return the double-double a + b."""
    s, e = two_sum(a[0], b[0])
    t, f = two_sum(a[1], b[1])
    s, e = two_sum(s, e + t)
    return two_sum(s, e + f)


@exact
def dd_mul(a, b):
    """Return the double-double a b."""
    p, e = two_product(a[0], b[0])
    return two_sum(p, e + (a[0] * b[1] + a[1] * b[0]))


@exact
def dd_neg(a):
    """Return the double-double -a."""
    return -a[0], -a[1]


@exact
def dd_div(a, b):
    """Return the double-double a / b (two Newton steps of long division)."""
    q = a[0] / b[0]
    r = dd_add(a, dd_neg(dd_mul((q, 0.0), b)))
    q2 = r[0] / b[0]
    r = dd_add(r, dd_neg(dd_mul((q2, 0.0), b)))
    s, e = two_sum(q, q2)
    return two_sum(s, e + r[0] / b[0])


@part
def _reach(p, q, c):
    """Return the double-double c^2 (p^2 + q^2)."""
    squares = dd_add(two_product(p, p), two_product(q, q))
    return dd_mul(two_product(c, c), squares)


@part
def cone_gap(p, q, b, c):
    r"""Return the double-double :math:`x = 1 - b^2 / (c^2 (p^2 + q^2))`.

    The floats are taken as exact. x > 0 iff the line w.x = 0 meets the open disc of radius c;
    for b < 0, w is dead for the ball of radius c iff x <= 0.
    """
    reach = _reach(p, q, c)
    return dd_div(dd_add(reach, dd_neg(two_product(b, b))), reach)


@part
def cone_place(p, q, b, c):
    """Return `cone_gap` and 1 - `cone_gap`, each exact to its last digits where it is small."""
    reach, square = _reach(p, q, c), two_product(b, b)
    return dd_div(dd_add(reach, dd_neg(square)), reach), dd_div(square, reach)


@part
def crossing(p, q, b, size, offset, c):
    r"""Return the double-doubles :math:`1 - |y|^2/c^2` and :math:`|y|^2/c^2` of a crossing y.

    The lines are p y1 + q y2 + b = 0 and size y1 + offset = 0, with q, size > 0.
    """
    det = dd_add(two_product(p, offset), dd_neg(two_product(b, size)))
    reach = dd_mul(two_product(c, q), (size, 0.0))
    reach = dd_mul(reach, reach)
    first = two_product(offset, q)
    square = dd_add(dd_mul(first, first), dd_mul(det, det))
    return dd_div(dd_add(reach, dd_neg(square)), reach), dd_div(square, reach)
