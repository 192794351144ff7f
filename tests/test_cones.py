"""Cones: special cases, identities that must hold for every law, and bad input."""

from __future__ import annotations

import itertools
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from singleneuron import Problem, cones, sample_problem
from singleneuron.cones import Classification as Kind
from singleneuron.laws import (
    AffineImage,
    Empirical,
    Gaussian,
    Law,
    UniformBall,
    UniformCube,
    UniformSphere,
)

ROUND_OFF = 1e-12  # relative: a few hundred ulp, for images with condition numbers below 100


def one_of_each(d: int, rng: np.random.Generator) -> list:
    """Every kind of law in dimension d, images included; matrices with condition below 100."""
    while True:
        matrix = rng.normal(size=(d, d)) + np.eye(d)
        if np.linalg.cond(matrix) < 100:
            break
    shift = rng.normal(size=d)
    base = [
        UniformBall(d, rng.uniform(0.2, 5)),
        UniformSphere(d, rng.uniform(0.2, 5)),
        UniformCube(d, rng.uniform(0.2, 5)),
        Gaussian(d, 2.0),
        Empirical(rng.normal(size=(int(rng.integers(1, 4 * d)), d))),
    ]
    return [*base, Gaussian(d, 1.0, shift), *(AffineImage(law, matrix, shift) for law in base)]


seeds = st.integers(0, 2**32 - 1)
dims = st.integers(1, 6)


# The dead cone -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "w", "dead"),
    [
        (UniformBall(2, 2.0), [3.0, 4.0, -10.0], True),
        (UniformBall(2, 2.0), [3.0, 4.0, np.nextafter(-10.0, 0)], False),
        (UniformSphere(3), [0.0, 0.0, 0.0, 0.0], True),
        (UniformSphere(1, 3.0), [1.0, -3.0], True),
        (UniformCube(3, 0.5), [1.0, -2.0, 1.0, -2.0], True),
        (UniformCube(3, 0.5), [1.0, -2.0, 1.0, -1.99], False),
        (Gaussian(2), [0.0, 0.0, -1.0], True),
        (Gaussian(2), [0.0, 0.0, 0.0], True),
        (Gaussian(2), [0.0, 0.0, 1.0], False),
        (Gaussian(2, mean=[5.0, 5.0]), [-1e-300, 0.0, -1e300], False),
        (Empirical([[1.0], [2.0]]), [1.0, -2.0], True),
        (Empirical([[1.0], [2.0]]), [-1.0, 0.5], True),
        (Empirical([[1.0], [2.0]]), [-1.0, 1.5], False),
        (AffineImage(UniformBall(2), 2 * np.eye(2), [10.0, 0.0]), [1.0, 0.0, -12.0], True),
        (AffineImage(UniformBall(2), 2 * np.eye(2), [10.0, 0.0]), [1.0, 0.0, -11.9], False),
    ],
)
def test_dead_cone_of_each_law(law, w, dead):
    assert cones.is_dead(law, w) == dead
    assert cones.is_dead(law, [w, w]).tolist() == [dead, dead]


def test_dead_test_is_exact_to_the_last_bit():
    """Floats as near the boundary as floats come, against fractions."""
    rng, signs = np.random.default_rng(1), []
    for _ in range(400):
        p, q = rng.normal(size=2) * 10.0 ** rng.integers(-150, 150)
        c = rng.uniform(0.1, 5)
        law = UniformBall(2, c)
        b = -c * np.hypot(p, q)
        for _ in range(2):
            b = np.nextafter(b, 0)
        for _ in range(5):
            exact = Fraction(c) ** 2 * (Fraction(p) ** 2 + Fraction(q) ** 2) <= Fraction(b) ** 2
            assert cones.is_dead(law, [p, q, b]) == exact
            signs.append(exact)
            b = np.nextafter(b, -np.inf)
    assert 0.3 < np.mean(signs) < 0.7


def test_dead_test_of_an_image_is_exact():
    matrix, shift = np.array([[0.1, 0.7], [0.3, 0.2]]), np.array([0.1, -0.6])
    law = AffineImage(UniformCube(2, 0.3), matrix, shift)
    m, s, h = (
        [[Fraction(x) for x in r] for r in matrix],
        [Fraction(x) for x in shift],
        Fraction(0.3),
    )
    rng, seen = np.random.default_rng(2), set()
    for _ in range(200):
        w = np.append(rng.normal(size=2), 0.0)
        w[2] = -float(law.support_function(w[:2])) * (1 + rng.integers(-2, 3) * 2.0**-53)
        x, y, b = (Fraction(t) for t in w)
        u = [x * m[0][j] + y * m[1][j] for j in (0, 1)]
        exact = h * (abs(u[0]) + abs(u[1])) + b + x * s[0] + y * s[1] <= 0
        assert cones.is_dead(law, w) == exact
        seen.add(exact)
    assert seen == {True, False}


