"""Samples of a problem: the empirical problem, its fates, its dead cone, recovery and spread."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import singleneuron as sn

Array = NDArray[np.float64]
BALL = sn.Problem(sn.UniformBall(3, radius=1.5), [1.0, -0.5, 0.2, 0.1], rtol=1e-9)


# The empirical problem


def test_the_empirical_problem_is_that_of_the_drawn_inputs() -> None:
    few = sn.sample_problem(BALL, 7, np.random.default_rng(3))
    points = BALL.law.sample(7, np.random.default_rng(3))
    assert isinstance(few.law, sn.Empirical)
    assert (few.law.points == points).all() and (few.law.weights == 1 / 7).all()
    assert (few.target == BALL.target).all() and few.rtol == BALL.rtol
    w = np.random.default_rng(4).normal(size=(50, 4))
    own, other = (np.maximum(points @ u[..., :-1].T + u[..., -1], 0) for u in (w, BALL.target))
    slow = ((own - other[:, None]) ** 2).mean(axis=0) / 2
    # Sums of 7 squares of numbers below 10: a few ulp of 100.
    np.testing.assert_allclose(few.loss(w), slow, rtol=1e-13, atol=1e-13)


def test_one_call_draws_the_inputs_and_nothing_else() -> None:
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    sn.sample_problem(BALL, 11, one)
    BALL.law.sample(11, other)
    assert one.bit_generator.state == other.bit_generator.state


@pytest.mark.parametrize(
    "law",
    [
        sn.UniformBall(1),
        sn.UniformSphere(4),
        sn.Gaussian(2),
        sn.UniformCube(3),
        sn.AffineImage(sn.UniformBall(2), [[2.0, 0.0], [0.3, 1.0]], [0.5, -0.5]),
        sn.Empirical([[0.0, 1.0], [1.0, 0.0]]),
    ],
    ids=repr,
)
def test_every_law_can_be_sampled(law: Any) -> None:
    prob = sn.Problem(law, np.append(np.ones(law.dim), 0.5))
    few = sn.sample_problem(prob, 40, np.random.default_rng(0))
    assert isinstance(few.law, sn.Empirical) and few.law.points.shape == (40, law.dim)
    assert few.loss(few.target) == 0
    # More inputs forbid more: what is dead for the law is dead for the sample.
    w = np.random.default_rng(1).normal(size=(2000, law.dim + 1)) - np.eye(law.dim + 1)[-1]
    assert few.is_dead(w)[prob.is_dead(w)].all()
    assert few.safe_radius <= prob.safe_radius * (1 + 1e-12)  # two projections, each rounded


DIM_TWO = sn.Problem(sn.UniformBall(2), [1.0, 0.0, -0.99])
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((BALL, 0, RNG), "n must be an integer >= 1, got 0"),
        ((BALL, 2.5, RNG), "n must be an integer >= 1, got 2.5"),
        ((BALL, float("nan"), RNG), "n must be finite, got nan"),
        ((BALL, 5, 0), "rng must be a Generator, got 0; pass np.random.default_rng(0)"),
        ((BALL.law, 5, RNG), "prob must be a Problem, got UniformBall"),
        ((BALL.reduced, 5, RNG), "pass the problem it was reduced from"),
        ((DIM_TWO, 3, RNG), "n = 3 inputs were drawn and the target is silent on all of them"),
    ],
)
def test_bad_input_is_named(arguments: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        sn.sample_problem(*arguments)
