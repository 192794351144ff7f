"""A live figure: one step of descent, what the four tools say of it, and no way to break them."""

from __future__ import annotations

from typing import Any

import traitlets

from ..checks import choice
from ..laws import Empirical, Law, UniformBall
from .allowed import in_range, in_square
from .base import LiveFigure

__all__ = ["FourTools"]

LAWS: dict[str, dict[str, Any]] = {
    "interval [−1, 1]": {"c": 1.0},
    "interval [−3, 3]": {"c": 3.0},
    "two inputs": {"points": [-1.0, 1.0], "weights": [0.5, 0.5]},
    "five inputs": {"points": [-2.0, -1.0, 0.5, 1.0, 3.0], "weights": [0.1, 0.3, 0.2, 0.3, 0.1]},
    "one input": {"points": [1.5], "weights": [1.0]},
}
LIMITS: dict[str, Any] = {"step_size": [0.05, 3.0], "extent": 3.0}


class FourTools(LiveFigure):
    """A neuron w in the plane of weight and bias, its gradient step, and the bounds on it.

    Press in the plane: the nearer of w and the target v follows. Where a step of size 1/L ends is a
    disc with diameter from w to v, where a step of size up to 2/L ends is a disc about v.

    Parameters
    ----------
    law : str
        One of the keys of `laws`; "one input" makes the step one of SGD.
    w, target : [weight, bias]
        The neuron and the one to learn, each coordinate in [-3, 3]. A target that is silent on all
        inputs is shown with its bias raised.
    step_size : float
        eta in units of 1/L, in [0.05, 3].
    laws : dict
        For each name the half-width c of a uniform law, or points and weights. Fixed.
    limits : dict
        The ranges of the parameters. Fixed.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite, out of range, or no law's name.

    Examples
    --------
    >>> FourTools(law="two inputs").law_of_inputs().points.tolist()
    [[-1.0], [1.0]]
    """

    _module = "four_tools"
    _question = "Is there a step of size up to 2/L that leads away from the target?"

    law = traitlets.Unicode("interval [−1, 1]").tag(sync=True)
    w = traitlets.Any([-1.7, 1.2]).tag(sync=True)
    target = traitlets.Any([1.2, 0.4]).tag(sync=True)
    step_size = traitlets.Any(1.0).tag(sync=True)
    laws = traitlets.Dict(LAWS, read_only=True).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    def law_of_inputs(self) -> Law:
        """Return the law that is chosen, for `Problem`."""
        given = LAWS[self.law]
        if "c" in given:
            return UniformBall(1, given["c"])
        return Empirical([[x] for x in given["points"]], given["weights"])

    @traitlets.validate("law")
    def _known_law(self, proposal: Any) -> str:
        return choice("law", proposal["value"], tuple(LAWS))

    @traitlets.validate("step_size")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("w", "target")
    def _within_plane(self, proposal: Any) -> list[float]:
        return in_square(proposal, LIMITS["extent"])
