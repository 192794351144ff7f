"""The pictures of the neuron without bias, and the live figure's Python side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from singleneuron import figures, planar
from singleneuron.palette import FATE_COLOURS
from singleneuron.widgets import PlanarFlow

mpl.use("Agg")
STARTS = [[2.0, 1.0], [0.02, 2.9]]


@pytest.fixture
def ax() -> Iterator[Any]:
    yield figures.new_figure()[1]
    plt.close("all")


def test_the_portrait_shows_the_flow(ax: Any) -> None:
    other = np.linspace(1, 0, 5)
    artists = figures.draw_phase_portrait(ax, STARTS, other, t_end=5.0)
    for start, line in zip(STARTS, artists["paths"], strict=True):
        degrees, norms = line.get_data()
        norm, angle = planar.flow(*start, np.linspace(0, 5, len(norms)))
        assert norms == pytest.approx(norm, rel=1e-14, abs=0)
        assert degrees == pytest.approx(np.degrees(angle), rel=1e-14, abs=0)
    degrees, norms = artists["threshold"].get_data()
    # An angle's rounding to degrees and back, 1e-15, moves the threshold by less than itself.
    assert norms == pytest.approx(planar.norm_threshold(np.radians(degrees)), rel=0, abs=1e-15)
    assert artists["other"].get_xdata().tolist() == [0, 45, 90, 135, 180]
    assert artists["other"].get_ydata().tolist() == other.tolist()
    assert artists["target"].get_xydata().tolist() == [[0, 1]]
    assert len(artists["arrows"]) == 2 and ax.get_title() == ""


def test_the_portrait_without_another_threshold(ax: Any) -> None:
    assert "other" not in figures.draw_phase_portrait(ax, STARTS)
    assert len(ax.get_legend().get_texts()) == 1


def test_the_legend_hides_no_path(ax: Any) -> None:
    figures.draw_phase_portrait(ax, STARTS, [1.0, 0.0])
    ax.figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().y0 >= ax.get_window_extent().y1


def test_paths_have_their_fates_colours(ax: Any) -> None:
    paths = np.arange(12.0).reshape(3, 2, 2)
    artists = figures.draw_weight_paths(ax, paths, [1, 0], np.array(["learned", "lost"]))
    colours = [FATE_COLOURS[name].lower() for name in ("learned", "lost")]
    assert [to_hex(line.get_color()) for line in artists["paths"]] == colours
    assert [to_hex(disc.get_markerfacecolor()) for disc in artists["starts"]] == colours
    assert artists["paths"][1].get_xydata().tolist() == paths[:, 1].tolist()
    assert artists["starts"][1].get_xydata().tolist() == [[2, 3]]
    hollow = figures.draw_weight_paths(ax, paths, [1, 0])["starts"]
    assert [to_hex(disc.get_markerfacecolor()) for disc in hollow] == ["#ffffff"] * 2


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda a: figures.draw_phase_portrait(a, [[1.0]]), r"starts must have shape \(..., 2\)"),
        (lambda a: figures.draw_phase_portrait(a, [[0.0, 1]]), "norm must lie in"),
        (lambda a: figures.draw_phase_portrait(a, STARTS, t_end=0), "t_end must be positive"),
        (lambda a: figures.draw_phase_portrait(a, STARTS, highest=0), "highest must be positive"),
        (
            lambda a: figures.draw_phase_portrait(a, STARTS, [1.0]),
            r"other_thres.* got \(1,\); pass",
        ),
        (
            lambda a: figures.draw_phase_portrait(a, STARTS, [1, np.nan]),
            "other_threshold .* finite",
        ),
        (lambda a: figures.draw_weight_paths(a, [[1, 2]], [1, 0]), "paths must be"),
        (lambda a: figures.draw_weight_paths(a, [[[1, 2]]], [1, 0], ["lost"] * 2), "n fates"),
        (lambda a: figures.draw_weight_paths(a, [[[1, 2]]], [1, 0], ["saved"]), "fate must be"),
    ],
)
def test_bad_pictures(ax: Any, draw: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw(ax)


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"start": [1.0]}, r"start must have shape \(2,\)"),
        ({"start": [0.0, -0.1]}, r"start must lie in \[-2.0, 2.0\] x \[0, 2.0\]"),
        ({"start": [float("nan"), 1.0]}, "start must be finite"),
        ({"time": 21}, "time must be in"),
        ({"colour": "red"}, "colour is no parameter of PlanarFlow"),
    ],
)
def test_bad_traits(traits: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        PlanarFlow(**traits)


def test_the_repr_names_what_was_changed() -> None:
    assert repr(PlanarFlow(time=3)) == "PlanarFlow(time=3.0)"
