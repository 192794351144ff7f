"""Fates against independent long runs, and the grid of issue "Geometry"."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import singleneuron as sn
from singleneuron.problem import Problem

C, F = sn.Certificate, sn.Fate
DIMS = (2, 5, 20, 100, 1000, 1_000_000)
BIASES = (0.3, 0.0, -0.2, -0.5, -0.8)
NORMS = (1e-6, 1e-3, 0.1, 1.0, 10.0)


def reduced_problem(dim: int, bias: float, rtol: float = 1e-10) -> Problem:
    target = np.zeros(dim + 1)
    target[0], target[-1] = 1.0, bias
    return Problem(sn.UniformBall(dim), target, rtol).reduced


def at_angles(norm: float, theta: np.ndarray) -> np.ndarray:
    return norm * np.stack([np.cos(theta), np.sin(theta), np.zeros_like(theta)], axis=-1)


def test_every_start_of_the_grid_is_decided() -> None:
    rng = np.random.default_rng(20260701)
    starts = undecided = steps = moved = crossed = 0
    for dim in DIMS:
        for bias in BIASES:
            prob = reduced_problem(dim, bias)
            theta = np.sort(rng.uniform(0, np.pi, (len(NORMS), 100)))
            w = np.concatenate([at_angles(rho, row) for rho, row in zip(NORMS, theta)])
            verdict, tighter = sn.decide(prob, w), sn.decide(prob, w, tol=1e-7)
            starts += w.shape[0]
            undecided += int((verdict.fate == F.UNDECIDED).sum())
            steps = max(steps, int(verdict.steps.max()))
            for n in np.flatnonzero(verdict.fate != tighter.fate):
                # Only a start within 1e-4 rad of a threshold may change: both fates are there.
                near = at_angles(NORMS[n // 100], theta.ravel()[n] + np.linspace(-1e-4, 1e-4, 21))
                assert len(set(sn.decide(prob, near).fate.tolist())) == 2
                moved += 1
            lost = (verdict.fate == F.LOST).reshape(len(NORMS), 100)
            crossed += int((np.diff(lost.astype(int), axis=1) < 0).sum())
    print(f"{starts} starts, {undecided} undecided, at most {steps} steps; {moved} changed")
    assert starts == 15_000 and undecided == 0
    assert steps <= 2000
    assert crossed == 0  # in each row the lost angles are the large ones


def threshold(prob: Problem, norm: float) -> float:
    low, high = 0.0, np.pi
    for _ in range(24):
        middle = (low + high) / 2
        fate = sn.decide(prob, at_angles(norm, np.array(middle))).fate.item()
        low, high = (middle, high) if fate is F.LEARNED else (low, middle)
    return (low + high) / 2


def stiff_fate(prob: Problem, start: np.ndarray) -> sn.Fate:
    """Follow the curve with scipy's implicit solver until the loss or the sets tell.

    Its own parameter: the speed is the distance to the origin or to the dead cone (unit ball).
    """

    def velocity(tau: float, w: np.ndarray) -> np.ndarray:
        g = prob.gradient_mantissa(w)[0]
        size = np.linalg.norm(g)
        room = min(np.linalg.norm(w), max(np.hypot(w[0], w[1]) + w[2], 0.0))
        return -g * (room / size) if size > 0 else 0 * g

    def below(tau: float, w: np.ndarray) -> float:
        return float(prob.excess_mantissa(w)[0])

    def seen(tau: float, w: np.ndarray) -> float:
        return float(not prob.is_blind(w)) - 0.5

    below.terminal, below.direction = True, -1  # type: ignore[attr-defined]
    seen.terminal = True  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # differences of a kinked field
        run = solve_ivp(
            velocity, (0, 60), start, "Radau", rtol=1e-6, atol=1e-9 * np.linalg.norm(start),
            events=(below, seen),
        )  # fmt: skip
    if run.t_events[0].size:
        return F.LEARNED
    return F.LOST if run.t_events[1].size else F.UNDECIDED


@pytest.mark.parametrize("dim", DIMS)
def test_no_contradiction_by_a_stiff_solver_next_to_the_thresholds(dim: int) -> None:
    compared = 0
    for bias, norm in ((0.0, 10.0), (-0.2, 1.0), (-0.5, 1.0)):
        prob = reduced_problem(dim, bias)
        angle = threshold(prob, norm)
        for shift in (-0.02, -0.003, 0.003, 0.02):
            start = at_angles(norm, np.array(angle + shift / max(1.0, np.sqrt(dim) / 3)))
            found = stiff_fate(prob, start)
            assert found in (F.UNDECIDED, F.LEARNED if shift < 0 else F.LOST), (bias, norm, shift)
            compared += found is not F.UNDECIDED
    assert compared >= 10


LAWS = [
    sn.UniformBall(1),
    sn.UniformBall(2),
    sn.UniformBall(3, radius=3.0),
    sn.UniformSphere(2),
    sn.UniformSphere(4, radius=2.0),
    sn.Gaussian(2),
    sn.AffineImage(sn.UniformBall(2), [[1.0, 0.4], [0.0, 0.6]], [0.5, -0.2]),
    sn.AffineImage(sn.UniformBall(1), [[1.5]], [0.7]),
]


MOVING = [
    (sn.UniformBall(3), [1.0, 0.0, 0.0, -0.3]),
    (sn.AffineImage(sn.UniformBall(2), [[1.0, 0.4], [0.0, 0.6]], [0.5, -0.2]), [1.0, 0.5, -0.3]),
    (sn.AffineImage(sn.UniformBall(1), [[-1.5]], [0.7]), [1.0, -0.3]),
    (sn.Gaussian(2), [0.6, 0.8, -0.3]),
]


def moving_starts(dim: int) -> np.ndarray:
    rng = np.random.default_rng(41)
    return rng.standard_normal((60, dim + 1)) * np.append(np.full(dim, 2.0), 0.5)


@pytest.mark.parametrize(("law", "target"), MOVING, ids=lambda x: repr(x)[:30])
def test_the_path_is_that_of_the_flow(law: sn.laws.Law, target: list[float]) -> None:
    # Against the explicit solver of order 8 in time: how far the point is from its curve, and
    # how well the time fits, which the control of the steps does not look at.
    prob = Problem(law, target)
    w = moving_starts(law.dim)
    errors = []
    for tol in (1e-8, 1e-10):
        verdict = sn.decide(prob, w, tol=tol)
        moved = np.flatnonzero((verdict.steps > 3) & (verdict.time < 100))[:5]
        assert moved.size >= 4
        worst = 0.0
        for n in moved:
            time = float(verdict.time[n])
            near = time * np.append(0.0, np.linspace(0.998, 1.002, 801))
            points = sn.gradient_flow(prob, w[n], near[-1], rtol=1e-11, times=near).points[1:]
            step, gap = np.diff(points, axis=0), verdict.point[n] - points[:-1]
            share = np.clip((step * gap).sum(1) / (step * step).sum(1), 0, 1)
            away = np.linalg.norm(gap - share[:, None] * step, axis=1)
            assert 0 < away.argmin() + share[away.argmin()] < 800  # right to 0.2 per cent
            worst = max(worst, float(away.min()))
        errors.append(worst)
    # tol is for one step and relative: there are up to 40 steps, and |w| is up to 5.
    assert errors[0] < 100 * 1e-8 and errors[1] < 200 * 1e-10
    assert errors[1] < errors[0] / 10


@pytest.mark.parametrize(("law", "target"), MOVING, ids=lambda x: repr(x)[:30])
def test_the_path_is_that_of_descent(law: sn.laws.Law, target: list[float]) -> None:
    prob = Problem(law, target)
    w = moving_starts(law.dim)
    verdict = sn.decide(prob, w, "descent", 0.3 / prob.smoothness, max_steps=50)
    run = sn.gradient_descent(prob, w, 50, 0.3 / prob.smoothness)
    assert (verdict.steps > 3).sum() >= 5
    same = run.points[verdict.steps, np.arange(len(w))]
    np.testing.assert_allclose(verdict.point, same, atol=1e-7)  # decide's quadrature: 1e-8


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_certificates_keep_their_word(law: sn.laws.Law) -> None:
    """From each certified point a long run: learned ones approach v, lost ones rise to F(0)."""
    rng = np.random.default_rng(7)
    dim = law.dim
    prob = Problem(law, np.concatenate([[1.0], np.zeros(dim - 1), [-0.3]]))
    w = rng.standard_normal((100, dim + 1)) * 10.0 ** rng.uniform(-2, 0.7, (100, 1))
    seen: set[sn.Certificate] = set()
    for dynamics, share in (("flow", None), ("descent", 1.9)):
        eta = None if share is None else share / prob.smoothness
        verdict = sn.decide(prob, w, dynamics, eta, max_steps=300)
        # The flow is followed by small steps of descent, which its certificates cover too but
        # for ANGLE; ANGLE has its own test.
        used = (0.1 if share is None else share) / prob.smoothness
        for certificate in sorted(set(verdict.certificate) - {C.NONE, C.ANGLE}, key=str):
            rows = np.flatnonzero(verdict.certificate == certificate)[:6]
            run = sn.gradient_descent(prob, verdict.point[rows], 500, used)
            seen.add(certificate)
            if certificate.fate is F.LEARNED:
                assert (np.diff(run.distance, axis=0) <= 1e-12).all()
                assert (run.excess_loss[-1] < 0).all()
                if certificate is C.BELOW_TRIVIAL:
                    assert (run.excess_loss <= 0).all()
                assert (run.distance[-1] <= run.distance[0]).all()
            else:
                scale = prob.moments(run.points[0])[0]
                assert (run.excess_loss >= 0).all()
                assert (run.excess_loss[-1] <= run.excess_loss[0] + 1e-12 * scale).all()
                assert (prob.overlap(run.points[-1]) == 0).all()
    assert len(seen) >= (2 if isinstance(law, sn.Gaussian) else 3)


def test_angle_keeps_its_word() -> None:
    # F4: the flow learns; the angle never grows along the way. Close to beta and to the dead cone.
    rng = np.random.default_rng(11)
    for dim, radius, bias in ((2, 1.0, -0.5), (3, 3.0, -1.0), (5, 1.0, 0.2)):
        prob = Problem(sn.UniformBall(dim, radius), [1.0, *[0.0] * (dim - 1), bias])
        beta = np.arccos(-bias / radius)
        theta = beta * (1 - 10.0 ** rng.uniform(-2, -0.1, 3))
        w = np.zeros((3, dim + 1))
        w[:, 0], w[:, 1] = np.cos(theta), np.sin(theta)
        w[:, -1] = -radius * (1 - 10.0 ** rng.uniform(-1, 0, 3))
        verdict = sn.decide(prob, w, max_steps=0)
        assert (verdict.certificate == C.ANGLE).all()
        run = sn.gradient_flow(prob, w, 1000.0, rtol=1e-6)
        assert (run.excess_loss[-1] < 0).all()
        assert np.diff(run.angle, axis=0).max() < 1e-6  # the solver's tolerance
        # The same without that certificate: a shift too small to matter takes it away.
        tilted = sn.AffineImage(prob.law, np.eye(dim), np.full(dim, 1e-15))
        other = sn.decide(Problem(tilted, prob.target), w)
        assert (other.fate == F.LEARNED).all()


def test_samples_against_long_runs() -> None:
    rng = np.random.default_rng(5)
    fates: set[sn.Fate] = set()
    for n, dim in ((4, 1), (12, 1), (8, 2), (30, 2), (25, 5)):
        for _ in range(2):
            law = sn.Empirical(rng.standard_normal((n, dim)))
            bias = rng.uniform(-0.5, 0.5)
            try:
                prob = Problem(law, np.append(rng.standard_normal(dim), bias))
            except ValueError:  # silent on the whole sample
                continue
            w = rng.standard_normal((25, dim + 1))
            verdict = sn.decide(prob, w, "descent", max_steps=1000)
            run = sn.gradient_descent(prob, w, 5_000)
            last, loss = run.points[-1], prob.loss(run.points[-1])
            fates |= set(verdict.fate.tolist())
            learned, lost = verdict.fate == F.LEARNED, verdict.fate == F.LOST
            spurious = verdict.fate == F.SPURIOUS
            assert (loss[learned] <= verdict.threshold[learned]).all()
            assert (run.distance[-1][learned] < run.distance[0][learned]).all()
            start = verdict.time[lost].astype(int)
            assert (run.excess_loss[start, np.flatnonzero(lost)] >= 0).all()
            assert (run.excess_loss[-1][lost] >= 0).all()
            assert (run.distance[-1][spurious] > 1e-3).all()
            assert (np.abs(prob.gradient(last[spurious])) < 1e-6).all()
            active = last[spurious][:, :-1] @ law.points.T + last[spurious][:, -1:] > 0
            assert active.any(axis=1).all()
    assert fates >= {F.LEARNED, F.LOST, F.SPURIOUS}
