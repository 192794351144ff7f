"""The live figure of the four tools answers to mouse, touch and keys, and its numbers are right."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import singleneuron as sn
from live import OpenFigure, hosted, open_figure
from singleneuron.widgets import FourTools
from singleneuron.widgets.four_tools import LAWS, LIMITS

PAGE = "geometry/four_tools.html"
EXTENT = LIMITS["extent"]
NAMES = ("law", "w", "target", "step_size")
SANE = """() => {
    const text = document.querySelector(".sn-live").innerText;
    const values = [...document.querySelectorAll(".sn-numbers data")].map(one => Number(one.value));
    return [/NaN|Infinity|undefined|null/.test(text), values.every(Number.isFinite), values.length];
}"""


class Figure(OpenFigure):
    """The figure in its chapter."""

    def state(self) -> dict[str, Any]:
        return super().state(*NAMES)

    def outcome(self) -> str:
        return self.root.get_attribute("data-outcome") or ""

    def at(self, weight: float, bias: float) -> tuple[float, float]:
        (x0, y0), (x1, y1) = self.place(0), self.place(1)
        w, v = self.state()["w"], self.state()["target"]
        scale = math.dist((x0, y0), (x1, y1)) / math.dist(w, v)
        return x0 + scale * (weight - w[0]), y0 - scale * (bias - w[1])


@pytest.fixture(scope="module")
def shared(chromium: Browser, site: Any) -> Iterator[Figure]:
    """One page for the tests that leave no trace in it but the figure's state."""
    yield from open_figure(chromium, (site / PAGE).as_uri(), Figure)


@pytest.fixture
def figure(shared: Figure) -> Iterator[Figure]:
    shared.set(**{name: FourTools().state()[name] for name in NAMES})
    shared.canvas.scroll_into_view_if_needed()
    yield shared
    assert shared.said == []


def close(point: Any, other: Any, within: float) -> bool:
    return bool(np.max(np.abs(np.subtract(point, other))) <= within)


# --- It lives -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["http", "file"])
def test_it_lives_alone(chromium: Browser, request: pytest.FixtureRequest, kind: str) -> None:
    where = request.getfixturevalue("http_site" if kind == "http" else "site")
    root = where if kind == "http" else f"{where.as_uri()}/"
    for figure in open_figure(chromium, f"{root}{PAGE}", Figure):
        widget = FourTools()
        assert figure.state() == {name: widget.state()[name] for name in NAMES}
        figure.page.mouse.click(*figure.at(-0.8, 2.0))
        figure.settle()
        assert close(figure.state()["w"], [-0.8, 2.0], 0.02)
        assert [u for u in figure.requests if not u.startswith((root, "blob:", "data:"))] == []
        assert figure.said == []


# --- Mouse, touch, keys -------------------------------------------------------------------------


@pytest.mark.parametrize(("handle", "name"), [(0, "w"), (1, "target")])
def test_the_mouse_drags(figure: Figure, handle: int, name: str) -> None:
    figure.set(w=[-1.0, 1.0], target=[1.0, 1.0])
    where = figure.at(0.4, 2.2)
    figure.page.mouse.move(*figure.place(handle))
    figure.page.mouse.down()
    figure.page.mouse.move(*where, steps=4)
    figure.page.mouse.up()
    figure.page.mouse.move(*figure.at(-2.0, -2.0))  # let go: nothing follows
    figure.settle()
    after = figure.state()
    assert close(after[name], [0.4, 2.2], 0.02)
    other = {"w": "target", "target": "w"}[name]
    assert after[other] == {"w": [-1.0, 1.0], "target": [1.0, 1.0]}[other]


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    options = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    for figure in open_figure(chromium, (site / PAGE).as_uri(), Figure, **options):
        figure.set(w=[-1.0, 1.0], target=[1.0, 1.0])
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.place(0), figure.at(-0.5, 0.2), figure.at(0.2, -1.0)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            point = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert close(figure.state()["w"], [0.2, -1.0], 0.03)
        assert figure.page.evaluate("scrollY") == before
        box, room = figure.canvas.bounding_box(), figure.root.bounding_box()
        assert box is not None and room is not None
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 1