@settings(max_examples=40)
@given(seeds, dims)
def test_dead_means_no_input_is_active(seed, d):
    rng = np.random.default_rng(seed)
    for law in one_of_each(d, rng):
        w = rng.normal(size=(40, d + 1))
        w[:, -1] -= rng.uniform(0, 6)
        x = law.sample(300, rng)
        active = (w[:, :-1] @ x.T + w[:, -1:] > 0).any(axis=1)
        assert not (active & cones.is_dead(law, w)).any()
        # a height above that of all inputs of the support can only belong to none of them
        assert (cones.height(law, w) + 1e-9 >= (w[:, :-1] @ x.T).max(axis=1) + w[:, -1]).all()


def test_dead_cone_boundary_is_the_boundary():
    laws = [UniformBall(2, 3.0), UniformCube(2), Empirical(np.eye(2)), UniformBall(1)]
    for law in laws:
        rays = cones.dead_cone_boundary(law, 50)
        assert rays.shape == ((50, 3) if law.dim == 2 else (2, 2))
        assert np.linalg.norm(rays, axis=1) == pytest.approx(1)
        assert np.abs(cones.height(law, rays)).max() < 1e-15 * 10
    assert cones.dead_cone_boundary(Gaussian(2)).tolist() == [[0, 0, -1]]


# Projections ---------------------------------------------------------------------------------


@settings(max_examples=40)
@given(seeds, dims, st.integers(-30, 30))
def test_moreau(seed, d, exponent):
    """y = P_C y + P_D y, orthogonal, each in its cone; these four are equivalent to being right."""
    rng = np.random.default_rng(seed)
    for law in one_of_each(d, rng):
        y = rng.normal(size=(6, d + 1)) * 10.0**exponent
        size = np.linalg.norm(y, axis=-1)
        into, out = cones.project_data_cone(law, y), cones.project_dead_cone(law, y)
        assert (np.linalg.norm(into + out - y, axis=-1) <= ROUND_OFF * size).all()
        assert (np.abs((into * out).sum(axis=-1)) <= ROUND_OFF * size**2).all()
        if np.isinf(law.support_radius):
            assert (into[:, -1] >= 0).all() and not out[:, :-1].any()
            continue
        reach = np.hypot(law.support_radius, 1)
        assert (cones.height(law, out) <= ROUND_OFF * size * reach).all()
        # into lies in C = the polar of D: no dead point, of many, has a positive product with it
        slopes = rng.normal(size=(200, d))
        dead = np.column_stack([slopes, -law.support_function(slopes)])
        assert (into @ dead.T <= ROUND_OFF * size[:, None] * np.linalg.norm(dead, axis=1)).all()


@settings(max_examples=40)
@given(seeds, dims)
def test_projections_leave_their_cones_alone(seed, d):
    rng = np.random.default_rng(seed)
    for law in one_of_each(d, rng):
        x = np.column_stack([law.sample(5, rng), np.ones(5)])
        size = np.linalg.norm(x, axis=1)
        assert (np.linalg.norm(cones.project_dead_cone(law, x), axis=1) <= 1e-11 * size).all()
        y = rng.normal(size=(5, d + 1))
        for project in (cones.project_data_cone, cones.project_dead_cone):
            once = project(law, y)
            assert project(law, once) == pytest.approx(once, abs=1e-11 * np.abs(y).max())


def test_projection_on_nearly_parallel_rays():
    """4,000 points round a circle: the slopes that decide are small, and still all are met."""
    turn = 2 * np.pi * np.arange(4000) / 4000
    law = Empirical(np.column_stack([np.cos(turn), np.sin(turn)]))
    y = np.random.default_rng(7).normal(size=(50, 3))
    into, out = cones.project_data_cone(law, y), cones.project_dead_cone(law, y)
    assert cones.height(law, out).max() < 1e-13 and np.abs((into * out).sum(axis=-1)).max() < 1e-13
    far = np.abs(into - cones.project_data_cone(UniformBall(2), y)).max()
    assert far < 2 * np.pi / 4000 * np.linalg.norm(y, axis=1).max()  # at most a vertex away


def test_projection_of_single_points_and_batches_agree():
    law, y = UniformCube(3), np.random.default_rng(0).normal(size=(2, 3, 4))
    whole = cones.project_data_cone(law, y)
    assert whole.shape == y.shape
    assert (cones.project_data_cone(law, y[1, 2]) == whole[1, 2]).all()
    assert cones.is_dead(law, y).shape == cones.is_blind(law, [0, 0, 0, 1.0], y).shape == (2, 3)


