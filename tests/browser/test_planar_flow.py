"""The figure of the planar flow: Python's numbers, mouse, touch and keys, and its extremes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from live import PHONE, OpenFigure, open_figure
from singleneuron import planar
from singleneuron.widgets import PlanarFlow
from singleneuron.widgets.base import join
from singleneuron.widgets.planar_flow import LIMITS

CHAPTER = "setting/without_bias.html"
WIDE = {"width": 1280, "height": 1400}


class Figure(OpenFigure):
    """The figure, open in its chapter."""

    def state(self) -> dict[str, Any]:
        return super().state("start", "time", "stretched", "printed")

    def at(self, plot: int, x: float, y: float) -> tuple[float, float]:
        """Where a point of a plot (0: weights, 1: angle in degrees and norm) is on the page."""
        box = self.page.locator(".sn-figure canvas").nth(plot).bounding_box()
        assert box is not None
        left, right, top, bottom = 40, 14, 24, 38
        extent = LIMITS["extent"]
        low, high = ((-extent, extent), (0.0, 180.0))[plot]
        across = (x - low) / (high - low) * (box["width"] - left - right)
        down = (1 - y / extent) * (box["height"] - top - bottom)
        return box["x"] + left + across, box["y"] + top + down

    def fate(self) -> tuple[str, str]:
        return self.root.get_attribute("data-fate") or "", self.page.locator(
            ".sn-verdict"
        ).inner_text()


@pytest.fixture(scope="module")
def opened(chromium: Browser, site: Any) -> Iterator[Figure]:
    """The chapter, opened once: a page full of mathematics takes its time."""
    yield from open_figure(chromium, (site / CHAPTER).as_uri(), Figure, viewport=WIDE)


@pytest.fixture
def figure(opened: Figure) -> Figure:
    """The figure as it was at first."""
    opened.set(start=[-1.2, 0.5], time=0.0, stretched=False, printed=False)
    opened.said.clear()
    return opened


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
        join("planar_flow"),
    )
    yield page
    context.close()


def test_the_page_s_functions_are_python_s(engine: Page) -> None:
    """Both sides are the same closed forms: nothing but rounding may differ."""
    rng = np.random.default_rng(8)
    n = 3000
    r, theta = 10.0 ** rng.uniform(-6, 3, n), np.pi * rng.beta(0.5, 0.5, n)
    theta[:20], theta[20:40], t = np.pi, 0.0, rng.exponential(6.0, n)
    r[40:80] = planar.norm_threshold(theta[40:80]) * (1 + 1e-3 * rng.normal(size=40))
    found = engine.evaluate(
        """points => points.map(([r, angle, t]) => [engine.normThreshold(angle),
            engine.planarLoss(r, angle), ...engine.planarVelocity(r, angle),
            ...engine.planarFlow(r, angle, t),
            Number.isFinite(engine.turningTime(r, angle)) ? engine.turningTime(r, angle) : -1])""",
        np.stack([r, theta, t], axis=-1).tolist(),
    )
    threshold, loss, grows, turns, norm, angle, turning = np.array(found, dtype=float).T
    assert threshold == pytest.approx(planar.norm_threshold(theta), rel=1e-13, abs=1e-30)
    assert (abs(loss - planar.loss(r, theta)) <= 1e-14 * (1 + r * r)).all()
    mine = planar.velocity(r, theta)
    assert (abs(grows - mine[0]) <= 1e-14 * (1 + r)).all()
    assert turns == pytest.approx(mine[1], rel=1e-13)
    mine = planar.flow(r, theta, t)
    assert norm == pytest.approx(mine[0], rel=1e-13, abs=0)
    assert angle == pytest.approx(mine[1], rel=0, abs=1e-14)
    mine_turning = planar.turning_time(r, theta)
    assert ((turning < 0) == np.isinf(mine_turning)).all()
    known = turning >= 0
    # Near the line beyond which norms fall for ever, a rounding moves the turn by more than itself.
    assert turning[known] == pytest.approx(mine_turning[known], rel=0, abs=1e-9)


def test_on_the_threshold_the_page_s_norms_grow_at_once(engine: Page) -> None:
    """Where norm and angle come from two weights and back, as with the figure's button."""
    theta = np.append(np.linspace(0, 3.14, 4001), np.pi - np.logspace(-9, -2, 300))
    turning = engine.evaluate(
        """angles => angles.map(angle => {
            const norm = engine.normThreshold(angle);
            const x = norm * Math.cos(angle), y = norm * Math.sin(angle);
            return engine.turningTime(Math.hypot(x, y), Math.atan2(y, x));
        })""",
        theta.tolist(),
    )
    assert set(turning) == {0}


