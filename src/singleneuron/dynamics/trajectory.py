"""The record of a run: where the parameters went and what that did to the loss."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import hooks
from ..checks import UNREADABLE, Array

if TYPE_CHECKING:
    from ..problem import Problem

_FORMAT = "singleneuron trajectory 1"
_STORED = ("times", "points", "target", "excess_loss", "distance", "angle")


class Trajectory:
    r"""A run of gradient descent, SGD or the gradient flow. Made by those functions, or by `load`.

    Shapes: K + 1 records, a batch of starts of shape (...), parameters of size d + 1, bias last.

    Parameters
    ----------
    prob : Problem
        The problem, for the losses; only its target, trivial loss and law's name are kept.
    times, points, method, step_size
        As below.

    Attributes
    ----------
    times : array of shape (K+1,)
        The number of steps taken (descent, SGD) or the time t of the flow; times[0] = 0.
    points : array of shape (K+1, ..., d+1)
        The parameters; points[0] is the start. NaN from where a run with too large a step left
        the range of floats (a `StepSizeWarning` was given).
    target : array of shape (d+1,)
        The target v.
    trivial_loss : float
        F(0), the loss of the zero neuron.
    method : str
        "gradient descent", "stochastic gradient descent" or "gradient flow".
    step_size : float or None
        The step size; None for the flow.
    law : str
        The law of the inputs in words.

    Examples
    --------
    >>> import numpy as np, singleneuron as sn
    >>> prob = sn.Problem(sn.Empirical([[-1.0], [1.0]]), np.array([1.0, 2.0]))
    >>> run = sn.gradient_descent(prob, np.array([0.0, 1.0]), steps=5)
    >>> run
    Trajectory(gradient descent, 1 start, 5 steps, excess loss -1.5 -> -2.5)
    """

    def __init__(
        self,
        prob: Problem,
        times: Array,
        points: Array,
        method: str,
        step_size: float | None = None,
    ):
        self._excess_loss: Callable[[Array], Array] = prob.excess_loss
        self.times, self.points = times, points
        self.target = np.array(prob.target)
        self.trivial_loss = float(prob.trivial_loss)
        self.method, self.step_size, self.law = method, step_size, repr(prob.law)

    @cached_property
    def excess_loss(self) -> Array:
        """F(w) - F(0), shape (K+1, ...); negative is better than the zero neuron."""
        finite = np.isfinite(self.points).all(axis=-1)
        values = np.full(self.points.shape[:-1], np.nan)
        values[finite] = self._excess_loss(self.points[finite])
        return values

    @cached_property
    def distance(self) -> Array:
        """|w - v|, shape (K+1, ...)."""
        return np.linalg.norm(self.points - self.target, axis=-1)

    @cached_property
    def angle(self) -> Array:
        """Angle between w~ and v~ in radians, shape (K+1, ...); NaN where one of them is 0."""
        toward, weights = self.target[:-1], self.points[..., :-1]
        size = np.linalg.norm(weights, axis=-1, keepdims=True)
        length = np.linalg.norm(toward)
        if length == 0:
            return np.full(size.shape[:-1], np.nan)
        u = weights / np.where(size > 0, size, np.nan)
        across, along = u - toward / length, u + toward / length
        # Kahan's formula: arccos of the dot product loses half the digits near 0 and pi.
        return 2 * np.arctan2(np.linalg.norm(across, axis=-1), np.linalg.norm(along, axis=-1))

    def plot(self, axes: Any = None) -> Any:
        """Draw excess loss, distance and angle against time; return the three matplotlib axes.

        Parameters
        ----------
        axes : sequence of three matplotlib axes, optional
            Where to draw; None makes a new figure.

        Returns
        -------
        array of three matplotlib axes
        """
        return hooks.plot_trajectory(self, axes)

    def save(self, path: str | Path) -> Path:
        """Write the run with its losses, distances and angles as .npz (no pickle); return its path.

        The problem is not stored: a loaded run holds the numbers and the law in words.

        Parameters
        ----------
        path : str or Path
            Where to write; the suffix .npz is added if it is missing.

        Returns
        -------
        Path
            The file written.
        """
        path = _npz(path)
        step = np.nan if self.step_size is None else self.step_size
        words = np.array([_FORMAT, self.method, self.law])
        arrays = {name: getattr(self, name) for name in _STORED}
        np.savez(path, words=words, numbers=np.array([self.trivial_loss, step]), **arrays)
        return path

    @classmethod
    def load(cls, path: str | Path) -> Trajectory:
        """Read a run that `save` wrote.

        Parameters
        ----------
        path : str or Path
            The file; the suffix .npz is added if it is missing.

        Returns
        -------
        Trajectory
            The same numbers; its losses are those stored.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is not one written by `save`.
        """
        path = _npz(path)
        run = cls.__new__(cls)
        problem = f"path must name a file written by Trajectory.save, got {str(path)!r}"
        with open(path, "rb") as file:
            try:
                with np.load(file, allow_pickle=False) as data:
                    kind, run.method, run.law = (str(word) for word in data["words"])
                    run.trivial_loss, step = (float(x) for x in data["numbers"])
                    run.__dict__.update({name: data[name] for name in _STORED})
            except UNREADABLE as error:
                raise ValueError(f"{problem}; save it again") from error
        if kind != _FORMAT:
            raise ValueError(f"{problem} in format {kind!r}; save it again with this version")
        run.step_size = None if np.isnan(step) else step
        return run

    def __repr__(self) -> str:
        starts = int(np.prod(self.points.shape[1:-1], dtype=int))
        first, last = _range(self.excess_loss[0]), _range(self.excess_loss[-1])
        return (
            f"Trajectory({self.method}, {starts} start{'s' * (starts != 1)}, {self._length()}, "
            f"excess loss {first} -> {last})"
        )

    def _length(self) -> str:
        if self.step_size is None:
            return f"time {self.times[-1]:.4g}"
        return f"{len(self.times) - 1} steps"

    def _repr_html_(self) -> str:
        rows = [
            ("excess loss F(w) &minus; F(0)", self.excess_loss),
            ("the same / F(0)", self.excess_loss / self.trivial_loss),
            ("distance |w &minus; v|", self.distance),
            ("angle to the target (rad)", self.angle),
        ]
        body = "".join(
            f"<tr><th scope='row'>{name}</th>"
            f"<td>{_range(value[0])}</td><td>{_range(value[-1])}</td></tr>"
            for name, value in rows
        )
        step = "" if self.step_size is None else f", step size {self.step_size:.4g}"
        shape = self.points.shape[1:-1]
        starts = "one start" if shape == () else f"batch of starts {shape}"
        caption = html.escape(f"{self.method}, {starts}, {self._length()}{step}; {self.law}")
        return (
            f"<table><caption>{caption}</caption><thead><tr><th></th><th scope='col'>start</th>"
            f"<th scope='col'>end</th></tr></thead><tbody>{body}</tbody></table>"
        )


def _npz(path: str | Path) -> Path:
    path = Path(path)
    return path if path.suffix == ".npz" else path.with_name(path.name + ".npz")


def _range(values: Array) -> str:
    """The value, or the least and the greatest of a batch; NaN entries are left out."""
    known = np.asarray(values)[~np.isnan(values)]
    if known.size == 0:
        return "undefined"
    low, high = (f"{float(x):.4g}" for x in (known.min(), known.max()))
    return low if low == high else f"{low} to {high}"
