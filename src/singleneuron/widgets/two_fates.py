"""The first live figure: one neuron in one dimension, its plane, and its two fates."""

from __future__ import annotations

from typing import Any

import traitlets

from .allowed import in_range, in_square, whole
from .base import LiveFigure
from .presets import Presets

__all__ = ["TwoFates"]

_USUAL: dict[str, Any] = {"c": 1.0, "step_size": 1.0}
PRESETS: dict[str, dict[str, Any]] = {
    "learned": {**_USUAL, "start": [-1.3, 1.1], "target": [1.2, 0.6]},
    "born dead": {**_USUAL, "start": [1.0, -1.9], "target": [1.2, 0.6]},
    "lost from bias zero": {**_USUAL, "start": [-1.6, 0.0], "target": [1.4, -0.3]},
}
LIMITS: dict[str, Any] = {"c": [0.25, 4.0], "step_size": [0.05, 4.0], "extent": 3.0}


class TwoFates(Presets, LiveFigure):
    """The plane of (weight, bias), the dead cone in it, and the path of gradient descent.

    Inputs are uniform on [-c, c], the neuron is s(w x + b), the loss
    F(w) = 1/2 E (s(w.x) - s(v.x))^2. Press in the plane: the nearer of start and target follows.
    A filled start has a proved fate, a hollow one is merely seen.

    Parameters
    ----------
    c : float
        Half-width of the inputs, in [0.25, 4].
    start, target : [weight, bias]
        Where descent starts, and the neuron to learn, each coordinate in [-3, 3]. A dead target is
        shown moved just out of the dead cone.
    step_size : float
        In units of 1/L, L = max(1, c^2/3), in [0.05, 4]; below 2 the loss never rises.
    shown : int
        Steps of the path that are shown; -1: all.
    playing : bool
        Whether the run is being played.
    preset : "learned", "born dead", "lost from bias zero" or ""
        Setting it sets c, start, target and step_size; "": moved by hand.
    max_steps : int
        Length of the path where no fate ends it, at most 10,000.
    limits, presets : dict
        What the controls allow and what the presets set; told to the page, not to be changed.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> TwoFates(preset="born dead").start
    [1.0, -1.9]
    """

    _module = "two_fates"
    _presets = PRESETS
    _question = "Which starts are learned, and which are lost for ever?"

    c = traitlets.Any(PRESETS["learned"]["c"]).tag(sync=True)
    start = traitlets.Any(PRESETS["learned"]["start"]).tag(sync=True)
    target = traitlets.Any(PRESETS["learned"]["target"]).tag(sync=True)
    step_size = traitlets.Any(PRESETS["learned"]["step_size"]).tag(sync=True)
    shown = traitlets.Any(-1).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    preset = traitlets.Unicode("learned").tag(sync=True)
    max_steps = traitlets.Any(3000).tag(sync=True)
    presets = traitlets.Dict(PRESETS, read_only=True).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    @traitlets.validate("c", "step_size")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("start", "target")
    def _within_plane(self, proposal: Any) -> list[float]:
        return in_square(proposal, LIMITS["extent"])

    @traitlets.validate("shown", "max_steps")
    def _whole_number(self, proposal: Any) -> int:
        return whole(proposal, -1 if proposal["trait"].name == "shown" else 1, 10_000)
