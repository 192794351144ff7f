"""The probability of failure: known values, its bracket, single starts, another solver."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import singleneuron as sn
from singleneuron.fate import search
from singleneuron.laws import PlanarProjection

F = sn.Fate


def ball(dim: int, bias: float, radius: float = 1.0) -> sn.Problem:
    return sn.Problem(PlanarProjection(sn.UniformBall(dim, radius)), [1.0, 0.0, bias])


def test_known_values() -> None:
    # d = 2, b_v = -1/2: from 2/3 for large starts to 1/6 for small ones.
    prob = ball(2, -0.5)
    p = sn.failure_probability(prob, [1e-2, 1e-4, 1e-6])
    np.testing.assert_allclose(p, [0.253821, 0.183522, 0.170198], atol=1e-6)
    angle = sn.failure_threshold(prob, 1e-2)
    assert float(sn.angle_probability(2, angle)) == pytest.approx(p[0], abs=1e-6)


def test_every_single_start_is_on_its_side() -> None:
    rng = np.random.default_rng(8)
    for dim, bias, norm in ((2, -0.5, 0.1), (5, 0.0, 1.0), (20, -0.2, 0.3)):
        prob = sn.Problem(sn.UniformBall(dim), [*[0.0] * (dim - 1), 1.0, bias])
        u = rng.standard_normal((300, dim))
        w = np.column_stack([norm * u / np.linalg.norm(u, axis=1, keepdims=True), np.zeros(300)])
        lost = sn.decide(prob, w).fate == F.LOST
        threshold = float(sn.failure_threshold(prob, norm))
        theta = np.arccos(w[:, -2] / norm)
        assert (np.abs(theta - threshold) > 1e-5).all()  # a tenth of a start is expected nearer
        assert (lost == (theta > threshold)).all()
        p = float(sn.failure_probability(prob, norm))
        assert 0.05 < p < 0.95
        assert abs(lost.mean() - p) < 5 * math.sqrt(p * (1 - p) / 300)


def curve_fate(prob: sn.Problem, start: np.ndarray) -> sn.Fate:
    """Follow the curve by scipy's method of order 8, until the loss or the sets tell."""

    def velocity(length: float, w: np.ndarray) -> np.ndarray:
        g = prob.gradient_mantissa(w)[0]
        size = np.linalg.norm(g)
        return -g / size * np.linalg.norm(w) if size > 0 else 0 * g

    def below(length: float, w: np.ndarray) -> float:
        return float(prob.excess_mantissa(w)[0])

    def seen(length: float, w: np.ndarray) -> float:
        alpha = math.acos(min(max(-w[2] / (c * math.hypot(w[0], w[1])), -1.0), 1.0))
        return alpha + beta - math.atan2(w[1], w[0])

    c = prob.law.support_radius
    beta = math.acos(-prob.target[2] / (c * prob.target[0]))
    below.terminal = seen.terminal = True  # type: ignore[attr-defined]
    run = solve_ivp(velocity, (0, 50), start, "DOP853", rtol=1e-9, atol=1e-14, events=(below, seen))
    assert run.status == 1
    return F.LEARNED if run.t_events[0].size else F.LOST


@pytest.mark.parametrize(("dim", "bias", "norm"), [(2, -0.5, 0.3), (3, 0.3, 10.0), (10, -0.1, 0.1)])
def test_another_solver_sees_the_same_threshold(dim: int, bias: float, norm: float) -> None:
    prob = ball(dim, bias, radius=1.5)
    threshold = float(sn.failure_threshold(prob, norm))
    for shift, fate in ((-3e-6, F.LEARNED), (3e-6, F.LOST)):
        theta = threshold + shift
        start = norm * np.array([math.cos(theta), math.sin(theta), 0.0])
        assert curve_fate(prob, start) is fate


def test_inside_the_bracket() -> None:
    for dim in (2, 1000):
        for bias in (-0.6, 0.1):
            prob = ball(dim, bias)
            norms = np.array([1e-5, 1e-2, 0.3, 5.0])
            p = sn.failure_probability(prob, norms, tol=1e-4)
            lower, upper = sn.failure_bracket(prob, norms)
            assert (lower - 1e-4 <= p).all() and (p <= upper + 1e-4).all()
            angles = sn.failure_threshold(prob, norms, tol=1e-3)
            least, most = sn.angle_bracket(prob, norms)
            assert (least - 1e-3 <= angles).all() and (angles <= most + 1e-3).all()


