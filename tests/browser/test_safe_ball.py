"""The live figure of the safe ball: Python's numbers, its runs, mouse, touch, keys and extremes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import singleneuron as sn
from live import PHONE, OpenFigure, hosted, open_figure
from singleneuron import cones
from singleneuron.widgets import SafeBall
from singleneuron.widgets.base import join
from singleneuron.widgets.safe_ball import LIMITS, RUNS

PAGE = "guarantees/safe_ball.html"
NAMES = ("c", "target", "reach", "dynamics", "step_size", "seed")
EXTENT = LIMITS["extent"]
IMPORT = """async source => {
    const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    window.part = await import(address);
}"""


class Figure(OpenFigure):
    """The figure in its chapter."""

    def runs(self) -> list[dict[str, Any]]:
        found = self.page.evaluate("() => document.querySelector('.sn-figure').runs")
        return list(found)

    def at(self, weight: float, bias: float) -> tuple[float, float]:
        """Where a point of the plane is, from the handle's place and the plot's size."""
        area = self.canvas.bounding_box()
        assert area is not None
        v, scale = self.state("target")["target"], (area["width"] - 42) / (2 * EXTENT)
        x, y = self.place(0)
        return x + scale * (weight - v[0]), y - scale * (bias - v[1])


def open_it(browser: Browser, address: str, **options: Any) -> Iterator[Figure]:
    for figure in open_figure(browser, address, **options):
        figure.__class__ = Figure
        yield figure  # type: ignore[misc]


@pytest.fixture(scope="module")
def shared(chromium: Browser, site: Any) -> Iterator[Figure]:
    """One page for the tests that leave no trace in it but the figure's state."""
    yield from open_it(chromium, (site / PAGE).as_uri())


@pytest.fixture
def figure(shared: Figure) -> Iterator[Figure]:
    start = SafeBall().state()
    shared.set(**{name: start[name] for name in NAMES})
    shared.canvas.scroll_into_view_if_needed()
    yield shared
    assert shared.said == []


@pytest.fixture(scope="module")
def part(chromium: Browser) -> Iterator[Page]:
    """A bare page that has imported the joined module, as anywidget does."""
    context = chromium.new_context()
    page = context.new_page()
    page.evaluate(IMPORT, join("safe_ball"))
    yield page
    context.close()


def alive(rng: np.random.Generator, c: float) -> list[float]:
    """A target that is clearly not dead."""
    while True:
        v = rng.uniform(-EXTENT, EXTENT, 2)
        if c * abs(v[0]) + v[1] > 0.06:
            return [float(x) for x in v]


# --- The numbers --------------------------------------------------------------------------------


def test_projections_and_radius_are_python_s(part: Page) -> None:
    rng = np.random.default_rng(0)
    cases = [(alive(rng, c), float(c)) for c in rng.uniform(0.25, 4, 1000)]
    cases += [([c, 1.0], c) for c in (0.25, 1.0, 3.0)]  # on the edge of the data cone
    there = part.evaluate("cases => cases.map(([v, c]) => part.moreau(v, c))", cases)
    for (v, c), found in zip(cases, there, strict=True):
        law, size = sn.UniformBall(1, radius=c), math.hypot(*v)
        # Both sides are right to a few ulp of |v|.
        assert abs(found["data"] - cones.project_data_cone(law, v)).max() <= 1e-14 * size
        assert abs(found["dead"] - cones.project_dead_cone(law, v)).max() <= 1e-14 * size
        assert abs(found["delta"] - cones.safe_radius(law, v)) <= 1e-14 * size
        assert found["inside"] == (abs(v[0]) <= c * v[1])


def test_starts_are_as_far_as_said_and_one_is_dead_from_the_radius_on(part: Page) -> None:
    rng, dead = np.random.default_rng(1), 0
    for _ in range(150):
        c, reach = float(rng.uniform(0.25, 4)), float(rng.choice([0.5, 0.99, 1.0, 1.01, 1.5]))
        v, law = alive(rng, c), sn.UniformBall(1, radius=c)
        starts = np.array(part.evaluate("a => part.startsAbout(...a)", [v, c, reach]))
        radius = cones.safe_radius(law, v)
        assert starts.shape == (RUNS, 2)
        assert np.linalg.norm(starts - v, axis=1) == pytest.approx(reach * radius, rel=1e-9)
        assert cones.is_dead(law, starts[0]) == (reach >= 1)
        assert reach >= 1 or not cones.is_dead(law, starts).any()
        dead += cones.is_dead(law, starts).sum()
    assert dead > 100


def test_descent_is_python_s(figure: Figure) -> None:
    rng = np.random.default_rng(2)
    for _ in range(4):
        c, step = float(rng.uniform(0.25, 4)), float(rng.uniform(0.1, 1.95))
        v = alive(rng, c)
        figure.set(c=c, target=v, reach=float(rng.uniform(0.5, 1.5)), step_size=step)
        prob = sn.Problem(sn.UniformBall(1, radius=c), v)
        for one in figure.runs():
            path = np.reshape(one["points"], (-1, 2))
            steps = min(40, len(path) - 1)
            run = sn.gradient_descent(prob, path[0], steps, step_size=step / prob.smoothness)
            assert abs(run.points - path[: steps + 1]).max() < 1e-9
            far = np.linalg.norm(path - v, axis=1) / prob.safe_radius
            assert abs(far - one["far"]).max() < 1e-9
            assert (np.diff(one["far"]) <= 1e-12).all()


