"""The four tools T1 to T4, over masses of random laws: finitely many points, wild scales, ties.

Any law is a limit of such laws, and T1 to T3 hold for every law with a second moment. Each slack
is measured in units of what the sums on both sides can lose by rounding, so that a violation of
-1 would be one that rounding does not explain; on integers nothing is lost, and 0 is the limit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

import singleneuron as sn
from singleneuron.bounds import curvature_bound

MANY = 100_000
ROUNDING = 64 * np.finfo(float).eps  # up to 12 points and 9 coordinates are added up
Array = NDArray[np.float64]


class Instances(NamedTuple):
    """Random problems: points (N, n, d+1), weights (N, n), neurons w and v (N, d+1)."""

    x: Array
    weights: Array
    w: Array
    v: Array

    def heights(self, u: Array) -> Array:
        return np.einsum("Nni,Ni->Nn", self.x, u)

    def mean(self, values: Array) -> Array:
        return (self.weights * values).sum(axis=1)

    def top(self) -> Array:
        """L of each law."""
        second = np.einsum("Nn,Nni,Nnj->Nij", self.weights, self.x, self.x)
        return np.linalg.eigvalsh(second)[:, -1]


def wild(dim: int, count: int, seed: int) -> Instances:
    """Weights, inputs and neurons of very different sizes; neurons in any relation."""
    rng = np.random.default_rng([seed, dim])
    atoms = int(rng.integers(1, 13))
    x = np.ones((count, atoms, dim + 1))
    spread = 10.0 ** rng.uniform(-4, 4, (count, 1, 1))
    x[..., :dim] = rng.standard_t(2, (count, atoms, dim)) * spread
    w, v = rng.normal(size=(2, count, dim + 1)) * 10.0 ** rng.uniform(-6, 6, (2, count, 1))
    near = rng.random(count) < 0.2
    w[near] = v[near] * (1 + 10.0 ** rng.uniform(-6, 0, (near.sum(), 1)) * w[near])
    weights = rng.dirichlet(np.full(atoms, 0.5), count)
    return Instances(x, weights, w, v)


def whole(dim: int, count: int, seed: int) -> Instances:
    """Small integers, weights included (their sum divides out): every sum is exact, ties abound."""
    rng = np.random.default_rng([seed, dim])
    x = rng.integers(-2, 3, (count, 6, dim + 1)).astype(float)
    x[..., dim] = 1
    w, v = rng.integers(-2, 3, (2, count, dim + 1)).astype(float)
    return Instances(x, rng.integers(1, 9, (count, 6)).astype(float), w, v)


class Tools(NamedTuple):
    """Of each instance: g, E r^2, <g, w-v>, curvature, and the sum that rounding is relative to."""

    gradient: Array
    r: Array
    square: Array
    inner: Array
    shared: Array
    scale: Array


def tools(here: Instances, at_zero: Array | float = 0.0) -> Tools:
    """All quantities from their definitions; at_zero is s'(0)."""
    own, other = here.heights(here.w), here.heights(here.v)
    slope = np.where(own > 0, 1.0, np.where(own == 0, at_zero, 0.0))
    r = (np.maximum(own, 0) - np.maximum(other, 0)) * slope
    g = np.einsum("Nn,Nn,Nni->Ni", here.weights, r, here.x)
    both = (own > 0) & (other > 0)
    gap = here.heights(here.w - here.v)
    reach = np.linalg.norm(here.x, axis=2)
    sizes = np.linalg.norm(here.w, axis=1) + np.linalg.norm(here.v, axis=1)
    return Tools(
        gradient=g,
        r=r,
        square=here.mean(r**2),
        inner=(g * (here.w - here.v)).sum(axis=1),
        shared=here.mean(gap**2 * both),
        scale=here.mean((abs(r) + abs(gap) * both) * reach) * sizes,
    )


def loss(here: Instances, w: Array) -> Array:
    gap = np.maximum(here.heights(w), 0) - np.maximum(here.heights(here.v), 0)
    return here.mean(gap**2) / 2


def in_units(slack: Array, scale: Array) -> Array:
    """Slack over the rounding of its terms; 0 where there are none."""
    return slack / np.where(scale > 0, ROUNDING * scale, 1.0)


DIMENSIONS = range(1, 9)
SHARE = MANY // len(DIMENSIONS)


# --- Exactly, on integers -----------------------------------------------------------------------


@pytest.mark.parametrize("at_zero", [0.0, 0.5, 1.0])
def test_integers_leave_no_doubt(at_zero: float) -> None:
    """T1 and T2 before L enters: sums of small integers, compared without any tolerance."""
    least, ties = np.full(4, np.inf), 0
    for dim in DIMENSIONS:
        here = whole(dim, SHARE, 1)
        t = tools(here, at_zero)
        step = np.random.default_rng(dim).integers(-4, 5, here.w.shape)
        rise = 2 * (loss(here, here.w + step) - loss(here, here.w))
        bound = 2 * (t.gradient * step).sum(axis=1) + here.mean(here.heights(step) ** 2)
        below = here.mean(
            np.maximum(here.heights(here.w), 0) * np.maximum(-here.heights(here.v), 0)
        )
        slacks = [bound - rise, t.inner - t.square, t.inner - t.shared, t.square - t.shared]
        least = np.minimum(least, [slack.min() for slack in slacks])
        ties += int((here.heights(here.w) == 0).any(axis=1).sum())
        if at_zero == 0:  # the first inequality of T2 misses by exactly E s(w.x) s(-v.x)
            assert (t.inner - t.square == below).all()
    assert ties > MANY / 4
    assert (least == 0).all()  # never violated, and each is attained
    print("least slacks of T1, T2 (E r^2, curvature, both):", least)


