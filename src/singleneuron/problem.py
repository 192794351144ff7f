r"""The problem: exact loss, excess loss, gradient and overlap of one ReLU neuron with a bias.

With x = (x~, 1), w = (w~, b) and s(z) = max(z, 0),
:math:`F(w) = \frac12 E (s(w \cdot x) - s(v \cdot x))^2`. Parameters are arrays (..., d+1), bias
last; leading axes are a batch and come back in the result.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks, cones
from .checks import Array
from .laws import Law, PlanarProjection

_BLOCK = 1 << 20  # floats in one temporary array


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
        self._atoms = law.atoms()
        if law.is_symmetric:
            self._radial, self._matrix, self._shift = law.radial, None, None
        else:
            core, self._matrix, self._shift = law.core()
            self._radial = core.radial
        centred = self._pull(self.target)
        self._size = float(np.linalg.norm(centred[:-1]))
        self._axis = np.zeros(self.dim)
        self._axis[0] = 1.0
        if self._size > 0:
            self._axis = centred[:-1] / self._size
        self._reduced_target = np.array([self._size, 0.0, centred[-1]])

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
        return float(0.5 * self.moments(self.target)[0])

    # Functions of the parameters

    def loss(self, w: ArrayLike) -> Array:
        """Return F(w), shape (...). To compare losses use `excess_loss`."""
        from . import engine

        return self._scaled(engine.LOSS, w)[0]

    def excess_loss(self, w: ArrayLike) -> Array:
        """Return F(w) - F(0), shape (...), accurate even where it is 1e-14 F(0)."""
        value, log_scale = self.excess_mantissa(w)
        return value * np.exp(log_scale)

    def excess_mantissa(self, w: ArrayLike) -> tuple[Array, Array]:
        """Return (m, l), shapes (...): excess loss m exp(l) at `w`; exp(l) may underflow."""
        from . import engine

        own, cross, log_scale = self._evaluate(engine.MOMENTS, w, 2)
        return 0.5 * own - cross, log_scale

    def moments(self, w: ArrayLike) -> tuple[Array, Array]:
        """Return E s(w.x)^2 and E s(w.x) s(v.x), each of shape (...) and relatively exact."""
        from . import engine

        own, cross = self._scaled(engine.MOMENTS, w, 2)
        return own, cross

    def overlap(self, w: ArrayLike) -> Array:
        """Return P(w.x > 0, v.x > 0), shape (...)."""
        from . import engine

        return self._scaled(engine.OVERLAP, w)[0]

    def active_mass(self, w: ArrayLike) -> Array:
        """Return P(w.x > 0), shape (...)."""
        from . import engine

        return self._scaled(engine.OVERLAP, w, 2)[1]

    def gradient(self, w: ArrayLike) -> Array:
        """Return g(w) = E (s(w.x) - s(v.x)) 1[w.x > 0] x, shape (..., d+1)."""
        value, log_scale = self.gradient_mantissa(w)
        return value * np.exp(log_scale)[..., None]

    def gradient_mantissa(self, w: ArrayLike) -> tuple[Array, Array]:
        """Return (m, l), shapes (..., d+1) and (...), with gradient m exp(l) at `w`."""
        from . import engine

        w = self._points("w", w)
        if self._atoms is not None:
            gradient = engine.atoms(engine.GRADIENT, *self._atoms, w, self.target)
            return gradient, np.zeros(w.shape[:-1])
        law, flat = self._need_radial(), w.reshape(-1, self.dim + 1)
        result, log_scale = np.empty_like(flat), np.empty(len(flat))

        def some(rows: slice) -> None:
            pulled = self._pull(flat[rows])
            reduced = self._flat_reduced(pulled)
            parts, log_scale[rows] = engine.radial(
                engine.GRADIENT, law, reduced, self._reduced_target, self.rtol
            )
            part = self._unfold(pulled, reduced, parts)
            if self._matrix is not None:
                part[:, :-1] = part[:, :-1] @ self._matrix.T
            if self._shift is not None:
                part[:, :-1] += part[:, -1:] * self._shift
            result[rows] = part

        engine.spread(some, law, len(flat), self.dim)
        return result.reshape(w.shape), log_scale.reshape(w.shape[:-1])

    # Facts about sets: thin methods over `cones`

    def is_dead(self, w: ArrayLike) -> NDArray[np.bool_]:
        """Whether P(w.x > 0) = 0, shape (...): see `cones.is_dead`."""
        return cones.is_dead(self.law, self._points("w", w))

    def is_blind(self, w: ArrayLike) -> NDArray[np.bool_]:
        """Whether no input in the support has w.x > 0 and v.x > 0: see `cones.is_blind`."""
        return cones.is_blind(self.law, self.target, self._points("w", w))

    @cached_property
    def safe_radius(self) -> float:
        """The distance from the target to the dead cone: see `cones.safe_radius`."""
        return cones.safe_radius(self.law, self.target)

    # Reduced coordinates

    @cached_property
    def reduced(self) -> Problem:
        """The same problem in the coordinates (p, q, b): the plane of w~ and v~, and the bias.

        p is the component of w~ along v~, q >= 0 the norm of the rest. ValueError for a law that
        is not symmetric.
        """
        law = self.law if isinstance(self.law, PlanarProjection) else PlanarProjection(self.law)
        return Problem(law, self._reduced_target, self.rtol)

    def reduce(self, w: ArrayLike) -> Array:
        """Return (p, q, b) of w, shape (..., 3); in dimension one (p, 0, b) with p signed."""
        self._need_symmetric()
        w = self._points("w", w)
        return self._flat_reduced(w.reshape(-1, self.dim + 1)).reshape(*w.shape[:-1], 3)

    def lift(self, like_w: ArrayLike, reduced: ArrayLike) -> Array:
        """Return the parameters (..., d+1) with coordinates `reduced` in the plane of `like_w`.

        Where the weight of `like_w` lies on the line of v~, q must be 0.
        """
        self._need_symmetric()
        like_w = self._points("like_w", like_w)
        reduced = checks.vectors("reduced", reduced, 3)
        shape = np.broadcast_shapes(like_w.shape[:-1], reduced.shape[:-1])
        flat = np.broadcast_to(like_w, (*shape, self.dim + 1)).reshape(-1, self.dim + 1)
        parts = np.broadcast_to(reduced, (*shape, 3)).reshape(-1, 3)
        own = self._flat_reduced(flat)
        if ((own[:, 1] == 0) & (parts[:, 1] != 0)).any():
            raise ValueError(
                "like_w must not be parallel to the target where q is not 0, got "
                f"{like_w.ravel()[:3]}: it names no plane; pass q = 0 or another like_w"
            )
        return self._unfold(flat, own, parts).reshape(*shape, self.dim + 1)

    # Inside

    def _points(self, name: str, w: ArrayLike) -> Array:
        return checks.vectors(name, w, self.dim + 1)

    def _need_symmetric(self) -> None:
        if not self.law.is_symmetric:
            raise ValueError(
                f"law must be symmetric for reduced coordinates, got {self.law!r}; use full vectors"
            )

    def _need_radial(self) -> Any:
        if self._radial is None:
            raise ValueError(
                f"law {self.law!r} has no exact objective; use Empirical(law.sample(n, rng))"
            )
        return self._radial

    def _pull(self, w: Array) -> Array:
        """Return the parameters seen by the centred law: (B^T w~, b + w~.m)."""
        if self._matrix is None and self._shift is None:
            return w
        pulled = w.copy()
        if self._matrix is not None:
            pulled[..., :-1] = w[..., :-1] @ self._matrix
        if self._shift is not None:
            pulled[..., -1] += w[..., :-1] @ self._shift
        return pulled

    def _flat_reduced(self, flat: Array) -> Array:
        """Return (p, q, b) of rows (n, d+1) of the centred law."""
        result = np.empty((len(flat), 3))
        result[:, 2] = flat[:, -1]
        rows = max(1, _BLOCK // self.dim)
        for k in range(0, len(flat), rows):
            block = flat[k : k + rows, :-1]
            along = block @ self._axis
            result[k : k + rows, 0] = along
            result[k : k + rows, 1] = np.linalg.norm(block - along[:, None] * self._axis, axis=1)
        if self.dim == 1:
            result[:, 1] = 0.0
        return result

    def _unfold(self, flat: Array, reduced: Array, parts: Array) -> Array:
        """Return rows (n, d+1) with coordinates `parts` in the planes of `flat`."""
        result = np.empty_like(flat)
        result[:, -1] = parts[:, 2]
        size = np.where(reduced[:, 1] > 0, reduced[:, 1], 1.0)
        rows = max(1, _BLOCK // self.dim)
        for k in range(0, len(flat), rows):
            part = slice(k, k + rows)
            across = (flat[part, :-1] - reduced[part, :1] * self._axis) / size[part, None]
            result[part, :-1] = parts[part, :1] * self._axis + parts[part, 1:2] * across
        return result

    def _evaluate(self, mode: int, w: ArrayLike, parts: int) -> tuple[Array, ...]:
        """Return the first `parts` values of `mode` and their log scale, each of shape (...)."""
        from . import engine

        w = self._points("w", w)
        if self._atoms is not None:
            values = engine.atoms(mode, *self._atoms, w, self.target)
            return *(values[..., k] for k in range(parts)), np.zeros(w.shape[:-1])
        law, flat = self._need_radial(), w.reshape(-1, self.dim + 1)
        out, log_scale = np.empty((len(flat), 3)), np.empty(len(flat))

        def some(rows: slice) -> None:
            reduced = self._flat_reduced(self._pull(flat[rows]))
            out[rows], log_scale[rows] = engine.radial(
                mode, law, reduced, self._reduced_target, self.rtol
            )

        engine.spread(some, law, len(flat), self.dim)
        shaped = (out[:, k].reshape(w.shape[:-1]) for k in range(parts))
        return *shaped, log_scale.reshape(w.shape[:-1])

    def _scaled(self, mode: int, w: ArrayLike, parts: int = 1) -> tuple[Array, ...]:
        *values, log_scale = self._evaluate(mode, w, parts)
        return tuple(value * np.exp(log_scale) for value in values)


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
