"""A live figure: the three zones of directions, one start, its path and its angle in time."""

from __future__ import annotations

from typing import Any

import traitlets

from .allowed import in_range, in_upper_half, one_number_of
from .base import LiveFigure

__all__ = ["AngleZones"]

DIMS = (2, 5, 20, 100, 1000)
LIMITS: dict[str, Any] = {
    "c": [0.3, 3.0], "offset": [-2.5, 2.5], "bias": [-2.0, 2.0], "time": [0.0, 1.0], "extent": 2.0,
    "dims": list(DIMS),
}  # fmt: skip


class AngleZones(LiveFigure):
    """The half plane of weights at the bias of a start, in zones, and the flow from that start.

    Inputs uniform on a ball, target weights of length 1. The left picture is the plane of the
    weights along the target and across it; the right ones show the angle to the target, the length
    and the bias in time. Press in the left picture: the start follows.

    Parameters
    ----------
    dim : int
        Number of inputs: 2, 5, 20, 100 or 1000.
    c : float
        Radius of the ball, in [0.3, 3].
    offset : float
        The target's bias, in [-2.5, 2.5]; a target with offset below -0.95 c is raised to it.
    start : [p, q]
        Weights of the start along the target and across, |p| <= 2 and 0 <= q <= 2.
    bias : float
        Bias of the start, in [-2, 2].
    time : float
        Place of the mark on the path, from 0 (start) to 1 (end), in log(1 + t).
    limits : dict
        What the controls allow. Fixed.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> AngleZones(offset=0.2).start
    [0.15, 0.85]
    """

    _module = "angle_zones"
    _question = "Which directions are always learned, which never, and what decides between?"

    dim = traitlets.Any(2).tag(sync=True)
    c = traitlets.Any(1.0).tag(sync=True)
    offset = traitlets.Any(-0.5).tag(sync=True)
    start = traitlets.Any([0.15, 0.85]).tag(sync=True)
    bias = traitlets.Any(0.0).tag(sync=True)
    time = traitlets.Any(0.0).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    @traitlets.validate("dim")
    def _known_dim(self, proposal: Any) -> int:
        return one_number_of(proposal, DIMS)

    @traitlets.validate("c", "offset", "bias", "time")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("start")
    def _in_half_plane(self, proposal: Any) -> list[float]:
        return in_upper_half(proposal, LIMITS["extent"])