def test_the_page_stretches_and_comes_back(engine: Page) -> None:
    rng = np.random.default_rng(9)
    w = rng.uniform([-2, 0], [2, 2], (500, 2))
    there, back = (
        np.array(part)
        for part in engine.evaluate(
            "ws => [ws.map(engine.stretch), ws.map(w => engine.unstretch(engine.stretch(w)))]",
            w.tolist(),
        )
    )
    theta = np.arctan2(w[:, 1], w[:, 0])
    assert there == pytest.approx(w / (1 - theta / np.pi)[:, None], rel=1e-13)
    assert back == pytest.approx(w, rel=1e-12)


def test_the_page_s_printed_threshold(engine: Page) -> None:
    """At angles where Lemma 6.3's two terms have simple values; they change places at pi/2."""
    found = engine.evaluate(
        "angles => angles.map(engine.printedThreshold)",
        [0, math.pi / 4, math.pi / 2, 2 * math.pi / 3, math.pi],
    )
    assert found == pytest.approx([0.5, 0.5**0.5, 0.5, 3**0.5 / 8, 0], rel=1e-15, abs=1e-16)


def test_it_shows_python_s_numbers(figure: Figure) -> None:
    rng = np.random.default_rng(10)
    for start in [[0.0, 0.45], [1.9, 0.1], *rng.uniform([-2, 0], [2, 2], (12, 2)).tolist()]:
        time = float(rng.uniform(0, 20))
        figure.set(start=start, time=time)
        shown = figure.numbers()
        r, theta = math.hypot(*start), math.atan2(start[1], start[0])
        norm, angle = planar.flow(r, theta, time)
        assert shown["norm"] == pytest.approx(float(norm), rel=1e-11)
        assert shown["angle"] == pytest.approx(math.degrees(angle), rel=1e-9, abs=1e-11)
        assert shown["loss"] == pytest.approx(4 * float(planar.loss(norm, angle)), abs=1e-12)
        assert shown["threshold"] == pytest.approx(float(planar.norm_threshold(theta)), rel=1e-12)
        gap = math.hypot(norm * math.cos(angle) - 1, norm * math.sin(angle))
        assert shown["distance"] == pytest.approx(gap, rel=1e-9, abs=1e-14)
        turn = float(planar.turning_time(r, theta))
        if math.isfinite(turn):
            assert shown["turn"] == pytest.approx(turn, rel=1e-12, abs=1e-12)
        else:
            assert shown["turn"] is None and "for ever" in figure.fate()[1]
        assert figure.fate()[0] == "learned"


# --- Hands --------------------------------------------------------------------------------------


def test_defaults_are_the_traits(figure: Figure) -> None:
    widget = PlanarFlow()
    assert figure.state() == {name: getattr(widget, name) for name in figure.state()}


@pytest.mark.parametrize("where", ["http", "file"])
def test_it_lives_alone(request: Any, chromium: Browser, where: str) -> None:
    site = request.getfixturevalue("http_site" if where == "http" else "site")
    address = f"{site}{CHAPTER}" if where == "http" else (site / CHAPTER).as_uri()
    for figure in open_figure(chromium, address, Figure, viewport=WIDE):
        figure.page.mouse.click(*figure.at(0, -0.5, 1.0))
        figure.settle()
        assert figure.state()["start"] == pytest.approx([-0.5, 1.0], abs=0.02)
        assert figure.said == []


def test_the_mouse_drags_in_both_pictures(figure: Figure) -> None:
    for plot, path, wanted in (
        (0, [(-1.0, 1.0), (0.5, 1.5)], (0.5, 1.5)),
        (1, [(120.0, 1.0), (90.0, 1.2)], (0.0, 1.2)),
        (1, [(120.0, 1.0), (230.0, 0.7)], (-0.7, 0.0)),
    ):
        figure.page.mouse.move(*figure.at(plot, *path[0]))
        figure.page.mouse.down()
        figure.page.mouse.move(*figure.at(plot, *path[1]), steps=4)
        figure.page.mouse.up()
        figure.settle()
        assert figure.state()["start"] == pytest.approx(wanted, abs=0.03)
    assert figure.fate()[0] == "lost"  # dragged to exactly 180 degrees


