"""A live figure: shape the inputs, place a neuron, and read what sort of point it is."""

from __future__ import annotations

from typing import Any

import traitlets

from ..checks import choice, finite_array, vector
from ..cones import Classification
from .allowed import in_range
from .base import LiveFigure

__all__ = ["CriticalPoints"]

SHAPES = ("disc", "points", "normal")
LIMITS: dict[str, Any] = {"c": [0.3, 2.0], "bias": [-3.0, 2.0], "plane": 3.0, "inputs": 2.2}
SENTENCES = {
    **{kind.name: kind.sentence for kind in Classification},
    "PART_FITTED": "Critical, yet not dead: each input is either silenced or fitted exactly. "
    "Only laws with weight on single points have such a place besides the target.",
}


class CriticalPoints(LiveFigure):
    """The slice of parameter space at one bias, the inputs below it, and the way towards w + v.

    Inputs in the plane: uniform on a disc, five points of equal weight, or normal. Press in the
    left picture: the nearer of w~ and v~ follows, and snaps to the edge of the dead cone. Press in
    the right one: the disc's rim or the nearest point follows.

    Parameters
    ----------
    shape : "disc", "points" or "normal"
        The law of the inputs.
    c : float
        Radius of the disc, in [0.3, 2].
    points : five [x, y]
        The points, each coordinate in [-2.2, 2.2].
    w, target : [w1, w2, bias]
        The neuron and the target, weights in [-3, 3], biases in [-3, 2]. A dead target is shown
        with its bias raised.
    limits, sentences : dict
        Fixed: the ranges above, and what each kind of point is, in words.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> CriticalPoints(c=2.0).shape
    'disc'
    """

    _module = "critical_points"
    _question = "Which dead neurons are local minima, and which way out have the others?"

    shape = traitlets.Unicode("disc").tag(sync=True)
    c = traitlets.Any(1.0).tag(sync=True)
    points = traitlets.Any([[1.2, 0.2], [0.3, 1.3], [-1.1, 0.6], [-0.8, -0.9], [0.6, -1.0]]).tag(
        sync=True
    )
    w = traitlets.Any([-0.6, 0.8, -1.0]).tag(sync=True)
    target = traitlets.Any([1.5, 0.5, -0.3]).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)
    sentences = traitlets.Dict(SENTENCES, read_only=True).tag(sync=True)

    @traitlets.validate("shape")
    def _known_shape(self, proposal: Any) -> str:
        return choice("shape", str(proposal["value"]), SHAPES)

    @traitlets.validate("c")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("points")
    def _five_points(self, proposal: Any) -> list[list[float]]:
        reach = LIMITS["inputs"]
        points = finite_array("points", proposal["value"])
        if points.shape != (5, 2) or abs(points).max() > reach:
            raise ValueError(
                f"points must be five pairs in [-{reach}, {reach}]^2, got {points.tolist()}; "
                "repeat one to have fewer"
            )
        return [[float(x) for x in row] for row in points]

    @traitlets.validate("w", "target")
    def _within_space(self, proposal: Any) -> list[float]:
        name, side, (low, high) = proposal["trait"].name, LIMITS["plane"], LIMITS["bias"]
        point = [float(x) for x in vector(name, proposal["value"], 3)]
        if max(map(abs, point[:2])) > side or not low <= point[2] <= high:
            raise ValueError(
                f"{name} must have weights in [-{side}, {side}] and its bias in [{low}, {high}], "
                f"got {point}; move it inside"
            )
        return point
