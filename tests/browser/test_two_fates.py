"""The first live figure answers to mouse, touch, keys and controls, with no kernel or network."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import singleneuron as sn
from live import PHONE, WIDE, OpenFigure, hosted, open_figure
from singleneuron.widgets import TwoFates
from singleneuron.widgets.base import join
from singleneuron.widgets.two_fates import LIMITS, PRESETS

EXTENT = LIMITS["extent"]
NUMBERS = """() => Object.fromEntries([...document.querySelectorAll(".sn-numbers data")]
    .map(one => [one.dataset.name, Number(one.value)]))"""


NAMES = ("c", "start", "target", "step_size", "shown", "playing", "preset")


class Figure(OpenFigure):
    """The figure on the front page."""

    def state(self) -> dict[str, Any]:
        return super().state(*NAMES)

    def fate(self) -> tuple[str, str, str]:
        data = [self.root.get_attribute(f"data-{x}") for x in ("fate", "certificate", "ending")]
        return data[0] or "", data[1] or "", data[2] or ""

    def unit(self) -> tuple[float, tuple[float, float]]:
        """Pixels for one unit of the plane, and where its origin is on the page."""
        (x0, y0), (x1, y1) = self.place(0), self.place(1)
        start, target = self.state()["start"], self.state()["target"]
        scale = math.dist((x0, y0), (x1, y1)) / math.dist(start, target)
        return scale, (x0 - scale * start[0], y0 + scale * start[1])

    def at(self, weight: float, bias: float) -> tuple[float, float]:
        scale, (x, y) = self.unit()
        return x + scale * weight, y - scale * bias


@pytest.fixture(params=["http", "file"])
def front(request: pytest.FixtureRequest) -> str:
    """The front page's address."""
    if request.param == "http":
        return f"{request.getfixturevalue('http_site')}index.html"
    return str((request.getfixturevalue("site") / "index.html").as_uri())


@pytest.fixture
def figure(chromium: Browser, site: Any) -> Iterator[Figure]:
    yield from open_figure(chromium, (site / "index.html").as_uri(), Figure)


@pytest.fixture
def touched(chromium: Browser, site: Any) -> Iterator[Figure]:
    address = (site / "index.html").as_uri()
    yield from open_figure(chromium, address, Figure, **PHONE)


def close(point: Any, other: Any, within: float) -> bool:
    return bool(np.max(np.abs(np.subtract(point, other))) <= within)


# --- It lives -----------------------------------------------------------------------------------


def test_it_lives_alone(chromium: Browser, front: str) -> None:
    for figure in open_figure(chromium, front, Figure):
        figure.page.mouse.click(*figure.at(-0.8, 2.0))
        figure.settle()
        assert figure.left(front.removesuffix("index.html")) == []
        assert any(url.startswith("blob:") for url in figure.requests)
        assert figure.said == []
        assert close(figure.state()["start"], [-0.8, 2.0], 0.02)


def test_defaults_are_the_traits(figure: Figure) -> None:
    widget = TwoFates()
    assert figure.state() == {name: widget.state()[name] for name in figure.state()}


def test_first_canvas_is_the_plane(figure: Figure) -> None:
    assert "plane" in (figure.canvas.get_attribute("aria-label") or "").lower()
    box = figure.canvas.bounding_box()
    assert box is not None
    for handle in (0, 1):
        x, y = figure.place(handle)
        assert box["x"] < x < box["x"] + box["width"]
        assert box["y"] < y < box["y"] + box["height"]


# --- Mouse, touch, keys -------------------------------------------------------------------------


def test_a_press_takes_the_nearer_point(figure: Figure) -> None:
    figure.set(start=[-1.0, 1.0], target=[1.0, 1.0])
    figure.page.mouse.click(*figure.at(-0.2, 2.0))
    figure.settle()
    after = figure.state()
    assert close(after["start"], [-0.2, 2.0], 0.02)
    assert after["target"] == [1.0, 1.0]
    figure.page.mouse.click(*figure.at(1.5, 0.2))
    figure.settle()
    assert close(figure.state()["target"], [1.5, 0.2], 0.02)
    assert figure.state()["start"] == after["start"]


