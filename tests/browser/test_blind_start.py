"""The live figure of blind starts answers to mouse, touch and keys, and its numbers are right."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser
from scipy.optimize import brentq
from scipy.special import betainc

import singleneuron as sn
from live import PHONE, OpenFigure, open_figure
from singleneuron import cones
from singleneuron.widgets import BlindStart
from singleneuron.widgets.blind_start import LIMITS, PRESETS

PAGE = "failure/blind_start.html"
NAMES = tuple(LIMITS)


class Blind(OpenFigure):
    """The figure in its chapter."""

    def now(self) -> dict[str, Any]:
        return self.state(*NAMES)

    def on_disc(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the disc is on the page, from two handles: direction, target's edge."""
        now, (x0, y0), (x1, y1) = self.now(), self.place(0), self.place(2)
        there = [1.2 * math.cos(now["angle"]), 1.2 * math.sin(now["angle"])]
        scale = math.dist((x0, y0), (x1, y1)) / math.dist(there, [-now["offset"], 0.0])
        return x0 + scale * (x - there[0]), y0 - scale * (y - there[1])

    def drag(self, handle: int, x: float, y: float) -> None:
        to = self.on_disc(x, y)
        self.page.mouse.move(*self.place(handle))
        self.page.mouse.down()
        self.page.mouse.move(*to, steps=3)
        self.page.mouse.up()
        self.page.mouse.move(2, 2)  # let go: nothing follows
        self.settle()

    def words(self) -> str:
        return self.root.locator(".sn-verdict").inner_text()


def opened(browser: Browser, address: str, **options: Any) -> Iterator[Blind]:
    for figure in open_figure(browser, address, **options):
        figure.__class__ = Blind
        yield figure  # type: ignore[misc]


@pytest.fixture(scope="module")
def shared(chromium: Browser, site: Any) -> Iterator[Blind]:
    """One page for all tests that leave no trace in it but the figure's state."""
    yield from opened(chromium, (site / PAGE).as_uri())


@pytest.fixture
def figure(shared: Blind) -> Iterator[Blind]:
    shared.set(**{name: BlindStart().state()[name] for name in NAMES})
    shared.canvas.scroll_into_view_if_needed()
    yield shared
    assert shared.said == []


# --- It lives, and answers to mouse, touch and keys ---------------------------------------------


def test_it_lives_alone(chromium: Browser, http_site: str, figure: Blind, site: Any) -> None:
    assert figure.left(f"{site.as_uri()}/") == []
    for other in opened(chromium, f"{http_site}{PAGE}"):
        assert other.now() == {name: BlindStart().state()[name] for name in NAMES}
        other.drag(0, -0.6, 1.0)
        assert other.now()["angle"] == pytest.approx(math.atan2(1.0, -0.6), abs=0.02)
        assert other.left(http_site) == []
        assert other.said == []


def test_the_mouse_drags_all_three(figure: Blind) -> None:
    figure.set(angle=2.0, bias=0.3, offset=-0.4, steps=20)
    figure.drag(0, -1.0, 0.4)
    now = figure.now()
    assert now["angle"] == pytest.approx(math.atan2(0.4, -1.0), abs=0.02)
    assert now["steps"] == 0  # another start, another run
    assert (now["bias"], now["offset"]) == (0.3, -0.4)
    cosine, sine = math.cos(now["angle"]), math.sin(now["angle"])
    figure.drag(1, 0.5 * cosine + 0.2 * sine, 0.5 * sine - 0.2 * cosine)  # beside the axis
    assert figure.now()["bias"] == pytest.approx(-0.5, abs=0.02)
    figure.drag(2, 0.8, 0.3)
    assert figure.now()["offset"] == pytest.approx(-0.8, abs=0.02)
    figure.drag(2, -3.0, 0.0)
    assert figure.now()["offset"] == LIMITS["offset"][1]


