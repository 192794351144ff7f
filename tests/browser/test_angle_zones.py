"""The figure of the angle's zones: Python's numbers and fates, mouse, touch and keys, extremes."""

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
from singleneuron.widgets import AngleZones
from singleneuron.widgets.angle_zones import DIMS, LIMITS
from singleneuron.widgets.base import join

CHAPTER = "failure/the_angle_decides.html"
EXTENT = LIMITS["extent"]
NAMES = ("dim", "c", "offset", "bias", "start", "time")
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 24, 38  # the margins of the plots


class Figure(OpenFigure):
    """The figure, open in its chapter."""

    def at(self, p: float, q: float) -> tuple[float, float]:
        """Where weights are on the page."""
        box = self.canvas.bounding_box()
        assert box is not None
        across = (p + EXTENT) / (2 * EXTENT) * (box["width"] - LEFT - RIGHT)
        down = (1 - q / EXTENT) * (box["height"] - TOP - BOTTOM)
        return box["x"] + LEFT + across, box["y"] + TOP + down

    def verdict(self) -> tuple[str, str, str]:
        """Fate, certificate and zone, once the whole path has been followed."""
        self.page.wait_for_function(
            "() => document.querySelector('.sn-figure').dataset.full === 'true'", timeout=8000
        )
        return self.data("fate"), self.data("certificate"), self.data("zone")


def opened_at(browser: Browser, address: str, **options: Any) -> Iterator[Figure]:
    for figure in open_figure(browser, address, **options):
        figure.__class__ = Figure
        assert isinstance(figure, Figure)
        yield figure


@pytest.fixture(scope="module")
def opened(chromium: Browser, site: Any) -> Iterator[Figure]:
    """The chapter, opened once from a file: a page full of mathematics takes its time."""
    yield from opened_at(chromium, (site / CHAPTER).as_uri())


@pytest.fixture
def figure(opened: Figure) -> Figure:
    """The figure as it was at first."""
    opened.set(**{name: AngleZones().state()[name] for name in NAMES})
    opened.said.clear()
    return opened


def problem(dim: int, c: float, offset: float) -> sn.Problem:
    return sn.Problem(sn.UniformBall(dim, c), np.r_[1, np.zeros(dim - 1), offset]).reduced


def random_state(rng: Any) -> dict[str, Any]:
    c = round(float(rng.uniform(*LIMITS["c"])), 2)
    start = [float(rng.uniform(-EXTENT, EXTENT)), float(rng.uniform(0, EXTENT))]
    return {
        "dim": int(rng.choice(DIMS)), "c": c, "offset": min(float(rng.uniform(-0.9, 1.2)) * c, 2.5),
        "bias": float(rng.choice([0.0, rng.uniform(*LIMITS["bias"])])), "start": start,
    }  # fmt: skip


# --- The numbers --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.evaluate(
        """async source => {
            const blob = new Blob([source], {type: "text/javascript"});
            window.engine = await import(URL.createObjectURL(blob));
        }""",
        join("angle_zones"),
    )
    yield page
    context.close()


FOLLOW = """states => states.map(({dim, c, offset, bias, start}) => {
    const state = {dim, c, offset}, here = engine.zonesOf(state);
    const run = engine.followFrom(state, [...start, bias], {steps: 120});
    return {fate: run.fate, certificate: run.certificate, times: run.times,
            angles: run.points.map(here.angle), end: run.points[run.points.length - 1]};
})"""


def test_paths_have_python_s_fates_and_never_turn_away(engine: Page) -> None:
    rng = np.random.default_rng(11)
    states = [random_state(rng) for _ in range(40)]
    seen = set()
    for state, run in zip(states, engine.evaluate(FOLLOW, states), strict=True):
        prob = problem(state["dim"], state["c"], state["offset"])
        w = np.array([*state["start"], state["bias"]])
        verdict = sn.decide(prob, w)
        assert run["fate"] == verdict.fate.item().name.lower(), state
        at_once = verdict.steps.item() == 0
        if at_once:
            assert run["certificate"] == verdict.certificate.item().name, state
        # A step may be wrong by 1e-5 of the distances to the origin and to the dead cone.
        assert max(np.diff(run["angles"]), default=0) < 1e-4, state
        assert (np.diff(run["times"]) >= 0).all()
        seen.add(run["certificate"])
    assert seen >= {"ANGLE", "BLIND", "DEAD"}


