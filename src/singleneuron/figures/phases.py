"""Pictures of the neuron without bias: its phase portrait, and paths in the plane of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .. import checks, planar
from ..palette import FATE_COLOURS
from .style import FAINT, INK, LEARNER, fate_name, mark_target, styled


@styled
def draw_phase_portrait(
    ax: Axes,
    starts: ArrayLike,
    other_threshold: ArrayLike | None = None,
    t_end: float = 16.0,
    highest: float = 2.0,
) -> dict[str, Any]:
    """Draw the flow without bias: angle across, norm up, each path with an arrow.

    Shaded: where the norm grows. Its upper edge is the exact norm threshold.

    Parameters
    ----------
    ax : matplotlib axes
    starts : array_like of shape (..., 2)
        Norms (units of |v~|) and angles (radians) where paths start.
    other_threshold : array_like of shape (K,), optional
        Norms over K >= 2 equally spaced angles from 0 to pi, drawn dashed.
    t_end : float
        How long the paths run, > 0.
    highest : float
        The largest norm shown, > 0.

    Returns
    -------
    dict
        paths, arrows, threshold, other (only with `other_threshold`), target.

    Raises
    ------
    ValueError
        If an argument has the wrong shape, or a start, `t_end` or `highest` is out of range.
    """
    norms, angles = checks.vectors("starts", starts, 2).reshape(-1, 2).T
    highest = checks.positive("highest", highest)
    times = np.linspace(0, checks.positive("t_end", t_end), 1601)[:, None]
    r, theta = planar.flow(norms, angles, times)
    across = np.linspace(0, np.pi, 361)
    threshold = planar.norm_threshold(across)
    ax.fill_between(np.degrees(across), threshold, color=LEARNER, alpha=0.15, linewidth=0)
    artists: dict[str, Any] = {
        "paths": ax.plot(np.degrees(theta), r, color=FATE_COLOURS["learned"], linewidth=1.1),
        "arrows": [],
        "threshold": ax.plot(np.degrees(across), threshold, color=INK, label="exact threshold")[0],
    }
    for x, y in zip(np.degrees(theta).T, r.T, strict=True):
        way = np.hypot(np.diff(x) / 180, np.diff(y) / highest).cumsum()
        k = int(np.searchsorted(way, 0.45 * way[-1]))
        artists["arrows"].append(
            ax.annotate(
                "", (x[k + 1], y[k + 1]), (x[k], y[k]),
                arrowprops={"arrowstyle": "-|>", "color": FATE_COLOURS["learned"]},
            )
        )  # fmt: skip
    if other_threshold is not None:
        other = checks.finite_array("other_threshold", other_threshold)
        if other.ndim != 1 or len(other) < 2:
            raise ValueError(
                f"other_threshold must have shape (K,) with K >= 2, got {other.shape}; "
                "pass its values at K equally spaced angles from 0 to pi"
            )
        artists["other"] = ax.plot(
            np.linspace(0, 180, len(other)), other, color=FATE_COLOURS["lost"],
            linestyle=(0, (4, 2)), label="as printed",
        )[0]  # fmt: skip
    artists["target"] = mark_target(ax, 0, 1)
    ax.set(xlim=(-3, 180), ylim=(0, highest), xticks=[0, 45, 90, 135, 180],
           xlabel="angle to the target (degrees)", ylabel="norm |w| / |v|")  # fmt: skip
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)  # above: paths fill the rest
    return artists


@styled
def draw_weight_paths(
    ax: Axes, paths: ArrayLike, target: ArrayLike, fates: Sequence[Any] | None = None
) -> dict[str, Any]:
    """Draw paths in a plane of two weights, each with a disc where it starts.

    Parameters
    ----------
    ax : matplotlib axes
    paths : array_like of shape (K+1, n, 2)
        n paths of K + 1 points.
    target : array_like of shape (2,)
        Where the star stands.
    fates : sequence of n Fate or str, optional
        Colours the paths, and fills the discs: these fates are proved. None: a neutral green,
        hollow discs.

    Returns
    -------
    dict
        paths, starts and target.

    Raises
    ------
    ValueError
        If an argument has the wrong shape, or a fate is none.
    """
    points = checks.vectors("paths", paths, 2)
    if points.ndim != 3 or (fates is not None and len(fates) != points.shape[1]):
        raise ValueError(f"paths must be (K+1, n, 2) with n fates, got {points.shape}; add axes")
    count = points.shape[1]
    names = [None] * count if fates is None else [fate_name(fate) for fate in fates]
    artists: dict[str, Any] = {"paths": [], "starts": []}
    for (x, y), name in zip(points.transpose(1, 2, 0), names, strict=True):
        colour = FATE_COLOURS[name] if name else LEARNER
        artists["paths"] += ax.plot(x, y, color=colour, linewidth=1.2)
        artists["starts"] += ax.plot(
            x[:1], y[:1], "o", markersize=5, color=colour, zorder=5,
            markerfacecolor=colour if name else "white",
        )  # fmt: skip
    artists["target"] = mark_target(ax, *checks.vector("target", target, 2))
    ax.plot([0], [0], "+", color=FAINT, markersize=9, zorder=1)
    ax.set(aspect="equal", xlabel="weight along the target", ylabel="weight across")
    return artists
