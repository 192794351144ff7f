"""Figures of the chapters around the main results show the numbers they are given."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from singleneuron import figures
from singleneuron.palette import FATE_COLOURS

mpl.use("Agg")


@pytest.fixture
def ax():
    yield figures.new_figure()[1]
    plt.close("all")


def test_semilog_shows_exponential_decay_as_a_line(ax):
    d = np.arange(2, 9)
    lines = figures.draw_semilog(ax, d, {"a": np.exp(-d), "b": 0.0 * d}, "d", "p")["lines"]
    assert ax.get_yscale() == "log" and (ax.get_xlabel(), ax.get_ylabel()) == ("d", "p")
    x, y = lines[0].get_data()
    assert np.allclose(np.diff(np.log(y)) / np.diff(x), -1)
    assert (lines[1].get_ydata() == 1e-300).all()  # zero has no logarithm


def test_bounds_are_drawn_as_they_are(ax):
    lines = figures.draw_bounds(ax, [0.0, 1.0], {"a": [-2.0, 3.0], "b": [0, 1]}, "s", "P")["lines"]
    assert lines[0].get_ydata().tolist() == [-2, 3] and ax.get_yscale() == "linear"
    assert len({line.get_marker() for line in lines}) == 2  # not by colour alone


def test_angles_are_in_degrees_and_named_by_their_starts(ax):
    angles = np.array([[np.pi, 0.0], [np.pi / 2, np.pi / 4]])
    lines = figures.draw_angles(ax, [0.0, 2.0], angles, [[-1, 0.5], [1, 0]])["lines"]
    assert lines[0].get_ydata().tolist() == [180, 90]
    assert np.allclose(lines[1].get_ydata(), [0, 45])
    assert [line.get_label() for line in lines] == ["from (−1, 0.5)", "from (1, 0)"]
    assert len({line.get_linestyle() for line in lines}) == 2


def test_safe_disc(ax):
    artists = figures.draw_safe_disc(ax, [1.0, -0.5], radius=0.75)
    assert artists["disc"].center == (1.0, -0.5) and artists["disc"].radius == 0.75
    assert mpl.colors.to_hex(artists["disc"].get_facecolor()) == FATE_COLOURS["learned"].lower()
    assert artists["target"].get_xydata().tolist() == [[1.0, -0.5]]
    assert artists["origin"].get_xydata().tolist() == [[0, 0]]
    assert ax.get_aspect() == 1


def test_tied_paths_lie_on_their_plane():
    ax = figures.new_figure(subplot_kw={"projection": "3d"})[1]
    paths = np.array([[[-1, 0.5, 0.25]], [[1, 0, 0]]])
    artists = figures.draw_tied_paths(ax, paths, [1, 0, 0], ["lost"], mean=[0, 0.5], extent=2)
    assert np.transpose(artists["paths"][0].get_data_3d()).tolist() == paths[:, 0].tolist()
    assert np.ravel(artists["starts"][0].get_data_3d()).tolist() == [-1, 0.5, 0.25]
    assert artists["paths"][0].get_color() == FATE_COLOURS["lost"]
    x, y, b = np.array(artists["plane"]._faces)[0].T  # its corners
    assert np.allclose(b, 0.5 * y) and set(np.abs(x)) == set(np.abs(y)) == {2}
    assert "plane" not in figures.draw_tied_paths(ax, paths, [1, 0, 0], ["lost"])
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda a: figures.draw_semilog(a, [1, 2], {"a": [1.0]}, "", ""), "a must have shape"),
        (lambda a: figures.draw_semilog(a, [1], {}, "", ""), "the curves must be 1 to 4"),
        (lambda a: figures.draw_bounds(a, [np.nan], {"a": [1.0]}, "", ""), "at must be finite"),
        (lambda a: figures.draw_angles(a, [0, 1], [[0.0], [1.0]], [[0], [1]]), "angles must have"),
        (lambda a: figures.draw_safe_disc(a, [1, 0, 0], 1), "target must have shape"),
        (lambda a: figures.draw_safe_disc(a, [1, 0], 0), "radius must be positive"),
        (lambda a: figures.draw_tied_paths(a, np.zeros((2, 3)), [1, 0, 0], []), "paths must be"),
    ],
)
def test_bad_input(ax, call, said):
    with pytest.raises(ValueError, match=said):
        call(ax)
