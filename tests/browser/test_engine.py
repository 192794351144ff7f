"""The engine of the live figures, in the browser, says what the package says."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import singleneuron as sn
from singleneuron.widgets.base import join

STATES = 2000
TOLERANCE = (
    1e-9  # the issue's; both sides are good to about 1e-14, so that a slip of a formula shows
)
NUMBERS = ("loss", "excess", "gradient", "overlap", "trivial", "smoothness", "safe")
CERTIFICATES = ("dead", "blind", "below_trivial", "safe_ball", "none")
IMPORT = """async source => {
    const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    window.engine = await import(address);
}"""


@pytest.fixture(scope="module")
def engine(chromium: Browser) -> Iterator[Page]:
    """A bare page that has imported the joined module, as anywidget does."""
    context = chromium.new_context()
    page = context.new_page()
    page.evaluate(IMPORT, join("two_fates"))
    yield page
    context.close()


def random_state(rng: np.random.Generator, kind: int) -> tuple[list[float], list[float], float]:
    """Return w, v, c of one of eight kinds, among them all that is hard."""
    c = float(np.exp(rng.uniform(np.log(0.05), np.log(20.0))))
    v = rng.normal(size=2) * (1, max(1.0, c))
    while c * abs(v[0]) + v[1] <= 1e-3 * np.hypot(*v):
        v = rng.normal(size=2) * (1, max(1.0, c))
    w = rng.normal(size=2) * (1, max(1.0, c))
    small = 10.0 ** rng.uniform(-12, -2)
    if kind == 1:  # nearly dead
        w[1] = -c * abs(w[0]) * (1 - small)
    elif kind == 2:  # nearly the target
        w = v * (1 + small * rng.normal(size=2))
    elif kind == 3:  # wild scales
        w *= 10.0 ** rng.uniform(-8, 8)
    elif kind == 4:  # an axis
        w[rng.integers(2)] = 0.0
    elif kind == 5:  # the kinks nearly meet
        w[1] = w[0] * v[1] / v[0] * (1 + small * rng.normal())
    elif kind == 6:  # |b| = c |p|, and for half of them the same of the target
        w[1] = c * abs(w[0])
        v = np.array([v[0], c * abs(v[0])]) if rng.random() < 0.5 else v
    elif kind == 7:  # nearly dead, and nearly blind besides
        w[1], v[0] = -c * abs(w[0]) * (1 - small), -np.copysign(v[0], w[0])
        v[1] = c * abs(v[0]) * (1 - small * rng.uniform(0.5, 2))
    return list(map(float, w)), list(map(float, v)), c


def python_numbers(w: list[float], v: list[float], c: float) -> dict[str, Any]:
    """Return the package's numbers, and the scales of theory that errors are relative to."""
    law = sn.UniformBall(1, c)
    problem = sn.Problem(law, v)
    ww, wv = (float(x) for x in problem.moments(w))  # E s(w.x)^2, E s(w.x) s(v.x)
    top = float(Fraction(c) * abs(Fraction(w[0])) + Fraction(w[1]))  # the largest w.x
    return {
        "loss": float(problem.loss(w)),
        "excess": float(problem.excess_loss(w)),
        "gradient": [float(x) for x in problem.gradient(w)],
        "overlap": float(problem.overlap(w)),
        "trivial": problem.trivial_loss,
        "smoothness": problem.smoothness,
        "safe": problem.safe_radius,
        "dead": bool(problem.is_dead(w)),
        "blind": bool(problem.is_blind(w)),
        "scales": {
            "loss": ww + 2 * problem.trivial_loss,
            "excess": ww + wv,
            # not more than E (s(w.x) + s(v.x)) |x| on w.x > 0, |x| >= 1
            "gradient": (ww + wv) / top if top > 0 else 0.0,
            "overlap": float(problem.active_mass(w)),
            "trivial": problem.trivial_loss,
            "smoothness": problem.smoothness,
            "safe": problem.safe_radius,
        },
    }


ALL = """states => states.map(([w, v, c]) => ({
    loss: engine.loss(w, v, c), excess: engine.excessLoss(w, v, c),
    gradient: engine.gradient(w, v, c),
    overlap: engine.overlap(w, v, c), trivial: engine.trivialLoss(v, c),
    smoothness: engine.smoothness(c), safe: engine.safeRadius(v, c), dead: engine.isDead(w, c),
    blind: engine.isBlind(w, v, c),
}))"""


