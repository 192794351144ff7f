"""Descent, SGD and flow against closed forms, and T1 and T3 of the book along every run."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import singleneuron as sn

EPS = np.finfo(float).eps

# The promise of the quadrature; sums over samples are exact but for rounding.
QUADRATURE = 1e-10


def random_law(rng):
    """A law with an exact objective: samples half of the time, of wild scales."""
    d = int(rng.integers(1, 6))
    scale = 10.0 ** rng.uniform(-1, 1)
    kind = int(rng.integers(0, 8))
    if kind == 0:
        return sn.UniformBall(d, scale)
    if kind == 1:
        return sn.UniformSphere(d + 1, scale)
    if kind == 2:
        return sn.Gaussian(d, scale)
    if kind == 3:
        matrix, shift = rng.standard_normal((d, d)), rng.standard_normal(d)
        return sn.AffineImage(sn.UniformBall(d, scale), matrix, shift)
    points = scale * rng.standard_normal((int(rng.integers(1, 12)), d))
    return sn.Empirical(points, rng.dirichlet(np.ones(len(points))))


def random_problem(rng):
    """A target that is not dead: its largest height over the support is positive."""
    law = random_law(rng)
    weights = rng.standard_normal(law.dim)
    reach = float(law.support_function(weights))
    scale = min(law.support_radius, 10.0)
    bias = rng.standard_normal() if np.isinf(reach) else scale * rng.exponential() - reach
    return sn.Problem(law, np.array([*weights, bias]))


def random_starts(prob, rng, rows=6):
    sizes = 10.0 ** rng.uniform(-3, 2, (rows, 1))
    return sizes * rng.standard_normal((rows, prob.dim + 1))


def second_moment(law):
    moment = np.zeros((law.dim + 1, law.dim + 1))
    moment[:-1, :-1] = law.covariance() + np.outer(law.mean, law.mean)
    moment[:-1, -1] = moment[-1, :-1] = law.mean
    moment[-1, -1] = 1
    return moment


# Target and start are active on the whole ball of radius 1/2, and stay so: a linear problem.
LINEAR = sn.Problem(sn.UniformBall(3, 0.5), np.array([0.3, -0.2, 0.1, 2.0]))
ACTIVE = np.array([-0.2, 0.1, 0.4, 1.0])


def linear_solution(factor):
    """v + V factor(eigenvalues) V^T (w - v), with the second moment's eigenvectors V."""
    values, vectors = np.linalg.eigh(second_moment(LINEAR.law))
    return LINEAR.target + vectors @ (factor(values) * (vectors.T @ (ACTIVE - LINEAR.target)))


# --- Gradient descent ------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.floats(0.05, 2.0))
def test_descent_keeps_t1_and_t3(seed, eta):
    rng = np.random.default_rng(seed)
    prob = random_problem(rng)
    step = eta / prob.smoothness
    run = sn.gradient_descent(prob, random_starts(prob, rng), steps=60, step_size=step)
    square = (np.diff(run.points, axis=0) ** 2).sum(axis=-1) / step**2  # |g|^2
    exact = prob.law.atoms() is not None
    # Two losses are compared, each right relative to its positive terms; those sum to at most
    # 3 F(w) + 3 F(0), by 2 ab <= a^2 + b^2 and (a + b)^2 <= 2 a^2 + 2 b^2.
    loss = prob.loss(run.points)
    slack = (1e-12 if exact else 6 * QUADRATURE) * (loss[:-1] + prob.trivial_loss)
    drop = step * (1 - eta / 2) * square
    assert (np.diff(run.excess_loss, axis=0) <= slack - drop).all()
    # T3 with E r^2 >= |g|^2 / L. Rounding of the two distances, and of the gradient in the
    # quadrature, whose positive terms are at most sqrt(2L) (sqrt(F(w)) + 2 sqrt(F(0))).
    size = np.linalg.norm(run.points, axis=-1) + np.linalg.norm(prob.target)
    room = (20 + 4 * prob.dim) * EPS * size[:-1] ** 2
    if not exact:
        terms = np.sqrt(2 * prob.smoothness * loss[:-1]) + 2 * np.sqrt(
            2 * prob.smoothness * prob.trivial_loss
        )
        room = room + 4 * QUADRATURE * step * terms * size[:-1]
    shrink = step * (2 - eta) * square / prob.smoothness
    assert (np.diff(run.distance**2, axis=0) <= room - shrink).all()


