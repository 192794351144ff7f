"""Maps of failure probabilities, on one machine or many, that can be taken up again."""

from __future__ import annotations

import concurrent.futures
import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..laws import Law, PlanarProjection
from .failure import check_run
from .kept import FailureMap, SweepError, path_of
from .setting import start_norms
from .tasks import Task, problem_of, run_tasks

_PIECE = 200  # cells of one row in a task: a second or so


def failure_map(
    law: Law,
    biases: ArrayLike,
    norms: ArrayLike,
    size: float = 1.0,
    dynamics: str = "flow",
    step_size: float | None = None,
    tol: float = 1e-3,
    max_steps: int = 10_000,
    progress: bool = False,
    executor: concurrent.futures.Executor | None = None,
    resume: FailureMap | str | os.PathLike[str] | None = None,
    save: str | os.PathLike[str] | None = None,
) -> FailureMap:
    """Return the probabilities of failure for all pairs of a target bias and a start norm.

    In each row, of equal bias, every sixteenth cell is found as by `failure_probability`, its
    order of fates checked on 10 angles. The others start from a guess, on a curve through cells
    that are done. It is the answer only where the start half of `tol` below it is learned and
    the one half of `tol` above it lost, with a tenth of the error of a step, and where two
    further angles, other ones from cell to cell, are in order; elsewhere the cell is found as
    the first ones are. A worker that dies, or a cell that cannot be decided, raises
    `SweepError`, which carries the finished cells: pass it on as `resume` with a fresh executor.

    Parameters
    ----------
    law : Law
        A symmetric law of bounded support in dimension d >= 2.
    biases : array_like of shape (m,)
        Biases b_v of the target, above -c size (there it is dead).
    norms : array_like of shape (n,)
        Norms rho > 0 of the start, absolute: :math:`|\tilde w_0|`, in the same units as `size`.
    size : float
        Norm of the target's weights.
    dynamics : str
        "flow" or "descent".
    step_size : float, optional
        eta of descent, below 2/L; None is 1/L.
    tol : float
        Error allowed to each probability: absolute, from 1e-9 to 0.1.
    max_steps : int
        Budget of each start, as for `decide`.
    progress : bool
        Show a progress bar (tqdm) on stderr.
    executor : concurrent.futures.Executor, optional
        Where to run pieces of rows: a pool of processes, Dask's `client.get_executor()`, MPI's
        executor. None: here.
    resume : FailureMap or path, optional
        A map of the same sweep, or the file it was saved to (the suffix .npz is added if it is
        missing); its finished cells are kept. A file that does not exist is an empty map.
    save : path, optional
        A file to keep the map in while it grows; the suffix .npz is added if it is missing.

    Returns
    -------
    FailureMap

    Raises
    ------
    ValueError
        If an argument is out of range, or `resume` is of another sweep or a file that holds no
        map.
    SweepError
        If cells could not be finished.

    Notes
    -----
    A cell depends on its own row alone: the map is the same on any executor, and resumed or not.
    Two maps that share some of their norms can differ there, within `tol`, by their guesses.
    Source: this book, "The fate map".

    Examples
    --------
    >>> import singleneuron as sn
    >>> found = sn.failure_map(sn.UniformBall(2), [-0.5, 0.0], [1e-2, 1.0], tol=1e-2)
    >>> found.probability.round(1).tolist()
    [[0.3, 0.6], [0.0, 0.3]]
    """
    how = {"dynamics": dynamics, "step_size": step_size, "max_steps": max_steps}
    law = law.law if isinstance(law, PlanarProjection) else law
    result = _empty(law, biases, norms, size, tol, how)
    if executor is not None and not hasattr(executor, "submit"):
        raise ValueError(f"executor must have submit(), got {executor!r}; pass an Executor")
    if resume is not None:
        _take_over(result, resume)
    bar: Any = None
    if progress:
        from tqdm import tqdm

        done = int(result.finished.sum())
        bar = tqdm(total=result.probability.size, initial=done, unit="cell")
    reasons: list[str] = []
    broken: BaseException | None = None
    try:
        for task, found in run_tasks(_tasks(law, result, how), executor):
            if isinstance(found, BaseException):
                broken = broken or found
                continue
            new = np.isnan(task.known)
            place = task.row, task.columns[new]
            result.probability[place], result.threshold[place] = found[0][new], found[1][new]
            reasons += found[2]
            if save is not None:
                result.save(save)
            if bar is not None:
                bar.update(int(np.isfinite(found[0][new]).sum()))
    finally:
        if bar is not None:
            bar.close()
    if broken is None and result.finished.all():
        return result
    done, total = int(result.finished.sum()), result.probability.size
    why = repr(broken) if broken is not None else "; ".join(reasons[:3])
    raise SweepError(
        f"{done} of {total} cells are finished ({why}). They are kept: go on with "
        "failure_map(..., resume=error.partial) and, if its workers died, a fresh executor",
        result,
        reasons,
    ) from broken


def _empty(
    law: Law, biases: ArrayLike, norms: ArrayLike, size: float, tol: float, how: dict[str, Any]
) -> FailureMap:
    """Return the map with no cell finished, or raise ValueError."""
    if not isinstance(law, Law):
        raise ValueError(f"law must be a Law, got {law!r}; pass for example UniformBall(2)")
    biases, norms = checks.finite_array("biases", biases), start_norms(norms, "norms")
    for name, array in (("biases", biases), ("norms", norms)):
        if array.ndim != 1 or array.size == 0:
            raise ValueError(f"{name} must be a list of numbers, got shape {array.shape}")
    check_run(problem_of(law, checks.positive("size", size), float(biases.min())), tol=tol, **how)
    step = how["step_size"]
    unknown = np.full((len(biases), len(norms)), np.nan)
    return FailureMap(
        repr(law), float(size), how["dynamics"], float("nan") if step is None else float(step),
        float(tol), biases.copy(), norms.copy(), unknown, unknown.copy(),
    )  # fmt: skip


def _take_over(result: FailureMap, resume: FailureMap | str | os.PathLike[str]) -> None:
    """Copy the finished cells of a map of the same sweep."""
    if not isinstance(resume, FailureMap):
        if not path_of(resume).exists():
            return
        try:
            resume = FailureMap.load(resume)
        except ValueError as error:
            raise ValueError(f"resume cannot be read: {error}; or leave resume out") from error
    for name in ("law", "size", "dynamics", "step_size", "tol", "biases", "norms"):
        mine, theirs = getattr(result, name), getattr(resume, name)
        numbers = not isinstance(mine, str)
        if not (np.array_equal(mine, theirs, equal_nan=True) if numbers else mine == theirs):
            raise ValueError(
                f"resume must be a map of the same sweep, got another {name} ({theirs!r}, not "
                f"{mine!r}); leave resume out to start anew"
            )
    result.probability[:], result.threshold[:] = resume.probability, resume.threshold


def _tasks(law: Law, result: FailureMap, how: dict[str, Any]) -> list[Task]:
    """Return the pieces of rows that are not finished."""
    order, tasks = np.argsort(result.norms, kind="stable"), []
    for row, bias in enumerate(result.biases.tolist()):
        for start in range(0, len(order), _PIECE):
            part = order[start : start + _PIECE]
            if not result.finished[row, part].all():
                where = row, part, law, result.size, bias, result.norms[part]
                tasks.append(Task(*where, result.threshold[row, part], result.tol, how))
    return tasks
