"""The problem: derivatives, samples, shapes, symmetries, sizes, bad input."""

from __future__ import annotations

import math
import re
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singleneuron as sn

RNG = np.random.default_rng(0)
SHEAR = np.array([[2.0, 0.5, 0.0], [0.0, 1.0, -0.3], [0.2, 0.0, 0.7]])
ROTATION = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))[0]
POINTS = np.random.default_rng(2).standard_normal((7, 3))

SPHERICAL = [
    sn.Gaussian(1, 0.8),
    sn.UniformBall(1, 2.0),
    sn.UniformCube(1, 0.7),
    sn.Gaussian(2),
    sn.Gaussian(5, 1.3),
    sn.UniformBall(2),
    sn.UniformBall(3, 3.2),
    sn.UniformBall(10),
    sn.UniformSphere(2, 1.5),
    sn.UniformSphere(3),
    sn.UniformSphere(10, 2.0),
]
IMAGES = [
    sn.Gaussian(3, 0.7, mean=[1.0, -0.5, 0.3]),
    sn.AffineImage(sn.UniformBall(3), SHEAR, [0.5, -1.0, 0.2]),
    sn.AffineImage(sn.UniformSphere(3), SHEAR),
    sn.AffineImage(sn.UniformBall(1), [[2.0]], [0.5]),
    sn.AffineImage(sn.AffineImage(sn.UniformBall(3), SHEAR, [0.1, 0.0, 0.3]), SHEAR.T),
    sn.AffineImage(sn.UniformSphere(4), 1.3 * ROTATION),
]
FINITE = [
    sn.UniformSphere(1, 1.3),
    sn.Empirical(POINTS),
    sn.Empirical(POINTS, np.arange(1, 8) / 28),
    sn.AffineImage(sn.Empirical(POINTS), SHEAR, [0.1, 0.2, 0.3]),
]
LAWS = SPHERICAL + IMAGES + FINITE
each_law = pytest.mark.parametrize("law", LAWS, ids=repr)
each_density = pytest.mark.parametrize("law", SPHERICAL + IMAGES, ids=repr)


def some(law, n, seed=3):
    """Return a problem and n starts with a usual mixture of active and inactive inputs."""
    rng = np.random.default_rng(seed)
    target = rng.standard_normal(law.dim + 1)
    target[-1] = 0.2
    return sn.Problem(law, target), rng.standard_normal((n, law.dim + 1)) * 0.8


# --- derivatives --------------------------------------------------------------------------------


@each_density
def test_gradient_is_the_derivative_of_the_loss(law):
    """Fourth-order differences. A density makes F twice differentiable off w = 0; the kinks of
    the second derivative (|b| = c|w~| and the third kink) are measured by two steps."""
    prob, starts = some(law, 8)
    for w in starts:
        estimates = []
        for h in (2e-3, 1e-3):
            steps = h * np.eye(law.dim + 1)
            one = prob.loss(w + steps) - prob.loss(w - steps)
            two = prob.loss(w + 2 * steps) - prob.loss(w - 2 * steps)
            estimates.append((8 * one - two) / (12 * h))
        # rounding 1e-13 / h, and the step's own error by comparing two steps (3x: order >= 2)
        tolerance = 3 * np.abs(estimates[0] - estimates[1]).max() + 1e-9
        assert tolerance < 1e-5  # else the check says nothing
        assert np.abs(prob.gradient(w) - estimates[1]).max() <= tolerance


@pytest.mark.parametrize("law", FINITE, ids=repr)
def test_gradient_is_the_derivative_of_the_loss_of_samples(law):
    """Between the hyperplanes of the samples the loss is quadratic: differences are exact."""
    prob, starts = some(law, 8)
    for w in starts:
        steps = 1e-5 * np.eye(law.dim + 1)
        slope = (prob.loss(w + steps) - prob.loss(w - steps)) / 2e-5
        assert slope == pytest.approx(prob.gradient(w), rel=1e-9, abs=1e-9)  # 1e-16 / 1e-5


# --- samples ------------------------------------------------------------------------------------


