"""Large batches: the same numbers for any number of threads, in any order, within the memory."""

from __future__ import annotations

import subprocess
import sys

import numba
import numpy as np
import pytest

import singleneuron as sn
from singleneuron import engine
from singleneuron.laws import Law, Radial

LAWS = [sn.UniformBall(1), sn.UniformBall(3), sn.UniformSphere(2), sn.UniformSphere(5),
        sn.Gaussian(1), sn.Gaussian(4, scale=0.7)]  # fmt: skip
METHODS = ("loss", "gradient", "overlap", "excess_loss")


def some_points(law: Law, n: int) -> np.ndarray:
    rng = np.random.default_rng(8)
    return rng.standard_normal((n, law.dim + 1)) * 10.0 ** rng.uniform(-3, 1, (n, 1))


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_the_same_for_any_number_of_threads(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_FEWEST", 64)
    monkeypatch.setattr(engine, "_MOST", 64)
    prob = sn.Problem(law, np.append(np.ones(law.dim), -0.1))
    w = some_points(law, 1000)
    found = {}
    for threads in (1, 2, 5):
        monkeypatch.setattr(engine, "workers", lambda threads=threads: threads)
        found[threads] = [getattr(prob, name)(w) for name in METHODS]
    for threads in (2, 5):
        for one, many in zip(found[1], found[threads]):
            np.testing.assert_array_equal(one, many)


@pytest.mark.filterwarnings("ignore:First-class function type")
@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_a_result_does_not_depend_on_what_was_computed_before(law: Law) -> None:
    """One workspace serves all points and all modes of a thread: nothing may be left over."""
    from singleneuron import dispatch

    @numba.njit
    def call(kernel, space, mode, shape, point, target, rtol):
        return dispatch.parts(kernel, space, mode, shape, point, target, rtol)

    radial = law.radial
    assert isinstance(radial, Radial)
    shape = (dispatch.KINDS[radial.kind], float(radial.scale), float(radial.power))
    w = some_points(law, 40)
    w = np.ascontiguousarray(w[:, [0, -1, -1] if law.dim == 1 else [0, 1, 2]])
    w[:, 1] = 0.0 if law.dim == 1 else np.abs(w[:, 1])
    rng = np.random.default_rng(2)
    targets = [np.array([1.0, 0.0, -0.2]), np.array([0.5, 0.0, 0.3])]
    kernel = dispatch.compiled(shape[0])
    shared = dispatch.workspace()
    for _ in range(300):
        mode, rtol = int(rng.integers(4)), float(rng.choice([1e-6, 1e-10]))
        point, target = w[rng.integers(len(w))], targets[rng.integers(2)]
        fresh = dispatch.workspace()
        logs = [call(kernel, s, mode, shape, point, target, rtol) for s in (shared, fresh)]
        assert logs[0] == logs[1]
        np.testing.assert_array_equal(shared[0][:3], fresh[0][:3])


def test_a_million_starts_need_less_than_a_gibibyte() -> None:
    code = (
        "import numpy as np, singleneuron as sn, resource\n"
        "prob = sn.Problem(sn.UniformBall(10), [1.0] + 9 * [0.0] + [0.2], rtol=1e-4)\n"
        "prob.gradient(np.ones((2, 11)))\n"
        "w = np.random.default_rng(0).standard_normal((1_000_000, 11))\n"
        "prob.gradient(w)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(run.stdout) * unit < 2**30
