"""The pictures of rates show the numbers they were given."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import singleneuron as sn
from singleneuron import figures

mpl.use("Agg")

PROBLEM = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.1])
RUN = sn.gradient_descent(PROBLEM, [[0.3, 0.4, 0.0], [0.5, -0.2, 0.1]], 40)


@pytest.fixture
def ax() -> Any:
    yield figures.new_figure()[1]
    plt.close("all")


def test_decays_are_shares_of_the_squared_distance(ax: Any) -> None:
    artists = figures.draw_decays(ax, RUN, 0.9)
    assert len(artists["lines"]) == 2
    for line, distance in zip(artists["lines"], RUN.distance.T, strict=True):
        np.testing.assert_allclose(line.get_ydata(), (distance / distance[0]) ** 2)
    np.testing.assert_allclose(artists["slope"].get_ydata(), 0.9 ** np.arange(41))
    assert ax.get_yscale() == "log" and ax.get_title() == ""
    assert "slope" not in figures.draw_decays(ax, RUN)


def test_rates_are_those_promised(ax: Any) -> None:
    shares = 0.8 ** np.arange(30)
    artists = figures.draw_rates(ax, shares, shares**0.5, {"a": 1e-3, "b": 1e-12}, 0.81)
    np.testing.assert_allclose(artists["measured"].get_ydata(), shares[1:])
    np.testing.assert_allclose(artists["along"].get_ydata(), shares[1:] ** 0.5)
    np.testing.assert_allclose(artists["measured"].get_xdata(), np.arange(1, 30))
    drawn = (*artists["promised"], artists["local"])
    for line, rate in zip(drawn, (1e-3, 1e-12, 0.19), strict=True):
        steps, values = line.get_xdata(), line.get_ydata()
        np.testing.assert_allclose(values, (1 - rate) ** steps, rtol=1e-3)  # 1e-12 is rounded
        assert values.min() < 1e-4 and values.max() > 0.8  # from the start to below the picture
    assert [line.get_label() for line in artists["promised"]] == ["a", "b"]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda ax: figures.draw_decays(ax, RUN, 1.5), "squared must be at most 1, got 1.5"),
        (lambda ax: figures.draw_decays(ax, RUN, 0.0), "squared must be positive"),
        (lambda ax: figures.draw_rates(ax, [1, 0.5], [1.0], {"a": 0.1}), "along must have shape"),
        (lambda ax: figures.draw_rates(ax, [1, 0.5], [1, 0.9], {}), "promised must hold one or"),
        (lambda ax: figures.draw_rates(ax, [1, 0.5], [1, 0.9], {"a": 0.0}), "a must be one minus"),
    ],
)
def test_bad_pictures(ax: Any, draw: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw(ax)
