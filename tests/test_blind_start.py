"""Blind starts: two caps, the shadow, how long blindness lasts, how likely it is, the pictures."""

from __future__ import annotations

import math

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import betainc
from traitlets import TraitError

import singleneuron as sn
from singleneuron import cones, figures
from singleneuron.palette import FATE_COLOURS
from singleneuron.widgets import BlindStart
from singleneuron.widgets.blind_start import LIMITS, PRESETS

mpl.use("Agg")


def ball(dim, radius, offset):
    """The reduced problem of a ball and a target with b_v = offset * c |v~|."""
    return sn.Problem(sn.UniformBall(dim, radius), [*np.eye(dim)[0], radius * offset]).reduced


def from_the_shadow(prob, count, rng):
    """Blind starts z - t v with z dead: lengths and depths over several powers of ten."""
    z = rng.normal(size=(count, len(prob.target))) * 10 ** rng.uniform(-2, 1, (count, 1))
    depth = prob.law.support_radius * (1 + rng.exponential(0.2, count))
    z[:, -1] = -np.linalg.norm(z[:, :-1], axis=1) * depth
    w = z - rng.exponential(size=(count, 1)) * prob.target
    return w[~prob.is_dead(w)]


def descend(prob, w, eta):
    return w - eta * prob.gradient(w)


def stochastic(prob, w, eta, rng):
    """One step of SGD, each row with its own fresh input; the label counts, seen or not."""
    x = np.ones(w.shape)
    x[:, :-1] = prob.law.sample(len(w), rng)
    own, label = (w * x).sum(1, keepdims=True), np.maximum(x @ prob.target, 0)[:, None]
    return w - eta * (own > 0) * (own - label) * x


def border(dim, radius):
    """k*, where mu(k) = k nu(k), from the gradient of neurons that look away."""
    away = ball(dim, radius, -1 + 1e-9)

    def growth(k):
        g = away.gradient(np.array([-1.0, 0.0, k]))
        return -k * g[0] - g[2]

    return brentq(growth, 1e-9, radius * (1 - 1e-8), xtol=1e-14)


# --- What is blind ------------------------------------------------------------------------------


def test_two_caps_by_witnesses():
    """An input that both answer to, or a dead point between them: one of the two, always."""
    rng, seen = np.random.default_rng(0), [0, 0]
    for _ in range(40):
        dim, radius = int(rng.integers(2, 9)), float(10 ** rng.uniform(-0.5, 0.5))
        prob = ball(dim, radius, rng.uniform(-0.99, 0.99))
        turn, k = rng.uniform(0, math.pi, 500), rng.uniform(-0.99, 0.99, 500)
        w = np.stack([np.cos(turn), np.sin(turn), radius * k], axis=-1)
        alpha, beta = np.arccos(-k), math.acos(-prob.target[2] / radius)
        blind = prob.is_blind(w)
        assert (blind == (turn >= alpha + beta)).all()
        t = (np.maximum(0, turn - beta) + np.minimum(alpha, turn)) / 2
        place = radius * np.stack([np.cos(turn - t), np.sin(turn - t), 1 / radius + 0 * t], -1)
        both = np.minimum((w * place).sum(1), place @ prob.target)
        assert (both[~blind] > 0).all()
        between = w * math.sin(beta) + np.sin(alpha)[:, None] * prob.target
        height = radius * np.hypot(between[:, 0], between[:, 1]) + between[:, 2]
        assert (height[blind] <= 1e-15 * radius).all()  # rounding of two terms of size c
        seen = [seen[0] + blind.sum(), seen[1] + (~blind).sum()]
    assert min(seen) > 2000


