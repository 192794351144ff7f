"""Pictures of sets: where neurons are active, the dead cone, polar sets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..laws import Law
from ..palette import FATE_COLOURS, TARGET_COLOUR
from .style import FAINT, FILL, INK, LEARNER, styled


@styled
def draw_arcs(
    ax: Axes, w: ArrayLike, v: ArrayLike, radius: float = 1.0, rings: int = 6
) -> dict[str, Any]:
    """Draw a disc of inputs, cut into rings, with the arcs on which w.x > 0 and v.x > 0.

    On each ring the inner line is where the learner is active, the outer line where the target is;
    both together, shaded, is the overlap. Straight lines are w.x = 0 and v.x = 0, dashed circles
    the radii at which an arc opens or closes or the two lines cross.

    Parameters
    ----------
    ax : matplotlib axes
    w, v : array_like of shape (3,)
        Learner and target over two-dimensional inputs, bias last; v~ is not 0.
    radius : float
        Radius c of the disc.
    rings : int
        Number of rings.

    Returns
    -------
    dict
        disc, the lists learner, target, lines and kinks, and overlap if there is one.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    w, v = checks.vector("w", w, 3), checks.vector("v", v, 3)
    c = checks.positive("radius", radius)
    rings = checks.count("rings", rings)
    artists: dict[str, Any] = {"learner": [], "target": [], "kinks": [], "lines": []}
    artists["disc"] = ax.add_patch(Circle((0, 0), c, facecolor="none", edgecolor=FAINT))
    grid = np.linspace(-c, c, 401)
    x1, x2 = np.meshgrid(grid, grid)
    both = (w[0] * x1 + w[1] * x2 + w[2] > 0) & (v[0] * x1 + v[1] * x2 + v[2] > 0)
    both &= x1**2 + x2**2 <= c**2
    if both.any():
        artists["overlap"] = ax.contourf(
            x1, x2, both.astype(float), levels=[0.5, 1.5], colors=[FILL]
        )
    gap = 0.028 * c
    for s in c * (np.arange(rings) + 0.75) / rings:
        _arc(ax, artists["learner"], w, s - gap / 2, s, LEARNER, "w · x > 0")
        _arc(ax, artists["target"], v, s + gap / 2, s, TARGET_COLOUR, "v · x > 0")
    for u, colour, name in ((w, LEARNER, "w"), (v, TARGET_COLOUR, "v")):
        size = math.hypot(u[0], u[1])
        if size == 0:
            continue
        foot, along = -u[2] * u[:2] / size**2, np.array([-u[1], u[0]]) / size
        half = math.sqrt(max(c**2 - float(foot @ foot), 0.0))
        ends = np.stack([foot - half * along, foot + half * along])
        if half > 0:
            artists["lines"] += ax.plot(*ends.T, color=colour, linewidth=1.2, linestyle=(0, (6, 2)))
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
        x, y = (float(t) for t in c * u[:2] / size)
        ax.annotate("", (1.2 * x, 1.2 * y), (x, y), arrowprops=arrow)
        ax.text(1.27 * x, 1.27 * y, f"${name}$", ha="center", va="center", fontsize=10)
    for s in _kinks(w, v):
        if 0 < s < c:
            kink = Circle(
                (0, 0), s, fill=False, edgecolor=INK, linewidth=0.9, linestyle=(0, (2, 2))
            )
            artists["kinks"].append(ax.add_patch(kink))
    ax.set(xlim=(-1.33 * c, 1.33 * c), ylim=(-1.33 * c, 1.33 * c), aspect="equal")
    ax.axis("off")
    return artists


def _arc(
    ax: Axes, into: list[Any], u: Array, drawn: float, s: float, colour: str, label: str
) -> None:
    """Draw at radius `drawn` the arc of the circle of radius s on which u.x > 0."""
    a = math.hypot(u[0], u[1])
    if s * a == 0:
        half = math.pi if u[2] > 0 else 0.0
    else:
        half = 2 * math.asin(math.sqrt(min(max((s * a + u[2]) / (2 * s * a), 0.0), 1.0)))
    if half > 0:
        phi = math.atan2(u[1], u[0]) + np.linspace(-half, half, 200)
        into += ax.plot(drawn * np.cos(phi), drawn * np.sin(phi), color=colour, linewidth=2.2,
                        solid_capstyle="butt", label=label if not into else None)  # fmt: skip


def _kinks(w: Array, v: Array) -> list[float]:
    radii = [abs(u[2]) / math.hypot(u[0], u[1]) for u in (w, v) if u[:2].any()]
    if abs(w[0] * v[1] - w[1] * v[0]) > 1e-12 * np.linalg.norm(w[:2]) * np.linalg.norm(v[:2]):
        crossing = np.linalg.solve(np.stack([w[:2], v[:2]]), -np.array([w[2], v[2]]))
        radii.append(float(np.linalg.norm(crossing)))
    return radii


