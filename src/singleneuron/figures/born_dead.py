"""Random starts against the cone of those that are dead, and how likely they fall into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from numpy.typing import ArrayLike

from .. import checks
from ..palette import FATE_COLOURS
from .style import FAINT, SERIES, styled


@styled
def draw_starts(
    ax: Axes, starts: ArrayLike, radius: float, width: float = 2.0, height: float = 3.2
) -> dict[str, Any]:
    r"""Draw starts by length of the weights and bias, with the dead cone b <= -c |w~| of a ball.

    Across: :math:`|w~| / \sqrt d`, up: b. In these coordinates the edge of the cone is a line of
    slope :math:`-c \sqrt d`. Dead starts are filled, of the others nothing is decided.

    Parameters
    ----------
    ax : matplotlib axes
    starts : array_like of shape (n, d+1)
        Parameters, bias last.
    radius : float
        Radius c of the ball of inputs, > 0.
    width, height : float
        The picture spans [0, width] across and [-height, height] up; both > 0.

    Returns
    -------
    dict
        cone, dead and alive.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    w = checks.finite_array("starts", starts)
    if w.ndim != 2 or w.shape[1] < 2:
        raise ValueError(f"starts must have shape (n, d+1), d >= 1, got {w.shape}; stack them")
    c, d = checks.positive("radius", radius), w.shape[1] - 1
    right, top = checks.positive("width", width), checks.positive("height", height)
    length, bias = np.linalg.norm(w[:, :-1], axis=1), w[:, -1]
    dead = bias <= -c * length
    reach = min(right, top / (c * np.sqrt(d)))  # where the edge leaves the picture
    corners = [(0, 0), (reach, -c * np.sqrt(d) * reach), (reach, -top), (0, -top)]
    lost = FATE_COLOURS["lost"]
    cone = Polygon(corners, facecolor="#FBE3D4", edgecolor=lost, hatch="////", linewidth=1.4)
    artists: dict[str, Any] = {"cone": ax.add_patch(cone)}
    marks: dict[str, Any] = {"markersize": 2.6, "linestyle": "none", "rasterized": True}
    x = length / np.sqrt(d)
    artists["alive"] = ax.plot(
        x[~dead], bias[~dead], "o", color=FATE_COLOURS["undecided"], markerfacecolor="none",
        markeredgewidth=0.5, **marks,
    )[0]  # fmt: skip
    artists["dead"] = ax.plot(x[dead], bias[dead], "o", color=lost, **marks)[0]
    ax.axhline(0, color=FAINT, linewidth=0.5, zorder=0)
    ax.set(xlim=(0, right), ylim=(-top, top), xlabel="|w̃| / √d", ylabel="bias b")
    return artists


@styled
def draw_chances(
    ax: Axes,
    at: ArrayLike,
    curves: Mapping[str, ArrayLike],
    limit: ArrayLike | None = None,
    xlabel: str = "c √d",
) -> dict[str, Any]:
    """Draw probabilities against a parameter as lines without marks, and their limit.

    Parameters
    ----------
    ax : matplotlib axes
    at : array_like of shape (n,)
        Values of the parameter.
    curves : mapping from a label to an array_like of shape (n,)
        One to four curves.
    limit : array_like of shape (n,), optional
        Drawn as a broad pale line behind them.
    xlabel : str
        What the parameter is.

    Returns
    -------
    dict
        lines, a list, one for each label; and limit if it is given.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    x = checks.finite_array("at", at)
    if not 1 <= len(curves) <= len(SERIES):
        raise ValueError(f"curves must hold 1 to {len(SERIES)} curves, got {len(curves)}")
    artists: dict[str, Any] = {"lines": []}
    if limit is not None:
        y = checks.vector("limit", limit, x.size)
        artists["limit"] = ax.plot(x, y, color=FAINT, linewidth=5, alpha=0.5, label="limit")[0]
    for (label, given), (colour, _, dash) in zip(curves.items(), SERIES, strict=False):
        y = checks.vector(f"curves[{label!r}]", given, x.size)
        artists["lines"] += ax.plot(x, y, color=colour, linestyle=dash, label=label)
    ax.set(xlabel=xlabel)
    ax.legend(loc="best")
    return artists
