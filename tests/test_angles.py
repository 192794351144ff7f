"""The angle to the target: what the chapter proves, held against the package; its pictures."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from traitlets import TraitError

import singleneuron as sn
from singleneuron import figures
from singleneuron.palette import FATE_COLOURS
from singleneuron.widgets import AngleZones

mpl.use("Agg")
LEARNED, LOST = FATE_COLOURS["learned"].lower(), FATE_COLOURS["lost"].lower()


def angle(w: Any) -> Any:
    return np.arctan2(np.abs(w[..., 1]), w[..., 0])


def starts_below(rng: Any, beta: float, c: float, n: int) -> Any:
    """n starts (p, q, b) with angles below beta: all lengths and biases that are not dead."""
    theta = beta * rng.random(n) ** 0.5
    a = 10 ** rng.uniform(-2, 2, (n, 1))
    tilt = np.maximum(rng.normal(size=n), 10 ** rng.uniform(-4, 0, n) - 1)
    return a * np.stack([np.cos(theta), np.sin(theta), c * tilt], axis=1)


# --- The theorems -------------------------------------------------------------------------------


def test_ten_thousand_flows_below_beta_are_learned() -> None:
    """Without the certificate ANGLE: a ball's paths are those of a sphere two dimensions up.

    Each path is looked at after 3 steps of the solver and at its end; the angle may grow by the
    error allowed to a step, 1e-4.
    """
    rng = np.random.default_rng(1)
    won, growth, proofs = 0, 0.0, set()
    for d in (2, 3, 5, 10, 100):
        for ratio in np.linspace(-0.9, 1.1, 10):
            c = 10 ** rng.uniform(-0.5, 0.5)
            target = np.r_[1, np.zeros(d + 1), ratio * c]
            prob = sn.Problem(sn.UniformSphere(d + 2, c), target, rtol=1e-6).reduced
            w = starts_below(rng, math.acos(max(-ratio, -1.0)), c, 200)
            for steps in (3, 100):
                verdict = sn.decide(prob, w, max_steps=steps, tol=1e-4)
                growth = max(growth, float((angle(verdict.point) - angle(w)).max()))
                w = verdict.point
            won += int((verdict.fate == sn.Fate.LEARNED).sum())
            proofs |= set(verdict.certificate)
    assert won == 10_000
    assert proofs == {sn.Certificate.BELOW_TRIVIAL, sn.Certificate.SAFE_BALL}
    assert growth < 1e-4


def test_a_sphere_s_paths_are_a_ball_s() -> None:
    """What the test above rests on: the same excess loss and gradient two dimensions up."""
    rng = np.random.default_rng(2)
    for d in (2, 5, 100):
        w = rng.normal(size=(50, 3)) * [1, 1, 0.5]
        ball = sn.Problem(sn.UniformBall(d, 1.3), np.r_[1, np.zeros(d - 1), -0.4]).reduced
        sphere = sn.Problem(sn.UniformSphere(d + 2, 1.3), np.r_[1, np.zeros(d + 1), -0.4]).reduced
        assert sphere.excess_loss(w) == pytest.approx(ball.excess_loss(w), rel=1e-9, abs=1e-12)
        assert sphere.gradient(w) == pytest.approx(ball.gradient(w), rel=1e-9, abs=1e-12)


def test_the_loss_rises_with_the_angle() -> None:
    rng = np.random.default_rng(3)
    theta = np.linspace(0, np.pi, 40)
    for law in (sn.UniformBall(2, 2.0), sn.UniformSphere(3), sn.Gaussian(50)):
        for b, offset in rng.normal(size=(12, 2)):
            prob = sn.Problem(law, np.r_[1, np.zeros(law.dim - 1), max(offset, -0.8)]).reduced
            w = np.stack([np.cos(theta), np.sin(theta), b + 0 * theta], axis=1)
            cross = prob.moments(w)[1]
            overlap, excess = prob.overlap(w), prob.excess_loss(w)
            # Quadrature: 1e-10 of the moments, and of P(w.x > 0) for the overlap.
            size = prob.moments(w)[0] + cross
            assert (np.diff(excess) >= -1e-9 * size[1:]).all()
            assert (np.diff(overlap) <= 1e-9 * prob.active_mass(w)[1:]).all()
            # strictly, as long as neither is a rounding of nothing
            some = cross[:-1] > 1e-6 * size[:-1]
            assert (np.diff(cross)[some] < 0).all()


def test_descent_turns_away_exactly_beyond_one_over_the_mean_square() -> None:
    rng = np.random.default_rng(4)
    for d, c in ((2, 1.0), (2, 5.0), (6, 4.0), (300, 30.0)):
        prob = sn.Problem(sn.UniformBall(d, c), np.r_[1, np.zeros(d - 1), 0.3 * c]).reduced
        limit = 1 / prob.law.mean_square
        a, theta = 10 ** rng.uniform(-2, 3, 800), np.pi * rng.random(800)
        tilt = c * a * rng.uniform(-1, 2, 800)
        w = np.stack([a * np.cos(theta), a * np.sin(theta), tilt], axis=1)
        g = prob.gradient(w)
        # 1e-7: rounding of new weights, which can be as short as 1e-9 of the old ones
        assert (angle(w - limit * g) - theta).max() < 1e-7
        far = 1e4 * np.array([math.cos(1), math.sin(1), c])  # answers to every input
        grown = [float(angle(far - k * limit * prob.gradient(far))) for k in (0.99, 1.01, 1.5)]
        assert grown[0] <= 1.0 < 2.0 < min(grown[1:])


def test_descent_below_beta_is_learned_on_the_unit_ball() -> None:
    rng = np.random.default_rng(5)
    for d, c in ((2, 1.0), (3, 0.7), (4, 1.0)):
        for ratio in (-0.6, 0.0, 0.7):
            prob = sn.Problem(sn.UniformBall(d, c), np.r_[1, np.zeros(d - 1), ratio * c]).reduced
            w = starts_below(rng, math.acos(-ratio), c, 100)
            w = w[np.hypot(w[:, 0], w[:, 1]) < 10]
            verdict = sn.decide(prob, w, "descent", step_size=1.0, max_steps=300)
            assert (verdict.fate != sn.Fate.LOST).all()
            assert (verdict.fate == sn.Fate.LEARNED).mean() > 0.8  # the rest is slow
            next_w = w - prob.gradient(w)
            assert not prob.is_dead(next_w).any()


def test_a_leap_past_beta_is_lost() -> None:
    wide = sn.Problem(sn.UniformBall(5, 3.2), [1, 0, 0, 0, 0, -1.0]).reduced
    start = 3 * np.array([math.cos(0.6), math.sin(0.6), 3.2])
    assert sn.decide(wide, start).certificate.item() is sn.Certificate.ANGLE
    fates = [
        sn.decide(wide, start, "descent", step_size=k / wide.law.mean_square).fate.item().name
        for k in (1.0, 1.6)
    ]
    assert fates == ["LEARNED", "LOST"]
    assert wide.smoothness == wide.law.mean_square  # so that 1.6 / L is below 2 / L


def test_lost_balls() -> None:
    """All blind up to rho, not beyond; the run never leaves; sharp towards the target."""
    rng = np.random.default_rng(6)
    prob = sn.Problem(sn.UniformBall(3, 2.0), [1.0, 0.0, 0.0, -0.7])
    z = rng.normal(size=(200, 4))
    z[:, 3] = -2 * np.linalg.norm(z[:, :3], axis=1) * (1 + rng.exponential(0.1, 200))
    rho = sn.lost_ball_radius(prob, z)[:, None]
    u = rng.normal(size=(200, 4))
    u /= np.linalg.norm(u, axis=1)[:, None]
    w = z + (1 - 1e-9) * rho * u
    assert prob.is_blind(w).all()
    run = sn.gradient_descent(prob, w, 30, step_size=2 / prob.smoothness)
    assert (run.excess_loss >= 0).all()
    far = np.linalg.norm(run.points - z, axis=-1)
    assert (np.diff(far, axis=0) <= 1e-12 * rho.T).all()
    # The input that is nearest to waking: straight ahead, or just inside the target's cap.
    theta = np.arctan2(np.linalg.norm(z[:, 1:3], axis=1), z[:, 0])
    beta = math.acos(0.7 / 2)
    turn = np.minimum(theta, beta - 1e-4)[:, None]
    across = z[:, 1:3] / np.linalg.norm(z[:, 1:3], axis=1)[:, None]
    ahead = np.column_stack([2 * np.cos(turn), 2 * np.sin(turn) * across, np.ones(200)])
    ahead /= np.linalg.norm(ahead, axis=1)[:, None]
    distance = -(z * ahead).sum(axis=1) * (1 + 1e-9) + 1e-12
    awake = z + distance[:, None] * ahead
    assert not prob.is_blind(awake).any()
    assert (distance <= rho[:, 0] + 1e-4 * np.linalg.norm(z, axis=1)).all()
    towards = theta < beta - 0.01
    assert (sn.decide(prob, awake[towards]).fate == sn.Fate.LEARNED).all()


# --- The pictures -------------------------------------------------------------------------------


@pytest.fixture
def ax() -> Iterator[Any]:
    yield figures.new_figure()[1]
    plt.close("all")


def test_zones(ax: Any) -> None:
    drawn = figures.draw_zones(ax, math.pi / 3, radius=2.0)
    learned, lost = drawn["learned"], drawn["lost"]
    assert (learned.theta1, learned.theta2) == pytest.approx((0, 60))
    assert (lost.theta1, lost.theta2) == pytest.approx((150, 180))
    assert [to_hex(one.get_facecolor()) for one in (learned, lost)] == [LEARNED, LOST]
    assert learned.r == 2 and len(ax.lines) == 2
    assert set(figures.draw_zones(ax, 2.0)) == {"learned"}
    assert set(figures.draw_zones(ax, 0.0)) == {"lost"}


def test_turning(ax: Any) -> None:
    angles = np.radians([[30, 100], [20, 90], [10, 90]])
    drawn = figures.draw_turning(ax, [0, 1, 10], angles, ["learned", "lost"], 1.0)
    assert drawn["curves"][0].get_ydata() == pytest.approx([30, 20, 10])
    assert [to_hex(line.get_color()) for line in drawn["curves"]] == [LEARNED, LOST]
    assert [line.get_ydata()[0] for line in drawn["lines"]] == pytest.approx(
        np.degrees([1, 1 + math.pi / 2])
    )
    assert ax.get_title() == ""


def test_balls(ax: Any) -> None:
    prob = sn.Problem(sn.UniformBall(4), [1.0, 0, 0, 0, -0.5]).reduced
    drawn = figures.draw_balls(ax, prob, [[0.0, -1.0], [-1.0, -1.5]], (-2, 2, -2, 1))
    safe = drawn["safe"].get_xy()
    assert np.linalg.norm(safe - [1, -0.5], axis=1) == pytest.approx(prob.safe_radius)
    rim = drawn["lost"][0].get_xy()
    assert np.linalg.norm(rim - [0, -1], axis=1) == pytest.approx(math.sqrt(0.5))
    assert len(drawn["lost"]) == 2
    inside = drawn["cone"].get_path()
    assert inside.contains_point((0.1, -1)) and not inside.contains_point((1, -0.9))


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda ax: figures.draw_zones(ax, 3.2), r"beta must be in \[0, pi\], got 3.2"),
        (lambda ax: figures.draw_zones(ax, 1.0, radius=0), "radius must be"),
        (
            lambda ax: figures.draw_turning(ax, [0, 1], [[1.0, 2.0]], ["lost"], 1.0),
            r"angles must have shape \(K\+1, n\) = \(2, 1\), got \(1, 2\)",
        ),
        (
            lambda ax: figures.draw_turning(ax, [0, 1], [[1.0], [2.0]], ["won"], 1.0),
            "fate must be one of",
        ),
        (
            lambda ax: figures.draw_balls(
                ax, sn.Problem(sn.Gaussian(2), [1.0, 0, 0]).reduced, [[0, -1]], (-1, 1, -1, 1)
            ),
            "prob must be reduced, of a ball or sphere",
        ),
        (
            lambda ax: figures.draw_balls(
                ax, sn.Problem(sn.UniformBall(2), [1.0, 0, 0]).reduced, [[1, -0.5]], (-1, 1, -1, 1)
            ),
            "z must be dead",
        ),
    ],
)
def test_bad_pictures(ax: Any, draw: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw(ax)


# --- The live figure's Python side --------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"dim": 3}, r"dim must be one of \(2, 5, 20, 100, 1000\), got 3"),
        ({"c": 5.0}, r"c must be in \[0.3, 3.0\], got 5.0; move it inside"),
        ({"offset": -3.0}, "offset must be in"),
        ({"bias": float("nan")}, "bias must be finite"),
        ({"time": 1.1}, r"time must be in \[0.0, 1.0\]"),
        ({"start": [0.0, -0.1]}, "start must lie in"),
        ({"start": [0.0]}, r"start must have shape \(2,\)"),
        ({"angle": 1.0}, "angle is no parameter of AngleZones; use bias, "),
    ],
)
def test_bad_parameters(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AngleZones(**arguments)


def test_every_parameter_is_documented() -> None:
    described = re.findall(r"^ {4}(\w+(?:, \w+)*) : ", AngleZones.__doc__ or "", re.MULTILINE)
    names = {name for line in described for name in line.split(", ")}
    assert names == set(AngleZones.parameters())


def test_what_is_fixed_stays() -> None:
    with pytest.raises(TraitError):
        AngleZones(limits={})
    assert AngleZones(dim=5.0).state()["dim"] == 5