def test_a_path_is_the_flow_s(engine: Page) -> None:
    """At the times of its points the path agrees with another solver."""
    state = {"dim": 5, "c": 1.0, "offset": -0.3, "bias": 0.4, "start": [-0.3, 0.5]}
    run = engine.evaluate(FOLLOW, [state])[0]
    times = np.expm1(run["times"])
    prob = problem(5, 1.0, -0.3)
    flow = sn.gradient_flow(prob, [-0.3, 0.5, 0.4], times[-1], times=times)
    # Errors of 1e-5 a step, over some tens of steps.
    assert np.array(run["angles"]) == pytest.approx(flow.angle, abs=1e-3)
    assert run["end"] == pytest.approx(flow.points[-1], abs=1e-3)


def test_numbers_are_the_package_s(figure: Figure) -> None:
    rng = np.random.default_rng(12)
    for _ in range(15):
        state = random_state(rng)
        figure.set(**state)
        prob = problem(state["dim"], state["c"], state["offset"])
        p, q = state["start"]
        a, b, c = math.hypot(p, q), state["bias"], state["c"]
        w = np.array([p, q, b])
        theta, beta = math.atan2(q, p), math.acos(np.clip(-state["offset"] / c, -1, 1))
        alpha = math.acos(np.clip(-b / (c * a), -1, 1))
        # the float of -c a may lie a rounding outside the dead cone
        z = np.array([p, q, -c * a * (1 + 1e-15)])
        here = {
            "theta": theta, "beta": beta, "alpha": alpha + beta, "length": a,
            "rho": sn.start_norm_limit(prob, theta),
            "excess": prob.excess_loss(w) / prob.trivial_loss,
            "always": sn.angle_probability(state["dim"], math.pi - beta),
            "never": sn.angle_probability(state["dim"], min(math.pi, beta + math.pi / 2)),
            "safe": prob.safe_radius, "lost": sn.lost_ball_radius(prob, z),
            "low": max(0.0, c * a + b),
        }  # fmt: skip
        there = figure.numbers()
        for name, value in here.items():
            assert there[name] == pytest.approx(float(value), rel=1e-8, abs=1e-9), (name, state)
        assert there["later"] <= there["theta"] + 1e-12


# --- Mouse, touch, keys -------------------------------------------------------------------------


def test_it_starts_with_the_traits_and_is_whole(figure: Figure) -> None:
    assert figure.state(*NAMES) == {name: AngleZones().state()[name] for name in NAMES}
    assert figure.verdict() == ("learned", "BELOW_TRIVIAL", "between")
    assert figure.sane() and figure.said == []
    assert figure.left(figure.page.url.rsplit("/failure/", 1)[0]) == []


def test_the_mouse_drags_the_start(figure: Figure) -> None:
    mouse = figure.page.mouse
    mouse.move(*figure.place(0))
    mouse.down()
    mouse.move(*figure.at(-1.0, 1.0), steps=3)
    mouse.move(*figure.at(-1.5, 0.5), steps=3)
    mouse.up()
    mouse.move(*figure.at(1.0, 1.0))  # let go: nothing follows
    figure.settle()
    assert figure.state("start")["start"] == pytest.approx([-1.5, 0.5], abs=0.02)
    assert figure.verdict() == ("lost", "BLIND", "blind")
    mouse.click(*figure.at(1.0, 0.7))
    figure.settle()
    assert figure.verdict() == ("learned", "ANGLE", "always")


def test_keys_move_the_start_and_the_mark(figure: Figure) -> None:
    keys, before = figure.page.keyboard, figure.state("start")["start"]
    figure.page.locator(".sn-handle").first.focus()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowUp"):
        keys.press(key)
    figure.settle()
    step = EXTENT / 60
    moved = [before[0] - step, before[1] + 1.1 * step]
    assert figure.state("start")["start"] == pytest.approx(moved, abs=1e-12)
    first = figure.numbers()["later"]
    figure.page.locator(".sn-handle").nth(1).focus()
    for _ in range(12):
        keys.press("ArrowRight")
    figure.settle()
    assert figure.state("time")["time"] > 0.1
    assert figure.numbers()["later"] < first


def test_a_finger_drags_on_a_phone(chromium: Browser, http_site: str) -> None:
    for figure in opened_at(chromium, f"{http_site}{CHAPTER}", **PHONE):
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.place(0), figure.at(-0.5, 0.5), figure.at(-1.0, 0.4)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            point = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert figure.state("start")["start"] == pytest.approx([-1.0, 0.4], abs=0.03)
        assert figure.page.evaluate("scrollY") == before
        box, room = figure.canvas.bounding_box(), figure.root.bounding_box()
        assert box is not None and room is not None
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 1
        assert figure.left(http_site) == [] and figure.said == []


