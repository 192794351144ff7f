"""The overlap's second moments, against integrals done in the other order and against samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import beta, betainc, gamma, gammainc

import singleneuron as sn
from singleneuron.overlaps import overlap_spectrum


def inner(law: sn.laws.Law, k: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """E s^k on low < s < high for the radius s of two coordinates, by incomplete functions."""
    if isinstance(law, sn.Gaussian):
        ends = [gammainc(k / 2 + 1, r**2 / 2) for r in (low, high)]
        return (ends[1] - ends[0]) * 2 ** (k / 2) * gamma(k / 2 + 1)
    power = law.dim / 2 if isinstance(law, sn.UniformBall) else law.dim / 2 - 1
    c = law.support_radius
    ends = [betainc(k / 2 + 1, power, np.minimum(r / c, 1) ** 2) for r in (low, high)]
    return (ends[1] - ends[0]) * c**k * power * beta(k / 2 + 1, power)


def slow(law: sn.laws.Law, w: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Least eigenvalue for w, v in R^d: the radii on which both are active, angle by angle."""
    d, turns = law.dim, 100_000
    e = v[:d] / np.linalg.norm(v[:d])
    f = w[:d] - (w[:d] @ e) * e
    f /= np.linalg.norm(f)
    phi = (np.arange(turns) + 0.5) * 2 * np.pi / turns
    low, high = np.zeros(turns), np.full(turns, 50.0)
    for u in (w, v):
        slope = (u[:d] @ e) * np.cos(phi) + (u[:d] @ f) * np.sin(phi)
        root = -u[d] / slope
        if u[d] <= 0:
            low = np.where(slope > 0, np.maximum(low, root), np.inf)
        else:
            high = np.where(slope < 0, np.minimum(high, root), high)
    high = np.maximum(high, low)
    one, first, second = (inner(law, k, low, high) for k in range(3))
    x, y = np.cos(phi), np.sin(phi)
    rows = [[second * x * x, second * x * y, first * x],
            [second * x * y, second * y * y, first * y], [first * x, first * y, one]]  # fmt: skip
    least = float(np.linalg.eigvalsh(np.mean(rows, axis=-1))[0])
    if d == 2:
        return np.array(least)
    if isinstance(law, sn.Gaussian):
        return np.minimum(least, one.mean())
    k = d if isinstance(law, sn.UniformBall) else d - 2
    return np.minimum(least, (law.support_radius**2 * one - second).mean() / k)


@pytest.mark.parametrize(
    "law",
    [sn.UniformBall(2), sn.UniformBall(3, 2.0), sn.UniformBall(40), sn.UniformSphere(5),
     sn.Gaussian(2), sn.Gaussian(6)],
    ids=repr,
)  # fmt: skip
def test_curvature_against_the_other_order(law: sn.laws.Law) -> None:
    rng = np.random.default_rng(1)
    w, v = rng.standard_normal((2, 6, law.dim + 1)) / np.sqrt(law.dim)
    w[:, -1], v[:, -1] = w[:, -1] / 2, np.abs(v[:, -1])
    w[0] = v[0] + 1e-3 * w[0]
    for one, other in zip(w, v, strict=True):
        value = sn.overlap_curvature(sn.Problem(law, other), one)
        # The middle rule of 100,000 angles is off by some 1e-9 of E |x|^2.
        assert value == pytest.approx(float(slow(law, one, other)), abs=1e-8)


