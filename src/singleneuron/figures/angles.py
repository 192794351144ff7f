"""Pictures of the angle to the target: the zones of directions, angles in time, two balls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Wedge
from numpy.typing import ArrayLike

from .. import checks
from ..palette import FATE_COLOURS
from .style import FAINT, INK, fate_name, mark_target, styled

if TYPE_CHECKING:
    from ..problem import Problem


@styled
def draw_zones(ax: Axes, beta: float, radius: float = 1.0) -> dict[str, Any]:
    r"""Draw the directions in three zones: below beta, above :math:`\pi/2 + \beta`, between.

    Half planes of weights, along the target and across; the zones are those of starts with b = 0.

    Parameters
    ----------
    ax : matplotlib axes
    beta : float
        In radians, from 0 to pi.
    radius : float
        Length of the sectors, > 0.

    Returns
    -------
    dict
        learned, and lost where there is such a zone.

    Raises
    ------
    ValueError
        If beta is not in [0, pi] or the radius is not positive.
    """
    beta, radius = _beta(beta), checks.positive("radius", radius)
    artists: dict[str, Any] = {}
    for name, ends in (("learned", (0.0, beta)), ("lost", (math.pi / 2 + beta, math.pi))):
        if ends[0] >= ends[1]:
            continue
        wedge = Wedge((0, 0), radius, *np.degrees(ends), facecolor=FATE_COLOURS[name], alpha=0.16)
        artists[name] = ax.add_patch(wedge)
    for angle in (beta, math.pi / 2 + beta):
        if 0 < angle < math.pi:
            x, y = radius * np.cos(angle), radius * np.sin(angle)
            ax.plot([0, x], [0, y], color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
    return artists


@styled
def draw_turning(
    ax: Axes, times: ArrayLike, angles: ArrayLike, fates: Sequence[Any], beta: float
) -> dict[str, Any]:
    """Draw the angle to the target, in degrees, against time, and the lines between the zones.

    Parameters
    ----------
    ax : matplotlib axes
    times : array_like of shape (K+1,)
        From 0 on; the axis is linear up to 1 and logarithmic beyond.
    angles : array_like of shape (K+1, n)
        In radians.
    fates : sequence of n Fate or str
        Colours the curves: these fates are proved.
    beta : float
        In radians, from 0 to pi.

    Returns
    -------
    dict
        curves and lines.

    Raises
    ------
    ValueError
        If a shape does not fit, beta is not in [0, pi] or a fate is none.
    """
    beta, t = _beta(beta), checks.finite_array("times", times)
    theta = checks.finite_array("angles", angles)
    if t.ndim != 1 or theta.shape != (t.size, len(fates)):
        raise ValueError(
            f"angles must have shape (K+1, n) = {(t.size, len(fates))}, got {theta.shape}; pass "
            "one column for each fate"
        )
    artists: dict[str, Any] = {"curves": [], "lines": []}
    for curve, fate in zip(np.degrees(theta).T, fates, strict=True):
        artists["curves"] += ax.plot(t, curve, color=FATE_COLOURS[fate_name(fate)], linewidth=1.2)
    for angle, name in ((beta, "β"), (beta + math.pi / 2, "π/2 + β")):
        if angle < math.pi:
            line = ax.axhline(np.degrees(angle), color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
            artists["lines"].append(line)
            ax.annotate(name, (1.0, np.degrees(angle)), (3, -3), xycoords=("axes fraction", "data"),
                        textcoords="offset points")  # fmt: skip
    ax.set_xscale("symlog", linthresh=1.0, linscale=0.5)
    ax.set(xlim=(0, t[-1]), ylim=(-5, 185), yticks=[0, 45, 90, 135, 180])
    ax.set(xlabel="time", ylabel="angle (degrees)")
    return artists


@styled
def draw_balls(
    ax: Axes, prob: Problem, z: ArrayLike, extent: tuple[float, float, float, float]
) -> dict[str, Any]:
    """Draw the safe ball about the target and the lost ball about z, where w~ is a multiple of v~.

    The plane holds the component of the weights along v~ and the bias; the dead cone is hatched.

    Parameters
    ----------
    ax : matplotlib axes
    prob : Problem
        Reduced, of a ball or sphere in two or more dimensions.
    z : array_like of shape (..., 2)
        Dead points of the plane.
    extent : (left, right, bottom, top)
        What is shown.

    Returns
    -------
    dict
        cone, safe, the list lost and target.

    Raises
    ------
    ValueError
        If the law is unbounded, a point of z is not dead or a shape is wrong.
    """
    from ..cones import lost_ball_radius

    points = checks.vectors("z", z, 2).reshape(-1, 2)
    c, v = prob.law.support_radius, prob.target
    if len(v) != 3 or not math.isfinite(c):
        raise ValueError(f"prob must be reduced, of a ball or sphere, got {prob!r}; pass .reduced")
    full = np.column_stack([points[:, 0], np.zeros(len(points)), points[:, 1]])
    radii = lost_ball_radius(prob.law, v, full)
    far = 4 * max(abs(float(x)) for x in extent)
    edge = [(-far, -c * far), (0, 0), (far, -c * far)]
    cone = Polygon(edge, closed=True, facecolor="none", edgecolor=FAINT, hatch="///", linewidth=0)
    artists: dict[str, Any] = {"cone": ax.add_patch(cone), "lost": []}
    ax.plot(*np.transpose(edge), color=FATE_COLOURS["lost"], linewidth=1.2)
    artists["safe"] = _ball(ax, (v[0], v[2]), prob.safe_radius, "learned")
    for point, radius in zip(points, radii, strict=True):
        artists["lost"].append(_ball(ax, point, float(radius), "lost"))
        ax.plot(*point, "o", color=FATE_COLOURS["lost"], markersize=4)
    artists["target"] = mark_target(ax, v[0], v[2])
    left, right, bottom, top = (float(x) for x in checks.vector("extent", extent, 4))
    ax.set(aspect="equal", xlim=(left, right), ylim=(bottom, top))
    ax.set(xlabel="weight along the target", ylabel="bias")
    return artists


def _ball(ax: Axes, middle: Any, radius: float, fate: str) -> Any:
    turn = np.linspace(0, 2 * math.pi, 241)
    rim = np.column_stack([middle[0] + radius * np.cos(turn), middle[1] + radius * np.sin(turn)])
    colour = FATE_COLOURS[fate]
    ax.plot(*rim.T, color=colour, linewidth=1.6)
    return ax.add_patch(Polygon(rim, closed=True, facecolor=colour, alpha=0.16))


def _beta(beta: float) -> float:
    beta = checks.number("beta", beta)
    if not 0 <= beta <= math.pi:
        raise ValueError(f"beta must be in [0, pi], got {beta}; pass radians")
    return beta