def test_the_blind_are_the_shadow():
    """The segment to the target against each law's formula; samples may be blind in the light."""
    rng = np.random.default_rng(1)
    turn = rng.normal(size=(2, 2))
    laws = [sn.UniformBall(2, 3.0), sn.UniformCube(4, 0.7), sn.UniformSphere(3, 2.0),
            sn.AffineImage(sn.UniformCube(2), turn, [1.0, -2.0])]  # fmt: skip
    for law in laws:
        ends = sn.UniformBall(law.dim, 2.0) if isinstance(law, sn.UniformSphere) else law
        for v in rng.normal(size=(8, law.dim + 1)):
            v[-1] = abs(v[-1]) - 0.8 * law.support_function(v[:-1])
            w = rng.normal(size=(500, law.dim + 1))
            height = cones.shadow_height(ends, v, w)
            assert np.abs(height).min() > 1e-12  # no tie to rounding
            blind = cones.is_blind(law, v, w)
            assert (blind == (height <= 0)).all()
            assert 0 < blind.sum() < 500
    few = sn.Problem(sn.Empirical(rng.normal(size=(8, 2))), [1.0, 0.0, -0.1])
    w = rng.normal(size=(3000, 3))
    share = np.linspace(0, 1, 201)[:-1, None, None]
    lifted = np.column_stack([few.law.points, np.ones(8)])
    dark = ((((1 - share) * w + share * few.target) @ lifted.T).max(-1) <= 0).any(0)
    blind = few.is_blind(w)
    assert blind[dark].all()
    assert 0 < dark.sum() < blind.sum()


# --- How long -----------------------------------------------------------------------------------


def test_a_blind_run_unlearns_at_its_rate():
    rng = np.random.default_rng(2)
    for radius in (1.0, 4.0):
        prob = ball(3, radius, -0.6)
        w = from_the_shadow(prob, 400, rng)
        w = w[w[:, 2] <= 0][:24]
        size, times = (w**2).sum(1), np.arange(41)[:, None]
        for share in (0.2, 1.0, 1.9):
            eta = share / prob.smoothness
            run = sn.gradient_descent(prob, w, 40, eta)
            assert prob.is_blind(run.points).all()
            bound = size / (2 * eta * (2 - share) * (times + 1))
            assert (run.excess_loss <= bound).all()
            assert (run.excess_loss >= 0).all()
        flow = sn.gradient_flow(prob, w, 20.0)
        assert (flow.excess_loss[1:] <= size / (4 * flow.times[1:, None])).all()


def test_blindness_is_never_left():
    """A million wild steps of descent and of SGD, inside the theorems, of neurons that move."""
    rng, moved = np.random.default_rng(3), 0
    line, five = sn.Problem(sn.UniformBall(1), [1.0, -0.4]), ball(5, 1.0, -0.5)
    full = sn.Problem(sn.UniformBall(5), [*np.eye(5)[0], -0.5])
    wide = sn.Problem(sn.UniformBall(1, 6.0), [1.0, -2.0])
    for _ in range(17):  # descent in one dimension, any step; wide inputs, b <= 0, up to 2/s2
        w = from_the_shadow(line, 50_000, rng)
        after = descend(line, w, 10 ** rng.uniform(-4, 6, (len(w), 1)))
        assert line.is_blind(after).all()
        moved += (after != w).any(1).sum()
        w = from_the_shadow(wide, 30_000, rng)
        w = w[w[:, 1] <= 0]
        after = descend(wide, w, rng.uniform(0, 2 / wide.law.mean_square, (len(w), 1)))
        assert wide.is_blind(after).all()
        moved += (after != w).any(1).sum()
        w = from_the_shadow(full, 60_000, rng)  # one fresh input for each
        after = stochastic(full, w, 10 ** rng.uniform(-4, 6, (len(w), 1)), rng)
        assert full.is_blind(after).all()
        moved += (after != w).any(1).sum()
    assert moved > 1_000_000
    w = from_the_shadow(five, 3000, rng)[:1000]
    for _ in range(3):  # runs in five dimensions
        w = descend(five, w, 10 ** rng.uniform(-2, 2, (len(w), 1)))
        assert five.is_blind(w).all()


