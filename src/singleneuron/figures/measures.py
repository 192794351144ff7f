"""Pictures of measurements: error against nodes, time against size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .. import checks
from .style import FAINT, SERIES, styled


@styled
def draw_accuracy(
    ax: Axes, nodes: ArrayLike, errors: Mapping[str, ArrayLike], promise: float | None = 1e-10
) -> dict[str, Any]:
    """Draw errors against the number of nodes, the error on a logarithmic axis.

    Parameters
    ----------
    ax : matplotlib axes
    nodes : array_like of shape (n,)
        Numbers of quadrature nodes.
    errors : mapping from a label to an array_like of shape (n,)
        Errors >= 0; those below 1e-17 are drawn there.
    promise : float, optional
        The promised error, a dashed line; None draws none.

    Returns
    -------
    dict
        lines: a list, one for each label, and promise if there is one.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    artists: dict[str, Any] = {"lines": _curves(ax, "nodes", nodes, errors, 1e-17)}
    if promise is not None:
        promise = checks.positive("promise", promise)
        artists["promise"] = ax.axhline(
            promise, color=FAINT, linestyle=(0, (4, 3)), label=f"promised: {promise:.0e}"
        )
    ax.set(xlabel="nodes", ylabel="error", yscale="log")
    ax.legend(loc="best")
    return artists


@styled
def draw_cost(
    ax: Axes, sizes: ArrayLike, seconds: Mapping[str, ArrayLike], xlabel: str = "dimension d"
) -> dict[str, Any]:
    """Draw times against a size, both on logarithmic axes.

    Parameters
    ----------
    ax : matplotlib axes
    sizes : array_like of shape (n,)
        Dimensions, or another size > 0.
    seconds : mapping from a label to an array_like of shape (n,)
        Times in seconds, > 0.
    xlabel : str
        What `sizes` counts.

    Returns
    -------
    dict
        lines: a list, one for each label.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    artists = {"lines": _curves(ax, "sizes", sizes, seconds, 1e-12)}
    ax.set(xlabel=xlabel, ylabel="seconds", xscale="log", yscale="log")
    low, high = ax.get_ylim()
    if high < 100 * low:  # a flat curve looks flat on at least two decades
        middle = (low * high) ** 0.5
        ax.set_ylim(middle / 10, middle * 10)
    ax.legend(loc="best")
    return artists


@styled
def draw_race(ax: Axes, methods: Mapping[str, ArrayLike]) -> dict[str, Any]:
    """Draw the error against the time of methods that can be made more accurate.

    Parameters
    ----------
    ax : matplotlib axes
    methods : mapping from a label to an array_like of shape (n, 2)
        For each method pairs (seconds, error), both > 0, in the order in which effort grows.

    Returns
    -------
    dict
        lines: a list, one for each label.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    if not methods or len(methods) > len(SERIES):
        raise ValueError(f"methods must be 1 to {len(SERIES)}, got {len(methods)}; draw fewer")
    lines = []
    for (label, pairs), (colour, mark, dash) in zip(methods.items(), SERIES, strict=False):
        pairs = checks.vectors(label, pairs, 2)
        if pairs.ndim != 2 or (pairs <= 0).any():
            raise ValueError(f"{label} must hold positive pairs, got {pairs}; pass (time, error)")
        seconds, error = pairs.T
        lines += ax.plot(seconds, error, color=colour, marker=mark, linestyle=dash,
                         markersize=4.5, label=label)  # fmt: skip
    ax.set(xlabel="seconds for one gradient", ylabel="relative error", xscale="log", yscale="log")
    ax.legend(loc="best")
    return {"lines": lines}


def _curves(
    ax: Axes, name: str, at: ArrayLike, values: Mapping[str, ArrayLike], least: float
) -> list[Any]:
    x = checks.finite_array(name, at)
    if not values or len(values) > len(SERIES):
        raise ValueError(f"the curves must be 1 to {len(SERIES)}, got {len(values)}; draw fewer")
    lines = []
    for (label, curve), (colour, mark, dash) in zip(values.items(), SERIES, strict=False):
        y = checks.vector(label, curve, x.size)
        lines += ax.plot(
            x, np.maximum(y, least), color=colour, marker=mark, linestyle=dash, markersize=4.5,
            label=label,
        )  # fmt: skip
    return lines