# --- Wild scales --------------------------------------------------------------------------------


def test_t1_and_t2_on_wild_instances() -> None:
    least = dict.fromkeys(("T1", "T2 E r^2", "T2 |g|^2/L", "T2 curvature"), np.inf)
    for dim in DIMENSIONS:
        here = wild(dim, SHARE, 2)
        t, top = tools(here), here.top()
        g = t.gradient
        size = np.linalg.norm(g, axis=1)
        rng = np.random.default_rng(dim)
        step = rng.normal(size=g.shape) * 10.0 ** rng.uniform(-6, 6, (SHARE, 1))
        along = rng.random(SHARE) < 0.5  # half of them steps of descent
        step[along] = (-rng.uniform(0, 3, (SHARE, 1)) / top[:, None] * g)[along]
        square = (step**2).sum(axis=1)
        before, after = loss(here, here.w), loss(here, here.w + step)
        bound = before + (g * step).sum(axis=1) + top / 2 * square
        reach = here.mean((here.x**2).sum(axis=2))
        lengths = [np.linalg.norm(u, axis=1) for u in (here.w, here.v, step)]
        slacks = {
            "T1": (bound - after, reach * sum(lengths) ** 2),
            "T2 E r^2": (t.inner - t.square, t.scale),
            "T2 |g|^2/L": (t.square - size**2 / top, t.square),
            "T2 curvature": (t.inner - t.shared, t.scale),
        }
        for name, (slack, scale) in slacks.items():
            least[name] = min(least[name], in_units(slack, scale).min())
    print("least slacks in units of rounding:", least)
    assert min(least.values()) > -1


