"""Both ends of the fate map and the bracket between them."""

from __future__ import annotations

import math
import warnings

import mpmath
import numpy as np
import pytest
from scipy.stats import norm

import singleneuron as sn
from singleneuron.laws import PlanarProjection

LAWS = [sn.UniformBall(2), sn.UniformBall(5, radius=3.0), sn.UniformSphere(3), sn.UniformSphere(2)]


def problem(law: sn.laws.Law, bias: float, size: float = 1.0) -> sn.Problem:
    return sn.Problem(law, [size, *[0.0] * (law.dim - 1), bias])


def reduced(dim: int, bias: float, radius: float = 1.0) -> sn.Problem:
    return sn.Problem(PlanarProjection(sn.UniformBall(dim, radius)), [1.0, 0.0, bias])


@pytest.mark.parametrize("dim", [2, 3, 10, 1000, 1_000_000])
def test_angle_probability_to_all_digits(dim: int) -> None:
    for shift in (-3.0, -1.0, -1e-3, 1e-3, 1.0, 2.0, 6.0):
        angle = math.pi / 2 + shift * (0.2 if dim == 2 else 1 / math.sqrt(dim))
        if not 0 < angle < math.pi:
            continue
        with mpmath.workdps(40):
            cosine = mpmath.cos(mpmath.mpf(angle))
            share = mpmath.betainc(0.5, mpmath.mpf(dim - 1) / 2, 0, cosine**2, regularized=True)
            exact = (1 + mpmath.sign(cosine) * share) / 2
        assert float(sn.angle_probability(dim, angle)) == pytest.approx(float(exact), rel=3e-14)
    assert sn.angle_probability(dim, [0.0, math.pi]).tolist() == [1.0, 0.0]


def test_angle_probability_of_directions() -> None:
    rng = np.random.default_rng(1)
    for dim in (2, 3, 20):
        u = rng.standard_normal((100_000, dim))
        angle = np.arccos(u[:, 0] / np.linalg.norm(u, axis=1))
        for t in (0.8, 1.5, 2.0):
            p = float(sn.angle_probability(dim, t))
            assert abs((angle >= t).mean() - p) <= 5 * math.sqrt(p * (1 - p) / 1e5)


def test_the_two_ends_in_two_dimensions() -> None:
    # beta = pi/3: the blind directions are the last 1/6 of the half turn, those above beta 2/3.
    prob = problem(sn.UniformBall(2), -0.5)
    assert sn.small_start_failure_probability(prob) == pytest.approx(1 / 6, rel=1e-15)
    assert sn.large_start_failure_probability(prob) == pytest.approx(2 / 3, rel=1e-15)
    for bias, beta in ((0.5, 2 * math.pi / 3), (0.0, math.pi / 2), (-0.3, math.acos(0.3))):
        large = sn.large_start_failure_probability(problem(sn.UniformBall(2), bias))
        assert large == pytest.approx(1 - beta / math.pi, rel=1e-14)
    assert sn.small_start_failure_probability(problem(sn.UniformBall(2), 0.5)) == 0.0
    assert sn.large_start_failure_probability(problem(sn.UniformBall(2), 1.0)) == 0.0
    assert sn.large_start_failure_probability(problem(sn.UniformBall(2), 1.0, size=0.0)) == 0.0


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_small_end_is_the_share_of_blind_directions(law: sn.laws.Law) -> None:
    rng = np.random.default_rng(2)
    w = rng.standard_normal((20_000, law.dim + 1))
    w[:, -1] = 0.0
    for share in (-0.9, -0.3, 0.0, 0.2):
        prob = problem(law, share * 0.7 * law.support_radius, size=0.7)
        blind, p = prob.is_blind(w).mean(), sn.small_start_failure_probability(prob)
        assert abs(blind - p) <= 5 * math.sqrt(p * (1 - p) / len(w))
        theta = np.linspace(0, math.pi, 1001)
        line = np.zeros((1001, law.dim + 1))
        line[:, 0], line[:, 1] = np.cos(theta), np.sin(theta)
        edge = float(sn.angle_bracket(prob, 1.0)[1])
        clear = (np.abs(theta - edge) > 1e-9) & (theta < math.pi - 1e-9)
        assert (prob.is_blind(line) == (theta > edge))[clear].all()


