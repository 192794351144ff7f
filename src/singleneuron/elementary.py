r"""Elementary functions as polynomials, compiled: free of branches and calls.

A loop over the nodes of a quadrature rule that uses only these, roots and divisions is turned into
vector instructions by the compiler. Each function is right to a few units in the last place on
the range named in its first line.
"""

from __future__ import annotations

import math

from .compiled import inside

# Fits of least error (Chebyshev) in 60 digits; `tests/test_elementary.py` holds them to mpmath.
_ARCTAN = (
    1.0, -0.3333333333333325, 0.19999999999986157, -0.14285714284820428, 0.11111111080383854,
    -0.09090908440338843, 0.07692298432985685, -0.06666572806289763, 0.05881647236717415,
    -0.05259103789485882, 0.0474370596643217, -0.042828645702794474, 0.038129809754225044,
    -0.03264116292977077, 0.0259471057039563, -0.018386836817918875, 0.011122014669752633,
    -0.005484778971809356, 0.002090633535263676, -0.0005727925781292097, 9.978410811953032e-05,
    -8.26799581733715e-06, 0.0, 0.0,
)  # fmt: skip
_SINE = tuple((-1.0) ** n / math.factorial(2 * n + 1) for n in range(12))
_COSINE = tuple((-1.0) ** n / math.factorial(2 * n) for n in range(12))
_EXP = tuple((-1.0) ** n / math.factorial(n + 1) for n in range(14))
_FIRST = tuple((-1) ** (n + 1) * 2.0 / math.factorial(2 * n + 1) for n in range(1, 9))
_SECOND = tuple((-1) ** n * (4.0**n - 4) / math.factorial(2 * n + 1) for n in range(1, 9))
_THIRD = tuple((-1) ** (n + 1) * 4.0**n / math.factorial(2 * n + 1) for n in range(1, 9))


@inside
def larger(a, b):
    """Return max(a, b) of two floats, in an instruction (Numba's own is a loop over a tuple)."""
    return a if a > b else b


@inside
def smaller(a, b):
    """Return min(a, b) of two floats."""
    return a if a < b else b


@inside
def arctan(x):
    """Return arctan(x) for -1 <= x <= 1."""
    y = x * x
    z = y * y
    a, b, c, d = 0.0, 0.0, 0.0, 0.0  # four short chains instead of a long one
    for n in range(20, -4, -4):
        a, b = a * (z * z) + _ARCTAN[n], b * (z * z) + _ARCTAN[n + 1]
        c, d = c * (z * z) + _ARCTAN[n + 2], d * (z * z) + _ARCTAN[n + 3]
    return ((a + b * y) + (c + d * y) * z) * x


@inside
def bend(h):
    """Return sin(h) and 1 - cos(h) for 0 <= h <= pi, both relatively exact."""
    t = 0.5 * h
    y = t * t
    sine, cosine = 0.0, 0.0
    for n in range(11, -1, -1):
        sine = sine * y + _SINE[n]
        cosine = cosine * y + _COSINE[n]
    sine *= t
    return 2 * sine * cosine, 2 * sine * sine


@inside
def spent(x):
    """Return 1 - exp(-x) for 0 <= x <= 80, relatively exact."""
    y = x / 128
    z, even, odd = y * y, 0.0, 0.0
    for n in range(12, -2, -2):
        even, odd = even * z + _EXP[n], odd * z + _EXP[n + 1]
    total = (even + odd * y) * y
    for _ in range(7):
        total *= 2 - total
    return total


@inside
def left(x):
    """Return exp(-x) for 0 <= x <= 80."""
    y = x / 128
    z, even, odd = y * y, 0.0, 0.0
    for n in range(12, -2, -2):
        even, odd = even * z + _EXP[n], odd * z + _EXP[n + 1]
    total = 1 - (even + odd * y) * y
    for _ in range(7):
        total *= total
    return total


@inside
def powers(h, sine, cosine):
    """Integrate 1 - cos, (1 - cos)^2 and sin^2 over [-h, h] without cancellation at small h."""
    y = h * h
    k1, k2, k3 = 0.0, 0.0, 0.0
    for n in range(7, -1, -1):
        k1 = k1 * y + _FIRST[n]
        k2 = k2 * y + _SECOND[n]
        k3 = k3 * y + _THIRD[n]
    y *= h
    if h > 0.5:  # the differences lose two digits at most
        return 2 * (h - sine), 3 * h - 4 * sine + sine * cosine, h - sine * cosine
    return k1 * y, k2 * y, k3 * y
