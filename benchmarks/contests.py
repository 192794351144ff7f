"""One gradient, by the package and by what one would use instead."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import time
from collections.abc import Callable

import numpy as np

import rivals
import singleneuron as sn
import twin
from singleneuron import dispatch
from singleneuron.rows import GRADIENT, OFFSETS, USED
from timing import PAUSE, Task, busy, on_cores, ratio, rounds, summary

DIM, SAMPLES, TOGETHER = 10, (10_000, 100_000, 1_000_000), (100_000, 32)  # samples, neurons
BATCH, JUDGED = 20_000, 100  # neurons timed together; neurons whose errors are looked at
TOLERANCES = tuple(float(f"1e-{k}") for k in range(2, 13))
# What the others are compared with.
BASES = {"batch on all cores": "exact, 1e-10", "batch on one core": "exact, 1e-10, one core",
         "one call": "exact, 1e-10, one call", "batch at 1e-8": "exact, 1e-08"}  # fmt: skip
LIBRARIES = {"NumPy": ("numpy", ("float64",)), "PyTorch": ("torch", ("float64", "float32")),
             "JAX": ("jax", ("float64", "float32"))}  # fmt: skip


def problem(dim: int = DIM, rtol: float = 1e-10) -> sn.Problem:
    """Return the problem of the contests: the unit ball, |v~| = 1, b_v = 0.2."""
    return sn.Problem(sn.UniformBall(dim), [1.0] + (dim - 1) * [0.0] + [0.2], rtol)


def points(dim: int, n: int) -> np.ndarray:
    """Return n parameters of the neuron: normal weights of size about 1, biases of 0.3."""
    w = np.random.default_rng(1).standard_normal((n, dim + 1)) / np.sqrt(dim)
    w[:, -1] *= 0.3 * np.sqrt(dim)
    return w


def judged() -> tuple[np.ndarray, np.ndarray]:
    """Return the first neurons that are not dead, and their gradients at the least tolerance."""
    w = points(DIM, 2 * JUDGED)
    w = w[~problem().is_dead(w)][:JUDGED]
    return w, problem(rtol=1e-14).gradient(w)


def errors(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Return the errors of gradients (n, k), each relative to the norm of the exact one."""
    return np.linalg.norm(found - exact, axis=1) / np.linalg.norm(exact, axis=1)


def gradient(repeats: int) -> dict[str, dict[str, object]]:
    """Return times, errors and ratios of exact gradients and of gradients from samples."""
    w, exact = judged()
    tasks: dict[str, tuple[Task, int]] = {}
    rows: dict[str, dict[str, object]] = {}

    def enter(name: str, task: Task, items: int, found: np.ndarray, **facts: object) -> None:
        gap = errors(found, exact)
        tasks[name] = task, items
        rows[name] = {**facts, "error": float(np.sqrt(np.mean(gap**2))), "worst": float(gap.max())}

    for name, task, items, rtol, how in ours(w):
        enter(name, task, items, problem(rtol=rtol).gradient(w), method="exact", rtol=rtol, how=how)
    for name, call, n, together, library in theirs():
        parts = list(w) if together == 1 else np.split(w, range(together, JUDGED, together))
        found, at = np.vstack([call(part) for part in parts]), parts[0]
        enter(name, lambda call=call, at=at: call(at), together, found, method=name.split(",")[0],
              samples=n, neurons=together, library=library)  # fmt: skip
    times = rounds(tasks, repeats, PAUSE)
    return {
        name: {**row, **summary(times[name]), "cores busy": busy(tasks[name][0]),
               "slower": {base: ratio(times[name], times[of]) for base, of in BASES.items()}}
        for name, row in rows.items()
    }  # fmt: skip


def ours(w: np.ndarray) -> list[tuple[str, Task, int, float, str]]:
    """Return name, task, gradients in it, tolerance and manner of the package's contestants."""
    many = points(DIM, BATCH)

    def together(rtol: float) -> Task:
        prob = problem(rtol=rtol)
        return lambda: prob.gradient(many)

    def one_by_one(prob: sn.Problem) -> None:
        for own in w:
            prob.gradient(own)

    base, prob = "exact, 1e-10", problem()
    return [
        *((f"exact, {rtol:.0e}", together(rtol), BATCH, rtol, "batch on all cores")
          for rtol in TOLERANCES),
        (base + ", one core", on_cores(1, together(1e-10)), BATCH, 1e-10, "batch on one core"),
        (base + ", one call", lambda: one_by_one(prob), len(w), 1e-10, "one call"),
    ]  # fmt: skip


