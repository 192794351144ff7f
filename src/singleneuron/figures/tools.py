"""Pictures of the four tools: where gradient steps end, and why mass gives curvature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .. import checks
from .style import FAINT, INK, SERIES, mark_target, styled

if TYPE_CHECKING:
    from ..laws import Law


@styled
def draw_step_ends(ax: Axes, ends: Mapping[float, ArrayLike]) -> dict[str, Any]:
    """Draw where steps from w end, in coordinates in which w is (0, 0) and the target (1, 0).

    The dotted half circle, with diameter from w to the target, bounds steps of size 1/L; the
    solid one about the target bounds steps up to 2/L.

    Parameters
    ----------
    ax : matplotlib axes
    ends : mapping from step size in units of 1/L to array_like of shape (n, 2)
        Of each end the coordinate along the line from w to the target and the distance from that
        line, both over the distance of w to the target. One to four sizes.

    Returns
    -------
    dict
        points (one for each size), circles, target.

    Raises
    ------
    ValueError
        If there is no step size or more than four, or a shape is wrong.
    """
    if not 1 <= len(ends) <= len(SERIES):
        raise ValueError(f"ends must hold 1 to {len(SERIES)} step sizes, got {len(ends)}")
    artists: dict[str, Any] = {"points": [], "circles": []}
    for (size, given), (colour, mark, _) in zip(ends.items(), SERIES, strict=False):
        along, across = checks.vectors(f"ends[{size}]", given, 2).reshape(-1, 2).T
        artists["points"] += ax.plot(
            along, across, mark, color=colour, markersize=2.4, alpha=0.6, markeredgewidth=0,
            label=f"η = {size:g}/L", rasterized=True,
        )  # fmt: skip
    turn = np.linspace(0, np.pi, 181)
    for middle, dash in ((0.5, (0, (1, 1.5))), (1.0, "-")):
        x, y = middle + middle * np.cos(turn), middle * np.sin(turn)
        artists["circles"] += ax.plot(x, y, color=INK, linewidth=1.4, linestyle=dash)
    ax.plot([0], [0], "o", color=INK, markersize=7, zorder=6)
    ax.annotate("w", (0, 0), (-5, 7), textcoords="offset points", ha="right")
    artists["target"] = mark_target(ax, 1.0, 0.0)
    ax.set(aspect="equal", xlabel="along the line from w to v", ylabel="distance from it")
    ax.set(xlim=(-0.12, 2.1), ylim=(-0.06, 1.06))
    ax.legend(loc="upper right", markerscale=2.5, bbox_to_anchor=(1.38, 1.0))
    return artists


@styled
def draw_curvature_bounds(
    ax: Axes, law: Law, mass: float, exact: ArrayLike | None = None
) -> dict[str, Any]:
    r"""Draw the two lower bounds of E (u.x)^2 1_A against t = |u~|, and where they cross.

    .. math:: p\,(\sqrt{1-t^2} - tc)_+^2 \quad\text{and}\quad p^3 t^2 / (12 c'^2).

    Parameters
    ----------
    ax : matplotlib axes
    law : Law
        With bounded support and bounded marginal densities.
    mass : float
        p, the probability of A, in (0, 1].
    exact : array_like of shape (n,), optional
        The least value of all events, at n equidistant t from 0 to 1.

    Returns
    -------
    dict
        height, bathtub, crossing and, if given, exact.

    Raises
    ------
    ValueError
        If the law is unbounded or has no bounded marginal densities, or p is not in (0, 1].
    """
    from ..bounds import curvature_bound

    least = float(curvature_bound(law, checks.positive("mass", mass)))
    c, density = law.support_radius, law.density_bound
    t = np.linspace(0, 1, 801)
    height = mass * np.maximum(np.sqrt(1 - t**2) - t * c, 0) ** 2
    bathtub = mass**3 * t**2 / (12 * density**2)
    cross = (1 + (c + mass / (np.sqrt(12) * density)) ** 2) ** -0.5
    artists: dict[str, Any] = {}
    if exact is not None:
        values = checks.finite_array("exact", exact)
        artists["exact"] = ax.plot(
            np.linspace(0, 1, values.size), values, color=FAINT, linewidth=5, alpha=0.6,
            label="least of all events",
        )[0]  # fmt: skip
    for name, curve, (colour, _, dash), label in (
        ("height", height, SERIES[0], "height"),
        ("bathtub", bathtub, SERIES[1], "bathtub"),
    ):
        artists[name] = ax.plot(t, curve, color=colour, linestyle=dash, label=label)[0]
    artists["crossing"] = ax.plot([cross], [least], "o", color=INK, markersize=6, zorder=5)[0]
    ax.annotate("λ(p)", (cross, least), (-8, 7), textcoords="offset points", ha="right")
    ax.set(xlabel="length t of ũ", ylabel="E (u·x)² on A", xlim=(0, 1))
    ax.set(ylim=(0, 4 * max(least, float(bathtub[-1]))))
    ax.legend(loc="upper right")
    return artists
