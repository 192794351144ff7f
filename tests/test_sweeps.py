"""Maps of failure probabilities: the cells, workers that die, going on."""

from __future__ import annotations

import concurrent.futures
import importlib.util
import math
import multiprocessing
import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import singleneuron as sn
from singleneuron.fate import search, tasks
from singleneuron.laws import PlanarProjection

LAW = sn.UniformBall(3)
BIASES = np.linspace(-0.8, 0.3, 10)
NORMS = np.array([0.1, 1e-3, 1.0])
TOL = 1e-2


def problem(bias: float, size: float = 1.0) -> sn.Problem:
    return sn.Problem(LAW, [size, 0.0, 0.0, bias])


@pytest.fixture(scope="module")
def plain() -> sn.FailureMap:
    return sn.failure_map(LAW, BIASES, NORMS, tol=TOL)


def same(one: sn.FailureMap, other: sn.FailureMap) -> bool:
    return np.array_equal(one.probability, other.probability)


def test_each_cell_is_a_failure_probability(plain: sn.FailureMap) -> None:
    assert plain.finished.all() and plain.probability.shape == (10, 3)
    for bias, row, angles in list(zip(plain.biases, plain.probability, plain.threshold))[::3]:
        exact = sn.failure_probability(problem(bias), NORMS, tol=1e-4)
        np.testing.assert_allclose(row, exact, atol=TOL)
        np.testing.assert_array_equal(sn.angle_probability(3, angles), row)
    assert repr(plain).endswith("30 of 30 cells finished)")


def test_wrong_guesses_do_not_decide(monkeypatch: pytest.MonkeyPatch, plain: sn.FailureMap) -> None:
    class Misled(tasks.Search):
        def run(self, asked: Any = None, guess: Any = None) -> Any:
            return super().run(asked, np.resize([3.0, math.pi, 0.1, 1.5], len(asked)))

    monkeypatch.setattr(tasks, "Search", Misled)
    found = sn.failure_map(LAW, BIASES, NORMS, tol=TOL)
    np.testing.assert_allclose(found.probability, plain.probability, atol=TOL)


@pytest.mark.parametrize(
    ("law", "bias"),
    [(sn.UniformBall(2), -0.5), (sn.UniformBall(2), 0.2), (sn.UniformSphere(30), -0.1),
     (sn.UniformBall(10_000), -0.02)],
)  # fmt: skip
def test_guessed_cells_are_within_the_tolerance(law: sn.laws.Law, bias: float) -> None:
    norms = 10 ** np.linspace(-3, 1, 41)
    row = sn.failure_map(law, [bias], norms, tol=1e-3).probability[0]
    assert np.ptp(row) > 0.1
    prob = sn.Problem(PlanarProjection(law), [1.0, 0.0, bias])
    some = slice(1, None, 3)  # guessed, but for the last
    exact = sn.failure_probability(prob, norms[some], tol=1e-5)
    assert np.abs(row[some] - exact).max() <= 1e-3


def watch(monkeypatch: pytest.MonkeyPatch, fate: Any = None) -> list[np.ndarray]:
    """Return the batches of starts decided from now on, as they come; `fate` (w) may decide."""

    def watched(prob: sn.Problem, w: np.ndarray, **how: Any) -> Any:
        batches.append(w)
        return decide(prob, w, **how) if fate is None else SimpleNamespace(fate=fate(w))

    batches: list[np.ndarray] = []
    decide = search.decide
    monkeypatch.setattr(search, "decide", watched)
    return batches


def test_most_cells_of_a_row_take_four_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    norms = 10 ** np.linspace(-2, 1, 129)
    batches = watch(monkeypatch)
    sn.failure_map(LAW, [-0.5], norms, tol=1e-3)
    norm = np.concatenate([np.hypot(w[..., 0], w[..., 1]).ravel() for w in batches])
    starts = np.isclose(norm, norms[:, None], rtol=1e-9).sum(axis=1)
    assert starts.sum() == norm.size and starts.min() == 4
    assert (starts == 4).mean() > 0.85
    assert (starts[::16] >= 12).all()  # the first level


def test_an_island_between_the_cells_of_the_first_level_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def island(w: np.ndarray) -> Any:
        norm, theta = np.hypot(w[..., 0], w[..., 1]), np.arctan2(w[..., 1], w[..., 0])
        lost = theta > 2.0
        lost |= (1.3 < theta) & (theta < 1.5) & (0.2 < norm) & (norm < 0.3)
        return np.where(lost, sn.Fate.LOST, sn.Fate.LEARNED)

    watch(monkeypatch, island)
    with pytest.raises(sn.SweepError, match=r"form no interval \(.*1\.[34]\d+ lost"):
        sn.failure_map(sn.UniformBall(2), [-0.5], 10 ** np.linspace(-2, 1, 129), tol=1e-3)