@pytest.mark.parametrize(
    ("law", "target", "radius"),
    [
        (UniformBall(2, 2.0), [3.0, 4.0, 3.0], np.sqrt(34)),  # |v~| <= c b_v: |v|
        (UniformBall(2, 2.0), [3.0, 4.0, -1.0], 9 / np.sqrt(5)),
        (UniformSphere(2, 2.0), [3.0, 4.0, -1.0], 9 / np.sqrt(5)),
        (Gaussian(2, mean=[1.0, 1.0]), [3.0, 4.0, -1.0], 5.0),
        (Gaussian(2), [3.0, 4.0, 12.0], 13.0),
        (Empirical([[1.0], [-1.0]]), [0.0, 1.0], 1.0),
        (UniformCube(2, 2.0), [1.0, 0.0, -1.0], 1 / np.sqrt(5)),
    ],
)
def test_safe_radius(law, target, radius):
    found = cones.safe_radius(law, target)
    assert type(found) is float
    assert found == pytest.approx(radius, rel=1e-14)


@settings(max_examples=40)
@given(seeds, dims)
def test_safe_ball_holds_no_dead_point_and_is_sharp(seed, d):
    rng = np.random.default_rng(seed)
    for law in one_of_each(d, rng):
        v = rng.normal(size=d + 1)
        if cones.is_dead(law, v):
            continue
        radius = cones.safe_radius(law, v)
        near = cones.project_dead_cone(law, v)
        assert np.linalg.norm(near - v) == pytest.approx(radius, rel=1e-9)
        step = rng.normal(size=(100, d + 1))
        step *= (1 - 1e-9) * radius / np.linalg.norm(step, axis=1, keepdims=True)
        assert not cones.is_dead(law, v + step).any()


# Blind ---------------------------------------------------------------------------------------


def angle_rule(c: float, v: np.ndarray, w: np.ndarray) -> bool:
    """theta >= alpha + beta or dead, in 60 digits."""
    with mpmath.workdps(60):
        w, v = [mpmath.mpf(float(x)) for x in w], [mpmath.mpf(float(x)) for x in v]
        a, size = (mpmath.sqrt(sum(x * x for x in z[:-1])) for z in (w, v))
        clip = lambda x: max(min(x, mpmath.mpf(1)), mpmath.mpf(-1))  # noqa: E731
        theta = mpmath.acos(
            clip(sum(x * y for x, y in zip(w[:-1], v[:-1], strict=True)) / a / size)
        )
        alpha, beta = mpmath.acos(clip(-w[-1] / (c * a))), mpmath.acos(clip(-v[-1] / (c * size)))
        return bool(c * a + w[-1] <= 0 or theta >= alpha + beta)


def verge(rng: np.random.Generator) -> float:
    """A few half ulp, or anything between an ulp and 1e-6, of either sign."""
    far = rng.choice([-1, 1]) * 10.0 ** rng.uniform(-16, -6)
    return rng.choice([far, 2.0**-53 * rng.integers(-8, 9)])


def test_blind_where_shadow_and_dead_cone_part_against_sixty_digits():
    """theta = beta on the boundary of the dead cone, off it by rounding or by up to 1e-6."""
    rng, found = np.random.default_rng(4), []
    for _ in range(500):
        v, theta = np.append(rng.normal(size=2), 0.0), rng.uniform(0, np.pi)
        v[2] = -np.cos(theta) * np.linalg.norm(v) * (1 + verge(rng))
        turn = np.arctan2(v[1], v[0]) + theta * (1 + verge(rng))
        w = np.array([np.cos(turn), np.sin(turn), -1 - verge(rng)])
        found.append(bool(cones.is_blind(UniformBall(2), v, w)))
        assert found[-1] == angle_rule(1.0, v, w)
    assert 0.2 < np.mean(found) < 0.8


@pytest.mark.parametrize("kind", [UniformBall, UniformSphere])
def test_blind_on_the_verge_against_sixty_digits(kind):
    """States whose bias is the boundary value, off it by rounding or by up to 1e-6."""
    rng, found = np.random.default_rng(3), []
    while len(found) < 500:
        d, c = int(rng.integers(2, 5)), float(rng.uniform(0.2, 4))
        v, w = rng.normal(size=(2, d + 1))
        k = v[-1] / (c * np.linalg.norm(v[:-1]))
        p = w[:-1] @ v[:-1] / np.linalg.norm(v[:-1])
        q = np.sqrt(max(w[:-1] @ w[:-1] - p * p, 0.0))
        if abs(k) >= 1 or p * np.sqrt(1 - k * k) > -k * q:
            continue
        w[-1] = c * (k * p - q * np.sqrt(1 - k * k)) * (1 + verge(rng))
        found.append(bool(cones.is_blind(kind(d, c), v, w)))
        assert found[-1] == angle_rule(c, v, w)
    assert 0.2 < np.mean(found) < 0.8


