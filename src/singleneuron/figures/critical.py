"""Pictures of the critical points: which part of the dead cone's edge is a minimum, and no bias."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from numpy.typing import ArrayLike

from .. import checks
from ..cones import Classification, classify
from ..laws import UniformBall
from ..palette import FATE_COLOURS
from ..problem import Problem
from .planes import _LOSS_MAP
from .style import INK, mark_target, styled

TURNS = 120  # directions of the edge that are classified


@styled
def draw_edge_3d(
    ax: Any, target: ArrayLike, radius: float = 1.0, extent: float = 1.0
) -> dict[str, Any]:
    """Draw the edge of the dead cone of a disc: minima vermillion, the others blue.

    Parameters
    ----------
    ax : matplotlib axes with projection="3d"
    target : array_like of shape (3,)
        The target, not dead; its weights are drawn as an arrow.
    radius : float
        Radius c of the disc.
    extent : float
        Half the side of the box shown.

    Returns
    -------
    dict
        minima and escapes: lists of surfaces; share: the share of minima among the directions.

    Raises
    ------
    ValueError
        If the target is dead, or an argument has the wrong shape or range.
    """
    v, c = checks.vector("target", target, 3), checks.positive("radius", radius)
    side = checks.positive("extent", extent)
    law, reach = UniformBall(2, c), min(side / c, side)
    turn = 2 * np.pi * np.arange(TURNS + 1) / TURNS
    middle = (turn[:-1] + turn[1:]) / 2
    rays = np.column_stack([np.cos(middle), np.sin(middle), np.full(TURNS, -c)])
    minima = [classify(law, v, ray).kind is Classification.BOUNDARY_MINIMUM for ray in rays]
    artists: dict[str, Any] = {"minima": [], "escapes": [], "share": float(np.mean(minima))}
    starts = [k for k in range(TURNS) if k == 0 or minima[k] != minima[k - 1]]
    for k, after in zip(starts, [*starts[1:], TURNS], strict=True):
        arc = turn[k : after + 1]
        rim = reach * np.cos(arc), reach * np.sin(arc), np.full(arc.shape, -c * reach)
        share = np.linspace(0, 1, 9)[:, None]
        name, fate = ("minima", "lost") if minima[k] else ("escapes", "learned")
        artists[name].append(
            ax.plot_surface(
                *(share * x for x in rim), color=FATE_COLOURS[fate], alpha=0.6, linewidth=0,
                rcount=9, ccount=TURNS,
            )
        )  # fmt: skip
        ax.plot(*rim, color=FATE_COLOURS[fate], linewidth=1.6)
    size = math.hypot(v[0], v[1])
    if size > 0:
        x, y = side * v[:2] / size
        ax.plot([0, x], [0, y], [0, 0], color=INK, linewidth=1.4)
        ax.text(1.1 * x, 1.1 * y, 0.0, "ṽ", ha="center", va="center")
    ax.plot([0], [0], [0], "o", color=INK, markersize=3.5)
    ax.set(xlim=(-side, side), ylim=(-side, side), zlim=(-side, side),
           xlabel="$w_1$", ylabel="$w_2$", zlabel="$b$")  # fmt: skip
    ax.set(xticks=[-side, 0, side], yticks=[0, side], zticks=[-side, 0, side])
    ax.tick_params(pad=-2, labelsize=8)
    ax.xaxis.labelpad = ax.yaxis.labelpad = ax.zaxis.labelpad = -7
    ax.set_box_aspect((1, 1, 1), zoom=0.86)
    ax.view_init(elev=16, azim=-58)
    return artists


@styled
def draw_loss_without_bias(
    ax: Axes, prob: Problem, extent: float = 1.6, cells: int = 121
) -> dict[str, Any]:
    """Draw (F(w) - F(0)) / F(0) over the weights of two inputs, all biases zero.

    Blue lies below the trivial loss, grey above (clipped at 2); the line is F(w) = F(0), the dot
    the origin, the only dead point of the picture, the star the target.

    Parameters
    ----------
    ax : matplotlib axes
    prob : Problem
        With d = 2 and a target of bias 0.
    extent : float
        Half the side of the square shown.
    cells : int
        Number of grid points in each direction, >= 2.

    Returns
    -------
    dict
        image, level, origin and target.

    Raises
    ------
    ValueError
        If d is not 2, or the target has a bias.
    """
    if prob.target.shape != (3,) or prob.target[2] != 0:
        raise ValueError(f"prob must have d = 2 and a target of bias 0, got {prob.target}")
    side, cells = checks.positive("extent", extent), checks.count("cells", cells, 2)
    line = np.linspace(-side, side, cells)
    grid = np.stack([*np.meshgrid(line, line), np.zeros((cells, cells))], axis=-1)
    ratio = prob.excess_loss(grid) / prob.trivial_loss
    half = side / (cells - 1)
    image = ax.imshow(  # a pixel's centre is where its loss was computed
        ratio, extent=(-side - half, side + half, -side - half, side + half), cmap=_LOSS_MAP,
        norm=TwoSlopeNorm(0.0, -1.0, 2.0), interpolation="bilinear",
    )  # fmt: skip
    artists = {
        "image": image,
        "level": ax.contour(line, line, ratio, levels=[0.0], colors=INK, linewidths=1.4),
        "origin": ax.plot([0], [0], "o", color=FATE_COLOURS["lost"], markersize=6)[0],
        "target": mark_target(ax, *(float(x) for x in prob.target[:2])),
    }
    ax.set(xlim=(-side, side), ylim=(-side, side), xlabel="weight $w_1$", ylabel="weight $w_2$")
    return artists
