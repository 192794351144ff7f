"""Affine images of any law."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from .base import Law
from .other import UniformCube


class AffineImage(Law):
    """The law of matrix @ z + shift for z drawn from `law`.

    Symmetric only if `law` is, `matrix` is a multiple of an orthogonal one and the shift is 0.

    Parameters
    ----------
    law : Law
        The law of z, in R^d.
    matrix : array_like of shape (d, d)
        Invertible (a singular one would put all inputs on a hyperplane, against assumption H).
    shift : array_like of shape (d,), optional
        None is 0.

    Raises
    ------
    ValueError
        If the shapes do not fit, an entry is not finite, or the matrix is singular.
    """

    def __init__(self, law: Law, matrix: ArrayLike, shift: ArrayLike | None = None):
        if not isinstance(law, Law):
            raise ValueError(f"law must be a Law, got {law!r}; pass for example UniformBall(2)")
        self.law, self.dim = law, law.dim
        self.matrix = checks.finite_array("matrix", matrix)
        if self.matrix.shape != (self.dim, self.dim):
            raise ValueError(
                f"matrix must have shape ({self.dim}, {self.dim}), got {self.matrix.shape}; "
                "pass one row and one column for each coordinate of the law"
            )
        values = np.linalg.svd(self.matrix, compute_uv=False)
        if values[-1] <= 1e-14 * values[0]:  # singular to rounding
            raise ValueError("matrix must be invertible, got a singular one; drop dependent inputs")
        self._least, spread = float(values[-1]), float(values[0] / values[-1] - 1)
        self.shift = (
            np.zeros(self.dim) if shift is None else checks.vector("shift", shift, self.dim)
        )
        orthogonal = spread < 1e-13 * self.dim and not self.shift.any()  # rounding of a product
        self.is_symmetric = law.is_symmetric and orthogonal
        self.fills_ball = law.fills_ball and orthogonal
        self.convex_support = law.convex_support
        self.hyperplanes_null = law.hyperplanes_null
        if self.is_symmetric and law.radial is not None:
            self.radial = law.radial._replace(scale=law.radial.scale * self._least)

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        return self.law.sample(self._draws(n, rng), rng) @ self.matrix.T + self.shift

    def support_function(self, u: ArrayLike) -> Array:
        u = checks.vectors("u", u, self.dim)
        return self.law.support_function(u @ self.matrix) + u @ self.shift

    @property
    def support_radius(self) -> float:
        if math.isinf(self.law.support_radius):
            return math.inf
        atoms = self.atoms()
        if atoms is not None:
            return float(np.linalg.norm(atoms[0], axis=1).max())
        if isinstance(self.law, AffineImage):
            joined = self.matrix @ self.law.shift + self.shift
            return AffineImage(self.law.law, self.matrix @ self.law.matrix, joined).support_radius
        if isinstance(self.law, UniformCube):
            return self._cube_radius(self.law.half_width)
        return _farthest(self.matrix, self.shift, self.law.support_radius)

    def _cube_radius(self, half_width: float) -> float:
        if not (self.matrix - np.diag(np.diag(self.matrix))).any():
            reach = np.abs(self.shift) + half_width * np.abs(np.diag(self.matrix))
            return float(np.linalg.norm(reach))
        if self.dim > 16:
            raise ValueError(
                f"matrix must be diagonal for a cube with d > 16, got d = {self.dim}: the support "
                "radius would need all 2^d corners"
            )
        corners = np.array(list(itertools.product((-half_width, half_width), repeat=self.dim)))
        return float(np.linalg.norm(corners @ self.matrix.T + self.shift, axis=1).max())

    @property
    def mean(self) -> Array:
        return self.matrix @ self.law.mean + self.shift

    @property
    def mean_square(self) -> float:
        mean = self.mean
        return float(np.trace(self.covariance()) + mean @ mean) / self.dim

    def covariance(self) -> Array:
        return self.matrix @ self.law.covariance() @ self.matrix.T

    @property
    def top_eigenvalue(self) -> float:
        mean = self.mean
        moment = np.empty((self.dim + 1, self.dim + 1))
        moment[:-1, :-1] = self.covariance() + np.outer(mean, mean)
        moment[:-1, -1] = moment[-1, :-1] = mean
        moment[-1, -1] = 1.0
        return float(np.linalg.eigvalsh(moment)[-1])

    @property
    def density_bound(self) -> float:
        return self.law.density_bound / self._least

    def atoms(self) -> tuple[Array, Array] | None:
        atoms = self.law.atoms()
        return None if atoms is None else (atoms[0] @ self.matrix.T + self.shift, atoms[1])

    def core(self) -> tuple[Law, Array | None, Array | None]:
        law, matrix, shift = self.law.core()
        joined = self.matrix if matrix is None else self.matrix @ matrix
        return law, joined, self.shift + (0.0 if shift is None else self.matrix @ shift)

    def __repr__(self) -> str:
        return f"AffineImage({self.law!r})"


def _farthest(matrix: Array, shift: Array, radius: float) -> float:
    """Return the maximum of |matrix z + shift| over |z| <= radius (secular equation)."""
    from scipy.optimize import brentq

    values, vectors = np.linalg.eigh(matrix.T @ matrix)
    pull = vectors.T @ (matrix.T @ shift)
    top, span = float(values[-1]), float(np.linalg.norm(pull)) / radius

    def excess(gap: float) -> float:  # |z|^2 / radius^2 - 1 at multiplier top + gap
        return float(np.sum((pull / (top - values + gap)) ** 2)) / radius**2 - 1

    least = 1e-15 * (top + span)
    if span == 0 or excess(least) <= 0:  # the top eigenvector takes what is left of |z|
        z = pull / np.where(top - values > least, top - values, np.inf)
        z[-1] = math.sqrt(max(radius**2 - float(z[:-1] @ z[:-1]), 0.0))
    else:
        z = pull / (top - values + brentq(excess, least, 2 * span, xtol=1e-300, rtol=1e-15))
    return float(np.linalg.norm(matrix @ (vectors @ z) + shift))
