"""The planar flow against the exact objective, a solver, and the numbers the chapter prints."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.stats import chi2
from scipy.stats import norm as normal

import singleneuron as sn
from singleneuron import planar

LAWS = [
    sn.UniformBall(2),
    sn.UniformBall(50, 3.0),
    sn.UniformBall(10**5),
    sn.UniformSphere(2),
    sn.UniformSphere(7),
    sn.Gaussian(3, 2.0),
    sn.AffineImage(sn.Gaussian(2), [[0.0, -2.0], [2.0, 0.0]]),
]


def hard_points(law: sn.laws.Law, rng: np.random.Generator, target: np.ndarray) -> np.ndarray:
    """Points at all scales, near the target, near its opposite, on both axes; all biases 0."""
    n = 20 if law.dim > 1000 else 200
    w = rng.normal(size=(n, law.dim + 1)) / math.sqrt(law.dim)
    kinds = np.arange(n) % 4
    w[kinds == 0] *= 10.0 ** rng.uniform(-6, 6, (n // 4, 1))
    w[kinds == 1] = target + 10.0 ** rng.uniform(-8, -1, (n // 4, 1)) * w[kinds == 1]
    w[kinds == 2] = -target + 10.0 ** rng.uniform(-8, -1, (n // 4, 1)) * w[kinds == 2]
    w[-4], w[-5], w[-1] = 0.3 * target, 2 * target, -0.7 * target
    w[:, -1] = 0.0
    return w


def points(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return np.exp(rng.uniform(-4, 3, n)), rng.uniform(0, np.pi, n)


def quotient(r: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """<g, w - v> / |w - v|^2, of the standard normal law."""
    along, across = planar.gradient(r, theta)
    square = (r - 1) ** 2 + 4 * r * np.sin(theta / 2) ** 2
    return (along * (r - np.cos(theta)) + across * np.sin(theta)) / square


# --- The closed forms are the exact objective's ---------------------------------------------------


@pytest.mark.parametrize(("rtol", "within"), [(1e-10, 1e-10), (1e-13, 1e-12)])
@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_closed_forms(law: sn.laws.Law, rtol: float, within: float) -> None:
    """Relative to the sums of positive terms of which each number is made (theory S2)."""
    rng = np.random.default_rng(7)
    target = np.append(rng.normal(size=law.dim), 0.0)
    prob = sn.Problem(law, target, rtol=rtol)
    w = hard_points(law, rng, target)
    r, theta = planar.coordinates(prob, w)
    s2, length = law.mean_square, np.linalg.norm(target)
    terms = s2 * length**2 * (r**2 + 1) / 2
    assert (abs(s2 * length**2 * planar.loss(r, theta) - prob.loss(w)) <= within * terms).all()
    g = prob.gradient(w)[:, :-1]
    heading = w[:, :-1] / np.linalg.norm(w, axis=1)[:, None]
    along = (g * heading).sum(axis=1)
    across = np.linalg.norm(g - along[:, None] * heading, axis=1)
    mine = s2 * length * np.array(planar.gradient(r, theta))
    scale = s2 * length * (r + 1)
    assert (abs(mine[0] - along) <= within * scale).all()
    assert (abs(mine[1] - across) <= within * scale).all()
    # The part across points away from the target: along -v its inner product is negative.
    out = (theta > 1e-3) & (theta < np.pi - 1e-3)
    assert ((g - along[:, None] * heading) @ target[:-1] < 0)[out].all()


def test_loss_keeps_its_digits_near_the_target() -> None:
    """Against the first of its two forms in 60 digits."""
    import mpmath as mp

    with mp.workdps(60):
        for gap in (1e-1, 1e-4, 1e-8):
            r, theta = 1 + gap, 0.7 * gap
            x, y = mp.mpf(r), mp.mpf(theta)
            kernel = mp.sin(y) + (mp.pi - y) * mp.cos(y)
            true = (x * x + 1) / 4 - x * kernel / (2 * mp.pi)
            assert abs(float(planar.loss(r, theta) / true) - 1) < 1e-14


def test_the_threshold_keeps_its_digits_near_pi() -> None:
    a = np.pi - np.array([3.0, 3.14, 3.1415926, np.pi])
    cubic = a**3 / 3 * (1 - a**2 / 10 + a**4 / 280 - a**6 / 15120) / np.pi
    assert planar.norm_threshold(np.pi - a) == pytest.approx(cubic, rel=1e-9, abs=0)


def test_the_two_forms_of_small_slices_meet() -> None:
    for x in (0.5 - 1e-12, 0.5, 0.5 + 1e-12):
        assert planar._slice(np.array(x)) == pytest.approx(math.sin(x) - x * math.cos(x), rel=1e-14)


def test_velocity_is_the_gradient() -> None:
    r, theta = points(100, 1)
    along, across = planar.gradient(r, theta)
    grows, turns = planar.velocity(r, theta)
    assert (grows == -along).all() and (turns == -across / r).all()
    assert (turns <= 0).all()
    threshold = planar.norm_threshold(theta)
    assert ((grows > 0) == (r < threshold)).all()
    assert planar.velocity(threshold, theta)[0] == pytest.approx(0, abs=1e-16)


def test_only_two_critical_points() -> None:
    """|g| vanishes at (1, 0), and towards the origin at angle pi only."""
    assert np.hypot(*planar.gradient(1.0, 0.0)) == pytest.approx(0, abs=1e-16)
    assert planar.gradient(1e-9, np.pi)[0] == pytest.approx(5e-10, rel=1e-15)
    r, theta = points(100_000, 2)
    distance = np.hypot(r * np.cos(theta) - 1, r * np.sin(theta))
    assert (np.hypot(*planar.gradient(r, theta)) >= planar.curvature(theta) * distance).all()


# --- The flow, solved ---------------------------------------------------------------------------


@pytest.mark.parametrize("start", [(0.3, 2.9), (2.0, 1.2), (1e-3, 3.1), (5.0, 0.4), (1.0, 3.14159)])
def test_the_flow_is_the_solution(start: tuple[float, float]) -> None:
    times = np.linspace(0, 12, 25)
    run = solve_ivp(
        lambda t, u: planar.velocity(*u), (0, 12), start, "DOP853", times, rtol=1e-12, atol=1e-15
    )
    norm, angle = planar.flow(*start, times)
    # The solver's error of 1e-12 a step grows by at most the ratio of the angles' slacks.
    assert norm == pytest.approx(run.y[0], abs=1e-8)
    assert angle == pytest.approx(run.y[1], abs=1e-8)


def test_the_flow_follows_the_exact_objective() -> None:
    """The bias held at zero, in ten dimensions, |v~| = 3 and s2 = 1/3."""
    law = sn.UniformBall(10, 2.0)
    rng = np.random.default_rng(3)
    target, w = np.append(rng.normal(size=(2, 10)), [[0.0], [0.0]], axis=1)
    target *= 3 / np.linalg.norm(target)
    prob = sn.Problem(law, target)

    def field(t: float, u: np.ndarray) -> np.ndarray:
        return -prob.gradient(np.append(u, 0.0))[:-1]

    run = solve_ivp(field, (0, 9), w[:-1], "DOP853", [4.0, 9.0], rtol=1e-11, atol=1e-13)
    norm, angle = planar.coordinates(prob, np.append(run.y.T, np.zeros((2, 1)), axis=1))
    mine = planar.flow(*planar.coordinates(prob, w), law.mean_square * run.t)
    assert norm == pytest.approx(mine[0], rel=1e-8)
    assert angle == pytest.approx(mine[1], rel=1e-8)


def test_stretched_paths_are_straight() -> None:
    r, theta = points(1000, 4)

    def stretched(r: np.ndarray, theta: np.ndarray) -> np.ndarray:
        return r * np.exp(1j * theta) / (1 - theta / np.pi)

    for t in (0.1, 1.0, 5.0):
        gap = stretched(*planar.flow(r, theta, t)) - 1
        assert abs(gap - np.exp(-t / 2) * (stretched(r, theta) - 1)) == pytest.approx(
            0, abs=1e-12 * float(abs(stretched(r, theta)).max())
        )


def test_the_flow_at_the_ends() -> None:
    t = np.array([0.0, 3.0, 1e4])
    norm, angle = planar.flow(2.0, np.pi, t)
    assert norm == pytest.approx(2 * np.exp(-t / 2), rel=1e-15)
    assert (angle == np.pi).all()
    norm, angle = planar.flow(2.0, 0.0, t)
    assert norm == pytest.approx(1 + np.exp(-t / 2), rel=1e-15)
    assert (angle == 0).all()
    norm, angle = planar.flow([0.5, 3.0], [[1.0], [3.0]], 1e4)
    assert norm.shape == (2, 2)
    assert norm == pytest.approx(1, rel=1e-15)
    assert angle == pytest.approx(0, abs=1e-300)


def test_norms_turn_once() -> None:
    r, theta = points(400, 5)
    # And on both sides of the line beyond which norms fall for ever.
    y = np.linspace(0.1, 3, 30)[:, None] * (1 / np.pi + 1j) + 1 + np.array([-0.01, 0.01])
    r = np.append(r, abs(y) * (1 - np.angle(y) / np.pi))
    theta = np.append(theta, np.angle(y))
    turn = planar.turning_time(r, theta)
    assert 0.2 < (turn == 0).mean() < 0.9 and 0.05 < np.isinf(turn).mean() < 0.9
    t = np.linspace(0, 40, 4001)[:, None]
    norms = planar.flow(r, theta, t)[0]
    rises = np.diff(norms, axis=0) > 1e-13
    middle = (t[1:] + t[:-1]) / 2
    assert not (rises & (middle < turn - 0.01)).any()
    falls = np.diff(norms, axis=0) < -1e-13
    assert not (falls & (middle > turn + 0.01)).any()
    # For ever falling are those that come down to 1 from above.
    assert (np.isinf(turn) == (norms[:1500] > 1).all(axis=0)).all()
    assert (norms <= np.maximum(r, 1) + 1e-12).all()
    assert (norms >= np.minimum(r, planar.norm_threshold(theta)) - 1e-12).all()


# --- Numbers that the chapter tells -------------------------------------------------------------


def test_the_printed_threshold_is_too_large() -> None:
    """YS20, Lemma 6.3, against the exact one: larger beyond 0.880."""
    theta = np.linspace(0, np.pi, 100_001)
    printed = np.maximum(
        (np.sin(theta) + np.cos(theta)) / 2, np.sin(theta) * (1 + np.cos(theta)) / 2
    )
    larger = printed > planar.norm_threshold(theta) + 1e-15
    assert theta[larger].min() == pytest.approx(0.880, abs=5e-4)
    assert larger[(theta > 0.8802) & (theta < np.pi - 1e-4)].all()
    at = [np.pi / 2, 2.0, 3.0]
    assert planar.norm_threshold(at) == pytest.approx([0.318, 0.138, 3.0e-4], rel=5e-3)
    assert 0.45 * planar.gradient(0.45, np.pi / 2)[0] == pytest.approx(0.0296, abs=5e-5)
    a = np.linspace(0, np.pi, 10_001)  # Lemma D.2 of YS20 stands
    assert (planar.norm_threshold(np.pi - a) >= a**3 / np.pi**4 - 1e-16).all()


@pytest.mark.parametrize(
    ("angle", "least", "proved"),
    [(np.pi / 2, 0.2270, 1.7e-3), (3 * np.pi / 4, 0.0454, 2.3e-4), (np.pi - 0.3, 0.002815, 1.3e-5)],
)
def test_one_point_correlation(angle: float, least: float, proved: float) -> None:
    """Least quotient over norms up to 2, the book's bound, and that of YS20, Theorem 4.2."""
    r, theta = np.meshgrid(
        np.linspace(1e-5, 2, 1001), np.linspace(1e-9, angle, 1001), indexing="ij"
    )
    found = float(quotient(r, theta).min())
    assert found == pytest.approx(least, rel=2e-3)
    density = math.exp(-2) / (2 * math.pi)  # of the normal law on the disc of radius 2
    printed = 16 * density / (8 * math.sqrt(2)) * math.sin((np.pi - angle) / 4) ** 3
    assert printed == pytest.approx(proved, rel=0.03)
    assert printed < planar.curvature(angle) < found


