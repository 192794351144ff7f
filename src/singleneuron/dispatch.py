r"""One compiled entry to the exact objective of every law with a radial kernel.

The kernel is large and is called through its address, so that it is compiled once and not with
each function that leads to it.
"""

from __future__ import annotations

import functools
import warnings

import numpy as np
from numba import boolean, cfunc, float64, int64, njit
from numba.core.errors import NumbaExperimentalFeatureWarning

from . import arcs, intervals
from .rings import GEOMETRY, GRID, SIZE

BALL, GAUSSIAN, RING = arcs.BALL, arcs.GAUSSIAN, arcs.RING
INTERVAL, LINE = 3, 4

_LINE, _PLANE, _FLAGS = float64[::1], float64[:, ::1], boolean[::1]


@cfunc(
    float64(_LINE, _LINE, _PLANE, _LINE, _PLANE, _FLAGS, int64, int64, float64, float64, _LINE,
            _LINE, float64),
    cache=True,
)  # fmt: skip
def kernel(total, grid, work, geo, places, valid, mode, kind, scale, power, w, v, rtol):
    """Put the values of `mode` at (w, v) in total[:3]; return the log of their common scale."""
    if kind == INTERVAL:
        return intervals.uniform(total, mode, scale, w, v)
    if kind == LINE:
        return intervals.normal(total, work, mode, scale, w, v, rtol)
    return arcs.evaluate(
        total, grid, work, geo, places, valid, mode, kind, scale, power, w, v, rtol
    )


@njit(cache=True, nogil=True, error_model="numpy")
def workspace(call):
    """Return what one thread needs for `parts`; `call` is `kernel`."""
    grid, work, geo = np.zeros(GRID), np.zeros((arcs.ROWS, arcs.COLUMNS)), np.zeros(GEOMETRY)
    return call, np.zeros(SIZE), grid, work, geo, np.zeros((4, 2)), np.zeros(4, np.bool_)


@njit(cache=True, nogil=True, error_model="numpy")
def parts(space, mode, law, w, v, rtol):
    """Put the values of `mode` at (w, v) in space[1][:3]; return their log scale."""
    call, total, grid, work, geo, places, valid = space
    return call(total, grid, work, geo, places, valid, mode, law[0], law[1], law[2], w, v, rtol)


@njit(cache=True, nogil=True, error_model="numpy")
def batch(call, out, logs, mode, law, points, v, rtol):
    """Put `mode` at each row of `points` (n, 3) in `out` (n, 3) and the log scales in `logs`."""
    space = workspace(call)
    for n in range(len(points)):
        logs[n] = parts(space, mode, law, points[n], v, rtol)
        for k in range(3):
            out[n, k] = space[1][k]


@functools.cache
def compiled() -> None:
    """Compile `batch`, or load it from the cache."""
    none, law = np.zeros((0, 3)), (BALL, 1.0, 2.0)
    with warnings.catch_warnings():  # that calls through an address are a new feature of Numba
        warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
        batch(kernel, none, np.zeros(0), 0, law, none, np.zeros(3), 1e-9)