@pytest.mark.parametrize(("handle", "name"), [(0, "start"), (1, "target")])
def test_the_mouse_drags(figure: Figure, handle: int, name: str) -> None:
    figure.set(start=[-1.0, 1.0], target=[1.0, 1.0])
    before = figure.state()
    where = figure.at(0.4, 2.2)
    figure.page.mouse.move(*figure.place(handle))
    figure.page.mouse.down()
    figure.page.mouse.move(*figure.at(0.0, 0.5), steps=4)
    figure.page.mouse.move(*where, steps=4)
    figure.page.mouse.up()
    figure.page.mouse.move(*figure.at(-2.0, -2.0))  # let go: nothing follows
    figure.settle()
    after = figure.state()
    assert close(after[name], [0.4, 2.2], 0.02)
    other = {"start": "target", "target": "start"}[name]
    assert after[other] == before[other]
    assert after["preset"] == ""


def test_a_finger_drags_and_the_page_stays(touched: Figure) -> None:
    touched.set(start=[-1.0, 1.0], target=[1.0, 1.0])
    before = touched.page.evaluate("scrollY")
    session = touched.page.context.new_cdp_session(touched.page)
    path = [touched.place(0), touched.at(-0.5, 0.2), touched.at(0.2, -1.0)]
    for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path):
        point = [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touched.settle()
    assert close(touched.state()["start"], [0.2, -1.0], 0.03)
    assert touched.page.evaluate("scrollY") == before


def test_keys_move_what_is_held(figure: Figure) -> None:
    page = figure.page
    before = figure.state()
    page.locator(".sn-handle").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    figure.settle()
    step = EXTENT / 60
    moved = np.add(before["start"], [step, 1.1 * step])
    assert close(figure.state()["start"], moved, 1e-12)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    figure.settle()
    assert close(figure.state()["target"], np.subtract(before["target"], [step, 0]), 1e-12)
    figure.canvas.focus()  # the plane itself moves what was held last
    page.keyboard.press("ArrowDown")
    figure.settle()
    assert close(figure.state()["target"], np.subtract(before["target"], [step, step]), 1e-12)
    assert close(figure.state()["start"], moved, 1e-12)


# --- What it says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("learned", ("learned", "BELOW_TRIVIAL")),
        ("born dead", ("lost", "DEAD")),
        ("lost from bias zero", ("lost", "BLIND")),
    ],
)
def test_presets(figure: Figure, preset: str, said: tuple[str, str]) -> None:
    figure.set(c=3.0, start=[2.0, 2.0], step_size=0.3)
    figure.page.get_by_role("button", name=preset, exact=True).click()
    figure.settle()
    state = figure.state()
    assert {name: state[name] for name in PRESETS[preset]} == PRESETS[preset]
    assert figure.fate()[:2] == said
    assert said[1] in figure.page.locator(".sn-verdict").inner_text()
    assert (figure.root.get_attribute("data-certified") or "") == "true"


def test_the_edge_of_the_cone(figure: Figure) -> None:
    figure.set(c=0.7, start=[1.3, 0.9])
    figure.page.locator("[data-action=edge]").click()
    figure.settle()
    start = figure.state()["start"]
    law = sn.UniformBall(1, 0.7)
    assert math.isclose(start[1], -0.7 * abs(start[0]), rel_tol=1e-15)
    assert sn.cones.is_dead(law, start)
    assert figure.fate()[:2] == ("lost", "DEAD")
    figure.page.locator(".sn-handle").first.focus()
    figure.page.keyboard.press("Shift+ArrowUp")
    figure.settle()
    assert figure.fate()[1] != "DEAD"


def test_numbers_are_the_package_s(figure: Figure) -> None:
    rng = np.random.default_rng(5)
    for _ in range(25):
        c = float(np.round(rng.uniform(*LIMITS["c"]), 2))
        start, target = rng.uniform(-EXTENT, EXTENT, (2, 2)).tolist()
        target[1] = max(target[1], 0.1 - c * abs(target[0]))
        figure.set(c=c, start=start, target=target, shown=int(rng.integers(0, 4)))
        shown = figure.numbers()
        problem = sn.Problem(sn.UniformBall(1, c), target)
        run = sn.gradient_descent(problem, start, int(shown["step"]))
        w = [shown["weight"], shown["bias"]]
        assert close(run.points[-1], w, 1e-12)
        top = np.sum(problem.moments(w)) + 2 * problem.trivial_loss
        assert math.isclose(shown["loss"], problem.loss(w), abs_tol=1e-9 * top)
        assert math.isclose(shown["excess"], problem.excess_loss(w), abs_tol=1e-9 * top)
        assert math.isclose(shown["overlap"], problem.overlap(w), abs_tol=1e-9)
        size = float(np.linalg.norm(problem.gradient(w)))
        assert math.isclose(shown["gradient"], size, abs_tol=1e-9 * (1 + top))