def inputs(seed: int, count: int) -> list[float]:
    """The random numbers of the figure (mulberry32), written from its definition."""
    whole, state, out = 2**32 - 1, seed * 2654435761 & (2**32 - 1), []
    for _ in range(count):
        state = state + 0x6D2B79F5 & whole
        t = (state ^ state >> 15) * (1 | state) & whole
        t = (t + ((t ^ t >> 7) * (61 | t) & whole) & whole) ^ t
        out.append((t ^ t >> 14) / 2**32)
    return out


@pytest.mark.parametrize("step", [1.0, 1.9])
def test_sgd_is_python_s(figure: Figure, step: float) -> None:
    c, v = 1.5, np.array([1.0, 0.2])
    figure.set(c=c, target=v.tolist(), reach=0.95, dynamics="SGD", step_size=step, seed=5)
    drawn, eta = inputs(6, RUNS * 1000), step / (1 + c * c)
    assert abs(np.mean(drawn) - 0.5) < 0.01  # 16,000 uniform numbers: five standard errors
    found = figure.runs()
    for k, one in enumerate(found):
        path = np.reshape(one["points"], (-1, 2))
        w = path[0]
        for t, u in enumerate(drawn[1000 * k : 1000 * k + 100], start=1):
            x = np.array([c * (2 * u - 1), 1.0])
            if w @ x > 0:
                w = w - eta * (w @ x - max(v @ x, 0)) * x
            assert abs(w - path[t]).max() < 1e-9
        assert len(path) == 1001
        assert (np.diff(one["far"]) <= 1e-12).all()
        assert one["certificate"] == "safe_ball" and one["fate"] == "learned"
    figure.press("again")
    first = figure.page.evaluate("() => document.querySelector('.sn-figure').runs[0].points[200]")
    assert first != found[0]["points"][200]


def test_the_numbers_shown(figure: Figure) -> None:
    figure.set(c=2.0, target=[1.5, -0.5], reach=0.7)
    shown, law = figure.numbers(), sn.UniformBall(1, radius=2.0)
    data, dead = (
        cones.project_data_cone(law, [1.5, -0.5]),
        cones.project_dead_cone(law, [1.5, -0.5]),
    )
    assert [shown[k] for k in ("data_w", "data_b")] == pytest.approx(data)
    assert [shown[k] for k in ("dead_w", "dead_b")] == pytest.approx(dead)
    assert shown["delta"] == pytest.approx(cones.safe_radius(law, [1.5, -0.5]))
    assert (shown["weight"], shown["bias"], shown["length"]) == (1.5, -0.5, math.hypot(1.5, 0.5))
    assert (shown["learned"], shown["lost"], shown["undecided"]) == (RUNS, 0, 0)
    assert shown["growth"] <= 1e-12


# --- The verdict --------------------------------------------------------------------------------


@pytest.mark.parametrize("dynamics", ["descent", "SGD"])
def test_inside_all_are_learned_and_outside_one_is_lost(figure: Figure, dynamics: str) -> None:
    rng = np.random.default_rng(3)
    figure.root.locator(f"button[data-dynamics={dynamics}]").click()
    for _ in range(3):
        c = float(rng.uniform(0.25, 4))
        figure.set(c=c, target=alive(rng, c))
        figure.press("inside")
        assert (figure.data("fate"), figure.data("certified")) == ("learned", "true")
        assert "All 16 starts are nearer" in figure.root.locator(".sn-verdict").inner_text()
        figure.press("outside")
        assert figure.data("fate") == "lost"
        assert "DEAD" in figure.root.locator(".sn-verdict").inner_text()
        assert figure.numbers()["lost"] >= 1


def test_certificates_outside_are_python_s(figure: Figure) -> None:
    for c, v in ((1.0, [1.0, -0.3]), (1.0, [0.5, 1.2]), (2.5, [1.2, 0.1])):
        figure.set(c=c, target=v, reach=1.5)
        prob = sn.Problem(sn.UniformBall(1, radius=c), v)
        for one in figure.runs():
            said = sn.decide(prob, one["start"], "descent", max_steps=250)
            assert said.fate.item().name == one["fate"].upper(), (c, v, one["start"])


def test_the_button_leads_to_the_cone_s_edge(figure: Figure) -> None:
    figure.set(c=2.0, target=[-1.4, -0.2])
    assert figure.data("inside") == "false"
    figure.press("cone")
    assert figure.state("target")["target"] == pytest.approx([-1.4, 0.7])
    assert figure.data("inside") == "true"
    numbers = figure.numbers()
    assert numbers["delta"] == pytest.approx(numbers["length"])
    assert "lies in the data cone" in figure.root.locator(".sn-verdict").inner_text()
    figure.set(c=0.25, target=[3.0, 1.0])  # the edge is out of the picture: the weight gives way
    figure.press("cone")
    assert figure.state("target")["target"] == pytest.approx([0.75, 3.0])