@pytest.mark.parametrize(
    ("law", "v", "w", "blind"),
    [
        (UniformBall(2), [0.0, 0.0, 1.0], [1.0, 0.0, -0.99], False),  # v~ = 0: dead or nothing
        (UniformBall(2), [0.0, 0.0, 1.0], [1.0, 0.0, -1.0], True),
        (UniformBall(2), [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], False),  # w~ = 0
        (UniformBall(2), [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], True),
        (UniformBall(2), [1.0, 0.0, 1.0], [-1.0, 0.0, -1.0], True),  # beta = pi
        (UniformBall(2), [1.0, 0.0, 0.0], [-2.0, 0.0, 0.0], True),
        (UniformBall(2), [1.0, 0.0, 0.0], [-1e300, 0.0, 1e284], False),
        (UniformBall(1), [1.0, 0.1], [-1.0, -0.1], True),
        (UniformBall(1), [1.0, 0.1], [-1.0, -0.09], False),
        (UniformSphere(1), [1.0, 0.1], [-1.0, 0.1], True),  # the middle is no input
        (UniformSphere(2), [1.0, 0.0, 0.1], [-1.0, 0.0, 0.1], False),
        (UniformCube(2), [1.0, 0.0, -0.5], [-1.0, 1.0, -0.5], True),
        (UniformCube(2), [1.0, 0.0, -0.5], [-1.0, 1.0, -0.4], False),
        (UniformCube(2), [1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], True),
        (Gaussian(1), [1.0, -0.3], [-2.0, 0.6], True),
        (Gaussian(1), [1.0, -0.3], [-2.0, 0.61], False),
        (Gaussian(3), [1.0, 2.0, 3.0, 0.5], [-0.1, -0.2, -0.3, -9.0], False),  # .3 is not 3 * .1
        (Gaussian(3), [1.0, 2.0, 3.0, 0.5], [-0.5, -1.0, -1.5, -0.25], True),
        (Gaussian(2), [0.0, 0.0, 1.0], [1.0, 1.0, -5.0], False),
        (
            AffineImage(Gaussian(2), [[2.0, 1.0], [0.0, 1.0]], [7.0, 1.0]),
            [1, 1, 0],
            [-1, -1, 0],
            True,
        ),
        (Empirical([[1.0], [-1.0]]), [1.0, 0.0], [-1.0, 0.5], True),
        (Empirical([[1.0], [-1.0], [0.1]]), [1.0, 0.0], [-1.0, 0.5], False),
    ],
)
def test_blind_special_cases(law, v, w, blind):
    assert cones.is_blind(law, v, w) == blind


@settings(max_examples=40)
@given(seeds, dims)
def test_blind_is_scale_free_symmetric_and_seen_by_no_sample(seed, d):
    rng = np.random.default_rng(seed)
    for law in one_of_each(d, rng):
        v, w = rng.normal(size=(2, d + 1))
        w[-1] -= rng.uniform(0, 3)
        if cones.is_dead(law, v):
            continue
        blind = cones.is_blind(law, v, w)
        assert cones.is_blind(law, 8.0 * v, w / 1024) == blind
        if not cones.is_dead(law, w):
            assert cones.is_blind(law, w, v) == blind
        x = np.column_stack([law.sample(300, rng), np.ones(300)])
        assert not (blind and ((x @ w > 1e-12) & (x @ v > 1e-12)).any())
        if law.convex_support and np.isfinite(law.support_radius):
            least = cones.shadow_height(law, v, w)
            # the verge itself is left to the sixty-digit test
            assert abs(least) < 1e-12 or (least < 0) == blind


class Diamond(Law):
    """A law of a user's own: only its support function is known."""

    dim, convex_support, support_radius = 2, True, 1.0

    def support_function(self, u):
        return np.abs(u).max(axis=-1)


def test_a_law_of_your_own_is_served_where_its_support_function_is_enough():
    rng, turned = np.random.default_rng(6), AffineImage(UniformCube(2, 0.5), [[1, 1], [1, -1]])
    w = rng.normal(size=(500, 3)) - [0, 0, 0.5]
    for v in w[~cones.is_dead(turned, w)][:10]:
        assert (cones.is_dead(Diamond(), w) == cones.is_dead(turned, w)).all()
        blind = cones.is_blind(Diamond(), v, w)
        assert (blind == cones.is_blind(turned, v, w)).all() and 0.1 < blind.mean() < 0.9
    assert cones.classify(Diamond(), [1, 0, 0], [0, 0, -1]).kind is Kind.FLAT_MINIMUM
    for call in (cones.project_data_cone, cones.contact_set):
        with pytest.raises(ValueError, match="law must be one of this package's"):
            call(Diamond(), [0.0, 1.0, -1.0])