def test_a_dead_target_is_kept_out(figure: Figure) -> None:
    figure.set(start=[-2.0, 2.0], target=[1.0, 0.5])
    figure.page.mouse.move(*figure.place(1))
    figure.page.mouse.down()
    figure.page.mouse.move(*figure.at(0.3, -2.0), steps=3)
    figure.page.mouse.up()
    figure.settle()
    assert not sn.cones.is_dead(sn.UniformBall(1, 1.0), figure.state()["target"])
    assert "dead target" in figure.page.locator(".sn-note").inner_text()


def test_steps_beyond_two_over_l_are_not_vouched_for(figure: Figure) -> None:
    figure.set(c=1.0, start=[1.0, 0.4], target=[1.0, 0.5], step_size=2.2)
    assert figure.fate()[1] in ("NONE", "DEAD", "BLIND")
    assert figure.root.get_attribute("data-certified") == "false"
    assert "may rise" in figure.page.locator(".sn-note").inner_text()


def test_run_step_reset(figure: Figure) -> None:
    page, step = figure.page, figure.page.locator("[data-action=step]")
    page.locator("[data-action=reset]").click()
    figure.settle()
    assert figure.numbers()["step"] == 0
    assert figure.fate()[0] == "undecided"
    step.click()
    step.click()
    figure.settle()
    assert figure.numbers()["step"] == 2
    assert figure.fate()[:2] == ("learned", "BELOW_TRIVIAL")
    page.locator("[data-action=reset]").click()
    page.locator("[data-action=run]").click()
    steps = int(figure.root.get_attribute("data-steps") or 0)
    assert steps > 20
    page.wait_for_function(
        f"() => {{ const t = ({NUMBERS})().step; return 0 < t && t < {steps}; }}", timeout=5000
    )
    page.wait_for_function(f"() => ({NUMBERS})().step === {steps}", timeout=8000)
    assert figure.state()["playing"] is False


def test_motion_stops_where_asked(chromium: Browser, site: Any) -> None:
    address = (site / "index.html").as_uri()
    for figure in open_figure(chromium, address, Figure, reduced_motion="reduce"):
        figure.page.locator("[data-action=reset]").click()
        figure.settle()
        frames = figure.root.get_attribute("data-frames")
        figure.page.locator("[data-action=run]").click()
        figure.settle()
        assert figure.numbers()["step"] == int(figure.root.get_attribute("data-steps") or 0)
        after = int(figure.root.get_attribute("data-frames") or 0)
        assert after - int(frames or 0) <= 2
        figure.page.wait_for_timeout(200)
        assert int(figure.root.get_attribute("data-frames") or 0) == after


def test_it_speaks_once_at_rest(figure: Figure) -> None:
    voice = figure.page.locator(".sn-figure [aria-live=polite]")
    first = voice.text_content()
    assert "Learned" in (first or "")
    figure.page.mouse.move(*figure.place(0))
    figure.page.mouse.down()
    for k in range(10):
        figure.page.mouse.move(*figure.at(-1.0 + 0.1 * k, -2.5))
        assert voice.text_content() == first
    figure.page.mouse.up()
    figure.page.wait_for_function(
        "() => /Lost.*positive/.test(document.querySelector('[aria-live=polite]').textContent)"
    )


# --- It survives --------------------------------------------------------------------------------

SANE = """() => {
    const text = document.querySelector(".sn-live").innerText;
    const values = [...document.querySelectorAll(".sn-numbers data")].map(one => Number(one.value));
    return [/NaN|Infinity|undefined|null/.test(text), values.every(Number.isFinite), values.length];
}"""


def test_random_play_at_the_extremes(figure: Figure) -> None:
    play = random.Random(6)
    box = figure.canvas.bounding_box()
    assert box is not None
    buttons = [*PRESETS, "Run", "Step", "Reset", "Start on the cone\u2019s edge"]
    sliders = figure.page.locator(".sn-figure input[type=range]")
    for _ in range(60):
        kind = play.random()
        if kind < 0.5:
            figure.page.mouse.move(
                box["x"] + play.random() * box["width"], box["y"] + play.random() * box["height"]
            )
            figure.page.mouse.down()
            for _ in range(3):  # also far outside the plane
                figure.page.mouse.move(play.uniform(0, 1279), play.uniform(0, 899))
            figure.page.mouse.up()
        elif kind < 0.75:
            slider = sliders.nth(play.randrange(sliders.count()))
            slider.evaluate(
                "(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }",
                play.choice(["0", "99", str(play.uniform(0.05, 4))]),
            )
        else:
            name = play.choice(buttons)
            figure.page.locator(".sn-figure button", has_text=name).first.evaluate("b => b.click()")
        if play.random() < 0.2:
            extreme = [play.choice([-EXTENT, 0.0, EXTENT, 1e-300, -1e-9]) for _ in range(4)]
            figure.set(start=extreme[:2], target=extreme[2:])
        figure.settle()
        assert figure.page.evaluate(SANE) == [False, True, 7]
    assert figure.said == []


