"""Pictures for the chapters around the main results: decay, bounds, angles, discs, tied biases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from .. import checks
from ..palette import FATE_COLOURS
from .measures import _curves
from .sets import draw_dead_cone_3d
from .style import INK, LEARNER, SERIES, fate_name, mark_target, styled


@styled
def draw_semilog(
    ax: Axes, sizes: ArrayLike, curves: Mapping[str, ArrayLike], xlabel: str, ylabel: str
) -> dict[str, Any]:
    """Draw positive numbers on a logarithmic axis, against a size on a linear one.

    What decays exponentially is a straight line.

    Parameters
    ----------
    ax : matplotlib axes
    sizes : array_like of shape (n,)
        Dimensions, steps or times.
    curves : mapping from a label to an array_like of shape (n,)
        One to four curves; numbers below 1e-300 are drawn there.
    xlabel, ylabel : str
        What the axes show.

    Returns
    -------
    dict
        lines: a list, one for each label.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    artists = {"lines": _curves(ax, "sizes", sizes, curves, 1e-300)}
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log")
    ax.legend(loc="best")
    return artists


@styled
def draw_bounds(
    ax: Axes, at: ArrayLike, curves: Mapping[str, ArrayLike], xlabel: str, ylabel: str
) -> dict[str, Any]:
    """Draw a quantity and bounds on it against a parameter, both axes linear.

    Parameters
    ----------
    ax : matplotlib axes
    at : array_like of shape (n,)
        Values of the parameter.
    curves : mapping from a label to an array_like of shape (n,)
        One to four curves.
    xlabel, ylabel : str
        What the axes show.

    Returns
    -------
    dict
        lines: a list, one for each label.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    artists = {"lines": _curves(ax, "at", at, curves, -np.inf)}
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="best")
    return artists


@styled
def draw_safe_disc(ax: Axes, target: ArrayLike, radius: float) -> dict[str, Any]:
    """Draw the disc about a target in the plane of two weights, and the origin.

    Parameters
    ----------
    ax : matplotlib axes
    target : array_like of shape (2,)
        The target's two weights.
    radius : float
        The safe radius, > 0.

    Returns
    -------
    dict
        disc, target (a star) and origin (a cross).

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    x, y = checks.vector("target", target, 2)
    learned = FATE_COLOURS["learned"]
    disc = Circle((x, y), checks.positive("radius", radius), color=learned, alpha=0.15, zorder=1)
    disc.set_edgecolor(learned)
    artists = {
        "disc": ax.add_patch(disc),
        "target": mark_target(ax, x, y),
        "origin": ax.plot([0], [0], "x", color=INK, markersize=7, zorder=2)[0],
    }
    ax.set(xlabel="first weight", ylabel="second weight", aspect="equal")
    return artists


@styled
def draw_angles(ax: Axes, times: ArrayLike, angles: ArrayLike, starts: ArrayLike) -> dict[str, Any]:
    """Draw the angles to the target of a few runs against time, in degrees.

    Parameters
    ----------
    ax : matplotlib axes
    times : array_like of shape (K,)
    angles : array_like of shape (K, n)
        Angles in radians of 1 to 4 runs.
    starts : array_like of shape (n, k)
        Where the runs start, for the legend.

    Returns
    -------
    dict
        lines: a list, one for each run.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    t = checks.finite_array("times", times)
    degrees = np.degrees(checks.finite_array("angles", angles))
    names = checks.finite_array("starts", starts)
    if degrees.shape != (t.size, len(names)) or not 1 <= len(names) <= len(SERIES):
        raise ValueError(
            f"angles must have shape ({t.size}, {len(names)}), 1 to {len(SERIES)} runs, "
            f"got {degrees.shape}; pass one row per time and one column per start"
        )
    lines = []
    for name, column, (colour, _, dash) in zip(names, degrees.T, SERIES, strict=False):
        label = "from (" + ", ".join(f"{x:g}".replace("-", "−") for x in name) + ")"
        lines += ax.plot(t, column, color=colour, linestyle=dash, label=label)
    ax.set(xlabel="time t", ylabel="angle to target (degrees)")
    ax.set(xlim=(float(t[0]), float(t[-1])), ylim=(-4, 184), yticks=[0, 45, 90, 135, 180])
    ax.legend(loc="best")
    return {"lines": lines}


@styled
def draw_tied_paths(
    ax: Any,
    paths: ArrayLike,
    target: ArrayLike,
    fates: Sequence[Any],
    mean: ArrayLike | None = None,
    extent: float = 1.0,
) -> dict[str, Any]:
    """Draw paths of (w1, w2, b), the ray of silent neurons, and the plane b = mean.w~.

    Parameters
    ----------
    ax : matplotlib axes with projection="3d"
    paths : array_like of shape (K+1, n, 3)
        n paths of K + 1 points.
    target : array_like of shape (3,)
        Where the star stands.
    fates : sequence of n Fate or str
        Colour the paths. The discs at the starts are filled: these fates are proved.
    mean : array_like of shape (2,), optional
        The mean of the inputs that ties the bias; None draws no plane.
    extent : float
        Half the side of the box shown, > 0.

    Returns
    -------
    dict
        paths, starts, target, cone, and, if given a mean, plane.

    Raises
    ------
    ValueError
        If an argument has the wrong shape, or a fate is none.
    """
    points = checks.vectors("paths", paths, 3)
    if points.ndim != 3 or len(fates) != points.shape[1]:
        raise ValueError(f"paths must be (K+1, n, 3) with n fates, got {points.shape}; add axes")
    artists = draw_dead_cone_3d(ax, math.inf, extent, target)
    artists |= {"paths": [], "starts": []}
    for xyz, fate in zip(points.transpose(1, 2, 0), fates, strict=True):
        colour = FATE_COLOURS[fate_name(fate)]
        artists["paths"] += ax.plot(*xyz, color=colour, linewidth=1.6)
        artists["starts"] += ax.plot(*xyz[:, :1], "o", markersize=5, color=colour)
    if mean is not None:
        m = checks.vector("mean", mean, 2)
        half = extent / max(1.0, float(np.abs(m).sum()))  # the plane stays in the box
        x, y = np.meshgrid([-half, half], [-half, half])
        artists["plane"] = ax.plot_surface(x, y, m[0] * x + m[1] * y, color=LEARNER, alpha=0.16)
    return artists
