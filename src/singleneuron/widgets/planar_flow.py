"""A live figure: the neuron without bias, whose flow is solved in a plane."""

from __future__ import annotations

from typing import Any

import traitlets

from .allowed import in_range, in_upper_half
from .base import LiveFigure

__all__ = ["PlanarFlow"]

LIMITS: dict[str, Any] = {"extent": 2.0, "time": 20.0}


class PlanarFlow(LiveFigure):
    """The flow without bias in the plane of weights, in norm and angle, and against time.

    For every symmetric law, with lengths in units of the target's and time in units of 1/s2. Drag
    the start in either picture: its path, its angle and its norm follow. Shaded is where the norm
    grows.

    Parameters
    ----------
    start : [along, across]
        The weights' component along the target, in [-2, 2], and the norm of the rest, in [0, 2].
    time : float
        The moment that is marked, in [0, 20].
    stretched : bool
        Draw the plane of weights in the coordinates w / (1 - angle/pi): every path is straight.
    printed : bool
        Also draw the threshold that Lemma 6.3 of Yehudai and Shamir (COLT 2020) prints.
    limits : dict
        Fixed: the ends of the ranges above.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> PlanarFlow(start=[0.0, 0.45]).start
    [0.0, 0.45]
    """

    _module = "planar_flow"
    _question = "From which starts does the norm shrink before it grows, and for how long?"

    start = traitlets.Any([-1.2, 0.5]).tag(sync=True)
    time = traitlets.Any(0.0).tag(sync=True)
    stretched = traitlets.Bool(False).tag(sync=True)
    printed = traitlets.Bool(False).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    @traitlets.validate("start")
    def _within_plane(self, proposal: Any) -> list[float]:
        return in_upper_half(proposal, LIMITS["extent"])

    @traitlets.validate("time")
    def _within_time(self, proposal: Any) -> float:
        return in_range(proposal, (0, LIMITS["time"]))