class Bare(Law):
    """A law of a user's own that can only be drawn from."""

    dim = 2

    def sample(self, n, rng):
        return rng.uniform(-1, 1, (n, 2))


def test_what_a_law_of_your_own_lacks_is_named():
    law, rng = Bare(), np.random.default_rng(0)
    for name, call in [
        ("support_function", lambda: law.support_function([1.0, 0.0])),
        ("support_radius", lambda: law.support_radius),
        ("mean_square", lambda: law.mean_square),
        ("mean_square", law.covariance),
        ("support_radius", lambda: Problem(law, [1.0, 0.0, 0.0])),
    ]:
        with pytest.raises(NotImplementedError, match=rf"Bare does not .*{name}.*; define it in"):
            call()
    with pytest.raises(NotImplementedError, match=r"Diamond does not define sample\(n, rng\)"):
        Diamond().sample(3, rng)
    with pytest.raises(TypeError, match="Law is not made directly; use a law such as"):
        Law()


def test_what_a_law_of_your_own_serves():
    class Drawn(Bare, Diamond):
        mean_square = 1 / 2  # of the corners of Diamond's support

        def sample(self, n, rng):
            return np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])[rng.integers(4, size=n)]

    class Known(Drawn):
        def atoms(self):
            return np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]]), np.full(4, 0.25)

    prob = Problem(Drawn(), [1.0, 0.0, 0.5])
    assert prob.is_dead([0.0, 0.0, -1.0]) and prob.is_blind([-1.0, 0.0, -1.0])
    few = sample_problem(prob, 50, np.random.default_rng(0))
    assert few.law.points.shape == (50, 2)
    with pytest.raises(ValueError, match="has no exact objective"):
        prob.loss([1.0, 0.0, 0.0])
    same = Problem(Empirical(Known().atoms()[0]), [1.0, 0.0, 0.5])
    assert Problem(Known(), [1.0, 0.0, 0.5]).loss([1.0, 1.0, 0.0]) == same.loss([1.0, 1.0, 0.0])


# Contact sets and classification -------------------------------------------------------------


def test_contact_sets():
    ball = cones.contact_set(UniformBall(2, 2.0), [3.0, 4.0, -10.0])
    assert ball.kind == "point" and ball.points == pytest.approx(np.array([[1.2, 1.6]]))
    assert cones.contact_set(UniformBall(2, 2.0), [3.0, 4.0, -10.1]) is None
    face = cones.contact_set(UniformCube(3, 0.5), [0.0, -2.0, 1e-20, -1.0])
    assert face.kind == "face" and face.points.tolist() == [[0.0, -0.5, 0.0]]
    assert face.edges.tolist() == [[0.5, 0, 0], [0, 0, 0.5]]
    rows = cones.contact_set(Empirical([[1.0, 0], [0, 1], [-1, 0]]), [1.0, 1.0, -1.0])
    assert rows.kind == "points" and rows.points.tolist() == [[1, 0], [0, 1]]
    assert cones.contact_set(Gaussian(2), [0.0, 0.0, -1.0]) is None
    assert cones.contact_set(Gaussian(2, mean=[1, 2]), [0.0, 0.0, 0.0]).kind == "support"


@settings(max_examples=40)
@given(seeds, dims)
def test_contact_touches_and_lies_in_the_support(seed, d):
    rng = np.random.default_rng(seed)
    for law in one_of_each(d, rng):
        if np.isinf(law.support_radius):
            continue
        slope = rng.normal(size=d) * (rng.random(d) < 0.6)
        slope[0] += 0.1
        free = (slope == 0).sum()
        if isinstance(law, AffineImage):  # so that the pulled-back parameter has zeros
            slope = np.linalg.solve(law.matrix.T, slope)
        w = np.append(slope, -law.support_function(slope))
        contact = cones.contact_set(law, w)
        if isinstance(getattr(law, "law", law), UniformCube) and d > 1:
            assert len(contact.edges) == free
        for t in rng.uniform(-1, 1, (5, len(contact.edges))):
            x = contact.points + t @ contact.edges
            assert np.abs(x @ slope + w[-1]).max() < 1e-12 * (1 + law.support_radius)
            u = rng.normal(size=(50, d))
            assert (u @ x.T <= law.support_function(u)[:, None] + 1e-11).all()


def excess_on_the_disc(w, v, n=60):
    """F(w) - F(0) on the unit disc for w with b < 0, by a product rule on the active cap."""
    a, b = np.hypot(w[0], w[1]), w[2]
    if a + b <= 0:
        return 0.0
    t, weight = np.polynomial.legendre.leggauss(n)
    half = 2 * np.arcsin(np.sqrt((a + b) / (2 * a)))
    angle = half * t
    inner = -b / (a * np.cos(angle))
    r = inner + (1 - inner) * (t[:, None] + 1) / 2
    turn = angle + np.arctan2(w[1], w[0])
    x, y = r * np.cos(turn), r * np.sin(turn)
    s, m = w[0] * x + w[1] * y + b, np.maximum(v[0] * x + v[1] * y + v[2], 0)
    return (s * (s / 2 - m) * r * weight[:, None] * weight * (1 - inner)).sum() * half / 2 / np.pi