def test_descent_in_a_linear_problem():
    step = 0.7 / LINEAR.smoothness
    run = sn.gradient_descent(LINEAR, ACTIVE, steps=40, step_size=step)
    for k in (1, 7, 40):
        expected = linear_solution(lambda mu, k=k: (1 - step * mu) ** k)
        # Every step repeats the quadrature's error at most; step size times it stays below 1e-10.
        assert np.abs(run.points[k] - expected).max() < k * QUADRATURE


def test_two_cycle_at_twice_the_inverse_smoothness():
    prob = sn.Problem(sn.UniformBall(1), np.array([0.1, 2.0]))
    assert prob.smoothness == 1
    run = sn.gradient_descent(prob, prob.target + [0, 0.5], steps=10, step_size=2.0)
    offsets = run.points - prob.target
    signs = (-1.0) ** np.arange(11)
    # The cycle is stable in the weight (factor 1 - 2/3) and neutral in the bias: errors add up.
    assert np.abs(offsets - np.outer(signs, [0, 0.5])).max() < 20 * QUADRATURE


def test_defaults_and_shapes():
    start = np.stack([ACTIVE, -ACTIVE]).reshape(2, 1, 4)
    run = sn.gradient_descent(LINEAR, start, steps=3)
    assert run.step_size == 1 / LINEAR.smoothness
    assert run.times.tolist() == [0, 1, 2, 3]
    assert run.points.shape == (4, 2, 1, 4)
    assert (run.points[0] == start).all()
    assert run.excess_loss.shape == run.distance.shape == run.angle.shape == (4, 2, 1)
    assert len(sn.gradient_descent(LINEAR, ACTIVE).times) == 1001
    assert len(sn.gradient_descent(LINEAR, ACTIVE, steps=0).times) == 1
    alone = sn.gradient_descent(LINEAR, ACTIVE, steps=3)
    # One row or two: the same formula, summed perhaps in another order.
    assert np.allclose(run.points[:, 0, 0], alone.points, rtol=0, atol=1e-14)


def test_the_origin_and_dead_starts_rest():
    prob = sn.Problem(sn.UniformBall(2), np.array([1.0, 0.0, 0.5]))
    starts = np.array([[0.0, 0.0, 0.0], [0.3, 0.4, -0.6]])
    for run in (
        sn.gradient_descent(prob, starts, steps=5),
        sn.gradient_flow(prob, starts, t_end=50.0),
        sn.stochastic_gradient_descent(prob, starts, 5, rng=np.random.default_rng(0)),
    ):
        assert (run.points == starts).all()
        assert (run.excess_loss == 0).all()


# Two far points: L = 10^4, and at ten times 1/L the weight's sign flips as it grows fourfold.
WILD = sn.Problem(sn.Empirical([[-100.0], [100.0]]), np.array([1.0, 0.0]))


def test_too_large_a_step_warns_and_diverges_to_nan():
    starts = np.array([[2.0, 0.0], [0.0, -1.0]])
    with pytest.warns(sn.StepSizeWarning, match=r"above 2/L = 0\.0002"):
        run = sn.gradient_descent(WILD, starts, steps=300, step_size=10 / WILD.smoothness)
    gone = np.isnan(run.points[:, 0]).all(axis=-1)
    assert not gone[100] and gone[300]
    assert np.nanmax(np.abs(run.points)) <= 1e120
    assert (np.isnan(run.excess_loss[:, 0]) == gone).all()
    assert (np.isnan(run.distance[:, 0]) == gone).all()
    assert (run.points[:, 1] == starts[1]).all()
    assert (
        "undefined"
        in sn.gradient_descent.__module__
        + run.__class__(WILD, run.times, run.points[:, 0], "gradient descent", 1.0).__repr__()
    )