@pytest.mark.parametrize(
    ("radius", "offset", "sign", "low", "high"),
    [(5.0, -0.2, -1, 2.0, 40.0), (2.0, -0.95, 1, 1.0, 2.0)],
    ids=["b <= 0, beyond 2/s2", "b > 0, s2 = 1, beyond 1/s2"],
)
def test_longer_steps_may_leave(radius, offset, sign, low, high):
    rng, prob = np.random.default_rng(4), ball(2, radius, offset)
    s2 = radius**2 / 4
    w = from_the_shadow(prob, 20_000, rng)
    w = w[sign * w[:, 2] > 0][:1500]
    inside = descend(prob, w, rng.uniform(0, low / s2, (len(w), 1)))
    assert prob.is_blind(inside).all()
    beyond = descend(prob, w, rng.uniform(low / s2, high / s2, (len(w), 1)))
    assert not prob.is_blind(beyond).all()


def test_sgd_leaves_on_wide_inputs():
    rng, prob = np.random.default_rng(5), sn.Problem(sn.UniformBall(2, 5.0), [1.0, 0.0, -1.0])
    w = from_the_shadow(prob, 20_000, rng)
    w = w[w[:, 2] <= 0]
    seen = ~prob.is_blind(stochastic(prob, w, np.full((len(w), 1), 1 / 26), rng))
    assert seen.mean() > 0.01


@pytest.mark.parametrize(("dim", "radius"), [(2, 5.0), (2, 2.1), (5, 4.0), (30, 12.0)])
def test_the_border_of_a_wide_ball(dim, radius):
    """Blind starts up to k* are lost, blind starts above it are not: flow and descent alike."""
    k_star, prob = border(dim, radius), ball(dim, radius, -0.98)
    ratio = np.concatenate([k_star * np.array([0.3, 0.9, 1 - 1e-6, 1 + 1e-6, 1.1]), [0.9 * radius]])
    turn = np.array([3.13, math.pi])[:, None]
    scale = np.array([1e-2, 3.0])[:, None, None]
    w = np.stack(np.broadcast_arrays(np.cos(turn), np.sin(turn), ratio), -1) * scale[..., None]
    assert prob.is_blind(w).all() and not prob.is_dead(w).any()
    for dynamics in ("flow", "descent"):
        fate = sn.decide(prob, w, dynamics).fate
        assert (fate[..., ratio <= k_star] == sn.Fate.LOST).all()
        assert (fate[..., ratio > k_star] == sn.Fate.LEARNED).all()


def test_no_border_where_inputs_are_small():
    for dim, radius in ((2, 2.0), (7, 3.0)):  # s2 = 1
        away = ball(dim, radius, -1 + 1e-9)
        k = np.linspace(1e-6, radius * (1 - 1e-6), 200)
        g = away.gradient(np.stack([-np.ones_like(k), 0 * k, k], -1))
        assert (-k * g[:, 0] - g[:, 2] <= 1e-10 * radius).all()  # the promise of the quadrature


# --- How likely ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dim", "radius", "cosine"), [(2, 1.0, 0.5), (5, 3.0, 0.8), (40, 1.0, 1 - 0.5 / 1600)]
)
def test_the_bound_against_decided_starts(dim, radius, cosine):
    rng, count = np.random.default_rng(6), 4000
    u = rng.normal(size=(count, dim))
    p = u[:, 0] / np.linalg.norm(u, axis=1)
    w = np.stack([p, np.sqrt(1 - p**2), 0 * p], -1) * 10 ** rng.uniform(-3, 3, (count, 1))
    bound = betainc((dim - 1) / 2, 0.5, cosine**2) / 2
    prob = ball(dim, radius, -cosine)
    verdict = sn.decide(prob, w[:600])
    blind = prob.is_blind(w)
    assert abs(blind.mean() - bound) < 5 * math.sqrt(bound * (1 - bound) / count)
    named = (verdict.certificate == sn.Certificate.BLIND) & (verdict.time == 0)
    assert (named == blind[:600]).all()
    assert (verdict.fate[named] == sn.Fate.LOST).all()
    assert (verdict.fate == sn.Fate.LOST).mean() > bound - 5 * math.sqrt(bound / 600)


