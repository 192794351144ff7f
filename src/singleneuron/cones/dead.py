r"""The dead cone: parameters whose neuron is silent on every input."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..checks import Array
from ..laws import Law
from .support import (
    EPS,
    Support,
    check_law,
    dot,
    parameters,
    pull,
    pull_exactly,
    support_of,
    unit_scale,
)


def height(law: Law, w: ArrayLike) -> Array:
    r"""Return the largest pre-activation :math:`\sup w \cdot x = h(\tilde w) + b` on the support.

    It is positive exactly off the dead cone, convex, and scales with w; it is no distance. Right
    to the rounding of its terms (:func:`is_dead` decides the sign exactly); inf on unbounded
    supports with :math:`\tilde w \ne 0`.

    Parameters
    ----------
    law : Law
        The law of the inputs.
    w : array_like of shape (..., d+1)
        Parameters, bias last.

    Returns
    -------
    ndarray of shape (...)

    Raises
    ------
    ValueError
        If `w` has the wrong shape or is not finite.

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> float(height(UniformBall(2, radius=2.0), [3.0, 4.0, -9.0]))
    1.0
    """
    w = parameters(law, w)
    scaled, k = unit_scale(w)
    with np.errstate(over="ignore"):  # a height beyond the largest float is inf
        return np.ldexp(_height(law, scaled), k)


def _height(law: Law, w: Array) -> Array:
    return np.asarray(law.support_function(w[..., :-1]) + w[..., -1])


def is_dead(law: Law, w: ArrayLike) -> NDArray[np.bool_]:
    r"""Say whether :math:`P(w \cdot x > 0) = 0`: the dead cone :math:`h(\tilde w) + b \le 0`.

    Ball and sphere of radius c: :math:`b \le -c|\tilde w|`; cube: :math:`b \le -h|\tilde w|_1`;
    normal law: the ray :math:`\tilde w = 0, b \le 0`; points: no point has w.x > 0; an affine
    image B z + m: pulled back to :math:`(B^\top \tilde w, b + \tilde w \cdot m)`. The boundary
    is dead. The floats in `w` and in the law are taken as exact and so is the answer: where
    rounding could decide the sign, it is computed again in fractions (a law that is no law of
    this package: right to rounding).

    Parameters
    ----------
    law : Law
        The law of the inputs.
    w : array_like of shape (..., d+1)
        Parameters, bias last.

    Returns
    -------
    ndarray of bool, shape (...)

    Raises
    ------
    ValueError
        If `w` has the wrong shape or is not finite.

    Notes
    -----
    Source: this book, "Critical points and the dead cone".

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> is_dead(UniformBall(2), [[0.0, 0.0, 0.0], [3.0, 4.0, -5.0], [3.0, 4.0, -4.9]])
    array([ True,  True, False])
    """
    return np.asarray(_dead(law, parameters(law, w)))


def _dead(law: Law, w: Array) -> NDArray[np.bool_]:
    support = support_of(law)
    scaled, _ = unit_scale(w)
    if support.kind == "space":
        return ~w[..., :-1].any(axis=-1) & (w[..., -1] <= 0)
    if support.kind == "points":
        return point_signs(support, w).max(axis=-1) <= 0
    value, error = height_and_error(law, support, scaled)
    dead = np.asarray(value <= 0)
    for index in np.argwhere((np.abs(value) <= error) & (error > 0)):
        dead[tuple(index)] = exact_height_sign(support, w[tuple(index)]) <= 0
    return dead


def height_and_error(law: Law, support: Support, w: Array) -> tuple[Array, Array]:
    """Return the height of w and a bound on its rounding error (0 where no exact sign is known).

    Kinds "round", "cube" and "other".
    """
    if support.kind == "other":
        value = _height(law, w)
        return value, np.full(value.shape, -1.0)
    u, b, error = pull(support, w)
    order = 1 if support.kind == "cube" else 2
    return support.size * np.linalg.norm(u, ord=order, axis=-1) + b, error


def exact_height_sign(support: Support, w: Array) -> int:
    """Return the sign of the height of one vector, without rounding (kinds "round", "cube")."""
    return pulled_height_sign(support, *pull_exactly(support, w))


def pulled_height_sign(support: Support, u: list[Fraction], b: Fraction) -> int:
    """Return the sign of size |u| + b (2-norm for "round", 1-norm for "cube")."""
    size = Fraction(support.size)
    if support.kind == "cube":
        return sign(size * sum((abs(x) for x in u), Fraction(0)) + b)
    return 1 if b > 0 else sign(size**2 * dot(u, u) - b**2)


def sign(x: Fraction) -> int:
    """Return -1, 0 or 1."""
    return (x > 0) - (x < 0)


def point_signs(support: Support, w: Array) -> NDArray[np.int8]:
    """Return the exact signs (..., n) of w.x at the n points of the support."""
    assert support.points is not None
    scaled, _ = unit_scale(w)
    value = scaled[..., :-1] @ support.points.T + scaled[..., -1:]
    mass = np.abs(scaled[..., :-1]) @ np.abs(support.points).T + np.abs(scaled[..., -1:])
    signs = np.sign(value).astype(np.int8)
    error = (w.shape[-1] + 5) * EPS * mass
    for *index, point in np.argwhere((np.abs(value) <= error) & (error > 0)):
        u, b = pull_exactly(support, w[tuple(index)])
        x = [Fraction(t) for t in support.points[point].tolist()]
        signs[(*index, point)] = sign(dot(u, x) + b)
    return signs


def dead_cone_boundary(law: Law, n: int = 128) -> Array:
    r"""Return rays on the boundary of the dead cone, for pictures with d = 1 or 2.

    The rays are :math:`(\tilde u, -h(\tilde u))`, scaled to length one, for n directions evenly
    round the circle (d = 1: for -1 and 1); for unbounded supports the one ray (0, -1).

    Parameters
    ----------
    law : Law
        The law of the inputs, of dimension 1 or 2.
    n : int
        Number of directions, at least 3.

    Returns
    -------
    ndarray of shape (n, d+1); (2, 2) for d = 1; (1, d+1) for an unbounded support

    Raises
    ------
    ValueError
        If d > 2 (there is no picture to draw) or n < 3.
    """
    if check_law(law).dim > 2:
        raise ValueError(f"law must have dim 1 or 2 to be drawn, got {law.dim}; use is_dead")
    n = checks.count("n", n, minimum=3)
    if np.isinf(law.support_radius):
        return np.append(np.zeros(law.dim), -1.0)[None]
    angle = 2 * np.pi * np.arange(n) / n
    u = np.array([[-1.0], [1.0]]) if law.dim == 1 else np.stack([np.cos(angle), np.sin(angle)], -1)
    rays = np.column_stack([u, -law.support_function(u)])
    return np.asarray(rays / np.linalg.norm(rays, axis=1, keepdims=True))
