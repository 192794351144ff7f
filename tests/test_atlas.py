"""The stored atlases are what the package decides, cell by cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import singleneuron as sn
from neuronbook import atlas

CELLS = 2000


@pytest.fixture(scope="module")
def stored() -> dict[str, NDArray[Any]]:
    return atlas.load()


def mismatches(stored: dict[str, NDArray[Any]], seed: int) -> list[str]:
    """Decide CELLS random cells again, shared out among the panels; name those that differ."""
    rng = np.random.default_rng(seed)
    wrong = []
    for name, panel in atlas.PANELS.items():
        rows, columns = rng.integers(atlas.CELLS, size=(2, -(-CELLS // len(atlas.PANELS))))
        starts = panel.starts(atlas.CELLS)[rows, columns]
        again = sn.decide(panel.problem, starts).fate
        there = stored[name][rows, columns]
        wrong += [
            f"{name} at {start}: {old.name}, now {new.name}"
            for start, old, new in zip(starts, there, again, strict=True)
            if old is not new
        ]
    return wrong


def test_random_cells_are_decided_as_stored(stored: dict[str, NDArray[Any]]) -> None:
    # A fate changes with rounding only within about 1e-6 of a border: a thousandth of a cell.
    assert mismatches(stored, seed=1) == []


def test_a_stored_error_is_seen(stored: dict[str, NDArray[Any]]) -> None:
    shifted = {name: np.roll(fates, 6, axis=1) for name, fates in stored.items()}
    assert mismatches(shifted, seed=2) != []


def test_every_panel_is_whole_and_decided(stored: dict[str, NDArray[Any]]) -> None:
    assert set(stored) == set(atlas.PANELS)
    for name, fates in stored.items():
        assert fates.shape == (atlas.CELLS, atlas.CELLS), name
        assert set(fates.ravel()) == {sn.Fate.LEARNED, sn.Fate.LOST}, name
    assert atlas.STORE.stat().st_size < 100_000


def test_fates_that_need_no_run(stored: dict[str, NDArray[Any]]) -> None:
    """Dead cells are lost; those below F(0) are learned; those at theta < beta too, if d >= 2."""
    for name, panel in atlas.PANELS.items():
        p, q, b = panel.starts(atlas.CELLS)[::7, ::7].reshape(-1, 3).T
        fates, size = stored[name][::7, ::7].ravel(), np.hypot(p, q)
        assert (fates[b <= -panel.radius * size] == sn.Fate.LOST).all()
        excess = panel.problem.excess_loss(np.stack([p, q, b], axis=-1))
        assert (fates[excess < 0] == sn.Fate.LEARNED).all()
        if panel.dim > 1:
            near = (p > -panel.offset / panel.radius * size) & (b > -panel.radius * size)
            assert near.any() and (fates[near] == sn.Fate.LEARNED).all()


def test_the_grid_is_the_square(stored: dict[str, NDArray[Any]]) -> None:
    panel = atlas.PANELS["d=2"]
    starts = panel.starts(4)
    assert starts[0, 0].tolist() == [-2.25, 0.5, -2.25]
    assert starts[-1, 0].tolist() == [-2.25, 0.5, 2.25]
    assert panel.edges == (-3.0, 3.0, -3.0, 3.0)


def test_codes_and_fates_are_inverse() -> None:
    fates = np.array(list(sn.Fate), object)
    assert [atlas.FATES[code] for code in atlas.codes(fates)] == list(sn.Fate)
