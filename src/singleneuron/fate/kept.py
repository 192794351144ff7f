"""A map of failure probabilities that keeps what is done."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..checks import Array


@dataclasses.dataclass(eq=False)
class FailureMap:
    """Probabilities of failure over target biases and start norms. Made by `failure_map`.

    Attributes
    ----------
    law : str
        The law of the inputs in words.
    size : float
        Norm of the target's weights.
    dynamics : str
        "flow" or "descent".
    step_size : float
        Step size of descent, NaN for 1/L and for the flow.
    tol : float
        Error allowed to a probability.
    biases : ndarray of shape (m,)
    norms : ndarray of shape (n,)
    probability : ndarray of shape (m, n)
        NaN where a cell is not finished.
    threshold : ndarray of shape (m, n)
        The angles whose tails they are: as exact as the probability needs.
    """

    law: str
    size: float
    dynamics: str
    step_size: float
    tol: float
    biases: Array
    norms: Array
    probability: Array
    threshold: Array

    @property
    def finished(self) -> NDArray[np.bool_]:
        """Which cells are done, shape (m, n)."""
        return np.isfinite(self.probability)

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write the map to `file` (.npz), replacing it only when the new one is complete."""
        path = path_of(file)
        part = path.with_name(path.name + ".part")
        with open(part, "wb") as stream:
            np.savez(stream, **dataclasses.asdict(self))
        os.replace(part, path)

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> FailureMap:
        """Read a map from `file`; nothing in it is executed."""
        with np.load(path_of(file), allow_pickle=False) as found:
            values = {key: found[key] for key in found.files}
        return cls(**{k: x.item() if x.ndim == 0 else x for k, x in values.items()})

    def __repr__(self) -> str:
        done, total = int(self.finished.sum()), self.probability.size
        return f"FailureMap({self.law}, {self.dynamics}, {done} of {total} cells finished)"


class SweepError(RuntimeError):
    """A sweep that did not finish.

    `partial` is the map with the cells that did: pass it as `resume`. `reasons` says, for
    some of the others, why not.
    """

    def __init__(self, message: str, partial: FailureMap, reasons: list[str]):
        super().__init__(message)
        self.partial, self.reasons = partial, reasons


def path_of(file: str | os.PathLike[str]) -> Path:
    """Return the path of a map's file: ".npz" is added if it does not end so."""
    path = Path(file)
    return path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
