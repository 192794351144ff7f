"""The pictures of the critical points, and the Python side of their live figure."""

from __future__ import annotations

import re
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import singleneuron as sn
from singleneuron import figures
from singleneuron.cones import Classification
from singleneuron.palette import FATE_COLOURS
from singleneuron.widgets import CriticalPoints, base
from singleneuron.widgets.critical_points import SENTENCES

mpl.use("Agg")

# --- Pictures -----------------------------------------------------------------------------------


@pytest.fixture
def space() -> Any:
    yield figures.new_figure(subplot_kw={"projection": "3d"})[1]
    plt.close("all")


@pytest.mark.parametrize(
    ("offset", "minima", "escapes"), [(-0.9, 1, 2), (0.0, 1, 2), (0.9, 1, 2), (2.0, 0, 1)]
)
def test_the_edge_is_split_at_beta(space: Any, offset: float, minima: int, escapes: int) -> None:
    drawn = figures.draw_edge_3d(space, [1.0, 0.0, offset])
    beta = np.arccos(np.clip(-offset, -1, 1))
    # 120 directions: each of the two ends of the arc of minima is off by at most one of them.
    assert drawn["share"] == pytest.approx(1 - beta / np.pi, abs=2 / 120)
    assert (len(drawn["minima"]), len(drawn["escapes"])) == (minima, escapes)
    rims = {fate: [] for fate in ("lost", "learned")}
    for line in space.lines:
        rims.get({v: k for k, v in FATE_COLOURS.items()}.get(line.get_color()), []).append(line)
    assert (len(rims["lost"]), len(rims["learned"])) == (minima, escapes)
    for fate, sign in (("lost", 1), ("learned", -1)):
        for line in rims[fate]:
            x, y, b = (np.asarray(t) for t in line.get_data_3d())
            assert np.allclose(np.hypot(x, y), -b, atol=1e-12)  # on the cone's edge
            beyond = np.degrees(abs(np.arctan2(y, x)) - beta)
            assert (sign * beyond).min() > -3.1  # up to one direction


def test_without_bias_the_level_passes_through_the_origin() -> None:
    problem = sn.Problem(sn.UniformBall(2), [1.0, 0.5, 0.0])
    _, ax = figures.new_figure()
    drawn = figures.draw_loss_without_bias(ax, problem, extent=1.5, cells=31)
    ratio = drawn["image"].get_array()
    assert ratio[15, 15] == 0
    weights = np.linspace(-1.5, 1.5, 31)
    loss = problem.loss([weights[25], weights[20], 0.0]) / problem.trivial_loss
    assert ratio[20, 25] == pytest.approx(float(loss) - 1, abs=1e-10)
    assert drawn["target"].get_xydata().tolist() == [[1.0, 0.5]]
    plt.close("all")


def test_bad_pictures(space: Any) -> None:
    with pytest.raises(ValueError, match="target must not be dead"):
        figures.draw_edge_3d(space, [1.0, 0.0, -1.0])
    for law, target in ((sn.UniformBall(2), [1, 0, 0.5]), (sn.UniformBall(3), [1, 0, 0, 0])):
        with pytest.raises(ValueError, match="prob must have d = 2 and a target of bias 0"):
            figures.draw_loss_without_bias(space, sn.Problem(law, target))


# --- The live figure ----------------------------------------------------------------------------


def test_the_module_stands_alone() -> None:
    module = CriticalPoints._esm
    assert not re.search(r"^import\b|\bimport\(|\bfetch\(|https?://", module, re.MULTILINE)
    assert len(re.findall(r"^export default \{ render \};$", module, re.MULTILINE)) == 1


def test_every_parameter_is_documented() -> None:
    described = re.findall(r"^ {4}(\w+(?:, \w+)*) : ", CriticalPoints.__doc__ or "", re.MULTILINE)
    names = {name for line in described for name in line.split(", ")}
    assert set(CriticalPoints.parameters()) == names


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"c": 0.1}, r"c must be in \[0.3, 2.0\], got 0.1; move it inside"),
        ({"shape": "cube"}, "shape must be one of"),
        ({"points": [[0.0, 1.0]]}, "points must be five pairs"),
        ({"points": [[0.0, 9.0]] * 5}, "points must be five pairs"),
        ({"w": [1.0, 2.0]}, r"w must have shape \(3,\), got \(2,\)"),
        ({"w": [1.0, 2.0, -4.0]}, "w must have weights in"),
        ({"target": [3.5, 0.0, 0.0]}, "target must have weights in"),
        ({"target": [float("nan"), 0.0, 0.0]}, "target must be finite"),
        ({"radius": 1.0}, "radius is no parameter of CriticalPoints; use c, "),
    ],
)
def test_bad_parameters(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CriticalPoints(**arguments)


def test_every_class_has_its_sentence() -> None:
    assert {kind.name for kind in Classification} < set(SENTENCES)
    assert CriticalPoints().sentences == SENTENCES
    assert all(text.endswith(".") for text in SENTENCES.values())


def test_a_changed_value_shows_in_the_repr() -> None:
    assert repr(CriticalPoints(c=2)) == "CriticalPoints(c=2.0)"


def test_a_light_module_says_the_same() -> None:
    """What `light` takes for a comment is one: outside of strings and templates."""
    for part in base.PARTS.glob("*.js"):
        for line in part.read_text("utf-8").splitlines():
            assert line.count("`") % 2 == 0 or line.lstrip().startswith(("//", "*", "/*")), line
            code = line.partition(" // ")[0]
            assert code.count('"') % 2 == 0 or line.lstrip().startswith(("//", "*", "/*")), line
    assert "//" not in CriticalPoints._esm