# --- What it says -------------------------------------------------------------------------------


def test_buttons_go_to_the_theory_s_values(figure: Figure) -> None:
    figure.press("beta")
    assert figure.numbers()["theta"] == pytest.approx(math.pi / 3, abs=1e-12)
    figure.press("blind")
    numbers = figure.numbers()
    assert numbers["theta"] == pytest.approx(numbers["alpha"], abs=1e-12)
    figure.set(start=[0.2, 0.6], bias=0.7)
    figure.press("limit")
    numbers = figure.numbers()
    assert figure.state("bias")["bias"] == 0
    assert numbers["length"] == pytest.approx(numbers["rho"], rel=1e-12)
    assert numbers["excess"] == pytest.approx(0, abs=1e-12)
    figure.set(bias=0.5)
    figure.press("flat")
    assert figure.state("bias")["bias"] == 0
    figure.root.locator("[data-dim='100']").click()
    figure.settle()
    assert figure.state("dim")["dim"] == 100
    assert "Lost" in figure.page.locator(".sn-verdict").inner_text()


def test_words_for_each_zone(figure: Figure) -> None:
    said = {
        "dead": ({"start": [0.5, 0.5], "bias": -1.5}, "answers to no input"),
        "no direction": ({"start": [0.0, 0.0], "bias": 1.0}, "have no angle"),
        "always": ({"start": [1.0, 0.5], "bias": 0.0}, "no length and no bias can spoil it"),
        "blind": ({"start": [-1.0, 0.1], "bias": 0.0}, "remains so"),
        "between": ({"start": [0.0, 1.0], "bias": 0.0}, "decide"),
    }
    for zone, (change, text) in said.items():
        figure.set(**change)
        assert figure.data("zone") == zone
        assert text in figure.page.locator(".sn-verdict").inner_text()
    figure.set(start=[-1.0, 0.1], bias=0.05, c=3.0, offset=-2.8)
    assert "may yet escape" in figure.page.locator(".sn-verdict").inner_text()
    figure.page.wait_for_function(
        "() => /may yet escape/.test(document.querySelector('[aria-live=polite]').textContent)"
    )


def test_a_silent_target_is_raised(figure: Figure) -> None:
    slider = figure.page.locator(".sn-figure input[type=range]").first
    slider.evaluate("one => { one.value = -2; one.dispatchEvent(new Event('input')); }")
    figure.settle()
    assert figure.state("offset")["offset"] == -0.95
    assert "teaches nothing" in figure.page.locator(".sn-note").inner_text()


# --- It survives --------------------------------------------------------------------------------


def test_random_play_at_the_extremes(figure: Figure) -> None:
    play = random.Random(9)
    sliders = figure.page.locator(".sn-figure input[type=range]")
    buttons = figure.page.locator(".sn-figure button")
    for _ in range(25):
        point = [play.choice([-EXTENT, 0.0, 1e-300, -1e-9, EXTENT]) for _ in range(2)]
        figure.set(start=point, dim=play.choice(DIMS))
        sliders.nth(play.randrange(sliders.count())).evaluate(
            "(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }",
            play.choice(["-99", "99", "0", str(play.uniform(-2, 2))]),
        )
        buttons.nth(play.randrange(buttons.count())).evaluate("one => one.click()")
        figure.settle()
        assert figure.sane()
    for nonsense in ([1e308, -1e308], [None, 1], ["a", "b"], None):
        figure.set(start=nonsense, c="wide", dim=3, bias=None, time=math.pi)
        assert figure.sane()
    assert figure.said == []


def test_it_follows_the_theme_and_draws_what_a_hand_drags(figure: Figure) -> None:
    for theme in ("dark", "light"):
        figure.page.evaluate("t => { document.documentElement.dataset.theme = t; }", theme)
        figure.settle()
        assert ("sn-dark" in (figure.root.get_attribute("class") or "")) == (theme == "dark")
    values = [[1.2 * math.cos(k / 9), 1.2 * abs(math.sin(k / 9))] for k in range(30)]
    assert figure.sweep("start", values) >= 20  # a stalled machine skips some


# --- In Jupyter ---------------------------------------------------------------------------------


def test_it_works_as_anywidget_hosts_it(chromium: Browser) -> None:
    with hosted(chromium, AngleZones(start=[-1.0, 0.2])) as figure:
        assert figure.data("zone") == "blind"
        figure.tell("start", [1, 0.5])
        assert figure.data("zone") == "always"
        figure.page.locator(".sn-handle").first.focus()
        figure.page.keyboard.press("ArrowUp")
        assert figure.saved() == ["start"]
