"""Elementary functions without branches, and Gauss-Legendre rules, against mpmath."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest
from numba import njit

from singleneuron import elementary, legendre
from singleneuron.rows import GRID, LANES, VALUES, WEIGHT

ULP = np.finfo(float).eps


@njit
def all_of(x):
    return elementary.arctan(x), elementary.spent(x), elementary.left(x), elementary.bend(x)


@njit
def weigh(grid, rule, decay, enough):
    return legendre.weigh(grid, VALUES, rule, decay, enough)


@njit
def powers(h, sine, cosine):
    return elementary.powers(h, sine, cosine)


def relative(found: float, exact: mp.mpf) -> float:
    return float(abs(found - exact) / abs(exact)) / ULP


def test_elementary_functions_are_right_to_a_few_units_in_the_last_place() -> None:
    rng = np.random.default_rng(3)
    tiny = 10.0 ** rng.uniform(-300, 0, 200)
    for x in map(float, [*tiny, *rng.uniform(0, 1, 300), 1.0]):
        assert relative(all_of(x)[0], mp.atan(x)) < 3
        assert relative(all_of(-x)[0], -mp.atan(x)) < 3
    for x in map(float, [*tiny, *rng.uniform(0, 80, 300), 80.0]):
        _, gone, kept, _ = all_of(x)
        assert relative(gone, -mp.expm1(-x)) < 12  # seven squarings
        assert relative(kept, mp.exp(-x)) < 1000  # 128 times what exp(-x / 128) has, and squares
    for x in map(float, [*tiny[tiny > 1e-150], *rng.uniform(0, math.pi, 300)]):
        sine, rise = all_of(x)[3]
        assert relative(rise, 2 * mp.sin(mp.mpf(x) / 2) ** 2) < 6
        # sin(h) = 2 sin(h/2) cos(h/2): the last factor is right to one unit of 1
        assert abs(sine - mp.sin(x)) < 4 * ULP * (mp.sin(x) if x < 2 else 1.0)
    assert all_of(0.0) == (0.0, 0.0, 1.0, (0.0, 0.0))


@pytest.mark.parametrize("h", [1e-200, 1e-8, 1e-3, 0.1, 0.499, 0.501, 1.0, 2.0, math.pi])
def test_powers_do_not_cancel(h: float) -> None:
    with mp.workdps(700):
        x, k = mp.mpf(h), powers(h, math.sin(h), math.cos(h))
        sine, cosine = mp.sin(x), mp.cos(x)
        exact = 2 * (x - sine), 3 * x - 4 * sine + sine * cosine, x - sine * cosine
    for found, wanted in zip(k, exact):
        # above 1/2 by differences, which lose a factor 10 / h^4 at most; 1e-200^5 is 0
        assert abs(found - wanted) <= 400 * ULP * wanted + 1e-300


def fill(rule: int, f) -> np.ndarray:
    n, grid = legendre.RULES[rule], np.zeros(GRID)
    x = legendre.TABLE[rule * legendre.TERMS * LANES :][:n]
    grid[VALUES : VALUES + n], grid[WEIGHT : WEIGHT + n] = f(x), 1.0
    return grid


@pytest.mark.parametrize("rule", range(len(legendre.RULES)))
def test_rules_are_exact_for_polynomials_and_know_it(rule: int) -> None:
    n = legendre.RULES[rule]
    for degree in range(0, 2 * n, 2):
        grid = fill(rule, lambda x, k=degree: x**k)
        total, error = weigh(grid, rule, 1.0, 0.0)
        assert total == pytest.approx(2 / (degree + 1), rel=20 * ULP)
        if degree < n - 2 - n // 6:
            assert error < 1e-13


@pytest.mark.parametrize("rule", range(len(legendre.RULES)))
@pytest.mark.parametrize("rho", [1.3, 1.6, 2.0, 4.0])
def test_the_error_is_not_underestimated_for_analytic_functions(rule: int, rho: float) -> None:
    """A pole at distance b = (rho - 1/rho)/2 above 0, or at the left end as far away."""
    b = (rho - 1 / rho) / 2
    for f, exact in (
        (lambda x: 1 / (x * x + b * b), 2 * math.atan(1 / b) / b),
        (lambda x: 1 / (x + 1 + b), math.log((2 + b) / b)),
        (lambda x: np.sqrt(x + 1 + b), ((2 + b) ** 1.5 - b**1.5) / 1.5),
    ):
        grid, decay = fill(rule, f), rho ** -legendre.RULES[rule]
        for enough in (0.0, math.inf):  # by the middle coefficients too, or by rho alone
            total, error = weigh(grid, rule, decay, enough)
            assert abs(total - exact) <= error + 10 * ULP * exact
