"""Pieces of a map of failure probabilities, and where they run."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..checks import Array
from ..laws import Law, PlanarProjection
from ..problem import Problem
from .angles import beyond
from .search import Search, mass_scale
from .setting import Setting, setting

_GRID = 10  # angles on which the order of the fates is verified, in each cell


class Task(NamedTuple):
    """Cells of one row: their place in the map, and all that a worker needs."""

    row: int
    columns: NDArray[np.intp]
    law: Law
    size: float
    bias: float
    norms: Array
    hint: Array
    tol: float
    how: dict[str, Any]


def problem_of(law: Law, size: float, bias: float) -> Setting:
    """Return the problem of a law, in dimension d, and a target of this norm and bias."""
    return setting(Problem(PlanarProjection(law), [size, 0.0, bias]))


def solve(task: Task) -> tuple[Array, Array, list[str]]:
    """Return the probabilities and threshold angles of a task, NaN where there is none, and why."""
    given = problem_of(task.law, task.size, task.bias)
    scale = mass_scale(given.dim)

    def angles(part: slice) -> Array:
        search = Search(given, task.norms[part], scale, task.tol, _GRID, **task.how)
        return search.run(task.hint[part])

    reasons = []
    try:
        found = angles(slice(None))
    except ArithmeticError:  # then one by one
        found = np.full(len(task.norms), np.nan)
        for k in range(len(found)):
            try:
                found[k] = angles(slice(k, k + 1))[0]
            except ArithmeticError as error:
                reasons.append(f"bias {task.bias:.9g}: {error}")
    return beyond(given.dim, found), found, reasons


def run_tasks(
    tasks: list[Task], executor: concurrent.futures.Executor | None
) -> Iterator[tuple[Task, Any]]:
    """Yield each task with what `solve` makes of it, or with the error that it met.

    After an error the tasks that are done are still yielded; the others are given up.
    """
    if executor is None:
        for task in tasks:
            yield task, solve(task)
        return
    futures: dict[concurrent.futures.Future[Any], Task] = {}
    try:
        for task in tasks:
            try:
                futures[executor.submit(solve, task)] = task
            except Exception as refusal:  # a broken pool takes no more
                yield task, refusal
                break
        for future in concurrent.futures.as_completed(futures):
            if future.cancelled():
                continue
            error = future.exception()
            yield futures[future], future.result() if error is None else error
            if error is not None:
                for other in futures:
                    other.cancel()
    finally:
        for future in futures:
            future.cancel()
