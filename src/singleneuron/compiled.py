"""How the parts of the compiled kernel are compiled.

They are called from compiled code alone, and the arrays they are given outlive the call: no
wrappers for Python, no counts of references (which threads would wait for). What was compiled is
kept on disk with the two kinds of functions at the top, `stored` and `entry`.
"""

from __future__ import annotations

import contextlib
import gc
import warnings
from collections.abc import Iterator
from typing import Any

from numba import cfunc, float64, int64, njit
from numba.core.errors import NumbaExperimentalFeatureWarning

PART: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
part = njit(**PART)
allocating = njit(**{**PART, "_nrt": True})  # makes arrays of its own
loop = njit(**PART, fastmath={"contract"})  # over the nodes of a rule, turned into vectors
sum_up = njit(**PART, fastmath={"contract", "reassoc"})  # sums over nodes, in any order
inside = njit(**PART, fastmath={"contract"}, forceinline=True)  # of such a loop
exact = njit(**PART, forceinline=True)  # every rounding counts: nothing is contracted
stored = njit(**{**PART, "no_cpython_wrapper": False, "cache": True})  # called from Python

# A kernel: total, grid, work, mode, kind, scale, power, w, v, rtol -> log scale
_LINE, _TABLE = float64[::1], float64[:, ::1]
_KERNEL = float64(_LINE, _LINE, _TABLE, int64, int64, float64, float64, _LINE, _LINE, float64)
_ENTRY: dict[str, Any] = {"cache": True, "_nrt": False}
entry = cfunc(_KERNEL, **_ENTRY)  # called through its address


@contextlib.contextmanager
def compiling() -> Iterator[None]:
    """Compile without collecting garbage, which would take a sixth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():  # that calls through an address are a new feature of Numba
            warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
            yield
    finally:
        if collects:
            gc.enable()
