"""The live figure of the critical points answers to every input, and says what Python says."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator

import singleneuron as sn
from live import OpenFigure, open_figure
from singleneuron.cones import Classification, classify, contact_set, height
from singleneuron.widgets import CriticalPoints
from singleneuron.widgets.critical_points import LIMITS, SENTENCES

PAGE = "geometry/critical_points.html"
SIDE, (LOW, HIGH) = LIMITS["plane"], LIMITS["bias"]
NAMES = ("shape", "c", "points", "w", "target")


class Figure(OpenFigure):
    """The figure in its chapter."""

    def state(self) -> dict[str, Any]:
        return super().state(*NAMES)

    @property
    def inputs(self) -> Locator:
        return self.root.locator("canvas").nth(1)

    def press(self, action: str) -> None:
        self.page.locator(f".sn-figure [data-{action}]").click()
        self.settle()

    def data(self, name: str) -> Any:
        text = self.root.get_attribute(f"data-{name}") or ""
        return text if name in ("kind", "fate") else json.loads(text)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where weights (x, y) are on the page, from the places of w and the target."""
        (x0, y0), (x1, y1) = self.place(0), self.place(1)
        w, v = self.data("point"), self.data("shown")
        scale = math.dist((x0, y0), (x1, y1)) / math.dist(w[:2], v[:2])
        return x0 + scale * (x - w[0]), y0 - scale * (y - w[1])


@pytest.fixture(scope="module")
def opened(chromium: Browser, site: Any) -> Iterator[Figure]:
    """One open page for all tests that leave it whole."""
    yield from open_figure(chromium, (site / PAGE).as_uri(), Figure)


@pytest.fixture
def figure(opened: Figure) -> Iterator[Figure]:
    """The figure as a reader finds it."""
    opened.set(**{name: CriticalPoints().state()[name] for name in NAMES})
    opened.canvas.scroll_into_view_if_needed()
    yield opened
    assert opened.said == []


@pytest.fixture(params=["http", "file"])
def address(request: pytest.FixtureRequest) -> str:
    if request.param == "http":
        return f"{request.getfixturevalue('http_site')}{PAGE}"
    return str((request.getfixturevalue("site") / PAGE).as_uri())


def law_of(shape: str, c: float, points: Any) -> Any:
    if shape == "points":
        return sn.Empirical(points)
    return sn.UniformBall(2, c) if shape == "disc" else sn.Gaussian(2)


# --- It lives -----------------------------------------------------------------------------------


def test_it_lives_alone(chromium: Browser, address: str) -> None:
    for figure in open_figure(chromium, address, Figure):
        figure.page.mouse.click(*figure.at(-1.5, 2.0))
        figure.settle()
        root = address.removesuffix(PAGE)
        assert [u for u in figure.requests if not u.startswith((root, "blob:", "data:"))] == []
        assert figure.said == []
        assert figure.state()["w"][:2] == pytest.approx([-1.5, 2.0], abs=0.02)
        assert figure.data("kind") == "NOT_CRITICAL"


def test_defaults_are_the_traits(chromium: Browser, site: Any) -> None:
    widget = CriticalPoints()
    for figure in open_figure(chromium, (site / PAGE).as_uri(), Figure):
        assert figure.state() == {name: widget.state()[name] for name in NAMES}
        assert figure.data("kind") == "BOUNDARY_MINIMUM"


# --- Mouse, touch, keys -------------------------------------------------------------------------


def test_the_mouse_drags_w_and_the_target(figure: Figure) -> None:
    figure.set(w=[-1.0, 1.0, -1.0], target=[1.0, 1.0, 0.5])
    for handle, name, to in ((0, "w", (0.2, 0.1)), (1, "target", (2.0, -1.5))):
        where = figure.at(*to)
        figure.page.mouse.move(*figure.place(handle))
        figure.page.mouse.down()
        figure.page.mouse.move(*where, steps=4)
        figure.page.mouse.up()
        figure.page.mouse.move(10, 10)
        figure.settle()
        assert figure.state()[name][:2] == pytest.approx(to, abs=0.02)
    assert figure.data("kind") == "FLAT_MINIMUM"


