"""A live figure: the plane of starts, each in the colour of its fate, and the path of one."""

from __future__ import annotations

from typing import Any

import traitlets

from .allowed import in_range, in_square
from .base import LiveFigure

__all__ = ["FateAtlas"]

LIMITS: dict[str, Any] = {
    "c": [1.0, 3.0], "offset": [-0.9, 1.5], "step_size": [0.1, 1.95], "extent": 3.0,
}  # fmt: skip
PRESETS: dict[str, dict[str, Any]] = {
    "low target": {"c": 1.0, "offset": -0.6, "step_size": 0.5, "start": [-1.2, 2.0]},
    "high target": {"c": 1.0, "offset": 0.6, "step_size": 0.5, "start": [-1.2, 2.0]},
    "a leap into the cone": {"c": 1.75, "offset": -0.6, "step_size": 1.6, "start": [2.4, 0.8]},
}


class FateAtlas(LiveFigure):
    """Every start (weight, bias) in [-3, 3]^2 in the colour of its certified fate under descent.

    Inputs are uniform on [-c, c], the target has weight 1. The map, 150 x 150 starts, and the path
    are computed in the page, as soon as a control moves. A filled start has a proved fate.

    Parameters
    ----------
    c : float
        Half-width of the inputs, in [1, 3].
    offset : float
        The target's bias, in [-0.9, 1.5].
    step_size : float
        In units of 1/L, L = max(1, c^2/3), in [0.1, 1.95].
    start : [weight, bias]
        The start whose path is shown, each coordinate in [-3, 3].
    limits, presets : dict
        What the controls allow and what the presets set. Fixed.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> FateAtlas(offset=0.6).start
    [-1.2, 2.0]
    """

    _module = "fate_atlas"
    _question = "Where is the border between the starts that are learned and those that are lost?"

    c = traitlets.Any(PRESETS["low target"]["c"]).tag(sync=True)
    offset = traitlets.Any(PRESETS["low target"]["offset"]).tag(sync=True)
    step_size = traitlets.Any(PRESETS["low target"]["step_size"]).tag(sync=True)
    start = traitlets.Any(PRESETS["low target"]["start"]).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)
    presets = traitlets.Dict(PRESETS, read_only=True).tag(sync=True)

    @traitlets.validate("c", "offset", "step_size")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("start")
    def _within_plane(self, proposal: Any) -> list[float]:
        return in_square(proposal, LIMITS["extent"])