def test_t3_on_wild_instances() -> None:
    """Descent and one step of SGD, at every step size up to 3/L: the bound needs no step limit."""
    least = dict.fromkeys(("descent", "sgd", "growth up to 2/L"), np.inf)
    for dim in DIMENSIONS:
        here = wild(dim, SHARE, 3)
        t, top = tools(here), here.top()
        rng = np.random.default_rng(dim)
        eta = rng.uniform(0, 3, SHARE)
        eta[: SHARE // 10] = 2.0
        gap = here.w - here.v
        far = (np.linalg.norm(here.w, axis=1) + np.linalg.norm(here.v, axis=1)) ** 2
        first = (here.x[:, 0] ** 2).sum(axis=1)
        for name, g, curvature, square in (
            ("descent", t.gradient, top, t.square),
            ("sgd", t.r[:, :1] * here.x[:, 0], first, t.r[:, 0] ** 2),
        ):
            before = (gap**2).sum(axis=1)
            after = ((gap - (eta / curvature)[:, None] * g) ** 2).sum(axis=1)
            bound = before - eta * (2 - eta) * square / curvature
            scale = far + (g**2).sum(axis=1) / curvature**2 + square / curvature
            least[name] = min(least[name], in_units(bound - after, scale).min())
            if name == "descent":
                shrink = (before - after)[eta <= 2]
                least["growth up to 2/L"] = min(
                    least["growth up to 2/L"], in_units(shrink, scale[eta <= 2]).min()
                )
    print("least slacks in units of rounding:", least)
    assert min(least.values()) > -1


def test_a_wrong_factor_is_seen() -> None:
    """The same instances refute what is a little stronger: the checks above are not vacuous."""
    here = wild(3, SHARE, 2)
    t, top = tools(here), here.top()
    assert in_units(t.inner - 1.001 * t.square, t.scale).min() < -1
    assert in_units(t.square - 1.001 * (t.gradient**2).sum(axis=1) / top, t.square).min() < -1
    assert in_units(t.inner - 1.001 * t.shared, t.scale).min() < -1
    gap, eta = here.w - here.v, 2.001 / top[:, None]
    after = ((gap - eta * t.gradient) ** 2).sum(axis=1)
    assert (after > (gap**2).sum(axis=1) * (1 + 1e-6)).any()


# --- The package's own loss, gradient and runs --------------------------------------------------


def laws() -> list[sn.laws.Law]:
    rng = np.random.default_rng(4)
    shear = rng.normal(size=(3, 3))
    return [
        sn.UniformBall(1, 3.0),
        sn.UniformBall(8, 0.2),
        sn.UniformSphere(3, 5.0),
        sn.Gaussian(2, 4.0),
        sn.Gaussian(5),
        sn.AffineImage(sn.UniformBall(3), shear, [5.0, -1.0, 0.3]),
        *(sn.Empirical(rng.standard_t(2, (n, d)) * 3) for n, d in [(1, 1), (3, 2), (40, 6)]),
    ]


@pytest.mark.parametrize("law", laws(), ids=repr)
def test_a_step_of_the_package(law: sn.laws.Law) -> None:
    rng = np.random.default_rng(5)
    v = rng.normal(size=law.dim + 1)
    v[-1] = abs(v[-1])
    prob = sn.Problem(law, v)
    w = rng.normal(size=(1500, law.dim + 1)) * 10.0 ** rng.uniform(-3, 2, (1500, 1))
    eta = rng.uniform(0, 2, (1500, 1)) / prob.smoothness
    g = prob.gradient(w)
    own, cross = prob.moments(w)
    scale = own + cross + 2 * prob.trivial_loss
    square, gap = (g**2).sum(axis=1), w - v
    inner = (g * gap).sum(axis=1)
    # 1e-10 of `scale` is what the package promises; a factor 10 for what is added up here
    assert (inner - square / prob.smoothness > -1e-9 * scale).all()
    eta_, fall = eta[:, 0], prob.excess_loss(w - eta * g) - prob.excess_loss(w)
    bound = -eta_ * (1 - eta_ * prob.smoothness / 2) * square
    assert (bound - fall > -1e-9 * scale).all()
    shrink = (gap**2).sum(axis=1) - ((gap - eta * g) ** 2).sum(axis=1)
    assert (shrink > -1e-9 * scale / prob.smoothness).all()


def test_the_gradient_is_not_lipschitz() -> None:
    """T1 without smoothness: across the origin the gradient jumps by sqrt(13)/12 in any case."""
    prob = sn.Problem(sn.UniformBall(1), [1.0, 0.0])
    t = 10.0 ** -np.arange(1, 9)[:, None]
    u = np.array([1.0, 0.0])
    jump = np.linalg.norm(prob.gradient(t * u) - prob.gradient(-t * u), axis=1)
    assert jump[-1] == pytest.approx(np.sqrt(13) / 12, rel=1e-7)
    assert prob.smoothness == 1


# --- T4 -----------------------------------------------------------------------------------------


def least_curvature(p: Array, c: float) -> Array:
    """The exact minimum for the uniform law on [-c, c], of all events of probability p."""
    middle, spread = c * (1 - p), p**2 * c**2 / 3
    total = 1 + middle**2 + spread
    return 2 * p * spread / (total + np.sqrt(total**2 - 4 * spread))


@pytest.mark.parametrize("c", [0.1, 1.0, 4.0])
def test_mass_gives_curvature(c: float) -> None:
    """Random unions of intervals; least of all their eigenvalues is that of an end interval."""
    rng = np.random.default_rng(6)
    ends = np.sort(rng.uniform(-c, c, (40_000, 6)), axis=1)
    ends[:5000, 2:] = c  # one interval
    ends[:2500, 1:] = c  # at the end
    left, right = ends[:, ::2], ends[:, 1::2]
    m0, m1, m2 = (((right**k - left**k) / k).sum(axis=1) / (2 * c) for k in (1, 2, 3))
    exact = np.linalg.eigvalsh(np.stack([m2, m1, m1, m0], axis=-1).reshape(-1, 2, 2))[:, 0]
    bound = curvature_bound(sn.UniformBall(1, c), np.minimum(m0, 1))
    rounding = 1e-15 * (m2 + m0)  # of the eigenvalue
    assert (exact - bound > -rounding).all()
    least = least_curvature(m0, c)
    assert (exact - least > -1e-12 * (m2 + m0)).all()
    fair = least > 1e-6 * (m2 + m0)
    assert (exact / least)[:2500][fair[:2500]].max() < 1 + 1e-6
    print(f"c = {c}: least exact / bound {(exact / bound)[fair].min():.4f}")


def test_mass_gives_curvature_is_sharp_in_the_limit() -> None:
    p = 10.0 ** -np.arange(1, 7)
    for c in (0.1, 1.0, 10.0):
        ratio = least_curvature(p, c) / curvature_bound(sn.UniformBall(1, c), p)
        assert (ratio >= 1).all()
        limit = 2 * (1 + 1 / np.sqrt(3)) * c**2 / (1 + c**2)
        assert (ratio[-1] - 1) / p[-1] == pytest.approx(limit, rel=1e-3)


@pytest.mark.parametrize("dim", [1, 2, 5, 20])
def test_mass_gives_curvature_in_balls(dim: int) -> None:
    """The event that the target is active, whose eigenvalues the package knows exactly."""
    rng = np.random.default_rng(7)
    for _ in range(40):
        law = sn.UniformBall(dim, float(np.exp(rng.uniform(-1, 1))))
        v = np.append(rng.normal(size=dim), 0)
        v[-1] = law.radius * np.linalg.norm(v) * rng.uniform(-0.8, 1.1)
        prob = sn.Problem(law, v)
        bound = curvature_bound(law, min(1.0, float(prob.active_mass(v))))
        assert sn.bounds.local_rate(prob).eigenvalues[0] > bound * (1 - 1e-9)
