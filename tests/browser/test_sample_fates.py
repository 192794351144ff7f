"""The live figure of samples answers to mouse, touch and keys, and its fates are the package's."""

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
from singleneuron.widgets import SampleFates
from singleneuron.widgets.base import join
from singleneuron.widgets.sample_fates import LIMITS, PRESETS, drawn

PAGE = "guarantees/rates_and_samples.html"
EXTENT, MOST = LIMITS["extent"], LIMITS["n"][1]
NAMES = ("points", "seed", "start", "target", "step_size", "preset")


class Figure(OpenFigure):
    def reset(self) -> None:
        self.set(**{name: SampleFates().state()[name] for name in NAMES})

    def at(self, weight: float, bias: float) -> tuple[float, float]:
        """Where a point of the plane stands on the page; handles 0 and 1 are start and target."""
        (x0, y0), (x1, y1) = self.place(0), self.place(1)
        w, v = self.state("start", "target").values()
        scale = math.dist((x0, y0), (x1, y1)) / math.dist(w, v)
        return x0 + scale * (weight - w[0]), y0 - scale * (bias - w[1])


@pytest.fixture(scope="module")
def shared(chromium: Browser, site: Any) -> Iterator[OpenFigure]:
    """One page for the tests that leave no trace in it but the figure's state."""
    for figure in open_figure(chromium, (site / PAGE).as_uri()):
        figure.__class__ = Figure
        yield figure


@pytest.fixture
def figure(shared: Figure) -> Iterator[Figure]:
    shared.reset()
    shared.canvas.scroll_into_view_if_needed()
    yield shared
    assert shared.said == []


def close(point: Any, other: Any, within: float) -> bool:
    return bool(np.max(np.abs(np.subtract(point, other))) <= within)


# --- It lives, and answers -----------------------------------------------------------------------


def test_it_lives_alone_over_http(chromium: Browser, http_site: str) -> None:
    for figure in open_figure(chromium, f"{http_site}{PAGE}"):
        assert figure.state(*NAMES) == {name: SampleFates().state()[name] for name in NAMES}
        figure.press("draw")
        assert figure.state("points")["points"] == drawn(6, seed=1)
        assert figure.left(http_site) == [] and figure.said == []


def test_from_a_file_it_asks_for_nothing(figure: Figure, site: Any) -> None:
    assert figure.left(f"{site.as_uri()}/") == []
    assert figure.state(*NAMES) == {name: SampleFates().state()[name] for name in NAMES}


@pytest.mark.parametrize(("handle", "name"), [(0, "start"), (1, "target")])
def test_the_mouse_drags(figure: Figure, handle: int, name: str) -> None:
    figure.set(start=[-1.0, 1.0], target=[1.0, 1.0])
    where = figure.at(0.4, 2.2)
    figure.page.mouse.move(*figure.place(handle))
    figure.page.mouse.down()
    figure.page.mouse.move(*where, steps=3)
    figure.page.mouse.up()
    figure.page.mouse.move(*figure.at(-2.0, -2.0))  # let go: nothing follows
    figure.settle()
    after = figure.state("start", "target", "preset")
    assert close(after[name], [0.4, 2.2], 0.02) and after["preset"] == ""


def test_an_input_is_dragged_and_the_fate_follows(figure: Figure) -> None:
    assert (figure.data("fate"), figure.data("certificate")) == ("spurious", "sample_part")
    inputs = figure.root.locator("canvas").nth(1).bounding_box()
    assert inputs is not None
    (x3, y3), (x4, _) = figure.place(2 + 3), figure.place(2 + 4)  # inputs 0.0 and 0.3
    figure.page.mouse.move(x4, y3)
    figure.page.mouse.down()
    figure.page.mouse.move(x3 + (x4 - x3) * 0.6 / 0.3, y3, steps=3)
    figure.page.mouse.up()
    figure.settle()
    points = figure.state("points")["points"]
    assert close(points, [-0.8, -0.5, -0.3, 0.0, 0.6, 0.9], 0.01)
    assert (figure.data("fate"), figure.data("certificate")) == ("learned", "sample_fit")


