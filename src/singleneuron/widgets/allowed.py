"""What the traits of live figures may be: checks of a proposed value, each with its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..checks import count, number, vector

__all__ = ["in_range", "in_square", "in_upper_half", "one_number_of", "whole"]


def in_range(proposal: Any, limits: Sequence[float]) -> float:
    """Return the proposed number if it lies between the two limits."""
    name, (low, high) = proposal["trait"].name, limits
    value = number(name, proposal["value"])
    if not low <= value <= high:
        raise ValueError(f"{name} must be in [{low}, {high}], got {value}; move it inside")
    return value


def whole(proposal: Any, low: float, high: float) -> int:
    """Return the proposed number if it is a whole one between the two limits."""
    name = proposal["trait"].name
    value = count(name, proposal["value"], minimum=int(low))
    if value > high:
        raise ValueError(f"{name} must be at most {high}, got {value}; choose a smaller number")
    return value


def one_number_of(proposal: Any, allowed: Sequence[int]) -> int:
    """Return the proposed number if it is one of those allowed."""
    name, given = proposal["trait"].name, proposal["value"]
    if isinstance(given, bool) or given not in allowed:
        raise ValueError(f"{name} must be one of {allowed}, got {given!r}; choose one")
    return int(given)


def in_square(proposal: Any, extent: float) -> list[float]:
    """Return the proposed point if it lies in [-extent, extent]^2."""
    name = proposal["trait"].name
    point = [float(x) for x in vector(name, proposal["value"], 2)]
    if max(map(abs, point)) > extent:
        raise ValueError(f"{name} must lie in [-{extent}, {extent}]^2, got {point}; move it inside")
    return point


def in_upper_half(proposal: Any, extent: float) -> list[float]:
    """Return the proposed point if it lies in [-extent, extent] x [0, extent]."""
    name = proposal["trait"].name
    point = [float(x) for x in vector(name, proposal["value"], 2)]
    if max(map(abs, point)) > extent or point[1] < 0:
        raise ValueError(
            f"{name} must lie in [-{extent}, {extent}] x [0, {extent}], got {point}; move it inside"
        )
    return point