def test_classification_of_the_disc_agrees_with_the_loss_nearby():
    """Boundary points at angle theta: the verdict against the loss itself at near points."""
    rng, law, kinds = np.random.default_rng(5), UniformBall(2), []
    for _ in range(60):
        v = np.array([1.0, 0.0, rng.uniform(-0.9, 0.9)])
        theta = rng.uniform(-np.pi, np.pi)
        w = rng.uniform(0.3, 3) * np.array([np.cos(theta), np.sin(theta), -1.0])
        beta = np.arccos(-v[2])
        if abs(abs(theta) - beta) < 0.05:  # near points must be nearer than the tie is
            continue
        found = cones.classify(law, v, w)
        kinds.append(found.kind)
        assert (found.kind is Kind.BOUNDARY_MINIMUM) == (abs(theta) > beta)
        if found.kind is Kind.BOUNDARY_MINIMUM:
            near = w + 1e-4 * rng.normal(size=(50, 3)) * np.linalg.norm(w)
            assert found.escape is None
            assert min(excess_on_the_disc(u, v) for u in near) >= 0
        else:
            assert found.kind is Kind.BOUNDARY_ESCAPE
            for e in (1e-1, 1e-2, 1e-3):
                assert excess_on_the_disc(w + e * found.escape, v) < 0
    assert 5 < sum(k is Kind.BOUNDARY_MINIMUM for k in kinds) < len(kinds) - 5


def test_tie_on_the_disc_is_no_minimum():
    law = UniformBall(2)
    v, w = np.array([3.0, 0.0, -1.8]), 2 * np.array([0.6, 0.8, -1.0])  # theta = beta
    found = cones.classify(law, v, w)
    assert found.kind is Kind.BOUNDARY_ESCAPE
    assert all(excess_on_the_disc(w + e * found.escape, v) < 0 for e in (1e-1, 1e-2, 1e-3))
    v, w = np.array([1.0, 0.0, 1.0]), np.array([-9.0, 0.0, -9.0])  # theta = beta = pi
    found = cones.classify(law, v, w)
    assert found.kind is Kind.BOUNDARY_ESCAPE and found.escape is None
    for turn in (0.3, 0.1, 0.03):  # the curved escape: turn by t, open a cap of half width t^2
        u = 9 * np.array([-np.cos(turn), np.sin(turn), -np.cos(turn**2)])
        assert excess_on_the_disc(u, v) < 0
    straight = np.random.default_rng(0).normal(size=(300, 3))
    straight[:100] *= [1, 1, 0]
    assert min(excess_on_the_disc(w + 1e-3 * y, v) for y in straight) >= 0


def excess_on_the_interval(w, v):
    """F(w) - F(0) for x uniform on [-1, 1], by Gauss rules between the kinks."""
    kinks = [-1.0, 1.0, *(t for t in (-w[1] / w[0], -v[1] / v[0]) if -1 < t < 1)]
    t, weight = np.polynomial.legendre.leggauss(4)
    total = 0.0
    for low, high in itertools.pairwise(sorted(kinks)):
        x = (low + high) / 2 + (high - low) / 2 * t
        s, m = np.maximum(w[0] * x + w[1], 0), np.maximum(v[0] * x + v[1], 0)
        total += (high - low) / 4 * weight @ (s * (s / 2 - m))
    return total


@pytest.mark.parametrize(("ratio", "minimum"), [(0.5, False), (1.0, False), (2.0, True)])
def test_tie_on_the_interval_is_decided_by_the_lengths(ratio, minimum):
    v = np.array([1.0, 1.0])  # 0 at the end -1
    w = -ratio * v
    found = cones.classify(UniformBall(1), v, w)
    near = w + 1e-3 * np.random.default_rng(0).normal(size=(200, 2))
    least = min(excess_on_the_interval(u, v) for u in near)
    assert (found.kind is Kind.BOUNDARY_MINIMUM) == minimum == (least >= 0)
    if not minimum:
        assert all(excess_on_the_interval(w + e * found.escape, v) < 0 for e in (0.1, 0.01, 1e-3))
    image = AffineImage(UniformBall(1), [[2.0]], [5.0])  # the same seen from x = 2 z + 5
    back = [np.array([z[0] / 2, z[1] - 2.5 * z[0]]) for z in (v, w)]
    assert cones.classify(image, *back).kind is found.kind