def test_the_warning_points_at_the_caller():
    with pytest.warns(sn.StepSizeWarning) as caught:
        sn.gradient_descent(WILD, [1.0, 0.0], 1, step_size=1.0)
        sn.stochastic_gradient_descent(WILD, [1.0, 0.0], 1, 1.0, rng=np.random.default_rng(0))
    assert [Path(w.filename).name for w in caught] == [Path(__file__).name] * 2


# --- SGD -------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.floats(0.05, 2.0))
def test_sgd_never_moves_away_from_the_target(seed, eta):
    rng = np.random.default_rng(seed)
    prob = random_problem(rng)
    assume(np.isfinite(prob.law.support_radius))
    step = eta / (prob.law.support_radius**2 + 1)
    start = random_starts(prob, rng)
    run = sn.stochastic_gradient_descent(prob, start, 100, step, rng=rng)
    size = run.distance[0] + np.linalg.norm(prob.target)
    assert (np.diff(run.distance, axis=0) <= (20 + 4 * prob.dim) * EPS * size).all()


@pytest.mark.parametrize("noise", [0.0, 0.7])
@pytest.mark.parametrize(
    "law",
    [
        sn.UniformBall(2, 1.5),
        sn.Empirical([[-1.0, 0.3], [2.0, 1.0], [0.1, -0.4]], [0.2, 0.3, 0.5]),
        sn.AffineImage(sn.UniformSphere(2), [[1.0, 0.5], [0.0, 2.0]], [0.3, 0.1]),
    ],
    ids=repr,
)
def test_a_step_of_sgd_is_the_gradient_on_average(law, noise):
    prob = sn.Problem(law, np.array([1.0, -0.5, 0.2]))
    w = np.array([-0.3, 0.8, 0.4])
    rng = np.random.default_rng(5)
    many = np.broadcast_to(w, (100_000, 3))
    run = sn.stochastic_gradient_descent(prob, many, 1, rng=rng, label_noise=noise)
    seen = -(run.points[1] - w) / run.step_size
    error = seen.std(axis=0) / np.sqrt(len(seen))
    assert (np.abs(seen.mean(axis=0) - prob.gradient(w)) < 5 * error).all()


def test_noise_has_the_asked_deviation_and_leaves_the_inputs_alone():
    many = np.broadcast_to(ACTIVE, (50_000, 4))
    clean, noisy = (
        sn.stochastic_gradient_descent(
            LINEAR, many, 1, 0.5, rng=np.random.default_rng(2), label_noise=sigma
        )
        for sigma in (0.0, 0.3)
    )
    shift = (noisy.points[1] - clean.points[1])[:, -1]  # eta sigma xi: every input is active
    assert abs(shift.mean()) < 5 * 0.15 / np.sqrt(len(shift))
    assert abs(shift.std() - 0.15) < 5 * 0.15 / np.sqrt(2 * len(shift))


def test_a_longer_run_of_sgd_continues_a_shorter_one():
    short, long = (
        sn.stochastic_gradient_descent(LINEAR, ACTIVE, n, rng=np.random.default_rng(3))
        for n in (100, 700)
    )
    assert (long.points[:101] == short.points).all()


def test_no_input_is_used_twice():
    run = sn.stochastic_gradient_descent(
        LINEAR, 1.5 * LINEAR.target, 600, 0.1, rng=np.random.default_rng(3), label_noise=0.1
    )
    moves = np.diff(run.points, axis=0)
    inputs = moves[:, :-1] / moves[:, -1:]  # a step is a multiple of (x~, 1)
    assert (np.linalg.norm(inputs, axis=1) < 0.5 + 1e-6).all()
    assert len(np.unique(inputs.round(6), axis=0)) == 600


