"""One gradient, by the package and by what one would use instead."""

from __future__ import annotations

import importlib.util
import time

import numpy as np

import rivals
import singleneuron as sn
import twin
from timing import ratio, rounds, summary

DIM, SAMPLES = 10, (10_000, 100_000, 1_000_000)


def problem(dim: int = DIM, rtol: float = 1e-10) -> sn.Problem:
    """Return the problem of the contests: the unit ball, |v~| = 1, b_v = 0.2."""
    return sn.Problem(sn.UniformBall(dim), [1.0] + (dim - 1) * [0.0] + [0.2], rtol)


def points(dim: int, n: int) -> np.ndarray:
    """Return n parameters of the neuron: normal weights of size about 1, biases of 0.3."""
    w = np.random.default_rng(1).standard_normal((n, dim + 1)) / np.sqrt(dim)
    w[:, -1] *= 0.3 * np.sqrt(dim)
    return w


def sampling(repeats: int) -> dict[str, dict[str, object]]:
    """Return times, errors and ratios against gradients from samples, d = 10."""
    many = points(DIM, 20_000)
    w, v = many[0], problem().target
    exact = problem(rtol=1e-13).gradient(w)
    tasks, errors = {}, {}
    for rtol in (1e-10, 1e-8):
        name, prob = f"exact, {rtol:g}", problem(rtol=rtol)
        tasks[name] = (lambda prob=prob: prob.gradient(many), len(many))
        errors[name] = np.linalg.norm(prob.gradient(w) - exact)
    for n in SAMPLES:
        x = rivals.sample(DIM, n)
        calls = {f"NumPy, {n:,} samples": lambda x=x: rivals.numpy_gradient(x, w, v)}
        if importlib.util.find_spec("torch"):
            for kind in ("float64", "float32"):
                calls[f"PyTorch {kind}, {n:,} samples"] = rivals.torch_gradient(kind, x, w, v)
        if importlib.util.find_spec("jax"):
            calls[f"JAX float32, {n:,} samples"] = rivals.jax_gradient(x, w, v)
        for name, call in calls.items():
            tasks[name], errors[name] = (call, 1), np.linalg.norm(call() - exact)
    times = rounds(tasks, repeats)
    size = np.linalg.norm(exact)
    return {
        name: {
            **summary(times[name]),
            "error": max(float(errors[name] / size), 1e-16),
            "slower than 1e-10": ratio(times[name], times["exact, 1e-10"]),
            "slower than 1e-08": ratio(times[name], times["exact, 1e-08"]),
        }
        for name in tasks
    }


def quadrature() -> dict[str, float]:
    """Return the time of `dblquad` for one gradient, at the tolerance that it is asked for."""
    prob, w = problem().reduced, problem().reduce(points(DIM, 1))[0]
    exact, found = prob.gradient(w), {}
    for tolerance in (1e-6, 1e-8, 1e-10):
        start = time.perf_counter()
        value = rivals.dblquad_gradient(DIM, w, prob.target, tolerance)
        seconds = time.perf_counter() - start
        found[f"{tolerance:g}"] = {
            "seconds": seconds,
            "error": float(np.linalg.norm(value - exact) / np.linalg.norm(exact)),
        }
        if seconds > 60:
            break
    return found


def numpy_twin(repeats: int, nodes: int = 20, n: int = 100_000) -> dict[str, object]:
    """Return the times of the vectorised twin and of the package, batch 1e5, four panels."""
    prob = problem().reduced
    w = problem().reduce(points(DIM, n))
    block = 2000  # the twin's arrays should fit in the processor's caches

    def slow() -> None:
        for k in range(0, n, block):
            twin.gradient(DIM, w[k : k + block], prob.target, nodes)

    times = rounds({"twin": (slow, n), "package": (lambda: prob.gradient(w), n)}, min(repeats, 3))
    gap = np.linalg.norm(twin.gradient(DIM, w[:500], prob.target, nodes) - prob.gradient(w[:500]),
                         axis=1)  # fmt: skip
    return {
        "nodes": twin.PANELS * nodes,
        "twin": summary(times["twin"]),
        "package": summary(times["package"]),
        "ratio": ratio(times["twin"], times["package"]),
        "median difference": float(np.median(gap)),
    }


def accuracy(repeats: int) -> list[dict[str, float]]:
    """Return time and error of the package for many tolerances."""
    w = points(DIM, 2000)
    exact = problem(rtol=1e-14).gradient(w)
    size = np.linalg.norm(exact, axis=1)
    w, exact, size, rows = w[size > 0], exact[size > 0], size[size > 0], []  # dead ones are exact
    for rtol in 10.0 ** -np.arange(2.0, 13.0):
        prob = problem(rtol=float(rtol))
        times = rounds({"": (lambda prob=prob: prob.gradient(w), len(w))}, repeats)[""]
        error = np.linalg.norm(prob.gradient(w) - exact, axis=1) / size
        rows.append({"rtol": float(rtol), "error": float(np.sqrt(np.mean(error**2))),
                     "worst": float(error.max()), **summary(times)})  # fmt: skip
    return rows