def test_a_finger_drags_and_the_page_stays(chromium: Browser, site: Any) -> None:
    for figure in opened(chromium, (site / PAGE).as_uri(), **PHONE):
        before = figure.page.evaluate("scrollY")
        session = figure.page.context.new_cdp_session(figure.page)
        path = [figure.place(0), figure.on_disc(-0.6, 1.0), figure.on_disc(0.3, 1.1)]
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), path, strict=True):
            point = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": point})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        figure.settle()
        assert figure.now()["angle"] == pytest.approx(math.atan2(1.1, 0.3), abs=0.03)
        assert figure.page.evaluate("scrollY") == before
        assert figure.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keys_move_what_is_held(figure: Blind) -> None:
    keys, before = figure.page.keyboard, figure.now()
    figure.root.locator(".sn-handle").nth(1).focus()
    keys.press("ArrowRight")
    keys.press("Tab")
    keys.press("Shift+ArrowRight")
    figure.settle()
    now, cosine = figure.now(), math.cos(before["angle"])
    assert now["bias"] == pytest.approx(-cosine / 40, abs=1e-12)
    assert now["offset"] == pytest.approx(before["offset"] - 1 / 400, abs=1e-12)
    figure.root.locator(".sn-handle").first.focus()
    keys.press("ArrowUp")
    figure.root.get_by_label("dimension d").focus()
    keys.press("End")
    figure.settle()
    assert figure.now()["angle"] < before["angle"]
    assert figure.now()["dim"] == 1000


# --- What it says -------------------------------------------------------------------------------


def border(dim: int, radius: float) -> float:
    away = sn.Problem(sn.UniformBall(dim, radius), [*np.eye(dim)[0], -radius * (1 - 1e-9)]).reduced

    def growth(k: float) -> float:
        g = away.gradient(np.array([-1.0, 0.0, k]))
        return float(-k * g[0] - g[2])

    return float(brentq(growth, 1e-9, radius * (1 - 1e-8), xtol=1e-14))


def expected(shown: BlindStart) -> tuple[dict[str, float | None], sn.Problem, Any]:
    """Every number by the package; the point that the run is at."""
    prob, c = shown.problem(), shown.radius
    w = sn.gradient_descent(prob, shown.start(), shown.steps).points[-1]
    a = math.hypot(w[0], w[1])
    first, alpha = (math.acos(max(-1, min(1, -k))) for k in (shown.bias, w[2] / (c * a)))
    beta = math.acos(-shown.offset)
    gamma = math.pi - first - beta
    half = betainc((shown.dim - 1) / 2, 0.5, math.sin(gamma) ** 2) / 2
    turn = w[0] / a
    return {
        "theta": math.acos(max(-1, min(1, turn))), "alpha": alpha, "beta": beta,
        "chance": 0.0 if gamma < 0 else half if gamma <= math.pi / 2 else 1 - half,
        "overlap": float(prob.overlap(w)), "active": float(prob.active_mass(w)),
        "excess": float(prob.excess_loss(w)), "ratio": w[2] / a,
        "border": None if c**2 <= shown.dim + 2 else border(shown.dim, c),
        "height": float(cones.shadow_height(sn.UniformBall(2, c), prob.target, w)),
    }, prob, w  # fmt: skip


def test_numbers_and_verdicts_are_the_package_s(figure: Blind) -> None:
    rng, kinds = np.random.default_rng(3), set()
    cases = [BlindStart(**values, steps=steps) for values in PRESETS.values() for steps in (0, 30)]
    for k in range(30):
        cases.append(
            BlindStart(
                dim=int(rng.choice([2, 3, 10, 200])),
                radius=round(float(rng.uniform(0.3, 6)), 2),
                angle=float(rng.uniform(0.4 if k % 2 else 2.6, 3.14)),
                offset=float(rng.uniform(-0.95, 0.9 if k % 2 else -0.6)),
                bias=float(rng.choice([0.0, rng.uniform(-0.9, 0.5)])),
                steps=int(rng.choice([0, 1, 7, 30])),
            )
        )
    for shown in cases:
        figure.set(**{name: shown.state()[name] for name in NAMES})
        there, (here, prob, w) = figure.numbers(), expected(shown)
        assert there.keys() == here.keys()
        for name, value in here.items():
            # Angles come from an arc cosine here, which has half the digits near 0 and pi.
            size = 1e-7 if name in ("theta", "alpha") else 1e-9
            near = value if value is None else pytest.approx(value, rel=size, abs=1e-9)
            assert there[name] == near, (name, shown)
        blind, dead = bool(prob.is_blind(w)), bool(prob.is_dead(w))
        lasts = shown.radius <= 1 or w[2] <= (here["border"] or math.inf) * math.hypot(*w[:2])
        kind = "dead" if dead else "blind" if blind and lasts else "growing" if blind else "open"
        kind = "below" if prob.excess_loss(w) < 0 else kind
        assert figure.data("kind") == kind
        fate = {"dead": "lost", "blind": "lost", "below": "learned"}.get(kind, "undecided")
        assert figure.data("fate") == fate
        if fate != "undecided":
            verdict = sn.decide(prob, w, dynamics="descent", max_steps=3000)
            assert verdict.fate.item().name.lower() in (fate, "undecided")
        kinds.add(kind)
    assert kinds >= {"blind", "growing", "open", "below"}


