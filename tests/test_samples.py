"""Samples of a problem: the empirical problem, its fates, its dead cone, recovery and spread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from numpy.typing import NDArray

import singleneuron as sn
from singleneuron import figures
from singleneuron.widgets import SampleFates
from singleneuron.widgets.sample_fates import PRESETS, drawn

mpl.use("Agg")

Array = NDArray[np.float64]
BALL = sn.Problem(sn.UniformBall(3, radius=1.5), [1.0, -0.5, 0.2, 0.1], rtol=1e-9)


# The empirical problem


def test_the_empirical_problem_is_that_of_the_drawn_inputs() -> None:
    few = sn.sample_problem(BALL, 7, np.random.default_rng(3))
    points = BALL.law.sample(7, np.random.default_rng(3))
    assert isinstance(few.law, sn.Empirical)
    assert (few.law.points == points).all() and (few.law.weights == 1 / 7).all()
    assert (few.target == BALL.target).all() and few.rtol == BALL.rtol
    w = np.random.default_rng(4).normal(size=(50, 4))
    own, other = (np.maximum(points @ u[..., :-1].T + u[..., -1], 0) for u in (w, BALL.target))
    slow = ((own - other[:, None]) ** 2).mean(axis=0) / 2
    # Sums of 7 squares of numbers below 10: a few ulp of 100.
    np.testing.assert_allclose(few.loss(w), slow, rtol=1e-13, atol=1e-13)


def test_one_call_draws_the_inputs_and_nothing_else() -> None:
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    sn.sample_problem(BALL, 11, one)
    BALL.law.sample(11, other)
    assert one.bit_generator.state == other.bit_generator.state


@pytest.mark.parametrize(
    "law",
    [
        sn.UniformBall(1),
        sn.UniformSphere(4),
        sn.Gaussian(2),
        sn.UniformCube(3),
        sn.AffineImage(sn.UniformBall(2), [[2.0, 0.0], [0.3, 1.0]], [0.5, -0.5]),
        sn.Empirical([[0.0, 1.0], [1.0, 0.0]]),
    ],
    ids=repr,
)
def test_every_law_can_be_sampled(law: Any) -> None:
    prob = sn.Problem(law, np.append(np.ones(law.dim), 0.5))
    few = sn.sample_problem(prob, 40, np.random.default_rng(0))
    assert isinstance(few.law, sn.Empirical) and few.law.points.shape == (40, law.dim)
    assert few.loss(few.target) == 0
    # More inputs forbid more: what is dead for the law is dead for the sample.
    w = np.random.default_rng(1).normal(size=(2000, law.dim + 1)) - np.eye(law.dim + 1)[-1]
    assert few.is_dead(w)[prob.is_dead(w)].all()
    assert few.safe_radius <= prob.safe_radius * (1 + 1e-12)  # two projections, each rounded


DIM_TWO = sn.Problem(sn.UniformBall(2), [1.0, 0.0, -0.99])
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((BALL, 0, RNG), "n must be an integer >= 1, got 0"),
        ((BALL, 2.5, RNG), "n must be an integer >= 1, got 2.5"),
        ((BALL, float("nan"), RNG), "n must be finite, got nan"),
        ((BALL, 5, 0), "rng must be a Generator, got 0; pass np.random.default_rng(0)"),
        ((BALL.law, 5, RNG), "prob must be a Problem, got UniformBall"),
        ((BALL.reduced, 5, RNG), "pass the problem it was reduced from"),
        ((DIM_TWO, 3, RNG), "n = 3 inputs were drawn and the target is silent on all of them"),
    ],
)
def test_bad_input_is_named(arguments: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        sn.sample_problem(*arguments)


# Steps: the edge near the target, and the order of the solver


@pytest.mark.parametrize("target", [[1.0, -0.3], [1.0, 0.0], [1.0, 0.3], [-0.4, 0.9]])
def test_beyond_the_edge_the_target_repels(target: list[float]) -> None:
    prob = sn.Problem(sn.UniformBall(1, 1.3), target)
    edge = 2 / sn.local_rate(prob).eigenvalues[-1]
    assert edge >= 2 / prob.smoothness * (1 - 1e-12)
    turn = np.random.default_rng(0).uniform(0, 2 * np.pi, 300)
    start = prob.target + 1e-5 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    # Near v the map is linear up to O(|e|^2): 2 per cent off the edge show within 200 steps.
    with pytest.warns(sn.StepSizeWarning):
        out = sn.gradient_descent(prob, start, 600, step_size=1.02 * edge).distance
    assert (out.max(axis=0) > 1e-3).mean() > 0.97  # all but a thin double cone of starts
    assert out[-1].min() > 0
    if 0.98 * edge < 2 / prob.smoothness:
        inside = sn.gradient_descent(prob, start, 600, step_size=0.98 * edge).distance
    else:
        with pytest.warns(sn.StepSizeWarning):
            inside = sn.gradient_descent(prob, start, 600, step_size=0.98 * edge).distance
    assert inside.max() < 1.01e-5 and inside[-1].max() < inside[0].min()


@pytest.mark.parametrize("seed", range(4))
def test_order_of_the_flow_solver(seed: int) -> None:
    rng = np.random.default_rng(seed)
    law = sn.Empirical(rng.uniform(-1, 1, (7, 2)))
    prob = sn.Problem(law, [0.4, -0.3, 3.0])
    lifted = np.column_stack([law.points, np.ones(7)])
    mu, q = np.linalg.eigh(lifted.T @ lifted / 7)
    start, end = prob.target + rng.normal(size=3) / 2, 6 / mu[-1]
    assert (lifted @ start > 0).all()  # all inputs stay active: w(t) = v + exp(-G t) (w(0) - v)
    exact = prob.target + ((start - prob.target) @ q * np.exp(-end * mu)) @ q.T
    counts, error = np.array([8, 9, 10, 11, 12]), []
    for n in counts:
        w = start
        for _ in range(n):  # so loose a tolerance makes each call one step
            run = sn.gradient_flow(prob, w, end / n, rtol=0.1, atol=10.0)
            assert len(run.times) == 5  # a step records four points
            w = run.points[-1]
        error.append(np.linalg.norm(w - exact))
    # h mu is up to 0.75: the next power of h bends the line by a few tenths of that.
    assert abs(-np.polyfit(np.log(counts), np.log(error), 1)[0] - 8) < 0.3


# One input at a time

SHORT = sn.Problem(sn.UniformBall(1), [1.0, 0.3])


@pytest.mark.parametrize("eta", [0.1, 0.5, 0.9])
def test_sgd_contracts_at_its_long_run_rate(eta: float) -> None:
    # So near the target that hardly an input separates w from v.
    begin = np.tile(SHORT.target + [1e-4, -2e-4], (1000, 1))
    rng = np.random.default_rng(1)
    run = sn.stochastic_gradient_descent(SHORT, begin, 90, eta, rng=rng)
    bound = 1 - eta * (2 - 2 * eta) * float(sn.local_rate(SHORT).eigenvalues[0])
    assert run.distance.min() > 1e-14  # far above the rounding of w, about 1e-16
    logs = 2 * np.log(run.distance[90] / run.distance[10]) / 80
    # The theorem bounds the limit, and the factors of 1000 paths scatter about it.
    assert logs.mean() + 5 * logs.std() / np.sqrt(1000) < np.log(bound)


def test_noise_bound_on_the_mean_square_error() -> None:
    law = sn.Empirical([[-1.0, 0.5], [0.3, 0.4], [0.8, -0.2], [-0.2, -1.0]], [0.1, 0.2, 0.3, 0.4])
    prob = sn.Problem(law, [1.0, -1.0, 0.1])
    lifted = np.column_stack([law.points, np.ones(4)])
    square, steps = float((lifted**2).sum(axis=1).max()), 2000
    for eta, s in ((0.3 / square, 0.3), (1.5 / square, 0.1), (1.0 / square, 0.2)):
        run = sn.stochastic_gradient_descent(
            prob, np.tile([0.8, -0.9, 0.3], (200, 1)), steps, eta, label_noise=s,
            rng=np.random.default_rng(3),
        )  # fmt: skip
        own = run.points[:-1] @ lifted.T
        r = np.where(own > 0, own - np.maximum(lifted @ prob.target, 0), 0.0)
        each = (r**2 @ law.weights).mean(axis=0)
        first = float(run.distance[0, 0]) ** 2 / (steps * eta * (2 - eta * square))
        bound = first + eta * s**2 * square / (2 - eta * square)
        assert each.mean() + 5 * each.std() / np.sqrt(200) < bound
        assert each.mean() > bound / 40  # of the right order, so not vacuous


@pytest.mark.parametrize("d", [1, 2, 3])
def test_spread_of_the_linear_recursion(d: int) -> None:
    """The fixed point by plain iteration, between its bounds in every direction."""
    rng = np.random.default_rng(d)
    for _ in range(15):
        n = int(rng.integers(d + 2, 9))
        x = np.column_stack([rng.normal(size=(n, d)), np.ones(n)])
        p, active = rng.dirichlet(np.full(n, 3.0)), rng.random(n) < 0.8
        G = (x.T * (p * active)) @ x
        square = float((x**2).sum(axis=1).max())
        eta = rng.uniform(0.2, 1.8) / square
        q = 1 - eta * (2 - eta * square) * np.linalg.eigvalsh(G)[0]
        if q > 0.99:
            continue
        turn = np.eye(d + 1) - eta * active[:, None, None] * x[:, :, None] * x[:, None]
        second = np.zeros((d + 1, d + 1))
        for _ in range(int(40 / (1 - q))):  # exp(-40) is below rounding
            second = np.einsum("n,nij,jk,nlk->il", p, turn, second, turn) + eta**2 * G
        values = np.linalg.eigvalsh(second)
        assert values[0] >= eta / 2 * (1 - 1e-9)  # rounding of some thousand sums
        assert values[-1] <= eta / (2 - eta * square) * (1 + 1e-9)


def test_spread_of_sgd_lies_in_the_band() -> None:
    prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.6])
    eta, s = 0.2, 0.01
    run = sn.stochastic_gradient_descent(
        prob, np.tile(prob.target, (400, 1)), 900, eta, label_noise=s, rng=np.random.default_rng(5)
    )
    each = (run.distance[400:] ** 2).mean(axis=0) / s**2
    error = 5 * each.std() / 20
    assert 3 * eta / 2 - error < each.mean() < 3 * eta / (2 - 2 * eta) + error


def test_normal_noise_kills_and_the_dead_stay() -> None:
    prob = sn.Problem(sn.UniformBall(2, 0.8), [1.0, 0.0, 0.2])
    rng = np.random.default_rng(6)
    run = sn.stochastic_gradient_descent(
        prob, np.tile(prob.target, (200, 1)), 1500, 0.8, label_noise=0.6, rng=rng
    )
    dead = prob.is_dead(run.points[::50])
    assert (np.diff(dead.astype(int), axis=0) >= 0).all()
    assert dead[-1].mean() > 0.5 and dead[10].mean() < dead[-1].mean()
    # The step of the proof: from any w, along any input, far enough down.
    w, x = rng.normal(size=(2, 500, 3))
    x[:, :2] *= 0.8 * rng.random((500, 1)) / np.linalg.norm(x[:, :2], axis=1, keepdims=True)
    x[:, 2] = 1.0
    least = 1 - 0.8 * np.linalg.norm(x[:, :2], axis=1)  # min x.y over the ball
    far = np.linalg.norm(w, axis=1) * np.sqrt(1 + 0.8**2) / least
    assert prob.is_dead(w - far[:, None] * x * (1 + 1e-12)).all()


# Only a sample


@pytest.mark.parametrize(("d", "n"), [(1, 4), (2, 20), (20, 200)])
def test_dead_for_the_sample(d: int, n: int) -> None:
    prob = sn.Problem(sn.UniformBall(d), np.append(np.eye(d)[0], 1.1))
    rng = np.random.default_rng(d)
    w = rng.normal(size=(20_000, d + 1)) * np.append(np.ones(d), 2.0)
    chance = (1 - prob.active_mass(w)) ** n
    open_ones = (chance > 0.1) & (chance < 0.9)  # none of these is dead for the law
    w, chance = w[open_ones][:1000], chance[open_ones][:1000]
    assert len(w) > 300 and not prob.is_dead(w).any()
    dead = [bool(sn.sample_problem(prob, n, rng).is_dead(u)) for u in w]  # a sample for each w
    assert abs(sum(dead) - chance.sum()) <= 5 * np.sqrt((chance * (1 - chance)).sum())


def test_d_positive_inputs_do_not_determine_the_target() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        prob = sn.Problem(sn.Gaussian(3), [1.0, 0.0, 0.5, -0.4])
        points = prob.law.sample(40, rng)
        height = points @ prob.target[:-1] + prob.target[-1]
        keep = np.r_[np.flatnonzero(height > 0)[:3], np.flatnonzero(height <= 0)[:6]]
        few = sn.Problem(sn.Empirical(points[keep]), prob.target)
        start = rng.normal(size=(20, 4))
        fate = sn.decide(few, start, "descent", max_steps=60).fate
        assert (fate != sn.Fate.LEARNED).all()
        assert sn.gradient_descent(few, start, 300).distance[-1].min() > 1e-6


def test_certified_at_least_as_often_as_proved() -> None:
    prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.6])
    w, trials = np.array([0.7, 0.1, 0.5]), 400
    delta = -float(prob.excess_loss(w))
    top, own = 1.6, float(np.hypot(0.7, 0.1)) + 0.5
    seen = set()
    for n in (20, 40, 80):
        gap = delta - 2 * top**2 / (2 * n)
        proved = 1 - np.exp(-8 * n * (gap / (top**2 + own**2)) ** 2) if gap > 0 else 0.0
        rng, hits = np.random.default_rng(n), []
        for _ in range(trials):
            few = sn.sample_problem(prob, n, rng)
            assert isinstance(few.law, sn.Empirical)
            terms = np.maximum(few.law.points @ prob.target[:-1] + prob.target[-1], 0) ** 2
            hits.append(few.loss(w) < np.sort(terms)[:-2].sum() / (2 * n))
            if n == 20 and len(hits) < 20:  # the certificate that `decide` uses
                verdict = sn.decide(few, w, "descent", max_steps=0)
                assert (verdict.certificate == sn.Certificate.SAMPLE_FIT) == hits[-1]
        met = np.mean(hits)
        assert met + 5 * np.sqrt(met * (1 - met) / trials) >= proved
        seen.add(round(float(proved), 2))
    assert max(seen) > 0.5  # the bound says something


# A target that is active everywhere


@pytest.mark.parametrize("c", [0.5, 1.0])
def test_a_target_active_everywhere_is_learned(c: float) -> None:
    prob = sn.Problem(sn.UniformBall(2, c), [0.4, 0.3, 0.5 * c + 0.05])  # least v.x: 0.05
    rng = np.random.default_rng(7)
    w = rng.normal(size=(400, 3)) * 10 ** rng.uniform(-1, 1, (400, 1))
    dead = prob.is_dead(w)
    for dynamics, size in (("flow", None), ("descent", 0.99)):
        fate = sn.decide(prob, w, dynamics, step_size=size).fate
        assert (fate[~dead] == sn.Fate.LEARNED).all() and (fate[dead] == sn.Fate.LOST).all()
    # Low heights are below the trivial loss: 0 < h(w) < 2m.
    low = w.copy()
    low[:, 2] = -c * np.linalg.norm(low[:, :2], axis=1) + rng.uniform(1e-3, 0.1, 400)
    assert (prob.excess_loss(low) < 0).all()


def test_a_sample_of_such_a_target_has_other_ends() -> None:
    pair = sn.Problem(sn.Empirical([[-1.0], [1.0]]), [0.0, 1.0])
    assert sn.decide(pair, [1.0, 0.5], "descent").fate == sn.Fate.SPURIOUS


# The bias feature


@pytest.mark.parametrize("d", [1, 2, 10])
def test_rescaled_bias_feature(d: int) -> None:
    """Descent with the feature k, by hand, is descent for inputs over k."""
    rng = np.random.default_rng(d)
    points, k, eta = rng.normal(size=(12, d)), 0.37, 0.2
    v, w = rng.normal(size=(2, d + 1))  # (weights, b / k)
    v[-1] = 1.0
    scaled = sn.Problem(sn.Empirical(points / k), v)
    run = sn.gradient_descent(scaled, w, 50, step_size=eta * k**2)
    lifted = np.column_stack([points, np.full(12, k)])
    for _ in range(50):
        own = lifted @ w
        r = np.where(own > 0, own - np.maximum(lifted @ v, 0), 0.0)
        w = w - eta * (r @ lifted) / 12
    np.testing.assert_allclose(run.points[-1], w, rtol=1e-10, atol=1e-12)  # 50 roundings
    balanced = sn.Problem(sn.UniformBall(d, np.sqrt(d + 2)), np.append(np.eye(d)[0], 0.0))
    plain = sn.Problem(sn.UniformBall(d), np.append(np.eye(d)[0], 0.0))
    second = np.append(np.full(d, balanced.law.mean_square), 1.0)
    np.testing.assert_allclose(second, 1.0, rtol=1e-14)
    assert sn.local_rate(balanced).factor <= 0.5 + np.sqrt(3) / 4 + 1e-12
    assert sn.local_rate(plain).factor >= 1 - plain.law.mean_square / 2


# Pictures and the live figure


@pytest.fixture
def ax() -> Iterator[Any]:
    import matplotlib.pyplot as plt

    yield figures.new_figure()[1]
    plt.close("all")


def test_shares_are_stacked(ax: Any) -> None:
    shares = {"learned": [0.5, 0.2, 0.0], sn.Fate.LOST: [0.25, 0.5, 1.0]}
    made = figures.draw_fate_shares(ax, [1, 2, 4], shares, {"2/L": 2.0})
    tops = [area.get_paths()[0].vertices[:, 1].max() for area in made["areas"]]
    assert tops == [0.5, 1.0]
    assert made["lines"][0].get_xdata()[0] == 2.0
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["learned", "lost"]


def test_spread_and_its_band(ax: Any) -> None:
    made = figures.draw_spread(ax, [0.1, 0.2], {"s = 1": [0.2, 0.5]}, ([0.15, 0.3], [0.3, 0.6]))
    np.testing.assert_array_equal(made["points"][0].get_ydata(), [0.2, 0.5])
    ys = made["band"].get_paths()[0].vertices[:, 1]
    assert (ys.min(), ys.max()) == (0.15, 0.6)


def test_fractions_seen_are_hollow(ax: Any) -> None:
    made = figures.draw_fractions(
        ax, [1, 2, 8], {"proved": [0, 0.5, 1], "seen": [0, 0.25, 1]}, 100, {"f": [0.1, 0.6, 1]},
        hollow=["seen"],
    )  # fmt: skip
    filled, hollow = (bars.lines[0].get_markerfacecolor() for bars in made["points"])
    assert hollow == "white" and filled != "white"
    middle = made["points"][0].lines[2][0].get_segments()[1]
    assert np.ptp(middle[:, 1]) == pytest.approx(2 * 0.05)  # 2 sqrt(0.25 / 100)
    assert ax.get_xscale() == "linear" or [t.get_text() for t in ax.get_xticklabels()][:1] == ["1"]


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda a: figures.draw_fate_shares(a, [2, 1], {"lost": [0, 0]}), "at must be at least"),
        (lambda a: figures.draw_fate_shares(a, [1, 2], {"lost": [0, 2]}), "shares must be >= 0"),
        (lambda a: figures.draw_fate_shares(a, [1, 2], {"won": [0, 1]}), "fate must be one of"),
        (lambda a: figures.draw_spread(a, [0, 1], {"x": [1, 1]}, ([1, 1], [1, 1])), "steps must"),
        (lambda a: figures.draw_spread(a, [1, 2], {"x": [1]}, ([1, 1], [1, 1])), "spread['x']"),
        (lambda a: figures.draw_fractions(a, [1, 2], {"x": [0, 2]}, 5), "fractions must lie in"),
        (lambda a: figures.draw_fractions(a, [1, 2], {"x": [0, 1]}, 0), "trials must be an"),
        (lambda a: figures.draw_fractions(a, [1, 2], {}, 5), "fractions must hold 1 to 4"),
    ],
)
def test_bad_pictures(ax: Any, draw: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        draw(ax)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"points": [0.5]}, "points must be 2 to 30 numbers in [-1, 1], got [0.5]"),
        ({"points": [0.5, 1.5]}, "points must be 2 to 30 numbers in [-1, 1]"),
        ({"points": [0.5, float("nan")]}, "points must be finite, got nan"),
        ({"seed": -1}, "seed must be an integer >= 0, got -1"),
        ({"seed": 10_000}, "seed must be at most 9999, got 10000"),
        ({"step_size": 2.0}, "step_size must be in [0.05, 1.95], got 2.0"),
        ({"start": [0.0, 3.5]}, "start must lie in [-3.0, 3.0]^2"),
        ({"target": [1.0]}, "target must have shape (2,), got (1,)"),
        ({"preset": "x"}, "preset must be one of 'spurious'"),
        ({"n": 3}, "n is no parameter of SampleFates; use "),
    ],
)
def test_bad_parameters_of_the_live_figure(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        SampleFates(**arguments)


def test_presets_tell_what_they_are_named_after() -> None:
    fates = {}
    for name in PRESETS:
        figure = SampleFates(preset=name)
        law, sample = figure.problems()
        assert sn.decide(law, figure.start, "descent").fate == sn.Fate.LEARNED
        fates[name] = sn.decide(sample, figure.start, "descent").certificate.item().name
        figure.start = [0.1, 0.1]
        assert figure.preset == ""
    assert fates == {"spurious": "SAMPLE_PART", "dead on the sample": "DEAD", "two fates": "BLIND"}


def test_drawn_inputs_are_uniform_and_nested() -> None:
    many = np.array([drawn(30, seed) for seed in range(300)])
    assert drawn(30, 5)[:7] == drawn(7, 5)
    assert (many == many.round(4)).all() and abs(many).max() <= 1
    # 9,000 draws: mean and second moment within five standard errors.
    assert abs(many.mean()) < 5 * np.sqrt(1 / 3 / many.size)
    assert abs((many**2).mean() - 1 / 3) < 5 * np.sqrt(4 / 45 / many.size)
