"""The live figure of the promised rate answers to every input, and its numbers are Python's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import singleneuron as sn
from live import PHONE, OpenFigure, open_figure
from singleneuron.widgets import BetterThanTrivial
from singleneuron.widgets.base import join
from singleneuron.widgets.better_than_trivial import LIMITS

PAGE = "guarantees/better_than_trivial.html"
EXTENT = LIMITS["extent"]
NAMES = ("dim", "start", "offset", "step_size")
SHOWN = ("ratio", "overlap", "levelMass", "plainMass", "curvature", "level", "plain", "local")


class Figure(OpenFigure):
    """The figure in its chapter."""

    def state(self, *names: str) -> dict[str, Any]:
        return super().state(*(names or NAMES))

    def whole(self) -> None:
        """Wait until the run has been computed to its end."""
        self.page.wait_for_selector(".sn-figure[data-done=true]", timeout=20_000)

    def at(self, along: float, across: float) -> tuple[float, float]:
        """Where weights are on the page, from the handle's place and the plot's width."""
        box = self.canvas.bounding_box()
        assert box is not None
        (x, y), start, scale = (
            self.place(0),
            self.state()["start"],
            (box["width"] - 42) / 2 / EXTENT,
        )
        return x + scale * (along - start[0]), y - scale * (across - start[1])


@pytest.fixture(scope="module")
def opened(chromium: Browser, site: Any) -> Iterator[Figure]:
    """One open page for all tests that leave it whole."""
    yield from open_figure(chromium, (site / PAGE).as_uri(), Figure)


@pytest.fixture
def figure(opened: Figure) -> Iterator[Figure]:
    """The figure as a reader finds it."""
    opened.set(**{name: BetterThanTrivial().state()[name] for name in NAMES})
    opened.canvas.scroll_into_view_if_needed()
    yield opened
    assert opened.said == []


# --- Its numbers --------------------------------------------------------------------------------

IMPORT = """async source => {
    const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    window.parts = await import(address);
}"""
MASSES = """cases => cases.map(([law, v, states, deltas]) => {
    const here = parts.problem(law, v);
    const values = parts.localEigenvalues(here);
    return [states.map(w => parts.overlapCurvature(here, w)),
        deltas.map(delta => parts.leastOverlap(here, delta)), [values[0], values[1]]];
})"""


def test_the_part_says_what_the_package_says(chromium: Browser) -> None:
    rng, cases, here = np.random.default_rng(10), [], []
    kinds = {"ball": sn.UniformBall, "sphere": sn.UniformSphere, "gaussian": sn.Gaussian}
    for kind, dim, size in [
        ("ball", 2, 1.0), ("ball", 3, 2.0), ("ball", 100, 1.0), ("ball", 100_000, 0.7),
        ("sphere", 2, 1.0), ("sphere", 5, 1.5), ("gaussian", 4, 0.6),
    ]:  # fmt: skip
        law = kinds[kind](dim, size)
        for offset in (-0.1, 0.0, 0.4):
            full = sn.Problem(law, [1.0, *np.zeros(dim - 1), offset / np.sqrt(dim)])
            prob, v = full.reduced, [1.0, 0.0, offset / np.sqrt(dim)]
            w = rng.normal(size=(40, 3)) * [1, 1, 1 / np.sqrt(dim)]
            w[:, 1] = np.abs(w[:, 1])
            w[:8] = v + 10.0 ** rng.uniform(-9, -1, (8, 1)) * np.abs(w[:8])
            w[8:12, 2] = 2 * size * np.hypot(w[8:12, 0], w[8:12, 1])  # active on all inputs
            w[12:16, 1] = 0.0
            finite = kind != "gaussian"
            deltas = prob.trivial_loss * rng.uniform(0.001, 0.999, 6 * finite)
            radius = {"scale": size} if kind == "gaussian" else {"radius": size}
            cases.append([{"kind": kind, "dim": dim, **radius}, v, w.tolist(), deltas.tolist()])
            ends = sn.local_rate(full).eigenvalues[[0, -1]]
            here.append((sn.overlap_curvature(prob, w), sn.least_overlap(prob, deltas), ends))
    page = chromium.new_page()
    page.evaluate(IMPORT, join("overlaps"))
    for there, (curvature, mass, ends) in zip(page.evaluate(MASSES, cases), here, strict=True):
        # Both promise 1e-10 of the largest eigenvalue.
        np.testing.assert_allclose(there[0], curvature, rtol=0, atol=1e-10 * ends[1])
        np.testing.assert_allclose(there[1], mass, rtol=1e-8)
        np.testing.assert_allclose(there[2], ends, rtol=0, atol=1e-10 * ends[1])
    densities = [(d, sn.UniformBall(d, 0.5).density_bound) for d in (1, 2, 3, 10, 100)]
    for d, density in densities:
        assert page.evaluate(f"parts.ballDensity({d}, 0.5)") == pytest.approx(density, rel=1e-12)
    bound = page.evaluate("parts.curvatureBound(2, 0.7, 0.3)")
    assert bound == pytest.approx(0.3**3 / (12 * 0.49 * (1 + (2 + 0.3 / (12**0.5 * 0.7)) ** 2)))
    page.close()


# --- It lives, and answers to mouse, touch and keys ----


@pytest.mark.parametrize("kind", ["http", "file"])
def test_it_lives_alone(chromium: Browser, request: pytest.FixtureRequest, kind: str) -> None:
    where = request.getfixturevalue("http_site" if kind == "http" else "site")
    root = where if kind == "http" else f"{where.as_uri()}/"
    for figure in open_figure(chromium, f"{root}{PAGE}", Figure):
        widget = BetterThanTrivial()
        assert figure.state() == {name: widget.state()[name] for name in NAMES}
        figure.page.mouse.click(*figure.at(1.2, 0.8))
        figure.settle()
        assert figure.state()["start"] == pytest.approx([1.2, 0.8], abs=0.02)
        assert figure.left(root) == [] and figure.said == []


def test_the_mouse_drags(figure: Figure) -> None:
    figure.page.mouse.move(*figure.place(0))
    figure.page.mouse.down()
    figure.page.mouse.move(*figure.at(-1.2, -0.9), steps=4)
    figure.page.mouse.up()
    figure.settle()
    assert figure.state()["start"] == pytest.approx([-1.2, -0.9], abs=0.02)
    figure.page.mouse.move(*figure.at(1.0, 1.0))  # let go: nothing follows
    figure.settle()
    assert figure.state()["start"] == pytest.approx([-1.2, -0.9], abs=0.02)


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    for figure in open_figure(chromium, (site / PAGE).as_uri(), Figure, **PHONE):
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.place(0), figure.at(0.4, 0.4), figure.at(1.1, -0.6)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            point = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert figure.state()["start"] == pytest.approx([1.1, -0.6], abs=0.03)
        assert figure.page.evaluate("scrollY") == before


def test_keys_move_the_start(figure: Figure) -> None:
    before, step = figure.state()["start"], EXTENT / 60
    figure.page.locator(".sn-handle").first.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        figure.page.keyboard.press(key)
    figure.settle()
    moved = np.add(before, [step, 1.1 * step])
    assert figure.state()["start"] == pytest.approx(list(moved), abs=1e-12)


# --- What it says -------------------------------------------------------------------------------


def expected(dim: int, start: list[float], offset: float, step: float) -> dict[str, float | None]:
    """Every number from the package."""
    prob = sn.Problem(sn.UniformBall(dim), [1.0, *np.zeros(dim - 1), offset]).reduced
    w = np.array([start[0], abs(start[1]), 0.0])
    excess, bound = float(prob.excess_loss(w)), lambda p: float(sn.curvature_bound(prob.law, p))
    delta, top = max(0.0, -excess), 1 + offset
    masses = float(sn.least_overlap(prob, delta)), min(1.0, 2 * delta / top**2)
    full = sn.Problem(sn.UniformBall(dim), [1.0, *np.zeros(dim - 1), offset])
    here: dict[str, float | None] = {
        "ratio": 1 + excess / prob.trivial_loss, "overlap": float(prob.overlap(w)),
        "levelMass": masses[0], "plainMass": masses[1],
        "curvature": float(sn.overlap_curvature(prob, w)),
        "level": bound(masses[0]), "plain": bound(masses[1]),
        "local": float(sn.local_rate(full).eigenvalues[0]),
    }  # fmt: skip
    for name, curvature in (("levelSteps", here["level"]), ("plainSteps", here["plain"])):
        share = step * (2 - step) * (curvature or 0.0)
        some = delta > 0 and step < 2 and share > 0
        here[name] = float(np.log(0.01) / np.log1p(-share)) if some else None
    return here


def test_numbers_are_the_package_s(figure: Figure) -> None:
    rng, below = np.random.default_rng(8), 0
    for turn in range(24):
        dim, size = LIMITS["dims"][turn % 3], rng.uniform(0.1, 1.9)
        angle = rng.uniform(-2.6, 2.6)
        start = [float(size * np.cos(angle)), float(size * np.sin(angle))]
        offset, step = float(rng.uniform(*LIMITS["offset"])), float(rng.uniform(0.1, 2.5))
        figure.set(dim=dim, start=start, offset=offset, step_size=step)
        there, here = figure.numbers(), expected(dim, start, offset, step)
        assert set(there) == {*here, "seen"}
        for name, value in here.items():
            given = pytest.approx(value, rel=1e-8, abs=1e-11) if name in SHOWN else value
            if name.endswith("Steps") and value is not None:
                given = pytest.approx(value, rel=1e-7)
            assert there[name] == given, (name, dim, start, offset)
        below += there["levelSteps"] is not None
    assert 5 <= below <= 20


def test_the_run_is_the_package_s(figure: Figure) -> None:
    for dim, start, step in ((2, [0.3, -0.7], 1.0), (10, [-0.1, 0.4], 1.6)):
        figure.set(dim=dim, start=start, offset=0.1, step_size=step)
        figure.whole()
        prob = sn.Problem(sn.UniformBall(dim), [1.0, *np.zeros(dim - 1), 0.1]).reduced
        run = sn.gradient_descent(prob, [start[0], abs(start[1]), 0.0], 600, step)
        share = (run.distance / run.distance[0]) ** 2
        assert figure.numbers()["seen"] == np.argmax(share <= 0.01) > 0


def test_outcomes_and_buttons(figure: Figure) -> None:
    assert figure.data("outcome") == "promised"
    assert "Learned, promised" in figure.page.locator(".sn-verdict").inner_text()
    figure.set(step_size=2.2)
    assert (figure.data("outcome"), figure.data("fate")) == ("beyond", "undecided")
    figure.press("theory")
    assert figure.state()["step_size"] == 1 and figure.data("outcome") == "promised"
    figure.set(start=[-0.2, 1.0], step_size=1.0)
    assert figure.data("outcome") == "above"
    words = figure.page.locator(".sn-verdict").inner_text()
    assert "Multiply it by less than" in words
    figure.press("edge")
    assert 0.99 < figure.numbers()["ratio"] < 1 and figure.data("outcome") == "promised"
    edge = figure.state()["start"]
    figure.press("best")
    assert figure.state()["start"] == pytest.approx([x / 0.999 / 2 for x in edge], rel=1e-6)
    figure.set(start=[1.0, 0.0])
    assert figure.data("outcome") == "rests"
    figure.set(start=[-1.0, 0.0], offset=-0.1)
    assert "it is blind" in figure.page.locator(".sn-verdict").inner_text()
    assert figure.page.locator("[data-action=edge]").is_disabled()
    figure.set(start=[0.5, 0.3], offset=0.0, dim=2)
    figure.press("fastest")
    values = sn.local_rate(sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.0])).eigenvalues
    most = min(2 / (values[0] + values[-1]), LIMITS["step_size"][1])
    assert figure.state()["step_size"] == pytest.approx(most, rel=1e-9)


def test_it_speaks_at_rest(figure: Figure) -> None:
    figure.set(start=[-0.2, 1.0])
    figure.page.wait_for_function(
        "() => /No promise/.test(document.querySelector('[aria-live=polite]').textContent)",
        timeout=10_000,
    )


# --- It survives --------------------------------------------------------------------------------


def test_random_play_at_the_extremes(figure: Figure) -> None:
    play = random.Random(9)
    buttons, sliders = figure.root.locator("button"), figure.root.locator("input[type=range]")
    for _ in range(25):
        start = [play.choice([-EXTENT, 0.0, EXTENT, 1.0, 1e-300, -1e-9]) for _ in range(2)]
        figure.set(start=start)
        buttons.nth(play.randrange(buttons.count())).evaluate("one => one.click()")
        sliders.nth(play.randrange(2)).evaluate(
            "(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }",
            play.choice(["-99", "99", "0", str(play.uniform(-0.2, 2.5))]),
        )
        figure.settle()
        assert figure.sane(), figure.state()
    for nonsense in ([1e308, -1e308], [None, 1], ["a", "b"], None):
        figure.set(start=nonsense, dim=7, offset="low", step_size=None)
        assert figure.sane(), nonsense


def test_it_follows_the_theme(figure: Figure) -> None:
    for theme in ("dark", "light"):
        figure.page.evaluate("t => { document.documentElement.dataset.theme = t; }", theme)
        figure.settle()
        assert ("sn-dark" in (figure.root.get_attribute("class") or "")) == (theme == "dark")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"dim": 3}, r"dim must be one of \[2, 10, 100\], got 3"),
        ({"dim": True}, "dim must be one of"),
        ({"offset": -0.5}, r"offset must be in \[-0.2, 0.3\], got -0.5"),
        ({"step_size": 3}, "step_size must be in"),
        ({"start": [0.0, 2.5]}, "start must lie in"),
        ({"start": [0.0]}, r"start must have shape \(2,\)"),
        ({"c": 1}, "c is no parameter of BetterThanTrivial; use dim, "),
    ],
)
def test_bad_parameters(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BetterThanTrivial(**arguments)