@each_law
def test_monte_carlo_within_five_standard_errors(law):
    prob, starts = some(law, 3)
    x = law.sample(100_000, np.random.default_rng(11))
    x = np.column_stack([x, np.ones(len(x))])
    theirs = x @ prob.target
    for w in starts:
        mine = x @ w
        difference = np.maximum(mine, 0) - np.maximum(theirs, 0)
        residual = difference * (mine > 0)
        assert_mean(difference**2 / 2, prob.loss(w))
        assert_mean(difference**2 / 2 - np.maximum(theirs, 0) ** 2 / 2, prob.excess_loss(w))
        assert_mean(residual[:, None] * x, prob.gradient(w))
        assert_mean(((mine > 0) & (theirs > 0)).astype(float), prob.overlap(w))
    assert_mean(np.maximum(theirs, 0) ** 2 / 2, prob.trivial_loss)


def assert_mean(values, expected):
    """Chance exceeds five standard errors once in 2 million comparisons; the seeds are fixed."""
    error = values.std(axis=0) / math.sqrt(len(values))
    assert np.all(np.abs(values.mean(axis=0) - expected) <= 5 * error + 1e-12)


# --- identities ---------------------------------------------------------------------------------


@each_law
def test_values_at_the_target_at_zero_and_at_dead_neurons(law):
    prob, _ = some(law, 1)
    v, zero = prob.target, np.zeros(law.dim + 1)
    dead = np.append(np.zeros(law.dim), -1.0)
    # the projection of a full vector rounds: w - v is a few ulp, not 0
    assert 0 <= prob.loss(v) < 1e-29 and np.abs(prob.gradient(v)).max() < 1e-14
    assert prob.excess_loss(v) == pytest.approx(-prob.trivial_loss, rel=1e-10)
    for w in (zero, dead):
        assert prob.loss(w) == pytest.approx(prob.trivial_loss, rel=1e-10)
        assert prob.excess_loss(w) == 0 and prob.overlap(w) == 0
        assert not prob.gradient(w).any()
    assert isinstance(prob.trivial_loss, float) and isinstance(prob.smoothness, float)


@pytest.mark.parametrize("law", SPHERICAL, ids=repr)
def test_the_loss_vanishes_at_the_target_in_reduced_coordinates(law):
    small = some(law, 1)[0].reduced
    assert small.loss(small.target) == 0 and not small.gradient(small.target).any()


@each_law
def test_loss_is_excess_loss_plus_trivial_loss(law):
    prob, starts = some(law, 50)
    # the promise of 1e-10 for each, relative to its positive terms, all below 4 (loss + F(0))
    sizes = prob.loss(starts) + prob.trivial_loss
    gap = prob.loss(starts) - prob.excess_loss(starts) - prob.trivial_loss
    assert np.all(np.abs(gap) <= 1e-9 * sizes)


@each_law
def test_smoothness_is_the_largest_curvature(law):
    """Where all inputs are active the gradient is linear with slope E x x^T."""
    prob, starts = some(law, 20)
    deep = np.append(np.zeros(law.dim), 200.0)  # a Gaussian is active but for exp(-1e4)
    slope = prob.gradient(deep + np.eye(law.dim + 1)) - prob.gradient(deep)
    # gradients of size 200, each good to 1e-10 of its terms; in practice to rounding
    assert prob.smoothness == pytest.approx(np.linalg.eigvalsh(slope)[-1], rel=1e-8)
    g = prob.gradient(starts)  # T2: <g, w - v> >= |g|^2 / L
    inner = ((starts - prob.target) * g).sum(axis=1)
    assert np.all(inner * prob.smoothness >= (g**2).sum(axis=1) * (1 - 1e-9))


