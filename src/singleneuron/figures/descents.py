"""Pictures of runs (the path, what happened over time) and of the loss along a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import ArrayLike

from .. import checks
from ..palette import FATE_COLOURS
from .style import FAINT, INK, LEARNER, SERIES, fate_name, new_figure, styled

if TYPE_CHECKING:
    from ..dynamics import Trajectory
    from ..problem import Problem


@styled
def draw_path(
    ax: Axes,
    run: Trajectory,
    fate: Any = None,
    certified: bool = False,
    columns: tuple[int, int] = (0, -1),
) -> dict[str, Any]:
    """Draw the path of a run in a plane of two parameters, a disc where it starts.

    Parameters
    ----------
    ax : matplotlib axes
    run : Trajectory
        One start or a batch (all in one colour).
    fate : Fate or str, optional
        Colours the path; None is a neutral green.
    certified : bool
        Fill the disc: the fate is proved, not merely observed.
    columns : (int, int)
        The two parameters shown; (0, -1) is (w, b) for d = 1 and (p, b) for a reduced problem.

    Returns
    -------
    dict
        lines (two for each start of the batch: a white halo and the path), starts and ends.

    Raises
    ------
    ValueError
        If `fate` is no fate.
    """
    colour = LEARNER if fate is None else FATE_COLOURS[fate_name(fate)]
    paths = run.points[..., list(columns)].reshape(len(run.times), -1, 2)
    artists: dict[str, Any] = {"lines": [], "starts": [], "ends": []}
    for x, y in np.moveaxis(paths, 1, 0).transpose(0, 2, 1):
        artists["lines"] += ax.plot(x, y, color="white", linewidth=3.4, zorder=3)
        artists["lines"] += ax.plot(x, y, color=colour, linewidth=1.8, zorder=4)
        artists["starts"] += ax.plot(
            x[:1], y[:1], "o", markersize=7.5, markeredgewidth=1.8, color=colour, zorder=5,
            markerfacecolor=colour if certified else "white",
        )  # fmt: skip
        artists["ends"] += ax.plot(x[-1:], y[-1:], "o", markersize=3.5, color=colour, zorder=7)
    return artists


@styled
def draw_trajectory(
    axes: Sequence[Axes], run: Trajectory, fates: ArrayLike | None = None
) -> dict[str, Any]:
    """Draw excess loss over F(0), distance to the target and angle to it against time.

    Parameters
    ----------
    axes : sequence of three matplotlib axes
    run : Trajectory
        One start or a batch.
    fates : array_like of Fate or str, optional
        One for each start of the batch; colours the lines. None is a neutral green.

    Returns
    -------
    dict
        loss, distance, angle: lists of lines, one for each start of the batch.

    Raises
    ------
    ValueError
        If there are not three axes, or not one fate for each start.
    """
    axes = list(np.ravel(np.asarray(axes, dtype=object)))
    if len(axes) != 3:
        raise ValueError(f"axes must be three, got {len(axes)}; pass new_figure(ncols=3)[1]")
    shape = run.points.shape[1:-1]
    colours = [LEARNER] * int(np.prod(shape, dtype=int))
    if fates is not None:
        given = np.asarray(fates, dtype=object)
        if given.shape != shape:
            raise ValueError(f"fates must have shape {shape}, got {given.shape}; one per start")
        colours = [FATE_COLOURS[fate_name(fate)] for fate in given.ravel()]
    ratio = run.excess_loss / run.trivial_loss
    panels = {
        "loss": (ratio, "(F(w) − F(0)) / F(0)"),
        "distance": (run.distance, "distance |w − v|"),
        "angle": (np.degrees(run.angle), "angle to target (degrees)"),
    }
    artists: dict[str, Any] = {}
    for ax, (name, (values, label)) in zip(axes, panels.items(), strict=True):
        columns = values.reshape(len(run.times), -1).T
        artists[name] = [
            ax.plot(run.times, column, color=colour)[0]
            for column, colour in zip(columns, colours, strict=True)
        ]
        ax.set(xlabel="time t" if run.step_size is None else "step", ylabel=label)
        ax.set_xlim(0, max(float(run.times[-1]), 1e-300))
    axes[0].axhline(0, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes[0].axhline(-1, color=FAINT, linewidth=0.8, zorder=1)
    if np.nanmax(ratio) > 3:
        axes[0].set_yscale("symlog", linthresh=1.0)
        axes[0].yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes[1].set_ylim(bottom=0)
    axes[2].set(ylim=(-4, 184), yticks=[0, 45, 90, 135, 180])
    return artists


def plot_trajectory(run: Trajectory, axes: Sequence[Axes] | None = None) -> Any:
    """Draw a run as `draw_trajectory` does, on a new figure if need be.

    Parameters
    ----------
    run : Trajectory
        One start or a batch.
    axes : sequence of three matplotlib axes, optional
        None makes a new figure.

    Returns
    -------
    sequence of three matplotlib axes
    """
    if axes is None:
        _, axes = new_figure(ncols=3, height=2.3)
    draw_trajectory(axes, run)
    return axes


@styled
def draw_quadratic_bound(
    ax: Axes, prob: Problem, w: ArrayLike, largest: float = 2.4
) -> dict[str, Any]:
    r"""Draw the loss along one gradient step against the bound of the descent lemma.

    .. math:: F(w - \eta g) \le F(w) - \eta |g|^2 + \tfrac12 L \eta^2 |g|^2.

    Parameters
    ----------
    ax : matplotlib axes
    prob : Problem
    w : array_like of shape (d+1,)
        Where the step starts; the gradient there must not be 0.
    largest : float
        The largest step shown, in units of 1/L.

    Returns
    -------
    dict
        loss and bound.

    Raises
    ------
    ValueError
        If the gradient at w is 0.
    """
    w = checks.vector("w", w, len(prob.target))
    g, smoothness = prob.gradient(w), prob.smoothness
    square = float(g @ g)
    if square == 0:
        raise ValueError("w must have a gradient other than 0 for this figure; choose another w")
    steps = np.linspace(0, checks.positive("largest", largest), 241)
    loss = prob.loss(w - steps[:, None] / smoothness * g)
    bound = prob.loss(w) - (steps - steps**2 / 2) * square / smoothness
    dash = (0, (5, 2))
    artists = {
        "bound": ax.plot(steps, bound, color=FAINT, linestyle=dash, label="quadratic bound")[0],
        "loss": ax.plot(steps, loss, color=LEARNER, linewidth=2, label="loss along the step")[0],
    }
    ax.fill_between(steps, loss, bound, color=FAINT, alpha=0.2, linewidth=0)
    ax.axhline(float(loss[0]), color=INK, linewidth=0.8, linestyle=(0, (1, 2)))
    for stop in (1.0, 2.0):
        ax.axvline(stop, color=INK, linewidth=0.6, zorder=1)
    ax.set(xlabel="step size η, in units of 1/L", ylabel="F(w − ηg)", xlim=(0, steps[-1]))
    ax.legend(loc="best")
    return artists


@styled
def draw_rays(
    ax: Axes, prob: Problem, directions: Mapping[str, ArrayLike], longest: float = 1.5
) -> dict[str, Any]:
    r"""Draw the loss along rays from the origin: :math:`(F(t w) - F(0)) / F(0)` against t.

    Each is a parabola in t >= 0; the least value of one that dips below 0 is marked.

    Parameters
    ----------
    ax : matplotlib axes
    prob : Problem
    directions : mapping from a label to an array_like of shape (d+1,)
        One to four vectors w.
    longest : float
        The largest t shown, > 0.

    Returns
    -------
    dict
        lines (one for each direction) and least (the marks).

    Raises
    ------
    ValueError
        If there is no direction or more than four.
    """
    if not 1 <= len(directions) <= len(SERIES):
        raise ValueError(f"directions must be 1 to {len(SERIES)}, got {len(directions)}; draw that")
    t = np.linspace(0, checks.positive("longest", longest), 241)
    artists: dict[str, Any] = {"lines": [], "least": []}
    for (label, given), (colour, mark, dash) in zip(directions.items(), SERIES, strict=False):
        w = checks.vector(label, given, len(prob.target))
        ratio = prob.excess_loss(t[:, None] * w) / prob.trivial_loss
        artists["lines"] += ax.plot(t, ratio, color=colour, linestyle=dash, label=label)
        least = int(np.argmin(ratio))
        if ratio[least] < 0:
            artists["least"] += ax.plot(t[least], ratio[least], mark, color=colour)
    ax.axhline(0, color=FAINT, linewidth=0.8, zorder=1)
    ax.set(xlabel="scale t", ylabel="(F(tw) − F(0)) / F(0)", xlim=(0, t[-1]))
    ax.legend(loc="best")
    return artists
