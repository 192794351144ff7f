"""The shape of a law's support, and parameters pulled back to it."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..laws import Law, UniformCube

EPS = float(np.finfo(np.float64).eps)
Exact = tuple[list[Fraction], Fraction]


class Support(NamedTuple):
    r"""Support of a law: :math:`\{B z + m\}` with z in a base set.

    kind "round": the base set lies between the sphere and the ball of radius `size` (its convex
    hull is that ball); "cube": the cube of half width `size`; "space": all of R^d; "points":
    the rows of `points`; "other": only the law's support function is known. `matrix` and
    `shift` are B and m, None for identity and zero. `on_line`: the base set is an interval.
    """

    kind: str
    size: float
    points: Array | None
    matrix: Array | None
    shift: Array | None
    on_line: bool


def support_of(law: Law) -> Support:
    """Return the shape of the support of `law`."""
    atoms = law.atoms()
    if atoms is not None:
        return Support("points", 1.0, atoms[0], None, None, False)
    core, matrix, shift = law.core()
    radius = core.support_radius
    on_line = core.dim == 1 or (core.radial is not None and core.radial.kind == "interval")
    kind = "other"
    if core.is_symmetric and math.isinf(radius):
        kind = "space"
    elif core.fills_ball or (core.is_symmetric and core.dim >= 2):
        kind = "round"
    elif isinstance(core, UniformCube):
        kind, radius = "cube", core.half_width
    return Support(kind, radius, None, matrix, shift, on_line)


def pull(support: Support, w: Array) -> tuple[Array, Array, Array]:
    """Return u = B^T w~ (..., d), b + w~.m (...) and a bound on the rounding error of the pair.

    The bound (...) is in units of the height: size |u| + |b|, with the 1-norm for cubes.
    """
    u, b = w[..., :-1], w[..., -1]
    mass_u, mass_b = np.abs(u), np.abs(b)
    if support.shift is not None:
        mass_b = mass_b + mass_u @ np.abs(support.shift)
        b = b + u @ support.shift
    if support.matrix is not None:
        mass_u = mass_u @ np.abs(support.matrix)
        u = u @ support.matrix
    # Each sum of d products is off by at most d eps times the sum of their sizes; the rest is
    # for the norms, the few operations that follow, and a factor 2 in hand.
    order = 1 if support.kind == "cube" else 2
    mass = support.size * np.linalg.norm(mass_u, ord=order, axis=-1) + mass_b
    return u, b, (4 * w.shape[-1] + 30) * EPS * mass


def pull_exactly(support: Support, w: Array) -> Exact:
    """Return u = B^T w~ and b + w~.m of one vector as fractions: no rounding at all."""
    u, b = [Fraction(x) for x in w[:-1].tolist()], Fraction(float(w[-1]))
    if support.shift is not None:
        b += dot(u, [Fraction(x) for x in support.shift.tolist()])
    if support.matrix is not None:
        u = [dot(u, [Fraction(x) for x in column]) for column in support.matrix.T.tolist()]
    return u, b


def dot(x: list[Fraction], y: list[Fraction]) -> Fraction:
    """Return x.y exactly."""
    return sum((p * q for p, q in zip(x, y, strict=True)), Fraction(0))


def unit_scale(w: Array) -> tuple[Array, Array]:
    """Return w 2^-k with largest entry in [1/2, 1), and k: sets of rays know no scale."""
    k = np.frexp(np.abs(w).max(axis=-1))[1]
    return np.ldexp(w, -k[..., None]), k


def check_law(law: Law) -> Law:
    """Return `law`, or raise ValueError if it is none."""
    if not isinstance(law, Law):
        raise ValueError(f"law must be a Law, got {law!r}; pass for example UniformBall(2)")
    return law


def parameters(law: Law, w: ArrayLike, name: str = "w") -> Array:
    """Return `w` as an array (..., d+1), or raise ValueError."""
    return checks.vectors(name, w, check_law(law).dim + 1)