@pytest.mark.parametrize("law", [s for s in SPHERICAL if s.dim >= 2], ids=repr)
def test_rotations_change_nothing(law):
    prob, starts = some(law, 20)
    turn = np.linalg.qr(np.random.default_rng(4).standard_normal((law.dim, law.dim)))[0]

    def turned(w):
        return np.column_stack([np.atleast_2d(w)[:, :-1] @ turn.T, np.atleast_2d(w)[:, -1]])

    other = sn.Problem(law, turned(prob.target)[0])
    # the turned vectors are off by rounding, 1e-15 of the sizes
    for name in ("loss", "excess_loss", "overlap"):
        one, two = getattr(prob, name)(starts), getattr(other, name)(turned(starts))
        assert two == pytest.approx(one, rel=1e-9, abs=1e-10)
    assert other.gradient(turned(starts)) == pytest.approx(turned(prob.gradient(starts)), abs=1e-10)


@each_law
@pytest.mark.parametrize("factor", [1e-6, 3.0, 1e6])
def test_the_loss_is_homogeneous(law, factor):
    """F scales with the square of (w, v), g with its first power, the overlap not at all."""
    prob, starts = some(law, 20)
    big = sn.Problem(law, factor * prob.target)
    assert big.loss(factor * starts) == pytest.approx(factor**2 * prob.loss(starts), rel=1e-9)
    assert big.overlap(factor * starts) == pytest.approx(prob.overlap(starts), rel=1e-9, abs=1e-10)
    expected = factor * prob.gradient(starts)
    assert big.gradient(factor * starts) == pytest.approx(expected, rel=1e-9, abs=1e-9 * factor)


@pytest.mark.parametrize("base", [s for s in SPHERICAL if s.dim == 3] + FINITE[1:2], ids=repr)
def test_affine_images_by_definition(base):
    """w.(m + B z, 1) = (B^T w~, b + w~.m).(z, 1), and E[r (m + B z)] = m E r + B E[r z]."""
    shift = np.array([0.3, -0.4, 0.1])
    prob, starts = some(sn.AffineImage(base, SHEAR, shift), 20)

    def pulled(w):
        return np.column_stack([w[:, :-1] @ SHEAR, w[:, -1] + w[:, :-1] @ shift])

    plain = sn.Problem(base, pulled(prob.target[None])[0])
    for name in ("loss", "excess_loss", "overlap"):
        one, two = getattr(prob, name)(starts), getattr(plain, name)(pulled(starts))
        assert one == pytest.approx(two, rel=1e-9, abs=1e-10)
    g = plain.gradient(pulled(starts))
    expected = np.column_stack([g[:, :-1] @ SHEAR.T + g[:, -1:] * shift, g[:, -1]])
    assert prob.gradient(starts) == pytest.approx(expected, rel=1e-9, abs=1e-10)


def test_images_that_change_nothing():
    for law in SPHERICAL:
        prob, starts = some(law, 10)
        same = sn.Problem(sn.AffineImage(law, np.eye(law.dim)), prob.target)
        assert same.loss(starts) == pytest.approx(prob.loss(starts), rel=1e-12)
        larger = sn.AffineImage(type(law)(law.dim, 0.5), 1.7 * np.eye(law.dim))
        direct = sn.Problem(type(law)(law.dim, 0.85), prob.target)
        image = sn.Problem(larger, prob.target)
        assert image.gradient(starts) == pytest.approx(direct.gradient(starts), rel=1e-9, abs=1e-10)


def test_many_samples_approach_the_law():
    """An Empirical law of samples is Monte Carlo."""
    law = sn.UniformBall(3, 1.5)
    prob, starts = some(law, 5)
    sample = sn.Problem(sn.Empirical(law.sample(200_000, np.random.default_rng(8))), prob.target)
    # the standard error is below 1 / sqrt(200 000) times values of order one
    assert sample.loss(starts) == pytest.approx(prob.loss(starts), abs=2e-2)
    assert sample.gradient(starts) == pytest.approx(prob.gradient(starts), abs=2e-2)


PLANAR = [
    sn.UniformBall(2),
    sn.Gaussian(3),
    sn.UniformSphere(2),
    sn.UniformSphere(10),
    sn.Gaussian(1),
]
PLANAR = [sn.Problem(law, np.r_[1.0, np.zeros(law.dim - 1), 0.3]).reduced for law in PLANAR]
numbers = st.floats(-3, 3, allow_subnormal=False)
anything = st.floats(-1e100, 1e100, allow_subnormal=False)


