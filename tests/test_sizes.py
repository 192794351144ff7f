"""Parameters and targets of every size that a float can have: no NaN, no loss of digits."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
import singleneuron as sn

POINTS = np.random.default_rng(2).standard_normal((7, 2))
SHEAR = np.array([[2.0, 0.5], [-0.3, 0.7]])
LAWS = [
    sn.UniformBall(1, 2.0),
    sn.Gaussian(1, 0.8),
    sn.UniformSphere(1),
    sn.UniformBall(2),
    sn.Gaussian(2),
    sn.UniformSphere(2),
    sn.UniformBall(10),
    sn.Gaussian(10),
    sn.UniformSphere(10, 2.0),
    sn.UniformBall(1000),
    sn.AffineImage(sn.UniformBall(2), SHEAR, [0.3, -0.4]),
    sn.AffineImage(sn.UniformBall(1), [[2.0]], [0.5]),
    sn.Empirical(POINTS),
]
EXPONENTS = [-1000, -700, -520, -450, 450, 520, 700, 1000, 1020]
each_law = pytest.mark.parametrize("law", LAWS, ids=repr)
each_size = pytest.mark.parametrize("exponent", EXPONENTS)


def some(law, n=6):
    """Return a target and n starts of few binary digits: 2^-1000 of them is exact."""
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((n + 1, law.dim + 1)) / math.sqrt(law.dim)
    rows[0, -1] = 0.2 / math.sqrt(law.dim)
    rows = rows.astype(np.float16).astype(float)
    return rows[0], rows[1 : 3 if law.dim > 100 else None]


def forms(law):
    """Return problems, in full and if there are any in reduced coordinates, and their starts."""
    v, w = some(law)
    prob = sn.Problem(law, v)
    yield prob, w
    if law.is_symmetric and law.dim > 1:
        small = sn.Problem(prob.reduced.law, prob.reduced.target.astype(np.float16).astype(float))
        yield small, sn.reduce(prob, w).astype(np.float16).astype(float)


def times(x, exponent):
    with np.errstate(over="ignore"):
        return np.ldexp(x, exponent)


@each_size
@each_law
def test_w_and_v_may_be_scaled_together(law, exponent):
    """Powers of two are exact; only exp(l) of a start that is hardly active rounds anew."""
    for prob, w in forms(law):
        big = sn.Problem(prob.law, times(prob.target, exponent))
        far, close = times(w, exponent), {"rtol": 1e-12, "atol": 0}
        np.testing.assert_array_equal(big.overlap(far), prob.overlap(w))
        np.testing.assert_array_equal(big.active_mass(far), prob.active_mass(w))
        np.testing.assert_allclose(big.gradient(far), times(prob.gradient(w), exponent), **close)
        with np.errstate(over="ignore"):
            found = [big.loss(far), big.excess_loss(far), *big.moments(far), big.trivial_loss]
        sure = [prob.loss(w), prob.excess_loss(w), *prob.moments(w), prob.trivial_loss]
        for one, two in zip(found, sure):  # 5e-324 is one unit of what underflows
            np.testing.assert_allclose(one, times(two, 2 * exponent), rtol=1e-12, atol=5e-324)
        for name, degree in (("gradient_mantissa", 1), ("excess_mantissa", 2)):
            (one, log_one), (two, log_two) = getattr(big, name)(far), getattr(prob, name)(w)
            scale = np.exp(log_one - log_two - degree * exponent * math.log(2))
            scale = scale[..., None] if name.startswith("gradient") else scale
            np.testing.assert_allclose(one * scale, two, rtol=1e-10, atol=0)  # |l| 2^-53


APART = [(650, 0), (-650, 0), (0, 650), (0, -650), (900, 250), (-500, 150), (-1000, -400)]  # 1e195


@pytest.mark.parametrize("kind", ["ball", "gaussian", "interval"])
def test_w_and_v_of_different_sizes(kind):
    """Against the slow twin, whose moments know directions only; sizes are put in behind."""
    law = {"ball": sn.UniformBall(2), "gaussian": sn.Gaussian(2), "interval": sn.UniformBall(1)}
    place = [0, 2] if kind == "interval" else [0, 1, 2]
    v = np.array([0.75, 0.0, 0.25])[place]
    for w in ([0.5, 0.25, -0.125], [-1.0, 1.5, 0.375]):
        w = np.array(w)[place]
        active, target, both = (
            reference.moments((kind, len(place) - 1, 1.0), of) for of in ([w], [v], [w, v])
        )
        for powers in APART:
            one, two = ([mp.ldexp(x, k) for x in u] for u, k in zip((w, v), powers))
            form, side = reference.form, range(len(w))
            ww, wv, vv = form(one, active, one), form(one, both, two), form(two, target, two)
            terms = [[active[i][j] * one[j] for j in side] for i in side]
            slope = [sum(terms[i]) - sum(both[i][j] * two[j] for j in side) for i in side]
            heights = sum(terms[-1]) + sum(both[-1][j] * two[j] for j in side)
            prob = sn.Problem(law[kind], times(v, powers[1]))
            at = times(w, powers[0])
            with np.errstate(over="ignore"):
                found = [*prob.moments(at), prob.loss(at), prob.excess_loss(at)]
            for got, sure in zip(found, (ww, wv, ww / 2 - wv + vv / 2, ww / 2 - wv)):
                assert got == pytest.approx(float(sure), rel=1e-10, abs=5e-324)
            assert abs(prob.overlap(at) - both[-1][-1]) <= 1e-10 * active[-1][-1]
            # the promised accuracy; |x|^2 is below 1 + 40 where it counts
            gap = [abs(got - sure) for got, sure in zip(prob.gradient(at), slope)]
            assert max(gap) <= 1e-9 * heights + 5e-324


LARGEST = float(np.finfo(float).max)
sizes = st.floats(-LARGEST, LARGEST)
PARTS = ("loss", "excess_loss", "gradient", "overlap", "active_mass", "moments")


@given(st.lists(sizes, min_size=6, max_size=6), st.integers(0, len(LAWS) - 1))
def test_no_finite_numbers_give_nan(numbers, k):
    law = LAWS[k] if LAWS[k].dim <= 2 else sn.Problem(LAWS[k], [1] * LAWS[k].dim + [1]).reduced.law
    w, v = np.array(numbers[: law.dim + 1]), np.array(numbers[3 : 4 + law.dim])
    v[-1] = abs(v[-1]) or 1.0  # not dead
    if isinstance(law, sn.laws.PlanarProjection):
        w[1], v[1] = abs(w[1]), 0.0
    if not sn.cones.is_dead(law, v):
        prob = sn.Problem(law, v)
        with np.errstate(over="ignore"):
            assert not any(np.isnan(getattr(prob, name)(w)).any() for name in PARTS)
        assert 0 <= prob.overlap(w) <= prob.active_mass(w) + 1e-10 <= 1 + 2e-10


def test_what_overflows_is_infinite_and_nothing_else():
    prob = sn.Problem(sn.UniformBall(2), [1e200, 0.0, 1e199])
    with np.errstate(over="ignore"):
        assert prob.trivial_loss == prob.loss([0, 1e190, 0]) == math.inf
        assert prob.excess_loss([1e200, 0.0, 0.0]) == -math.inf
        assert prob.excess_loss([-1e200, 1e200, 0.0]) == math.inf
    assert prob.excess_loss([1e90, 0.0, 0.0]) < -1e288  # w = 1e-110 v
    assert np.isfinite(prob.gradient([1.7e308, 1.7e308, 0.0])).all()  # |w| = 2.4e308
    # E s(v.x)^2 is above the largest float, half of it is not
    edge = sn.Problem(sn.Empirical([[1.0]]), [1.5e154, 0.0])
    assert edge.trivial_loss == pytest.approx(1.125e308, rel=1e-12)


@each_law
@each_size
def test_reduce_and_lift_at_every_size(law, exponent):
    if not law.is_symmetric:
        return
    v, w = some(law)
    for size in (0, exponent):
        prob = sn.Problem(law, times(v, size))
        points, far = sn.reduce(prob, w), times(w, exponent)
        np.testing.assert_array_equal(sn.reduce(prob, far), times(points, exponent))
        np.testing.assert_array_equal(sn.lift(prob, far, points), sn.lift(prob, w, points))
        np.testing.assert_array_equal(sn.reduce(sn.Problem(law, v), w), points)


def test_coordinates_of_very_different_sizes():
    prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.0])
    assert sn.reduce(prob, [1.0, -1e-200, 0.0]).tolist() == [1.0, 1e-200, 0.0]
    across = prob.gradient([0.5, -1e-200, 0.0])[1]
    assert across == pytest.approx(-prob.gradient([0.5, 1e-200, 0.0])[1], rel=1e-12) and across != 0
    turned = sn.Problem(sn.UniformBall(4), [1.0, 1.0, 1.0, 1.0, 0.0])
    wide = sn.reduce(turned, [1.7e308, 1.7e308, -1.7e308, -1.7e308, 1.0])
    assert wide[0] == 0 and wide[1] == math.inf and wide[2] == 1.0
    wide = sn.reduce(turned, [1.7e308, 1.7e308, -1.7e308, 0.0, 1.0])
    assert wide[0] == pytest.approx(8.5e307, rel=1e-15)
