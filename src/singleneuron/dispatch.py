r"""The compiled entries to the exact objective of every law with a radial kernel.

A kernel is large and is called through its address, so that it is compiled once and not with
each function that leads to it. There are two: for laws of the plane and for laws of the line.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable

import numpy as np
from numba import njit
from numba.core.errors import NumbaExperimentalFeatureWarning

from .compiled import part
from .rows import BALL, COLUMNS, GAUSSIAN, GEOMETRY, GRID, INTERVAL, LINE, RING, ROWS, SIZE

KINDS = {"ball": BALL, "gaussian": GAUSSIAN, "ring": RING, "interval": INTERVAL, "line": LINE}


def kernel_of(kind: int) -> Callable[..., float]:
    """Return the kernel for laws of a kind; its first use compiles it or loads it."""
    if kind in (INTERVAL, LINE):
        from .intervals import kernel
    else:
        from .arcs import kernel
    return kernel


@njit(nogil=True, error_model="numpy")
def workspace(call):
    """Return what one thread needs for `parts`; `call` is a kernel."""
    grid, work, geo = np.zeros(GRID), np.zeros((ROWS, COLUMNS)), np.zeros(GEOMETRY)
    return call, np.zeros(SIZE), grid, work, geo


@part
def parts(space, mode, law, w, v, rtol):
    """Put the values of `mode` at (w, v) in space[1][:3]; return their log scale."""
    call, total, grid, work, geo = space
    return call(total, grid, work, geo, mode, law[0], law[1], law[2], w, v, rtol)


@njit(cache=True, nogil=True, error_model="numpy")
def batch(call, out, logs, mode, law, points, v, rtol):
    """Put `mode` at each row of `points` (n, 3) in `out` (n, 3) and the log scales in `logs`."""
    space = workspace(call)
    for n in range(len(points)):
        logs[n] = parts(space, mode, law, points[n], v, rtol)
        for k in range(3):
            out[n, k] = space[1][k]


@functools.cache
def compiled(kind: int) -> Callable[..., float]:
    """Compile `batch`, or load it from the cache; return the kernel for laws of a kind."""
    kernel, none, law = kernel_of(kind), np.zeros((0, 3)), (kind, 1.0, 2.0)
    with warnings.catch_warnings():  # that calls through an address are a new feature of Numba
        warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
        batch(kernel, none, np.zeros(0), 0, law, none, np.zeros(3), 1e-9)
    return kernel
