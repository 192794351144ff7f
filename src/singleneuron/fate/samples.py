r"""Fates on finitely many inputs: more of them, and other certificates.

A sample has critical points that are neither the target nor dead, so that no certificate of the
landscape holds. Descent still converges: either its loss falls below that of every point
that fits only a part of the sample, or it ends on one of those.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from .. import cones
from ..checks import Array
from ..problem import Problem
from .rules import NEVER, Rules

_DEAD, _BLIND, _LOST, _FIT, _PART = 4, 5, 6, 7, 8  # places in `decide._CODES`
_SUBSETS = 20_000  # subsets whose independence is checked
_RANK = 1e-10  # singular values below this share of the largest count as 0; see `_rank`
_MARGIN = 1e-12  # relative; a few thousand times the rounding of a sum of heights


def run(
    prob: Problem,
    flat: Array,
    rules: Rules,
    eta: float | None,
    max_steps: int,
    tol: float,
    progress: bool,
) -> tuple[Array, Array]:
    """Return results (n, 5) of rows `flat` (n, d+1), and the points they are about."""
    facts = _Facts(prob, rules)
    w = flat.copy()
    results = np.zeros((len(w), 5))
    results[:, 1:3] = np.nan
    todo = np.arange(len(w))
    mover = _Descent(prob, eta) if eta is not None else _Flow(prob, len(w), tol)
    bar = None
    if progress:
        from tqdm import tqdm

        bar = tqdm(total=len(w), unit="start")
    step = 0
    while True:
        found = facts.look(w[todo], often=step & (step - 1) == 0 or step % 64 == 0)
        results[todo, :3] = found
        undecided = (found[:, 0] == 0) & np.isfinite(w[todo]).all(axis=1)
        if bar is not None:
            bar.update(int((~undecided).sum()))
        todo = todo[undecided]
        if step == max_steps or not todo.size:
            break
        step += 1
        moved, time = mover.move(w, todo)
        results[todo, 3] += time
        results[todo, 4] += moved
        todo = todo[moved]
    if bar is not None:
        bar.close()
    return results, w


class _Descent:
    def __init__(self, prob: Problem, eta: float):
        self.prob, self.eta = prob, eta

    def move(self, w: Array, rows: NDArray[np.intp]) -> tuple[NDArray[np.bool_], Array]:
        """Take one step; return which rows moved, and 1 for those that did."""
        after = w[rows] - self.eta * self.prob.gradient(w[rows])
        after[(np.abs(after) > 1e120).any(axis=1)] = np.nan
        moved = (after != w[rows]).any(axis=1)
        w[rows] = after
        return moved, moved.astype(float)


class _Flow:
    """The flow's curve by the Bogacki-Shampine pair of order 3, each row with its own step.

    The field jumps where a sample becomes active; there a step shrinks until the jump is worth
    less than the tolerance.
    """

    def __init__(self, prob: Problem, rows: int, tol: float):
        self.prob, self.tol = prob, tol
        self.length = np.zeros(rows)

    def move(self, w: Array, rows: NDArray[np.intp]) -> tuple[NDArray[np.bool_], Array]:
        z = w[rows]
        size = np.linalg.norm(z, axis=1)
        h = np.where(self.length[rows] > 0, np.minimum(self.length[rows], 0.3 * size), 1e-3 * size)
        h = h[:, None]
        k1, s1 = self._slope(z)
        k2, s2 = self._slope(z + h / 2 * k1)
        k3, s3 = self._slope(z + 3 / 4 * h * k2)
        new = z + h * (2 / 9 * k1 + 1 / 3 * k2 + 4 / 9 * k3)
        k4, _ = self._slope(new)
        error = h * (-5 / 72 * k1 + k2 / 12 + k3 / 9 - k4 / 8)
        wrong = np.linalg.norm(error, axis=1) / (self.tol * size)
        good = (wrong <= 1) & np.isfinite(s2) & np.isfinite(s3)
        grow = np.clip(0.9 * np.maximum(wrong, 1e-9) ** (-1 / 3), 0.2, 5.0)
        self.length[rows] = h[:, 0] * np.where(good | (wrong > 1), grow, 0.25)
        w[rows[good]] = new[good]
        time = np.where(good, h[:, 0] * (2 / 9 * s1 + 1 / 3 * s2 + 4 / 9 * s3), 0.0)
        return np.isfinite(s1) & (h[:, 0] > 1e-17 * size), time

    def _slope(self, z: Array) -> tuple[Array, Array]:
        """Return -g/|g| (n, d+1) and 1/|g| (n,); 0 and inf where g = 0."""
        g = self.prob.gradient(z)
        size = np.linalg.norm(g, axis=1)
        known = size > 0
        return -g / np.where(known, size, 1.0)[:, None], np.where(
            known, 1 / np.where(known, size, 1.0), np.inf
        )


class _Facts:
    """What the certificates of samples need, and the look at a batch of points."""

    def __init__(self, prob: Problem, rules: Rules):
        self.prob, self.rules = prob, rules
        atoms = prob.law.atoms()
        assert atoms is not None
        self.points, self.weights = atoms
        self.lifted = np.column_stack([self.points, np.ones(len(self.points))])
        self.reach = np.linalg.norm(self.lifted, axis=1)
        self.target = prob.target
        self.theirs = self.lifted @ prob.target
        self.fit = self._fit_threshold() if rules.fit else 0.0

    def _fit_threshold(self) -> float:
        """Return a loss below which no point lies that fits only a part of the sample; 0: none.

        A limit other than v fits positive samples on one hyperplane only, and misses the others.
        If any d+1 positive samples are independent it misses all but d of them; in any case, if
        they span the space, at least one.
        """
        seen = self.theirs > 0
        rows, size = self.lifted[seen], self.lifted.shape[1]
        if len(rows) < size or _rank(rows) < size:
            return 0.0
        terms = np.sort(0.5 * self.weights[seen] * self.theirs[seen] ** 2)
        general = math.comb(len(rows), size) <= _SUBSETS
        if general:
            units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
            subsets = np.array(list(itertools.combinations(range(len(rows)), size)))
            values = np.linalg.svd(units[subsets], compute_uv=False)
            general = bool((values[:, -1] > _RANK * values[:, 0]).all())
        return float(terms[: len(terms) - size + 1].sum() if general else terms[0])

    def look(self, w: Array, often: bool) -> Array:
        """Return (n, 3): code, quantity and threshold at rows w; the costly ones if `often`."""
        found = np.zeros((len(w), 3))
        found[:, 1:] = np.nan
        finite = np.asarray(np.isfinite(w).all(axis=1))
        own = np.where(finite[:, None], w @ self.lifted.T, np.inf)
        size = np.linalg.norm(w, axis=1)
        slack = 1e-12 * np.where(finite, size, 0.0) * self.reach.max()  # far above rounding
        top = own.max(axis=1)
        near = np.flatnonzero(top <= slack)
        dead = near[np.asarray(self.prob.is_dead(w[near]))] if near.size else near
        self._set(found, dead, _DEAD, top[dead], 0.0)
        both = np.minimum(own, self.theirs).max(axis=1)
        near = np.flatnonzero((both <= slack) & (found[:, 0] == 0))
        blind = near[np.asarray(self.prob.is_blind(w[near]))] if near.size else near
        if self.rules.blind != NEVER:
            self._set(found, blind, _BLIND, np.minimum(both[blind], 0.0), 0.0)
        elif self.rules.lost and often:
            for n in blind.tolist():
                self._lost_ball(found, n, w[n])
        if self.fit > 0:
            loss = self.prob.loss(np.where(finite[:, None], w, 0.0))
            rows = np.flatnonzero(finite & (found[:, 0] == 0) & (loss < self.fit * (1 - _MARGIN)))
            self._set(found, rows, _FIT, loss[rows], self.fit)
        if self.rules.part and often:
            for n in np.flatnonzero(finite & (found[:, 0] == 0)).tolist():
                self._part(found, n, w[n], own[n])
        return found

    @staticmethod
    def _set(
        found: Array, rows: NDArray[np.intp], code: int, quantity: Array, threshold: float
    ) -> None:
        found[rows, 0], found[rows, 1], found[rows, 2] = code, quantity, threshold

    def _lost_ball(self, found: Array, n: int, w: Array) -> None:
        """Try the dead point nearest to w, lowered a little so that rounding leaves it dead."""
        z = cones.project_dead_cone(self.prob.law, w)
        z[-1] -= 1e-3 * np.linalg.norm(w - z) + 1e-12 * np.linalg.norm(w) * self.reach.max()
        if not cones.is_dead(self.prob.law, z):
            return
        rho = float(cones.lost_ball_radius(self.prob.law, self.target, z))
        distance = float(np.linalg.norm(w - z))
        if distance < rho * (1 - _MARGIN):
            found[n] = _LOST, distance, rho

    def _part(self, found: Array, n: int, w: Array, own: Array) -> None:
        """Test whether the path stays where the map is linear, ending on a part of the sample.

        With S the active samples, all of them positive, descent is that of the convex quadratic
        1/2 sum_S p_i ((w - v).x_i)^2, whose minimisers are w: w.x_i = v.x_i on S; no step moves
        away from the nearest one, w*. So the path stays in the ball about w* through w.
        """
        active = own > 0
        if (active & (self.theirs <= 0)).any() or not active.any():
            return
        if not self.prob.gradient(w).any():  # critical: it rests, whatever it touches
            if (w != self.target).any():
                found[n] = _PART, 0.0, 0.0
            return
        values, vectors = np.linalg.svd(self.lifted[active], full_matrices=False)[1:]
        rank = int((values > _RANK * values[0]).sum())
        if rank == len(w) or (values[rank:] > 1e-3 * _RANK * values[0]).any():
            return  # the target itself, or a rank in doubt
        move = vectors[:rank].T @ (vectors[:rank] @ (w - self.target))
        distance = float(np.linalg.norm(move))
        ends = np.where(active, self.theirs, -(self.lifted @ (w - move)))
        slack = _MARGIN * float(np.linalg.norm(w)) if distance > 0 else 0.0
        room = ends / self.reach - slack
        if (room[active] > distance).all() and (room[~active] >= distance).all():
            found[n] = _PART, distance, room.min()


def _rank(rows: Array) -> int:
    """Return the rank of rows, each scaled to length one."""
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    values = np.linalg.svd(units, compute_uv=False)
    return int((values > _RANK * values[0]).sum())
