"""What every law of inputs offers, and the radial law of a spherical one."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array


class Radial(NamedTuple):
    r"""Law of the radius `s` of the planar projection of a spherical law.

    With T ~ Exp(1): kind "ball" :math:`s = c \sqrt{1 - e^{-2T/k}}` with c = `scale` and
    k = `power`; kind "gaussian" :math:`s = \tau \sqrt{2T}` with tau = `scale`; kind "ring"
    s = `scale`. In dimension one there is no plane: kind "interval" is uniform on
    [-scale, scale], kind "line" is normal with standard deviation `scale`.

    Parameters
    ----------
    kind : str
        One of the names above.
    scale : float
        Length of the law, in the units of the inputs.
    power : float
        k of kind "ball": d for the ball, d - 2 for the sphere; unused otherwise.
    """

    kind: str
    scale: float
    power: float


class Law:
    """A law of inputs in R^d. Not to be made directly: use one of its subclasses.

    A law of your own is a subclass. With `dim`, `support_function` and `support_radius` it makes
    a `Problem` and `is_dead` serves it; `convex_support = True` adds `is_blind` (finite radius),
    `sample` adds `sample_problem`. The exact loss needs `atoms`, or `is_symmetric` and `radial`,
    or a `core` that has them; it and the step sizes need `mean_square`, and `mean`, `covariance`
    and `top_eigenvalue` too unless the mean is 0 and the covariance a multiple of the identity.

    Attributes
    ----------
    dim : int
        The dimension d.
    is_symmetric : bool
        Invariant under every rotation and reflection of R^d; False for finitely many points.
    fills_ball : bool
        The support is a whole ball about the origin.
    convex_support : bool
        The support is a convex set.
    hyperplanes_null : bool
        Assumption H of the book: each affine hyperplane has probability 0.
    radial : Radial or None
        For symmetric laws with a density or on a sphere; None otherwise.
    """

    dim: int
    is_symmetric: bool = False
    fills_ball: bool = False
    convex_support: bool = False
    hyperplanes_null: bool = True
    radial: Radial | None = None

    def __init__(self) -> None:
        if type(self) is Law:
            raise TypeError(
                "Law is not made directly; use a law such as UniformBall(2), or a subclass of your "
                "own that defines what its docstring asks for"
            )

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Draw `n` independent inputs with the generator `rng`, shape (n, d)."""
        raise self._undefined("sample(n, rng)", "inputs of shape (n, d)")

    def support_function(self, u: ArrayLike) -> Array:
        r"""Return :math:`h(u) = \sup u \cdot \tilde x` over the support; inf if unbounded.

        `u` has shape (..., d); the result has shape (...).
        """
        raise self._undefined("support_function(u)", "the sup of u.x~ over the support")

    @property
    def support_radius(self) -> float:
        r"""c, the supremum of :math:`|\tilde x|` over the support (inf if unbounded)."""
        raise self._undefined("support_radius", "the sup of |x~| over the support, perhaps inf")

    @property
    def mean(self) -> Array:
        r"""The mean of :math:`\tilde x`, shape (d,)."""
        return np.zeros(self.dim)

    @property
    def mean_square(self) -> float:
        r"""s2, the mean of :math:`|\tilde x|^2 / d`."""
        raise self._undefined("mean_square", "the mean of |x~|^2 / d")

    def covariance(self) -> Array:
        r"""The covariance of :math:`\tilde x`, shape (d, d)."""
        return self.mean_square * np.eye(self.dim)

    @property
    def top_eigenvalue(self) -> float:
        r"""L, the largest eigenvalue of the second moment :math:`E\,x x^\top` of x = (x~, 1)."""
        return max(1.0, self.mean_square)

    @property
    def density_bound(self) -> float:
        """c', an upper bound on the densities of all one-dimensional marginals (inf if none)."""
        return math.inf

    def atoms(self) -> tuple[Array, Array] | None:
        """Return points (n, d) and weights (n,) of a finitely supported law, else None."""
        return None

    def core(self) -> tuple[Law, Array | None, Array | None]:
        """Return (centred law z, matrix B, shift m) with x~ = B z + m; None: identity, zero."""
        return self, None, None

    def _undefined(self, name: str, meaning: str) -> NotImplementedError:
        kind = type(self).__name__
        return NotImplementedError(f"{kind} does not define {name}; define it in {kind}: {meaning}")

    def _draws(self, n: int, rng: np.random.Generator) -> int:
        """Return how many inputs `sample` is to draw, or raise ValueError."""
        checks.generator("rng", rng)
        return checks.count("n", n)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(dim={self.dim})"
