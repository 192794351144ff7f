"""The packaged style, new figures in it, and files that are the same bytes every time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import checks
from ..palette import FATE_COLOURS

P = ParamSpec("P")
T = TypeVar("T")

STYLE = mpl.rc_params_from_file(
    Path(__file__).parents[1] / "book.mplstyle", use_default_template=False
)
WIDTH = 6.8  # inches, the book's text column
INK, FAINT = "#222222", "#999999"
LEARNER, FILL = "#009E73", "#DCDCDC"  # the neuron that learns, where no fate is told; a support
SERIES = [(LEARNER, "o", "-"), (INK, "s", "--"), ("#56B4E9", "^", "-."), ("#8C510A", "D", ":")]


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Make `draw` use the book's style, and leave the caller's as it was."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return wrapper


def new_figure(
    ncols: int = 1, nrows: int = 1, height: float = 2.8, **options: Any
) -> tuple[Figure, Any]:
    """Return a figure as wide as the book's column, and its axes as `plt.subplots` gives them.

    Parameters
    ----------
    ncols, nrows : int
        Number of panels, >= 1.
    height : float
        Height in inches, > 0.
    **options : Any
        Passed on to `plt.subplots`, for example `subplot_kw={"projection": "3d"}`.

    Returns
    -------
    (Figure, Axes or array of Axes)

    Raises
    ------
    ValueError
        If an argument has the wrong shape or range; the message says what to pass.
    """
    shape = checks.count("nrows", nrows), checks.count("ncols", ncols)
    # Load the backend outside the style: Jupyter's sets `interactive`, which the style would unset.
    plt.draw_if_interactive()
    with mpl.rc_context(STYLE):
        return plt.subplots(*shape, figsize=(WIDTH, checks.positive("height", height)), **options)


@styled
def add_legend(ax: Axes | Figure, **options: Any) -> Any:
    """Add a legend of the labelled artists in the book's style.

    Parameters
    ----------
    ax : matplotlib axes or figure
    **options : Any
        As for matplotlib's `legend`.

    Returns
    -------
    Legend
    """
    return ax.legend(**options)


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure as .png, .svg or .pdf without dates, so that equal figures are equal bytes.

    Parameters
    ----------
    figure : matplotlib figure
    path : str or Path
        Where to write; the suffix chooses the format.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ValueError
        If the suffix is another one.
    """
    path = Path(path)
    kind = checks.choice("the suffix of path", path.suffix.lower(), (".png", ".svg", ".pdf"))
    undated = {".png": "Software", ".svg": "Date", ".pdf": "CreationDate"}[kind]
    with mpl.rc_context(STYLE):
        figure.savefig(path, metadata={undated: None})
    return path


def fate_name(fate: Any) -> str:
    """The lower-case name of a `Fate` member or of a name."""
    return checks.choice("fate", str(getattr(fate, "name", fate)).lower(), tuple(FATE_COLOURS))


def mark_target(ax: Axes, x: float, y: float) -> Any:
    """Draw the target's star."""
    from ..palette import TARGET_COLOUR

    return ax.plot(
        [x], [y], marker="*", markersize=14, color=TARGET_COLOUR, markeredgecolor=INK,
        markeredgewidth=0.8, linestyle="none", zorder=6,
    )[0]  # fmt: skip
