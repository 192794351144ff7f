"""Argument checks: every message names the argument, what it got, and what to do."""

from __future__ import annotations

import math
import zipfile
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def finite_array(name: str, value: ArrayLike) -> Array:
    """Return `value` as a float64 array, or raise ValueError if it is not finite numbers."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold real numbers, got {value!r}; pass an array") from error
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)].ravel()[0]
        raise ValueError(f"{name} must be finite, got {bad}; remove NaN and infinite entries")
    return array


def vectors(name: str, value: ArrayLike, size: int) -> Array:
    """Return `value` as a finite array of shape (..., size)."""
    array = finite_array(name, value)
    if array.ndim == 0 or array.shape[-1] != size:
        raise ValueError(
            f"{name} must have shape (..., {size}), got {array.shape}; give one vector per row"
        )
    return array


def vector(name: str, value: ArrayLike, size: int) -> Array:
    """Return `value` as one finite vector of shape (size,)."""
    array = finite_array(name, value)
    if array.shape != (size,):
        raise ValueError(f"{name} must have shape ({size},), got {array.shape}; pass one vector")
    return array


def number(name: str, value: Any) -> float:
    """Return `value` as a finite float."""
    if isinstance(value, (str, bytes, bool)) or np.ndim(value) != 0:
        raise ValueError(f"{name} must be one finite number, got {value!r}; pass a float")
    try:
        result = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be one finite number, got {value!r}; pass a float"
        ) from error
    if not math.isfinite(result):
        raise ValueError(f"{name} must be finite, got {result}; pass a finite float")
    return result


def positive(name: str, value: Any) -> float:
    """Return `value` as a finite float > 0."""
    result = number(name, value)
    if result <= 0:
        raise ValueError(f"{name} must be positive, got {result}; pass a number > 0")
    return result


def non_negative(name: str, value: Any) -> float:
    """Return `value` as a finite float >= 0."""
    result = number(name, value)
    if result < 0:
        raise ValueError(f"{name} must not be negative, got {result}; pass a number >= 0")
    return result


def count(name: str, value: Any, minimum: int = 1) -> int:
    """Return `value` as an integer >= minimum."""
    result = number(name, value)
    if result != int(result) or result < minimum:
        raise ValueError(f"{name} must be an integer >= {minimum}, got {value!r}; pass an int")
    return int(result)


# What reading a file may raise that is none of this package's.
UNREADABLE = (
    KeyError, ValueError, OSError, EOFError, TypeError, AttributeError, zipfile.BadZipFile,
)  # fmt: skip


def generator(name: str, value: Any) -> np.random.Generator:
    """Return `value` if it is a generator of random numbers."""
    if not isinstance(value, np.random.Generator):
        raise ValueError(
            f"{name} must be a Generator, got {value!r}; pass np.random.default_rng(0)"
        )
    return value


def choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return `value` if it is one of `allowed`."""
    if value not in allowed:
        names = ", ".join(repr(a) for a in allowed)
        raise ValueError(f"{name} must be one of {names}, got {value!r}; choose one of them")
    return str(value)