def test_each_start_of_a_batch_sees_its_own_inputs():
    run = sn.stochastic_gradient_descent(
        LINEAR, np.stack([ACTIVE, ACTIVE]), 3, rng=np.random.default_rng(3)
    )
    assert (run.points[1, 0] != run.points[1, 1]).any()


def test_sgd_step_sizes():
    rng = np.random.default_rng(0)
    run = sn.stochastic_gradient_descent(LINEAR, ACTIVE, 1, rng=rng)
    assert run.step_size == 1 / 1.25
    with pytest.warns(sn.StepSizeWarning, match=r"above 2/R\^2 = 1\.6"):
        sn.stochastic_gradient_descent(LINEAR, ACTIVE, 1, 1.7, rng=rng)
    prob = sn.Problem(sn.Gaussian(2), np.array([1.0, 0.0, 0.0]))
    with pytest.warns(sn.StepSizeWarning, match="unbounded"):
        run = sn.stochastic_gradient_descent(prob, np.ones(3), 1, rng=rng)
    assert run.step_size == 1 / 5  # E|x|^2 = 3, L = 1


# --- Flow ------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_flow_keeps_t1_t3_and_stays_off_the_origin(seed):
    rng = np.random.default_rng(seed)
    prob = random_problem(rng)
    run = sn.gradient_flow(prob, random_starts(prob, rng, 3), t_end=4 / prob.smoothness)
    size = np.linalg.norm(run.points, axis=-1)
    # One step of the solver is off by rtol |w| in each coordinate, plus the quadrature's error.
    room = 4 * 1e-8 * np.sqrt(prob.dim + 1) * (size[:-1] + size[0])
    assert (np.diff(run.distance, axis=0) <= room).all()
    slope = np.sqrt(2 * prob.smoothness * (run.excess_loss[:-1] + prob.trivial_loss))  # >= |g|
    assert (np.diff(run.excess_loss, axis=0) <= room * (slope + prob.smoothness * room)).all()
    least = size[0] * np.exp(-prob.smoothness * run.times)[:, None]
    assert (size >= least * (1 - 1e-5)).all()  # d|w|/dt >= -L|w|; errors of all steps together


@pytest.mark.parametrize("rtol", [1e-5, 1e-8, 1e-11])
def test_flow_in_a_linear_problem(rtol):
    times = np.array([0, 0.1, 1.0, 10.0])
    run = sn.gradient_flow(LINEAR, ACTIVE, 10.0, rtol=rtol, times=times)
    assert (run.times == times).all()
    for t, point in zip(times, run.points, strict=True):
        expected = linear_solution(lambda mu, t=t: np.exp(-mu * t))
        # The flow contracts: the errors of the solver's steps (fewer than 50) add up at most.
        assert np.abs(point - expected).max() < 50 * rtol * np.linalg.norm(ACTIVE)


def test_descent_tends_to_the_flow_at_first_order():
    prob = sn.Problem(sn.UniformBall(2, 1.5), np.array([1.0, 0.0, -0.3]))
    start = np.array([-0.4, 0.5, 0.3])
    end = sn.gradient_flow(prob, start, 2.0, rtol=1e-11).points[-1]
    steps = 2 ** np.arange(5, 10)
    errors = [
        np.linalg.norm(sn.gradient_descent(prob, start, int(n), 2.0 / n).points[-1] - end)
        for n in steps
    ]
    order = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert abs(order - 1) < 0.05  # Euler's method; the fit's own curvature is below 0.05


def test_flow_crosses_the_jumps_of_samples():
    rng = np.random.default_rng(8)
    prob = sn.Problem(sn.Empirical(rng.standard_normal((9, 2))), np.array([1.0, -0.5, 0.3]))
    start = rng.standard_normal((5, 3))
    flow = sn.gradient_flow(prob, start, 3.0)
    lifted = np.column_stack([prob.law.points, np.ones(9)])
    active = np.einsum("kri,ni->krn", flow.points, lifted) > 0
    assert (active[1:] != active[:-1]).any()  # or the test would be about smooth fields
    error = [
        np.abs(sn.gradient_descent(prob, start, n, 3.0 / n).points[-1] - flow.points[-1]).max()
        for n in (1_000, 10_000)
    ]
    assert error[0] < 3e-2 and error[1] < error[0] / 5  # first order across jumps too


