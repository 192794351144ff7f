"""The large atlases of the chapter "Only two fates": every start of a plane, by its certified fate.

`python -m neuronbook.atlas`, or `make atlas`, decides 600 x 600 starts of each panel and stores
their fates as bytes in book/_static/atlas.npz; it takes some minutes. `tests/test_atlas.py`
decides random cells again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import singleneuron as sn

STORE = Path(__file__).parents[2] / "book" / "_static" / "atlas.npz"
CELLS = 600
FATES = tuple(sn.Fate)  # a stored byte is a place in this


@dataclass(frozen=True)
class Panel:
    """A square of starts (p, b) with the rest of the weights of length q, in reduced coordinates.

    The inputs fill a ball of radius c in dimension `dim`; the target has weights of length 1 and
    bias `offset`; p and b run over [-extent, extent], the first row is the lowest bias.
    """

    dim: int
    offset: float
    rest: float = 0.0
    radius: float = 1.0
    extent: float = 3.0

    @property
    def problem(self) -> sn.Problem:
        """The problem in (p, q, b)."""
        target = np.zeros(self.dim + 1)
        target[0], target[-1] = 1.0, self.offset
        return sn.Problem(sn.UniformBall(self.dim, self.radius), target).reduced

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of the square."""
        return -self.extent, self.extent, -self.extent, self.extent

    def starts(self, cells: int) -> NDArray[np.float64]:
        """Return the centres (cells, cells, 3) of the cells."""
        line = self.extent * ((2 * np.arange(cells) + 1) / cells - 1)
        p, b = np.meshgrid(line, line)
        return np.stack([p, np.full_like(p, self.rest), b], axis=-1)

    def decide(self, cells: int, **options: Any) -> sn.Verdict:
        """Decide the fates of all cells under the flow."""
        return sn.decide(self.problem, self.starts(cells), **options)


PANELS = {
    "d=1, b_v=-0.6": Panel(1, -0.6),
    "d=1, b_v=0": Panel(1, 0.0),
    "d=1, b_v=0.6": Panel(1, 0.6),
    "d=2": Panel(2, -0.3, rest=0.5),
    "d=10": Panel(10, -0.3, rest=0.5),
    "d=100": Panel(100, -0.3, rest=0.5),
}


def codes(fates: NDArray[Any]) -> NDArray[np.uint8]:
    """Return fates as the bytes that are stored."""
    found = np.zeros(fates.shape, np.uint8)
    for code, fate in enumerate(FATES):
        found[fates == fate] = code
    return found


def load() -> dict[str, NDArray[Any]]:
    """Return the stored atlases: an array (600, 600) of `Fate` members for each panel."""
    with np.load(STORE) as stored:
        return {name: np.array(FATES, object)[stored[name]] for name in PANELS}


def main() -> None:
    """Decide all panels and store them."""
    found: dict[str, Any] = {}
    for name, panel in PANELS.items():
        begun = time.perf_counter()
        verdict = panel.decide(CELLS, progress=True)
        found[name] = codes(verdict.fate)
        print(f"{name}: {verdict.sentence}; {time.perf_counter() - begun:.0f} s")
    np.savez_compressed(STORE, **found)


if __name__ == "__main__":
    main()
