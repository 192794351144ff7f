r"""The coordinates (p, q, b) of a parameter: the plane of w~ and v~, and the bias.

p is the component of w~ along v~, q >= 0 the length of the rest. A law x~ = B z~ + m is first
taken back to its centred law: w.x = (B^T w~).z~ + (b + w~.m).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .checks import Array
from .cones.support import unit_scale
from .laws import Law, Radial

_BLOCK = 1 << 20  # floats in one temporary array


class Plane:
    """The coordinates that a law and a target give; rows are parameters (n, d+1), bias last.

    Attributes
    ----------
    matrix, shift : ndarray or None
        B and m; None for identity and zero.
    axis : ndarray of shape (d,)
        The direction of the target's weight, as the centred law sees it.
    exponent : int
        The target's largest entry is below 2^exponent, and at least half of that.
    target : ndarray of shape (3,)
        The target's coordinates (|v~|, 0, b_v).
    """

    def __init__(self, law: Law, target: Array):
        if law.is_symmetric:
            self._radial, self.matrix, self.shift = law.radial, None, None
        else:
            core, self.matrix, self.shift = law.core()
            self._radial = core.radial
        self._law = law
        unit, exponent = unit_scale(target)
        self.exponent, centred = int(exponent), self.pull(unit)
        size = float(_lengths(centred[None, :-1])[0])
        self.axis = np.zeros(law.dim)
        self.axis[0] = 1.0
        if size > 0:
            self.axis = centred[:-1] / size
        self._unit = np.array([size, 0.0, centred[-1]])
        self.target = self.target_times(0)

    def target_times(self, power: int) -> Array:
        """Return the target's coordinates times 2^power."""
        return np.ldexp(self._unit, self.exponent + power)

    @property
    def radial(self) -> Radial:
        """The radial law of the centred law; ValueError if it has none."""
        if self._radial is None:
            raise ValueError(
                f"law {self._law!r} has no exact objective; use Empirical(law.sample(n, rng))"
            )
        return self._radial

    @property
    def on_line(self) -> bool:
        """Whether the inputs are those of dimension one; there q = 0 and p has a sign."""
        return self._radial is not None and self._radial.kind in ("interval", "line")

    def pull(self, rows: Array) -> Array:
        """Return the parameters seen by the centred law: (B^T w~, b + w~.m)."""
        if self.matrix is None and self.shift is None:
            return rows
        pulled = rows.copy()
        if self.matrix is not None:
            pulled[..., :-1] = rows[..., :-1] @ self.matrix
        if self.shift is not None:
            pulled[..., -1] += rows[..., :-1] @ self.shift
        return pulled

    def push(self, rows: Array) -> None:
        """Turn gradients of the centred law into those of the law, in place: `pull` transposed."""
        if self.matrix is not None:
            rows[:, :-1] = rows[:, :-1] @ self.matrix.T
        if self.shift is not None:
            rows[:, :-1] += rows[:, -1:] * self.shift

    def reduce(self, pulled: Array) -> Array:
        """Return (p, q, b), shape (n, 3), of rows that `pull` returned."""
        result = np.empty((len(pulled), 3))
        result[:, 2] = pulled[:, -1]
        rows = max(1, _BLOCK // len(self.axis))
        for k in range(0, len(pulled), rows):
            block = pulled[k : k + rows, :-1]
            along = block @ self.axis
            result[k : k + rows, 0] = along
            result[k : k + rows, 1] = _lengths(block - along[:, None] * self.axis)
        if len(self.axis) == 1:
            result[:, 1] = 0.0
        return result

    def off_line(self, rows: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Return rows without what lies along the axis, and whether nothing but rounding is left.

        Taken off twice: after the first time what is left of a row near the line is not
        perpendicular to it.
        """
        rest = rows.copy()
        for _ in range(2):
            rest[:, :-1] -= (rest[:, :-1] @ self.axis)[:, None] * self.axis
        return rest, _lengths(rest[:, :-1]) <= 2e-15 * _lengths(rows[:, :-1])

    def unfold(self, pulled: Array, reduced: Array, parts: Array) -> Array:
        """Return rows with coordinates `parts` in the planes of `pulled`, which has `reduced`."""
        result = np.empty_like(pulled)
        result[:, -1] = parts[:, 2]
        size = np.where(reduced[:, 1] > 0, reduced[:, 1], 1.0)
        rows = max(1, _BLOCK // len(self.axis))
        for k in range(0, len(pulled), rows):
            part = slice(k, k + rows)
            across = (pulled[part, :-1] - reduced[part, :1] * self.axis) / size[part, None]
            result[part, :-1] = parts[part, :1] * self.axis + parts[part, 1:2] * across
        return result


def _lengths(rows: Array) -> Array:
    """Return the norms of rows, with squares that neither over- nor underflow."""
    size = np.asarray(np.linalg.norm(rows, axis=1))
    odd = ~((size > 1e-140) & (size < 1e140))
    if odd.any():
        scaled, exponent = unit_scale(rows[odd])
        size[odd] = np.ldexp(np.linalg.norm(scaled, axis=1), exponent)
    return size
