"""Gradient descent and stochastic gradient descent, every step kept."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..laws import PlanarProjection
from .trajectory import Trajectory

if TYPE_CHECKING:
    from ..problem import Problem

_LARGEST_START = 1e100  # and of a target, with its inverse: steps are measured by squares
_LARGEST = 1e120  # beyond it a diverging run is recorded as NaN, long before a square overflows


class StepSizeWarning(UserWarning):
    """The step is too long for the proof that the distance to the target never grows.

    The run goes on, but that distance may grow; where a parameter exceeds 1e120 in
    size the run has diverged, and its points are NaN from there on.
    """


def gradient_descent(
    prob: Problem,
    start: ArrayLike,
    steps: int = 1000,
    step_size: float | None = None,
    progress: bool = False,
) -> Trajectory:
    r"""Run gradient descent :math:`w \leftarrow w - \eta\, g(w)`.

    For eta <= 2/L neither the loss nor the distance to the target ever grows, from any start and
    for any law ("Four tools").

    Parameters
    ----------
    prob : Problem
        The problem, full or reduced; its target of size 1e-100 to 1e100.
    start : array_like of shape (..., d+1)
        One start or a batch, entries up to 1e100.
    steps : int
        Number of steps K >= 0.
    step_size : float, optional
        eta > 0; None is 1/L with L = `prob.smoothness`.
    progress : bool
        Show a progress bar (tqdm) on stderr.

    Returns
    -------
    Trajectory
        times = 0, 1, ..., K; points of shape (K+1, ..., d+1).

    Raises
    ------
    ValueError
        If an argument is out of range; the message says what to pass.

    Warns
    -----
    StepSizeWarning
        If eta > 2/L.

    Examples
    --------
    >>> import numpy as np, singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(3), np.array([1.0, 0.0, 0.0, 0.2]))
    >>> run = sn.gradient_descent(prob, np.array([0.3, 0.1, 0.0, 0.0]), steps=500)
    >>> bool(run.distance[-1] < 1e-3)
    True
    """
    w = start_array(prob, start)
    steps = checks.count("steps", steps, 0)
    eta = 1 / prob.smoothness if step_size is None else checks.positive("step_size", step_size)
    if eta > 2 / prob.smoothness:
        _warn(eta, f"above 2/L = {2 / prob.smoothness:.6g}: the loss may grow and the run diverge")
    points = np.empty((steps + 1, *w.shape))
    points[0] = w
    for k in _ticks(steps, progress):
        points[k + 1] = _in_range(points[k] - eta * _gradient(prob, points[k]))
    return Trajectory(prob, np.arange(steps + 1.0), points, "gradient descent", eta)


def stochastic_gradient_descent(
    prob: Problem,
    start: ArrayLike,
    steps: int,
    step_size: float | None = None,
    *,
    rng: np.random.Generator,
    label_noise: float = 0.0,
    progress: bool = False,
) -> Trajectory:
    r"""Run SGD: each step sees one fresh input for each start of the batch.

    .. math:: w \leftarrow w - \eta\, (s(w \cdot x) - y)\, 1[w \cdot x > 0]\, x, \qquad
              y = s(v \cdot x) + \sigma \xi,\ \xi \sim N(0, 1).

    As everywhere in the package s is the activation, :math:`s(z) = \max(z, 0)`; sigma is the level
    of the label noise, `label_noise`. The book writes sigma for the activation, s for the noise.

    Where every input has :math:`\eta |x|^2 \le 2` and the labels are clean, no step moves away from
    the target ("Four tools"). The inputs and the noise are drawn in blocks that depend on neither
    `steps` nor `label_noise`: from the same seed a longer run continues a shorter one, and runs
    with and without noise see the same inputs.

    Parameters
    ----------
    prob : Problem
        The problem in full coordinates (one input does not keep the plane of w and v); its
        target of size 1e-100 to 1e100.
    start : array_like of shape (..., d+1)
        One start or a batch, entries up to 1e100.
    steps : int
        Number of steps K >= 0.
    step_size : float, optional
        eta > 0. None is 1/R^2 with R^2 = c^2 + 1 on bounded support, half of what is allowed. For
        an unbounded one no constant step is covered; None is then 1/(E|x|^2 + 2L), with a warning.
    rng : numpy.random.Generator
        Source of the inputs.
    label_noise : float
        Standard deviation sigma >= 0 of the noise on each label, in the units of s(v.x).
    progress : bool
        Show a progress bar (tqdm) on stderr.

    Returns
    -------
    Trajectory
        times = 0, 1, ..., K; points of shape (K+1, ..., d+1).

    Raises
    ------
    ValueError
        If an argument is out of range, or the problem is a reduced one.

    Warns
    -----
    StepSizeWarning
        If eta > 2/R^2; always for unbounded support.

    Examples
    --------
    >>> import numpy as np, singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), np.array([1.0, 0.0, 0.2]))
    >>> run = sn.stochastic_gradient_descent(
    ...     prob, np.array([0.5, 0.5, 0.0]), steps=2000, rng=np.random.default_rng(0))
    >>> bool((np.diff(run.distance) <= 1e-15).all())
    True
    """
    if isinstance(prob.law, PlanarProjection):
        raise ValueError("prob must be in full coordinates for SGD, got a reduced problem; pass "
                         "the problem it was reduced from")  # fmt: skip
    w = start_array(prob, start)
    steps = checks.count("steps", steps, 0)
    label_noise = checks.non_negative("label_noise", label_noise)
    checks.generator("rng", rng)
    eta = _sgd_step(prob, step_size)
    rows, size = math.prod(w.shape[:-1]), w.shape[-1]
    block = min(max(2**16 // (rows * size), 1), 256)
    points = np.empty((steps + 1, *w.shape))
    points[0] = w
    for k in _ticks(steps, progress):
        if k % block == 0:
            inputs = prob.law.sample(block * rows, rng).reshape(block, -1, size - 1)
            noise = rng.standard_normal((block, rows))
        x = np.ones(w.shape)
        x[..., :-1] = inputs[k % block].reshape(*w.shape[:-1], -1)
        shift = label_noise * noise[k % block].reshape(w.shape[:-1])
        height = np.einsum("...i,...i->...", points[k], x)
        error = np.where(height > 0, height - np.maximum(x @ prob.target, 0) - shift, 0.0)
        points[k + 1] = _in_range(points[k] - eta * error[..., None] * x)
    method = "stochastic gradient descent"
    return Trajectory(prob, np.arange(steps + 1.0), points, method, eta)


def start_array(prob: Problem, start: ArrayLike) -> Array:
    """Check a start or a batch of them against the problem; return it as an array."""
    w = checks.vectors("start", start, len(prob.target))
    if w.size == 0:
        raise ValueError(f"start must hold at least one vector, got shape {w.shape}; pass a start")
    if np.abs(w).max() > _LARGEST_START:
        raise ValueError(f"start must have entries up to 1e100, got {np.abs(w).max()}; scale down")
    size = np.abs(prob.target).max()
    if not 1 / _LARGEST_START <= size <= _LARGEST_START:
        raise ValueError(
            f"prob must have a target of size 1e-100 to 1e100, got {size}; scale target and starts "
            "together, which scales the run and changes no fate"
        )
    return w


def _gradient(prob: Problem, w: Array) -> Array:
    """The gradient, NaN where the run has diverged."""
    finite = np.isfinite(w).all(axis=-1)
    if finite.all():
        return prob.gradient(w)
    values = np.full(w.shape, np.nan)
    if finite.any():
        values[finite] = prob.gradient(w[finite])
    return values


def _in_range(w: Array) -> Array:
    within = (np.abs(w) <= _LARGEST).all(axis=-1, keepdims=True)
    return np.where(within, w, np.nan)


def _sgd_step(prob: Problem, step_size: float | None) -> float:
    law = prob.law
    bound = 2 / (law.support_radius**2 + 1)
    if step_size is not None:
        eta = checks.positive("step_size", step_size)
    elif bound > 0:
        eta = bound / 2
    else:
        eta = 1 / (1 + law.dim * law.mean_square + 2 * prob.smoothness)
    if bound == 0:
        _warn(eta, "used on unbounded inputs: no constant step keeps SGD from moving away", 4)
    elif eta > bound:
        _warn(eta, f"above 2/R^2 = {bound:.6g}: a step of SGD may move away from the target", 4)
    return eta


def _warn(eta: float, what: str, stacklevel: int = 3) -> None:
    warnings.warn(f"step_size {eta:.6g} is {what}", StepSizeWarning, stacklevel=stacklevel)


def _ticks(steps: int, progress: bool) -> Iterable[int]:
    if not progress:
        return range(steps)
    from tqdm import tqdm

    return tqdm(range(steps), unit="step")