def test_w_snaps_to_the_edge(figure: Figure) -> None:
    figure.set(w=[0.0, 2.0, -1.0], target=[1.5, 0.5, -0.3])
    figure.page.mouse.click(*figure.at(-0.05, 1.04))
    figure.settle()
    w = figure.state()["w"]
    assert math.hypot(w[0], w[1]) == pytest.approx(1, abs=1e-15)
    assert figure.data("kind") == "BOUNDARY_ESCAPE"


def test_the_mouse_shapes_the_support(figure: Figure) -> None:
    figure.inputs.scroll_into_view_if_needed()
    x, c = figure.place(2)[0], figure.state()["c"]
    box = figure.inputs.bounding_box()
    assert box is not None
    half = box["width"] / 2
    middle = (box["x"] + 34 + (box["width"] - 42) / 2, box["y"] + 24 + (box["height"] - 46) / 2)
    scale = (x - middle[0]) * math.sqrt(2) / c
    assert 0 < scale < half
    figure.page.mouse.click(middle[0], middle[1] - 1.6 * scale)
    figure.settle()
    assert figure.state()["c"] == pytest.approx(1.6, abs=0.03)
    figure.press("shape=points")
    figure.page.mouse.click(middle[0] + 2 * scale, middle[1] + 0.1 * scale)
    figure.settle()
    assert figure.state()["points"][0] == pytest.approx([2.0, -0.1], abs=0.03)
    assert figure.state()["points"][1:] == CriticalPoints().points[1:]


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    options = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    for figure in open_figure(chromium, (site / PAGE).as_uri(), Figure, **options):
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.place(0), figure.at(-1.5, 0.5), figure.at(-2.0, -1.0)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            session.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert figure.state()["w"][:2] == pytest.approx([-2.0, -1.0], abs=0.03)
        assert figure.page.evaluate("scrollY") == before


def test_keys_move_what_is_held(figure: Figure) -> None:
    figure.set(w=[2.0, 2.0, -1.0])
    figure.page.locator(".sn-handle").first.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        figure.page.keyboard.press(key)
    figure.settle()
    step = SIDE / 60
    assert figure.state()["w"] == pytest.approx([2 + step, 2 + 1.1 * step, -1.0], abs=1e-12)
    figure.press("shape=points")
    figure.page.locator(".sn-handle").nth(4).focus()
    figure.page.keyboard.press("ArrowLeft")
    figure.settle()
    expected = CriticalPoints().points[2][0] - LIMITS["inputs"] / 60
    assert figure.state()["points"][2][0] == pytest.approx(expected, abs=1e-12)
    bias = figure.page.get_by_label("bias b of w")
    bias.focus()
    figure.page.keyboard.press("ArrowUp")
    figure.settle()
    assert figure.state()["w"][2] == pytest.approx(-0.95, abs=1e-12)


# --- It says what Python says --------------------------------------------------------------------


