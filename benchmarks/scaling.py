"""How times grow with the dimension, the batch and the threads; fates, memory, first calls."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import numpy as np

import singleneuron as sn
from contests import DIM, points, problem
from timing import ratio, rounds, summary


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


def batch() -> dict[str, dict[str, float]]:
    """Return the time per gradient, d = 10, for batches from 1 to a million."""
    prob, w = problem(), points(DIM, 1_000_000)
    tasks = {str(n): (lambda n=n: prob.gradient(w[:n]), n) for n in 10 ** np.arange(7)}
    return {n: summary(t) for n, t in rounds(tasks, 3).items()}


def fresh(code: str, **environment: str) -> str:
    """Return what a new interpreter prints."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         env={**os.environ, **environment})  # fmt: skip
    return run.stdout


def threads() -> dict[str, float]:
    """Return how much faster two threads are than one: interleaved rounds in one process."""
    from singleneuron import engine

    prob, w, usual = problem(), points(DIM, 100_000), engine.workers

    def task(n: int) -> None:
        engine.workers = lambda: n
        prob.gradient(w)

    times = rounds({"1": (lambda: task(1), len(w)), "2": (lambda: task(2), len(w))}, 7)
    engine.workers = usual
    return {"one": summary(times["1"]), "two": summary(times["2"]),
            "speedup": ratio(times["1"], times["2"])}  # fmt: skip


def fates() -> dict[str, object]:
    """Return starts per second of `decide` on the grid of the fate map, by dimension."""
    found, everything, number = {}, 0.0, 0
    for dim in (2, 5, 20, 100, 1000, 1_000_000):
        seconds, undecided = 0.0, 0
        for bias in (0.3, 0.0, -0.2, -0.5, -0.8):
            target = np.zeros(dim + 1)
            target[0], target[-1] = 1.0, bias
            prob = sn.Problem(sn.UniformBall(dim), target).reduced
            angles = np.linspace(0, np.pi, 102)[1:-1]
            rows = [rho * np.stack([np.cos(angles), np.sin(angles), 0 * angles], -1)
                    for rho in (1e-6, 1e-3, 0.1, 1.0, 10.0)]  # fmt: skip
            w = np.concatenate(rows)
            sn.decide(prob, w[:2])
            start = time.perf_counter()
            verdict = sn.decide(prob, w)
            seconds += time.perf_counter() - start
            undecided += int((verdict.fate == sn.Fate.UNDECIDED).sum())
        found[str(dim)] = {"starts per second": 2500 / seconds, "undecided": undecided}
        everything, number = everything + seconds, number + 2500
    return {"by dimension": found, "starts per second": number / everything}


def memory() -> dict[str, float]:
    """Return the peak memory of a million gradients, d = 10, in MiB, all of Python included."""
    code = (
        "import numpy as np, singleneuron as sn, resource\n"
        "prob = sn.Problem(sn.UniformBall(10), [1.0] + 9 * [0.0] + [0.2])\n"
        "prob.gradient(np.random.default_rng(0).standard_normal((1_000_000, 11)))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    return {"MiB": float(fresh(code))}


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
