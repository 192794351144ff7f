"""Pictures of rates: how fast the distance to the target falls, and how fast it was bound to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from .. import checks
from ..palette import FATE_COLOURS
from .style import FAINT, LEARNER, SERIES, styled

if TYPE_CHECKING:
    from ..dynamics import Trajectory

_LEAST = 1e-4  # of the squared distance at the start: the lowest that is shown


@styled
def draw_decays(ax: Axes, run: Trajectory, squared: float | None = None) -> dict[str, Any]:
    """Draw the squared distance to the target, as a share of that at the start, of many runs.

    Parameters
    ----------
    ax : matplotlib axes
    run : Trajectory
        One start or a batch; a straight line on this scale is a linear rate.
    squared : float, optional
        A factor a step in (0, 1], such as `LocalRate.squared`: its slope is drawn as a dashed line.

    Returns
    -------
    dict
        lines (one for each start) and, if asked for, slope.

    Raises
    ------
    ValueError
        If `squared` is not in (0, 1].
    """
    square = run.distance.reshape(len(run.times), -1) ** 2
    share = np.maximum(square / square[0], 1e-30)
    artists: dict[str, Any] = {
        "lines": ax.plot(run.times, share, color=FATE_COLOURS["learned"], linewidth=1, alpha=0.7)
    }
    if squared is not None:
        squared = checks.positive("squared", squared)
        if squared > 1:
            raise ValueError(f"squared must be at most 1, got {squared}; pass LocalRate.squared")
        artists["slope"] = ax.plot(
            run.times, squared**run.times, color="black", linewidth=1.4, linestyle=(0, (5, 2)),
            label="local rate", zorder=5,
        )[0]  # fmt: skip
        ax.legend(loc="upper right")
    ax.set(xlabel="step", ylabel="|w − v|², share of the start", yscale="log")
    ax.set(xlim=(0, run.times[-1]), ylim=(1e-9, 2))
    return artists


@styled
def draw_rates(
    ax: Axes,
    measured: ArrayLike,
    along: ArrayLike,
    promised: Mapping[str, float],
    squared: float | None = None,
) -> dict[str, Any]:
    r"""Draw one run's squared distance against what was promised; both axes logarithmic.

    Parameters
    ----------
    ax : matplotlib axes
    measured : array_like of shape (K+1,)
        :math:`|w_t - v|^2 / |w_0 - v|^2`.
    along : array_like of shape (K+1,)
        What the overlaps of the run itself allow: the product of the factors so far.
    promised : mapping from a label to a number in (0, 1)
        One minus a factor a step, known at the start; at most two.
    squared : float, optional
        The factor a step near the target, in (0, 1).

    Returns
    -------
    dict
        measured, along, promised (a list) and, if asked for, local.

    Raises
    ------
    ValueError
        If a number is out of range, or the first two differ in length.
    """
    shares = checks.finite_array("measured", measured)
    others = checks.vector("along", along, shares.size)
    if not 1 <= len(promised) <= 2:
        raise ValueError(f"promised must hold one or two rates, got {len(promised)}; draw fewer")
    steps = np.arange(shares.size)
    artists: dict[str, Any] = {"promised": []}
    for (label, rate), style in zip(promised.items(), SERIES[2:], strict=False):
        artists["promised"].append(_decay(ax, label, rate, style))
    if squared is not None:
        dots = (FAINT, "", (0, (1, 1)))
        artists["local"] = _decay(ax, "local rate", 1 - checks.positive("squared", squared), dots)
    for name, values, colour, dash in (
        ("along", others, SERIES[1][0], SERIES[1][2]), ("measured", shares, LEARNER, "-"),
    ):  # fmt: skip
        label = {"along": "its own overlaps", "measured": "measured"}[name]
        artists[name] = ax.plot(
            steps[1:], values[1:], color=colour, linestyle=dash, linewidth=2, label=label
        )[0]
    ax.set(xscale="log", yscale="log", ylim=(_LEAST, 2))
    ax.set(xlabel="step", ylabel="|w − v|², share of the start")
    return artists


def _decay(ax: Axes, label: str, rate: float, style: tuple[Any, ...]) -> Any:
    if not 0 < rate < 1:
        raise ValueError(
            f"{label} must be one minus a factor, in (0, 1), got {rate}; see linear_rate"
        )
    power = np.log1p(-rate)
    steps = np.geomspace(min(1.0, 1e-3 / -power), 1.2 * np.log(_LEAST) / power, 200)
    return ax.plot(steps, np.exp(power * steps), color=style[0], linestyle=style[2], label=label)[0]
