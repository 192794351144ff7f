"""Cones: the numbers that the package promises, each against a method that shares nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from singleneuron import cones
from singleneuron.laws import AffineImage, Empirical, UniformBall, UniformCube, UniformSphere
from singleneuron.laws.projected import PlanarProjection

STATES = 10_000
MARGIN = 1e-6  # what the searches below may miss of a maximum of size 1
EVALUATION = 1e-13  # rounding of a pre-activation of size at most 10


def random_matrix(d, rng):
    """Condition number at most 20: beyond it the supports are needles that no search fills."""
    while True:
        matrix = rng.normal(size=(d, d)) + np.eye(d)
        if np.linalg.cond(matrix) < 20:
            return matrix


def pairs(law, n, rng):
    """n states and one target, of length one, biases spread over what the support can answer."""
    v, w = rng.normal(size=law.dim + 1), rng.normal(size=(n, law.dim + 1))
    while cones.is_dead(law, v):
        v = rng.normal(size=law.dim + 1)
    w[:, -1] = rng.uniform(-1.3, 0.7, n) * law.support_function(w[:, :-1])
    return v / np.linalg.norm(v), w / np.linalg.norm(w, axis=1, keepdims=True)


def search_round(matrix, shift, radius, v, w):
    """max min(w.x, v.x) over x = matrix z + shift, |z| <= radius, by ever finer grids of z."""
    d = len(shift)
    side = {1: 33, 2: 11, 3: 7}[d]
    grid = np.array(list(itertools.product(np.linspace(-1, 1, side), repeat=d)))
    centre, best = np.zeros((len(w), d)), np.full(len(w), -np.inf)
    for level in range(34):
        z = centre[:, None] + radius * 0.65**level * grid
        z *= (radius / np.maximum(np.linalg.norm(z, axis=2), radius))[..., None]
        x = z @ matrix.T + shift
        value = np.minimum(x @ v[:-1] + v[-1], np.einsum("kgd,kd->kg", x, w[:, :-1]) + w[:, -1:])
        top = value.argmax(axis=1)
        rows = np.arange(len(w))
        centre = np.where((value[rows, top] > best)[:, None], z[rows, top], centre)
        best = np.maximum(best, value[rows, top])
    return best


def search_box(corners, edges, v, w):
    """The same over a box: its corners, and where w.x = v.x on an edge."""
    at_v, at_w = corners @ v[:-1] + v[-1], w[:, :-1] @ corners.T + w[:, -1:]
    best = np.minimum(at_v, at_w).max(axis=1)
    for i, j in edges:
        gap = at_w - at_v
        share = gap[:, i] / np.where(gap[:, i] == gap[:, j], 1.0, gap[:, i] - gap[:, j])
        share = np.clip(share, 0, 1)
        best = np.maximum(
            best,
            np.minimum(
                at_v[i] + share * (at_v[j] - at_v[i]),
                at_w[:, i] + share * (at_w[:, j] - at_w[:, i]),
            ),
        )
    return best


def box(d, half_width):
    signs = np.array(list(itertools.product((-1, 1), repeat=d)))
    edges = [(i, j) for i, j in itertools.combinations(range(2**d), 2)
             if (signs[i] != signs[j]).sum() == 1]  # fmt: skip
    return half_width * signs, edges


@pytest.mark.parametrize("shape", ["ball", "ellipsoid", "box", "parallelepiped"])
def test_shadow_criterion_against_brute_force(shape):
    """No mismatch on 10,000 states of each shape.

    A maximum > 0 is a witness. One within MARGIN below 0 is left out where the search could be
    short of a witness; boxes are searched exactly and none is left out.
    """
    rng = np.random.default_rng(11)
    blind_states = left_out = 0
    for _ in range(per := 50):
        d, size = int(rng.integers(1, 4)), rng.uniform(0.3, 3)
        matrix, shift = np.eye(d), np.zeros(d)
        if shape in ("ellipsoid", "parallelepiped"):
            matrix, shift = random_matrix(d, rng), rng.normal(size=d)
        if shape in ("box", "parallelepiped"):
            d = len(shift)
            law = UniformCube(d, size)
        else:
            law = UniformBall(d, size)
        if shift.any():
            law = AffineImage(law, matrix, shift)
        v, w = pairs(law, STATES // per, rng)
        blind = cones.is_blind(law, v, w)
        if shape in ("box", "parallelepiped"):
            corners, edges = box(d, size)
            most, margin = search_box(corners @ matrix.T + shift, edges, v, w), EVALUATION
        else:
            most, margin = search_round(matrix, shift, size, v, w), MARGIN
        assert (most[blind] <= EVALUATION).all()
        assert (most[~blind] > -margin).all()
        least = cones.shadow_height(law, v, w)
        assert ((least <= 0) == blind)[np.abs(least) > EVALUATION].all()
        blind_states += blind.sum()
        left_out += (~blind & (most <= 0)).sum()
    assert 0.2 < blind_states / STATES < 0.8
    assert left_out <= 5


def test_sphere_is_blind_as_the_ball_and_as_seen_on_the_circle():
    """Spheres are not convex: d = 2 by the arcs themselves, d > 2 by search on the sphere."""
    rng, angles = np.random.default_rng(12), np.linspace(0, 2 * np.pi, 20001)
    x = np.stack([np.cos(angles), np.sin(angles)])
    law = UniformSphere(2)
    v, w = pairs(law, 400, rng)
    most = np.minimum(v[:2] @ x + v[2], w[:, :2] @ x + w[:, 2:]).max(axis=1)
    blind = cones.is_blind(law, v, w)
    assert (blind == (most <= 0))[np.abs(most) > 2e-4].all()  # half a grid step, slopes 1
    assert 0.1 < blind.mean() < 0.9
    for d in (2, 3, 6):
        v, w = pairs(UniformSphere(d, 2.0), 400, rng)
        blind = cones.is_blind(UniformSphere(d, 2.0), v, w)
        assert (blind == cones.is_blind(UniformBall(d, 2.0), v, w)).all()
    for row, is_blind in zip(w[:60], blind[:60], strict=True):
        most = max(best_on_sphere(row, v, 2.0, rng) for _ in range(4))
        assert most <= EVALUATION if is_blind else most > 0


def best_on_sphere(w, v, radius, rng):
    """max min(w.x, v.x) on the sphere from a random start (min(f, g) >= t is smooth in (x, t))."""
    start = np.append(radius * rng.normal(size=len(v) - 1), -10.0)
    result = minimize(
        lambda z: -z[-1],
        start,
        jac=lambda z: -np.eye(len(z))[-1],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
        constraints=[
            {"type": "eq", "fun": lambda z: z[:-1] @ z[:-1] - radius**2},
            {"type": "ineq", "fun": lambda z: w[:-1] @ z[:-1] + w[-1] - z[-1]},
            {"type": "ineq", "fun": lambda z: v[:-1] @ z[:-1] + v[-1] - z[-1]},
        ],
    )
    x = result.x[:-1] * radius / np.linalg.norm(result.x[:-1])
    return min(w[:-1] @ x + w[-1], v[:-1] @ x + v[-1])


def nearest_below(normals, y):
    """The point of {w : normals w <= 0} nearest to y: a quadratic program by SLSQP."""
    return minimize(
        lambda w: (w - y) @ (w - y) / 2,
        np.append(np.zeros(len(y) - 1), -1.0),
        jac=lambda w: w - y,
        method="SLSQP",
        options={"ftol": 1e-20, "maxiter": 300},
        constraints=[{"type": "ineq", "fun": lambda w: -normals @ w, "jac": lambda w: -normals}],
    ).x


def nearest_dead_round(matrix, shift, c, y):
    """P_D y for an ellipsoid: min |x - y~|^2 + (y_b + h(x))_+^2 by Newton; the last slope too.

    The function is strongly convex, so that the distance to its minimum is at most the slope.
    """

    def parts(x):
        u = matrix.T @ x
        n = np.linalg.norm(u)
        bu = matrix @ u
        top = max(y[-1] + c * n + shift @ x, 0.0)
        slope = c * bu / n + shift
        bend = c * (matrix @ matrix.T - np.outer(bu, bu) / n**2) / n
        value = ((x - y[:-1]) @ (x - y[:-1]) + top**2) / 2
        second = np.eye(len(x)) + (top > 0) * np.outer(slope, slope) + top * bend
        return value, x - y[:-1] + top * slope, second

    if y[-1] > 0 and np.linalg.norm(np.linalg.solve(matrix, y[:-1] / y[-1] - shift)) <= c:
        return np.zeros_like(y), 0.0  # y is in the data cone
    x = y[:-1].copy()
    for _ in range(200):
        value, slope, second = parts(x)
        if np.linalg.norm(slope) < 1e-12:
            break
        step, share = np.linalg.solve(second, slope), 1.0
        while share > 1e-6 and parts(x - share * step)[0] > value - 1e-4 * share * slope @ step:
            share /= 2
        x = x - (share if share > 1e-6 else 1.0) * step
    b = min(y[-1], -(c * np.linalg.norm(matrix.T @ x) + shift @ x))
    return np.append(x, b), float(np.linalg.norm(parts(x)[1])) if y[-1] > b else 0.0


@pytest.mark.parametrize("shape", ["ball", "ellipsoid", "cube", "parallelepiped", "points"])
def test_projections_against_an_independent_program(shape):
    """200 random cones of each of five shapes, dimension 1 to 6: 1,000 cones, within 1e-8."""
    rng, errors, kinds = np.random.default_rng(13), [], []
    for _ in range(200):
        d, size = int(rng.integers(1, 7)), 10 ** rng.uniform(-0.7, 0.7)
        y = rng.normal(size=d + 1)
        y /= np.linalg.norm(y)
        matrix, shift = np.eye(d), np.zeros(d)
        if shape in ("ellipsoid", "parallelepiped"):
            matrix, shift = random_matrix(d, rng), rng.normal(size=d)
        if shape in ("ball", "ellipsoid"):
            law = UniformBall(d, size)
            want, slope = nearest_dead_round(matrix, shift, size, y)
            assert slope < 1e-9
        else:
            law, points = UniformCube(d, size), box(d, size)[0] @ matrix.T + shift
            if shape == "points":
                points = rng.normal(size=(int(rng.integers(1, 30)), d))
                law = Empirical(points)
            rows = np.column_stack([points, np.ones(len(points))])
            want = nearest_below(rows / np.linalg.norm(rows, axis=1, keepdims=True), y)
        if shape in ("ellipsoid", "parallelepiped"):
            law = AffineImage(law, matrix, shift)
        out, into = cones.project_dead_cone(law, y), cones.project_data_cone(law, y)
        errors.append(max(np.abs(out - want).max(), np.abs(into - (y - want)).max()))
        kinds.append(1e-6 < np.linalg.norm(out) < 1 - 1e-6)
    assert max(errors) < 1e-8
    assert np.mean(kinds) > 0.3  # neither in the cone nor in its polar


def test_a_million_dimensions():
    """Full vectors cost O(d), the reduced law nothing, and both say the same."""
    rng, d = np.random.default_rng(14), 10**6
    law, flat = UniformBall(d), PlanarProjection(UniformBall(d))
    v = np.append(rng.normal(size=d) / 1e3, -0.2)
    w = np.append(rng.normal(size=d) / 1e3, 0.1)
    size = np.linalg.norm(v[:-1])
    p = w[:-1] @ v[:-1] / size
    q = np.linalg.norm(w[:-1] - p * v[:-1] / size)
    low_v, low_w = np.array([size, 0, v[-1]]), np.array([p, q, w[-1]])
    assert cones.safe_radius(law, v) == pytest.approx(cones.safe_radius(flat, low_v), rel=1e-12)
    assert cones.height(law, w) == pytest.approx(float(cones.height(flat, low_w)), rel=1e-12)
    for b in (0.5, -0.5, -0.99, -1.5):  # theta = 90, beta = 78, alpha = 180, 60, 8 degrees, dead
        w[-1] = low_w[-1] = b
        assert cones.is_blind(law, v, w) == cones.is_blind(flat, low_v, low_w) == (b < -0.9)
        assert cones.is_dead(law, w) == cones.is_dead(flat, low_w) == (b < -1)


@pytest.mark.parametrize(
    "law",
    [UniformBall(1, 1.7), UniformBall(2), UniformBall(5), UniformSphere(2, 1.7), UniformSphere(5)],
)
def test_reduced_coordinates_say_the_same(law):
    rng, d, flat = np.random.default_rng(15), law.dim, PlanarProjection(law)
    for _ in range(50):
        v, w = pairs(law, 1, rng)
        w, size = w[0], np.linalg.norm(v[:-1])
        p = w[:-1] @ v[:-1] / size
        q = np.linalg.norm(w[:-1] - p * v[:-1] / size) if d > 1 else 0.0
        low_v, low_w = np.array([size, 0, v[-1]]), np.array([p, q, w[-1]])
        assert cones.is_blind(law, v, w) == cones.is_blind(flat, low_v, low_w)
        assert cones.safe_radius(law, v) == pytest.approx(cones.safe_radius(flat, low_v), rel=1e-12)
        assert cones.classify(law, v, w).kind is cones.classify(flat, low_v, low_w).kind
        if cones.is_dead(law, w):
            rho = cones.lost_ball_radius(law, v, w)
            assert rho == pytest.approx(
                float(cones.lost_ball_radius(flat, low_v, low_w)), abs=1e-14
            )
