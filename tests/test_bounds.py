"""The constants of the guarantees, against measured runs and against integrals done twice."""

from __future__ import annotations

import numpy as np
import pytest

import singleneuron as sn
from singleneuron.problem import Problem


def target(dim: int, bias: float) -> np.ndarray:
    return np.concatenate([[1.0], np.zeros(dim - 1), [bias]])


def test_curvature_bound_holds_and_is_nearly_sharp_on_the_interval() -> None:
    # The worst events are unions of few intervals; here all single ones, exactly.
    ratios = []
    for c in (0.3, 1.0, 4.0):
        law = sn.UniformBall(1, radius=c)
        for p in (0.01, 0.1, 0.5, 1.0):
            width = 2 * c * p
            left = np.linspace(-c, c - width, 201)
            right = left + width
            m1, m2 = (right**2 - left**2) / (4 * c), (right**3 - left**3) / (6 * c)
            moment = np.stack([np.stack([m2, m1], -1), np.stack([m1, 0 * m1 + p], -1)], -1)
            least = np.linalg.eigvalsh(moment)[:, 0].min()
            ratios.append(least / float(sn.curvature_bound(law, p)))
    print(f"least exact curvature over bound: {min(ratios):.6f}")
    assert 1 - 1e-9 <= min(ratios) < 1.01


@pytest.mark.parametrize("law", [sn.UniformBall(3), sn.UniformSphere(4), sn.UniformCube(3, 0.7)],
                         ids=repr)  # fmt: skip
def test_curvature_bound_holds_for_slabs(law: sn.laws.Law) -> None:
    rng = np.random.default_rng(3)
    x = np.column_stack([law.sample(200_000, rng), np.ones(200_000)])
    for _ in range(20):
        u = rng.standard_normal(law.dim + 1)
        height = np.abs(x @ u)
        for p in (0.1, 0.5):
            active = height <= np.quantile(height, p)
            moment = (x[active].T @ x[active]) / len(x)
            # The sample error of an eigenvalue of 20,000 inputs is below three in a hundred.
            assert np.linalg.eigvalsh(moment)[0] > 0.97 * float(sn.curvature_bound(law, p))


def test_curvature_bound_of_arrays() -> None:
    law = sn.UniformBall(2)
    p = np.array([[0.0, 0.2], [0.4, 1.0]])
    values = sn.curvature_bound(law, p)
    assert values.shape == (2, 2) and values[0, 0] == 0 and (np.diff(values.ravel()) > 0).all()
    c, density = law.support_radius, law.density_bound
    plain = p**3 / (12 * density**2 * (1 + (c + p / (np.sqrt(12) * density)) ** 2))
    np.testing.assert_allclose(values, plain, rtol=1e-14)


@pytest.mark.parametrize(
    "law",
    [
        sn.UniformBall(2),
        sn.UniformBall(4, radius=2.0),
        sn.UniformSphere(3),
        sn.UniformBall(1),
        sn.AffineImage(sn.UniformBall(2), [[1.0, 0.4], [0.0, 0.6]], [0.5, -0.2]),
    ],
    ids=repr,
)
def test_linear_rate_holds_along_runs(law: sn.laws.Law) -> None:
    rng = np.random.default_rng(17)
    prob = Problem(law, target(law.dim, 0.1))
    w = rng.standard_normal((200, law.dim + 1)) * 10.0 ** rng.uniform(-2, 0.3, (200, 1))
    w = w[prob.excess_loss(w) < 0][:60]
    rate = sn.linear_rate(prob, w)
    assert rate.step_size == 1 / prob.smoothness
    np.testing.assert_allclose(rate.delta, -prob.excess_loss(w))
    run = sn.gradient_descent(prob, w, 60)
    assert (prob.overlap(run.points) >= rate.overlap - 1e-10).all()
    square = run.distance**2
    assert (square[1:] <= rate.contraction * square[:-1] + 1e-15).all()
    np.testing.assert_allclose(rate.one_minus_contraction, 1 - rate.contraction, atol=1e-15)
    np.testing.assert_allclose(rate.curvature, sn.curvature_bound(law, rate.overlap))
    np.testing.assert_allclose(rate.one_minus_contraction, rate.curvature / prob.smoothness)
    flow = sn.gradient_flow(prob, w[:5], 3.0)
    bound = np.exp(-2 * rate.curvature[:5] * flow.times[:, None]) * square[0, :5]
    assert (flow.distance**2 <= bound * (1 + 1e-9)).all()


def test_linear_rate_keeps_what_rounds_away() -> None:
    prob = Problem(sn.UniformBall(1000), target(1000, 0.0)).reduced
    rate = sn.linear_rate(prob, [1e-6, 0.0, 0.0])
    assert rate.contraction == 1 and 0 < rate.one_minus_contraction < 1e-16


