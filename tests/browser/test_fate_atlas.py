"""The atlas of fates: its map is Python's, its path follows the start, and nothing breaks it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import singleneuron as sn
from live import PHONE, OpenFigure, open_figure
from singleneuron.widgets import FateAtlas
from singleneuron.widgets.base import join
from singleneuron.widgets.fate_atlas import LIMITS, PRESETS

PAGE = "geometry/two_fates.html"
EXTENT, CELLS = LIMITS["extent"], 150
NAMES = ("c", "offset", "start", "step_size")
FATES = (sn.Fate.UNDECIDED, sn.Fate.LEARNED, sn.Fate.LOST)


class Figure(OpenFigure):
    """The figure in its chapter."""

    def filled(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The codes of all cells, once the map is whole; rows from the lowest bias up."""
        self.settle()
        self.page.wait_for_selector(".sn-figure[data-filled=true]", timeout=20_000)
        codes = self.page.evaluate("() => [...document.querySelector('.sn-figure').atlas]")
        return np.array(codes, np.uint8).reshape(CELLS, CELLS)

    def state(self) -> dict[str, Any]:
        return super().state(*NAMES)

    def number(self, name: str) -> float:
        return float(self.page.locator(f"data[data-name={name}]").get_attribute("value") or "nan")

    def at(self, weight: float, bias: float) -> tuple[float, float]:
        """Where a start is on the page, from the handle's place and the plot's size."""
        box = self.page.locator(".sn-handle").bounding_box()
        area = self.canvas.bounding_box()
        assert box is not None and area is not None
        start, scale = self.state()["start"], (area["width"] - 42) / (2 * EXTENT)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        return x + scale * (weight - start[0]), y - scale * (bias - start[1])


@pytest.fixture(scope="module")
def opened(chromium: Browser, site: Any) -> Iterator[Figure]:
    """The chapter, opened once: a page full of mathematics takes its time."""
    yield from open_figure(chromium, (site / PAGE).as_uri(), Figure)


@pytest.fixture
def figure(opened: Figure) -> Figure:
    """The figure as it was at first."""
    opened.page.mouse.move(5, 5)
    opened.set(**{name: FateAtlas().state()[name] for name in NAMES})
    opened.canvas.scroll_into_view_if_needed()
    opened.said.clear()
    return opened


@pytest.fixture(params=["http", "file"])
def address(request: pytest.FixtureRequest) -> str:
    if request.param == "http":
        return f"{request.getfixturevalue('http_site')}{PAGE}"
    return str((request.getfixturevalue("site") / PAGE).as_uri())


def problem(c: float, offset: float) -> sn.Problem:
    return sn.Problem(sn.UniformBall(1, radius=c), [1.0, offset])


# --- It lives, and answers to mouse, touch and keys ----


def test_it_lives_alone(chromium: Browser, address: str) -> None:
    for figure in open_figure(chromium, address, Figure):
        figure.page.mouse.click(*figure.at(1.5, 2.0))
        figure.settle()
        assert figure.left(address.removesuffix(PAGE)) == []
        assert figure.said == []
        assert figure.state()["start"] == pytest.approx([1.5, 2.0], abs=0.03)
        assert figure.data("fate") == "learned"


def test_defaults_are_the_traits(figure: Figure) -> None:
    widget = FateAtlas()
    assert figure.state() == {name: widget.state()[name] for name in NAMES}


def test_the_mouse_drags_and_shows_where_others_go(figure: Figure) -> None:
    figure.page.mouse.move(*figure.at(2.0, 2.0))
    figure.settle()
    assert figure.data("ghost") == "true"
    assert figure.state()["start"] == FateAtlas().start
    figure.page.mouse.move(*figure.at(-1.2, 2.0))
    figure.page.mouse.down()
    figure.page.mouse.move(*figure.at(0.5, -1.5), steps=4)
    figure.settle()
    assert figure.data("ghost") == "false"
    figure.page.mouse.up()
    figure.settle()
    assert figure.state()["start"] == pytest.approx([0.5, -1.5], abs=0.03)
    assert figure.data("certificate") == "DEAD"
    figure.page.mouse.move(5, 5)
    figure.settle()
    assert figure.data("ghost") == "false"


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    for figure in open_figure(chromium, (site / PAGE).as_uri(), Figure, **PHONE):
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.at(-1.2, 2.0), figure.at(0.0, 1.5), figure.at(1.0, 1.0)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            session.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert figure.state()["start"] == pytest.approx([1.0, 1.0], abs=0.05)
        assert figure.page.evaluate("scrollY") == before


def test_keys_move_the_start_and_the_sliders(figure: Figure) -> None:
    figure.page.locator(".sn-handle").focus()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowDown"):
        figure.page.keyboard.press(key)
    figure.settle()
    expected = [-1.2 + EXTENT / 60, 2.0 - 1.1 * EXTENT / 60]
    assert figure.state()["start"] == pytest.approx(expected, abs=1e-12)
    figure.page.get_by_label("target bias").focus()
    figure.page.keyboard.press("ArrowUp")
    figure.settle()
    assert figure.state()["offset"] == pytest.approx(-0.55, abs=1e-12)


# --- It says what Python says ----