def test_a_batch_flows_as_its_starts_do():
    prob = sn.Problem(sn.UniformBall(2), np.array([1.0, 0.0, -0.3]))
    starts = np.array([[1e-6, 1e-6, 0.0], [30.0, -20.0, 5.0], [0.3, 0.3, 0.1]])
    times = np.linspace(0, 5, 11)
    together = sn.gradient_flow(prob, starts, 5.0, times=times)
    for row, start in enumerate(starts):
        alone = sn.gradient_flow(prob, start, 5.0, times=times, rtol=1e-11)
        error = np.abs(together.points[:, row] - alone.points).max(axis=-1)
        # Grows from tiny starts like exp(Lt), here at most e^5 times the start's tolerance.
        assert (error <= 1e-6 * np.linalg.norm(alone.points, axis=-1)).all()


def test_a_crowd_at_rest_does_not_loosen_the_tolerance():
    crowd = np.concatenate([ACTIVE[None], np.tile([0.0, 0.0, 0.0, -1.0], (2000, 1))])
    alone, among = (sn.gradient_flow(LINEAR, w, 5.0) for w in (ACTIVE, crowd))
    assert len(among.times) >= len(alone.times)


def test_times_of_the_flow():
    run = sn.gradient_flow(LINEAR, ACTIVE, 3.0)
    assert run.times[0] == 0 and run.times[-1] == 3
    assert (np.diff(run.times) > 0).all()
    assert (run.points[0] == ACTIVE).all()
    assert run.step_size is None


def test_a_flow_that_cannot_meet_its_tolerance_says_so():
    class Rough:
        """A field that from some point on changes at every look: no step is small enough."""

        target, smoothness, trivial_loss, law = LINEAR.target, 1.0, 1.0, LINEAR.law
        rng = np.random.default_rng(0)

        def gradient(self, w):
            rough = w[-1] < 0.5
            return 1e30 * self.rng.standard_normal(w.shape) if rough else np.ones(w.shape)

    with pytest.raises(ArithmeticError, match="raise rtol"):
        sn.gradient_flow(Rough(), ACTIVE, 1.0)


# --- Reduced problems, progress ---------------------------------------------------------------


def test_reduced_runs_are_the_full_ones():
    prob = sn.Problem(sn.UniformBall(6), np.array([1.0, 0.5, 0, 0, 0, -0.5, 0.2]))
    start = np.random.default_rng(1).standard_normal((3, 7))
    reduced = sn.reduce(prob, start)
    for run in (
        lambda p, w: sn.gradient_descent(p, w, steps=50),
        lambda p, w: sn.gradient_flow(p, w, 20.0, times=np.linspace(0, 20, 5), rtol=1e-10),
    ):
        full, short = run(prob, start), run(prob.reduced, reduced)
        # The solver's tolerance, or the quadrature's, at each of at most 100 steps.
        for name in ("excess_loss", "distance", "angle"):
            assert np.abs(getattr(full, name) - getattr(short, name)).max() < 1e-7
    with pytest.raises(ValueError, match="prob must be in full coordinates"):
        sn.stochastic_gradient_descent(prob.reduced, reduced, 1, rng=np.random.default_rng(0))


def test_progress_goes_to_stderr_and_changes_nothing(capsys):
    rng = np.random.default_rng
    for run in (
        lambda **how: sn.gradient_descent(LINEAR, ACTIVE, 5, **how),
        lambda **how: sn.gradient_flow(LINEAR, ACTIVE, 5.0, **how),
        lambda **how: sn.stochastic_gradient_descent(LINEAR, ACTIVE, 5, rng=rng(0), **how),
    ):
        silent = run()
        assert capsys.readouterr() == ("", "")
        loud = run(progress=True)
        out, err = capsys.readouterr()
        assert out == "" and "100%" in err
        assert (loud.points == silent.points).all()


