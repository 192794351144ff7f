"""Pictures of the safe ball: Moreau's decomposition, runs that start inside, what is certified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon
from numpy.typing import ArrayLike

from .. import checks
from ..cones import project_data_cone, project_dead_cone, safe_radius
from ..laws import Law
from ..palette import FATE_COLOURS
from .style import FAINT, FILL, INK, SERIES, mark_target, styled

_LEARNED, _LOST = FATE_COLOURS["learned"], FATE_COLOURS["lost"]
_LINES: dict[str, tuple[str, Any]] = {  # of certificates: what they prove, how they are drawn
    "BELOW_TRIVIAL": (_LEARNED, "-"),
    "SAFE_BALL": (INK, "-"),
    "ANGLE": (_LEARNED, (0, (1, 1.5))),
    "DEAD": (_LOST, "-"),
    "BLIND": (_LOST, (0, (4, 2))),
    "LOST_BALL": (_LOST, (0, (1, 1.5))),
}


@styled
def draw_safe_circle(ax: Axes, law: Law, target: ArrayLike) -> dict[str, Any]:
    """Draw the safe ball of a target in the (w, b) plane, d = 1, over whatever is there.

    Parameters
    ----------
    ax : matplotlib axes
    law : Law
        With d = 1.
    target : array_like of shape (2,)
        Weight and bias, not dead.

    Returns
    -------
    dict
        circle, radius (a line to the nearest dead neuron) and nearest (a dot there).

    Raises
    ------
    ValueError
        If the law is not one-dimensional or the target is dead.
    """
    v = _flat(law, target)
    near = project_dead_cone(law, v)
    circle = Circle((v[0], v[1]), safe_radius(law, v), fill=False, edgecolor=INK, linewidth=1.6)
    ends = np.stack([v, near], axis=-1)
    shown = {"xlim": ax.get_xlim(), "ylim": ax.get_ylim()}
    artists = {
        "circle": ax.add_patch(circle),
        "radius": ax.plot(*ends, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))[0],
        "nearest": ax.plot(*near, "o", color=INK, markersize=4.5, zorder=7)[0],
    }
    ax.set(**shown)
    return artists


@styled
def draw_moreau(
    ax: Axes, law: Law, target: ArrayLike, extent: tuple[float, float, float, float]
) -> dict[str, Any]:
    """Draw both cones of a one-dimensional law, and the target as the sum of its projections.

    The arrows are P_C v and P_D v, each from the origin; with v they span a rectangle. The length
    of the first is the radius of the circle about v, which touches the dead cone at P_D v.

    Parameters
    ----------
    ax : matplotlib axes
    law : Law
        With d = 1 and bounded support.
    target : array_like of shape (2,)
        Weight and bias, not dead.
    extent : (w_min, w_max, b_min, b_max)
        The part of the plane that is shown.

    Returns
    -------
    dict
        data, dead (the two cones), circle, radius, nearest, arrows (a list) and target.

    Raises
    ------
    ValueError
        If the law is not one-dimensional and bounded, or the target is dead.
    """
    v = _flat(law, target)
    if not np.isfinite(law.support_radius):
        raise ValueError(f"law must have bounded support for this picture, got {law!r}")
    left, right, low, high = (float(x) for x in checks.vector("extent", extent, 4))
    far = 4 * max(abs(left), abs(right), abs(low), abs(high))
    least, most = -law.support_function([-1.0]), law.support_function([1.0])
    data = np.array([[0, 0], [far * most, far], [far * least, far]])
    dead = np.array([[0, 0], [far, -far * most], [-far, far * least]])
    # Both edges run into the lower half plane if the inputs take both signs; close far below.
    dead = np.insert(dead, 2, [[far, -far * far], [-far, -far * far]], axis=0)
    artists: dict[str, Any] = {
        "data": ax.add_patch(Polygon(data, facecolor=FILL, edgecolor=FAINT, alpha=0.6, zorder=0)),
        "dead": ax.add_patch(
            Polygon(dead, facecolor="white", edgecolor=_LOST, hatch="////", zorder=0)
        ),
    }
    ax.set(xlim=(left, right), ylim=(low, high), aspect="equal", xlabel="weight w")
    artists |= draw_safe_circle(ax, law, v)
    artists["circle"].set(facecolor=(*_rgb(_LEARNED), 0.13), fill=True)
    into, out = project_data_cone(law, v), project_dead_cone(law, v)
    artists["arrows"] = [
        _arrow(ax, part, name) for part, name in ((into, "$P_C v$"), (out, "$P_D v$"))
        if np.linalg.norm(part) > 1e-9 * np.linalg.norm(v)
    ]  # fmt: skip
    ax.plot(*np.stack([into, v], axis=-1), color=FAINT, linewidth=1.0, zorder=2)
    ax.plot([0], [0], "o", color=INK, markersize=3)
    artists["target"] = mark_target(ax, float(v[0]), float(v[1]))
    return artists


@styled
def draw_distances(
    ax: Axes, groups: Mapping[str, ArrayLike], least: float = 1e-4, shown: int = 40
) -> dict[str, Any]:
    """Draw distances to the target along runs, on a logarithmic axis.

    Runs are thin lines; in bold, the root mean square of each group.

    Parameters
    ----------
    ax : matplotlib axes
    groups : mapping from a label to an array_like of shape (K + 1, n)
        One to four groups of n runs; distances >= 0.
    least : float
        The lowest distance shown.
    shown : int
        How many runs of each group are drawn.

    Returns
    -------
    dict
        runs and means, a list each.

    Raises
    ------
    ValueError
        If there is no group or more than four, or a group has no two axes.
    """
    if not 1 <= len(groups) <= len(SERIES):
        raise ValueError(f"groups must hold 1 to {len(SERIES)} groups of runs, got {len(groups)}")
    least, shown = checks.positive("least", least), checks.count("shown", shown)
    artists: dict[str, Any] = {"runs": [], "means": []}
    for (label, given), (colour, _, dash) in zip(groups.items(), SERIES, strict=False):
        far = checks.finite_array(f"groups[{label!r}]", given)
        if far.ndim != 2:
            raise ValueError(f"groups[{label!r}] must have shape (K + 1, n), got {far.shape}")
        step = np.unique(np.linspace(0, len(far) - 1, 400).astype(int))
        kept = np.maximum(far[step], least / 10)
        artists["runs"] += ax.plot(step, kept[:, :shown], color=colour, linewidth=0.5, alpha=0.35)
        mean = np.sqrt((kept**2).mean(axis=1))
        artists["means"] += ax.plot(
            step, mean, color=colour, linewidth=2.2, linestyle=dash, label=label
        )
    ax.set(yscale="log", xlabel="step", ylabel="|w − v|, in units of the safe radius")
    ax.set(ylim=(least, 1.3), xlim=(0, None))
    ax.legend(loc="upper right")
    return artists


@styled
def draw_coverage(
    axes: Sequence[Axes],
    panels: Sequence[tuple[ArrayLike, Mapping[str, ArrayLike]]],
    extent: tuple[float, float, float, float],
) -> dict[str, Any]:
    """Draw where certificates hold at the start, as outlines over a slice of starts.

    The more certificates hold, the darker: blue where they prove that a start is learned,
    vermillion where they prove it lost, white where none holds.

    Parameters
    ----------
    axes : sequence of matplotlib axes
    panels : sequence of ((p, b) of the target, mapping from a certificate's name to a grid)
        As many as axes; the grids are of bool (rows, columns), the first row is the bottom one.
    extent : (left, right, bottom, top)
        The edges of the grids.

    Returns
    -------
    dict
        images, outlines and targets, a list each, and legend.

    Raises
    ------
    ValueError
        If the numbers of axes and panels differ or a name is no certificate that is drawn.
    """
    if len(axes) != len(panels):
        raise ValueError(f"axes must be as many as panels, got {len(axes)} for {len(panels)}")
    left, right, low, high = (float(x) for x in checks.vector("extent", extent, 4))
    artists: dict[str, Any] = {"images": [], "outlines": [], "targets": []}
    used: dict[str, None] = {}
    for ax, (target, regions) in zip(axes, panels, strict=True):
        white: Any = None
        for name, given in regions.items():
            colour, dash = _LINES[checks.choice("certificate", name, tuple(_LINES))]
            used[name] = None
            grid = np.asarray(given, dtype=bool)
            if white is None:
                white = np.ones((*grid.shape, 3))
            tint = np.array(_rgb(_LEARNED if colour == INK else colour))
            white[grid] = 0.72 * white[grid] + 0.28 * tint
            rows, columns = grid.shape
            x = left + (right - left) * (np.arange(columns) + 0.5) / columns
            y = low + (high - low) * (np.arange(rows) + 0.5) / rows
            if grid.any() and not grid.all():
                artists["outlines"].append(
                    ax.contour(x, y, grid.astype(float), levels=[0.5], colors=[colour],
                               linestyles=[dash], linewidths=1.6 if colour == INK else 1.2)
                )  # fmt: skip
        artists["images"].append(ax.imshow(white, extent=extent, aspect="auto", zorder=-1))
        p, b = (float(x) for x in checks.vector("target", target, 2))
        artists["targets"].append(mark_target(ax, p, b))
        ax.set(xlim=(left, right), ylim=(low, high), xlabel="p")
    axes[0].set_ylabel("bias b")
    handles = [Line2D([], [], color=_LINES[n][0], linestyle=_LINES[n][1], label=n) for n in used]
    artists["legend"] = axes[0].figure.legend(
        handles=handles, loc="outside upper center", ncols=len(handles), handlelength=1.6,
        columnspacing=1.0, fontsize=7.5,
    )  # fmt: skip
    return artists


def _arrow(ax: Axes, tip: Any, name: str) -> Any:
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
    x, y = (float(t) for t in tip)
    away = 13 / float(np.hypot(x, y))  # points to the left of one who walks up, right of one down
    side = (-y * away, x * away) if y > 0 else (y * away, -x * away)
    ax.annotate(
        name, (0.55 * x, 0.55 * y), side, textcoords="offset points", ha="center", va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.6}, zorder=8,
    )  # fmt: skip
    return ax.annotate("", (x, y), (0, 0), arrowprops=style)


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


def _flat(law: Law, target: ArrayLike) -> Any:
    if law.dim != 1:
        raise ValueError(f"law must have d = 1 for this picture, got dim {law.dim}; pass another")
    v = checks.vector("target", target, 2)
    safe_radius(law, v)  # a dead target is an error
    return v