@pytest.mark.parametrize(
    ("dim", "bias", "norm"),
    [(2, -0.5, 1.0), (7, 0.05, 3.0), (100, -0.1, 0.1), (10_000, -0.01, 1.0),
     (1_000_000, -2e-3, 10.0), (1_000_000, 3e-4, 1000.0)],
)  # fmt: skip
def test_tighter_settings_change_nothing(dim: int, bias: float, norm: float) -> None:
    prob = ball(dim, bias)
    p, tight = (float(sn.failure_probability(prob, norm, tol=tol)) for tol in (1e-6, 1e-8))
    assert 1e-5 < tight < 1 - 1e-5
    assert abs(p - tight) <= 1e-6
    assert abs(float(sn.failure_probability(prob, norm, tol=1e-2)) - tight) <= 1e-2
    angle = float(sn.failure_threshold(prob, norm))
    if dim == 1_000_000:
        assert abs(angle - math.pi / 2) < 3 / math.sqrt(dim)
    assert float(sn.angle_probability(dim, angle)) == pytest.approx(
        tight, abs=math.sqrt(dim) * 1e-6
    )


def test_both_ends_are_approached() -> None:
    for dim, bias in ((2, -0.5), (5, 0.0)):
        prob = ball(dim, bias)
        small, large = (
            sn.small_start_failure_probability(prob), sn.large_start_failure_probability(prob),
        )  # fmt: skip
        below = sn.failure_probability(prob, [1e-2, 1e-5, 1e-12], tol=1e-5) - small
        above = large - sn.failure_probability(prob, [1e1, 1e4], tol=1e-5)
        assert (np.diff(below) < 1e-5).all() and (np.diff(above) < 1e-5).all()
        assert abs(below[-1]) < 0.01 * below[0] + 1e-5 and above[-1] < 0.01 * above[0] + 1e-5


def test_descent_and_flow_part() -> None:
    prob, norm, away = ball(2, -0.2), 0.1, []
    flow = float(sn.failure_probability(prob, norm))
    for share in (1.9, 0.95):
        eta = share / prob.smoothness
        p = float(sn.failure_probability(prob, norm, "descent", eta, tol=1e-5))
        assert p <= float(sn.failure_bracket(prob, norm, "descent")[1])
        away.append(p - flow)
        theta = math.pi * (1 - p) + math.pi * np.array([-2e-5, 2e-5])
        w = norm * np.stack([np.cos(theta), np.sin(theta), 0 * theta], axis=-1)
        assert sn.decide(prob, w, "descent", eta).fate.tolist() == [F.LEARNED, F.LOST]
    assert away[0] > 5e-4
    assert away[1] == pytest.approx(away[0] / 2, rel=0.1)  # of order one in the step


def test_slow_descent_stays_undecided_near_its_threshold() -> None:
    # A large start meets the dead cone's boundary, where descent crawls: 1000 steps leave a
    # window of angles, which is said and not bridged.
    with pytest.raises(ArithmeticError, match=r"undecided starts from angle 1\.5\d+ to 1\.\d+"):
        sn.failure_probability(ball(2, -0.2), 3.0, "descent", 1.0, tol=1e-3, max_steps=1000)


