"""The fate map: the two bounds behind its limit in high dimension, its pictures, its widget."""

from __future__ import annotations

import math
import re
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from traitlets import TraitError

import singleneuron as sn
from singleneuron import figures
from singleneuron.widgets import FateMap


def test_in_high_dimension_the_threshold_sinks_to_beta() -> None:
    """At norm 1 and bias -0.5: what is above beta falls, and nearly all directions are lost."""
    above = []
    for dim in (50, 200, 800):
        prob = sn.Problem(sn.UniformBall(dim), np.r_[1, np.zeros(dim - 1), -0.5])
        above.append(float(sn.failure_threshold(prob, 1.0, tol=1e-4)) - math.pi / 3)
        # P(theta >= pi/3 + 0.053) is 1 - 3.9e-4 at d = 50 and nearer to 1 beyond.
        assert sn.failure_probability(prob, 1.0, tol=1e-4) > 1 - 6e-4
    assert 0 < above[2] < above[1] / 2 < above[0] / 4 < 0.015


def test_long_starts_beyond_beta_are_lost_by_descent_too() -> None:
    prob = sn.Problem(sn.UniformBall(3), [1.0, 0, 0, -0.5]).reduced
    theta = math.pi / 3 + np.linspace(0.2, 2.0, 12)
    w = 1e3 * np.stack([np.cos(theta), np.sin(theta), 0 * theta], axis=1)
    for how in ({}, {"dynamics": "descent", "step_size": 1.9 / prob.smoothness}):
        assert (sn.decide(prob, w, **how).fate == sn.Fate.LOST).all()


# --- Pictures -----------------------------------------------------------------------------------


@pytest.fixture
def ax() -> Any:
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_a_map_shows_its_numbers(ax: Any) -> None:
    chance = np.linspace(0, 1, 12).reshape(3, 4)
    shown = figures.draw_failure_map(ax, [-1, 0, 1], [0.01, 0.1, 1, 10], chance)
    assert np.asarray(shown["mesh"].get_array()).ravel() == pytest.approx(chance.T.ravel())
    assert shown["lines"].levels.tolist() == [0.1, 0.5, 0.9]
    assert figures.draw_failure_map(ax, [-1, 0], [1, 2], np.zeros((2, 2)))["lines"] is None


def test_a_bracket_holds_its_curve(ax: Any) -> None:
    shown = figures.draw_bracket(ax, [0.1, 1, 10], [0.2, 0.3, 0.4], [0.1] * 3, [0.5] * 3)
    assert shown["line"].get_ydata().tolist() == [0.2, 0.3, 0.4]
    corners = shown["band"].get_paths()[0].vertices
    assert (corners[:, 1].min(), corners[:, 1].max()) == (0.1, 0.5)


def test_bad_pictures(ax: Any) -> None:
    with pytest.raises(ValueError, match="probability must have shape"):
        figures.draw_failure_map(ax, [0, 1], [1, 2], np.zeros((2, 3)))
    with pytest.raises(ValueError, match="lie in"):
        figures.draw_failure_map(ax, [0, 1], [1, 2], np.full((2, 2), 1.5))
    with pytest.raises(ValueError, match="upper must have"):
        figures.draw_bracket(ax, [1, 2], [0, 0], [0, 0], [1])


# --- The live figure's Python side --------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"dim": 3}, r"dim must be one of \(2, 5, 10, 50, 200\), got 3"),
        ({"offset": -1.0}, r"offset must be in \[-0.95, 0.95\], got -1.0; move it inside"),
        ({"offset": float("nan")}, "offset must be finite"),
        ({"start": [181.0, 0.0]}, "start must be .* angle in"),
        ({"start": [90.0, -7.0]}, "start must be .* power in"),
        ({"start": [0.0]}, r"start must have shape \(2,\)"),
        ({"norm": 1.0}, "norm is no parameter of FateMap; use dim, "),
    ],
)
def test_bad_parameters(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FateMap(**arguments)


def test_what_is_documented_and_fixed() -> None:
    described = re.findall(r"^ {4}(\w+(?:, \w+)*) : ", FateMap.__doc__ or "", re.MULTILINE)
    assert {name for line in described for name in line.split(", ")} == set(FateMap.parameters())
    with pytest.raises(TraitError):
        FateMap(limits={})
    assert FateMap(dim=10.0).state()["dim"] == 10
