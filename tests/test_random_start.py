"""What the chapter on random starts proves: short starts, the mean label, laws with spread."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc

import singleneuron as sn

LAWS = [
    sn.UniformBall(1),
    sn.UniformBall(30),
    sn.UniformSphere(4, 2.0),
    sn.Gaussian(5),
    sn.AffineImage(sn.UniformBall(2), [[1.0, 0.6], [0.0, 0.8]], [0.4, -0.2]),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_the_mean_label_never_fails(law: sn.laws.Law) -> None:
    rng = np.random.default_rng(3)
    for v in rng.normal(size=(10, law.dim + 1)):
        if sn.cones.is_dead(law, v):
            continue
        prob = sn.Problem(law, v)
        labels = np.maximum(law.sample(20_000, rng) @ v[:-1] + v[-1], 0)
        unit = np.append(np.zeros(law.dim), 1.0)
        mean = prob.moments(unit)[1]
        assert abs(labels.mean() - mean) < 5 * labels.std() / np.sqrt(len(labels))
        # The loss over the bias is a parabola with zeros at 0 and at twice the mean label.
        ratio = prob.excess_loss(np.outer([0.5, 1.0, 1.999, 2.001], unit * mean)) / mean**2
        np.testing.assert_allclose(ratio, [-0.375, -0.5, -0.0009995, 0.0010005], rtol=1e-6)
        for dynamics in ("flow", "descent"):
            assert sn.decide(prob, mean * unit, dynamics).fate == sn.Fate.LEARNED


def test_short_random_starts_are_learned() -> None:
    rng, lost, sure = np.random.default_rng(4), 0.0, 0.0
    for dim, bias, more in ((2, -0.5, 0.3), (5, -0.3, 0.6), (12, 0.2, 1.0)):
        prob = sn.Problem(sn.UniformBall(dim), [1.0, *np.zeros(dim - 1), bias])
        norm = 0.999 * float(sn.start_norm_limit(prob, np.pi / 2 + more))
        u = rng.normal(size=(400, dim))
        u *= norm / np.linalg.norm(u, axis=1)[:, None]
        w = np.column_stack([u, np.zeros(400)])
        theta = np.arccos(u[:, 0] / norm)
        verdict = sn.decide(prob, w)
        assert (verdict.fate[theta <= np.pi / 2 + more] == sn.Fate.LEARNED).all()
        chance = 0.5 * betainc((dim - 1) / 2, 0.5, np.cos(more) ** 2)
        bound = np.cos(more) ** (dim - 2) / np.tan(more) / np.sqrt(2 * np.pi * (dim - 1))
        assert chance <= bound
        lost += (verdict.fate == sn.Fate.LOST).sum()
        sure += 400 * chance
    assert lost <= sure + 5 * np.sqrt(sure)


@pytest.mark.parametrize("radius", [1.0, 3.0])
def test_how_small_a_norm_must_be(radius: float) -> None:
    rng = np.random.default_rng(5)
    for dim in (2, 3, 10, 50):
        for cosine in rng.uniform(0, 0.98, 10):
            target = [1.5, *np.zeros(dim - 1), -1.5 * radius * cosine]
            prob = sn.Problem(sn.UniformBall(dim, radius), target)
            more = rng.uniform(0, 0.98, 10) * np.arccos(cosine)
            part = 1 - (cosine / np.cos(more)) ** 2
            bound = 4 * (dim + 2) * (1 - cosine) * 1.5 * part ** (dim / 2)
            assert (sn.start_norm_limit(prob, np.pi / 2 + more) <= bound).all()


def test_no_bias_no_dimension() -> None:
    theta = np.linspace(0, 3, 7)
    for law in (sn.UniformBall(2), sn.UniformSphere(7, 3.0), sn.Gaussian(40)):
        prob = sn.Problem(law, [2.0, *np.zeros(law.dim)])
        exact = 4 / np.pi * (np.sin(theta) + (np.pi - theta) * np.cos(theta))
        np.testing.assert_allclose(sn.start_norm_limit(prob, theta), exact, rtol=1e-8)
