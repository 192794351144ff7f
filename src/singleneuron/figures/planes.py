"""Pictures of the parameter plane of one-dimensional inputs, and of the neurons in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, TwoSlopeNorm
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..palette import FATE_COLOURS, TARGET_COLOUR
from .style import FAINT, INK, LEARNER, fate_name, mark_target, styled

if TYPE_CHECKING:
    from ..problem import Problem

_LOSS_MAP = LinearSegmentedColormap.from_list("loss", [FATE_COLOURS["learned"], "white", "#8c8c8c"])


@styled
def draw_loss_plane(
    ax: Axes,
    prob: Problem,
    extent: tuple[float, float, float, float] | None = None,
    cells: int = 301,
    bar: bool = True,
) -> dict[str, Any]:
    """Draw (F(w) - F(0)) / F(0) over the (w, b) plane of a problem with d = 1.

    Blue lies below the trivial loss, grey above (clipped at 2), the black line is F(w) = F(0), the
    hatched wedge is the dead cone (for unbounded support a ray), the star is the target.

    Parameters
    ----------
    ax : matplotlib axes
    prob : Problem
        With d = 1, in full coordinates.
    extent : (w_min, w_max, b_min, b_max), optional
        None: a square about the origin that holds the target with room to spare.
    cells : int
        Number of grid points in each direction, >= 2.
    bar : bool
        Add a scale for the colours.

    Returns
    -------
    dict
        image, level, dead, target and, if asked for, bar.

    Raises
    ------
    ValueError
        If d is not 1 or the extent is empty.
    """
    _flat(prob)
    extent = _extent(prob, extent)
    left, right, low, high = extent
    cells = checks.count("cells", cells, 2)
    w, b = np.meshgrid(np.linspace(left, right, cells), np.linspace(low, high, cells))
    ratio = prob.excess_loss(np.stack([w, b], axis=-1)) / prob.trivial_loss
    half_w, half_b = (right - left) / (cells - 1) / 2, (high - low) / (cells - 1) / 2
    image = ax.imshow(  # a pixel's centre is where its loss was computed
        ratio, extent=(left - half_w, right + half_w, low - half_b, high + half_b),
        aspect="auto", cmap=_LOSS_MAP, norm=TwoSlopeNorm(0.0, -1.0, 2.0),
        interpolation="bilinear",
    )  # fmt: skip
    # On the dead cone the ratio is 0: a level just below 0 keeps the line off that plateau.
    level = ax.contour(w, b, ratio, levels=[-1e-6], colors=INK, linewidths=1.4, linestyles="solid")
    ax.contour(w, b, ratio, levels=[-0.75, -0.5, -0.25, 1], colors=INK, linewidths=0.4, alpha=0.5,
               linestyles="solid")  # fmt: skip
    artists = {"image": image, "level": level, "dead": _dead_wedge(ax, prob, extent)}
    artists["target"] = mark_target(ax, *(float(x) for x in prob.target))
    ax.set(xlim=(left, right), ylim=(low, high), xlabel="weight w", ylabel="bias b")
    if bar:
        artists["bar"] = ax.figure.colorbar(
            image, ax=ax, extend="max", label="(F(w) − F(0)) / F(0)", ticks=[-1, -0.5, 0, 1, 2]
        )
    return artists


def _dead_wedge(ax: Axes, prob: Problem, extent: tuple[float, float, float, float]) -> Any:
    left, right, low, _ = extent
    colour = FATE_COLOURS["lost"]
    edge = np.array([min(left, 0.0), 0.0, max(right, 0.0)])
    top = -prob.law.support_function(edge[:, None])
    if not np.isfinite(top).all():
        return ax.plot([0, 0], [0, min(low, 0)], color=colour, linewidth=3)[0]
    return ax.fill_between(
        edge, top, np.minimum(top, low), facecolor="white", edgecolor=colour, hatch="////",
        linewidth=1.0,
    )  # fmt: skip


@styled
def draw_neuron(
    ax: Axes,
    prob: Problem,
    w: ArrayLike,
    fate: Any = None,
    extent: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Draw the target neuron s(v.x) and the learner s(w.x) over the inputs, d = 1.

    The strip at the foot is the support of the inputs; finitely many inputs are drawn instead as
    points on the target.

    Parameters
    ----------
    ax : matplotlib axes
    prob : Problem
        With d = 1, in full coordinates.
    w : array_like of shape (2,)
        Weight and bias of the learner.
    fate : Fate or str, optional
        Colours the learner; None is a neutral green.
    extent : (x_min, x_max), optional
        Inputs shown; None: the support with a margin (three standard deviations if unbounded).

    Returns
    -------
    dict
        target, learner, and support or points.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    _flat(prob)
    w = checks.vector("w", w, 2)
    law = prob.law
    reach = law.support_function(np.array([[-1.0], [1.0]])) * np.array([-1.0, 1.0])
    middle, spread = float(law.mean[0]), 3 * float(law.covariance()[0, 0]) ** 0.5
    least, most = np.where(np.isfinite(reach), reach, [middle - spread, middle + spread])
    margin = 0.15 * (most - least) or 1.0
    left, right = (least - margin, most + margin) if extent is None else extent
    x = np.linspace(left, right, 401)
    colour = LEARNER if fate is None else FATE_COLOURS[fate_name(fate)]

    def height(u: Array, at: Array) -> Array:
        return np.maximum(u[0] * at + u[1], 0.0)

    artists: dict[str, Any] = {}
    artists["target"] = ax.plot(
        x, height(prob.target, x), color=TARGET_COLOUR, linewidth=4, label="target"
    )[0]
    artists["learner"] = ax.plot(
        x, height(w, x), color=colour, linewidth=1.8, linestyle=(0, (5, 1.5)), label="learner"
    )[0]
    atoms = law.atoms()
    if atoms is None:
        low, high = np.where(np.isfinite(reach), reach, [left, right])
        artists["support"] = ax.axvspan(low, high, ymax=0.03, color=FAINT, linewidth=0)
    else:
        at = atoms[0][:, 0]
        artists["points"] = ax.plot(
            at, height(prob.target, at), "o", color=INK, markersize=4, label="inputs", zorder=5
        )[0]
    ax.set(xlim=(left, right), xlabel="input", ylabel="output")
    ax.margins(y=0.08)
    ax.legend(loc="best")
    return artists


@styled
def draw_atlas(
    ax: Axes,
    fates: ArrayLike,
    extent: tuple[float, float, float, float],
    target: tuple[float, float] | None = None,
    labels: tuple[str, str] = ("weight w", "bias b"),
) -> dict[str, Any]:
    """Draw a grid of starts, each in the colour of its certified fate; undecided ones are grey.

    Parameters
    ----------
    ax : matplotlib axes
    fates : array_like of shape (rows, columns)
        `Fate` members or their names; the first row is the bottom one.
    extent : (left, right, bottom, top)
        The edges of the grid in parameters.
    target : (x, y), optional
        Where to put the target's star.
    labels : (str, str)
        Names of the two axes.

    Returns
    -------
    dict
        image, legend and, if given, target.

    Raises
    ------
    ValueError
        If the grid is not two-dimensional or holds something that is no fate.
    """
    grid = np.asarray(fates, dtype=object)
    if grid.ndim != 2 or grid.size == 0:
        raise ValueError(f"fates must have shape (rows, columns), got {grid.shape}; pass a grid")
    names = list(FATE_COLOURS)
    distinct = {id(fate): fate for fate in grid.ravel()}
    index = {key: names.index(fate_name(fate)) for key, fate in distinct.items()}
    codes = np.array([index[id(fate)] for fate in grid.ravel()]).reshape(grid.shape)
    image = ax.imshow(
        codes, extent=extent, aspect="auto", cmap=ListedColormap(list(FATE_COLOURS.values())),
        vmin=-0.5, vmax=len(names) - 0.5, alpha=0.85,
    )  # fmt: skip
    present = [names[k] for k in np.unique(codes)]
    shown = [Patch(color=FATE_COLOURS[name], alpha=0.85, label=name) for name in present]
    legend = ax.legend(
        handles=shown, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(shown)
    )
    ax.set(xlabel=labels[0], ylabel=labels[1])
    artists = {"image": image, "legend": legend}
    if target is not None:
        artists["target"] = mark_target(ax, *target)
    return artists


def _flat(prob: Problem) -> None:
    if len(prob.target) != 2:
        raise ValueError(
            f"prob must have d = 1 for this figure, got {len(prob.target) - 1} weights; "
            "pass a problem with one-dimensional inputs"
        )


def _extent(
    prob: Problem, extent: tuple[float, float, float, float] | None
) -> tuple[float, float, float, float]:
    if extent is None:
        side = 1.6 * float(np.abs(prob.target).max())
        return -side, side, -side, side
    left, right, low, high = (float(x) for x in checks.vector("extent", extent, 4))
    if left >= right or low >= high:
        raise ValueError(f"extent must be (w_min, w_max, b_min, b_max), got {extent}; order it")
    return left, right, low, high