@pytest.mark.parametrize(
    "law",
    [
        sn.UniformBall(1, radius=2.0),
        sn.Gaussian(1, scale=0.7),
        sn.Gaussian(2, mean=[0.4, -1.0]),
        sn.UniformSphere(2),
        sn.UniformSphere(3),
        sn.AffineImage(sn.UniformBall(3), [[1, 0.4, 0], [0, 0.6, 0], [0.2, 0, 2]], [0.5, -0.2, 0]),
        sn.Empirical([[1.0, 2.0], [-1.0, 0.5], [0.3, 0.3], [2.0, -1.0]]),
    ],
    ids=repr,
)
def test_spectrum_against_samples(law: sn.laws.Law) -> None:
    rng = np.random.default_rng(2)
    x = np.column_stack([law.sample(100_000, rng), np.ones(100_000)])
    for bias in (-0.3, 0.4):
        w, v = rng.standard_normal((2, law.dim + 1))
        w[-1], v[-1] = bias, 0.2
        values, counts = overlap_spectrum(sn.Problem(law, v), np.stack([w, v + 0.1]))
        assert values.shape == counts.shape and (counts.sum(axis=1) == law.dim + 1).all()
        for u, own, count in zip((w, v + 0.1), values, counts, strict=True):
            seen = x[(x @ u > 0) & (x @ v > 0)]
            moment = seen.T @ seen / len(x)
            # Five standard errors of a mean of 100,000 products of about |x|^2.
            error = 5 / np.sqrt(100_000) * (np.trace(moment) + 0.1) * 2
            found = np.linalg.eigvalsh(moment)
            np.testing.assert_allclose(np.repeat(own, count), found, atol=error)


@pytest.mark.parametrize("dim", [1, 2, 5, 1_000])
def test_mass_trace_and_pull_agree_with_the_kernel(dim: int) -> None:
    """E[x x^T 1_A] v = E[s(v.x) x 1[w.x > 0]] is what the gradient subtracts."""
    rng = np.random.default_rng(3)
    law = sn.UniformBall(dim)
    prob = sn.Problem(law, [1.0, *np.zeros(dim - 1), 0.3 / dim])
    w = rng.standard_normal((50, dim + 1)) / np.sqrt(dim)
    least = sn.overlap_curvature(prob, w)
    gap = w - prob.target
    pull = (prob.gradient(w) * gap).sum(axis=1) / (gap**2).sum(axis=1)
    assert (pull >= least * (1 - 1e-9)).all()
    assert (least >= sn.curvature_bound(law, prob.overlap(w))).all()
    values, counts = overlap_spectrum(prob, w)
    trace = (values * counts).sum(axis=1)  # E |x|^2 on the overlap
    assert (trace >= prob.overlap(w) * (1 - 1e-9)).all()
    assert (trace <= 2 * prob.overlap(w) * (1 + 1e-9)).all()


def test_shapes_blind_neurons_and_reduced_coordinates() -> None:
    prob = sn.Problem(sn.UniformBall(6), [1.0, 0, 0, 0, 0, 0, -0.2])
    w = np.random.default_rng(4).standard_normal((2, 3, 7))
    assert sn.overlap_curvature(prob, w).shape == (2, 3)
    assert sn.overlap_curvature(prob, w[0, 0]).shape == ()
    assert float(sn.overlap_curvature(prob, [-1.0, 0, 0, 0, 0, 0, 0])) == 0
    assert float(sn.overlap_curvature(prob, np.zeros(7))) == 0
    in_plane = sn.overlap_curvature(prob.reduced, prob.reduce(w))
    assert (in_plane >= sn.overlap_curvature(prob, w) - 1e-15).all()
    with pytest.raises(ValueError, match="no exact objective"):
        sn.overlap_curvature(sn.Problem(sn.UniformCube(2), [1.0, 0, 0]), [1.0, 0, 0])
    with pytest.raises(ValueError, match="w must have shape"):
        sn.overlap_curvature(prob, [1.0, 0.0])


@pytest.mark.parametrize("law", [sn.UniformBall(3), sn.Gaussian(1), sn.Empirical([[0.5], [2.0]])])
@pytest.mark.parametrize("powers", [(700, 0), (-700, 0), (0, 700), (0, -700), (1000, 1000)])
def test_only_directions_count(law: sn.laws.Law, powers: tuple[int, int]) -> None:
    """Powers of two scale w and v exactly, and the overlap not at all."""
    w, v = np.ones(law.dim + 1), np.r_[0.5, np.ones(law.dim)]
    sure = sn.overlap_curvature(sn.Problem(law, v), w)
    far = sn.Problem(law, np.ldexp(v, powers[1]))
    assert sn.overlap_curvature(far, np.ldexp(w, powers[0])) == sure > 0