def theirs() -> list[tuple[str, Callable[[np.ndarray], np.ndarray], int, int, str]]:
    """Return name, gradient, samples, neurons at once, and library of what is installed."""
    v, found = problem().target, []
    for n in SAMPLES:
        x = rivals.sample(DIM, n)
        for name, (module, kinds) in LIBRARIES.items():
            if not importlib.util.find_spec(module):
                continue
            library = f"{module} {importlib.metadata.version(module)}"
            for kind in kinds:
                call = (rivals.numpy_gradient(x, v) if name == "NumPy" else
                        getattr(rivals, f"{module}_gradient")(kind, x, v))  # fmt: skip
                label = f"{name} {kind}, {n:,} samples"
                found.append((label, call, n, 1, library))
                if n == TOGETHER[0]:
                    label += f", {TOGETHER[1]} neurons at once"
                    found.append((label, call, n, TOGETHER[1], library))
    return found


def quadrature() -> dict[str, object]:
    """Return time and error of `dblquad` for the first neuron, at the tolerance it is asked for."""
    w, exact = judged()
    at, prob, found = problem().reduce(w[0]), problem(rtol=1e-14).reduced, {}
    for tolerance in (1e-6, 1e-8, 1e-10):
        start = time.perf_counter()
        value = rivals.dblquad_gradient(DIM, at, prob.target, tolerance)
        seconds = time.perf_counter() - start
        error = errors(value[None], prob.gradient(at)[None])[0]
        found[f"{tolerance:.0e}"] = {"seconds": seconds, "error": float(error)}
        if seconds > 60:
            break
    return found


def nodes(prob: sn.Problem, w: np.ndarray) -> float:
    """Return how many nodes the package takes for a gradient, the mean over reduced points."""
    law = prob.law.radial
    shape = dispatch.KINDS[law.kind], float(law.scale), float(law.power)
    space, w = dispatch.workspace(), np.ascontiguousarray(w)
    dispatch.batch(dispatch.compiled(shape[0]), space, np.zeros(3), np.zeros((len(w), 3)),
                   np.zeros(len(w)), GRADIENT, shape, w, prob.target, prob.rtol)  # fmt: skip
    return float(space[2][OFFSETS, USED]) / len(w)


def numpy_twin(repeats: int, n: int = 100_000) -> dict[str, object]:
    """Return times of the vectorised twin, called in three ways, and of the package.

    With the package's number of nodes on some rows at a time, which fit in the processor's caches,
    and on all n in one call; and with the nodes it needs to keep the package's promise.
    """
    prob, at = problem().reduced, problem().reduce(judged()[0])
    exact = problem(rtol=1e-14).reduced.gradient(at)
    w, block = problem().reduce(points(DIM, n)), 2000
    taken = nodes(prob, w)
    each = round(taken / twin.PANELS)
    ways = {"twin": (each, block), "twin, all at once": (each, n),
            "twin, as exact": (as_exact(at, prob.target, exact, each), block)}  # fmt: skip

    def slow(nodes_each: int, rows: int) -> Task:
        return lambda: [twin.gradient(DIM, w[k : k + rows], prob.target, nodes_each)
                        for k in range(0, n, rows)]  # fmt: skip

    tasks: dict[str, tuple[Task, int]] = {name: (slow(*way), n) for name, way in ways.items()}
    tasks["package"] = lambda: prob.gradient(w), n
    tasks["one core"] = on_cores(1, lambda: prob.gradient(w)), n
    times = rounds(tasks, min(repeats, 3))
    found = {}
    for name, (task, _) in tasks.items():
        own = prob.gradient(at)
        if name in ways:
            own = twin.gradient(DIM, at, prob.target, ways[name][0])
        count = twin.PANELS * ways[name][0] if name in ways else taken
        found[name] = {
            **summary(times[name]), "nodes": count, "cores busy": busy(task),
            "nanoseconds a node": 1e9 * float(np.median(times[name])) / count,
            "median error": float(np.median(errors(own, exact))),
            "error of 99 in 100": float(np.quantile(errors(own, exact), 0.99)),
            "slower": {base: ratio(times[name], times[base]) for base in ("package", "one core")},
        }  # fmt: skip
    return {"batch": n, "rows": found}


def as_exact(at: np.ndarray, v: np.ndarray, exact: np.ndarray, nodes: int) -> int:
    """Return how many nodes a panel of the twin needs for 1e-10 at 99 points in 100."""
    while np.quantile(errors(twin.gradient(DIM, at, v, nodes), exact), 0.99) > 1e-10:
        nodes += 8
    return nodes
