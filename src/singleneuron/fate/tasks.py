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

_STRIDES = 16, 8, 4, 2, 1  # of the levels of a task
_GRID = 10  # angles on which the order of the fates is verified where a cell is searched


class Task(NamedTuple):
    """Cells of one row, by increasing norm: their place in the map, and all that a worker needs.

    known : their threshold angles, NaN where still to be found.
    """

    row: int
    columns: NDArray[np.intp]
    law: Law
    size: float
    bias: float
    norms: Array
    known: Array
    tol: float
    how: dict[str, Any]


def problem_of(law: Law, size: float, bias: float) -> Setting:
    """Return the problem of a law, in dimension d, and a target of this norm and bias."""
    return setting(Problem(PlanarProjection(law), [size, 0.0, bias]))


def solve(task: Task) -> tuple[Array, Array, list[str]]:
    """Return the probabilities and threshold angles of a task, NaN where there is none, and why.

    A few cells are searched; those halfway between start from a curve through them, and so on. A
    cell depends on cells of its task alone, and not on which of them are known already.
    """
    from scipy.interpolate import CubicSpline

    given, scale = problem_of(task.law, task.size, task.bias), mass_scale(task.law.dim)
    found, reasons = task.known.copy(), []
    search = Search(given, task.norms, scale, task.tol, _GRID, **task.how)

    def run(cells: NDArray[np.intp], before: NDArray[np.intp]) -> None:
        guess = None
        if len(before) > 1:
            curve = CubicSpline(before, scale.measure(found[before]))
            guess = scale.angle(curve(cells))
        found[cells] = search.run(cells, guess)

    for cells, before in _levels(len(found)):
        cells, before = cells[np.isnan(found[cells])], before[np.isfinite(found[before])]
        try:
            run(cells, before)
        except ArithmeticError:  # then one by one
            for cell in cells:
                try:
                    run(np.array([cell]), before)
                except ArithmeticError as error:
                    reasons.append(f"bias {task.bias:.9g}: {error}")
    return beyond(given.dim, found), found, reasons


def _levels(count: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield the cells of each level, ever denser, and those of all levels before."""
    places, done = np.arange(count), np.zeros(count, bool)
    for stride in _STRIDES:
        new = ~done & ((places % stride == 0) | (places == count - 1))
        yield np.flatnonzero(new), np.flatnonzero(done)
        done |= new


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