@pytest.mark.parametrize(
    ("law", "v", "w", "kind", "contact"),
    [
        (UniformBall(2), [1, 0, 0.5], [1, 0, 0.5], Kind.GLOBAL_MINIMUM, None),
        (UniformBall(2), [1, 0, 0.5], [0, 0, 0], Kind.ORIGIN, "support"),
        (UniformBall(2), [1, 0, 0.5], [0, 0, -1], Kind.FLAT_MINIMUM, None),
        (UniformBall(2), [1, 0, 0.5], [2, 0, 1], Kind.NOT_CRITICAL, None),
        (UniformBall(2), [0, 0, 1], [1, 0, -1], Kind.BOUNDARY_ESCAPE, "point"),
        (UniformSphere(3), [1, 0, 0, 0], [-1, 0, 0, -1], Kind.BOUNDARY_MINIMUM, "point"),
        (UniformCube(2), [1, 0, 0], [0, 1, -1], Kind.BOUNDARY_ESCAPE, "face"),
        (UniformCube(2), [1, 0, -0.5], [-1, 0, -1], Kind.BOUNDARY_MINIMUM, "face"),
        (UniformCube(2), [1, 0, 1], [-1, -1, -2], Kind.BOUNDARY_TIE, "face"),
        (AffineImage(UniformCube(2), np.eye(2), [9, 0]), [1, 0, -9.5], [-1, 0, 8],
         Kind.BOUNDARY_MINIMUM, "face"),
        (AffineImage(UniformBall(2), np.eye(2), [9, 0]), [1, 0, -9.5], [1, 0, -10],
         Kind.BOUNDARY_ESCAPE, "point"),
        (Gaussian(1), [1, -0.3], [0, -1], Kind.BOUNDARY_ESCAPE, None),
        (Gaussian(1), [1, -0.3], [0, 0], Kind.ORIGIN, "support"),
        (Gaussian(1), [1, -0.3], [1e-9, -1], Kind.NOT_CRITICAL, None),
        (Gaussian(2), [0, 0, 1], [0, 0, -1], Kind.BOUNDARY_ESCAPE, None),
    ],
)  # fmt: skip
def test_classification(law, v, w, kind, contact):
    found = cones.classify(law, v, w)
    assert found.kind is kind
    assert found.sentence == kind.sentence and len(kind.sentence) > 20
    assert (found.contact and found.contact.kind) == contact
    assert (found.escape is not None) == (kind in (Kind.BOUNDARY_ESCAPE, Kind.ORIGIN))


def test_normal_law_has_no_minimum_on_the_dead_ray():
    """E s(u.x)(s(u.x)/2 - s(v.x)) on the half line that w + e escape activates, x normal."""
    for v, w in [([1.0, -0.3], [0.0, -1.0]), ([0.0, 0.5], [0.0, -1.0])]:
        escape = cones.classify(Gaussian(1), v, w).escape
        for e in (0.5, 0.2, 0.05):
            u = np.array(w) + e * escape
            t = np.linspace(0, 12, 40001)
            x = -u[1] / u[0] + t * abs(u[0])  # past the kink, on the tail's own scale
            s, m = u[0] * x + u[1], np.maximum(v[0] * x + v[1], 0)
            tail = np.exp((x[0] ** 2 - x**2) / 2)
            assert np.trapezoid(s * (s / 2 - m) * tail, x) < 0


# The lost ball -------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("kind", [UniformBall, UniformSphere])
def test_lost_ball_against_dense_inputs(d, kind):
    """The infimum over inputs with v.y > 0: never above a sampled one, reached to 2 percent."""
    rng, slack = np.random.default_rng(d), []
    for _ in range(60):
        law = kind(d, rng.uniform(0.3, 3))
        v, z = rng.normal(size=(2, d + 1))
        z[-1] = -law.radius * np.linalg.norm(z[:-1]) * rng.choice([1, 1.5, 3])
        if cones.is_dead(law, v) or not cones.is_dead(law, z):
            continue
        rho = cones.lost_ball_radius(law, v, z)
        x = law.sample(40000, rng) if d > 1 else law.radius * np.linspace(-1, 1, 2001)[:, None]
        if isinstance(law, UniformBall) and d > 1:
            x[::2] *= law.radius / np.linalg.norm(x[::2], axis=1, keepdims=True)  # the rim
        if law.atoms() is not None:
            x = law.atoms()[0]
        y = np.column_stack([x, np.ones(len(x))])
        y = y[y @ v > 0]
        if len(y) == 0:  # a sliver that the sample missed
            continue
        ratios = -(y @ z) / np.linalg.norm(y, axis=1)
        assert rho <= ratios.min() + 1e-13 * np.linalg.norm(z)
        slack.append((ratios.min() - rho) / np.linalg.norm(z))
        step = rng.normal(size=(20, d + 1))
        step *= (1 - 1e-12) * rho / np.linalg.norm(step, axis=1, keepdims=True)
        assert rho == 0 or cones.is_blind(law, v, z + step).all()
    assert len(slack) > 20 and np.quantile(slack, 0.9) < 0.02


