"""Pictures of blind starts: two caps on a ball, the dead cone's shadow, where a bias goes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..laws import UniformBall
from ..palette import FATE_COLOURS, TARGET_COLOUR
from ..problem import Problem
from .style import FAINT, INK, SERIES, mark_target, styled


@styled
def draw_caps(ax: Axes, target: ArrayLike, path: ArrayLike, radius: float = 1.0) -> dict[str, Any]:
    """Draw where the target and the points of a run answer, on the disc spanned by v~ and w~.

    The target's cap is gold. Of the run the first cap is dashed, the last filled, those between
    are thin lines.

    Parameters
    ----------
    ax : matplotlib axes
    target : array_like of shape (3,)
        The target (p, q, b) in the plane, q = 0 where it points to the right.
    path : array_like of shape (k, 3)
        Points of a run in the same coordinates.
    radius : float
        Radius c of the disc.

    Returns
    -------
    dict
        disc, target, and caps: a list, one for each point of the path that is not dead.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    v, c = checks.vector("target", target, 3), checks.positive("radius", radius)
    points = checks.vectors("path", path, 3).reshape(-1, 3)
    disc = ax.add_patch(Circle((0, 0), c, facecolor="none", edgecolor=FAINT, linewidth=1.2))
    artists: dict[str, Any] = {"disc": disc, "caps": []}
    artists["target"] = ax.add_patch(
        Polygon(_cap(v, c), facecolor=TARGET_COLOUR, edgecolor=INK, alpha=0.55, linewidth=1.2)
    )
    for k, w in enumerate(points):
        outline = _cap(w, c)
        if not outline.size:
            continue
        last = k == len(points) - 1
        look: dict[str, Any] = {"facecolor": "none", "linewidth": 1.1}
        if last:
            look = {"facecolor": FATE_COLOURS["lost"] + "70", "linewidth": 1.6}
        elif k == 0:
            look |= {"linestyle": (0, (4, 2)), "linewidth": 1.6}
        patch = Polygon(outline, edgecolor=FATE_COLOURS["lost"], **look)
        artists["caps"].append(ax.add_patch(patch))
    for name, u in (("ṽ", v), ("w̃", points[0])):
        size = math.hypot(u[0], u[1])
        if size > 0:
            x, y = u[:2] / size
            arrow = {"arrowstyle": "->", "color": INK}
            ax.annotate("", (1.2 * c * x, 1.2 * c * y), (0, 0), arrowprops=arrow)
            ax.text(1.32 * c * x, 1.32 * c * y, name, ha="center", va="center")
    ax.set(aspect="equal", xlim=(-1.45 * c, 1.45 * c), ylim=(-1.15 * c, 1.15 * c))
    ax.axis("off")
    return artists


