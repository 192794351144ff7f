"""The input laws against samples, brute force and numerical integration."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
from scipy import integrate, stats

import singleneuron.laws as sn

SHEAR = np.array([[2.0, 0.5, 0.0], [0.0, 1.0, -0.3], [0.2, 0.0, 0.7]])
POINTS = np.array([[0.3, -1.2], [2.0, 0.1], [-0.7, 0.4], [1.1, 1.3]])

LAWS = [
    sn.Gaussian(1, 0.7),
    sn.Gaussian(3, 1.3),
    sn.Gaussian(3, 0.5, mean=[1.0, -2.0, 0.3]),
    sn.UniformBall(1, 2.0),
    sn.UniformBall(2),
    sn.UniformBall(5, 3.2),
    sn.UniformSphere(1, 0.8),
    sn.UniformSphere(2, 1.5),
    sn.UniformSphere(3),
    sn.UniformSphere(6, 2.0),
    sn.UniformCube(1, 0.4),
    sn.UniformCube(4, 1.7),
    sn.Empirical(POINTS),
    sn.Empirical(POINTS, [0.1, 0.2, 0.3, 0.4]),
    sn.AffineImage(sn.UniformBall(3), SHEAR, [0.5, -1.0, 2.0]),
    sn.AffineImage(sn.UniformSphere(3, 2.0), SHEAR),
    sn.AffineImage(sn.UniformCube(3), SHEAR, [0.1, 0.2, 0.3]),
    sn.AffineImage(sn.UniformCube(2, 0.4), [[2.0, 0.0], [0.0, -1.0]], [1.0, -2.0]),
    sn.AffineImage(sn.AffineImage(sn.UniformBall(3), SHEAR, [0.5, -1.0, 2.0]), SHEAR, [1, 0, 0]),
    sn.AffineImage(sn.Empirical(POINTS), [[1.0, 2.0], [0.0, -1.0]], [3.0, 1.0]),
    sn.AffineImage(
        sn.AffineImage(sn.Gaussian(2, 0.6, mean=[1.0, 0.0]), [[0.0, 2.0], [1.0, 1.0]]),
        [[1.0, 0.3], [-0.4, 0.8]],
        [0.0, -1.0],
    ),
    sn.PlanarProjection(sn.UniformBall(5, 3.2)),
    sn.PlanarProjection(sn.UniformSphere(2, 1.5)),
    sn.PlanarProjection(sn.UniformSphere(6, 2.0)),
    sn.PlanarProjection(sn.Gaussian(4, 0.7)),
]
ROTATION = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))[0]
each_law = pytest.mark.parametrize("law", LAWS, ids=repr)


def within_five_errors(values, expected):
    """Is the mean of `values` within five standard errors of `expected`? (p < 1e-6 by chance)"""
    error = values.std(axis=0) / math.sqrt(len(values))
    rounding = 1e-12 * (1 + np.abs(expected))  # values without spread, such as x^2 on two points
    return np.all(np.abs(values.mean(axis=0) - expected) <= 5 * error + rounding)


@each_law
def test_sampling_moments_agree_with_the_formulas(law):
    x = law.sample(40_000, np.random.default_rng(7))
    assert x.shape == (40_000, law.dim)
    assert law.mean.shape == (law.dim,) and law.covariance().shape == (law.dim, law.dim)
    assert within_five_errors(x, law.mean)
    assert within_five_errors((x**2).sum(axis=1) / law.dim, law.mean_square)
    centred = x - law.mean
    assert within_five_errors(centred[:, :, None] * centred[:, None, :], law.covariance())


@each_law
def test_top_eigenvalue_is_that_of_the_lifted_second_moment(law):
    lifted = np.append(law.mean, 1.0)
    moment = np.outer(lifted, lifted)
    moment[:-1, :-1] += law.covariance()
    # eigvalsh is good to a few ulp of the largest eigenvalue
    assert law.top_eigenvalue == pytest.approx(np.linalg.eigvalsh(moment)[-1], rel=1e-12)


@each_law
def test_support_function_bounds_every_sample(law):
    rng = np.random.default_rng(3)
    u = rng.standard_normal((2, 3, law.dim))
    height = law.support_function(u)
    assert height.shape == (2, 3)
    reach = law.sample(2_000, rng) @ u.reshape(-1, law.dim).T
    assert (reach <= height.ravel() + 1e-12 * (1 + np.abs(height.ravel()))).all()  # rounding
    assert law.support_function(np.zeros(law.dim)) == 0


@pytest.mark.parametrize(
    "law", [law for law in LAWS if law.dim <= 3 and math.isfinite(law.support_radius)], ids=repr
)
def test_support_function_and_radius_are_attained(law):
    """Brute force: the farthest of a fine net of extreme points, and those of each direction."""
    net = extreme_points(law)
    # the net of a d = 3 ball has spacing about 0.01: the maximum is flat, off by 0.01^2 / 2
    assert np.linalg.norm(net, axis=1).max() == pytest.approx(law.support_radius, rel=1e-4)
    assert np.linalg.norm(net, axis=1).max() <= law.support_radius * (1 + 1e-12)
    u = np.random.default_rng(5).standard_normal((20, law.dim))
    heights = (net @ u.T).max(axis=0)
    assert np.all(heights <= law.support_function(u) + 1e-12)
    scale = law.support_radius * np.linalg.norm(u, axis=1)
    assert np.all(heights >= law.support_function(u) - 1e-4 * scale)


def extreme_points(law):
    """Return points whose convex hull is nearly that of the support."""
    if isinstance(law, sn.AffineImage):
        return extreme_points(law.law) @ law.matrix.T + law.shift
    if isinstance(law, sn.Empirical):
        return law.points
    if isinstance(law, sn.UniformCube):
        return law.half_width * np.array(list(itertools.product((-1, 1), repeat=law.dim)))
    if isinstance(law, sn.PlanarProjection):
        return extreme_points(sn.UniformBall(2, law.law.radius))
    if law.dim == 1:
        return law.radius * np.array([[-1.0], [1.0]])
    t = np.linspace(0, 2 * np.pi, 601)
    circle = np.column_stack([np.cos(t), np.sin(t)])
    if law.dim == 2:
        return law.radius * circle
    z = np.cos(np.linspace(0, np.pi, 301))
    ring = np.sqrt(1 - z**2)[:, None, None] * circle
    sphere = np.concatenate([ring, np.broadcast_to(z[:, None, None], (301, 601, 1))], axis=2)
    return law.radius * sphere.reshape(-1, 3)


def affine_balls():
    rng = np.random.default_rng(11)
    for dim in (1, 2, 3, 6):
        for _ in range(3):
            yield rng.standard_normal((dim, dim)), rng.standard_normal(dim), 1.7
    # The hard case: the shift has no part along the top direction, small or large.
    for shift in ([0.0, 1e-9], [0.0, 0.3], [0.0, 0.75], [0.0, 5.0], [1e-12, 0.3], [0.0, 0.0]):
        yield np.diag([2.0, 1.0]), np.array(shift), 1.0
    yield np.eye(3), np.array([0.0, 0.0, 2.0]), 1.0  # equal eigenvalues
    yield np.diag([2.0, 2.0, 1.0]), np.array([0.0, 0.0, 0.5]), 1.0
    yield np.diag([1e-3, 1e3]), np.array([1.0, 1.0]), 1.0


@pytest.mark.parametrize("matrix, shift, radius", list(affine_balls()))
@pytest.mark.parametrize("kind", [sn.UniformBall, sn.UniformSphere])
def test_support_radius_of_affine_images_by_brute_force(kind, matrix, shift, radius):
    """Climb from many starts: z <- radius * direction of the gradient of |matrix z + shift|^2."""
    dim = len(shift)
    z = np.random.default_rng(2).standard_normal((400, dim))
    for _ in range(3_000):  # a convex function on a ball: this fixed-point step always ascends
        pull = (z @ matrix.T + shift) @ matrix
        size = np.linalg.norm(pull, axis=1, keepdims=True)
        z = np.where(size > 0, radius * pull / np.where(size > 0, size, 1), z)
    brute = np.linalg.norm(z @ matrix.T + shift, axis=1).max()
    law = sn.AffineImage(kind(dim, radius), matrix, shift)
    # the climb is at a maximum, where the norm is flat: good to rounding
    assert law.support_radius == pytest.approx(brute, rel=1e-9)


def marginal(law):
    """Return the density of a coordinate of a ball or sphere of radius 1, up to a factor."""
    power = (law.dim - 1) / 2 if isinstance(law, sn.UniformBall) else (law.dim - 3) / 2
    return lambda t: (1 - t * t) ** power


@pytest.mark.parametrize(
    "law",
    [sn.UniformBall(d, 1.7) for d in (1, 2, 3, 10, 400)]
    + [sn.UniformSphere(d, 0.6) for d in (3, 4, 10, 400)],
    ids=repr,
)
def test_density_bound_is_the_peak_of_the_marginal(law):
    density = marginal(law)
    mass = integrate.quad(density, -1, 1, points=[-0.2, 0.2], epsabs=0, epsrel=1e-12, limit=200)[0]
    assert law.density_bound == pytest.approx(density(0.0) / mass / law.radius, rel=1e-10)


def test_density_bound_in_a_million_dimensions():
    # sqrt(d) times a coordinate is normal up to O(1/d)
    for law in (sn.UniformBall(10**6), sn.UniformSphere(10**6)):
        assert law.density_bound == pytest.approx(1e3 / math.sqrt(2 * math.pi), rel=1e-5)


def test_density_bound_of_gaussian_cube_and_others():
    assert sn.Gaussian(3, 2.0).density_bound == pytest.approx(stats.norm(scale=2.0).pdf(0))
    assert sn.UniformCube(1, 2.0).density_bound == 0.25
    # in the plane the diagonal section is the longest: length 2 sqrt(2) h of area (2 h)^2
    assert sn.UniformCube(2, 2.0).density_bound == pytest.approx(2 * math.sqrt(2) * 2.0 / 16)
    assert sn.UniformSphere(2).density_bound == math.inf
    assert sn.Empirical(POINTS).density_bound == math.inf


@pytest.mark.parametrize("law", [law for law in LAWS if math.isfinite(law.density_bound)], ids=repr)
def test_no_marginal_exceeds_the_density_bound(law):
    rng = np.random.default_rng(9)
    x, n = law.sample(100_000, rng), 100_000
    u = rng.standard_normal((10, law.dim))
    u = np.vstack([u / np.linalg.norm(u, axis=1, keepdims=True), np.eye(law.dim)])
    for heights in (x @ u.T).T:
        mass, edges = np.histogram(heights, bins=60)
        width = edges[1] - edges[0]
        error = np.sqrt(mass + 1.0)
        assert np.all(mass <= n * law.density_bound * width + 5 * error)


@pytest.mark.parametrize(
    "law",
    [law for law in LAWS if law.radial is not None]
    + [sn.AffineImage(sn.UniformBall(4, 1.2), 2.5 * ROTATION)]
    + [kind(400) for kind in (sn.Gaussian, sn.UniformBall, sn.UniformSphere)],
    ids=repr,
)
def test_radial_law_is_that_of_samples(law):
    """T = -log of the radial tail is Exp(1); in one dimension test the coordinate itself."""
    n = 4_000
    x = law.sample(n, np.random.default_rng(17))
    kind, scale, power = law.radial
    if law.dim == 1:
        known = {"interval": stats.uniform(-scale, 2 * scale), "line": stats.norm(0, scale)}[kind]
        gap = stats.kstest(x[:, 0], known.cdf).statistic
    else:
        square = (x[:, :2] ** 2).sum(axis=1)
        if kind == "ring":
            assert square == pytest.approx(np.full(n, scale**2))
            return
        t = (
            square / (2 * scale**2)
            if kind == "gaussian"
            else -power / 2 * np.log1p(-square / scale**2)
        )
        gap = stats.kstest(t, stats.expon.cdf).statistic
    assert gap < 2.2 / math.sqrt(n)  # Kolmogorov: exceeded with probability 1e-4


def test_radial_law_of_the_ball_follows_the_radius_of_samples():
    """Sampling alone: |x|^d / c^d of the ball is uniform, the norm on the sphere is c."""
    ball, sphere = sn.UniformBall(5, 3.2), sn.UniformSphere(5, 3.2)
    x = ball.sample(4_000, np.random.default_rng(23))
    power = (np.linalg.norm(x, axis=1) / 3.2) ** 5
    assert stats.kstest(power, stats.uniform.cdf).statistic < 2.2 / math.sqrt(4_000)
    x = sphere.sample(100, np.random.default_rng(23))
    assert np.linalg.norm(x, axis=1) == pytest.approx(np.full(100, 3.2))


FACTS = [  # symmetric, fills ball, convex support, hyperplanes null
    (sn.Gaussian(3), "1011"),
    (sn.Gaussian(3, mean=[1.0, 0.0, 0.0]), "0011"),
    (sn.UniformBall(1), "1111"),
    (sn.UniformBall(3), "1111"),
    (sn.UniformSphere(1), "0000"),
    (sn.UniformSphere(2), "1001"),
    (sn.UniformCube(1), "1111"),
    (sn.UniformCube(2), "0011"),
    (sn.Empirical(POINTS), "0000"),
    (sn.AffineImage(sn.UniformBall(4), 2.5 * ROTATION), "1111"),
    (sn.AffineImage(sn.UniformBall(4), 2.5 * ROTATION, [0, 0, 0, 1e-3]), "0011"),
    (sn.AffineImage(sn.UniformBall(3), SHEAR), "0011"),
    (sn.AffineImage(sn.UniformSphere(4), -ROTATION), "1001"),
    (sn.AffineImage(sn.Empirical(POINTS), -np.eye(2)), "0000"),
]


@pytest.mark.parametrize("law, facts", FACTS, ids=lambda value: repr(value))
def test_facts_about_laws(law, facts):
    found = (law.is_symmetric, law.fills_ball, law.convex_support, law.hyperplanes_null)
    assert found == tuple(digit == "1" for digit in facts)


@each_law
def test_core_is_the_same_law(law):
    """x~ = B z + m: equal samples from equal generators, and a centred z."""
    inner, matrix, shift = law.core()
    x = law.sample(50, np.random.default_rng(4))
    z = inner.sample(50, np.random.default_rng(4))
    image = z if matrix is None else z @ matrix.T
    assert image + (0 if shift is None else shift) == pytest.approx(x, rel=1e-12, abs=1e-12)
    if law.atoms() is None and not isinstance(law, sn.Empirical):
        assert not inner.mean.any()


def test_atoms():
    points, weights = sn.UniformSphere(1, 0.8).atoms()
    assert points.tolist() == [[-0.8], [0.8]] and weights.tolist() == [0.5, 0.5]
    image = sn.AffineImage(sn.Empirical(POINTS, [0.1, 0.2, 0.3, 0.4]), 2 * np.eye(2), [1.0, 0.0])
    points, weights = image.atoms()
    assert points.tolist() == (2 * POINTS + [1.0, 0.0]).tolist()
    assert weights.tolist() == [0.1, 0.2, 0.3, 0.4]
    assert sn.UniformBall(1).atoms() is None


def test_samples_follow_the_generator():
    for law in LAWS:
        one, two = (law.sample(5, np.random.default_rng(s)) for s in (1, 1))
        assert (one == two).all() and (one != law.sample(5, np.random.default_rng(2))).any()


def test_planar_projection_keeps_the_constants():
    for law in (
        sn.UniformBall(7, 1.2),
        sn.UniformSphere(3),
        sn.Gaussian(4, 2.0),
        sn.UniformBall(1),
    ):
        plane = sn.PlanarProjection(law)
        assert plane.dim == 2 and plane.is_symmetric and plane.radial == law.radial
        for name in ("support_radius", "mean_square", "top_eigenvalue", "density_bound"):
            assert getattr(plane, name) == getattr(law, name)
        for name in ("fills_ball", "hyperplanes_null"):
            assert getattr(plane, name) == getattr(law, name)
    # two coordinates of the law in R^d, and in dimension one the coordinate and a zero
    x = sn.PlanarProjection(sn.UniformBall(1, 2.0)).sample(100, np.random.default_rng(0))
    assert not x[:, 1].any() and np.abs(x[:, 0]).max() <= 2
    x = sn.PlanarProjection(sn.UniformSphere(5)).sample(4_000, np.random.default_rng(1))
    y = sn.UniformSphere(5).sample(4_000, np.random.default_rng(2))[:, :2]
    gap = stats.ks_2samp(np.hypot(*x.T), np.hypot(*y.T)).statistic
    assert gap < 2.2 * math.sqrt(2 / 4_000)  # exceeded with probability 1e-4


EYE = np.eye(2)
BALL = sn.UniformBall(2)
BAD = [
    ("dim", lambda: sn.Gaussian(0)),
    ("dim", lambda: sn.UniformBall(2.5)),
    ("dim", lambda: sn.UniformSphere(-1)),
    ("dim", lambda: sn.UniformCube("2")),
    ("dim", lambda: sn.UniformBall(math.nan)),
    ("dim", lambda: sn.UniformBall(None)),
    ("dim", lambda: sn.UniformBall([2])),
    ("dim", lambda: sn.UniformBall(True)),
    ("scale", lambda: sn.Gaussian(2, 0.0)),
    ("scale", lambda: sn.Gaussian(2, math.inf)),
    ("mean", lambda: sn.Gaussian(2, mean=[1.0])),
    ("mean", lambda: sn.Gaussian(2, mean=[1.0, math.nan])),
    ("radius", lambda: sn.UniformBall(2, -1.0)),
    ("radius", lambda: sn.UniformSphere(2, 0)),
    ("radius", lambda: sn.UniformSphere(2, [1.0, 2.0])),
    ("half_width", lambda: sn.UniformCube(2, math.nan)),
    ("points", lambda: sn.Empirical([1.0, 2.0])),
    ("points", lambda: sn.Empirical(np.zeros((0, 2)))),
    ("points", lambda: sn.Empirical(np.zeros((2, 0)))),
    ("points", lambda: sn.Empirical([[1.0, math.inf]])),
    ("points", lambda: sn.Empirical([["a", "b"]])),
    ("weights", lambda: sn.Empirical([[1.0], [2.0]], [1.0])),
    ("weights", lambda: sn.Empirical([[1.0], [2.0]], [0.5, 0.6])),
    ("weights", lambda: sn.Empirical([[1.0], [2.0]], [0.0, 1.0])),
    ("weights", lambda: sn.Empirical([[1.0], [2.0]], [-0.5, 1.5])),
    ("law", lambda: sn.AffineImage("ball", EYE)),
    ("law", lambda: sn.AffineImage(sn.UniformBall, EYE)),
    ("law", lambda: sn.PlanarProjection(sn.UniformCube(2))),
    ("law", lambda: sn.PlanarProjection(sn.Gaussian(2, mean=[1.0, 0.0]))),
    ("matrix", lambda: sn.AffineImage(BALL, np.eye(3))),
    ("matrix", lambda: sn.AffineImage(BALL, [1.0, 2.0])),
    ("matrix", lambda: sn.AffineImage(BALL, [[1.0, 2.0], [2.0, 4.0]])),
    ("matrix", lambda: sn.AffineImage(BALL, [[1.0, 0.0], [0.0, math.nan]])),
    (
        "matrix",
        lambda: sn.AffineImage(sn.UniformCube(20), np.ones((20, 20)) + np.eye(20)).support_radius,
    ),
    ("shift", lambda: sn.AffineImage(BALL, EYE, [1.0])),
    ("shift", lambda: sn.AffineImage(BALL, EYE, [math.inf, 0.0])),
    ("n", lambda: BALL.sample(0, np.random.default_rng(0))),
    ("n", lambda: BALL.sample(1.5, np.random.default_rng(0))),
    ("n", lambda: sn.Gaussian(2).sample(-3, np.random.default_rng(0))),
    ("n", lambda: sn.UniformCube(2).sample(0, np.random.default_rng(0))),
    ("n", lambda: sn.Empirical(POINTS).sample(0, np.random.default_rng(0))),
    *[
        ("rng", lambda law=law, rng=rng: law.sample(10, rng))
        for law in (
            BALL,
            sn.UniformSphere(2),
            sn.Gaussian(2),
            sn.UniformCube(2),
            sn.Empirical(POINTS),
            LAWS[-1],
            sn.AffineImage(BALL, EYE),
        )
        for rng in (0, None, np.random.RandomState(0), np.random)
    ],
    *[
        ("u", lambda law=law, u=u: law.support_function(u))
        for law in (BALL, sn.Gaussian(2), sn.UniformCube(2), sn.Empirical(POINTS), LAWS[-1])
        for u in ([1.0], 1.0, [1.0, math.nan])
    ],
]


@pytest.mark.parametrize("name, call", BAD, ids=[f"{k}-{n}" for k, (n, _) in enumerate(BAD)])
def test_bad_input_names_the_argument_the_value_and_the_remedy(name, call):
    with pytest.raises(ValueError) as caught:
        call()
    assert re.match(rf"{name} must .+, got .+[;:] .+", str(caught.value)), str(caught.value)
