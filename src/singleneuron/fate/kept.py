"""A map of failure probabilities that keeps what is done."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..checks import UNREADABLE, Array


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

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write the map to `file`, replacing it only when the new one is complete.

        Parameters
        ----------
        file : str or PathLike
            Where to write; the suffix .npz is added if it is missing.

        Returns
        -------
        Path
            The file written.
        """
        path = path_of(file)
        part = path.with_name(path.name + ".part")
        with open(part, "wb") as stream:
            np.savez(stream, **dataclasses.asdict(self))
        os.replace(part, path)
        return path

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> FailureMap:
        """Read a map that `save` wrote; nothing in the file is executed.

        Parameters
        ----------
        file : str or PathLike
            The file; the suffix .npz is added if it is missing.

        Returns
        -------
        FailureMap

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is not one written by `save`.
        """
        path = path_of(file)
        with open(path, "rb") as stream:
            try:
                with np.load(stream, allow_pickle=False) as found:
                    values = {key: found[key] for key in found.files}
                kept = cls(**{k: x.item() if x.ndim == 0 else x for k, x in values.items()})
                if not kept._fits():
                    raise ValueError("an array has the wrong shape or type")
            except UNREADABLE as error:
                raise ValueError(
                    f"file must name a map written by FailureMap.save, got {str(path)!r}; make "
                    "it again with failure_map(..., save=file)"
                ) from error
        return kept

    def _fits(self) -> bool:
        """Whether the words are words, the numbers floats, and the arrays of one map."""
        arrays = self.biases, self.norms, self.probability, self.threshold
        if not all(isinstance(word, str) for word in (self.law, self.dynamics)):
            return False
        if not all(isinstance(x, float) for x in (self.size, self.step_size, self.tol)):
            return False
        if not all(isinstance(x, np.ndarray) and x.dtype == np.float64 for x in arrays):
            return False
        m, n = self.biases.size, self.norms.size
        return [x.shape for x in arrays] == [(m,), (n,), (m, n), (m, n)]

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