def reduced_point(entries):
    """Make (p, q, b) with q >= 0."""
    return st.tuples(entries, entries.map(abs), entries).map(np.array)


@given(reduced_point(numbers), reduced_point(numbers), st.integers(0, len(PLANAR) - 1))
def test_four_tools_hold_everywhere(w, u, k):
    """T1 and T2 with L, F >= 0, and the order of the masses, at any parameters whatever."""
    prob = PLANAR[k]
    w, u = w * [1, prob.law.law.dim > 1, 1], u * [1, prob.law.law.dim > 1, 1]  # d = 1: q = 0
    top, v, g = prob.smoothness, prob.target, prob.gradient(w)
    rounding = 1e-9 * (1 + w @ w + u @ u)  # the promised 1e-10, times the sums it is relative to
    assert prob.loss(w) >= 0
    assert 0 <= prob.overlap(w) <= prob.active_mass(w) + 1e-10 <= 1 + 2e-10
    assert g @ (w - v) * top >= g @ g - rounding
    bound = prob.loss(w) + g @ (u - w) + top / 2 * (u - w) @ (u - w)
    assert prob.loss(u) <= bound + rounding


@given(reduced_point(anything), st.integers(0, len(PLANAR) - 1))
def test_no_finite_parameter_gives_nan(w, k):
    """From 1e-308 to 1e100, apart by any factor; for larger ones see `test_sizes.py`."""
    prob = PLANAR[k]
    w = w * [1, prob.law.law.dim > 1, 1]
    for name in ("loss", "excess_loss", "gradient", "overlap", "active_mass"):
        assert np.isfinite(getattr(prob, name)(w)).all(), name


EDGES = [0.0, 1.0, -1.0, 1e-9, -1e-9, 1e-160, -1e-160, 1e-300, -1e-300, 1e100, -1e100, 5e-324]


@pytest.mark.parametrize("prob", PLANAR, ids=lambda prob: repr(prob.law))
def test_no_extreme_parameter_gives_nan(prob):
    w = np.array([(p, q, b) for p in EDGES for q in EDGES if q >= 0 for b in EDGES])
    if prob.law.law.dim == 1:
        w = w[w[:, 1] == 0]
    for name in ("loss", "excess_loss", "gradient", "overlap", "active_mass"):
        values = getattr(prob, name)(w)
        bad = ~np.isfinite(values.reshape(len(w), -1)).all(axis=1)
        assert not bad.any(), (name, w[bad][:5].tolist())


# --- shapes, memory, time -----------------------------------------------------------------------


@each_law
@pytest.mark.parametrize("shape", [(), (0,), (1,), (6,), (2, 3), (2, 0, 3), (1, 2, 3)])
def test_leading_axes_come_back(law, shape):
    prob, _ = some(law, 1)
    w = np.random.default_rng(6).standard_normal((*shape, law.dim + 1))
    flat = w.reshape(-1, law.dim + 1)
    for name in ("loss", "excess_loss", "overlap", "active_mass"):
        values = np.asarray(getattr(prob, name)(w))
        assert values.shape == shape
        alone = [float(getattr(prob, name)(row)) for row in flat]
        assert values.ravel() == pytest.approx(alone, rel=1e-13, abs=0)
    g, (mantissa, log) = prob.gradient(w), prob.gradient_mantissa(w)
    assert g.shape == mantissa.shape == w.shape and np.shape(log) == shape
    assert g == pytest.approx(mantissa * np.exp(log)[..., None], rel=1e-13, abs=0)
    for row, one in zip(flat, g.reshape(flat.shape)):
        assert prob.gradient(row) == pytest.approx(one, rel=1e-12, abs=1e-15)
    value, log = prob.excess_mantissa(w)
    assert value * np.exp(log) == pytest.approx(prob.excess_loss(w), rel=1e-13, abs=0)


def test_lists_and_integers_are_welcome():
    prob = sn.Problem(sn.UniformBall(2), [1, 0, 0])
    assert prob.loss([0, 1, 0]) == prob.loss(np.array([0.0, 1.0, 0.0]))
    assert prob.gradient([[0, 1, 0]]).dtype == np.float64


