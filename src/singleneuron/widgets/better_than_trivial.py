"""A live figure: the starts below the trivial loss, what they are promised, and what they do."""

from __future__ import annotations

from typing import Any

import traitlets

from .allowed import in_range, in_square, one_number_of
from .base import LiveFigure

__all__ = ["BetterThanTrivial"]

LIMITS: dict[str, Any] = {
    "extent": 2.0, "dims": [2, 10, 100], "offset": [-0.2, 0.3], "step_size": [0.05, 2.5],
}  # fmt: skip


class BetterThanTrivial(LiveFigure):
    """Drag a start with bias zero: its loss against F(0), the promised rates and the measured one.

    Inputs are uniform on the unit ball of R^d, the target is (1, 0, ..., 0; b_v). Left the plane of
    the weights along and across the target, right the squared distance against the step, measured,
    as the run's own overlaps allow, and as promised at the start.

    Parameters
    ----------
    dim : int
        The dimension d: 2, 10 or 100.
    start : [along, across]
        The weights at the start, each in [-2, 2].
    offset : float
        The target's bias b_v, in [-0.2, 0.3].
    step_size : float
        eta in units of 1/L, in [0.05, 2.5]; from 2 on nothing is promised.
    limits : dict
        The ranges of the parameters. Fixed.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> BetterThanTrivial(dim=100)
    BetterThanTrivial(dim=100)
    """

    _module = "better_than_trivial"
    _question = "How fast is a start below the trivial loss bound to be, and how fast is it?"

    dim = traitlets.Any(2).tag(sync=True)
    start = traitlets.Any([0.1, 0.6]).tag(sync=True)
    offset = traitlets.Any(0.0).tag(sync=True)
    step_size = traitlets.Any(1.0).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    @traitlets.validate("dim")
    def _known_dimension(self, proposal: Any) -> int:
        return one_number_of(proposal, LIMITS["dims"])

    @traitlets.validate("offset", "step_size")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("start")
    def _within_plane(self, proposal: Any) -> list[float]:
        return in_square(proposal, LIMITS["extent"])