def test_certain_fates_take_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def unwanted(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("nothing was to be decided")

    monkeypatch.setattr(search, "decide", unwanted)
    assert float(sn.failure_probability(ball(3, 1.0), 5.0)) == 0.0  # active on every input
    assert float(sn.failure_threshold(ball(3, 1.0), 5.0)) == math.pi
    assert float(sn.failure_probability(ball(3, 0.5), 1e-3)) == 0.0  # below rho*(pi)
    prob = ball(2, -0.5)  # the ends meet to 1e-6
    low, high = sn.failure_bracket(prob, 1e-30)
    assert low <= sn.failure_probability(prob, 1e-30) <= high < low + 1e-6


def test_one_norm_or_many_full_or_reduced() -> None:
    full = sn.Problem(sn.UniformSphere(4, radius=2.0), [0.6, 0.0, 0.8, 0.0, -0.7])
    norms = np.array([[0.01, 0.2], [1.0, 30.0]])
    many = sn.failure_probability(full, norms, tol=1e-5)
    assert many.shape == (2, 2)
    for k in np.ndindex(2, 2):
        one = sn.failure_probability(full.reduced, norms[k], tol=1e-5)
        assert one.shape == () and float(one) == pytest.approx(many[k], abs=1e-5)


def fake(fate_of: Callable[[np.ndarray], Any]) -> Callable[..., Any]:
    class Verdict:
        def __init__(self, prob: sn.Problem, w: np.ndarray, **how: Any):
            theta = np.arctan2(w[..., 1], w[..., 0])
            self.fate = np.vectorize(fate_of, otypes=[object])(theta)

    return Verdict


def test_it_refuses_what_is_no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    def island(theta: np.ndarray) -> sn.Fate:
        return F.LOST if 2.0 < theta < 2.2 or theta > 2.5 else F.LEARNED

    monkeypatch.setattr(search, "decide", fake(island))
    with pytest.raises(ArithmeticError, match=r"no interval \(.*2\.0\d+ lost.*2\.2\d+ learned"):
        sn.failure_probability(ball(2, -0.5), 0.5)
    with pytest.raises(ArithmeticError, match="no interval"):
        sn.failure_threshold(ball(2, -0.5), [0.01, 0.5])


def test_it_refuses_undecided_angles(monkeypatch: pytest.MonkeyPatch) -> None:
    def hole(theta: np.ndarray) -> sn.Fate:
        return F.UNDECIDED if 2.0 < theta < 2.2 else F.LOST if theta > 2.1 else F.LEARNED

    monkeypatch.setattr(search, "decide", fake(hole))
    with pytest.raises(
        ArithmeticError, match=r"undecided starts from angle 2 to 2\.2, at start_norm"
    ):
        sn.failure_probability(ball(2, -0.5), 0.5)
    monkeypatch.undo()
    with pytest.raises(ArithmeticError, match="undecided|no interval"):
        sn.failure_probability(ball(100, 0.0), 1.0, "descent", max_steps=20)


def test_it_refuses_thresholds_that_depend_on_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    class Verdict:
        def __init__(self, prob: sn.Problem, w: np.ndarray, tol: float, **how: Any):
            theta = np.arctan2(w[..., 1], w[..., 0])
            edge = 2.0 + 0.01 * math.log10(tol)
            self.fate = np.where(theta > edge, F.LOST, F.LEARNED)

    monkeypatch.setattr(search, "decide", Verdict)
    with pytest.raises(ArithmeticError, match="change with the error of a step"):
        sn.failure_probability(ball(2, -0.5), 0.5)


def test_a_threshold_found_too_coarsely_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Verdict:
        def __init__(self, prob: sn.Problem, w: np.ndarray, tol: float, **how: Any):
            theta = np.arctan2(w[..., 1], w[..., 0])
            self.fate = np.where(theta > 2.0 + 100 * tol, F.LOST, F.LEARNED)

    monkeypatch.setattr(search, "decide", Verdict)
    assert float(sn.failure_threshold(ball(2, -0.5), 0.5)) == pytest.approx(2.0, abs=1e-6)


@pytest.mark.parametrize(
    ("prob", "change", "said"),
    [
        (ball(2, -0.5), {"start_norm": 0.0}, "start_norm must be positive"),
        (ball(2, -0.5), {"start_norm": -1.0}, "start_norm must be positive"),
        (ball(2, -0.5), {"start_norm": math.nan}, "start_norm must be finite"),
        (ball(2, -0.5), {"start_norm": 1e200}, "start_norm must lie in"),
        (ball(2, -0.5), {"dynamics": "sgd"}, "dynamics must be one of 'flow', 'descent'"),
        (ball(2, -0.5), {"step_size": 0.1}, "step_size must be None for the flow"),
        (ball(2, -0.5), {"dynamics": "descent", "step_size": 2.0}, "step_size must be below 2/L"),
        (ball(2, -0.5), {"dynamics": "descent", "step_size": -1.0}, "step_size must be positive"),
        (ball(2, -0.5), {"tol": 1e-12}, "tol must lie in"),
        (ball(2, -0.5), {"tol": 0.5}, "tol must lie in"),
        (ball(2, -0.5), {"max_steps": 0}, "max_steps must be an integer >= 1"),
        (
            sn.Problem(sn.Gaussian(3), [1.0, 0, 0, 0]),
            {},
            r"law must have bounded support, got Gaussian\(dim=3.*; use failure_bracket",
        ),
        (sn.Problem(sn.Gaussian(2, mean=[1, 0]), [1.0, 0, 0]), {}, "law must be symmetric"),
        (sn.Problem(sn.UniformCube(2), [1.0, 0, 0]), {}, "law must be symmetric"),
        (sn.Problem(sn.Empirical([[1.0, 0.0]]), [1.0, 0, 0]), {}, "law must be symmetric"),
        (sn.Problem(sn.UniformBall(1), [1.0, 0]), {}, "law must have dim >= 2"),
        (sn.UniformBall(2), {}, "prob must be a Problem"),
    ],
)
@pytest.mark.parametrize("function", [sn.failure_probability, sn.failure_threshold])
def test_bad_input(function: Callable[..., Any], prob: Any, change: dict, said: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=said):
            function(prob, **{"start_norm": 1.0, **change})
