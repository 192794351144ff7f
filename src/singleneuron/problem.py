r"""The problem: exact loss, excess loss, gradient and overlap of one ReLU neuron with a bias.

With x = (x~, 1), w = (w~, b) and s(z) = max(z, 0),
:math:`F(w) = \frac12 E (s(w \cdot x) - s(v \cdot x))^2`. Parameters are arrays (..., d+1), bias
last; leading axes are a batch and come back in the result.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks, cones
from .checks import Array
from .cones.support import unit_scale
from .laws import Law, PlanarProjection
from .objective import Objective, Scaled
from .rows import GRADIENT, LOSS, MOMENTS, OVERLAP


class Problem:
    r"""Learning the target neuron `target` from inputs of the law `law`.

    Parameters
    ----------
    law : Law
        The law of the inputs in R^d.
    target : array_like of shape (d+1,)
        v = (v~, b_v), bias last. A dead target (P(v.x > 0) = 0) is an error.
    rtol : float
        Accuracy asked of the quadrature, relative to sums of positive terms: the loss to
        :math:`E\,s(w.x)^2 + E\,s(v.x)^2`, the excess loss to :math:`E\,s(w.x)^2 + E\,s(w.x)s(v.x)`,
        the gradient to :math:`E (s(w.x) + s(v.x))|x|` on w.x > 0, the overlap to P(w.x > 0).

    Raises
    ------
    ValueError
        If an argument has the wrong shape, is not finite, or the target is dead.

    Notes
    -----
    Exact for spherical laws and their affine images in any dimension, and for finitely many
    points. A cube with d >= 2 has no exact loss: `loss` and its relatives raise ValueError.
    Weights and targets may have any finite size: nothing is NaN, and a result is inf only if it
    is too large for a float. The accuracy is kept up to a factor of 1e200 between w and v; beyond,
    loss and gradient may take the smaller one for one of that share. Sizes below 1e-300, where
    floats lose digits, count as they are, and the law's own scale should be far from both ends.
    Conventions: s'(0) = 0. Source: chapter "The exact objective".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(dim=10), [1.0] + 9 * [0.0] + [0.2])
    >>> bool(abs(prob.gradient(prob.target)).max() == 0)
    True
    """

    def __init__(self, law: Law, target: ArrayLike, rtol: float = 1e-10):
        if not isinstance(law, Law):
            raise ValueError(f"law must be a Law, got {law!r}; pass for example UniformBall(2)")
        self.law, self.dim = law, law.dim
        self.target = checks.vector("target", target, law.dim + 1)
        self.rtol = checks.positive("rtol", rtol)
        if not 1e-14 <= self.rtol <= 0.1:
            raise ValueError(f"rtol must lie in [1e-14, 0.1], got {rtol}; the default is 1e-10")
        if cones.is_dead(law, self.target):
            raise ValueError(
                f"target must not be dead, got {self.target}: it is 0 on all inputs; raise its bias"
            )
        self._objective = Objective(law, self.target, self.rtol)
        self._plane = self._objective.plane

    def __repr__(self) -> str:
        shown = np.array2string(self.target, threshold=6, precision=4)
        return f"Problem({self.law!r}, target={shown})"

    # Numbers of the problem

    @cached_property
    def smoothness(self) -> float:
        """L, the largest eigenvalue of the second moment of the lifted input."""
        return self.law.top_eigenvalue

    @cached_property
    def trivial_loss(self) -> float:
        """F(0), the loss of every dead neuron (a float; 0.0 if it underflows)."""
        values, log_scale, powers = self._evaluate(MOMENTS, self.target)
        return float(Scaled(0.5 * values, log_scale, powers).joined()[0])

    # Functions of the parameters

    def loss(self, w: ArrayLike) -> Array:
        """Return F(w), shape (...). To compare losses use `excess_loss`."""
        return self._evaluate(LOSS, w).joined()[..., 0][()]

    def excess_loss(self, w: ArrayLike) -> Array:
        """Return F(w) - F(0), shape (...), accurate even where it is 1e-14 F(0)."""
        return self._excess(w).joined()

    def excess_mantissa(self, w: ArrayLike) -> tuple[Array, Array]:
        """Return (m, l), shapes (...): excess loss m exp(l) at `w`; exp(l) may underflow."""
        excess = self._excess(w)
        return excess.values, excess.whole_log

    def moments(self, w: ArrayLike) -> tuple[Array, Array]:
        """Return E s(w.x)^2 and E s(w.x) s(v.x), each of shape (...) and relatively exact."""
        values = self._evaluate(MOMENTS, w).joined()
        return values[..., 0][()], values[..., 1][()]

    def overlap(self, w: ArrayLike) -> Array:
        """Return P(w.x > 0, v.x > 0), shape (...)."""
        return self._evaluate(OVERLAP, w).joined()[..., 0][()]

    def active_mass(self, w: ArrayLike) -> Array:
        """Return P(w.x > 0), shape (...)."""
        return self._evaluate(OVERLAP, w).joined()[..., 1][()]

    def gradient(self, w: ArrayLike) -> Array:
        """Return g(w) = E (s(w.x) - s(v.x)) 1[w.x > 0] x, shape (..., d+1)."""
        return self._evaluate(GRADIENT, w).joined()

    def gradient_mantissa(self, w: ArrayLike) -> tuple[Array, Array]:
        """Return (m, l), shapes (..., d+1) and (...), with gradient m exp(l) at `w`."""
        gradient = self._evaluate(GRADIENT, w)
        return gradient.values, gradient.whole_log[..., 0]

    # Facts about sets: thin methods over `cones`

    def is_dead(self, w: ArrayLike) -> NDArray[np.bool_]:
        """Return whether P(w.x > 0) = 0, shape (...), as `cones.is_dead` does."""
        return cones.is_dead(self.law, self._points("w", w))

    def is_blind(self, w: ArrayLike) -> NDArray[np.bool_]:
        """Return whether no input has w.x > 0 and v.x > 0, as `cones.is_blind` does."""
        return cones.is_blind(self.law, self.target, self._points("w", w))

    @cached_property
    def safe_radius(self) -> float:
        """The distance from the target to the dead cone, as `cones.safe_radius` gives it."""
        return cones.safe_radius(self.law, self.target)

    # Reduced coordinates

    @cached_property
    def reduced(self) -> Problem:
        """The same problem in the coordinates (p, q, b) of the plane of w~ and v~, and the bias.

        p is the component of w~ along v~, q >= 0 the norm of the rest. ValueError for a law that
        is not symmetric.
        """
        law = self.law if isinstance(self.law, PlanarProjection) else PlanarProjection(self.law)
        return Problem(law, self._plane.target, self.rtol)

    def reduce(self, w: ArrayLike) -> Array:
        """Return (p, q, b) of w, shape (..., 3); in dimension one (p, 0, b) with p signed."""
        self._need_symmetric()
        w = self._points("w", w)
        flat = w.reshape(-1, self.dim + 1)
        with np.errstate(over="ignore", invalid="ignore"):
            result = self._plane.reduce(flat)
            over = ~np.isfinite(result).all(axis=-1)  # perhaps only on the way
            result[over] = np.ldexp(self._plane.reduce(np.ldexp(flat[over], -64)), 64)
        return result.reshape(*w.shape[:-1], 3)

    def lift(self, like_w: ArrayLike, reduced: ArrayLike) -> Array:
        """Return the parameters (..., d+1) with coordinates `reduced` in the plane of `like_w`.

        Where the weight of `like_w` lies on the line of v~, up to rounding, q must be 0. A vector
        such as a gradient may have q < 0: it points to the other side of that line.
        """
        self._need_symmetric()
        like_w = self._points("like_w", like_w)
        reduced = checks.vectors("reduced", reduced, 3)
        shape = np.broadcast_shapes(like_w.shape[:-1], reduced.shape[:-1])
        flat = np.broadcast_to(like_w, (*shape, self.dim + 1)).reshape(-1, self.dim + 1)
        parts = np.broadcast_to(reduced, (*shape, 3)).reshape(-1, 3)
        rest, parallel = self._plane.off_line(unit_scale(flat)[0])  # what counts is the plane
        if (parallel & (parts[:, 1] != 0)).any():
            raise ValueError(
                "like_w must not be parallel to the target where q is not 0, got "
                f"{like_w.ravel()[:3]}: it names no plane; pass q = 0 or another like_w"
            )
        lifted = self._plane.unfold(rest, self._plane.reduce(rest), parts)
        return lifted.reshape(*shape, self.dim + 1)

    # Inside

    def _points(self, name: str, w: ArrayLike) -> Array:
        return checks.vectors(name, w, self.dim + 1)

    def _need_symmetric(self) -> None:
        if not self.law.is_symmetric:
            raise ValueError(
                f"law must be symmetric for reduced coordinates, got {self.law!r}; use full vectors"
            )

    def _evaluate(self, mode: int, w: ArrayLike) -> Scaled:
        return self._objective.evaluate(mode, self._points("w", w))

    def _excess(self, w: ArrayLike) -> Scaled:
        values, log_scale, powers = self._evaluate(MOMENTS, w)
        top = powers.max(axis=-1)
        if powers.any():
            values = np.ldexp(values, powers - top[..., None])
        return Scaled(0.5 * values[..., 0] - values[..., 1], log_scale[..., 0], top)


def reduce(prob: Problem, w: ArrayLike) -> Array:
    """Return the reduced coordinates of w: see `Problem.reduce`.

    Parameters
    ----------
    prob : Problem
        With a symmetric law.
    w : array_like of shape (..., d+1)
        Parameters, bias last.

    Returns
    -------
    ndarray of shape (..., 3)
        (p, q, b): component of w~ along v~, norm of the rest, bias. d = 1: (p, 0, b), p signed.

    Raises
    ------
    ValueError
        If the law is not symmetric or `w` has the wrong shape.
    """
    return prob.reduce(w)


def lift(prob: Problem, like_w: ArrayLike, reduced: ArrayLike) -> Array:
    """Return full parameters from reduced ones: see `Problem.lift`.

    Parameters
    ----------
    prob : Problem
        With a symmetric law.
    like_w : array_like of shape (..., d+1)
        Parameters whose weights name, with v~, the planes to lift into.
    reduced : array_like of shape (..., 3)
        (p, q, b).

    Returns
    -------
    ndarray of shape (..., d+1)
        Parameters with those coordinates, bias last.

    Raises
    ------
    ValueError
        If the law is not symmetric, or `like_w` names no plane where q is not 0.
    """
    return prob.lift(like_w, reduced)