def test_the_bound_of_the_corollary(figure: Blind) -> None:
    for dim in (2, 50, 1000):
        figure.set(dim=dim)
        figure.press("half")
        offset = figure.now()["offset"]
        assert offset == pytest.approx(max(-1 + 0.5 / dim**2, -0.9999999), rel=1e-12)
        chance = betainc((dim - 1) / 2, 0.5, offset**2) / 2
        assert figure.numbers()["chance"] == pytest.approx(chance, rel=1e-9)
        assert chance > 0.5 - 1 / math.sqrt(2 * math.pi * dim)


def test_the_edge_parts_the_blind_from_the_others(figure: Blind) -> None:
    for offset, bias in ((-0.5, 0.0), (-0.8, 0.3), (-0.3, -0.4)):
        figure.set(offset=offset, bias=bias, angle=0.5)
        figure.press("edge")
        angle = figure.now()["angle"]
        assert angle == pytest.approx(math.acos(-bias) + math.acos(-offset), abs=1e-8)
        assert figure.data("kind") == "blind"
        assert figure.numbers()["height"] == pytest.approx(0, abs=1e-8)
        figure.set(angle=angle - 1e-6)
        assert figure.data("kind") != "blind"
    figure.set(offset=0.5, bias=0.0)
    figure.press("edge")
    assert "no direction is blind" in figure.root.locator(".sn-note").inner_text()


def test_descent_shrinks_the_cap_or_lets_it_grow(figure: Blind) -> None:
    ends = {"blind for ever": "BLIND", "blind, then not": "BELOW_TRIVIAL",
            "too low to escape": "BLIND"}  # fmt: skip
    for preset, certificate in ends.items():
        figure.root.locator(f"[data-preset='{preset}']").click()
        figure.settle()
        assert figure.now() == {**PRESETS[preset], "steps": 0}
        before = figure.numbers()
        assert before["overlap"] == 0
        figure.set(steps=6)
        grows = preset == "blind, then not"
        assert (figure.numbers()["alpha"] > before["alpha"]) == grows
        figure.set(steps=400)
        assert figure.data("certificate") == certificate
    figure.press("back")
    figure.press("run")
    figure.page.wait_for_function(
        "() => document.querySelector('.sn-live').singleNeuronModel.get('steps') > 4"
    )
    figure.press("run")
    assert figure.data("playing") == "false"
    assert figure.numbers()["overlap"] == 0


def test_it_speaks_at_rest(figure: Blind) -> None:
    figure.set(angle=0.3)
    figure.page.wait_for_function(
        "() => /Learned|Not blind/.test(document.querySelector('[aria-live=polite]').textContent)"
    )


# --- It survives --------------------------------------------------------------------------------


def test_random_play_at_the_extremes(figure: Blind) -> None:
    play = random.Random(7)
    buttons = figure.root.locator("button:not([data-action=run])")
    for k in range(40):
        figure.set(
            **{
                name: play.choice([*LIMITS[name], play.uniform(*LIMITS[name])])
                for name in NAMES
                if name not in ("dim", "steps")
            },
            dim=play.choice([2, 3, 1000, 40]),
            steps=play.choice([0, 0, 1, 12]),
        )
        if k % 3 == 0:
            buttons.nth(play.randrange(buttons.count())).evaluate("one => one.click()")
            figure.settle()
        assert figure.sane(), figure.now()
    for nonsense in ([1], "wide", None, -1e308, 1e308):
        figure.set(**dict.fromkeys(NAMES, nonsense))
        assert figure.sane()
        assert figure.words()


def test_it_follows_the_theme_and_draws_what_a_hand_drags(figure: Blind) -> None:
    for theme in ("dark", "light"):
        figure.page.evaluate("t => { document.documentElement.dataset.theme = t; }", theme)
        figure.settle()
        assert ("sn-dark" in (figure.root.get_attribute("class") or "")) == (theme == "dark")
    for dim, radius in ((2, 5.0), (1000, 1.0)):
        figure.set(dim=dim, radius=radius)
        values = [1.6 + 1.5 * math.cos(k / 9) for k in range(24)]
        assert figure.sweep("angle", values) >= 20  # a stalled machine skips some
