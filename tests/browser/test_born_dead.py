"""The live figure of dead starts: Python's numbers, mouse, touch and keys, and its extremes."""

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
from singleneuron.widgets import BornDead
from singleneuron.widgets.base import join
from singleneuron.widgets.born_dead import LIMITS

PAGE = "failure/born_dead.html"
NAMES = ("dim", "radius", "init", "seed")
EDGE, RADIUS, DIMENSION = range(3)  # the handles
COUNT = 10_000  # starts drawn for a test
IMPORT = """async source => {
    const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    window.part = await import(address);
}"""


@pytest.fixture(scope="module")
def shared(chromium: Browser, site: Any) -> Iterator[OpenFigure]:
    """One page for the tests that leave no trace in it but the figure's state."""
    yield from open_figure(chromium, (site / PAGE).as_uri())


@pytest.fixture
def figure(shared: OpenFigure) -> Iterator[OpenFigure]:
    start = BornDead(dim=100, radius=0.1).state()
    shared.set(**{name: start[name] for name in NAMES})
    shared.canvas.scroll_into_view_if_needed()
    yield shared
    assert shared.said == []


@pytest.fixture(scope="module")
def part(chromium: Browser) -> Iterator[Page]:
    """A bare page that has imported the joined module, as anywidget does."""
    context = chromium.new_context()
    page = context.new_page()
    page.evaluate(IMPORT, join("born_dead"))
    yield page
    context.close()


# --- The numbers --------------------------------------------------------------------------------

# Both sides are relatively good to 1e-11; what the issue asks for is 1e-9.
TOLERANCE = 1e-9


def test_probabilities_are_the_package_s(part: Page) -> None:
    rng = np.random.default_rng(0)
    dims = [1, 2, 3, 5, 12, 13, 40, 1000]  # 12 is the last dimension that is tabulated
    rows = [
        (d, float(np.clip(k / math.sqrt(d), *LIMITS["radius"])))
        for d in dims
        for k in 10.0 ** rng.uniform(-3, 2, 12)
    ]
    call = "rows => rows.map(([d, c]) => INITS.map(init => part.logBornDead(d, c, init)))"
    names = ["gaussian", "linear_layer", "uniform"]
    there = part.evaluate(call.replace("INITS", str(names)), rows)
    least = 0.0
    for (d, c), logs in zip(rows, there, strict=True):
        assert logs[1] == logs[2]
        for init, log in zip(names, logs, strict=False):
            here = float(sn.born_dead_probability(d, c, init))
            if here < 1e-290:
                assert log < -660
            else:
                assert log == pytest.approx(math.log(here), abs=TOLERANCE), (d, c, init)
            least = min(least, log)
    assert least < -2000  # where no float holds the probability its logarithm still comes


def test_tails_of_the_normal_law(part: Page) -> None:
    from scipy.stats import norm

    k = [0.0, 0.3, 1.0, 2.999, 3.0, 5.0, 20.0, 37.0]
    there = part.evaluate("k => k.map(part.normalTail)", k)
    assert there == pytest.approx(norm.sf(k), rel=1e-11)


@pytest.mark.parametrize("init", ["gaussian", "linear_layer"])
@pytest.mark.parametrize("dim", [1, 3, 200])
def test_drawn_starts_have_their_law(part: Page, init: str, dim: int) -> None:
    x, b = np.transpose(part.evaluate("a => part.drawStarts(...a)", [dim, init, 5, COUNT]))
    for k in (0.2, 1.0, 1.5):
        p = float(sn.born_dead_probability(dim, k / math.sqrt(dim), init))
        assert abs((b <= -k * x).mean() - p) < 5 * math.sqrt(p * (1 - p) / COUNT)
    # of an entry with variance 1 the square has variance 2 or 4/5
    spread = {"gaussian": 2.0, "linear_layer": 0.8}[init] / dim
    for mean, variance, what in ((0, 1, b), (1, spread, x**2), (1, spread * dim, b**2)):
        assert abs(what.mean() - mean) < 5 * math.sqrt(variance / COUNT)
    assert (x**2).var() == pytest.approx(spread, rel=0.3)  # 5 standard errors at dim = 1
    again = part.evaluate("a => part.drawStarts(...a)", [dim, init, 5, 3])
    assert again == np.stack([x, b], axis=-1)[:3].tolist()