def test_ends_of_nearly_dead_targets_in_high_dimension() -> None:
    # b_v = -(1 - 1/(2 d^2)): beta is about 1/d, and the small end about one half.
    for dim in (10, 1000, 1_000_000):
        prob = reduced(dim, -(1 - 1 / (2 * dim**2)))
        small, large = (
            sn.small_start_failure_probability(prob), sn.large_start_failure_probability(prob),
        )  # fmt: skip
        assert 0.5 - 1 / math.sqrt(dim) < small < 0.5 and large > 1 - 1e-8
        # P(pi/2 <= theta <= pi/2 + beta) is the density at the middle times beta, less a sixth
        # of 1/d of it; the float b_v is right to 1e-16, which for d = 1e6 is 1e-4 of 1 + b_v.
        beta = 2 * math.asin(1 / (2 * dim))
        density = math.exp(math.lgamma(dim / 2) - math.lgamma((dim - 1) / 2)) / math.sqrt(math.pi)
        assert 0.5 - small == pytest.approx(density * beta, rel=0.2 / dim + 1e-9 * dim)


@pytest.mark.parametrize("law", [*LAWS, sn.Gaussian(3)], ids=repr)
def test_norm_limit_is_where_the_loss_is_trivial(law: sn.laws.Law) -> None:
    for bias in (-0.4, 0.0, 0.3):
        prob = problem(law, bias)
        theta = np.linspace(0, math.pi, 60)
        limit = sn.start_norm_limit(prob, theta)
        assert (np.diff(limit) <= 0).all()  # the overlap falls with the angle
        blind = (theta >= float(sn.angle_bracket(prob, 1.0)[1]) - 1e-12) & (bias <= 0)
        assert ((limit == 0) == blind).all()
        direction = np.zeros((60, law.dim + 1))
        direction[:, 0], direction[:, 1] = np.cos(theta), np.sin(theta)
        seen = limit > 0
        for factor, sign in ((1 - 1e-6, -1), (1 + 1e-6, 1)):
            w = (factor * limit[seen])[:, None] * direction[seen]
            assert (np.sign(prob.excess_mantissa(w)[0]) == sign).all()
        # The definition, with samples.
        x = law.sample(400_000, np.random.default_rng(5))
        for k in (10, 30):
            own = np.maximum(x @ direction[k, :-1], 0.0)
            cross = own * np.maximum(x @ prob.target[:-1] + bias, 0.0)
            ratio = 2 * cross.mean() / (own**2).mean()
            spread = 2 * (cross - ratio / 2 * own**2).std() / (own**2).mean() / math.sqrt(len(x))
            assert abs(ratio - limit[k]) < 5 * spread


def test_the_bracket_by_its_definition() -> None:
    # Upper end: the angles where neither F4 nor the trivial loss tells.
    for law in LAWS:
        for bias in (-0.4, 0.0, 0.3):
            prob = problem(law, bias)
            norms = np.array([1e-6, 1e-2, 0.3, 1.0, 10.0])
            theta = np.linspace(0, math.pi, 801)
            limit, beta = sn.start_norm_limit(prob, theta), math.acos(-bias / law.support_radius)
            weight = -np.diff(sn.angle_probability(law.dim, theta), append=0.0)
            lower, upper = sn.failure_bracket(prob, norms)
            _, wide = sn.failure_bracket(prob, norms, "descent")
            cell = weight.max()  # one cell of the grid at the edge
            for n, rho in enumerate(norms):
                open_to = limit <= rho
                assert abs(weight[open_to].sum() - wide[n]) <= 2 * cell
                assert abs(weight[open_to & (theta >= beta)].sum() - upper[n]) <= 2 * cell
            assert (lower == sn.small_start_failure_probability(prob)).all()
            assert (lower <= upper).all() and (np.diff(upper) >= 0).all()
            assert upper[-1] == pytest.approx(sn.large_start_failure_probability(prob), rel=1e-12)


