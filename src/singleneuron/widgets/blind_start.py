"""A live figure: two caps on a ball, the dead cone's shadow, and the share of blind directions."""

from __future__ import annotations

import math
from typing import Any

import traitlets

from ..laws import UniformBall
from ..problem import Problem
from .allowed import in_range
from .base import LiveFigure

__all__ = ["BlindStart"]

LIMITS: dict[str, Any] = {
    "dim": [2, 1000],
    "radius": [0.3, 6.0],
    "angle": [0.0, math.pi],
    "offset": [-0.9999999, 1.0],
    "bias": [-1.0, 1.0],
    "steps": [0, 1000],
}
WHOLE = ("dim", "steps")
PRESETS: dict[str, dict[str, Any]] = {
    "blind for ever": {"dim": 2, "radius": 1.0, "angle": 2.75, "offset": -0.5, "bias": 0.0},
    "blind, then not": {"dim": 2, "radius": 5.0, "angle": 3.0, "offset": -0.96, "bias": 0.2},
    "too low to escape": {"dim": 2, "radius": 5.0, "angle": 3.0, "offset": -0.96, "bias": 0.05},
}


class BlindStart(LiveFigure):
    """A neuron and its target on a ball of inputs, at the start and after some steps of descent.

    Inputs are uniform on a ball, weights of length one, the step size is 1/L. Left the disc spanned
    by v~ and w~ with the two caps; right the plane of parameters through 0, w and v with the dead
    cone and its shadow, and how the angle to the target is distributed over random directions.

    Parameters
    ----------
    dim : int
        Number d of inputs, in [2, 1000].
    radius : float
        Radius c of the ball, in [0.3, 6].
    angle : float
        theta at the start, in radians, in [0, pi].
    offset : float
        b_v / (c |v~|) of the target, in [-0.9999999, 1].
    bias : float
        b / (c |w~|) of the start, in [-1, 1].
    steps : int
        Steps of descent that are shown, in [0, 1000].
    limits, presets : dict
        What the controls allow and what the presets set. Fixed.

    Raises
    ------
    ValueError
        A value is not a number or out of range.

    Examples
    --------
    >>> figure = BlindStart(radius=2.0)
    >>> figure.problem().is_blind(figure.start()).item()
    True
    """

    _module = "blind_start"
    _question = "Which starts with bias zero never see what the target answers to?"

    dim = traitlets.Any(PRESETS["blind for ever"]["dim"]).tag(sync=True)
    radius = traitlets.Any(PRESETS["blind for ever"]["radius"]).tag(sync=True)
    angle = traitlets.Any(PRESETS["blind for ever"]["angle"]).tag(sync=True)
    offset = traitlets.Any(PRESETS["blind for ever"]["offset"]).tag(sync=True)
    bias = traitlets.Any(PRESETS["blind for ever"]["bias"]).tag(sync=True)
    steps = traitlets.Any(0).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)
    presets = traitlets.Dict(PRESETS, read_only=True).tag(sync=True)

    def problem(self) -> Problem:
        """Return the problem that is shown, in the coordinates (p, q, b)."""
        target = [1.0, *[0.0] * (self.dim - 1), self.radius * self.offset]
        return Problem(UniformBall(self.dim, self.radius), target).reduced

    def start(self) -> list[float]:
        """Return the start (p, q, b)."""
        return [math.cos(self.angle), math.sin(self.angle), self.radius * self.bias]

    @traitlets.validate("dim", "radius", "angle", "offset", "bias", "steps")
    def _within_limits(self, proposal: Any) -> float | int:
        name = proposal["trait"].name
        value = in_range(proposal, LIMITS[name])
        if name not in WHOLE:
            return value
        if value != round(value):
            raise ValueError(f"{name} must be a whole number, got {value}; round it")
        return int(value)