def test_beyond_the_limit_nothing_is_promised(figure: Figure) -> None:
    for dynamics in ("descent", "SGD"):
        figure.set(dynamics=dynamics, step_size=2.3, target=[0.3, 1.5], reach=0.6)
        assert figure.data("fate") != "learned"
        assert figure.numbers()["growth"] > 0
        assert "no theorem vouches" in figure.root.locator(".sn-verdict").inner_text()


# --- Mouse, touch, keys -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["http", "file"])
def test_it_lives_alone(chromium: Browser, request: pytest.FixtureRequest, kind: str) -> None:
    where = request.getfixturevalue("http_site" if kind == "http" else "site")
    root = where if kind == "http" else f"{where.as_uri()}/"
    for figure in open_it(chromium, f"{root}{PAGE}"):
        widget = SafeBall()
        assert figure.state(*NAMES) == {name: widget.state()[name] for name in NAMES}
        figure.page.mouse.move(*figure.place(0))
        figure.page.mouse.down()
        figure.page.mouse.move(*figure.at(0.4, 1.6), steps=4)
        figure.page.mouse.up()
        figure.page.mouse.move(*figure.at(-2, 2))  # let go: nothing follows
        figure.settle()
        assert figure.state("target")["target"] == pytest.approx([0.4, 1.6], abs=0.03)
        assert figure.data("inside") == "true"
        assert figure.left(root) == []
        assert figure.said == []


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    for figure in open_it(chromium, (site / PAGE).as_uri(), **PHONE):
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.place(0), figure.at(0.5, 0.8), figure.at(-0.5, 1.0)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            point = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert figure.state("target")["target"] == pytest.approx([-0.5, 1.0], abs=0.04)
        assert figure.page.evaluate("scrollY") == before


def test_keys_move_the_target(figure: Figure) -> None:
    before = figure.state("target")["target"]
    figure.page.locator(".sn-handle").first.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        figure.page.keyboard.press(key)
    figure.settle()
    step = EXTENT / 60
    moved = np.add(before, [step, 1.1 * step])
    assert figure.state("target")["target"] == pytest.approx(moved)


def test_a_dead_target_stays_outside(figure: Figure) -> None:
    figure.page.mouse.move(*figure.place(0))
    figure.page.mouse.down()
    figure.page.mouse.move(*figure.at(0.2, -2.5), steps=3)
    figure.page.mouse.up()
    figure.settle()
    assert not cones.is_dead(sn.UniformBall(1), figure.state("target")["target"])
    assert "stays outside the cone" in figure.root.locator(".sn-note").inner_text()


def test_it_speaks_at_rest(figure: Figure) -> None:
    figure.press("outside")
    figure.page.wait_for_function(
        "() => /1 lost|[2-9] lost/.test("
        "document.querySelector('.sn-figure [aria-live=polite]').textContent)",
        timeout=20_000,
    )


# --- It survives --------------------------------------------------------------------------------


def test_random_play_at_the_extremes(figure: Figure) -> None:
    play = random.Random(7)
    sliders = figure.root.locator("input[type=range]")
    buttons = figure.root.locator("button")
    for _ in range(25):
        figure.set(target=[play.choice([-EXTENT, 0.0, EXTENT, 1e-300, -1e-9]) for _ in "wb"])
        buttons.nth(play.randrange(buttons.count())).evaluate("one => one.click()")
        sliders.nth(play.randrange(sliders.count())).evaluate(
            "(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }",
            play.choice(["0", "99", "1", str(play.uniform(0.05, 3))]),
        )
        figure.settle()
        assert figure.sane(), figure.state(*NAMES)
    for nonsense in ([1e308, -1e308], [None, 1], ["a", "b"], None):
        figure.set(target=nonsense, c="wide", reach=None, dynamics="fly", step_size="long", seed={})
        assert figure.sane()


@pytest.mark.parametrize("dynamics", ["descent", "SGD"])
def test_it_follows_the_theme_and_draws_what_a_hand_drags(figure: Figure, dynamics: str) -> None:
    for theme in ("dark", "light"):
        figure.page.evaluate("t => { document.documentElement.dataset.theme = t; }", theme)
        figure.settle()
        assert ("sn-dark" in (figure.root.get_attribute("class") or "")) == (theme == "dark")
    figure.set(dynamics=dynamics)
    values = [[1 + math.cos(k / 9), 0.6 + math.sin(k / 9)] for k in range(40)]
    assert figure.sweep("target", values) >= 20  # a stalled machine skips some


# --- In Jupyter ---------------------------------------------------------------------------------


def test_it_works_as_anywidget_hosts_it(chromium: Browser) -> None:
    with hosted(chromium, SafeBall(reach=1.01)) as figure:
        assert figure.data("fate") == "lost"
        figure.tell("reach", 0.9)
        assert figure.data("fate") == "learned"
        figure.page.locator(".sn-handle").first.focus()
        figure.page.keyboard.press("ArrowUp")
        assert "target" in figure.saved()