def test_what_is_said_above_the_trivial_loss_helps() -> None:
    prob = Problem(sn.UniformBall(3), target(3, 0.2))
    for start in ([0.3, 2.0, 0.0, 0.4], [4.0, 0.0, 1.0, 1.0]):
        with pytest.raises(ValueError, match="multiply the start by less than") as raised:
            sn.linear_rate(prob, [start, [0.1, 0.0, 0.0, 0.0]])
        scale = float(str(raised.value).split("start by less than ")[1].split(",")[0])
        assert prob.excess_loss(0.99 * scale * np.array(start)) < 0
        assert prob.excess_loss(1.01 * scale * np.array(start)) > 0


@pytest.mark.parametrize(
    ("law", "reach", "power", "shift"),
    [
        (sn.UniformBall(1), 1.0, 0.0, 0.0),
        (sn.UniformBall(2, radius=2.0), 2.0, 0.5, 0.0),
        (sn.UniformBall(50), 1.0, 24.5, 0.0),
        (sn.UniformSphere(4), 1.0, 0.5, 0.0),
        (sn.Gaussian(3), 9.0, None, 0.0),
        (sn.AffineImage(sn.UniformBall(2), [[0.3, 0.4], [0.0, 2.0]], [0.5, -1]), 0.5, 0.5, 0.5),
    ],
    ids=repr,
)
@pytest.mark.parametrize("bias", [-0.2, 0.0, 0.7])
def test_least_overlap_is_a_level_set_and_beats_all_tau(law, reach, power, shift, bias) -> None:
    prob = Problem(law, target(law.dim, bias))
    delta = prob.trivial_loss * np.array([1e-4, 0.01, 0.3, 0.9, 1.0])
    mass = sn.least_overlap(prob, delta)
    assert mass.shape == (5,) and (np.diff(mass) > 0).all()
    # The marginal law of v.x in cells, the largest outputs first: as many as give 2 delta.
    t = 1 - (np.arange(400_000) + 0.5) / 200_000
    density = np.exp(-((reach * t) ** 2) / 2) if power is None else (1 - t**2) ** power
    density, square = density / density.sum(), np.maximum(reach * t + shift + bias, 0) ** 2
    again = np.interp(2 * delta, np.cumsum(density * square), np.cumsum(density))
    np.testing.assert_allclose(mass[:-1], again[:-1], rtol=1e-4)  # a cell is 5e-6 wide
    assert mass[-1] == pytest.approx(density[square > 0].sum(), rel=1e-4)
    for tau in (0.1, 0.5, 1.0):
        bound = (2 * delta - density @ np.maximum(square - tau**2, 0)) / tau**2
        assert (bound <= mass * (1 + 1e-4)).all()
    if power is not None:
        assert (mass >= 2 * delta / (reach + shift + bias) ** 2).all()


def test_least_overlap_of_samples_and_of_a_constant() -> None:
    prob = Problem(sn.Empirical([[1.0], [2.0], [-1.0]], [0.5, 0.25, 0.25]), [1.0, 0.0])
    # Outputs 2, 1, 0 with weights 1/4, 1/2, 1/4: energies 1, 1/2, 0, and 2 F(0) = 3/2.
    delta = [0.0, 0.25, 0.5, 0.625, 0.75]
    np.testing.assert_allclose(sn.least_overlap(prob, delta), [0, 0.125, 0.25, 0.5, 0.75])
    constant = Problem(sn.UniformBall(2), [0.0, 0.0, 2.0])
    np.testing.assert_allclose(sn.least_overlap(constant, [0.5, 2.0]), [0.25, 1.0])
    assert sn.least_overlap(constant, 0.5).shape == ()