def test_keys_move_what_is_held(figure: Figure) -> None:
    keys, step = figure.page.keyboard, EXTENT / 60
    before = figure.state("start", "points")
    figure.page.locator(".sn-handle").first.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        keys.press(key)
    figure.page.locator(".sn-handle").nth(2 + 4).focus()
    keys.press("ArrowRight")
    keys.press("ArrowUp")  # an input has no height of its own
    keys.press("Tab")  # the next input
    keys.press("ArrowLeft")
    figure.settle()
    after = figure.state("start", "points")
    assert close(after["start"], np.add(before["start"], [step, 1.1 * step]), 1e-12)
    assert close(after["points"], [-0.8, -0.5, -0.3, 0.0, 0.35, 0.85], 1e-9)


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    for figure in open_figure(chromium, (site / PAGE).as_uri(), **PHONE):
        figure.__class__ = Figure
        assert isinstance(figure, Figure)
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.place(0), figure.at(1.0, -0.5), figure.at(-1.0, 1.5)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            point = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert close(figure.state("start")["start"], [-1.0, 1.5], 0.03)
        assert figure.page.evaluate("scrollY") == before
        box, room = figure.canvas.bounding_box(), figure.root.bounding_box()
        assert box is not None and room is not None
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 1


# --- What it says ---------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_presets(figure: Figure, preset: str) -> None:
    figure.page.locator(f".sn-figure [data-preset='{preset}']").click()
    figure.settle()
    law, sample = SampleFates(preset=preset).problems()
    values = PRESETS[preset]
    there = sn.decide(law, values["start"], "descent")
    here = sn.decide(sample, values["start"], "descent")
    assert figure.data("law-fate") == there.fate.item().name.lower()
    assert figure.data("fate") == here.fate.item().name.lower()
    assert figure.data("certificate") == here.certificate.item().name.lower()
    assert int(figure.data("decided")) == here.time
    run = sn.gradient_descent(sample, values["start"], int(figure.numbers()["steps"]))
    numbers = figure.numbers()
    # Sums of six terms, and a few hundred steps that contract.
    assert numbers["loss"] == pytest.approx(float(sample.loss(run.points[-1])), abs=1e-9)
    assert numbers["lawLoss"] == pytest.approx(float(law.loss(run.points[-1])), abs=1e-9)
    assert numbers["distance"] == pytest.approx(float(run.distance[-1]), abs=1e-8)
    assert numbers["smoothness"] == pytest.approx(sample.smoothness, rel=1e-12)
    assert figure.sane()


def test_the_slider_adds_inputs_of_the_seed_and_takes_them_away(figure: Figure) -> None:
    figure.press("draw")
    slider = figure.root.locator("input[type=range]").first
    slider.fill("9")
    figure.settle()
    assert figure.state("points")["points"] == drawn(9, seed=1)
    slider.fill("3")
    figure.settle()
    assert figure.state("points")["points"] == drawn(9, seed=1)[:3]
    assert figure.numbers()["n"] == 3


def test_the_theory_s_button(figure: Figure) -> None:
    figure.set(start=[0.2, 0.1], target=[1.0, 0.5])
    figure.press("theory")
    law = sn.Problem(sn.UniformBall(1), [1.0, 0.5])
    delta = -float(law.excess_loss([0.2, 0.1]))
    least = math.floor(1.5**2 / (2 * delta)) + 1
    assert 6 < least < MOST
    assert len(figure.state("points")["points"]) == least
    assert f"n = {least}" in figure.root.inner_text()
    figure.set(start=[-2.0, 2.0])  # not below the trivial loss
    figure.press("theory")
    assert "says nothing of it" in figure.root.inner_text()


def test_a_silent_target_is_refused_in_words(figure: Figure) -> None:
    figure.set(points=[-0.9, -0.4], target=[1.0, 0.2])
    assert figure.data("fate") == "undecided" and figure.sane()
    assert "Nothing to learn." in figure.root.inner_text()
    with pytest.raises(ValueError, match="dead"):
        SampleFates(points=[-0.9, -0.4], target=[1.0, 0.2]).problems()