def test_shown_numbers(figure: OpenFigure) -> None:
    for d, c, init in ((100, 0.1, "gaussian"), (7, 0.5, "linear_layer"), (1, 3.0, "gaussian")):
        figure.set(dim=d, radius=c, init=init)
        other = {"gaussian": "linear_layer", "linear_layer": "gaussian"}[init]
        p, q = (float(sn.born_dead_probability(d, c, name)) for name in (init, other))
        shown = figure.numbers()
        assert shown["probability"] == pytest.approx(p, rel=TOLERANCE)
        assert shown["other"] == pytest.approx(q, rel=TOLERANCE)
        assert shown["log"] == pytest.approx(math.log10(p), rel=TOLERANCE)
        assert shown["expected"] == pytest.approx(1000 * p, rel=TOLERANCE)
        assert shown["product"] == pytest.approx(c * math.sqrt(d))
        assert shown["bound"] >= p * (1 - 1e-12)
        assert abs(shown["count"] - 1000 * p) < 5 * math.sqrt(1000 * p * (1 - p))
        assert figure.data("init") == init
    bound = (1 + 9) ** 0 / (3 * math.sqrt(2 * math.pi))  # d = 1, c = 3
    assert figure.numbers()["bound"] == pytest.approx(bound)


# --- It lives -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["http", "file"])
def test_it_lives_alone(chromium: Browser, request: pytest.FixtureRequest, kind: str) -> None:
    where = request.getfixturevalue("http_site" if kind == "http" else "site")
    root = where if kind == "http" else f"{where.as_uri()}/"
    for figure in open_figure(chromium, f"{root}{PAGE}"):
        start = BornDead(dim=100, radius=0.1).state()
        assert figure.state(*NAMES) == {name: start[name] for name in NAMES}
        figure.press("unit")
        assert figure.state("radius") == {"radius": 1}
        assert figure.left(root) == []
        assert figure.said == []


# --- Mouse, touch, keys -------------------------------------------------------------------------


def drag(figure: OpenFigure, handle: int, across: float, down: float) -> None:
    x, y = figure.place(handle)
    figure.page.mouse.move(x, y)
    figure.page.mouse.down()
    figure.page.mouse.move(x + across, y + down, steps=3)
    figure.page.mouse.up()
    figure.page.mouse.move(x, y - 60)  # let go: nothing follows
    figure.settle()


