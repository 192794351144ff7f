"""The projection of a symmetric law on the plane in which gradient descent moves."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from .base import Law


class PlanarProjection(Law):
    """The law of two coordinates of a symmetric law, with its constants kept.

    By the chapter "The exact objective" the objective of a symmetric law in R^d depends on two
    coordinates of the weight and the bias only. This law, with dim = 2, gives the same objective;
    `support_radius`, `mean_square`, `top_eigenvalue` and `density_bound` are those of the law in
    R^d. For d = 1 the second coordinate of every input is 0.

    Parameters
    ----------
    law : Law
        A symmetric law with a radial law.

    Raises
    ------
    ValueError
        If `law` is not symmetric.
    """

    def __init__(self, law: Law):
        if not law.is_symmetric or law.radial is None:
            raise ValueError(
                f"law must be symmetric for reduced coordinates, got {law!r}; use full vectors"
            )
        self.law, self.dim, self.radial = law, 2, law.radial
        self.is_symmetric, self.hyperplanes_null = True, law.hyperplanes_null
        self.fills_ball = law.fills_ball
        self.convex_support = self.radial.kind != "ring"

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        n, (kind, scale, power) = self._draws(n, rng), self.law.radial or ("", 0.0, 0.0)
        if kind in ("interval", "line"):
            return np.column_stack([self.law.sample(n, rng)[:, 0], np.zeros(n)])
        time, turn = rng.exponential(size=n), rng.uniform(0, 2 * math.pi, n)
        if kind == "ring":
            radius = np.full(n, scale)
        elif kind == "ball":
            radius = scale * np.sqrt(-np.expm1(-2 * time / power))
        else:
            radius = scale * np.sqrt(2 * time)
        return radius[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])

    def support_function(self, u: ArrayLike) -> Array:
        u = checks.vectors("u", u, 2)
        if self.law.dim == 1:
            return self.law.support_function(u[..., :1])
        if math.isinf(self.support_radius):
            return np.where(np.any(u != 0, axis=-1), np.inf, 0.0)
        return self.support_radius * np.hypot(u[..., 0], u[..., 1])

    @property
    def support_radius(self) -> float:
        return self.law.support_radius

    @property
    def mean_square(self) -> float:
        return self.law.mean_square

    @property
    def top_eigenvalue(self) -> float:
        return self.law.top_eigenvalue

    @property
    def density_bound(self) -> float:
        return self.law.density_bound

    def __repr__(self) -> str:
        return f"PlanarProjection({self.law!r})"