# --- Trajectory ------------------------------------------------------------------------------


def test_distance_and_angle():
    prob = sn.Problem(sn.UniformBall(3), np.array([1.0, 2.0, 2.0, 0.5]))
    u, across = np.array([1.0, 2, 2]) / 3, np.array([2.0, -2, 1]) / 3
    angles = np.array([0.0, 1e-9, 0.3, np.pi / 2, np.pi - 1e-9, np.pi])
    starts = np.zeros((7, 4))
    starts[:6, :3] = 1e-6 * (np.cos(angles)[:, None] * u + np.sin(angles)[:, None] * across)
    run = sn.gradient_descent(prob, starts, steps=0)
    assert np.abs(run.angle[0, :6] - angles).max() < 1e-15 * 4
    assert np.isnan(run.angle[0, 6])
    assert np.allclose(run.distance, np.linalg.norm(starts - prob.target, axis=-1), rtol=4 * EPS)
    flat = sn.Problem(sn.UniformBall(3), np.array([0.0, 0.0, 0.0, 0.5]))
    assert np.isnan(sn.gradient_descent(flat, starts, steps=0).angle).all()


def test_losses_are_those_of_the_problem_and_computed_once():
    run = sn.gradient_descent(LINEAR, np.stack([ACTIVE, -ACTIVE]), steps=4)
    assert (run.excess_loss == LINEAR.excess_loss(run.points)).all()
    assert run.excess_loss is run.excess_loss
    assert run.trivial_loss == LINEAR.trivial_loss


@pytest.mark.parametrize("name", ["run", "run.npz", "run.v2"])
def test_save_and_load(tmp_path, name):
    flow = sn.gradient_flow(LINEAR, np.stack([ACTIVE, 0 * ACTIVE]), 2.0)
    run = sn.gradient_descent(LINEAR, ACTIVE, 3)
    for kept in (flow, run):
        written = kept.save(tmp_path / name)
        assert written.suffix == ".npz" and written.exists()
        again = sn.Trajectory.load(tmp_path / name)
        for key in ("times", "points", "target", "excess_loss", "distance", "angle"):
            np.testing.assert_array_equal(getattr(again, key), getattr(kept, key))
        for key in ("trivial_loss", "method", "step_size", "law"):
            assert getattr(again, key) == getattr(kept, key)
        assert repr(again) == repr(kept)
        again.save(tmp_path / "copy")
        assert (tmp_path / "copy.npz").read_bytes() == written.read_bytes()