def test_the_bracket_in_a_million_dimensions() -> None:
    # Inputs of radius sqrt(d) are nearly normal: the target's bias is in units of their spread.
    dim = 1_000_000
    for bias in (-1.0, 0.0, 1.0):
        prob = reduced(dim, bias, radius=math.sqrt(dim))
        lower, upper = sn.failure_bracket(prob, [1e-3, 0.1, 1.0, 1e3])
        large = norm.cdf(-bias)  # cos(theta) sqrt(d) is nearly normal, P(it <= -b_v)
        assert upper[-1] == pytest.approx(large, abs=1e-5)
        assert (lower < 1e-300).all() and (np.diff(upper) >= 0).all()
        assert upper[0] < 1e-300  # rho* at a right angle does not depend on d


def test_normal_inputs_have_a_bracket_but_no_large_end() -> None:
    prob = problem(sn.Gaussian(4), -0.5)
    lower, upper = sn.failure_bracket(prob, [1e-3, 0.1, 100.0])
    assert (lower == 0).all() and upper[-1] == 0.5 and upper[0] < 0.05
    assert sn.small_start_failure_probability(prob) == 0.0


def test_angle_decides_on_spheres_too() -> None:
    # The package's own certificate ANGLE is for whole balls; the bracket uses beta on spheres.
    for law in (sn.UniformSphere(3), sn.UniformSphere(2, radius=2.0)):
        prob = problem(law, -0.5 * law.support_radius)
        theta = np.linspace(0.01, 0.999 * math.pi / 3, 25)
        for rho in (0.1, 3.0, 300.0):
            w = rho * np.stack([np.cos(theta), np.sin(theta), 0 * theta], axis=-1)
            assert (sn.decide(prob.reduced, w).fate == sn.Fate.LEARNED).all()


def test_scaling_moves_nothing() -> None:
    # x~ -> k x~, v~ -> v~/k, rho -> rho/k leaves all pre-activations alone.
    theta = np.linspace(0, 3, 7)
    for law, wide in ((sn.UniformBall(4), sn.UniformBall(4, 3.0)),):
        one, other = problem(law, -0.2), problem(wide, -0.2, size=1 / 3)
        for f in (sn.small_start_failure_probability, sn.large_start_failure_probability):
            assert f(one) == pytest.approx(f(other), rel=1e-13)
        np.testing.assert_allclose(
            sn.start_norm_limit(one, theta) / 3, sn.start_norm_limit(other, theta), rtol=1e-9
        )
        np.testing.assert_allclose(
            sn.failure_bracket(one, 0.3), sn.failure_bracket(other, 0.1), rtol=1e-8
        )


def test_full_reduced_and_turned_problems_agree() -> None:
    target = np.array([0.48, 0.6, -0.64, -0.3])
    prob = sn.Problem(sn.UniformBall(3), target)
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    turned = sn.Problem(sn.AffineImage(sn.UniformBall(3), turn), target)
    for other in (prob.reduced, turned, problem(sn.UniformBall(3), -0.3)):
        np.testing.assert_allclose(
            sn.failure_bracket(other, 0.3), sn.failure_bracket(prob, 0.3), rtol=1e-12
        )


