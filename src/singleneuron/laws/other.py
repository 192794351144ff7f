"""The cube and finitely many points."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from .base import Law, Radial


class UniformCube(Law):
    """Uniform law on the cube [-half_width, half_width]^d.

    For d >= 2 it has cones, sampling and moments, but no exact loss: sample it.

    Parameters
    ----------
    dim : int
        Dimension d >= 1 (d = 1: the interval).
    half_width : float
        Half the side of the cube, > 0.

    Raises
    ------
    ValueError
        If an argument is out of range; the message says what to pass.
    """

    convex_support = True

    def __init__(self, dim: int, half_width: float = 1.0):
        self.dim = checks.count("dim", dim)
        self.half_width = checks.positive("half_width", half_width)
        self.is_symmetric = self.fills_ball = self.dim == 1
        if self.dim == 1:
            self.radial = Radial("interval", self.half_width, 1.0)

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        n = self._draws(n, rng)
        return self.half_width * rng.uniform(-1, 1, (n, self.dim))

    def support_function(self, u: ArrayLike) -> Array:
        return self.half_width * np.abs(checks.vectors("u", u, self.dim)).sum(axis=-1)

    @property
    def support_radius(self) -> float:
        return self.half_width * math.sqrt(self.dim)

    @property
    def mean_square(self) -> float:
        return self.half_width**2 / 3

    @property
    def density_bound(self) -> float:
        # Sections of the unit cube have volume at most sqrt(2) (K. Ball, 1986).
        return (1.0 if self.dim == 1 else math.sqrt(2)) / (2 * self.half_width)

    def __repr__(self) -> str:
        return f"UniformCube(dim={self.dim}, half_width={self.half_width})"


class Empirical(Law):
    """The law of finitely many points, for example of a training sample.

    Parameters
    ----------
    points : array_like of shape (n, d)
        The points.
    weights : array_like of shape (n,), optional
        Their probabilities: positive, sum 1. None: equal.

    Raises
    ------
    ValueError
        If the shapes do not fit, an entry is not finite, a weight is not positive, or the
        weights do not sum to 1 within 1e-12 (the rounding of a sum of many floats).
    """

    hyperplanes_null = False

    def __init__(self, points: ArrayLike, weights: ArrayLike | None = None):
        self.points = checks.finite_array("points", points)
        if self.points.ndim != 2 or 0 in self.points.shape:
            raise ValueError(
                f"points must have shape (n, d) with n, d >= 1, got {self.points.shape}; "
                "put one point in each row"
            )
        n, self.dim = self.points.shape
        if weights is None:
            self.weights = np.full(n, 1.0 / n)
        else:
            self.weights = checks.vector("weights", weights, n)
            if (self.weights <= 0).any() or abs(self.weights.sum() - 1) > 1e-12:
                raise ValueError(
                    f"weights must be positive and sum to 1, got sum {self.weights.sum()}, least "
                    f"{self.weights.min()}; drop zero weights and divide by the sum"
                )

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        n = self._draws(n, rng)
        return rng.choice(self.points, size=n, p=self.weights)

    def support_function(self, u: ArrayLike) -> Array:
        u = checks.vectors("u", u, self.dim)
        return (u @ self.points.T).max(axis=-1)

    @property
    def support_radius(self) -> float:
        return float(np.linalg.norm(self.points, axis=1).max())

    @property
    def mean(self) -> Array:
        return self.weights @ self.points

    @property
    def mean_square(self) -> float:
        return float(self.weights @ (self.points**2).sum(axis=1)) / self.dim

    def covariance(self) -> Array:
        centred = self.points - self.mean
        return (centred.T * self.weights) @ centred

    @property
    def top_eigenvalue(self) -> float:
        lifted = np.column_stack([self.points, np.ones(len(self.points))])
        root = lifted * np.sqrt(self.weights)[:, None]
        return float(np.linalg.norm(root, 2) ** 2)

    def atoms(self) -> tuple[Array, Array] | None:
        return self.points, self.weights

    def __repr__(self) -> str:
        return f"Empirical({len(self.points)} points, dim={self.dim})"