def test_a_drag_in_the_straightened_picture(figure: Figure) -> None:
    figure.press("stretched")
    figure.page.mouse.click(*figure.at(0, -0.75, 1.5))  # twice the range: y = (-1.5, 3)
    figure.settle()
    start = figure.state()["start"]
    share = 1 - math.atan2(start[1], start[0]) / math.pi
    assert [x / share for x in start] == pytest.approx([-1.5, 3.0], abs=0.05)


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    address = (site / CHAPTER).as_uri()
    for figure in open_figure(chromium, address, Figure, **PHONE):
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        for kind, point in (("touchStart", (-1.2, 0.5)), ("touchMove", (0.3, 1.2))):
            x, y = figure.at(0, *point)
            session.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert figure.state()["start"] == pytest.approx([0.3, 1.2], abs=0.04)
        assert figure.page.evaluate("scrollY") == before


def test_keys(figure: Figure) -> None:
    page, step = figure.page, LIMITS["extent"] / 60
    page.locator(".sn-handle").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    figure.settle()
    assert figure.state()["start"] == pytest.approx([-1.2 + step, 0.5 + step / 10], abs=1e-12)
    figure.set(start=[0.0, 1.0])
    page.locator(".sn-handle").nth(1).focus()
    page.keyboard.press("ArrowLeft")
    figure.settle()
    angle = math.radians(89)
    assert figure.state()["start"] == pytest.approx([math.cos(angle), math.sin(angle)], abs=1e-12)


def test_buttons(figure: Figure) -> None:
    figure.press("example")
    assert figure.state()["start"] == [0, 0.45]
    assert "falls until t = 0.37" in figure.fate()[1]
    assert "SAFE_BALL" not in figure.fate()[1]
    figure.press("threshold")
    assert figure.state()["start"] == pytest.approx([0.0, 1 / math.pi], abs=1e-15)
    for angle in (2.5, math.radians(179.9)):
        figure.set(start=[math.cos(angle), math.sin(angle)])
        figure.press("threshold")
        wanted = float(planar.norm_threshold(angle))
        assert math.hypot(*figure.state()["start"]) == pytest.approx(wanted, rel=1e-12, abs=0)
        assert figure.root.get_attribute("data-turn") == "0"
        assert "grows from the start" in figure.fate()[1]
    figure.press("nearly")
    assert figure.numbers()["angle"] == pytest.approx(179.0, rel=1e-12)
    assert figure.fate()[0] == "learned"
    assert math.hypot(*figure.state()["start"]) == pytest.approx(1, abs=1e-15)
    figure.press("opposite")
    assert figure.fate()[0] == "lost"
    assert figure.page.locator("[data-action=threshold]").is_disabled()
    figure.set(start=[0.6, 0.3])
    assert "SAFE_BALL" in figure.fate()[1]
    figure.press("printed")
    assert figure.state()["printed"] is True
    assert figure.page.locator("[data-action=printed]").get_attribute("aria-pressed") == "true"


def test_it_plays(figure: Figure) -> None:
    figure.set(time=19.0)
    figure.press("play")
    figure.page.wait_for_function(
        "() => document.querySelector('.sn-live').singleNeuronModel.get('time') === 20",
        timeout=5000,
    )
    # The button follows in the next frame, which a busy machine may draw late.
    figure.page.locator("[data-action=play]", has_text="Play").wait_for(timeout=5000)


def test_it_speaks_once_at_rest(figure: Figure) -> None:
    voice = figure.page.locator(".sn-figure [aria-live=polite]")
    assert "Learned" in (voice.text_content() or "")
    figure.set(start=[-1.0, 0.0])
    figure.page.wait_for_function(
        "() => /180.0 degrees.*Lost/.test(document.querySelector('[aria-live=polite]').textContent)"
    )


# --- It survives --------------------------------------------------------------------------------


def test_extremes(figure: Figure) -> None:
    play = random.Random(3)
    ends = [0.0, 1e-300, 1e-9, 1.0, 2.0]
    for k in range(25):
        start = [play.choice([-1, 1]) * play.choice(ends), play.choice(ends)]
        time = play.choice([0.0, 7.0, 20.0])
        figure.set(start=start, time=time, stretched=k % 2 == 0, printed=k % 3 == 0)
        text = figure.page.locator(".sn-live").inner_text()
        assert not any(word in text for word in ("NaN", "Infinity", "undefined", "null")), start
        for canvas in (0, 1):
            handle = figure.page.locator(".sn-handle").nth(canvas).bounding_box()
            box = figure.page.locator(".sn-figure canvas").nth(canvas).bounding_box()
            assert handle and box
            middle = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
            assert box["x"] <= middle[0] <= box["x"] + box["width"], start
            assert box["y"] <= middle[1] <= box["y"] + box["height"], start
    for bad in ({"start": [math.nan, 3]}, {"start": None, "time": "x"}, {"time": 1e9}):
        figure.set(**{name: None if value != value else value for name, value in bad.items()})
    assert figure.said == []