@styled
def draw_dead_cone_3d(
    ax: Any, radius: float, extent: float = 1.0, target: ArrayLike | None = None
) -> dict[str, Any]:
    """Draw the dead cone b <= -c |w~| of a disc of inputs, parameters (w1, w2, b).

    Parameters
    ----------
    ax : matplotlib axes with projection="3d"
    radius : float
        Radius c of the disc; math.inf: unbounded inputs, the cone is then a ray.
    extent : float
        Half the side of the box shown.
    target : array_like of shape (3,), optional
        Where to put the target's star.

    Returns
    -------
    dict
        cone; its rim where it is not a ray; and, if given, target.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    side, colour = checks.positive("extent", extent), FATE_COLOURS["lost"]
    artists: dict[str, Any] = {}
    if math.isinf(radius):
        artists["cone"] = ax.plot([0, 0], [0, 0], [0, -side], color=colour, linewidth=3)[0]
    else:
        c = checks.positive("radius", radius)
        reach = min(side / c, side)
        turn = np.linspace(0, 2 * np.pi, 73)
        rim = reach * np.cos(turn), reach * np.sin(turn), np.full(turn.shape, -c * reach)
        share = np.linspace(0, 1, 25)[:, None]  # of the way from the apex to the rim
        artists["cone"] = ax.plot_surface(
            *(share * x for x in rim), color=colour, alpha=0.55, rcount=25, ccount=73, linewidth=0
        )
        artists["rim"] = ax.plot(*rim, color=colour, linewidth=1.4)[0]
    ax.plot([0], [0], [0], "o", color=INK, markersize=3.5)
    if target is not None:
        v = checks.vector("target", target, 3)
        artists["target"] = ax.plot(
            *v[:, None], marker="*", markersize=13, color=TARGET_COLOUR, markeredgecolor=INK
        )[0]
    ax.set(xlim=(-side, side), ylim=(-side, side), zlim=(-side, side),
           xlabel="$w_1$", ylabel="$w_2$", zlabel="$b$")  # fmt: skip
    ax.set(xticks=[-side, 0, side], yticks=[0, side], zticks=[-side, 0, side])
    ax.tick_params(pad=-2)
    ax.xaxis.labelpad = ax.yaxis.labelpad = ax.zaxis.labelpad = -7
    ax.set_box_aspect((1, 1, 1), zoom=0.86)
    ax.view_init(elev=16, azim=-58)
    return artists


@styled
def draw_polar_cones(ax: Axes, law: Law, extent: float = 2.5) -> dict[str, Any]:
    r"""Draw the support of a law in the plane and the slice b = -1 of its dead cone.

    The slice is the polar set: all weights w~ with :math:`w~ \cdot x~ \le 1` on the support. The
    larger the support, the smaller its polar; where it is unbounded, the picture cuts it off.

    Parameters
    ----------
    ax : matplotlib axes
    law : Law
        A law of inputs in two dimensions with bounded support.
    extent : float
        Half the side of the square shown (inputs and weights share the axes).

    Returns
    -------
    dict
        support (points, or the outline of the convex support) and polar.

    Raises
    ------
    ValueError
        If the law is not two-dimensional or its support is unbounded.
    """
    if law.dim != 2 or math.isinf(law.support_radius):
        raise ValueError(f"law must be two-dimensional and bounded, got {law!r}; pass another")
    side = checks.positive("extent", extent)
    turn = np.linspace(0, 2 * np.pi, 1441)
    u = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    reach = law.support_function(u)
    polar = u / np.maximum(reach, 1 / (8 * side))[:, None]
    dead = Polygon(
        polar, facecolor="#FBE3D4", edgecolor=FATE_COLOURS["lost"], hatch="////", linewidth=1.4,
        label="dead weights at b = −1",
    )  # fmt: skip
    artists: dict[str, Any] = {"polar": ax.add_patch(dead)}
    atoms = law.atoms()
    if atoms is not None:
        artists["support"] = ax.plot(
            *atoms[0].T,
            "o",
            markersize=3.5 if len(atoms[0]) <= 30 else 2,
            color=INK,
            label="inputs",
            zorder=4,
        )[0]
    else:
        slope = np.gradient(reach, turn)  # the boundary point with outer normal u is h u + h' u'
        normal = np.stack([-u[:, 1], u[:, 0]], axis=-1)
        outline = reach[:, None] * u + slope[:, None] * normal
        edge = Polygon(outline, fill=False, edgecolor=INK, linewidth=1.4, label="inputs", zorder=4)
        artists["support"] = ax.add_patch(edge)
    ax.set(xlim=(-side, side), ylim=(-side, side), aspect="equal")
    ax.axhline(0, color=FAINT, linewidth=0.5, zorder=0)
    ax.axvline(0, color=FAINT, linewidth=0.5, zorder=0)
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    return artists