def test_lost_ball_of_a_problem() -> None:
    prob = problem(sn.UniformBall(3), -0.4)
    z = np.array([-0.5, 0.2, 0.0, -1.0])
    rho = float(sn.lost_ball_radius(prob, z))
    assert rho > 0
    assert rho == pytest.approx(float(sn.lost_ball_radius(prob.reduced, prob.reduce(z))), rel=1e-12)
    rng = np.random.default_rng(4)
    step = rng.standard_normal((200, 4))
    w = z + 0.999 * rho * step / np.linalg.norm(step, axis=1, keepdims=True)
    assert (sn.decide(prob, w).fate == sn.Fate.LOST).all()


SYMMETRIC = [
    sn.small_start_failure_probability,
    sn.large_start_failure_probability,
    lambda prob: sn.start_norm_limit(prob, 1.0),
    lambda prob: sn.failure_bracket(prob, 1.0),
    lambda prob: sn.angle_bracket(prob, 1.0),
]


@pytest.mark.parametrize("function", SYMMETRIC)
def test_bad_problems(function) -> None:
    skew = sn.Problem(sn.AffineImage(sn.UniformBall(2), np.diag([1.0, 2.0])), [1.0, 0.0, 0.0])
    shifted = sn.Problem(sn.Gaussian(2, mean=[1.0, 0.0]), [1.0, 0.0, 0.0])
    for prob in (skew, shifted, sn.Problem(sn.Empirical([[1.0, 2.0]]), [1.0, 0.0, 0.0])):
        with pytest.raises(ValueError, match="law must be symmetric"):
            function(prob)
    with pytest.raises(ValueError, match=r"dim >= 2.*decide\(\) both"):
        function(sn.Problem(sn.UniformBall(1), [1.0, 0.0]))
    with pytest.raises(ValueError, match=r"dim >= 2.*decide\(\) both"):
        function(sn.Problem(sn.UniformBall(1), [1.0, 0.0]).reduced)
    with pytest.raises(ValueError, match="prob must be a Problem"):
        function(sn.UniformBall(2))


def test_in_dimension_one_what_the_message_says_is_true() -> None:
    prob = sn.Problem(sn.UniformBall(1), [1.0, 0.0])
    for rho in (1e-6, 0.1, 1.0, 100.0):
        fate = sn.decide(prob, [[rho, 0.0], [-rho, 0.0]]).fate
        assert fate.tolist() == [sn.Fate.LEARNED, sn.Fate.LOST]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda p: sn.large_start_failure_probability(problem(sn.Gaussian(2), 0.0).reduced),
         r"law must have bounded support, got Gaussian\(dim=2"),
        (lambda p: sn.start_norm_limit(p, -0.1), r"angle must lie in \[0, pi\]"),
        (lambda p: sn.start_norm_limit(p, 3.15), r"angle must lie in \[0, pi\]"),
        (lambda p: sn.start_norm_limit(p, math.nan), "angle must be finite"),
        (lambda p: sn.angle_probability(2, 4.0), r"angle must lie in \[0, pi\]"),
        (lambda p: sn.angle_probability(1, 1.0), "dim must be an integer >= 2"),
        (lambda p: sn.failure_bracket(p, 0.0), "start_norm must be positive"),
        (lambda p: sn.failure_bracket(p, [1.0, -1.0]), "start_norm must be positive"),
        (lambda p: sn.failure_bracket(p, 1e101), "start_norm must lie in"),
        (lambda p: sn.failure_bracket(p, math.inf), "start_norm must be finite"),
        (lambda p: sn.failure_bracket(p, 1.0, "sgd"), "dynamics must be one of"),
        (lambda p: sn.angle_bracket(p, 1.0, "sgd"), "dynamics must be one of"),
        (lambda p: sn.lost_ball_radius(p, [1.0, 0.0, 0.0]), "z must be dead"),
        (lambda p: sn.lost_ball_radius(p.law, [0.0, 0.0, -1.0]), "prob must be a Problem"),
        (lambda p: problem(sn.UniformBall(2), -1.0), "target must not be dead"),
    ],
)  # fmt: skip
def test_bad_input(call, said: str) -> None:
    prob = problem(sn.UniformBall(2), -0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=said):
            call(prob)
