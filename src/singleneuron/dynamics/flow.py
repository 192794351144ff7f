"""The gradient flow, with a solver that chooses its own times."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from .descent import start_array
from .trajectory import Trajectory

if TYPE_CHECKING:
    from ..problem import Problem

_REFINE = 4  # records in each step of the solver


def gradient_flow(
    prob: Problem,
    start: ArrayLike,
    t_end: float,
    rtol: float = 1e-8,
    atol: float | None = None,
    times: ArrayLike | None = None,
    progress: bool = False,
) -> Trajectory:
    r"""Follow the gradient flow :math:`w' = -g(w)` from t = 0 to `t_end`.

    The loss and the distance to the target never grow ("Four tools"). The flow never reaches
    w = 0, since d|w|/dt >= -L|w|; started there, it rests. For samples the field jumps where an
    input becomes active; a path crosses such a jump and never slides along it.

    The solver is the Dormand-Prince pair of order 8 (scipy's DOP853) with adaptive steps, shared by
    the batch. Its error test is passed by each start by itself, per step, with parameters measured
    against `atol + rtol * |w|` in each coordinate. Explicit: the steps are at most about 6/L, so
    a fate that takes exponentially long is `decide`'s business, not this function's.

    Parameters
    ----------
    prob : Problem
        The problem, full or reduced; its target of size 1e-100 to 1e100.
    start : array_like of shape (..., d+1)
        One start or a batch, entries up to 1e100.
    t_end : float
        Last time, > 0.
    rtol : float
        Relative tolerance of one step, from 1e-13 to 0.1.
    atol : float, optional
        Absolute tolerance, > 0; None is rtol times the norm of each start.
    times : array_like of shape (K+1,), optional
        Times to record: increasing from 0 to t_end. None: four in each step of the solver.
    progress : bool
        Show a progress bar (tqdm) on stderr.

    Returns
    -------
    Trajectory
        times of shape (K+1,) from 0 to t_end; points of shape (K+1, ..., d+1).

    Raises
    ------
    ValueError
        If an argument is out of range; the message says what to pass.
    ArithmeticError
        If the solver cannot meet the tolerance; raise rtol or atol.

    Examples
    --------
    >>> import numpy as np, singleneuron as sn
    >>> prob = sn.Problem(sn.Empirical([[-1.0], [1.0]]), np.array([0.5, 2.0]))
    >>> run = sn.gradient_flow(prob, np.array([0.0, 1.0]), t_end=2.0)
    >>> run.points[-1].round(6)  # all inputs active: w(t) = v + exp(-t) (w(0) - v)
    array([0.432332, 1.864665])
    """
    from scipy.integrate import DOP853

    w = start_array(prob, start)
    t_end = checks.positive("t_end", t_end)
    rtol = checks.positive("rtol", rtol)
    if not 1e-13 <= rtol <= 0.1:
        raise ValueError(f"rtol must lie between 1e-13 and 0.1, got {rtol}; pass for example 1e-8")
    wanted = None if times is None else _wanted(times, t_end)
    rows = math.prod(w.shape[:-1])
    if atol is None:
        size = np.linalg.norm(w, axis=-1, keepdims=True)
        scale = np.broadcast_to(np.maximum(rtol * size, 1e-300), w.shape)
    else:
        scale = np.full(w.shape, checks.positive("atol", atol))
    share = 1 / math.sqrt(rows)  # scipy tests the root mean square over the whole batch
    solver = DOP853(
        lambda t, y: -prob.gradient(y.reshape(w.shape)).ravel(),
        0.0, w.ravel(), t_end, rtol=max(share * rtol, 3e-14), atol=share * scale.ravel(),
    )  # fmt: skip
    records, states = [np.zeros(1)], [w[None]]
    bar = _bar(t_end) if progress else None
    while solver.status == "running":
        message = solver.step()
        if solver.status == "failed":
            raise ArithmeticError(f"the flow stopped at t = {solver.t} ({message}); raise rtol")
        if bar is not None:
            bar.update(solver.t - solver.t_old)
        if wanted is None:
            now = np.linspace(solver.t_old, solver.t, _REFINE + 1)[1:]
        else:
            now = wanted[(wanted > solver.t_old) & (wanted <= solver.t)]
        if now.size:
            records.append(now)
            states.append(solver.dense_output()(now).T.reshape(-1, *w.shape))
    if bar is not None:
        bar.close()
    return Trajectory(prob, np.concatenate(records), np.concatenate(states), "gradient flow")


def _wanted(times: ArrayLike, t_end: float) -> Array:
    wanted = checks.finite_array("times", times)
    if wanted.ndim != 1 or wanted.size < 2 or wanted[0] != 0 or wanted[-1] != t_end:
        raise ValueError(f"times must run from 0 to t_end = {t_end}, got {times!r}; pass for "
                         "example np.linspace(0, t_end, 101)")  # fmt: skip
    if (np.diff(wanted) <= 0).any():
        raise ValueError("times must increase, got a step <= 0; sort them and drop repeats")
    return wanted


def _bar(t_end: float) -> Any:
    from tqdm import tqdm

    return tqdm(total=t_end, unit="t", bar_format="{l_bar}{bar}| t = {n:.4g} of {total:.4g}")
