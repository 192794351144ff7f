"""Born dead: closed forms against simulation, quadrature, Student's law and many digits."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import norm, t

import singleneuron as sn
from singleneuron.fate import born_dead

CASES = [(1, 0.4), (2, 0.8), (2, 1.0), (3, 0.65), (3, 1.3), (10, 0.4), (100, 0.09)]


def born_dead_share(dim: int, radius: float, init: str, number: int, seed: int) -> float:
    """The definition: draw starts, count those with b <= -c |w~|."""
    rng = np.random.default_rng(seed)
    dead, block = 0, max(1, 2_000_000 // (dim + 1))
    for k in range(0, number, block):
        size = (min(block, number - k), dim + 1)
        if init == "gaussian":
            w = rng.standard_normal(size)
        else:
            edge = 1.0 if init == "uniform" else dim**-0.5
            w = rng.uniform(-edge, edge, size)
        dead += int((w[:, -1] <= -radius * np.linalg.norm(w[:, :-1], axis=1)).sum())
    return dead / number


@pytest.mark.parametrize("init", ["gaussian", "uniform", "linear_layer"])
@pytest.mark.parametrize(("dim", "radius"), CASES)
def test_simulated_starts(dim: int, radius: float, init: str) -> None:
    number = 10_000_000 // (10 * (dim + 1))
    p = float(sn.born_dead_probability(dim, radius, init))
    share = born_dead_share(dim, radius, init, number, seed=dim)
    assert abs(share - p) <= 5 * math.sqrt(p * (1 - p) / number)


@pytest.mark.parametrize("dim", [1, 2, 10, 1000, 1_000_000])
def test_solid_angle_is_that_of_student_and_of_many_digits(dim: int) -> None:
    for scaled in (0.01, 0.5, 1.0, 3.0, 6.0):
        c = scaled / math.sqrt(dim)
        p = float(sn.born_dead_probability(dim, c))
        assert p == pytest.approx(t.sf(scaled, dim), rel=1e-9)  # scipy's own accuracy
        with mpmath.workdps(40):
            y = 1 / (1 + mpmath.mpf(c) ** 2)
            exact = mpmath.betainc(mpmath.mpf(dim) / 2, 0.5, 0, y, regularized=True) / 2
        assert p == pytest.approx(float(exact), rel=1e-13)
    assert float(sn.born_dead_probability(1, 0.3)) == pytest.approx(math.atan(1 / 0.3) / math.pi)


def test_uniform_in_two_dimensions_by_adaptive_quadrature() -> None:
    def gap(y: float, x: float, c: float) -> float:
        return max(1 - c * math.hypot(x, y), 0.0)

    for c in (0.72, 0.85, 0.99):
        value, _ = dblquad(gap, 0, 1, 0, 1, args=(c,))
        p = float(sn.born_dead_probability(2, c, "uniform"))
        assert p == pytest.approx(value / 2, abs=2e-8)  # the quadrature's own tolerance


@pytest.mark.parametrize("dim", [9, 12, 16])
def test_two_ways_to_the_uniform_start_agree(dim: int) -> None:
    for c in (1 / math.sqrt(dim), 0.4, 1 / math.sqrt(2), 0.9, 0.999):
        one, other = born_dead._by_pyramids(dim, c), born_dead._by_inversion(dim, c)
        assert one == pytest.approx(other, rel=1e-12)


@pytest.mark.parametrize("dim", [1, 2, 3, 8, 9, 30, 100, 1000])
def test_uniform_joins_its_closed_forms(dim: int) -> None:
    # From c = 1 on the cut-off ball lies inside the cube: dP/dc = -d P/c there.
    at, below = sn.born_dead_probability(dim, [1.0, 1 - 1e-9], "uniform")
    assert below == pytest.approx(at * (1 + dim * 1e-9), rel=max(dim, 10) ** 2 * 1e-18 + 1e-11)
    volume = 0.5 * dim * math.log(math.pi) - math.lgamma(dim / 2 + 1)
    assert at == pytest.approx(math.exp(volume) / 2 ** (dim + 1) / (dim + 1), rel=1e-11)
    # Up to 1/sqrt(d) it is linear, and right of it still once differentiable.
    corner = 1 / math.sqrt(dim)
    start, end = sn.born_dead_probability(dim, [corner / 2, corner], "uniform")
    assert 0.5 - end == pytest.approx(2 * (0.5 - start), rel=1e-12)
    if dim > 1:
        slope = (sn.born_dead_probability(dim, corner * (1 + 1e-6), "uniform") - end) / 1e-6
        assert slope == pytest.approx(end - 0.5, rel=1e-5)


def test_uniform_in_high_dimension_is_nearly_certain_of_its_norm() -> None:
    # |U|^2/d is nearly 1/3: P is nearly (1 - c sqrt(d/3))/2, off by the variance: at most 1/d.
    for dim in (10_000, 1_000_000):
        for scaled in (0.5, 1.0, 1.5):
            p = float(sn.born_dead_probability(dim, scaled / math.sqrt(dim), "uniform"))
            assert abs(p - 0.5 * (1 - scaled / math.sqrt(3))) < 1 / dim
    p = float(sn.born_dead_probability(1_000_000, math.sqrt(3 / 1e6), "uniform"))
    spread = math.sqrt(4 / 45 * 1e6) / 2 * 3 / 1e6  # of c|U|, whose mean is about 1
    assert p == pytest.approx(0.5 * spread * norm.pdf(0), rel=1e-2)


def test_one_half_for_narrow_inputs_nothing_for_wide_ones() -> None:
    for init in ("gaussian", "uniform"):
        for dim in (1, 2, 5, 50, 1000, 1_000_000):
            # 1 - 2P is at most c (E|w~| E 1/|b|-like) = O(c sqrt d).
            p = sn.born_dead_probability(dim, np.array([1e-9, 1e-3, 0.1, 0.9, 1.1, 30.0]), init)
            assert p.shape == (6,) and (np.diff(p) <= 0).all() and (p >= 0).all()
            assert 0.5 - p[0] < 1e-9 * math.sqrt(dim)
    assert float(sn.born_dead_probability(1_000_000, 1.0)) == 0.0  # about 1e-150518
    assert sn.born_dead_probability(1_000_000, 0.9, "uniform") == 0.0


def test_the_dead_starts_are_the_dead_ones() -> None:
    rng = np.random.default_rng(3)
    prob = sn.Problem(sn.UniformBall(4, radius=0.6), [1.0, 0, 0, 0, 0.0])
    dead = prob.is_dead(rng.standard_normal((100_000, 5))).mean()
    p = float(sn.born_dead_probability(4, 0.6))
    assert abs(dead - p) < 5 * math.sqrt(p * (1 - p) / 1e5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((0, 1.0), "dim must be an integer >= 1"),
        ((2.5, 1.0), "dim must be an integer >= 1"),
        ((2, 0.0), "radius must be positive"),
        ((2, [1.0, -1.0]), "radius must be positive"),
        ((2, math.inf), "radius must be finite"),
        ((2, 1.0, "kaiming"), "init must be one of 'gaussian', 'uniform', 'linear_layer'"),
    ],
)
def test_bad_input(arguments: tuple, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        sn.born_dead_probability(*arguments)
