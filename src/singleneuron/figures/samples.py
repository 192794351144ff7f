"""Pictures of rates and samples: shares of fates, the spread of noisy runs, fractions of trials."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..palette import FATE_COLOURS
from .style import INK, SERIES, fate_name, styled


def _increasing(name: str, values: ArrayLike) -> Array:
    array = checks.finite_array(name, values)
    if array.ndim != 1 or array.size < 2 or (np.diff(array) <= 0).any():
        raise ValueError(f"{name} must be at least two increasing numbers, got {values!r}; sort it")
    return array


@styled
def draw_fate_shares(
    ax: Axes,
    at: ArrayLike,
    shares: Mapping[Any, ArrayLike],
    marks: Mapping[str, float] | None = None,
    xlabel: str = "step size × L",
) -> dict[str, Any]:
    """Draw shares of fates, stacked, against a parameter.

    Parameters
    ----------
    ax : matplotlib axes
    at : array_like of shape (n,)
        Increasing values of the parameter.
    shares : mapping from a fate (a member of `Fate` or its name) to an array_like of shape (n,)
        From 0 to 1, stacked in the order given; together at most 1.
    marks : mapping from a label to a value of the parameter, optional
        Vertical lines.
    xlabel : str
        What the parameter is.

    Returns
    -------
    dict
        areas (one for each fate) and lines (one for each mark).

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    x = _increasing("at", at)
    base = np.zeros(x.size)
    areas, lines = [], []
    for fate, given in shares.items():
        name = fate_name(fate)
        part = checks.vector(f"shares[{name!r}]", given, x.size)
        if (part < 0).any() or (base + part > 1 + 1e-9).any():
            raise ValueError(f"shares must be >= 0, with sum at most 1, got {name}: {part}; divide "
                             "by the number of starts")  # fmt: skip
        areas.append(ax.fill_between(
            x, base, base + part, color=FATE_COLOURS[name], alpha=0.85, linewidth=0.4, label=name,
        ))  # fmt: skip
        base = base + part
    for label, value in (marks or {}).items():
        lines.append(ax.axvline(checks.number("marks", value), color=INK, linestyle=(0, (4, 2))))
        ax.annotate(label, (value, 1), (0, 3), textcoords="offset points", ha="center",
                    xycoords=("data", "axes fraction"))  # fmt: skip
    ax.set(xlabel=xlabel, ylabel="share of starts", xlim=(x[0], x[-1]), ylim=(0, 1))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return {"areas": areas, "lines": lines}


@styled
def draw_spread(
    ax: Axes, steps: ArrayLike, spread: Mapping[str, ArrayLike], bounds: tuple[ArrayLike, ArrayLike]
) -> dict[str, Any]:
    """Draw mean squared distances of noisy SGD against the step size, over a band of bounds.

    Parameters
    ----------
    ax : matplotlib axes
    steps : array_like of shape (n,)
        Step sizes, increasing and positive.
    spread : mapping from a label to an array_like of shape (n,)
        Measured values, positive. One to four.
    bounds : two array_likes of shape (n,)
        Lower and upper bound.

    Returns
    -------
    dict
        points (one for each label) and band.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    x = _increasing("steps", steps)
    if x[0] <= 0 or not 1 <= len(spread) <= len(SERIES):
        raise ValueError(f"steps must be positive and spread hold 1 to {len(SERIES)} series, got "
                         f"{x[0]} and {len(spread)}")  # fmt: skip
    low, high = (checks.vector("bounds", bound, x.size) for bound in bounds)
    band = ax.fill_between(x, low, high, color="#DCDCDC", label="bounds", zorder=1)
    points = []
    for (label, given), (colour, mark, _) in zip(spread.items(), SERIES, strict=False):
        value = checks.vector(f"spread[{label!r}]", given, x.size)
        points += ax.plot(x, value, mark, color=colour, markersize=5, label=label, zorder=3)
    ax.set(xlabel="step size η", ylabel="E |w − v|² / s²", xscale="log", yscale="log")
    ax.set_xticks(x, [f"{value:g}" for value in x])
    ax.xaxis.minorticks_off()
    ax.legend(loc="upper left")
    return {"points": points, "band": band}


@styled
def draw_fractions(
    ax: Axes,
    at: ArrayLike,
    fractions: Mapping[str, ArrayLike],
    trials: int,
    formulas: Mapping[str, ArrayLike] | None = None,
    hollow: Sequence[str] = (),
    xlabel: str = "inputs per dimension, n/d",
    ylabel: str = "fraction of trials",
) -> dict[str, Any]:
    """Draw fractions of trials, with bars of one standard error, and formulas for them.

    Parameters
    ----------
    ax : matplotlib axes
    at : array_like of shape (n,)
        Increasing values of a parameter.
    fractions : mapping from a label to an array_like of shape (n,)
        From 0 to 1. One to four.
    trials : int
        Number of trials behind each fraction.
    formulas : mapping from a label to an array_like of shape (n,), optional
        Lines.
    hollow : sequence of labels
        Fractions that were merely observed, drawn as hollow marks.
    xlabel, ylabel : str
        What the axes show.

    Returns
    -------
    dict
        points (one for each label) and lines (one for each formula).

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    x = _increasing("at", at)
    trials = checks.count("trials", trials)
    if not 1 <= len(fractions) <= len(SERIES) or len(formulas or {}) > len(SERIES):
        raise ValueError(f"fractions must hold 1 to {len(SERIES)} series, got {len(fractions)}")
    lines = []
    for (label, given), (colour, _, dash) in zip((formulas or {}).items(), SERIES, strict=False):
        value = checks.vector(f"formulas[{label!r}]", given, x.size)
        lines += ax.plot(x, value, color=colour, linestyle=dash, label=label)
    points = []
    for (label, given), (colour, mark, _) in zip(fractions.items(), SERIES, strict=False):
        share = checks.vector(f"fractions[{label!r}]", given, x.size)
        if (share < 0).any() or (share > 1).any():
            raise ValueError(
                f"fractions must lie in [0, 1], got {label}: {share}; divide by trials"
            )
        error = np.sqrt(share * (1 - share) / trials)
        points.append(ax.errorbar(
            x, share, error, color=colour, marker=mark, linestyle="none", capsize=2, label=label,
            markerfacecolor="white" if label in hollow else colour, markersize=5, zorder=3,
        ))  # fmt: skip
    ax.set(xlabel=xlabel, ylabel=ylabel, ylim=(-0.03, 1.03))
    if x[0] > 0 and math.log10(x[-1] / x[0]) > 0.8:
        ax.set_xscale("log")
        ax.set_xticks(x, [f"{value:g}" for value in x], minor=False)
        ax.minorticks_off()
    ax.legend(loc="best")
    return {"points": points, "lines": lines}