def test_curvature_is_the_least_eigenvalue() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(400_000, 2))
    for theta in (0.3, 1.5, 2.5):
        both = (x[:, 0] > 0) & (x @ [np.cos(theta), np.sin(theta)] > 0)
        matrix = x[both].T @ x[both] / len(x)
        # Standard error of a mean of squares of 4e5 normals: 3e-3 at most.
        assert planar.curvature(theta) == pytest.approx(np.linalg.eigvalsh(matrix)[0], abs=5e-3)


def test_starting_in_the_safe_ball() -> None:
    """P(|w - v|^2 <= 1 - 2 tau^2 d) for w ~ N(0, tau^2 I), d = 100, by quadrature."""
    d = 100
    for tau, true in ((1 / (d * math.sqrt(2)), 0.1446), (0.1 / d, 0.4406)):
        inside = quad(
            lambda z, tau=tau: normal.pdf(z) * chi2.cdf(2 * z / tau - z * z - 2 * d, d - 1),
            -10, 10, points=[1.5 * tau * d], limit=400,
        )[0]  # fmt: skip
        assert inside == pytest.approx(true, abs=1e-4)
        assert inside == pytest.approx(normal.cdf(-1.5 * tau * d), abs=1e-3)
        assert inside < 0.5 - tau * d / 4 - 1.2**-d


