"""A live figure: both cones of an interval, the target's projections on them, and its safe ball."""

from __future__ import annotations

from typing import Any

import traitlets

from ..checks import choice
from .allowed import in_range, in_square, whole
from .base import LiveFigure

__all__ = ["SafeBall"]

LIMITS: dict[str, Any] = {
    "c": [0.25, 4.0], "reach": [0.5, 1.5], "step_size": [0.05, 2.4], "extent": 3.0,
    "seed": [0, 999],
}  # fmt: skip
DYNAMICS = ("descent", "SGD")
RUNS = 16


class SafeBall(LiveFigure):
    """The target in the plane of weight and bias, the two cones, the safe ball, and 16 runs.

    Inputs are uniform on [-c, c]. The runs start on a circle about the target; the first of them is
    as near to the dead cone as the circle allows. A filled start has a proved fate.

    Parameters
    ----------
    c : float
        Half-width of the inputs, in [0.25, 4].
    target : [weight, bias]
        The neuron to learn, each coordinate in [-3, 3]. A dead target is shown moved just out of
        the dead cone.
    reach : float
        Distance of the starts from the target in units of the safe radius, in [0.5, 1.5].
    dynamics : "descent" or "SGD"
        What the runs follow.
    step_size : float
        In units of 1/L, L = max(1, c^2/3), for SGD of 1/R^2, R^2 = 1 + c^2; in [0.05, 2.4].
    seed : int
        Of the inputs that SGD sees, 0 to 999.
    limits : dict
        The ranges of the parameters. Fixed.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> SafeBall(reach=1.01, dynamics="SGD").state()["reach"]
    1.01
    """

    _module = "safe_ball"
    _question = "How far from the target may a start be, so that no run from there can be lost?"

    c = traitlets.Any(1.0).tag(sync=True)
    target = traitlets.Any([1.2, 0.3]).tag(sync=True)
    reach = traitlets.Any(0.98).tag(sync=True)
    dynamics = traitlets.Unicode("descent").tag(sync=True)
    step_size = traitlets.Any(1.0).tag(sync=True)
    seed = traitlets.Any(1).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    @traitlets.validate("c", "reach", "step_size")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("dynamics")
    def _known_dynamics(self, proposal: Any) -> str:
        return choice("dynamics", proposal["value"], DYNAMICS)

    @traitlets.validate("seed")
    def _whole_number(self, proposal: Any) -> int:
        return whole(proposal, 0, LIMITS["seed"][1])

    @traitlets.validate("target")
    def _within_plane(self, proposal: Any) -> list[float]:
        return in_square(proposal, LIMITS["extent"])
