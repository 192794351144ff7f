"""How times grow with the dimension, the batch and the threads; fates, memory, first calls."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

import singleneuron as sn
from contests import DIM, points, problem
from timing import on_cores, ratio, rounds, summary


def dimension(repeats: int) -> dict[str, object]:
    """Return times in reduced coordinates for d from 2 to a million, and their ratio to d = 2."""
    tasks = {}
    for dim in (2, 10, 100, 10_000, 1_000_000):
        # The same picture in every dimension: biases in units of the spread of an input.
        target = np.zeros(dim + 1)
        target[0], target[-1] = 1.0, 0.4 / np.sqrt(dim + 2)
        prob = sn.Problem(sn.UniformBall(dim), target).reduced
        w = np.random.default_rng(1).standard_normal((10_000, 3)) * [1, 1, 0.6 / np.sqrt(dim + 2)]
        w[:, 1] = np.abs(w[:, 1])
        tasks[str(dim)] = (lambda prob=prob, w=w: prob.gradient(w), len(w))
    times = rounds(tasks, repeats)
    return {dim: {**summary(t), "ratio": ratio(t, times["2"])} for dim, t in times.items()}


def batch(repeats: int) -> dict[str, dict[str, float]]:
    """Return the time per gradient, d = 10, for batches from 1 to a million."""
    prob, w, tasks = problem(), points(DIM, 1_000_000), {}

    def several(n: int) -> None:
        for k in range(0, max(n, 1000), n):  # short ones again and again, for the clock's sake
            prob.gradient(w[k : k + n])

    for n in 10 ** np.arange(7):
        tasks[str(n)] = (lambda n=n: several(n), max(n, 1000))
    return {n: summary(t) for n, t in rounds(tasks, min(repeats, 3)).items()}


def fresh(code: str, **environment: str) -> str:
    """Return what a new interpreter prints."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         env={**os.environ, **environment})  # fmt: skip
    return run.stdout


def threads(repeats: int) -> dict[str, object]:
    """Return how much faster two threads are than one: interleaved rounds in one process."""
    prob, w = problem(), points(DIM, 100_000)
    tasks = {str(n): (on_cores(n, lambda: prob.gradient(w)), len(w)) for n in (1, 2)}
    times = rounds(tasks, repeats)
    return {"one": summary(times["1"]), "two": summary(times["2"]),
            "speedup": ratio(times["1"], times["2"])}  # fmt: skip


def ball(dim: int, bias: float) -> sn.Problem:
    """Return the reduced problem of the unit ball with a target of weights of length 1."""
    return sn.Problem(sn.UniformBall(dim), [1.0] + (dim - 1) * [0.0] + [bias]).reduced


def fates(repeats: int) -> dict[str, object]:
    """Return starts per second of `decide` on the grid of the fate map, by dimension."""
    angles = np.linspace(0, np.pi, 102)[1:-1]
    w = np.concatenate([
        rho * np.stack([np.cos(angles), np.sin(angles), 0 * angles], -1)
        for rho in (1e-6, 1e-3, 0.1, 1.0, 10.0)
    ])  # fmt: skip
    grids = {dim: [ball(dim, bias) for bias in (0.3, 0.0, -0.2, -0.5, -0.8)]
             for dim in (2, 5, 20, 100, 1000, 1_000_000)}  # fmt: skip
    starts = 5 * len(w)

    def task(grid: list[sn.Problem]) -> list[sn.Verdict]:
        return [sn.decide(prob, w) for prob in grid]

    tasks = {str(d): (lambda grid=grid: task(grid), starts) for d, grid in grids.items()}
    times = rounds(tasks, min(repeats, 5))

    def rates(each: list[float]) -> dict[str, float]:
        return summary([1 / t for t in each], unit=1)

    found = {str(d): {**rates(times[str(d)]), "undecided": sum(
        int((verdict.fate == sn.Fate.UNDECIDED).sum()) for verdict in task(grid))}
        for d, grid in grids.items()}  # fmt: skip
    together = [float(np.mean(turn)) for turn in zip(*times.values())]
    return {"starts": starts, "by dimension": found, "all": rates(together)}


def probability(repeats: int) -> dict[str, dict[str, float]]:
    """Return the seconds of one `failure_probability` at its default tolerance."""
    problems = {str(dim): ball(dim, -0.5) for dim in (2, 100, 1_000_000)}
    tasks = {dim: (lambda prob=prob: sn.failure_probability(prob, 0.1), 1)
             for dim, prob in problems.items()}  # fmt: skip
    return {dim: summary(t, unit=1) for dim, t in rounds(tasks, min(repeats, 5)).items()}


def fate_map(cells: int = 200) -> dict[str, float]:
    """Return the seconds of a map of probabilities, d = 10, tol 1e-3, by two processes.

    The time to start them is in it.
    """
    biases, norms = np.linspace(-0.9, 0.3, cells), 10 ** np.linspace(-4, 2, cells)
    start = time.perf_counter()
    with concurrent.futures.ProcessPoolExecutor(
        2, mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        found = sn.failure_map(sn.UniformBall(DIM), biases, norms, tol=1e-3, executor=pool)
    return {"cells": cells, "seconds": time.perf_counter() - start,
            "finished": int(found.finished.sum())}  # fmt: skip


def memory() -> dict[str, float]:
    """Return the peak memory of a million gradients, d = 10, in MiB, all of Python included."""
    code = (
        "import numpy as np, pathlib, re, resource, singleneuron as sn\n"
        "prob = sn.Problem(sn.UniformBall(10), [1.0] + 9 * [0.0] + [0.2])\n"
        "prob.gradient(np.random.default_rng(0).standard_normal((1_000_000, 11)))\n"
        "status = pathlib.Path('/proc/self/status')\n"  # the other counts what the parent held
        "print(re.search(r'VmHWM:\\s*(\\d+)', status.read_text())[1] if status.exists() else\n"
        "      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    return {"MiB": float(fresh(code)) / 1024}


def first_call() -> dict[str, float]:
    """Return seconds to import the package, of a first gradient without a cache, and with one."""
    code = (
        "import time; t = time.perf_counter(); import singleneuron as sn\n"
        "a = time.perf_counter() - t\n"
        "prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.2]); prob.gradient([0.1, 0.2, 0.0])\n"
        "b = time.perf_counter() - t; t = time.perf_counter()\n"
        "sn.decide(prob, [0.1, 0.2, 0.0]); print(a, b, time.perf_counter() - t)"
    )
    with tempfile.TemporaryDirectory() as folder:
        cold = [float(t) for t in fresh(code, NUMBA_CACHE_DIR=folder).split()]
        warm = [float(t) for t in fresh(code, NUMBA_CACHE_DIR=folder).split()]
    return {"import": warm[0], "first gradient": cold[1], "first decide": cold[2],
            "cached gradient": warm[1], "cached decide": warm[2]}  # fmt: skip
