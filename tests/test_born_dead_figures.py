"""What the chapter "Born dead" claims of the package's numbers, and shows in its pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from scipy.special import gammaln
from scipy.stats import norm

import singleneuron as sn
from singleneuron import figures
from singleneuron.palette import FATE_COLOURS
from singleneuron.widgets import BornDead

mpl.use("Agg")
DIMENSIONS = (1, 2, 3, 7, 20, 100, 3000, 1_000_000)


@pytest.fixture
def ax() -> Iterator[Any]:
    yield figures.new_figure()[1]
    plt.close("all")


# --- The theorems -------------------------------------------------------------------------------


def test_three_scales() -> None:
    k = np.geomspace(1e-3, 30, 60)
    before = np.full(60, 0.5)
    for d in DIMENSIONS:
        c = k / math.sqrt(d)
        p = sn.born_dead_probability(d, c)
        # Relative errors of p, and of powers d / 2: 1e-9 at d = 1e6.
        above, below = 1 + 2e-15 * d + 1e-12, 1 - 2e-15 * d - 1e-12
        upper = np.exp(-(d - 1) / 2 * np.log1p(c**2)) / (c * math.sqrt(2 * math.pi * d))
        lower = upper * math.sqrt(1 - 1 / d) * (1 - 1 / (c**2 * (d + 2)))
        assert (p <= upper * above).all()
        assert (p >= lower * below).all()
        assert (p >= (0.5 - c * math.sqrt(d / (2 * math.pi))) * below).all()
        assert (p < before * above).all()  # falls with d at fixed k
        assert (p >= norm.sf(k) * below).all()
        before = p
    assert before == pytest.approx(norm.sf(k), rel=0.3, abs=1e-6)  # k^4/(4 d) = 0.2 at k = 30


def test_uniform_entries() -> None:
    k = np.geomspace(1e-2, 4, 15)
    before = np.full(15, 0.5)
    for d in (1, 2, 4, 20, 100):
        c = k / math.sqrt(d)
        q = sn.born_dead_probability(d, c, init="linear_layer")
        log = d / 2 * math.log(math.pi) - gammaln(d / 2 + 1) - d * np.log(2 * c)
        with np.errstate(over="ignore"):
            upper = np.exp(log) / (2 * d + 2)
        assert (q <= upper * (1 + 1e-11)).all()
        assert q[c >= 1] == pytest.approx(upper[c >= 1], rel=1e-11)
        assert (q < upper)[c < 0.9].all()
        assert (q >= 0.5 - c * math.sqrt(d / 12) - 1e-14).all()
        assert (q < before).all()
        assert (q >= np.maximum(0, 0.5 - k / math.sqrt(12)) - 1e-14).all()
        before = q


def test_a_larger_support_has_fewer_dead_starts() -> None:
    rng = np.random.default_rng(0)
    w = rng.standard_normal((50_000, 4))
    sample = sn.Empirical(sn.UniformBall(3, 0.7).sample(40, rng))
    cube, ball = sn.UniformCube(3, 0.7), sn.UniformBall(3, 0.7)
    dead = [sn.cones.is_dead(law, w) for law in (sample, ball, cube)]
    assert (dead[0] >= dead[1]).all()
    assert (dead[1] >= dead[2]).all()
    assert dead[0].sum() > dead[1].sum() > dead[2].sum() > 0


# --- The pictures -------------------------------------------------------------------------------


def test_starts_fall_into_the_cone_or_not(ax: Any) -> None:
    w = np.random.default_rng(1).standard_normal((300, 6))
    artists = figures.draw_starts(ax, w, radius=0.4)
    prob = sn.Problem(sn.UniformBall(5, 0.4), [1.0, 0, 0, 0, 0, 0])
    for name, chosen in (("dead", prob.is_dead(w)), ("alive", ~prob.is_dead(w))):
        x, y = artists[name].get_data()
        assert y.tolist() == w[chosen, -1].tolist()
        assert x == pytest.approx(np.linalg.norm(w[chosen, :-1], axis=1) / math.sqrt(5))
    assert to_hex(artists["dead"].get_markerfacecolor()) == FATE_COLOURS["lost"].lower()
    assert artists["alive"].get_markerfacecolor() == "none"  # nothing is decided
    tip, far = artists["cone"].get_xy()[:2]
    assert tip.tolist() == [0, 0]
    assert far[1] / far[0] == pytest.approx(-0.4 * math.sqrt(5))
    assert ax.get_title() == ""


def test_a_steep_cone_leaves_by_the_floor(ax: Any) -> None:
    cone = figures.draw_starts(ax, np.ones((2, 3)), radius=50.0, height=2.0)["cone"]
    assert cone.get_xy()[1] == pytest.approx([2 / (50 * math.sqrt(2)), -2])


def test_chances_are_drawn_as_given(ax: Any) -> None:
    artists = figures.draw_chances(ax, [1, 2, 3], {"a": [0.1, 0.2, 0.3], "b": [3, 2, 1]}, [1, 1, 1])
    assert [line.get_ydata().tolist() for line in artists["lines"]] == [[0.1, 0.2, 0.3], [3, 2, 1]]
    assert artists["limit"].get_ydata().tolist() == [1, 1, 1]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["limit", "a", "b"]
    assert "limit" not in figures.draw_chances(ax, [1, 2], {"a": [0.1, 0.2]})


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda ax: figures.draw_starts(ax, [1.0, 2.0], 1.0), "starts must have shape"),
        (lambda ax: figures.draw_starts(ax, [[1.0, 2.0]], 0.0), "radius must be positive"),
        (lambda ax: figures.draw_starts(ax, [[1.0, math.nan]], 1.0), "starts"),
        (lambda ax: figures.draw_chances(ax, [1, 2], {}), "curves must hold 1 to 4"),
        (lambda ax: figures.draw_chances(ax, [1, 2], {"a": [1]}), r"curves\['a'\] must have shape"),
        (lambda ax: figures.draw_chances(ax, [1, 2], {"a": [1, 2]}, [1]), "limit must have shape"),
    ],
)
def test_wrong_arguments_of_pictures(ax: Any, draw: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw(ax)


# --- The live figure's Python side --------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dim": 0}, "dim must be an integer >= 1"),
        ({"dim": 2.5}, "dim must be an integer"),
        ({"dim": 1001}, "dim must be at most 1000"),
        ({"radius": 0.0}, r"radius must be in \[0.001, 100.0\]"),
        ({"radius": math.nan}, "radius must be finite"),
        ({"init": "zeros"}, "init must be one of 'gaussian', 'linear_layer'"),
        ({"seed": -1}, "seed must be an integer >= 0"),
    ],
)
def test_wrong_parameters_of_the_live_figure(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BornDead(**wrong)


def test_the_live_figure_stands_alone() -> None:
    widget = BornDead(dim=3, init="linear_layer")
    assert repr(widget) == "BornDead(dim=3, init='linear_layer')"
    assert "import {" not in widget._esm
    assert widget.parameters() == ["dim", "init", "limits", "radius", "seed"]
    assert len(widget._esm) < 40_000  # a page pays for each byte
