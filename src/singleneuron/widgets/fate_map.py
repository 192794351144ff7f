"""A live figure: fates over angle and start norm, the proved bracket, and the path of one start."""

from __future__ import annotations

from typing import Any

import traitlets

from ..checks import vector
from .allowed import in_range, one_number_of
from .base import LiveFigure

__all__ = ["FateMap"]

DIMS = (2, 5, 10, 50, 200)
LIMITS: dict[str, Any] = {
    "offset": [-0.95, 0.95], "angle": [0.0, 180.0], "power": [-6.0, 3.0], "dims": list(DIMS),
}  # fmt: skip


class FateMap(LiveFigure):
    """The fates of the flow from bias 0, over the angle to the target and the norm of the start.

    Inputs uniform on a ball, target weights of length 1. Every cell of the map is decided in the
    page by a run to a certificate, or stays grey. Over it lie the proved bracket, beta and
    pi/2 + beta, and the norm rho* below which a start is better than silence. Press in the map: the
    three reduced coordinates of that start in time appear beside it.

    Parameters
    ----------
    dim : int
        Number of inputs: 2, 5, 10, 50 or 200.
    wide : bool
        Inputs of radius sqrt(dim) instead of 1.
    offset : float
        The target's bias, in [-0.95, 0.95].
    start : [angle, power]
        Angle to the target in degrees, in [0, 180]; log10 of the norm, in [-6, 3].
    limits : dict
        What the controls allow. Fixed.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> FateMap(dim=10).start
    [110.0, -1.0]
    """

    _module = "fate_map"
    _question = "At which norms is an angle between the two dashed lines still learned?"

    dim = traitlets.Any(5).tag(sync=True)
    wide = traitlets.Bool(False).tag(sync=True)
    offset = traitlets.Any(-0.5).tag(sync=True)
    start = traitlets.Any([110.0, -1.0]).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    @traitlets.validate("dim")
    def _known_dim(self, proposal: Any) -> int:
        return one_number_of(proposal, DIMS)

    @traitlets.validate("offset")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("start")
    def _on_the_map(self, proposal: Any) -> list[float]:
        point = [float(x) for x in vector("start", proposal["value"], 2)]
        for name, x in zip(("angle", "power"), point, strict=True):
            low, high = LIMITS[name]
            if not low <= x <= high:
                raise ValueError(
                    f"start must be [angle in degrees, log10 of the norm], {name} in "
                    f"[{low}, {high}], got {point}; move it inside"
                )
        return point