def test_input_is_left_alone():
    for law in LAWS:
        prob, w = some(law, 4)
        kept, target = w.copy(), prob.target.copy()
        prob.loss(w), prob.gradient(w), prob.overlap(w), prob.excess_loss(w)
        assert (w == kept).all() and (prob.target == target).all()


@pytest.mark.parametrize(
    "law, starts",
    [
        (sn.Empirical(np.random.default_rng(0).standard_normal((2_000, 5))), 10_000),  # 160 MB
        (sn.UniformBall(2_000), 2_000),  # 32 MB in, and out
        (sn.UniformBall(3), 20_000),  # 80 MB if 500 nodes of each were kept
    ],
    ids=repr,
)
def test_memory_is_bounded(law, starts):
    """Working memory beside input and output: some 30 MB, not a product of the sizes."""
    prob, _ = some(law, 1)
    w = np.random.default_rng(1).standard_normal((starts, law.dim + 1))
    prob.gradient(w[:1]), prob.excess_loss(w[:1])  # compile outside the measurement
    tracemalloc.start()
    try:
        prob.gradient(w), prob.excess_loss(w)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 3 * w.nbytes + 64e6  # the result and a few copies, plus blocks


def test_a_million_dimensions_cost_what_two_do():
    """In the reduced coordinates; the best of several interleaved runs, in processor time."""
    target = np.zeros(10**6 + 1)
    target[0], target[-1] = 1.0, 2e-4
    starts = np.random.default_rng(3).standard_normal((4_000, 3))
    starts[:, 1] = np.abs(starts[:, 1])
    big, high = sn.Problem(sn.UniformBall(10**6), target).reduced, starts * [1, 1, 1e-3]
    small = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.2]).reduced
    times = {}
    for _ in range(7):
        for prob, w in ((big, high), (small, starts)):
            begin = time.process_time()
            prob.gradient(w)
            times.setdefault(prob, []).append(time.process_time() - begin)
    assert min(times[big]) <= 1.5 * min(times[small])


# --- reduced coordinates ------------------------------------------------------------------------


@pytest.mark.parametrize("law", [*SPHERICAL, IMAGES[-1], sn.UniformBall(1000)], ids=repr)
def test_reduced_coordinates_are_the_same_problem(law):
    prob, starts = some(law, 12)
    starts = starts.reshape(3, 4, -1)
    small, points = prob.reduced, sn.reduce(prob, starts)
    size = np.linalg.norm(prob.target[:-1])
    assert small.target == pytest.approx([size, 0, prob.target[-1]], rel=1e-15)
    assert points.shape == (3, 4, 3)
    along = starts[..., :-1] @ (prob.target[:-1] / size)
    assert points[..., 0] == pytest.approx(along, rel=1e-12, abs=1e-12)
    rest = np.sqrt(np.maximum((starts[..., :-1] ** 2).sum(-1) - along**2, 0))
    assert points[..., 1] == pytest.approx(rest, rel=1e-6, abs=1e-7)  # the right side cancels
    assert (points[..., 1] >= 0).all() and (points[..., 2] == starts[..., -1]).all()
    assert sn.lift(prob, starts, points) == pytest.approx(starts, rel=1e-12, abs=1e-14)
    for name in ("loss", "excess_loss", "overlap"):
        one, two = getattr(prob, name)(starts), getattr(small, name)(points)
        assert one == pytest.approx(two, rel=1e-9, abs=1e-11)
    lifted = sn.lift(prob, starts, small.gradient(points))
    assert lifted == pytest.approx(prob.gradient(starts), rel=1e-9, abs=1e-11)
    for name in ("support_radius", "mean_square", "top_eigenvalue", "density_bound"):
        assert getattr(small.law, name) == getattr(law, name)
    assert small.trivial_loss == pytest.approx(prob.trivial_loss, rel=1e-12)
    assert small.smoothness == prob.smoothness and small.reduced.target == pytest.approx(
        small.target
    )


