"""Verdicts: what they say, which certificates they may use, and what they refuse."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import warnings

import numpy as np
import pytest

import singleneuron as sn
from singleneuron import cones
from singleneuron.dynamics import StepSizeWarning

C, F = sn.Certificate, sn.Fate
BASE = {C.DEAD, C.NONE}
SETTLED = {C.BELOW_TRIVIAL, C.SAFE_BALL}
BLIND_I = BASE | {C.BLIND}  # what holds at any step size where x.y >= 0

SKEW = np.array([[1.0, 0.3, 0.0], [0.0, 0.7, 0.2], [0.1, 0.0, 0.5]])
CIRCLE = np.stack([np.cos(np.arange(9.0)), np.sin(np.arange(9.0))], axis=-1)


def target(dim: int, bias: float = -0.2) -> np.ndarray:
    return np.concatenate([[1.0], np.zeros(dim - 1), [bias]])


def starts(dim: int, number: int = 60, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((number, dim + 1))
    return w * 10.0 ** rng.uniform(-3, 1, (number, 1))


# The book's table, written out: law, allowed for the flow, for eta = 1/L, for eta = 2/L, for 3/L.
TABLE = [
    (sn.UniformBall(3), BLIND_I | SETTLED | {C.ANGLE, C.LOST_BALL}, BLIND_I | SETTLED
     | {C.LOST_BALL}, BLIND_I | {C.LOST_BALL}, BLIND_I),
    (sn.UniformBall(3, 4.0), BLIND_I | SETTLED | {C.ANGLE, C.LOST_BALL}, BLIND_I | SETTLED
     | {C.LOST_BALL}, BLIND_I | {C.LOST_BALL}, BASE),
    (sn.UniformSphere(3, 2.0), BLIND_I | SETTLED | {C.LOST_BALL}, BLIND_I | SETTLED
     | {C.LOST_BALL}, BLIND_I | {C.LOST_BALL}, BASE),
    (sn.UniformBall(1), BLIND_I | SETTLED | {C.LOST_BALL}, BLIND_I | SETTLED | {C.LOST_BALL},
     BLIND_I | {C.LOST_BALL}, BLIND_I),
    (sn.Gaussian(3), BLIND_I | SETTLED, BLIND_I | SETTLED, BLIND_I, BASE),
    (sn.Gaussian(2, mean=[0.5, 0.1]), BASE | SETTLED, BASE | SETTLED, BASE, BASE),
    (sn.AffineImage(sn.UniformBall(3), SKEW, [0.4, 0.0, 0.1]), BASE | SETTLED | {C.LOST_BALL},
     BASE | SETTLED | {C.LOST_BALL}, BASE | {C.LOST_BALL}, BASE),
    (sn.AffineImage(sn.UniformBall(2), 0.2 * np.eye(2), [3.0, 0.0]),
     BLIND_I | SETTLED | {C.LOST_BALL}, BLIND_I | SETTLED | {C.LOST_BALL},
     BLIND_I | {C.LOST_BALL}, BLIND_I),
    (sn.Empirical(2 * CIRCLE), BASE | {C.LOST_BALL}, BASE | {C.LOST_BALL, C.SAMPLE_FIT,
     C.SAMPLE_PART}, BASE | {C.LOST_BALL}, BASE),
    (sn.Empirical(CIRCLE), BLIND_I, BLIND_I | {C.SAMPLE_FIT, C.SAMPLE_PART}, BLIND_I, BLIND_I),
]  # fmt: skip
NAMES = [repr(row[0]) for row in TABLE]


@pytest.mark.parametrize(("law", "flow", "inside", "edge", "outside"), TABLE, ids=NAMES)
def test_only_certificates_of_the_table_are_used(law, flow, inside, edge, outside) -> None:
    prob = sn.Problem(law, target(law.dim))
    w = starts(law.dim, 40)
    lost_only = {C.DEAD, C.BLIND, C.LOST_BALL, C.NONE}
    for factor, allowed in ((None, flow), (1.0, inside), (2.0, edge), (3.0, outside)):
        dynamics = "flow" if factor is None else "descent"
        eta = None if factor is None else factor / prob.smoothness
        with warnings.catch_warnings():
            if factor == 3.0:
                warnings.simplefilter("ignore", StepSizeWarning)
            verdict = sn.decide(prob, w, dynamics, eta, max_steps=100)
        used = set(verdict.certificate.tolist())
        assert used <= allowed, f"{law} at {factor}: {used - allowed}"
        if factor is None or factor == 1:
            assert len(used) >= 2  # the batch is not empty of news
        else:
            assert used <= lost_only


def test_angle_needs_a_whole_ball_and_the_flow() -> None:
    w = [4.0, 9.0, 0.0]  # not dead, theta below beta, above the trivial loss
    ball = sn.Problem(sn.UniformBall(2), target(2, -0.2))
    assert sn.decide(ball, w, max_steps=0).certificate.item() is C.ANGLE
    sphere = sn.Problem(sn.UniformSphere(2), target(2, -0.2))
    for verdict in (
        sn.decide(sphere, w, max_steps=0),
        sn.decide(ball, w, "descent", max_steps=0),
        sn.decide(sn.Problem(sn.UniformBall(1), [1.0, -0.2]), [30.0, 10.0], max_steps=0),
    ):
        assert verdict.certificate.item() is C.NONE


def test_blind_start_with_a_positive_bias_can_escape() -> None:
    # F2: false for b > 0 and s2 > 1. The start is blind, and the flow learns all the same.
    prob = sn.Problem(sn.UniformBall(2, radius=5.0), [1.0, 0.0, -4.5])
    theta = np.linspace(2.0, np.pi - 0.01, 40)
    w = np.stack([0.3 * np.cos(theta), 0.3 * np.sin(theta), np.full(40, 0.2)], axis=-1)
    w = w[prob.is_blind(w) & ~prob.is_dead(w)]
    verdict = sn.decide(prob, w)
    assert (verdict.fate == F.LEARNED).any()
    at_start = verdict.certificate[verdict.steps == 0]
    assert not (at_start == C.BLIND).any()
    assert (verdict.point[verdict.certificate == C.BLIND][:, -1] <= 0).all()


def test_samples_have_their_own_fates() -> None:
    # C1's example: critical, inside the safe ball, below the trivial loss, and not learned.
    prob = sn.Problem(sn.Empirical([[-1.0], [1.0]]), [0.0, 1.0])
    w = np.array([0.5, 0.5])
    assert np.linalg.norm(w - prob.target) < prob.safe_radius
    assert prob.excess_loss(w) < 0
    verdict = sn.decide(prob, w, "descent")
    assert (verdict.fate.item(), verdict.certificate.item()) == (F.SPURIOUS, C.SAMPLE_PART)
    assert sn.decide(prob, w, max_steps=50).fate.item() is F.UNDECIDED
    near = sn.decide(prob, [0.3, 0.9], "descent")
    assert (near.fate.item(), near.certificate.item()) == (F.LEARNED, C.SAMPLE_FIT)
    assert near.quantity < near.threshold == 0.25


def test_a_part_of_the_sample_needs_its_ball() -> None:
    # From a height 0.5 to the target's 0.1 at x = 1; the ball of that move reaches height -0.3.
    prob = sn.Problem(sn.Empirical([[-1.0], [1.0]]), [-0.5, 0.6])
    w = [1.0, -0.5]
    assert sn.decide(prob, w, "descent", max_steps=0).fate.item() is F.UNDECIDED
    long = sn.decide(prob, w, "descent", 1.8 / prob.smoothness)
    assert long.certificate.item() is C.DEAD  # the first step leaves the ball's other side
    verdict = sn.decide(prob, w, "descent", 0.5 / prob.smoothness)
    assert verdict.certificate.item() is C.SAMPLE_PART and verdict.steps > 0
    end = np.array([0.8, -0.7])  # w - 0.2 (1, 1)
    assert float(verdict.quantity) == pytest.approx(np.linalg.norm(verdict.point - end))
    assert verdict.threshold == pytest.approx(0.1 / np.sqrt(2))
    assert verdict.quantity <= verdict.threshold


def test_repeated_points_do_not_pass_for_independent_ones() -> None:
    # Three positive samples, two of them equal: a fit of two may be a fit of one input.
    points = [[-1.0], [1.0], [1.0]]
    prob = sn.Problem(sn.Empirical(points), [0.5, 1.0])
    w = [0.9, 0.6]  # fits x = 1 and misses x = -1: the loss is that of the one missed
    verdict = sn.decide(prob, w, "descent", max_steps=0)
    assert verdict.certificate.item() is not C.SAMPLE_FIT
    single = sn.decide(prob, [0.5, 0.95], "descent", max_steps=0)
    assert single.threshold == pytest.approx(0.5 / 3 * 0.5**2)  # the least term, not a sum


def test_descent_and_flow_can_part() -> None:
    prob = sn.Problem(sn.UniformBall(5, radius=3.2), target(5, 2.34))
    theta = np.linspace(0, 2.4, 60)
    w = np.zeros((60, 6))
    w[:, 0], w[:, 1] = 28 * np.cos(theta), 28 * np.sin(theta)
    flow = sn.decide(prob, w)
    assert (flow.fate == F.LEARNED).all()
    for share, fate in ((0.5, F.LEARNED), (1.5, F.LEARNED), (1.99, F.LOST)):
        verdict = sn.decide(prob, w, "descent", share / prob.smoothness)
        assert (verdict.fate == fate).all(), share
        assert verdict.dynamics == "descent"
        assert verdict.step_size == share / prob.smoothness
    assert flow.dynamics == "flow" and flow.step_size is None


def test_what_proves_it_is_recorded() -> None:
    prob = sn.Problem(sn.UniformBall(3), target(3))
    w = starts(3, 200)
    for dynamics in ("flow", "descent"):
        verdict = sn.decide(prob, w, dynamics, max_steps=300)
        unknown = verdict.certificate == C.NONE
        assert np.isnan(verdict.quantity[unknown]).all()
        for certificate in set(verdict.certificate.tolist()) - {C.NONE}:
            rows = verdict.certificate == certificate
            quantity, threshold = verdict.quantity[rows], verdict.threshold[rows]
            below = quantity >= threshold if certificate is C.BLIND else quantity <= threshold
            assert below.all()
            point = verdict.point[rows]
            if certificate is C.BELOW_TRIVIAL:
                own, cross = prob.moments(point)
                again = (own / 2 - cross) / (own / 2 + cross)
                assert (prob.excess_loss(point) < 0).all()
            elif certificate is C.SAFE_BALL:
                again = np.linalg.norm(point - prob.target, axis=1)
            elif certificate in (C.ANGLE, C.BLIND):
                again = np.arccos(point[:, 0] / np.linalg.norm(point[:, :-1], axis=1))
            else:
                again = cones.height(prob.law, point)
            np.testing.assert_allclose(again, quantity, rtol=1e-7, atol=1e-12)


def test_lost_ball_names_a_dead_point_whose_ball_it_is() -> None:
    law = sn.UniformBall(2, radius=3.0)
    prob = sn.Problem(law, [1.0, 0.0, -1.0])
    w = np.array([-1.0, 0.4, -3.1])
    verdict = sn.decide(prob, w, "descent", 2 / prob.smoothness)
    z = verdict.point - np.array([0.0, 0.0, float(verdict.quantity) * (1 + 1e-12)])
    assert verdict.certificate.item() in (C.BLIND, C.LOST_BALL)
    tilted = sn.AffineImage(law, np.eye(2), [0.05, 0.0])
    verdict = sn.decide(sn.Problem(tilted, [1.0, 0.0, -1.0]), w)
    assert verdict.certificate.item() is C.LOST_BALL
    z = verdict.point - np.array([0.0, 0.0, float(verdict.quantity) * (1 + 1e-12)])
    assert cones.is_dead(tilted, z)
    # The radius that was used is at most the exact one, here for the ball without the shift.
    centred = np.array([*z[:2], z[2] + 0.05 * z[0]])
    exact = float(cones.lost_ball_radius(law, [1.0, 0.0, -0.95], centred))
    assert verdict.threshold <= exact * (1 + 1e-9)


def test_no_certificate_within_the_error_of_the_quadrature() -> None:
    prob = sn.Problem(sn.UniformBall(5), target(5, -0.3))
    u = np.array([np.cos(1.7), np.sin(1.7), 0, 0, 0, 0])
    own, cross = prob.moments(u)
    limit = 2 * float(cross) / float(own)  # the norm at which F(u) = F(0)
    assert prob.excess_loss((1 - 1e-6) * limit * u) < 0
    tie = sn.decide(prob, (1 - 1e-10) * limit * u, "descent", max_steps=0)
    assert tie.certificate.item() is C.NONE
    clear = sn.decide(prob, (1 - 1e-6) * limit * u, "descent", max_steps=0)
    assert clear.certificate.item() is C.BELOW_TRIVIAL


def test_exact_at_the_edge_of_the_sets() -> None:
    prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.0])
    verdict = sn.decide(prob, [[0.0, 0.0, 0.0], [3.0, 4.0, -5.0], [-1.0, 0.0, 0.0]])
    assert verdict.certificate.tolist() == [C.DEAD, C.DEAD, C.BLIND]
    assert (verdict.time == 0).all() and (verdict.point[1] == [3.0, 4.0, -5.0]).all()


def test_shapes_and_words() -> None:
    prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.3])
    one = sn.decide(prob, [1.0, 0.0, 0.0])
    assert one.fate.shape == one.certificate.shape == one.time.shape == one.quantity.shape == ()
    assert one.fate.dtype == object and one.fate[()] is F.LEARNED and one.point.shape == (3,)
    assert "gradient flow" in repr(one) and "ANGLE" in repr(one)
    many = sn.decide(prob, np.ones((2, 3, 3)), "descent", 0.5)
    assert many.fate.shape == (2, 3) and many.point.shape == (2, 3, 3)
    assert many.counts() == {F.LEARNED: 6}
    assert "gradient descent with step size 0.5, 6 starts: 6 learned" in repr(many)
    assert "<table>" in many._repr_html_() and C.BELOW_TRIVIAL.sentence in many._repr_html_()
    for member in (*F, *C):
        assert member.sentence.endswith(".")
    assert all(c.fate in F for c in C)
    gaussian = sn.Problem(sn.Gaussian(2), [1.0, 0.0, 0.3])
    undecided = sn.decide(gaussian, [-1.0, 0.01, -1.0], max_steps=3)
    assert "undecided" in repr(undecided) and "<table>" in undecided._repr_html_()


def test_reduced_and_full_problems_agree() -> None:
    for law in (sn.UniformBall(4), sn.UniformBall(1), sn.Gaussian(2), sn.UniformSphere(2)):
        prob = sn.Problem(law, target(law.dim))
        w = starts(law.dim, 40)
        full, reduced = sn.decide(prob, w), sn.decide(prob.reduced, prob.reduce(w))
        assert (full.fate == reduced.fate).all()
        np.testing.assert_allclose(prob.reduce(full.point), reduced.point, rtol=1e-9, atol=1e-12)


def test_full_coordinates_agree_with_reduced_ones() -> None:
    # A shift too small to matter makes the law not symmetric: other coordinates, no ANGLE.
    ball = sn.UniformBall(3)
    w = starts(3, 100)
    same = sn.decide(sn.Problem(ball, target(3)), w)
    moved = sn.decide(sn.Problem(sn.AffineImage(ball, np.eye(3), [0, 1e-14, 0]), target(3)), w)
    assert (same.fate == moved.fate).all()
    assert not (moved.certificate == C.ANGLE).any()


@pytest.mark.parametrize("dynamics", ["flow", "descent"])
def test_the_same_for_any_number_of_workers(dynamics: str) -> None:
    prob = sn.Problem(sn.UniformBall(3), target(3, -0.5))
    w = starts(3, 300)
    kept = sn.decide(prob, w, dynamics, max_steps=200)
    single = np.array([sn.decide(prob, row, dynamics, max_steps=200).point for row in w[:20]])
    assert (single == kept.point[:20]).all()
    with concurrent.futures.ThreadPoolExecutor(3) as executor:
        threads = sn.decide(prob, w, dynamics, max_steps=200, executor=executor)
    assert (threads.point == kept.point).all()
    assert (threads.certificate == kept.certificate).all()


def test_processes_give_the_same() -> None:
    prob = sn.Problem(sn.UniformBall(3), target(3, -0.5))
    w = starts(3, 40)
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as executor:
        verdict = sn.decide(prob, w, executor=executor)
    assert (verdict.point == sn.decide(prob, w).point).all()


def test_progress_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    prob = sn.Problem(sn.UniformBall(2), target(2))
    sn.decide(prob, starts(2, 5), progress=True)
    sample = sn.Problem(sn.Empirical(CIRCLE), target(2))
    sn.decide(sample, starts(2, 5), "descent", max_steps=5, progress=True)
    printed = capsys.readouterr()
    assert printed.out == "" and "start" in printed.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prob": sn.UniformBall(2)}, "prob must be a Problem"),
        ({"start": [1.0, 2.0]}, r"shape \(..., 3\)"),
        ({"start": [1.0, 2.0, np.nan]}, "start must be finite"),
        ({"start": [1e101, 0.0, 0.0]}, "start must have entries up to 1e100"),
        ({"start": np.zeros((0, 3))}, "start must hold at least one"),
        ({"dynamics": "sgd"}, "dynamics must be one of 'flow', 'descent'"),
        ({"step_size": 0.1}, "step_size must be None for the flow"),
        ({"dynamics": "descent", "step_size": 0.0}, "step_size must be positive"),
        ({"max_steps": -1}, "max_steps must be an integer >= 0"),
        ({"tol": 0.1}, "tol must lie between"),
        ({"executor": 4}, "executor must have submit"),
        ({"prob": sn.Problem(sn.UniformCube(2), [1.0, 0, 0])}, "no exact objective"),
    ],
)
def test_bad_input(change: dict, said: str) -> None:
    given = {"prob": sn.Problem(sn.UniformBall(2), target(2)), "start": np.ones(3)}
    with pytest.raises(ValueError, match=said):
        sn.decide(**{**given, **change})


def test_too_large_a_step_warns_and_still_answers() -> None:
    prob = sn.Problem(sn.UniformBall(2), target(2))
    with pytest.warns(StepSizeWarning, match="above 2/L"):
        verdict = sn.decide(prob, [[1.0, 0.2, 3.0], [-1.0, 0.0, -0.5]], "descent", 50.0)
    assert verdict.fate[1] is F.LOST
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StepSizeWarning)
        diverging = sn.Problem(sn.Empirical([[3.0], [2.0]]), [1.0, 1.0])
        verdict = sn.decide(diverging, [[5.0, 1.0]], "descent", 1.0)
    assert verdict.fate[0] in (F.UNDECIDED, F.LOST)


def test_no_step_jumps_over_the_scale_of_the_bias() -> None:
    # In a million dimensions w.x spreads over c a / 1000 only, and a bias of that size decides.
    prob = sn.Problem(sn.UniformBall(1_000_000), np.append(np.eye(1, 1_000_000)[0], -1e-3)).reduced
    theta = np.linspace(1.55, 1.75, 60)
    w = 0.1 * np.stack([np.cos(theta), np.sin(theta), 0 * theta], axis=-1)
    fates = sn.decide(prob, w).fate
    assert (fates == sn.decide(prob, w, tol=1e-10).fate).all()
    assert set(fates) == {sn.Fate.LEARNED, sn.Fate.LOST}