@pytest.mark.parametrize("preset", [*PRESETS, "short steps"])
def test_the_map_is_the_package_s(figure: Figure, preset: str) -> None:
    values = PRESETS.get(preset, {"c": 2.2, "offset": 0.35, "step_size": 0.3, "start": [1, 1]})
    if preset in PRESETS:
        figure.page.locator(f"[data-preset='{preset}']").click()
    else:
        figure.set(**values)
    codes, rng = figure.filled(), np.random.default_rng(4)
    rows, columns = rng.integers(CELLS, size=(2, 600))
    centres = EXTENT * ((2 * np.stack([columns, rows], axis=-1) + 1) / CELLS - 1)
    prob = problem(values["c"], values["offset"])
    eta = values["step_size"] / prob.smoothness
    fates = sn.decide(prob, centres, dynamics="descent", step_size=eta, max_steps=6000).fate
    shown = np.array(FATES, object)[codes[rows, columns]]
    decided = shown != sn.Fate.UNDECIDED  # Python has one certificate more, and more patience
    assert decided.mean() > 0.97
    assert (shown[decided] == fates[decided]).all()
    for code, fate in enumerate(FATES):
        assert figure.number(fate.name.lower()) == pytest.approx((codes == code).mean(), abs=1e-12)


def test_the_verdict_on_the_start_is_the_package_s(figure: Figure) -> None:
    rng, seen = np.random.default_rng(5), set()
    for _ in range(25):
        state = {name: float(rng.uniform(*LIMITS[name])) for name in ("c", "offset", "step_size")}
        start = rng.uniform(-EXTENT, EXTENT, 2).tolist()
        figure.set(start=start, **state)
        prob = problem(state["c"], state["offset"])
        eta = state["step_size"] / prob.smoothness
        verdict = sn.decide(prob, start, dynamics="descent", step_size=eta)
        if figure.data("certified") == "true":
            assert figure.data("fate").upper() == verdict.fate.item().name
            seen.add(figure.data("certificate"))
        ratio = float(prob.excess_loss(start)) / prob.trivial_loss
        assert figure.number("excess") == pytest.approx(ratio, abs=1e-9 * (1 + abs(ratio)))
    assert seen >= {"DEAD", "BLIND", "BELOW_TRIVIAL"}


def test_the_button_of_the_level(figure: Figure) -> None:
    figure.set(start=[0.6, 0.2], offset=-0.3)
    figure.page.locator("[data-action=level]").click()
    figure.settle()
    start, prob = figure.state()["start"], problem(1.0, -0.3)
    assert start[1] / start[0] == pytest.approx(1 / 3, abs=1e-9)
    ratio = float(prob.excess_loss(start)) / prob.trivial_loss
    assert -1e-3 < ratio < 0
    assert (figure.data("certificate"), figure.data("steps")) == ("BELOW_TRIVIAL", "0")
    figure.set(start=[-1.0, 0.2])
    figure.page.locator("[data-action=level]").click()
    figure.settle()
    assert figure.state()["start"] == [-1.0, 0.2]
    assert "never dips" in figure.page.locator(".sn-note").inner_text()


def test_the_button_of_the_edge(figure: Figure) -> None:
    figure.page.locator("[data-action=edge]").click()
    figure.settle()
    start = figure.state()["start"]
    assert start[1] == pytest.approx(-abs(start[0]), abs=1e-12)
    assert figure.data("certificate") == "DEAD"


def test_it_speaks_at_rest(figure: Figure) -> None:
    figure.filled()
    figure.page.wait_for_function(
        "() => /percent is learned/.test(document.querySelector('[aria-live=polite]').textContent)"
    )


# --- It survives ----

SANE = """() => [/NaN|Infinity|undefined|null/.test(
        document.querySelector(".sn-figure").innerText.replace("undecided", "")),
    [...document.querySelectorAll(".sn-numbers data")].every(one => Number.isFinite(+one.value))]"""


def test_random_play_at_the_extremes(figure: Figure) -> None:
    play = random.Random(7)
    buttons = figure.page.locator(".sn-figure button")
    sliders = figure.page.locator(".sn-figure input[type=range]")
    for _ in range(40):
        kind = play.random()
        if kind < 0.4:
            box = figure.canvas.bounding_box()
            assert box is not None
            figure.page.mouse.click(
                box["x"] + play.random() * box["width"], box["y"] + play.random() * box["height"]
            )
        elif kind < 0.65:
            sliders.nth(play.randrange(sliders.count())).evaluate(
                "(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }",
                play.choice(["-99", "99", str(play.uniform(-1, 3))]),
            )
        elif kind < 0.85:
            buttons.nth(play.randrange(buttons.count())).evaluate("b => b.click()")
        else:
            figure.set(
                start=[play.choice([-3.0, 0.0, 3.0, 1e-300, -1e-9, 99.0]) for _ in range(2)],
                c=play.choice([1.0, 3.0, 1e9]),
                offset=play.choice([-0.9, 1.5, -5.0]),
                step_size=play.choice([0.1, 1.95, 7.0]),
            )
        figure.settle()
        assert figure.page.evaluate(SANE) == [False, True], figure.state()
    assert figure.said == []


def test_nonsense_from_outside_is_survived(figure: Figure) -> None:
    for point in ([1e308, -1e308], [None, 1], ["a", "b"], [], None):
        figure.set(start=point, c=None, offset="x", step_size=float(0))
        assert figure.page.evaluate(SANE) == [False, True]
    assert figure.said == []


# --- The traits ----


@pytest.mark.parametrize(
    "wrong", [{"c": 0.5}, {"offset": -1.0}, {"step_size": 2.0}, {"start": [4.0, 0.0]}, {"d": 2}]
)
def test_traits_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        FateAtlas(**wrong)


def test_the_module_stands_alone() -> None:
    assert "import {" not in join("fate_atlas")