@pytest.mark.parametrize("dim", [2, 5, 100])
def test_lift_near_and_on_the_line_of_the_target(dim):
    rng = np.random.default_rng(dim)
    prob = sn.Problem(sn.UniformBall(dim), np.r_[rng.standard_normal(dim), 0.5])
    point, axis = np.array([0.7, 0.4, -0.2]), prob.target[:-1]
    for _ in range(50):
        along, off = rng.standard_normal() * axis, rng.standard_normal(dim)
        with pytest.raises(ValueError, match="parallel"):
            sn.lift(prob, np.r_[along, 0.3], point)
        for small in (1e-13, 1e-8, 1.0):
            lifted = sn.lift(prob, np.r_[along + small * np.abs(along).max() * off, 0.3], point)
            # a few roundings of numbers of size 1
            assert sn.reduce(prob, lifted) == pytest.approx(point, rel=0, abs=4e-15)


def test_lift_keeps_the_plane():
    """p along v~, q along the rest of w~, whatever its sign."""
    prob, starts = some(sn.UniformBall(6), 5)
    points = np.random.default_rng(0).standard_normal((5, 3))
    axis = prob.target[:-1] / np.linalg.norm(prob.target[:-1])
    rest = starts[:, :-1] - (starts[:, :-1] @ axis)[:, None] * axis
    rest /= np.linalg.norm(rest, axis=1, keepdims=True)
    expected = np.column_stack([points[:, :1] * axis + points[:, 1:2] * rest, points[:, 2]])
    assert sn.lift(prob, starts, points) == pytest.approx(expected, rel=1e-12, abs=1e-14)
    points[:, 1] = np.abs(points[:, 1])  # q is a length
    assert sn.reduce(prob, expected) == pytest.approx(points, rel=1e-12, abs=1e-14)


def test_gradient_mantissa_survives_underflow():
    """A neuron active with probability exp(-1e6): the mantissa keeps its direction."""
    target = np.zeros(10**6 + 1)
    target[0], target[-1] = 1.0, 1e-3
    prob = sn.Problem(sn.UniformBall(10**6), target).reduced
    w = np.array([0.6, 0.8, -0.93])
    value, log = prob.gradient_mantissa(w)
    assert log < -1e5 and np.isfinite(value).all() and np.linalg.norm(value) > 0
    # on the tiny cap all inputs are nearly c w~/|w~|: here v.x > w.x > 0, the gradient points away
    towards = np.array([0.6, 0.8, 1.0]) / math.sqrt(2)
    assert -(value @ towards) / np.linalg.norm(value) > 0.99
    assert not prob.gradient(w).any()  # underflow


# --- bad input ----------------------------------------------------------------------------------

