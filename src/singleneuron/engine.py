"""Calls into the compiled kernels, and direct sums for finitely many points.

Imported at first use only: this is where Numba is loaded.
"""

from __future__ import annotations

import concurrent.futures
import os
from collections.abc import Callable

import numpy as np

from . import dispatch
from .checks import Array
from .laws import Radial
from .rows import GRADIENT, LOSS, MOMENTS, OVERLAP

__all__ = ["GRADIENT", "LOSS", "MOMENTS", "OVERLAP", "atoms", "radial"]

_BLOCK = 1 << 20  # floats in one temporary array
_FEWEST, _MOST = 1024, 4096  # points that a thread takes at a time: some milliseconds at most


def radial(
    mode: int, law: Radial, points: Array, target: Array, rtol: float
) -> tuple[Array, Array]:
    """Return values (n, 3) and log scales (n,) of `mode` at reduced points (n, 3)."""
    out, logs = np.zeros((len(points), 3)), np.zeros(len(points))
    shape = (dispatch.KINDS[law.kind], float(law.scale), float(law.power))
    space, w, points = dispatch.workspace(), np.zeros(3), np.ascontiguousarray(points, float)
    target = np.ascontiguousarray(target, float)
    dispatch.direct(shape[0])(space, w, out, logs, mode, shape, points, target, float(rtol))
    return out, logs


def spread(work: Callable[[slice], None], law: Radial, count: int, dim: int) -> None:
    """Call `work` for all of `count` points of a law, some rows at a time, on all processors.

    Points do not know of each other: the result is the same for any number of threads.
    """
    dispatch.compiled(dispatch.KINDS[law.kind])  # here, and not in several threads at once
    rows = max(_FEWEST, min(_MOST, count // (4 * workers())))
    rows = max(1, min(rows, _BLOCK // dim))
    parts = [slice(k, k + rows) for k in range(0, count, rows)]
    if len(parts) < 2 or workers() < 2:
        for part in parts:
            work(part)
    else:
        with concurrent.futures.ThreadPoolExecutor(min(workers(), len(parts))) as pool:
            list(pool.map(work, parts))


def workers() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def atoms(mode: int, points: Array, weights: Array, w: Array, target: Array) -> Array:
    """Return values (..., 2), or the gradient (..., d+1), at w (..., d+1) by direct sums."""
    flat = w.reshape(-1, w.shape[-1])
    theirs = points @ target[:-1] + target[-1]
    out = np.zeros((len(flat), w.shape[-1] if mode == GRADIENT else 2))
    rows = max(1, _BLOCK // len(points))
    for k in range(0, len(flat), rows):
        part = flat[k : k + rows]
        own = part[:, :-1] @ points.T + part[:, -1:]
        active, both = own > 0, (own > 0) & (theirs > 0)
        if mode == MOMENTS:
            out[k : k + rows, 0] = np.where(active, own, 0.0) ** 2 @ weights
            out[k : k + rows, 1] = np.where(both, own * theirs, 0.0) @ weights
        elif mode == OVERLAP:
            out[k : k + rows, 0], out[k : k + rows, 1] = both @ weights, active @ weights
        else:
            moved = part - target
            close = moved[:, :-1] @ points.T + moved[:, -1:]  # near the target this cancels less
            if mode == LOSS:
                single = np.where(active, own, np.maximum(theirs, 0.0))
                out[k : k + rows, 0] = 0.5 * np.where(both, close, single) ** 2 @ weights
            else:
                pull = np.where(both, close, np.where(active, own, 0.0)) * weights
                out[k : k + rows, :-1], out[k : k + rows, -1] = pull @ points, pull.sum(axis=1)
    return out.reshape(*w.shape[:-1], out.shape[1])