@pytest.mark.parametrize(
    ("law", "v", "z", "rho"),
    [
        (UniformBall(2, 2.0), [1.0, 0, 0], [0, 0, -3.0], 3 / np.sqrt(5)),
        (UniformBall(2, 2.0), [0, 0, 1.0], [1.0, 0, -3.0], 1 / np.sqrt(5)),  # always active
        (UniformBall(2), [1.0, 0, 0], [1.0, 0, -1.0], 0.0),
        (UniformBall(1), [1.0, 0.0], [-1.0, -1.0], 1.0),  # at x = 0, not at an end
        (AffineImage(UniformBall(1), [[2.0]], [3.0]), [1.0, -4.0], [0.0, -1.0], 26**-0.5),
        (Empirical([[1.0], [-1.0]]), [1.0, 0.0], [0.0, -2.0], 2**0.5),
        (Gaussian(2), [1.0, 0, 0], [0, 0, -1.0], 0.0),
    ],
)
def test_lost_ball_values(law, v, z, rho):
    assert 0 <= rho - cones.lost_ball_radius(law, v, z) <= 12 * 2.3e-16 * np.linalg.norm(z)
    assert cones.lost_ball_radius(law, v, [z, z]).shape == (2,)


# Bad input -----------------------------------------------------------------------------------

BALL, V, DEAD = UniformBall(2), [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]
SKEW = AffineImage(BALL, np.diag([1.0, 2.0]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cones.is_dead(BALL, [1.0, 2.0]), r"w must have shape \(\.\.\., 3\), got \(2,\)"),
        (lambda: cones.is_dead(BALL, [1.0, np.nan, 0.0]), "w must be finite, got nan"),
        (lambda: cones.is_dead("ball", V), "law must be a Law, got 'ball'"),
        (lambda: cones.height(BALL, 1.0), r"w must have shape \(\.\.\., 3\)"),
        (lambda: cones.project_data_cone(BALL, [[1.0]]), r"y must have shape \(\.\.\., 3\)"),
        (lambda: cones.project_dead_cone(BALL, [np.inf, 0, 0]), "w must be finite, got inf"),
        (lambda: cones.safe_radius(BALL, DEAD), "target must not be dead"),
        (lambda: cones.safe_radius(BALL, [V]), r"target must have shape \(3,\), got \(1, 3\)"),
        (lambda: cones.is_blind(BALL, DEAD, V), "target must not be dead"),
        (lambda: cones.is_blind(BALL, V, [1.0]), r"w must have shape \(\.\.\., 3\)"),
        (lambda: cones.is_blind(BALL, [np.nan, 0, 0], V), "target must be finite"),
        (lambda: cones.shadow_height(UniformSphere(2), V, V), "convex compact support"),
        (lambda: cones.shadow_height(Gaussian(2), V, V), "convex compact support"),
        (lambda: cones.lost_ball_radius(BALL, V, V), "z must be dead"),
        (lambda: cones.lost_ball_radius(BALL, DEAD, DEAD), "target must not be dead"),
        (lambda: cones.lost_ball_radius(SKEW, V, [0, 0, -9.0]), "law must be a ball, a sphere"),
        (lambda: cones.lost_ball_radius(UniformCube(2), V, [0, 0, -9.0]), "law must be a ball"),
        (lambda: cones.contact_set(BALL, V), "w must be dead, got one with height 1.0"),
        (lambda: cones.contact_set(BALL, [DEAD]), r"w must have shape \(3,\)"),
        (lambda: cones.contact_set(BALL, DEAD, rtol=-1), "rtol must not be negative"),
        (lambda: cones.classify(Empirical([[1.0, 0.0]]), V, DEAD), "probability 0, got Empirical"),
        (lambda: cones.classify(UniformSphere(1), [1.0, 0], [1.0, 0]), "got UniformSphere"),
        (lambda: cones.classify(BALL, DEAD, V), "target must not be dead"),
        (lambda: cones.classify(BALL, V, [0, 0, np.inf]), "w must be finite, got inf"),
        (lambda: cones.classify(BALL, V, [V]), r"w must have shape \(3,\)"),
        (lambda: cones.dead_cone_boundary(UniformBall(3)), "law must have dim 1 or 2 .* got 3"),
        (lambda: cones.dead_cone_boundary(BALL, 2), "n must be an integer >= 3"),
    ],
)
def test_bad_input_names_the_argument(call, words):
    with pytest.raises(ValueError, match=words):
        call()