def test_the_mouse_drags_each_handle(figure: OpenFigure) -> None:
    (_, y0), (x1, _), (x2, _) = (figure.place(handle) for handle in (EDGE, RADIUS, DIMENSION))
    drag(figure, EDGE, 0, 40)
    steeper = figure.state("radius")["radius"]
    assert steeper > 0.11
    # the handle stays at the same length of weights, and its bias is -c sqrt(d)
    assert figure.place(EDGE)[1] - y0 == pytest.approx(40, abs=1.5)
    figure.set(radius=0.1)
    drag(figure, RADIUS, 30, 5)
    assert figure.state("radius")["radius"] > 0.2
    assert figure.place(RADIUS)[0] - x1 == pytest.approx(30, abs=1.5)
    figure.set(radius=0.1)
    drag(figure, DIMENSION, -20, 5)
    assert figure.state("dim")["dim"] < 80
    assert figure.place(DIMENSION)[0] - x2 == pytest.approx(-20, abs=1.5)
    assert figure.state("radius") == {"radius": 0.1}


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    for figure in open_figure(chromium, (site / PAGE).as_uri(), **PHONE):
        before, (x, y) = figure.page.evaluate("scrollY"), figure.place(EDGE)
        session = figure.page.context.new_cdp_session(figure.page)
        for kind, dy in (("touchStart", 0), ("touchMove", 10), ("touchMove", 25)):
            point = [{"x": x, "y": y + dy}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert figure.state("radius")["radius"] > 0.11
        assert figure.page.evaluate("scrollY") == before
        width = "() => document.documentElement.scrollWidth <= innerWidth"
        assert figure.page.evaluate(width)
        assert figure.said == []


def test_keys_and_sliders(figure: OpenFigure) -> None:
    keys, handles = figure.page.keyboard, figure.page.locator(".sn-handle")
    handles.nth(EDGE).focus()
    keys.press("ArrowDown")
    figure.settle()
    assert figure.state("radius")["radius"] == pytest.approx(0.105, rel=1e-3)
    handles.nth(RADIUS).focus()
    keys.press("ArrowRight")
    figure.settle()
    assert figure.state("radius")["radius"] == pytest.approx(0.105 * 10**0.02, rel=1e-3)
    handles.nth(DIMENSION).focus()
    for start in (1, 2, 100):  # a key never stands still
        figure.set(dim=start)
        keys.press("ArrowRight")
        figure.settle()
        after = figure.state("dim")["dim"]
        assert start < after <= 1.06 * start + 1
    sliders = figure.root.locator("input[type=range]")
    sliders.nth(0).focus()
    for _ in range(3):
        keys.press("ArrowLeft")
    figure.settle()
    assert figure.state("dim")["dim"] < after
    sliders.nth(1).focus()
    keys.press("Home")
    figure.settle()
    assert figure.state("radius") == {"radius": LIMITS["radius"][0]}


# --- What it says -------------------------------------------------------------------------------


def test_buttons_go_to_the_theory_s_values(figure: OpenFigure) -> None:
    for action, c in (("scale", 0.1), ("unit", 1.0), ("standard", 10.0)):
        figure.press(action)
        assert figure.state("radius")["radius"] == pytest.approx(c, rel=1e-3)
    for init in ("linear_layer", "gaussian"):
        figure.root.locator(f"[data-init={init}]").click()
        figure.press("percent")
        assert figure.data("init") == init
        # four digits of the radius; the share falls with a power of c that stays below 40 here
        assert figure.numbers()["probability"] == pytest.approx(0.01, rel=40 * 5e-4)
    figure.press("sample")
    assert figure.state("seed") == {"seed": 2}


def test_the_verdict_in_words(figure: OpenFigure) -> None:
    for c, kind, said in (
        (0.001, "half", "every second start"),
        (0.1, "many", "noticeable share"),
        (0.3, "few", "rare"),
        (1.0, "none", "will not be met"),
    ):
        figure.set(radius=c)
        text = figure.root.locator(".sn-verdict").inner_text()
        assert figure.data("outcome") == kind
        assert said in text
        number = figure.root.locator("[data-name=probability]").inner_text()
        assert f"P(dead) = {number}." in text
    figure.set(dim=1000, radius=100.0)
    assert "P(dead) = 10⁻²" in figure.root.locator(".sn-verdict").inner_text()
    figure.page.wait_for_function(
        "() => /radius 100.000.*will not be met/.test("
        "document.querySelector('.sn-figure [aria-live=polite]').textContent)",
        timeout=10_000,
    )


def test_a_new_sample_keeps_the_probability(figure: OpenFigure) -> None:
    counts = set()
    for seed in range(5):
        figure.set(seed=seed)
        counts.add(figure.numbers()["count"])
        assert figure.numbers()["probability"] == pytest.approx(0.15986207789206)
    assert len(counts) > 2


# --- It does not break --------------------------------------------------------------------------


def test_extremes_and_random_play(figure: OpenFigure) -> None:
    play = random.Random(3)
    corners = [
        (d, c, init)
        for d in LIMITS["dim"]
        for c in LIMITS["radius"]
        for init in ("gaussian", "linear_layer")
    ]
    for d, c, init in corners:
        figure.set(dim=d, radius=c, init=init)
        assert figure.sane(), (d, c, init)
        assert figure.root.locator(".sn-numbers data").count() == 10
    buttons = figure.root.locator("button")
    for _ in range(25):
        if play.random() < 0.4:
            buttons.nth(play.randrange(buttons.count())).evaluate("one => one.click()")
            figure.settle()
        else:
            handle, (x, y) = play.randrange(3), (play.uniform(-400, 400), play.uniform(-300, 300))
            drag(figure, handle, x, y)
        assert figure.sane(), figure.state(*NAMES)
        now = figure.state(*NAMES)
        BornDead(**now)  # what the page holds Python accepts
    for nonsense in (None, "a", [1], {"a": 1}, 1e308, -1e308, 0):
        figure.set(dim=nonsense, radius=nonsense, init=nonsense, seed=nonsense)
        assert figure.sane(), nonsense


def test_it_follows_the_theme_and_draws_what_a_hand_drags(figure: OpenFigure) -> None:
    for theme in ("dark", "light"):
        figure.page.evaluate("t => { document.documentElement.dataset.theme = t; }", theme)
        figure.settle()
        assert ("sn-dark" in (figure.root.get_attribute("class") or "")) == (theme == "dark")
    for init in ("gaussian", "linear_layer"):
        figure.set(init=init)
        values = [0.05 + 0.004 * k for k in range(30)]
        assert figure.sweep("radius", values) >= 20  # a stalled machine skips some


# --- In Jupyter ---------------------------------------------------------------------------------


def test_it_works_as_anywidget_hosts_it(chromium: Browser) -> None:
    with hosted(chromium, BornDead(dim=3, init="linear_layer")) as figure:
        assert figure.data("init") == "linear_layer"
        figure.tell("radius", 5)
        assert figure.data("outcome") == "few"
        figure.page.locator("[data-action=unit]").click()
        assert figure.saved() == ["radius"]
