"""A live figure: random starts against the cone of the dead, and how likely they fall into it."""

from __future__ import annotations

from typing import Any

import traitlets

from ..checks import choice
from .allowed import in_range, whole
from .base import LiveFigure

__all__ = ["BornDead"]

INITS = ("gaussian", "linear_layer")
LIMITS: dict[str, list[float]] = {"dim": [1, 1000], "radius": [1e-3, 100.0], "seed": [0, 10**6]}


class BornDead(LiveFigure):
    """Starts of a neuron, the dead cone of inputs in a ball, and the probability to fall into it.

    A start is drawn as two numbers, length of the weights and bias, both in units of the standard
    deviation of an entry. Drag the edge of the cone, or a dot along one of the curves.

    Parameters
    ----------
    dim : int
        Dimension d of the inputs, from 1 to 1000.
    radius : float
        Radius c of the ball of inputs, in [0.001, 100].
    init : str
        "gaussian" (normal entries, or any rotation-invariant start) or "linear_layer" (uniform).
    seed : int
        Which 1000 starts are drawn, from 0 to 1000000.
    limits : dict
        The ranges of the parameters. Fixed.

    Raises
    ------
    ValueError
        A value is not a number of its kind, out of range, or no init's name.

    Examples
    --------
    >>> BornDead(dim=20, radius=0.5)
    BornDead(dim=20, radius=0.5)
    """

    _module = "born_dead"
    _question = "At which radius of the inputs is one start in a hundred dead?"

    dim = traitlets.Any(100).tag(sync=True)
    radius = traitlets.Any(0.1).tag(sync=True)
    init = traitlets.Unicode("gaussian").tag(sync=True)
    seed = traitlets.Any(1).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    @traitlets.validate("init")
    def _known_init(self, proposal: Any) -> str:
        return choice("init", proposal["value"], INITS)

    @traitlets.validate("dim", "seed")
    def _whole(self, proposal: Any) -> int:
        return whole(proposal, *LIMITS[proposal["trait"].name])

    @traitlets.validate("radius")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])