def test_keys_move_what_is_held(figure: Figure) -> None:
    keys, before = figure.page.keyboard, figure.state()
    figure.page.locator(".sn-handle").first.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        keys.press(key)
    keys.press("Tab")
    keys.press("ArrowLeft")
    figure.settle()
    step = EXTENT / 60
    assert close(figure.state()["w"], np.add(before["w"], [step, 1.1 * step]), 1e-12)
    assert close(figure.state()["target"], np.subtract(before["target"], [step, 0]), 1e-12)


# --- What it says -------------------------------------------------------------------------------


def expected(law: str, w: Any, v: Any, step: float) -> dict[str, float]:
    """Every number from its definition: exact Gauss rules between kinks, or the points."""
    w, v, given = np.array(w), np.array(v), LAWS[law]
    if "c" in given:
        c = given["c"]
        kinks = [-u[1] / u[0] for u in (w, v) if u[0] != 0 and abs(u[1]) < c * abs(u[0])]
        cuts = np.array([-c, *sorted(kinks), c])
        nodes, shares = np.polynomial.legendre.leggauss(3)
        half = np.diff(cuts)[:, None] / 2
        x = (cuts[:-1, None] + half * (1 + nodes)).ravel()
        p = (half * shares).ravel() / (2 * c)
    else:
        x, p = np.array(given["points"]), np.array(given["weights"])
    lifted = np.stack([x, np.ones_like(x)])
    own, other, gap = w @ lifted, v @ lifted, (w - v) @ lifted
    r = np.where(own > 0, own - np.maximum(other, 0), 0.0)
    g = lifted @ (p * r)
    prob = sn.Problem(FourTools(law=law).law_of_inputs(), v)
    after = w - step / prob.smoothness * g
    assert close(prob.gradient(w), g, 1e-12)
    return {
        "weight": w[0], "bias": w[1], "g1": g[0], "g2": g[1],
        "loss": float(prob.loss(w)), "lossAfter": float(prob.loss(after)),
        "distance": math.dist(w, v), "distanceAfter": math.dist(after, v),
        "inner": float(g @ (w - v)), "residual": float(p @ r**2),
        "steep": float(g @ g / prob.smoothness),
        "shared": float(p @ (gap**2 * ((own > 0) & (other > 0)))),
    }  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_numbers_are_the_package_s(figure: Figure, law: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(12):
        w, v = rng.uniform(-EXTENT, EXTENT, (2, 2)).round(3).tolist()
        given = FourTools(law=law).law_of_inputs()
        v = v if sn.cones.height(given, np.array(v)) > 0.06 else [0.5, 1.0]
        step = float(rng.uniform(*LIMITS["step_size"]))
        figure.set(law=law, w=w, target=v, step_size=step)
        there, here = figure.numbers(), expected(law, w, v, step)
        assert there.keys() == here.keys()
        for name, value in here.items():
            assert there[name] == pytest.approx(value, rel=1e-10, abs=1e-10), (name, w, v)
        assert there["inner"] >= max(there["residual"], there["shared"]) - 1e-12
        assert there["residual"] >= there["steep"] - 1e-12


def test_no_short_step_leads_away(figure: Figure) -> None:
    rng, seen = np.random.default_rng(6), set()
    for _ in range(40):
        w, v = rng.uniform(-EXTENT, EXTENT, (2, 2)).tolist()
        step = float(rng.choice([0.05, 1.0, 2.0, 3.0]))
        figure.set(law=str(rng.choice(list(LAWS))), w=w, target=v, step_size=step)
        seen.add(figure.outcome())
        assert step > 2 or figure.outcome() != "further"
    assert seen >= {"nearer", "further"}


def test_the_tight_case(figure: Figure) -> None:
    figure.press("tight")
    assert figure.outcome() == "same"
    numbers = figure.numbers()
    quantities = [numbers[name] for name in ("inner", "residual", "steep", "shared")]
    assert close(quantities, 0.25, 1e-12)
    figure.set(step_size=2.05)
    assert figure.outcome() == "further"
    assert "You found one" in figure.page.locator(".sn-verdict").inner_text()
    figure.press("two")
    assert figure.state()["step_size"] == 2
    figure.press("step")
    assert close(figure.state()["w"], [0.1, 1.5], 1e-12)
    figure.press("one")
    figure.press("step")
    assert close(figure.state()["w"], [0.1, 2.0], 1e-12)
    assert figure.outcome() == "rests"
    assert "w is the target" in figure.page.locator(".sn-verdict").inner_text()


def test_a_silent_target_is_raised(figure: Figure) -> None:
    for law in LAWS:
        figure.set(law=law, target=[-EXTENT, -EXTENT])
        there = figure.numbers()
        assert there["loss"] > 0
        assert figure.outcome() in ("nearer", "further", "same", "rests")
    figure.set(law="interval [−1, 1]", w=[-2.0, 2.0], target=[1.0, 0.5])
    figure.page.mouse.move(*figure.place(1))
    figure.page.mouse.down()
    figure.page.mouse.move(*figure.at(0.2, -2.5), steps=3)
    figure.page.mouse.up()
    figure.settle()
    assert not sn.cones.is_dead(sn.UniformBall(1), figure.state()["target"])
    assert "bias is raised" in figure.page.locator(".sn-note").inner_text()


def test_a_dead_neuron_rests(figure: Figure) -> None:
    figure.set(w=[0.5, -2.0])
    assert figure.outcome() == "rests"
    assert figure.numbers()["inner"] == 0


def test_it_speaks_at_rest(figure: Figure) -> None:
    figure.press("tight")
    figure.page.wait_for_function(
        "() => /As far as before/.test(document.querySelector('[aria-live=polite]').textContent)"
    )


# --- It survives --------------------------------------------------------------------------------


def test_random_play_at_the_extremes(figure: Figure) -> None:
    play = random.Random(7)
    sliders = figure.page.locator(".sn-figure input[type=range]")
    buttons = figure.page.locator(".sn-figure button")
    for _ in range(40):
        extremes = [play.choice([-EXTENT, 0.0, EXTENT, 1e-300, -1e-9]) for _ in range(4)]
        figure.set(w=extremes[:2], target=extremes[2:])
        buttons.nth(play.randrange(buttons.count())).evaluate("one => one.click()")
        sliders.first.evaluate(
            "(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }",
            play.choice(["0", "99", "2", str(play.uniform(0.05, 3))]),
        )
        figure.settle()
        assert figure.page.evaluate(SANE) == [False, True, 12]
    for nonsense in ([1e308, -1e308], [None, 1], ["a", "b"], None):
        figure.set(w=nonsense, law="no such law", step_size="long")
        assert figure.page.evaluate(SANE) == [False, True, 12]


def test_it_follows_the_theme_and_fits_a_frame(figure: Figure) -> None:
    for theme in ("dark", "light"):
        figure.page.evaluate("t => { document.documentElement.dataset.theme = t; }", theme)
        figure.settle()
        assert ("sn-dark" in (figure.root.get_attribute("class") or "")) == (theme == "dark")


# --- In Jupyter ---------------------------------------------------------------------------------


def test_it_works_as_anywidget_hosts_it(chromium: Browser) -> None:
    with hosted(chromium, FourTools(law="two inputs", step_size=2.0)) as figure:
        assert figure.data("law") == "two inputs"
        figure.tell("w", [1.2, 0.4])
        assert figure.data("outcome") == "rests"
        figure.page.locator(".sn-handle").first.focus()
        figure.page.keyboard.press("ArrowUp")
        assert figure.saved() == ["w"]