def test_engine_equals_the_package(engine: Page) -> None:
    rng = np.random.default_rng(2)
    states = [random_state(rng, k % 8) for k in range(STATES)]
    worst = dict.fromkeys(NUMBERS, 0.0)
    kinds = {"dead": 0, "blind": 0}
    for state, there in zip(states, engine.evaluate(ALL, states)):
        here = python_numbers(*state)
        for name in worst:
            error = float(np.max(np.abs(np.subtract(here[name], there[name]))))
            scale = here["scales"][name]
            assert error == 0 if scale == 0 else error <= TOLERANCE * scale, (name, state)
            worst[name] = max(worst[name], error / scale if scale else 0.0)
        for name in kinds:
            assert here[name] == there[name], (name, state)
            kinds[name] += here[name]
    assert kinds["dead"] > 20
    assert kinds["blind"] - kinds["dead"] > 20  # the test has seen each
    print("largest relative differences:", worst)


def test_descent_equals_the_package(engine: Page) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        w, v, c = random_state(rng, 0)
        step = float(rng.uniform(0.1, 1.9))
        run = engine.evaluate("a => engine.descend(...a)", [w, v, c, step, 30])
        problem = sn.Problem(sn.UniformBall(1, c), v)
        path = sn.gradient_descent(problem, w, run["steps"], step / problem.smoothness)
        points = np.reshape(run["points"], (-1, 2))
        # thirty steps, each of which multiplies an earlier difference by at most 1 + step
        assert np.allclose(points, path.points, rtol=0, atol=TOLERANCE * (1 + np.hypot(*w)))
        top = TOLERANCE * (1 + w[1] ** 2)
        assert np.allclose(run["excess"], path.excess_loss, rtol=0, atol=top)


def expected(w: list[float], v: list[float], c: float, step: float) -> str:
    """The table of certificates that ends the theory, for d = 1 and descent with eta = step / L."""
    problem = sn.Problem(sn.UniformBall(1, c), v)
    if problem.is_dead(w):
        return "dead"
    if problem.is_blind(w):
        # (i) all lifted inputs have x.y >= 0; (ii) a symmetric law, b <= 0, or s2 = c^2/3 <= 1
        first = 1 - c * c >= 0
        second = (w[1] <= 0 and step <= 2) or (c * c / 3 <= 1 and step <= 1)
        return "blind" if first or second else "none"
    if step < 2 and problem.excess_loss(w) < 0:
        return "below_trivial"
    near = np.hypot(w[0] - v[0], w[1] - v[1]) < problem.safe_radius
    return "safe_ball" if step < 2 and near else "none"


def test_certificates_follow_the_table(engine: Page) -> None:
    rng = np.random.default_rng(4)
    seen: dict[str, int] = {}
    for k in range(600):
        w, v, c = random_state(rng, (0, 1, 4, 0)[k % 4])
        if k % 4 == 3:  # near the edge of the safe ball
            radius = rng.uniform(0.7, 1.05) * sn.Problem(sn.UniformBall(1, c), v).safe_radius
            angle = rng.uniform(0, 2 * np.pi)
            w = [v[0] + float(radius * np.cos(angle)), v[1] + float(radius * np.sin(angle))]
        step = float(rng.choice([0.5, 1.0, 1.5, 2.0, 3.0]))
        said = engine.evaluate("a => engine.certificate(...a)", [w, v, c, step])
        assert said == expected(w, v, c, step), (w, v, c, step)
        seen[said] = seen.get(said, 0) + 1
    assert min(seen.get(name, 0) for name in CERTIFICATES) > 5


@pytest.mark.parametrize(
    ("state", "fate", "ending"),
    [
        ([[0.5, -1.2], [1.0, 0.3], 1.0, 1.0], "lost", "resting"),
        ([[0.0, 0.0], [1.0, 0.3], 1.0, 1.0], "lost", "resting"),
        ([[1.0, 0.3], [1.0, 0.3], 1.0, 1.0], "learned", "arrived"),
        ([[0.5, 0.1], [1.0, 0.5], 1.0, 1e14], "undecided", "overflow"),
        # theory C4: at exactly 2/L there are cycles of length two
        ([[0.1, 2.5], [0.1, 2.0], 1.0, 2.0], "undecided", "budget"),
    ],
)
def test_descent_ends_well(engine: Page, state: list[Any], fate: str, ending: str) -> None:
    run = engine.evaluate("a => engine.descend(...a, 4000)", state)
    assert (run["fate"], run["ending"]) == (fate, ending)
    assert np.isfinite(run["points"]).all()
    assert np.isfinite(run["excess"]).all()