def test_the_verdict_is_spoken(figure: Figure) -> None:
    figure.set(start=[1.0, -2.9])
    figure.page.wait_for_function(
        "() => document.querySelector('.sn-figure [aria-live]').textContent.includes('Lost.')",
        timeout=20_000,
    )


CHANGE = """changes => {
    const model = document.querySelector(".sn-live").singleNeuronModel;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
}"""


def test_extremes_and_a_random_walk_leave_it_sane(figure: Figure) -> None:
    play = random.Random(4)
    for points in ([0.0, 0.0], [1.0, -1.0], [0.5] * MOST, [1.0, 0.9999]):
        figure.set(points=points, start=[EXTENT, -EXTENT], target=[-EXTENT, EXTENT])
        assert figure.sane()
    bad: list[dict[str, Any]] = [
        {"start": [1e308, None]}, {"points": "x"}, {"points": []}, {"seed": None},
    ]  # fmt: skip
    for nonsense in bad:
        figure.set(**nonsense)
        assert figure.sane()
    figure.reset()
    for turn in range(100):
        change: dict[str, Any] = {"start": [play.uniform(-3, 3), play.uniform(-3, 3)]}
        if turn % 3 == 0:
            change = {"points": drawn(play.randint(2, MOST), turn)}
        elif turn % 3 == 1:
            change = {"target": [play.uniform(-3, 3), play.uniform(-3, 3)],
                      "step_size": play.choice([0.05, 1.0, 1.95])}  # fmt: skip
        figure.page.evaluate(CHANGE, change)
        if turn % 10 == 9:
            figure.settle()
            assert figure.sane()


# --- The numbers behind it ------------------------------------------------------------------------

RUNS = """async ([source, cases]) => {
    const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    const module = await import(url);
    return cases.map(({points, target, start, step}) => {
        const sample = module.sampleOf(points, target);
        const run = module.descendOn(sample, start, step, 500);
        return [run.fate, run.certificate, run.decidedAt, sample.fit, sample.smoothness];
    });
}"""
DRAWN = """async ([source, cases]) => {
    const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    const module = await import(url);
    return cases.map(([n, seed]) => module.drawn(n, seed));
}"""


def test_fates_certificates_and_steps_are_those_of_decide(figure: Figure) -> None:
    rng = np.random.default_rng(8)
    cases: list[dict[str, Any]] = []
    while len(cases) < 150:
        n, seed = int(rng.integers(2, 13)), int(rng.integers(10_000))
        target = rng.normal(size=2).round(2).tolist()
        points = drawn(n, seed)
        if max(target[0] * x + target[1] for x in points) > 0:
            start = (rng.normal(size=2) * 1.5).round(2).tolist()
            step = float(rng.choice([0.3, 1.0, 1.9]))
            cases.append({"points": points, "target": target, "start": start, "step": step})
    found = figure.page.evaluate(RUNS, [join("sample_fates"), cases])
    kinds = set()
    for case, (fate, certificate, decided, _fit, smoothness) in zip(cases, found, strict=True):
        prob = sn.Problem(sn.Empirical([[x] for x in case["points"]]), case["target"])
        eta = case["step"] / prob.smoothness
        verdict = sn.decide(prob, case["start"], "descent", step_size=eta, max_steps=500)
        assert smoothness == pytest.approx(prob.smoothness, rel=1e-12)
        assert (fate, certificate) == (
            verdict.fate.item().name.lower(), verdict.certificate.item().name.lower(),
        ), case  # fmt: skip
        if decided >= 0:
            assert decided == verdict.time, case
        kinds.add(certificate)
    assert kinds >= {"dead", "blind", "sample_fit", "sample_part"}


def test_the_draws_are_python_s(figure: Figure) -> None:
    cases: list[list[int]] = [[MOST, seed] for seed in (0, 1, 7, 999, 9999)]
    found = figure.page.evaluate(DRAWN, [join("sample_fates"), cases])
    assert found == [drawn(n, seed) for n, seed in cases]
    assert abs(np.mean(found)) < 0.3 and np.abs(found).max() <= 1