def states(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Yield random states, most of them on the edge of the dead cone."""
    for k in range(60):
        shape = ("disc", "points", "normal")[k % 3]
        state: dict[str, Any] = {"shape": shape, "c": float(rng.uniform(*LIMITS["c"]))}
        state["points"] = rng.uniform(-2, 2, (5, 2)).tolist()
        law = law_of(**state)
        v = rng.uniform([-2, -2, -1], [2, 2, 2])
        v[2] = max(v[2], 0.1 - float(height(law, [*v[:2], 0.0]))) if shape != "normal" else v[2]
        w = rng.uniform([-1, -1, -2], [1, 1, 1])
        if k % 4 and shape != "normal":
            w[2] = -float(height(law, [*w[:2], 0.0])) * (1.3 if k % 4 == 3 else 1)
        elif k % 4 and shape == "normal":
            w = np.array([0.0, 0.0, -abs(w[2])])
        w *= min(1.0, LOW / min(w[2], LOW), HIGH / max(w[2], HIGH))
        if v[2] <= HIGH:
            yield {**state, "w": w.tolist(), "target": v.tolist()}


def expected(law: Any, v: Any, w: Any) -> tuple[str, Any, Any]:
    """What Python says: the kind, the contact and the escape; for points, from their definition."""
    if law.hyperplanes_null:
        found = classify(law, v, w)
        contact = None if found.contact is None else found.contact.points
        return found.kind.name, contact, found.escape
    if float(height(law, w)) > 1e-12 * (1 + np.abs(w).sum()):
        return "NOT_CRITICAL", None, None
    touched = contact_set(law, w)
    if touched is None or not len(touched.points):
        return "FLAT_MINIMUM", None, None
    if max(touched.points @ v[:2] + v[2]) > 0:
        return "BOUNDARY_ESCAPE", touched.points, v
    return "BOUNDARY_MINIMUM", touched.points, None


def test_numbers_and_classes_are_the_package_s(figure: Figure) -> None:
    kinds = set()
    for state in states(np.random.default_rng(8)):
        figure.set(**state)
        law = law_of(state["shape"], state["c"], state["points"])
        v, w = np.array(state["target"]), np.array(state["w"])
        assert figure.data("shown") == state["target"]
        kind, contact, escape = expected(law, v, w)
        kinds.add((state["shape"], kind))
        assert figure.data("kind") == kind, state
        assert SENTENCES[kind] in figure.page.locator(".sn-verdict").inner_text()
        shown = figure.data("contact")
        assert (shown is None) == (contact is None)
        if contact is not None:
            assert np.allclose(shown, contact, atol=1e-12)
            seen = max(contact @ v[:2]) + v[2]
            assert figure.numbers()["seen"] == pytest.approx(seen, abs=1e-11)
        assert figure.data("escape") == (None if escape is None else list(escape))
        problem, numbers = sn.Problem(law, v), figure.numbers()
        scale = problem.smoothness * float((w @ w) + (v @ v))  # the figure asks for 1e-8
        assert numbers["excess"] == pytest.approx(float(problem.excess_loss(w)), abs=1e-8 * scale)
        size = float(np.linalg.norm(problem.gradient(w)))
        assert numbers["gradient"] == pytest.approx(size, abs=2e-8 * scale)
    assert len(kinds) >= 8


def test_the_target_and_the_origin(figure: Figure) -> None:
    for shape in ("disc", "points", "normal"):
        figure.set(shape=shape, target=[1.0, 0.5, 0.3], w=[1.0, 0.5, 0.3])
        assert figure.data("kind") == "GLOBAL_MINIMUM"
        figure.press("action=origin")
        assert figure.state()["w"] == [0, 0, 0]
        assert figure.data("kind") == "ORIGIN"
        assert figure.data("escape") == [1.0, 0.5, 0.3]


@pytest.mark.parametrize("offset", [-0.7, 0.0, 0.9, 1.0])
def test_the_button_of_the_tie(figure: Figure, offset: float) -> None:
    figure.set(target=[1.0, 0.0, offset])
    figure.press("action=tie")
    w, numbers = figure.state()["w"], figure.numbers()
    assert numbers["theta"] == pytest.approx(math.degrees(math.acos(-offset)), abs=1e-6)
    assert numbers["theta"] == pytest.approx(numbers["beta"], abs=1e-6)
    found = classify(sn.UniformBall(2), [1.0, 0.0, offset], w)
    assert found.kind is Classification.BOUNDARY_ESCAPE
    assert figure.data("kind") == "BOUNDARY_ESCAPE"
    assert (figure.data("escape") is None) == (found.escape is None) == (offset == 1)
    said = figure.page.locator(".sn-verdict").inner_text()
    assert ("curved" in said) == (offset == 1)


def test_the_button_of_the_edge(figure: Figure) -> None:
    for state in ({"c": 1.7, "w": [2.9, -2.9, 1.0]}, {"shape": "points", "w": [0.3, 0.2, 0.5]}):
        figure.set(**state)
        figure.press("action=edge")
        now = figure.state()
        law = law_of(now["shape"], now["c"], now["points"])
        assert abs(float(height(law, now["w"]))) < 1e-14
        assert figure.data("kind").startswith("BOUNDARY")


def test_two_inputs(figure: Figure) -> None:
    figure.press("action=two")
    state = figure.state()
    problem = sn.Problem(sn.Empirical(state["points"]), state["target"])
    assert not problem.is_dead(state["w"])
    assert np.abs(problem.gradient(state["w"])).max() == 0
    assert figure.data("kind") == "PART_FITTED"
    assert "sample" in figure.page.locator(".sn-verdict").inner_text()


def test_a_dead_target_is_kept_out(figure: Figure) -> None:
    figure.set(target=[0.5, 0.0, -2.0])
    v = figure.data("shown")
    assert not sn.cones.is_dead(sn.UniformBall(2), v)
    figure.page.get_by_label("bias of v").evaluate(
        "one => { one.value = -3; one.dispatchEvent(new Event('input')); }"
    )
    figure.settle()
    assert "dead target" in figure.page.locator(".sn-note").inner_text()


def test_it_speaks_at_rest(figure: Figure) -> None:
    figure.page.wait_for_function(
        "() => /a local min/.test(document.querySelector('[aria-live=polite]').textContent)"
    )
    figure.press("action=origin")
    figure.page.wait_for_function(
        "() => /The origin/.test(document.querySelector('[aria-live=polite]').textContent)"
    )


# --- It survives --------------------------------------------------------------------------------

SANE = """() => [/NaN|Infinity|undefined|null/.test(document.querySelector(".sn-live").innerText),
    [...document.querySelectorAll(".sn-numbers data")].every(one => Number.isFinite(+one.value))]"""


def test_random_play_at_the_extremes(figure: Figure) -> None:
    play = random.Random(9)
    boxes = [one.bounding_box() for one in (figure.canvas, figure.inputs)]
    buttons = figure.page.locator(".sn-figure button:enabled")
    sliders = figure.page.locator(".sn-figure input[type=range]")
    for _ in range(80):
        kind = play.random()
        if kind < 0.5:
            box = play.choice(boxes)
            assert box is not None
            figure.page.mouse.move(
                box["x"] + play.random() * box["width"], box["y"] + play.random() * box["height"]
            )
            figure.page.mouse.down()
            figure.page.mouse.move(play.uniform(0, 1279), play.uniform(0, 1099))
            figure.page.mouse.up()
        elif kind < 0.7:
            sliders.nth(play.randrange(sliders.count())).evaluate(
                "(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }",
                play.choice(["-99", "99", "0", str(play.uniform(-3, 2))]),
            )
        elif kind < 0.85:
            buttons.nth(play.randrange(buttons.count())).evaluate("b => b.click()")
        else:
            extreme = [play.choice([-3.0, 0.0, 3.0, 1e-300, -1e-9]) for _ in range(16)]
            figure.set(
                w=extreme[:3],
                target=extreme[3:6],
                points=np.reshape(extreme[6:], (5, 2)).tolist(),
                c=play.choice([0.3, 2.0, 1e9]),
            )
        figure.settle()
        assert figure.page.evaluate(SANE) == [False, True], figure.state()
    assert figure.said == []


def test_nonsense_from_outside_is_survived(figure: Figure) -> None:
    for point in ([1e308, -1e308, 1], [None, 1], ["a", "b", "c"], []):
        figure.set(w=point, target=point, points=[point], c=None, shape="cube")
        assert figure.page.evaluate(SANE) == [False, True]
    assert figure.said == []
