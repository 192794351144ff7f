r"""The parts of the objective at parameters of any size: what `Problem` and its relatives read off.

A gradient has degree 1 in (w, v), a loss 2; :math:`E\,s(w.x)^2` has degree 2 in w, and
:math:`E\,s(w.x)s(v.x)` degree 1 in w and in v. So where w or v is very large or very small they
are first scaled by powers of two, which is exact, and no square over- or underflows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .checks import Array
from .laws import Law
from .plane import Plane
from .rows import GRADIENT, LOSS, MOMENTS, OVERLAP

Powers = NDArray[np.int32]

_ORDINARY = 400  # 2 to this and its inverse bound what is taken as it is: squares are in range
_LEAST, _LEAST_ON_LINE = -900, -450  # to which the smaller of w and v may sink by that
_LOG2 = math.log(2)


class Scaled(NamedTuple):
    """Numbers values exp(log_scale) 2^powers, of shapes that broadcast."""

    values: Array
    log_scale: Array
    powers: Powers

    def joined(self) -> Array:
        """Return the numbers: inf or 0 only where a number itself over- or underflows."""
        if not self.powers.any():
            return self.values * np.exp(self.log_scale)
        turns = np.rint(np.maximum(self.log_scale, -1e6) / _LOG2)
        turns = np.where(self.powers == 0, 0.0, turns)
        rest = self.values * np.exp(self.log_scale - _LOG2 * turns)
        return np.ldexp(rest, self.powers + turns.astype(np.int32))

    @property
    def whole_log(self) -> Array:
        """The logarithm of what the values are to be multiplied by."""
        return self.log_scale + _LOG2 * self.powers


class Objective:
    """Exact values for a law and a target (d+1,), accurate to `rtol`: see `Problem`."""

    def __init__(self, law: Law, target: Array, rtol: float):
        self.atoms, self.plane = law.atoms(), Plane(law, target)
        self.target, self.rtol = target, rtol

    def evaluate(self, mode: int, w: Array) -> Scaled:
        """Return the parts of `mode` at w (..., d+1): values (..., k), log scale (..., 1)."""
        flat = w.reshape(-1, w.shape[-1])
        with np.errstate(over="ignore"):
            squares = np.einsum("ij,ij->i", flat, flat)
        ordinary = (squares > 4.0**-_ORDINARY) & (squares < 4.0**_ORDINARY)
        if ordinary.all() and abs(self.plane.exponent) <= _ORDINARY:
            values, log_scale = self._parts(mode, flat, 0)
            powers = np.zeros((1,) * w.ndim, np.int32)
        else:
            values, log_scale, powers = self._scaled_parts(mode, flat)
            powers = powers.reshape(*w.shape[:-1], powers.shape[1])
        values = values.reshape(*w.shape[:-1], values.shape[1])
        return Scaled(values, log_scale.reshape(*w.shape[:-1], 1), powers)

    def _scaled_parts(self, mode: int, flat: Array) -> tuple[Array, Array, Powers]:
        """Return the parts of `mode` (n, k), log scales (n,) and powers (n, 1) or (n, k)."""
        own, theirs = np.frexp(np.abs(flat).max(axis=1))[1], self.plane.exponent
        far = (abs(own) > _ORDINARY) | (abs(theirs) > _ORDINARY)
        down, other = own, np.full_like(own, theirs)
        if mode in (GRADIENT, LOSS):  # not of a degree in w and in v alone
            joint = np.maximum(own, theirs) // 128 * 128 - 256
            least = _LEAST_ON_LINE if self.plane.on_line else _LEAST
            down, other = np.minimum(joint, own - least), np.minimum(joint, other - least)
        down, other = np.where(far, down, 0), np.where(far, other, 0)
        values, log_scale = np.empty((len(flat), self._count(mode))), np.empty(len(flat))
        for level in np.unique(other).tolist():  # some twenty at most
            rows = other == level
            scaled = np.ldexp(flat[rows], -down[rows, None])
            values[rows], log_scale[rows] = self._parts(mode, scaled, -level)
        if mode == MOMENTS:
            return values, log_scale, np.column_stack([2 * down, down + other])
        degree = {GRADIENT: 1, LOSS: 2, OVERLAP: 0}[mode]
        return values, log_scale, degree * np.maximum(down, other)[:, None]

    def _count(self, mode: int) -> int:
        return len(self.target) if mode == GRADIENT else 1 if mode == LOSS else 2

    def _parts(self, mode: int, flat: Array, power: int) -> tuple[Array, Array]:
        """Return the parts of `mode` (n, k) and log scales (n,), for the target times 2^power."""
        from . import engine

        count = self._count(mode)
        if self.atoms is not None:
            target = np.ldexp(self.target, power)
            return engine.atoms(mode, *self.atoms, flat, target)[:, :count], np.zeros(len(flat))
        plane, law, target = self.plane, self.plane.radial, self.plane.target_times(power)
        values, log_scale = np.empty((len(flat), count)), np.empty(len(flat))

        def some(rows: slice) -> None:
            pulled = plane.pull(flat[rows])
            reduced = plane.reduce(pulled)
            parts, log_scale[rows] = engine.radial(mode, law, reduced, target, self.rtol)
            if mode == GRADIENT:
                parts = plane.unfold(pulled, reduced, parts)
                plane.push(parts)
            values[rows] = parts[:, :count]

        engine.spread(some, law, len(flat), len(plane.axis))
        return values, log_scale