def test_order_of_the_biases_and_the_targets_size_do_not_matter(plain: sn.FailureMap) -> None:
    mixed = sn.failure_map(LAW, BIASES[::-1][:4], NORMS, tol=TOL)
    np.testing.assert_allclose(mixed.probability, plain.probability[::-1][:4], atol=TOL)
    scaled = sn.failure_map(LAW, 3 * BIASES[:2], 3 * NORMS, size=3.0, tol=TOL)
    np.testing.assert_allclose(scaled.probability, plain.probability[:2], atol=TOL)


class Watched(concurrent.futures.Executor):
    """A pool of processes, the first of which is killed after so many results."""

    def __init__(self, pool: concurrent.futures.ProcessPoolExecutor, deadly: int):
        self.pool, self.deadly, self.results = pool, deadly, 0

    def submit(self, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        future = self.pool.submit(*args, **kwargs)
        future.add_done_callback(self._count)
        return future

    def _count(self, future: concurrent.futures.Future[Any]) -> None:
        if not future.cancelled() and future.exception() is None:
            self.results += 1
            if self.results == self.deadly:
                os.kill(next(iter(self.pool._processes)), signal.SIGKILL)


def pool() -> concurrent.futures.ProcessPoolExecutor:
    return concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def test_a_killed_worker_loses_no_finished_cell(tmp_path: Path, plain: sn.FailureMap) -> None:
    file = tmp_path / "map.npz"
    with pool() as workers:
        watched = Watched(workers, deadly=3)
        with pytest.raises(sn.SweepError, match="resume=error.partial") as caught:
            sn.failure_map(LAW, BIASES, NORMS, tol=TOL, executor=watched, save=file)
    assert isinstance(caught.value.__cause__, concurrent.futures.BrokenExecutor)
    partial = caught.value.partial
    finished = partial.finished.copy()
    assert finished.sum() == 3 * watched.results >= 9  # every result that came back was kept
    np.testing.assert_array_equal(sn.FailureMap.load(file).probability, partial.probability)
    before = partial.probability[finished]
    with concurrent.futures.ThreadPoolExecutor(1) as fresh:
        whole = sn.failure_map(LAW, BIASES, NORMS, tol=TOL, executor=fresh, resume=partial)
    assert same(whole, plain)
    np.testing.assert_array_equal(whole.probability[finished], before)
    assert same(sn.failure_map(LAW, BIASES, NORMS, tol=TOL, resume=file), plain)


def test_finished_cells_are_not_run_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    norms = 10 ** np.linspace(-2, 1, 41)
    whole = sn.failure_map(LAW, BIASES[:2], norms, tol=TOL)
    whole.save(tmp_path / "whole")
    holes = sn.FailureMap.load(tmp_path / "whole")
    assert same(holes, whole)
    for column in (3, 16, 17, 40):
        holes.probability[0, column] = holes.threshold[0, column] = np.nan
    batches = watch(monkeypatch)
    assert same(sn.failure_map(LAW, BIASES[:2], norms, tol=TOL, resume=holes), whole)
    norm = np.concatenate([np.hypot(w[..., 0], w[..., 1]).ravel() for w in batches])
    np.testing.assert_allclose(np.unique(norm.round(12)), norms[[3, 16, 17, 40]], rtol=1e-9)
    missing = tmp_path / "not_yet.npz"
    assert sn.failure_map(LAW, [-0.5], [1.0], tol=TOL, resume=missing).finished.all()


def test_a_cell_that_fails_names_itself_and_spares_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Moody(tasks.Search):
        def run(self, asked: Any, guess: Any = None) -> Any:
            if (self.norms[asked] == 0.1).any():
                self._fail("the lost angles form no interval", np.flatnonzero(self.norms == 0.1))
            return super().run(asked, guess)

    monkeypatch.setattr(tasks, "Search", Moody)
    with pytest.raises(sn.SweepError, match=r"4 of 6 cells.*bias -0.5: the lost.*0\.1") as caught:
        sn.failure_map(LAW, [-0.5, 0.0], NORMS, tol=TOL)
    assert caught.value.partial.finished.tolist() == [[False, True, True]] * 2
    assert len(caught.value.reasons) == 2


def test_threads_and_descent() -> None:
    with concurrent.futures.ThreadPoolExecutor(2) as workers:
        found = sn.failure_map(
            LAW, [-0.5, 0.0], [0.1], dynamics="descent", step_size=1.0, tol=TOL, executor=workers
        )
    for bias, p in zip(found.biases, found.probability[:, 0]):
        exact = sn.failure_probability(problem(bias), 0.1, "descent", 1.0, tol=1e-3)
        assert p == pytest.approx(float(exact), abs=TOL)
    assert found.dynamics == "descent" and found.step_size == 1.0


def test_progress_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    sn.failure_map(LAW, [-0.5], [1.0], tol=TOL, progress=True)
    printed = capsys.readouterr()
    assert printed.out == "" and "cell" in printed.err


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="no distributed: pip install it"
)
def test_dask_runs_the_same_line(plain: sn.FailureMap) -> None:
    from distributed import Client

    # Its workers are threads here; what they are sent is pickled in the test above.
    with Client(processes=False, n_workers=1, dashboard_address=None) as client:
        found = sn.failure_map(LAW, BIASES, NORMS, tol=TOL, executor=client.get_executor())
    assert same(found, plain)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"law": 3}, "law must be a Law"),
        ({"law": sn.Gaussian(2)}, "law must have bounded support"),
        ({"law": sn.UniformCube(2)}, "law must be symmetric"),
        ({"law": sn.UniformBall(1)}, "law must have dim >= 2"),
        ({"biases": []}, "biases must be a list"),
        ({"biases": 0.5}, "biases must be a list"),
        ({"biases": [-1.0, 0.0]}, "target must not be dead"),
        ({"norms": [[1.0]]}, "norms must be a list"),
        ({"size": 0.0}, "size must be positive"),
        ({"dynamics": "sgd"}, "dynamics must be one of"),
        ({"step_size": 1.0}, "step_size must be None for the flow"),
        ({"tol": 1.0}, "tol must lie in"),
        ({"norms": [0.0]}, "norms must be positive"),
        ({"norms": [1e200]}, "norms must lie in"),
        ({"executor": 3}, "executor must have submit"),
    ],
)
def test_bad_input(change: dict, said: str) -> None:
    given: dict[str, Any] = {"law": LAW, "biases": [-0.5], "norms": [1.0]}
    with pytest.raises(ValueError, match=said):
        sn.failure_map(**{**given, **change})


