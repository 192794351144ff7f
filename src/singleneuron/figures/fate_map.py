"""Pictures of the fate map: failure over bias and norm, and the proved bracket about a curve."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from .. import checks
from ..palette import FATE_COLOURS
from .style import FILL, INK, styled

_FAILURE = LinearSegmentedColormap.from_list("failure", ["#FFFFFF", FATE_COLOURS["lost"]])


@styled
def draw_failure_map(
    ax: Axes, biases: ArrayLike, norms: ArrayLike, probability: ArrayLike
) -> dict[str, Any]:
    """Draw probabilities of failure over the target's bias and the norm of the start.

    White is 0, vermillion 1; the lines are at 0.1, 0.5 and 0.9.

    Parameters
    ----------
    ax : matplotlib axes
    biases : array_like of shape (m,)
        Increasing.
    norms : array_like of shape (n,)
        Increasing, positive; drawn as powers of ten.
    probability : array_like of shape (m, n)
        As `failure_map` returns them.

    Returns
    -------
    dict
        mesh and lines (None where no probability crosses 0.1, 0.5 or 0.9).

    Raises
    ------
    ValueError
        If a shape does not fit or a probability is not in [0, 1].
    """
    across, up = checks.finite_array("biases", biases), checks.finite_array("norms", norms)
    chance = checks.finite_array("probability", probability)
    if chance.shape != (across.size, up.size) or (chance < 0).any() or (chance > 1).any():
        raise ValueError(
            f"probability must have shape (m, n) = {(across.size, up.size)} and lie in [0, 1], "
            f"got shape {chance.shape}; pass the map's probability"
        )
    power = np.log10(up)
    mesh = ax.pcolormesh(across, power, chance.T, cmap=_FAILURE, vmin=0, vmax=1, shading="gouraud")
    levels = [x for x in (0.1, 0.5, 0.9) if chance.min() < x < chance.max()]
    lines = None
    if levels:
        lines = ax.contour(across, power, chance.T, levels=levels, colors=INK, linewidths=1.0)
        ax.clabel(lines, fmt="%g", fontsize=8)
    ax.set(xlabel="bias of the target", ylabel="log₁₀ of the norm")
    return {"mesh": mesh, "lines": lines}


@styled
def draw_bracket(
    ax: Axes, norms: ArrayLike, exact: ArrayLike, lower: ArrayLike, upper: ArrayLike
) -> dict[str, Any]:
    """Draw a probability of failure against the norm, inside its proved bracket.

    Parameters
    ----------
    ax : matplotlib axes
    norms : array_like of shape (n,)
        Positive; the axis is logarithmic.
    exact, lower, upper : array_like of shape (n,)

    Returns
    -------
    dict
        band and line.

    Raises
    ------
    ValueError
        If a shape does not fit.
    """
    x = checks.finite_array("norms", norms).ravel()
    middle, low, high = (
        checks.vector(name, given, x.size)
        for name, given in (("exact", exact), ("lower", lower), ("upper", upper))
    )
    band = ax.fill_between(x, low, high, color=FILL, label="proved bracket")
    for edge in (low, high):
        ax.plot(x, edge, color=INK, linewidth=0.8)
    line = ax.plot(x, middle, color=FATE_COLOURS["lost"], linewidth=2, label="P(lost)")[0]
    ax.set(xscale="log", ylim=(-0.03, 1.03), xlabel="norm of the start", ylabel="probability")
    ax.legend(loc="upper left")
    return {"band": band, "line": line}
