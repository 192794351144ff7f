"""What failure probabilities share: a symmetric problem, and starts with bias 0."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..laws import Law, PlanarProjection
from ..problem import Problem
from .angles import tail

HALVINGS = 60  # of an interval of length pi: to the rounding of an angle


class Setting(NamedTuple):
    """A symmetric problem: its reduced form, the dimension d, and beta with its sine, cosine."""

    prob: Problem
    dim: int
    beta: float
    sine: float
    cosine: float

    @property
    def blind_from(self) -> float:
        """The angle pi/2 + beta, at most pi, from which a start with bias 0 is blind."""
        return min(math.pi / 2 + self.beta, math.pi)

    def above_beta(self) -> float:
        """P(theta >= beta)."""
        return float(tail(self.dim, self.cosine, self.sine))

    def blind(self) -> float:
        """P(theta >= pi/2 + beta)."""
        return float(tail(self.dim, -self.sine, self.cosine)) if self.cosine > 0 else 0.0

    def starts(self, norm: ArrayLike, angle: ArrayLike) -> Array:
        """Return reduced starts (..., 3) of these norms and angles."""
        norm, angle = np.broadcast_arrays(np.asarray(norm, float), np.asarray(angle, float))
        return np.stack([norm * np.cos(angle), norm * np.sin(angle), 0 * norm], axis=-1)


def setting(prob: Problem) -> Setting:
    """Return the reduced problem with its numbers, or raise ValueError."""
    if not isinstance(prob, Problem):
        raise ValueError(f"prob must be a Problem, got {prob!r}; make one of a law and a target")
    law = law_of(prob)
    if law.dim == 1:
        raise ValueError(
            f"law must have dim >= 2, got {law!r}: on a line there are two directions and no angle "
            "between; decide() both starts (b_v = 0: one of the two is lost, at every norm)"
        )
    if not law.is_symmetric:
        raise ValueError(
            f"law must be symmetric, got {law!r}: the fate does not depend on the angle alone; "
            "decide() random starts and count"
        )
    reduced = prob.reduced
    size, _, bias = reduced.target.tolist()
    reach = law.support_radius * size
    if math.isinf(reach):
        return Setting(reduced, law.dim, math.pi / 2, 1.0, 0.0)
    if bias >= reach:  # active on every input; size 0 included
        return Setting(reduced, law.dim, math.pi, 0.0, -1.0)
    top, bottom = (reach + bias) / reach, (reach - bias) / reach
    beta = 2 * math.atan2(math.sqrt(top), math.sqrt(bottom))
    return Setting(reduced, law.dim, beta, math.sqrt(top * bottom), -bias / reach)


def law_of(prob: Problem) -> Law:
    """Return the law in R^d of a problem, full or reduced."""
    return prob.law.law if isinstance(prob.law, PlanarProjection) else prob.law


def norm_angle(given: Setting, norms: Array, halvings: int = HALVINGS) -> Array:
    """Return, for norms (n,), the angle up to which F(rho u, 0) < F(0); 0 where it is nowhere."""
    low, high = np.zeros(norms.shape), np.full(norms.shape, given.blind_from)
    low[given.prob.excess_mantissa(given.starts(norms, high))[0] < 0] = given.blind_from
    for _ in range(halvings):
        middle = (low + high) / 2
        below = given.prob.excess_mantissa(given.starts(norms, middle))[0] < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low


def start_norms(given: ArrayLike, name: str = "start_norm") -> Array:
    """Return norms as an array, or raise ValueError."""
    norms = checks.finite_array(name, given)
    if (norms <= 0).any():
        raise ValueError(f"{name} must be positive, got {given!r}; pass |w~_0| > 0")
    if (norms > 1e100).any() or (norms < 1e-100).any():
        raise ValueError(f"{name} must lie in [1e-100, 1e100], got {given!r}; rescale")
    return norms
