"""Spherical laws: normal, ball, sphere."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from .base import Law, Radial


class Gaussian(Law):
    """Normal law with independent coordinates of standard deviation `scale` about `mean`.

    Parameters
    ----------
    dim : int
        Dimension d >= 1.
    scale : float
        Standard deviation of each coordinate, > 0.
    mean : array_like of shape (d,), optional
        Mean; None is the origin. A mean other than 0 makes the law not symmetric.

    Raises
    ------
    ValueError
        If an argument is out of range; the message says what to pass.
    """

    convex_support = True

    def __init__(self, dim: int, scale: float = 1.0, mean: ArrayLike | None = None):
        self.dim = checks.count("dim", dim)
        self.scale = checks.positive("scale", scale)
        self._mean = np.zeros(self.dim) if mean is None else checks.vector("mean", mean, self.dim)
        self.is_symmetric = not self._mean.any()
        if self.is_symmetric:
            self.radial = Radial("line" if self.dim == 1 else "gaussian", self.scale, 0.0)

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        n = self._draws(n, rng)
        return self._mean + self.scale * rng.standard_normal((n, self.dim))

    def support_function(self, u: ArrayLike) -> Array:
        u = checks.vectors("u", u, self.dim)
        return np.where(np.any(u != 0, axis=-1), np.inf, 0.0)

    @property
    def support_radius(self) -> float:
        return math.inf

    @property
    def mean(self) -> Array:
        return self._mean.copy()

    @property
    def mean_square(self) -> float:
        return self.scale**2 + float(self._mean @ self._mean) / self.dim

    def covariance(self) -> Array:
        return self.scale**2 * np.eye(self.dim)

    @property
    def top_eigenvalue(self) -> float:
        size = math.sqrt(float(self._mean @ self._mean))
        block = np.array([[self.scale**2 + size**2, size], [size, 1.0]])
        return float(np.linalg.eigvalsh(block)[-1])

    @property
    def density_bound(self) -> float:
        return 1.0 / (self.scale * math.sqrt(2 * math.pi))

    def core(self) -> tuple[Law, Array | None, Array | None]:
        if self.is_symmetric:
            return self, None, None
        return Gaussian(self.dim, self.scale), None, self._mean

    def __repr__(self) -> str:
        shift = "" if self.is_symmetric else f", mean={self._mean.tolist()}"
        return f"Gaussian(dim={self.dim}, scale={self.scale}{shift})"


class _Round(Law):
    """What the uniform laws of the ball and the sphere share."""

    def __init__(self, dim: int, radius: float = 1.0):
        self.dim = checks.count("dim", dim)
        self.radius = checks.positive("radius", radius)

    def _directions(self, n: int, rng: np.random.Generator) -> Array:
        n = self._draws(n, rng)
        z = rng.standard_normal((n, self.dim))
        return z / np.linalg.norm(z, axis=1, keepdims=True)

    def support_function(self, u: ArrayLike) -> Array:
        return self.radius * np.linalg.norm(checks.vectors("u", u, self.dim), axis=-1)

    @property
    def support_radius(self) -> float:
        return self.radius

    def _peak(self, k: float) -> float:
        """Density at 0 of a coordinate with density proportional to (1 - t^2)^((k-1)/2)."""
        return math.exp(math.lgamma(k / 2 + 1) - math.lgamma((k + 1) / 2)) / math.sqrt(math.pi)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(dim={self.dim}, radius={self.radius})"


class UniformBall(_Round):
    """Uniform law on the ball of the given radius about the origin.

    Parameters
    ----------
    dim : int
        Dimension d >= 1 (d = 1: the interval [-radius, radius]).
    radius : float
        Radius c > 0.

    Raises
    ------
    ValueError
        If an argument is out of range; the message says what to pass.
    """

    is_symmetric = True
    fills_ball = True
    convex_support = True

    def __init__(self, dim: int, radius: float = 1.0):
        super().__init__(dim, radius)
        self.radial = Radial("interval" if self.dim == 1 else "ball", self.radius, float(self.dim))

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        u = self._directions(n, rng)
        return self.radius * rng.random((len(u), 1)) ** (1 / self.dim) * u

    @property
    def mean_square(self) -> float:
        return self.radius**2 / (self.dim + 2)

    @property
    def density_bound(self) -> float:
        return self._peak(self.dim) / self.radius


class UniformSphere(_Round):
    """Uniform law on the sphere of the given radius about the origin.

    Parameters
    ----------
    dim : int
        Dimension d >= 1. `UniformSphere(1)` is two points and is treated as `Empirical`.
    radius : float
        Radius c > 0.

    Raises
    ------
    ValueError
        If an argument is out of range; the message says what to pass.
    """

    def __init__(self, dim: int, radius: float = 1.0):
        super().__init__(dim, radius)
        self.is_symmetric = self.hyperplanes_null = self.dim >= 2
        if self.dim >= 2:
            kind = "ring" if self.dim == 2 else "ball"
            self.radial = Radial(kind, self.radius, float(self.dim - 2))

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        return self.radius * self._directions(n, rng)

    @property
    def mean_square(self) -> float:
        return self.radius**2 / self.dim

    @property
    def density_bound(self) -> float:
        return self._peak(self.dim - 2) / self.radius if self.dim >= 3 else math.inf

    def atoms(self) -> tuple[Array, Array] | None:
        if self.dim > 1:
            return None
        return np.array([[-self.radius], [self.radius]]), np.array([0.5, 0.5])