def test_nonsense_from_outside_is_survived(figure: Figure) -> None:
    for point in ([1e308, -1e308], [None, 1], ["a", "b"]):
        figure.set(start=point)
        assert figure.page.evaluate(SANE) == [False, True, 7]
    assert figure.said == []


def test_it_fits_and_follows_its_box(figure: Figure) -> None:
    for viewport in (WIDE, PHONE["viewport"], {"width": 800, "height": 600}):
        figure.page.set_viewport_size(viewport)
        figure.page.wait_for_timeout(100)
        figure.settle()
        box, room = figure.canvas.bounding_box(), figure.root.bounding_box()
        assert box is not None and room is not None
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 1
        pixels = figure.canvas.evaluate("c => [c.width, c.height]")
        assert close(pixels, [box["width"], box["height"]], 1)
        second = figure.page.locator(".sn-figure canvas").nth(1).bounding_box()
        assert second is not None
        stacked = second["y"] >= box["y"] + box["height"]
        assert stacked == (viewport == PHONE["viewport"])


def test_the_map_is_drawn_only_when_it_changes(figure: Figure) -> None:
    figure.page.evaluate("""() => {
        window.maps = 0;
        const draw = CanvasRenderingContext2D.prototype.putImageData;
        CanvasRenderingContext2D.prototype.putImageData = function (...all) {
            window.maps += 1;
            return draw.apply(this, all);
        };
    }""")
    figure.page.mouse.click(*figure.at(-1.0, 2.0))
    figure.settle()
    assert figure.page.evaluate("maps") == 0
    figure.page.mouse.click(*figure.at(2.0, 0.0))
    figure.settle()
    assert figure.page.evaluate("maps") == 1


# --- Light and dark -----------------------------------------------------------------------------


def contrast(one: str, two: str) -> float:
    """WCAG's contrast ratio of two colours #rrggbb."""

    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


IMPORT = """source => import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})))"""


@pytest.mark.parametrize("dark", [False, True])
def test_marks_and_words_stand_out(chromium: Browser, dark: bool) -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    context = chromium.new_context()
    page = context.new_page()
    colours = page.evaluate(
        f"async ([source, dark]) => (await ({IMPORT})(source)).inks(dark)",
        [join("two_fates"), dark],
    )
    context.close()
    for ground in ("paper", "shade"):
        for words in ("ink", "quiet"):
            assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground)
        for mark in ("learned", "lost", "undecided", "ink"):
            assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)
    # The target is gold with a rim of ink; the rim must stand out from the gold and from the map.
    assert contrast(colours["ink"], colours["paper"]) >= 7
    for ground in ("below", "middle", "above"):
        red, green, blue = colours[ground]
        assert contrast(colours["ink"], f"#{red:02x}{green:02x}{blue:02x}") >= 3, ground


def test_it_follows_the_theme(figure: Figure) -> None:
    corner = "c => [...c.getContext('2d').getImageData(c.width / 2, 60, 1, 1).data].slice(0, 3)"
    looks = {}
    for theme in ("light", "dark"):
        figure.page.evaluate("t => { document.documentElement.dataset.theme = t; }", theme)
        figure.settle()
        looks[theme] = sum(figure.canvas.evaluate(corner))
        is_dark = "sn-dark" in (figure.root.get_attribute("class") or "")
        assert is_dark == (theme == "dark")
    assert looks["dark"] < looks["light"] - 150


# --- In Jupyter ---------------------------------------------------------------------------------


def test_it_works_as_anywidget_hosts_it(chromium: Browser) -> None:
    with hosted(chromium, TwoFates(preset="born dead")) as figure:
        assert figure.data("certificate") == "DEAD"
        figure.tell("start", [1, 1])
        assert figure.data("fate") == "learned"
        figure.page.locator(".sn-handle").first.focus()
        figure.page.keyboard.press("ArrowUp")
        assert "start" in figure.saved()