@styled
def draw_shadow(ax: Axes, prob: Problem, starts: ArrayLike, extent: float = 1.6) -> dict[str, Any]:
    """Draw the dead cone of one input, the target as a lamp, and the shadow: the blind starts.

    From each start a line runs to the target; where it meets the dead cone the start is blind and
    drawn vermillion (a full disc if it is blind for ever, as for c <= 1).

    Parameters
    ----------
    ax : matplotlib axes
    prob : Problem
        With inputs uniform on an interval [-c, c].
    starts : array_like of shape (n, 2)
        Neurons (weight, bias).
    extent : float
        Half the side of the square shown.

    Returns
    -------
    dict
        cone, shadow, target, lines (one for each start), blind (a list of bool).

    Raises
    ------
    ValueError
        If the law is another one, or an argument has the wrong shape or range.
    """
    if not (isinstance(prob.law, UniformBall) and prob.dim == 1):
        raise ValueError(f"prob must have inputs on an interval, UniformBall(1), got {prob.law!r}")
    side, w = checks.positive("extent", extent), checks.vectors("starts", starts, 2).reshape(-1, 2)
    c, v = prob.law.support_radius, prob.target
    far = 8 * side
    edge, away = math.atan(1 / c), math.atan2(-v[0], v[1])  # angles from straight down
    artists: dict[str, Any] = {}
    for name, low, high, look in (
        ("shadow", min(-edge, away), max(edge, away), {"alpha": 0.25}),
        ("cone", -edge, edge, {"alpha": 0.45, "hatch": "///"}),
    ):
        turn = np.linspace(low, high, 25)
        rim = far * np.column_stack([np.sin(turn), -np.cos(turn)])
        colour = FATE_COLOURS["lost"]
        artists[name] = ax.fill(
            *np.vstack([[0, 0], rim]).T, facecolor=colour, edgecolor=colour, linewidth=0, **look
        )[0]
    blind = prob.is_blind(w)
    artists |= {"blind": blind.tolist(), "lines": []}
    for (x, y), hidden in zip(w, blind, strict=True):
        colour, dash = (FATE_COLOURS["lost"], (0, (3, 2))) if hidden else (INK, "-")
        line = ax.plot([x, v[0]], [y, v[1]], color=colour, linewidth=1.2, linestyle=dash)
        artists["lines"] += line
        full = colour if hidden and c <= 1 else "white"
        ax.plot([x], [y], "o", color=colour, markerfacecolor=full, markersize=7, zorder=5)
    artists["target"] = mark_target(ax, v[0], v[1])
    ax.text(0, -0.85 * side, "dead", ha="center")
    ax.set(aspect="equal", xlim=(-side, side), ylim=(-side, side), xlabel="weight", ylabel="bias b")
    return artists


@styled
def draw_drift(ax: Axes, curves: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> dict[str, Any]:
    """Draw the speed of k = b/|w~| of a blind neuron against k, and mark where it turns positive.

    Parameters
    ----------
    ax : matplotlib axes
    curves : mapping from a label to (k, speed), array_likes of shape (n,)
        One to four laws; k increasing.

    Returns
    -------
    dict
        lines: a list, one for each label; turns: the place of the sign change of each, or None.

    Raises
    ------
    ValueError
        If there is no curve or more than four, or shapes differ.
    """
    if not 1 <= len(curves) <= len(SERIES):
        raise ValueError(f"curves must hold 1 to {len(SERIES)} laws, got {len(curves)}")
    artists: dict[str, Any] = {"lines": [], "turns": []}
    ax.axhline(0, color=FAINT, linewidth=1)
    for (name, given), (colour, _, dash) in zip(curves.items(), SERIES, strict=False):
        k, speed = (checks.finite_array(f"curves[{name!r}]", x) for x in given)
        if k.shape != speed.shape or k.ndim != 1:
            raise ValueError(f"curves[{name!r}] must be two arrays of one shape (n,), got "
                             f"{k.shape} and {speed.shape}")  # fmt: skip
        artists["lines"] += ax.plot(k, speed, color=colour, linestyle=dash, label=name)
        turn = _crossing(k, speed)
        artists["turns"].append(turn)
        if turn is not None:
            ax.plot([turn], [0], "o", color=colour, markersize=7, zorder=5)
    ax.set(xlabel="k = b / a", ylabel="speed of k")
    ax.legend(loc="best")
    return artists


def _cap(u: Array, c: float) -> Array:
    """The outline of the part of the disc of radius c where u~.x + b > 0; empty if dead."""
    size, b = math.hypot(u[0], u[1]), float(u[2])
    if b <= -c * size:
        return np.empty((0, 2))
    half = math.pi if b >= c * size else math.acos(-b / (c * size))
    turn = math.atan2(u[1], u[0]) + np.linspace(-half, half, 121)
    return c * np.column_stack([np.cos(turn), np.sin(turn)])


def _crossing(k: Array, speed: Array) -> float | None:
    """Where a curve first rises through 0, by a straight line between its points."""
    rises = np.flatnonzero((speed[:-1] <= 0) & (speed[1:] > 0))
    if not rises.size:
        return None
    i = rises[0]
    return float(k[i] - speed[i] * (k[i + 1] - k[i]) / (speed[i + 1] - speed[i]))
