"""The figure of the fate map: Python's numbers and fates, mouse, touch and keys, extremes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import singleneuron as sn
from live import PHONE, OpenFigure, open_figure
from singleneuron.widgets import FateMap
from singleneuron.widgets.base import join
from singleneuron.widgets.fate_map import DIMS, LIMITS

CHAPTER = "failure/fate_map.html"
NAMES = ("dim", "wide", "offset", "start")
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 24, 38  # the margins of the map
LEAST, MOST = LIMITS["power"]


class Figure(OpenFigure):
    """The figure, open in its chapter."""

    def at(self, angle: float, power: float) -> tuple[float, float]:
        """Where a start is on the page."""
        box = self.canvas.bounding_box()
        assert box is not None
        across = angle / 180 * (box["width"] - LEFT - RIGHT)
        down = (MOST - power) / (MOST - LEAST) * (box["height"] - TOP - BOTTOM)
        return box["x"] + LEFT + across, box["y"] + TOP + down

    def ready(self) -> None:
        """Wait until the border at this norm is found."""
        self.page.wait_for_selector(".sn-figure[data-ready=true]", timeout=8000)
        self.settle()


@pytest.fixture(scope="module")
def opened(chromium: Browser, site: Any) -> Iterator[Figure]:
    """The chapter, opened once from a file: a page full of mathematics takes its time."""
    yield from open_figure(chromium, (site / CHAPTER).as_uri(), Figure)


@pytest.fixture
def figure(opened: Figure) -> Figure:
    """The figure as it was at first."""
    opened.page.mouse.move(0, 0)
    opened.set(**{name: FateMap().state()[name] for name in NAMES})
    opened.said.clear()
    return opened


def problem(state: dict[str, Any]) -> sn.Problem:
    dim = state["dim"]
    law = sn.UniformBall(dim, math.sqrt(dim) if state["wide"] else 1.0)
    return sn.Problem(law, np.r_[1, np.zeros(dim - 1), state["offset"]]).reduced


def random_state(rng: Any) -> dict[str, Any]:
    start = [float(rng.uniform(*LIMITS["angle"])), float(rng.uniform(LEAST, 2))]
    return {
        "dim": int(rng.choice(DIMS)), "wide": bool(rng.random() < 0.3),
        "offset": round(float(rng.uniform(*LIMITS["offset"])), 2), "start": start,
    }  # fmt: skip


# --- The numbers --------------------------------------------------------------------------------

FATES = """states => states.map(({dim, wide, offset, start}) => {
    const rough = engine.mapProblem({dim, wide, offset}, 1e-7);
    return engine.fateFrom(rough, start[0] / 180 * Math.PI, 10 ** start[1], 400, true).fate;
})"""


def test_fates_are_python_s(chromium: Browser) -> None:
    rng = np.random.default_rng(3)
    states = [random_state(rng) for _ in range(60)]
    context = chromium.new_context()
    page = context.new_page()
    page.evaluate(
        """async source => {
            const blob = new Blob([source], {type: "text/javascript"});
            window.engine = await import(URL.createObjectURL(blob));
        }""",
        join("fate_map"),
    )
    fates = page.evaluate(FATES, states)
    context.close()
    for state, fate in zip(states, fates, strict=True):
        (angle, power), prob = state["start"], problem(state)
        t, norm = math.radians(angle), 10**power
        point = [norm * math.cos(t), norm * math.sin(t), 0.0]
        assert fate == sn.decide(prob, point).fate.item().name.lower(), state
    assert {"learned", "lost"} == set(fates)


def test_numbers_are_the_package_s(figure: Figure) -> None:
    rng = np.random.default_rng(4)
    for k in range(8):
        state = random_state(rng)
        figure.set(**state)
        (angle, power), prob = state["start"], problem(state)
        t, norm = math.radians(angle), 10**power
        here = {
            "theta": t, "norm": norm, "rho": sn.start_norm_limit(prob, t),
            "beta": math.acos(np.clip(-state["offset"] / prob.law.support_radius, -1, 1)),
            "excess": prob.excess_loss([norm * math.cos(t), norm * math.sin(t), 0.0])
            / prob.trivial_loss,
            "upper": sn.failure_bracket(prob, norm)[1],
            "small": sn.small_start_failure_probability(prob),
            "large": sn.large_start_failure_probability(prob),
        }  # fmt: skip
        there = figure.numbers()
        for name, value in here.items():
            assert there[name] == pytest.approx(float(value), rel=1e-8, abs=1e-9), (name, state)
        if k < 4:
            figure.ready()
            # The figure's steps may be wrong by 1e-5, and few of them matter; the angle is
            # halved to 1e-5. At d = 200 the density of the angle is 5.6.
            exact = sn.failure_probability(prob, norm, tol=1e-5)
            assert figure.numbers()["chance"] == pytest.approx(float(exact), abs=5e-4), state


def test_every_cell_of_the_map_is_decided(figure: Figure) -> None:
    figure.page.wait_for_selector(".sn-figure[data-filled=true]", timeout=60_000)
    found = figure.page.evaluate(
        "() => { const m = document.querySelector('.sn-figure').map;"
        " return [Array.from(m.codes), m.columns, m.rows]; }"
    )
    codes = np.array(found[0]).reshape(found[2], found[1])
    assert set(codes.ravel()) == {1, 2}
    rows, columns = np.random.default_rng(5).integers((found[2], found[1]), size=(150, 2)).T
    t = (columns + 0.5) * math.pi / found[1]
    norm = 10 ** (LEAST + (rows + 0.5) * (MOST - LEAST) / found[2])
    w = np.stack([norm * np.cos(t), norm * np.sin(t), 0 * t], axis=1)
    lost = sn.decide(problem(FateMap().state()), w).fate == sn.Fate.LOST
    assert (codes[rows, columns] == np.where(lost, 2, 1)).all()


# --- Mouse, touch, keys -------------------------------------------------------------------------


def test_mouse_and_hover(figure: Figure) -> None:
    assert figure.state(*NAMES) == {name: FateMap().state()[name] for name in NAMES}
    assert figure.left(figure.page.url.rsplit("/failure/", 1)[0]) == []
    mouse = figure.page.mouse
    mouse.move(*figure.at(70.0, 1.0))
    figure.settle()
    assert figure.data("ghost") == "true"
    assert figure.state("start")["start"] == FateMap().start
    mouse.down()
    mouse.move(*figure.at(30.0, 2.0), steps=3)
    mouse.up()
    figure.settle()
    angle, power = figure.state("start")["start"]
    # two pixels of a map of some 350 by 300
    assert (angle, power) == (pytest.approx(30, abs=1), pytest.approx(2, abs=0.06))
    assert (figure.data("fate"), figure.data("certificate")) == ("learned", "ANGLE")
    mouse.click(*figure.at(165.0, -5.0))
    mouse.move(0, 0)
    figure.settle()
    assert (figure.data("fate"), figure.data("zone")) == ("lost", "blind")
    assert figure.data("ghost") == "false"


def test_keys_and_buttons(figure: Figure) -> None:
    angle, power = figure.state("start")["start"]
    figure.page.locator(".sn-handle").first.focus()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowUp"):
        figure.page.keyboard.press(key)
    figure.settle()
    moved = figure.state("start")["start"]
    assert moved == pytest.approx([angle - 2, power + 0.11], abs=1e-9)
    figure.press("limit")
    numbers = figure.numbers()
    assert numbers["norm"] == pytest.approx(numbers["rho"], rel=1e-9)
    assert numbers["excess"] == pytest.approx(0, abs=1e-9)
    figure.press("border")
    numbers = figure.numbers()
    assert numbers["theta"] == pytest.approx(numbers["threshold"], abs=1e-12)
    figure.press("beta")
    assert figure.numbers()["theta"] == pytest.approx(math.pi / 3, abs=1e-12)
    figure.press("blind")
    assert figure.numbers()["theta"] == pytest.approx(5 * math.pi / 6, abs=1e-12)
    figure.root.locator("[data-dim='50']").click()
    figure.root.locator("[data-wide=true]").click()
    figure.settle()
    assert figure.state("dim", "wide") == {"dim": 50, "wide": True}
    figure.page.wait_for_function(
        "() => /root d/.test(document.querySelector('[aria-live=polite]').textContent)",
        timeout=8000,
    )


def test_words_do_not_wait_for_the_map(figure: Figure) -> None:
    """With a clock that leaves no time for the cells, the map is never filled; the words come."""
    figure.page.evaluate(
        "() => { const now = performance.now.bind(performance); let late = 0;"
        " performance.now = () => now() + (late += 10); }"
    )
    try:
        figure.set(dim=200)
        figure.page.wait_for_function(
            "() => /Dimension 200/.test(document.querySelector('[aria-live=polite]').textContent)",
            timeout=8000,
        )
        assert figure.data("filled") == "false"
        assert "below the map" in figure.root.inner_text()
    finally:
        figure.page.evaluate("() => { delete performance.now; }")


def test_a_finger_moves_the_start_on_a_phone(chromium: Browser, http_site: str) -> None:
    for figure in open_figure(chromium, f"{http_site}{CHAPTER}", Figure, **PHONE):
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.place(0), figure.at(100, 0), figure.at(60, 1)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            point = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        angle, power = figure.state("start")["start"]
        assert (angle, power) == (pytest.approx(60, abs=1.5), pytest.approx(1, abs=0.1))
        assert figure.page.evaluate("scrollY") == before
        box, room = figure.canvas.bounding_box(), figure.root.bounding_box()
        assert box is not None and room is not None
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 1
        assert figure.left(http_site) == [] and figure.said == []


# --- It survives --------------------------------------------------------------------------------


def test_random_play_at_the_extremes(figure: Figure) -> None:
    play = random.Random(9)
    buttons = figure.page.locator(".sn-figure button")
    for _ in range(12):
        start = [play.choice([0.0, 1e-300, 90.0, 180.0]), play.choice([LEAST, 0.0, MOST])]
        offset = play.choice([*LIMITS["offset"], 0.0, play.uniform(-0.9, 0.9)])
        figure.set(start=start, offset=offset, dim=play.choice(DIMS), wide=play.random() < 0.5)
        buttons.nth(play.randrange(buttons.count())).evaluate("one => one.click()")
        figure.settle()
        assert figure.sane()
    for nonsense in ([1e308, -1e308], [None, 1], ["a", "b"], None):
        figure.set(start=nonsense, offset="low", dim=3, wide="yes")
        assert figure.sane()
    for theme in ("dark", "light"):
        figure.page.evaluate("t => { document.documentElement.dataset.theme = t; }", theme)
        figure.settle()
        assert ("sn-dark" in (figure.root.get_attribute("class") or "")) == (theme == "dark")
    assert figure.said == []


def test_what_a_hand_drags_is_drawn(figure: Figure) -> None:
    values = [[90 + 60 * math.sin(k / 9), -1 + math.cos(k / 9)] for k in range(30)]
    assert figure.sweep("start", values) >= 20  # a stalled machine skips some