def test_a_foreign_file_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("not a run")
    np.savez(tmp_path / "other.npz", x=np.ones(3))
    np.savez(tmp_path / "pickle.npz", words=np.array([{}, 1, 2], dtype=object))
    np.save(tmp_path / "array", np.ones(3))
    (tmp_path / "array.npy").rename(tmp_path / "array.npz")
    (tmp_path / "empty.npz").write_bytes(b"")
    path = sn.gradient_descent(LINEAR, ACTIVE, 1).save(tmp_path / "new")
    with np.load(path) as data:
        arrays = dict(data)
    arrays["words"][0] = "singleneuron trajectory 9"
    np.savez(path, **arrays)
    (tmp_path / "cut.npz").write_bytes(path.read_bytes()[:-40])
    for name in ("text", "other", "pickle", "array", "empty", "new", "cut"):
        with pytest.raises(ValueError, match="path must name a file written by Trajectory.save"):
            sn.Trajectory.load(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        sn.Trajectory.load(tmp_path / "missing")


def test_summaries():
    one = sn.gradient_descent(LINEAR, ACTIVE, 3)
    assert repr(one).startswith("Trajectory(gradient descent, 1 start, 3 steps, excess loss ")
    many = sn.gradient_flow(LINEAR, np.stack([ACTIVE, -ACTIVE]), 2.0)
    assert "2 starts, time 2, excess loss" in repr(many)
    page = one._repr_html_()
    assert "UniformBall(dim=3, radius=0.5)" in page and "step size 1" in page
    assert f"{one.distance[-1]:.4g}" in page
    assert f"{many.distance[0].min():.4g} to {many.distance[0].max():.4g}" in many._repr_html_()
    one.law = "<b>"
    assert "&lt;b&gt;" in one._repr_html_()


def test_plot_works_whichever_module_is_imported():
    code = (
        "import matplotlib; matplotlib.use('Agg')\n"
        "from singleneuron.dynamics import gradient_descent\n"
        "from singleneuron.laws import Empirical\n"
        "from singleneuron.problem import Problem\n"
        "run = gradient_descent(Problem(Empirical([[1.0]]), [1.0, 0.0]), [0.5, 0.0], 3)\n"
        "print(len(run.plot()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "3", run.stderr


# --- Bad input -------------------------------------------------------------------------------

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sn.gradient_descent(LINEAR, np.ones(3)), "start must have shape"),
        (lambda: sn.gradient_descent(LINEAR, np.full(4, np.nan)), "start must be finite"),
        (lambda: sn.gradient_descent(LINEAR, np.full(4, 1e101)), "start must have entries up to"),
        *[
            (
                lambda size=size, run=run: run(
                    sn.Problem(sn.UniformBall(1), [size, 0.0]), [1.0, 0.0]
                ),
                "prob must have a target of size 1e-100 to 1e100, got 1e",
            )
            for size in (1e101, 1e-101)
            for run in (sn.gradient_descent, partial(sn.gradient_flow, t_end=1.0), sn.decide)
        ],
        (lambda: sn.gradient_descent(LINEAR, np.ones((0, 4))), "start must hold at least one"),
        (lambda: sn.gradient_descent(LINEAR, ACTIVE, -1), "steps must be an integer >= 0"),
        (lambda: sn.gradient_descent(LINEAR, ACTIVE, 2.5), "steps must be an integer"),
        (lambda: sn.gradient_descent(LINEAR, ACTIVE, 5, 0.0), "step_size must be positive"),
        (lambda: sn.gradient_descent(LINEAR, ACTIVE, 5, np.inf), "step_size must be finite"),
        (
            lambda: sn.stochastic_gradient_descent(LINEAR, ACTIVE, 5, rng=0),
            "rng must be a Generator, got 0; pass",
        ),
        (
            lambda: sn.stochastic_gradient_descent(LINEAR, ACTIVE, 5, rng=RNG, label_noise=-1),
            "label_noise must not be negative",
        ),
        (
            lambda: sn.stochastic_gradient_descent(LINEAR, ACTIVE, 5, -0.1, rng=RNG),
            "step_size must be positive",
        ),
        (
            lambda: sn.stochastic_gradient_descent(LINEAR, np.ones(5), 5, rng=RNG),
            "start must have shape",
        ),
        (lambda: sn.gradient_flow(LINEAR, ACTIVE, 0.0), "t_end must be positive"),
        (lambda: sn.gradient_flow(LINEAR, ACTIVE, 1.0, rtol=1e-15), "rtol must lie between"),
        (lambda: sn.gradient_flow(LINEAR, ACTIVE, 1.0, rtol=1.0), "rtol must lie between"),
        (lambda: sn.gradient_flow(LINEAR, ACTIVE, 1.0, atol=0), "atol must be positive"),
        (lambda: sn.gradient_flow(LINEAR, ACTIVE, 1.0, times=[0.1, 1]), "times must run from 0"),
        (lambda: sn.gradient_flow(LINEAR, ACTIVE, 1.0, times=[0, 2]), "times must run from 0"),
        (lambda: sn.gradient_flow(LINEAR, ACTIVE, 1.0, times=[0, 1, 1]), "times must increase"),
        (lambda: sn.gradient_flow(LINEAR, ACTIVE, 1.0, times=[[0, 1]]), "times must run from 0"),
    ],
)
def test_bad_input(call, said):
    with pytest.raises(ValueError, match=said):
        call()