def blocks(law: sn.laws.Law, v: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    x = np.column_stack([law.sample(400_000, rng), np.ones(400_000)])
    seen = x[x @ v > 0]
    return seen.T @ seen / len(x)


@pytest.mark.parametrize(
    "law",
    [
        sn.UniformBall(1, radius=2.0),
        sn.UniformBall(2),
        sn.UniformBall(5, radius=3.0),
        sn.UniformSphere(2),
        sn.UniformSphere(3),
        sn.Gaussian(1),
        sn.Gaussian(3, scale=0.5),
        sn.Gaussian(2, mean=[0.4, -1.0]),
        sn.AffineImage(sn.UniformBall(3), [[1, 0.4, 0], [0, 0.6, 0], [0.2, 0, 2]], [0.5, -0.2, 0]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("bias", [-0.3, 0.0, 0.9])
def test_local_rate_against_sampled_moments(law: sn.laws.Law, bias: float) -> None:
    rng = np.random.default_rng(23)
    v = np.append(rng.standard_normal(law.dim), bias)
    v /= np.linalg.norm(v[:-1])
    prob = Problem(law, v)
    rate = sn.local_rate(prob)
    assert rate.multiplicity.sum() == law.dim + 1
    values = np.repeat(rate.eigenvalues, rate.multiplicity)
    # Five standard errors of a mean of 400,000 products, each at most about R^2 in size.
    error = 5 / np.sqrt(400_000) * np.trace(blocks(law, v, rng)) * 2
    np.testing.assert_allclose(values, np.linalg.eigvalsh(blocks(law, v, rng)), atol=error)
    assert rate.factor == pytest.approx(np.abs(1 - values / prob.smoothness).max(), rel=1e-14)
    assert rate.squared == rate.factor**2


@pytest.mark.parametrize(
    "law", [sn.UniformBall(3), sn.UniformSphere(2), sn.UniformBall(1)], ids=repr
)
def test_local_rate_is_the_rate_near_the_target(law: sn.laws.Law) -> None:
    prob = Problem(law, target(law.dim, 0.2))
    for eta in (None, 0.5, 1.7):
        rate = sn.local_rate(prob, eta)
        start = prob.target + 1e-5 * np.ones(law.dim + 1)
        run = sn.gradient_descent(prob, start, 200, rate.step_size)
        measured = (run.distance[120] / run.distance[80]) ** (1 / 40)
        # The path is 1e-5 from v, so that the moments differ by a share of that order, and the
        # slower of two parts has had 80 steps to take over.
        assert measured <= rate.factor * (1 + 1e-4)
        assert measured == pytest.approx(rate.factor, rel=0.02)
        assert rate.step_size == (1 / prob.smoothness if eta is None else eta)


def test_local_rate_in_a_million_dimensions_and_for_samples() -> None:
    ball = Problem(sn.UniformBall(1_000_000), target(1_000_000, 0.0))
    rate = sn.local_rate(ball)
    # Half of all inputs are active; across, the eigenvalue is half of 1/(d + 2).
    assert rate.multiplicity.sum() == 1_000_001
    across = rate.eigenvalues[np.argmax(rate.multiplicity)]
    assert across == pytest.approx(0.5 / 1_000_002, rel=1e-9)
    constant = sn.local_rate(Problem(sn.UniformBall(3), [0.0, 0.0, 0.0, 1.0]))
    np.testing.assert_allclose(constant.eigenvalues, [0.2, 0.2, 1.0])
    points = [[-1.0, 0.0], [1.0, 1.0], [0.5, 2.0]]
    rate = sn.local_rate(Problem(sn.Empirical(points), [1.0, 1.0, 0.0]))
    assert rate.eigenvalues[0] == pytest.approx(0, abs=1e-15) and rate.factor == 1.0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sn.curvature_bound(sn.Gaussian(2), 0.5), "bounded sup.*; use a ball or a cube"),
        (lambda: sn.curvature_bound(sn.UniformSphere(2), 0.5), "bounded density"),
        (lambda: sn.curvature_bound(sn.UniformBall(2), 1.5), r"probability in \[0, 1\]"),
        (lambda: sn.curvature_bound("ball", 0.5), "law must be a Law"),
        (lambda: sn.linear_rate(Problem(sn.UniformBall(2), [1, 0, 0]), [5.0, 5.0, 0.0]),
         r"F\(w\) - F\(0\) = 2\.457.* >= 0; multiply the start by less than 0\.2137"),
        (lambda: sn.linear_rate(Problem(sn.UniformBall(2), [1, 0, 0]), [-1.0, 0.0, -1.0]),
         r"F\(w\) - F\(0\) = 0 >= 0; no multiple of it is below, for it is blind: turn it"),
        (lambda: sn.least_overlap(Problem(sn.UniformBall(2), [1, 0, 0]), 0.1),
         r"delta must lie in \[0, F\(0\)\] = \[0, 0.0625\], got 0.1; pass F\(0\) - F\(w\)"),
        (lambda: sn.least_overlap(Problem(sn.UniformBall(2), [1, 0, 0]), -1e-3), "delta must lie"),
        (lambda: sn.least_overlap(Problem(sn.UniformCube(2), [1, 0, 0]), 0.1), "no exact object"),
        (lambda: sn.linear_rate(Problem(sn.Gaussian(2), [1, 0, 0]), [0.1, 0.0, 0.0]),
         "bounded support, got .*; use a ball, or measure the rate"),
        (lambda: sn.linear_rate(Problem(sn.UniformCube(2), [1, 0, 0]), [0.1, 0.0, 0.0]),
         r"prob must have an exact loss, .*got UniformCube.*; use a ball, or bound the overlap"),
        (lambda: sn.linear_rate(Problem(sn.Empirical([[1.0]]), [1, 0]), [0.1, 0.0]),
         "bounded density"),
        (lambda: sn.linear_rate(Problem(sn.UniformBall(2), [1, 0, 0]), [0.1, 0.0]), "shape"),
        (lambda: sn.local_rate(Problem(sn.UniformBall(2), [1, 0, 0]), -1.0), "step_size"),
        (lambda: sn.local_rate(Problem(sn.UniformCube(2), [1, 0, 0])), "no exact objective"),
    ],
)  # fmt: skip
def test_bad_input(call, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()