BALL = sn.UniformBall(2)
GOOD = sn.Problem(BALL, [1.0, 0.0, 0.2])
CUBE_IMAGE = sn.Problem(sn.AffineImage(sn.UniformCube(2), np.eye(2)), [1.0, 0.0, 1.0])
TILTED = sn.Problem(IMAGES[1], [1.0, 0.0, 0.0, 1.0])
CUBE = sn.Problem(sn.UniformCube(2), [1.0, 0.0, 0.2])
BAD = [
    ("law", lambda: sn.Problem("ball", [1.0, 0.0, 0.2])),
    ("law", lambda: sn.Problem(sn.UniformBall, [1.0, 0.0, 0.2])),
    ("target", lambda: sn.Problem(BALL, [1.0, 0.0])),
    ("target", lambda: sn.Problem(BALL, [[1.0, 0.0, 0.2]])),
    ("target", lambda: sn.Problem(BALL, 1.0)),
    ("target", lambda: sn.Problem(BALL, [1.0, math.nan, 0.2])),
    ("target", lambda: sn.Problem(BALL, [1.0, 0.0, math.inf])),
    ("target", lambda: sn.Problem(BALL, ["a", "b", "c"])),
    *[
        ("target", lambda law=law, v=v: sn.Problem(law, v))  # dead targets
        for law, v in [
            (BALL, [0.0, 0.0, 0.0]),
            (BALL, [1.0, 0.0, -1.0]),
            (BALL, [3.0, 4.0, -5.0]),
            (BALL, [0.0, 0.0, -1.0]),
            (sn.UniformSphere(3, 2.0), [1.0, 0.0, 0.0, -2.0]),
            (sn.UniformSphere(1), [1.0, -1.0]),
            (sn.UniformBall(1, 0.5), [1.0, -0.5]),
            (sn.Gaussian(2), [0.0, 0.0, 0.0]),
            (sn.Gaussian(2), [0.0, 0.0, -0.1]),
            (sn.UniformCube(2), [1.0, 1.0, -2.0]),
            (sn.Empirical([[1.0], [2.0]]), [1.0, -2.0]),
            (sn.AffineImage(BALL, np.eye(2), [2.0, 0.0]), [-1.0, 0.0, 1.0]),
        ]
    ],
    ("rtol", lambda: sn.Problem(BALL, [1.0, 0.0, 0.2], rtol=0.0)),
    ("rtol", lambda: sn.Problem(BALL, [1.0, 0.0, 0.2], rtol=-1e-9)),
    ("rtol", lambda: sn.Problem(BALL, [1.0, 0.0, 0.2], rtol=math.nan)),
    ("rtol", lambda: sn.Problem(BALL, [1.0, 0.0, 0.2], rtol=1e-17)),
    ("rtol", lambda: sn.Problem(BALL, [1.0, 0.0, 0.2], rtol=1.0)),
    *[
        ("w", lambda name=name, w=w: getattr(GOOD, name)(w))
        for name in (
            "loss",
            "excess_loss",
            "excess_mantissa",
            "moments",
            "gradient",
            "gradient_mantissa",
            "overlap",
            "active_mass",
            "is_dead",
            "is_blind",
            "reduce",
        )
        for w in (1.0, [1.0, 2.0], np.ones((3, 4)), [1.0, math.nan, 0.0], [math.inf, 0, 0], "abc")
    ],
    ("w", lambda: sn.reduce(GOOD, [1.0])),
    ("like_w", lambda: sn.lift(GOOD, [1.0], [1.0, 0.0, 0.0])),
    ("like_w", lambda: sn.lift(GOOD, [2.0, 0.0, 0.3], [1.0, 0.5, 0.0])),  # names no plane
    ("reduced", lambda: sn.lift(GOOD, [1.0, 0.0, 0.0], [1.0, 0.0])),
    ("reduced", lambda: sn.lift(GOOD, [1.0, 0.0, 0.0], [1.0, 0.0, math.nan])),
    ("law", lambda: TILTED.reduced),
    ("law", lambda: sn.reduce(TILTED, np.ones(4))),
    ("law", lambda: sn.lift(TILTED, np.ones(4), np.ones(3))),
    *[
        ("law", lambda name=name: getattr(CUBE, name)([1.0, 0.0, 0.0]))
        for name in ("loss", "excess_loss", "gradient", "overlap", "moments", "active_mass")
    ],
    ("law", lambda: CUBE.trivial_loss),
    (
        "law",
        lambda: sn.Problem(sn.AffineImage(sn.UniformCube(2), np.eye(2)), [1, 0, 1]).loss([1, 0, 0]),
    ),
]


@pytest.mark.parametrize("name, call", BAD, ids=[f"{k}-{n}" for k, (n, _) in enumerate(BAD)])
def test_bad_input_names_the_argument_the_value_and_the_remedy(name, call):
    with pytest.raises(ValueError) as caught:
        call()
    message = str(caught.value).replace("\n", " ")
    assert re.match(rf"{name} (must .+, got .+|.+ has no .+)[;:] .+", message), message


def test_a_cube_has_cones_but_no_loss():
    assert CUBE.safe_radius > 0 and CUBE.smoothness == 1.0
    assert CUBE.is_dead([1.0, 1.0, -2.0]) and not CUBE.is_dead([1.0, 1.0, -1.9])
    assert CUBE.is_blind([-1.0, 0.0, -0.5])
    with pytest.raises(ValueError, match="Empirical"):  # the remedy: sample it
        CUBE.loss([1.0, 0.0, 0.0])