def test_the_limit_is_one_half():
    d = np.unique(np.geomspace(2, 1e6, 400).round())
    sine2 = 1 / d**2 - 0.25 / d**4
    short = betainc(0.5, (d - 1) / 2, sine2) / 2  # 1/2 minus the chance, without cancellation
    chance = betainc((d - 1) / 2, 0.5, (1 - 0.5 / d**2) ** 2) / 2
    assert np.allclose(0.5 - short, chance, rtol=0, atol=1e-7)  # sine2 from 1 - cosine2: 1e-4 off
    assert (short <= 1 / np.sqrt(2 * np.pi * d)).all()
    assert (chance < 0.5).all()
    order = np.diff(np.log(short)) / np.diff(np.log(d))
    assert np.allclose(order[d[:-1] > 1e3], -0.5, atol=1e-3)  # the shortfall is of this very order


# --- Pictures -----------------------------------------------------------------------------------


@pytest.fixture
def ax():
    yield figures.new_figure()[1]
    plt.close("all")


def test_caps(ax):
    drawn = figures.draw_caps(ax, [1, 0, -0.5], [[-1, 0.2, 0], [-1, 0.2, -0.5], [0, 0, -1]])
    assert len(drawn["caps"]) == 2  # the dead point has none
    first = drawn["caps"][0].get_xy()
    assert (first @ [-1, 0.2] >= -1e-12).all()  # w.x >= 0 with bias 0, to rounding
    assert (drawn["target"].get_xy()[:, 0] >= 0.5 - 1e-12).all()
    with pytest.raises(ValueError, match="radius must be positive"):
        figures.draw_caps(ax, [1, 0, 0], [[1, 0, 0]], radius=0)


def test_shadow(ax):
    line = sn.Problem(sn.UniformBall(1), [1.0, -0.4])
    rng = np.random.default_rng(7)
    w = rng.uniform(-1.6, 1.6, (300, 2))
    drawn = figures.draw_shadow(ax, line, w)
    inside = drawn["shadow"].get_path().contains_points(w)
    assert (inside == line.is_blind(w)).all()
    colours = [mpl.colors.to_hex(one.get_color()).upper() for one in drawn["lines"]]
    assert [c == FATE_COLOURS["lost"] for c in colours] == drawn["blind"]
    with pytest.raises(ValueError, match="prob must have inputs on an interval"):
        figures.draw_shadow(ax, sn.Problem(sn.UniformBall(2), [1, 0, 0]), w)


def test_drift(ax):
    k = np.linspace(0, 1, 11)
    drawn = figures.draw_drift(ax, {"a": (k, k - 0.55), "b": (k, k - 2)})
    assert drawn["turns"][0] == pytest.approx(0.55)
    assert drawn["turns"][1] is None
    for curves in ({}, {"a": (k, k[1:])}):
        with pytest.raises(ValueError, match="curves"):
            figures.draw_drift(ax, curves)


# --- The live figure's Python side --------------------------------------------------------------


def test_the_figure_is_a_problem_and_a_start():
    shown = BlindStart(dim=3, radius=2.0, angle=3.0, offset=-0.5, bias=0.1)
    assert shown.problem().is_blind(shown.start())
    assert shown.start()[2] == pytest.approx(0.2)
    for values in PRESETS.values():
        one = BlindStart(**values)
        assert one.problem().is_blind(one.start())
    assert set(LIMITS) == {"dim", "radius", "angle", "offset", "bias", "steps"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"dim": 1}, r"dim must be in \[2, 1000\], got 1.0; move it inside"),
        ({"dim": 2.5}, "dim must be a whole number, got 2.5; round it"),
        ({"angle": "wide"}, "angle must be one finite number, got 'wide'"),
        ({"offset": -1}, "offset must be in"),
        ({"bias": float("nan")}, "bias must be finite"),
        ({"colour": "red"}, "colour is no parameter of BlindStart; use angle, "),
    ],
)
def test_bad_parameters(arguments, said):
    with pytest.raises((ValueError, TraitError), match=said):
        BlindStart(**arguments)