# --- Bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: planar.loss(0.0, 1.0), "norm must be positive, got 0.0; the origin"),
        (lambda: planar.loss([1.0, np.nan], 1.0), "norm must be finite"),
        (lambda: planar.velocity(1.0, 3.2), r"angle must lie in \[0, pi\], got 3.2; pass radians"),
        (lambda: planar.norm_threshold([-1e-9, 1]), r"angle must lie in \[0, pi\], got -1e-09"),
        (lambda: planar.curvature("wide"), "angle must hold real numbers"),
        (lambda: planar.flow(1.0, 1.0, [-1.0, 2.0]), "times must not be negative, got -1.0"),
        (lambda: planar.turning_time(-1.0, 1.0), "norm must be positive, got -1.0"),
    ],
)
def test_bad_points(call, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


@pytest.mark.parametrize(
    ("law", "target", "w", "said"),
    [
        (sn.UniformBall(2), [1.0, 0.0, 0.1], [1.0, 1.0, 0.0], "bias 0, got another"),
        (sn.UniformBall(2), [1.0, 0.0, 0.0], [1.0, 1.0, 0.1], "bias 0, got another"),
        (sn.UniformBall(2), [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], "w must not be 0"),
        (sn.UniformBall(1), [1.0, 0.0], [1.0, 0.0], "dim >= 2, got 1"),
        (sn.Gaussian(2, mean=[1.0, 0.0]), [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], "must be symmetric"),
        (sn.UniformBall(2), [1.0, 0.0, 0.0], [1.0, 0.0], "shape"),
    ],
)
def test_bad_problems(law: sn.laws.Law, target: list, w: list, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        planar.coordinates(sn.Problem(law, target), w)
