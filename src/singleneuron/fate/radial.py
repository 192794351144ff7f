"""Batches of starts under a law with a radial kernel: run by the compiled paths."""

from __future__ import annotations

import concurrent.futures
import math
import os
from typing import Any, NamedTuple

import numpy as np

from .. import cones
from ..checks import Array
from ..problem import Problem
from .rules import NEVER, Rules

DEAD, BLIND = 4, 5  # as the compiled paths number them


class _Frame(NamedTuple):
    """Coordinates of the compiled paths: states z = A w of the centred law, axis first."""

    law: tuple[int, float, float]
    target: Array
    metric: Array
    inverse: Array
    turn: Array | None  # A; None: reduced coordinates


def _frame(prob: Problem) -> _Frame:
    from .. import dispatch

    kind, scale, power = prob._plane.radial
    law, none = (dispatch.KINDS[kind], float(scale), float(power)), np.zeros((0, 0))
    if prob._plane.matrix is None and prob._plane.shift is None:
        return _Frame(law, prob._plane.target, none, none, None)
    d = prob.dim
    turn = np.eye(d + 1)
    if prob._plane.matrix is not None:
        turn[:d, :d] = prob._plane.matrix.T
    if prob._plane.shift is not None:
        turn[d, :d] = prob._plane.shift
    turn[:d, :d] = _reflection(prob._plane.axis) @ turn[:d, :d]
    back = np.linalg.inv(turn)
    return _Frame(law, prob._plane.target, turn @ turn.T, back.T @ back, turn)


def _reflection(axis: Array) -> Array:
    """Return the orthogonal map that takes the unit vector `axis` to the first basis vector."""
    mirror = axis.copy()
    sign = -1.0 if axis[0] > 0 else 1.0
    mirror[0] -= sign
    turn = np.eye(len(axis)) - 2 * np.outer(mirror, mirror) / (mirror @ mirror)
    return sign * turn


def run(
    prob: Problem,
    flat: Array,
    rules: Rules,
    eta: float | None,
    max_steps: int,
    tol: float,
    progress: bool,
    executor: concurrent.futures.Executor | None,
) -> tuple[Array, Array]:
    """Return results (n, 5) of rows `flat` (n, d+1), and the points they are about."""
    frame = _frame(prob)
    reduced = prob._plane.reduce(prob._plane.pull(flat)) if frame.turn is None else None
    line = frame.turn is None and prob._plane.on_line
    if frame.turn is not None:
        states = flat @ frame.turn.T
    else:
        assert reduced is not None
        states = np.ascontiguousarray(reduced[:, ::2] if line else reduced)
    states = states.copy()
    results = _at_start(prob, flat, rules)
    todo = np.flatnonzero(results[:, 0] == 0)
    shared = (
        eta is None,
        frame.law,
        frame.target,
        frame.metric,
        frame.inverse,
        _numbers(prob, rules),
        max(prob.rtol, 0.01 * tol),
        tol,
        0.0 if eta is None else eta,
        max_steps,
    )
    for rows, (found, ends) in _map(states, todo, shared, progress, executor):
        results[rows], states[rows] = found, ends
    points = flat.copy()
    moved = results[:, 4] > 0
    if moved.any():
        if frame.turn is not None:
            points[moved] = np.linalg.solve(frame.turn, states[moved].T).T
        else:
            assert reduced is not None
            ends = reduced[moved]
            ends[:, :: 2 if line else 1] = states[moved]
            points[moved] = prob._plane.unfold(flat[moved], reduced[moved], ends)
    return results, points


def _numbers(prob: Problem, rules: Rules) -> Array:
    """Return the rules as the compiled paths take them."""
    reach = prob.law.support_radius
    lost = rules.lost and math.isfinite(reach)
    return np.array([
        float(rules.below), prob.safe_radius if rules.safe else 0.0, float(rules.angle),
        float(rules.blind), math.hypot(1.0, reach) if lost else 0.0,
    ])  # fmt: skip


def _at_start(prob: Problem, flat: Array, rules: Rules) -> Array:
    """Return results (n, 5) with the starts that are dead or blind, decided without rounding."""
    results = np.zeros((len(flat), 5))
    results[:, 1:3] = np.nan
    dead = prob.is_dead(flat)
    results[dead, 0] = DEAD
    results[dead, 1], results[dead, 2] = cones.height(prob.law, flat[dead]), 0.0
    if rules.blind == NEVER:
        return results
    rest = ~dead if rules.blind > 1 else ~dead & (flat[:, -1] <= 0)
    blind = np.zeros(len(flat), bool)
    blind[rest] = prob.is_blind(flat[rest])
    if blind.any():
        results[blind, 0] = BLIND
        results[blind, 1:3] = _blind_angles(prob, flat[blind])
    return results


def _blind_angles(prob: Problem, flat: Array) -> Array:
    """Return (n, 2): the angle to the target and the sum of both half-widths."""
    p, q, b = prob._plane.reduce(prob._plane.pull(flat)).T
    c, size, offset = prob._plane.radial.scale, prob._plane.target[0], prob._plane.target[2]
    if math.isinf(prob.law.support_radius):
        return np.full((len(flat), 2), np.pi)
    reach = c * np.hypot(p, q)
    cosines = np.clip([-b / reach, np.full(len(flat), -offset / (c * size))], -1, 1)
    return np.stack([np.arctan2(q, p), np.arccos(cosines).sum(axis=0)], axis=-1)


def _map(
    states: Array,
    todo: np.ndarray[Any, np.dtype[np.intp]],
    shared: tuple[Any, ...],
    progress: bool,
    executor: concurrent.futures.Executor | None,
) -> Any:
    """Yield (rows, what `_chunk` makes of them) for all rows `todo`."""
    from .. import paths

    paths.compiled(shared[1][0])  # here, and not in several threads at once
    workers = os.cpu_count() or 1
    size = min(max(32, len(todo) // (8 * workers)), 4096)
    pieces = [todo[k : k + size] for k in range(0, len(todo), size)]
    bar: Any = None
    if progress:
        from tqdm import tqdm

        bar = tqdm(total=len(todo), unit="start")
    own = None
    try:
        if executor is None and len(pieces) > 1 and workers > 1:
            executor = own = concurrent.futures.ThreadPoolExecutor(workers)
        if executor is None:
            jobs = ((rows, _chunk(states[rows], shared)) for rows in pieces)
        else:
            waiting = [(rows, executor.submit(_chunk, states[rows], shared)) for rows in pieces]
            jobs = ((rows, job.result()) for rows, job in waiting)
        for rows, found in jobs:
            yield rows, found
            if bar is not None:
                bar.update(len(rows))
    finally:
        if own is not None:
            own.shutdown(cancel_futures=True)
        if bar is not None:
            bar.close()


def _chunk(states: Array, shared: tuple[Any, ...]) -> tuple[Array, Array]:
    """Run rows of states (n, m) to certificates; return results (n, 5) and last states."""
    from .. import paths

    _, law, *_ = shared
    results = np.zeros((len(states), paths.RESULTS))
    kernel = paths.compiled(law[0])
    paths.run_batch(kernel, paths.workspace(), results, states, *shared)
    return results, states
