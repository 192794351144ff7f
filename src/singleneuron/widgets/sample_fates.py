"""A live figure: a sample whose inputs can be dragged, and fates on it and on its law."""

from __future__ import annotations

from typing import Any

import traitlets

from ..checks import finite_array
from ..laws import Empirical, UniformBall
from ..problem import Problem
from .allowed import in_range, in_square, whole
from .base import LiveFigure
from .presets import Presets

__all__ = ["SampleFates"]

LIMITS: dict[str, Any] = {"n": [2, 30], "step_size": [0.05, 1.95], "extent": 3.0, "steps": 3000}


def drawn(n: int, seed: int) -> list[float]:
    """Return the first n inputs of a seed, uniform on [-1, 1], to four digits, as the page draws.

    The generator is mulberry32: the page has no other that Python shares.
    """
    word, state, points = 0xFFFFFFFF, seed & 0xFFFFFFFF, []
    for _ in range(n):
        state = (state + 0x6D2B79F5) & word
        t = (state ^ (state >> 15)) * (state | 1) & word
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & word)) & word
        x = ((t ^ (t >> 14)) & word) / 2**31 - 1
        points.append(float(int(x * 1e4 + 10_000.5) - 10_000) / 1e4)
    return points


_USUAL: dict[str, Any] = {"step_size": 1.0, "seed": 0}
PRESETS: dict[str, dict[str, Any]] = {
    "spurious": {
        **_USUAL,
        "points": [-0.8, -0.5, -0.3, 0.0, 0.3, 0.9],
        "start": [2.2, -1.6],
        "target": [1.0, 0.5],
    },
    "dead on the sample": {
        **_USUAL,
        "points": [-0.7, -0.4, -0.1, 0.2, 0.5, 0.6],
        "start": [2.0, -1.5],
        "target": [1.0, 0.3],
    },
    "two fates": {**_USUAL, "points": drawn(6, 0), "start": [-1.2, 1.0], "target": [1.2, 0.4]},
}


class SampleFates(Presets, LiveFigure):
    """The plane of (weight, bias) of a sample, and descent on the sample and on its law.

    The law is uniform on [-1, 1]. The sample's dead cone, hatched, holds that of the law, shaded.
    On purple rays one input alone is fitted and the others are silent: spurious ends. The path is
    that of descent on the sample, the dotted line that on the law, each with eta in units of its
    own 1/L. A filled start has a proved fate on the sample.

    Parameters
    ----------
    points : list of float
        The 2 to 30 inputs, each in [-1, 1], kept to four digits.
    seed : int
        Whose further inputs the slider adds, from 0 to 9999.
    start, target : [weight, bias]
        Where descent starts, and the neuron to learn, each coordinate in [-3, 3]. A target that is
        dead for the law is shown moved out of the dead cone.
    step_size : float
        In units of 1/L, in [0.05, 1.95].
    preset : "spurious", "dead on the sample", "two fates" or ""
        Setting it sets all of the above; "": changed by hand.
    limits, presets : dict
        What the controls allow and what the presets set; told to the page, not to be changed.

    Raises
    ------
    ValueError
        A value is of the wrong shape, not finite or out of range.

    Examples
    --------
    >>> figure = SampleFates(points=[-0.9, 0.1, 0.4, 0.8], start=[1.0, 0.0])
    >>> figure.points
    [-0.9, 0.1, 0.4, 0.8]
    """

    _module = "sample_fates"
    _presets = PRESETS
    _question = "When does a sample give a start another fate than the law it comes from?"

    points = traitlets.Any(PRESETS["spurious"]["points"]).tag(sync=True)
    seed = traitlets.Any(0).tag(sync=True)
    start = traitlets.Any(PRESETS["spurious"]["start"]).tag(sync=True)
    target = traitlets.Any(PRESETS["spurious"]["target"]).tag(sync=True)
    step_size = traitlets.Any(1.0).tag(sync=True)
    preset = traitlets.Unicode("spurious").tag(sync=True)
    presets = traitlets.Dict(PRESETS, read_only=True).tag(sync=True)
    limits = traitlets.Dict(LIMITS, read_only=True).tag(sync=True)

    def problems(self) -> tuple[Problem, Problem]:
        """Return the problem of the law and that of the sample.

        Raises
        ------
        ValueError
            If the target is dead for one of them.
        """
        sample = Empirical([[x] for x in self.points])
        return Problem(UniformBall(1), self.target), Problem(sample, self.target)

    @traitlets.validate("points")
    def _within_the_interval(self, proposal: Any) -> list[float]:
        given = finite_array("points", proposal["value"])
        low, high = LIMITS["n"]
        if given.ndim != 1 or not low <= given.size <= high or (abs(given) > 1).any():
            raise ValueError(
                f"points must be {low} to {high} numbers in [-1, 1], got {proposal['value']!r}; "
                "pass a list such as drawn(10, seed=0)"
            )
        return [float(x) for x in given.round(4)]

    @traitlets.validate("seed")
    def _whole_seed(self, proposal: Any) -> int:
        return whole(proposal, 0, 9999)

    @traitlets.validate("step_size")
    def _within_limits(self, proposal: Any) -> float:
        return in_range(proposal, LIMITS[proposal["trait"].name])

    @traitlets.validate("start", "target")
    def _within_plane(self, proposal: Any) -> list[float]:
        return in_square(proposal, LIMITS["extent"])
