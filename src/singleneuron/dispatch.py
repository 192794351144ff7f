r"""The compiled entries to the exact objective of every law with a radial kernel.

A kernel is large and is called through its address, so that it is compiled once and not with
each function that leads to it. There are two: for laws of the plane and for laws of the line.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from .checks import Array
from .compiled import compiling, part, stored
from .rows import BALL, COLUMNS, GAUSSIAN, GRID, INTERVAL, LINE, RING, ROWS, SIZE

KINDS = {"ball": BALL, "gaussian": GAUSSIAN, "ring": RING, "interval": INTERVAL, "line": LINE}


def kernel_of(kind: int) -> Callable[..., float]:
    """Return the kernel for laws of a kind; its first use compiles it or loads it."""
    if kind in (INTERVAL, LINE):
        from .intervals import kernel
    else:
        from .arcs import kernel
    return kernel


def workspace() -> tuple[Array, ...]:
    """Return what one thread needs beside a kernel."""
    return np.zeros(SIZE), np.zeros(GRID), np.zeros((ROWS, COLUMNS))


@part
def parts(call, space, mode, law, w, v, rtol):
    """Put the values of `mode` at (w, v) in space[0][:3]; return their log scale.

    `call` is a kernel, `space` a `workspace`.
    """
    total, grid, work = space
    return call(total, grid, work, mode, law[0], law[1], law[2], w, v, rtol)


@stored
def batch(call, space, w, out, logs, mode, law, points, v, rtol):
    """Put `mode` at each row of `points` (n, 3) in `out` (n, 3) and the log scales in `logs`."""
    for n in range(len(points)):
        for k in range(3):
            w[k] = points[n, k]
        logs[n] = parts(call, space, mode, law, w, v, rtol)
        for k in range(3):
            out[n, k] = space[0][k]


@functools.cache
def compiled(kind: int) -> Callable[..., float]:
    """Compile `batch`, or load it from the cache; return the kernel for laws of a kind."""
    none, law = np.zeros((0, 3)), (kind, 1.0, 2.0)
    with compiling():
        kernel = kernel_of(kind)
        batch(kernel, workspace(), np.zeros(3), none, np.zeros(0), 0, law, none, np.zeros(3), 1e-9)
    return kernel


@functools.cache
def direct(kind: int) -> Callable[..., None]:
    """Return `batch` for laws of a kind, without its first argument and without a look at types.

    To find out of which types its arguments are would take longer than a gradient: they must be
    those of `compiled`, all arrays contiguous.
    """
    kernel = compiled(kind)
    (found,) = batch.overloads.values()
    return functools.partial(found.entry_point, kernel)