def test_a_map_is_kept_where_save_says(tmp_path: Path) -> None:
    found = sn.FailureMap(
        "a law", 1.0, "flow", math.nan, 0.1, *np.ones((2, 1)), *np.ones((2, 1, 1))
    )
    for name in ("map", "map.npz", "map.v2"):
        written = found.save(tmp_path / name)
        assert written.suffix == ".npz" and written.exists()
        assert same(sn.FailureMap.load(tmp_path / name), found)


def test_a_foreign_file_is_no_map(tmp_path: Path) -> None:
    prob = sn.Problem(LAW, [1.0, *np.zeros(LAW.dim)])
    sn.gradient_descent(prob, prob.target / 2, 1).save(tmp_path / "run")
    np.savez(tmp_path / "other.npz", x=np.ones(3))
    np.savez(tmp_path / "pickle.npz", law=np.array([{}], dtype=object))
    (tmp_path / "text.npz").write_text("not a map")
    (tmp_path / "empty.npz").write_bytes(b"")
    fields = {"law": "a law", "size": 1.0, "dynamics": "flow", "step_size": math.nan, "tol": 0.1,
              "biases": np.ones(1), "norms": np.ones(1)}  # fmt: skip
    cells = {"probability": np.ones((1, 1)), "threshold": np.ones((1, 1))}
    np.savez(tmp_path / "shape.npz", **fields, **cells | {"threshold": np.ones((1, 2))})
    np.savez(tmp_path / "kind.npz", **fields | {"size": "large"}, **cells)
    np.savez(tmp_path / "word.npz", **fields | {"law": 1.0}, **cells)
    np.savez(tmp_path / "number.npz", **fields | {"norms": 1.0}, **cells)
    whole = (tmp_path / "shape.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[:-40])
    for file in sorted(tmp_path.iterdir()):
        with pytest.raises(ValueError, match="file must name a map written by FailureMap.save"):
            sn.FailureMap.load(file)
    with pytest.raises(ValueError, match="resume cannot be read: file must name a map"):
        sn.failure_map(LAW, BIASES, NORMS, tol=TOL, resume=tmp_path / "run")
    with pytest.raises(FileNotFoundError):
        sn.FailureMap.load(tmp_path / "missing")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"law": sn.UniformBall(4)}, "law"),
        ({"biases": BIASES + 0.01}, "biases"),
        ({"norms": NORMS[:2]}, "norms"),
        ({"tol": 0.02}, "tol"),
        ({"size": 1.1}, "size"),
        ({"dynamics": "descent"}, "dynamics"),
    ],
)
def test_resume_is_of_the_same_sweep(plain: sn.FailureMap, change: dict, name: str) -> None:
    given: dict[str, Any] = {"law": LAW, "biases": BIASES, "norms": NORMS, "tol": TOL}
    with pytest.raises(ValueError, match=f"resume must be.*another {name}"):
        sn.failure_map(**{**given, **change}, resume=plain)
