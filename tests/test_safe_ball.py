"""The safe ball: its radius, the inequalities behind it along many runs, and where it ends.

Everything is computed again from definitions: E r^2 by Gauss rules between kinks (exact for the
uniform law on an interval), residuals of SGD from its steps, distances to dead cones from rays.
"""

from __future__ import annotations

import warnings

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

import singleneuron as sn
from singleneuron import cones, figures
from singleneuron.palette import FATE_COLOURS
from singleneuron.widgets import SafeBall

mpl.use("Agg")
LEARNED = FATE_COLOURS["learned"].lower()
EPS = np.finfo(float).eps


def edge(v, radius, count, rng):
    """Points at a distance from v, in uniform directions."""
    u = rng.normal(size=(count, len(v)))
    return v + radius * u / np.linalg.norm(u, axis=1)[:, None]


def mean_square(w, v, c):
    """E r^2 of inputs uniform on [-c, c], for w of shape (..., 2): Gauss between the kinks."""
    with np.errstate(divide="ignore", invalid="ignore"):
        kinks = np.stack([-w[..., 1] / w[..., 0], np.broadcast_to(-v[1] / v[0], w.shape[:-1])], -1)
    kinks = np.clip(np.nan_to_num(kinks, nan=c), -c, c)
    ends = np.broadcast_to([-c, c], kinks.shape)
    cuts = np.sort(np.concatenate([kinks, ends], axis=-1), axis=-1)
    nodes, shares = np.polynomial.legendre.leggauss(2)
    half = np.diff(cuts, axis=-1)[..., None] / 2
    x = cuts[..., :-1, None] + half * (1 + nodes)
    own = w[..., 0, None, None] * x + w[..., 1, None, None]
    r = np.where(own > 0, own - np.maximum(v[0] * x + v[1], 0), 0.0)
    return (half * shares * r**2).sum(axis=(-1, -2)) / (2 * c)


# --- The radius ---------------------------------------------------------------------------------

LAWS = [
    sn.UniformBall(1), sn.UniformBall(2, radius=3.0), sn.UniformSphere(3), sn.UniformCube(2),
    sn.UniformCube(3, half_width=0.5), sn.Gaussian(2),
    sn.AffineImage(sn.UniformBall(2), [[1.0, 0.5], [0.0, 0.7]], [0.3, -0.2]),
]  # fmt: skip


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_radii_by_nearest_point(law):
    """No ray of the dead cone's edge is nearer, and one of many is nearly as near."""
    rng = np.random.default_rng(11)
    u = rng.normal(size=(60_000, law.dim)) * (rng.random((60_000, law.dim)) < 0.6)
    rays = np.column_stack([u, -law.support_function(u)])
    rays[~u.any(axis=1), -1] = -1
    rays = rays[np.isfinite(rays).all(axis=1)]
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    seen = 0
    for v in rng.normal(size=(40, law.dim + 1)):
        if cones.is_dead(law, v):
            continue
        along = max(float((rays @ v).max()), 0.0)
        nearest = np.sqrt(v @ v - along**2)
        radius = cones.safe_radius(law, v)
        # 60,000 directions in up to three dimensions, faces of the cube included, leave gaps of a
        # few hundredths; a distance feels the square.
        assert radius * (1 - 1e-9) <= nearest <= radius + 2e-3 * np.linalg.norm(v)
        inputs = np.column_stack([law.sample(200, rng), np.ones(200)])
        bound = (inputs @ v / np.linalg.norm(inputs, axis=1)).max()
        assert bound <= radius * (1 + 1e-12)
        seen += 1
    assert seen > 20


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_a_dead_start_just_outside(law):
    rng = np.random.default_rng(12)
    v = rng.normal(size=(500, law.dim + 1))
    v = v[~cones.is_dead(law, v)]
    start = cones.project_dead_cone(law, v)
    radius = np.linalg.norm(cones.project_data_cone(law, v), axis=1)
    start[:, -1] -= 0.005 * radius
    assert cones.is_dead(law, start).all()
    assert (np.linalg.norm(start - v, axis=1) <= 1.01 * radius).all()


# --- Nothing moves away, and the errors can be summed -------------------------------------------

INTERVALS = [(c, b) for c in (0.5, 1.0, 2.5) for b in (-0.3, 0.0, 0.8)]


def problem(c, b):
    return sn.Problem(sn.UniformBall(1, radius=c), [1.0, b])


@pytest.mark.parametrize("size", [0.3, 1.0, 1.9, 1.999])
def test_descent_falls_as_it_must(size):
    """1,080 runs to each step size, from 0.9 to 0.999 of the radius."""
    rng = np.random.default_rng(13)
    for c, b in INTERVALS:
        prob = problem(c, b)
        eta, v = size / prob.smoothness, prob.target
        start = np.vstack([edge(v, t * prob.safe_radius, 40, rng) for t in (0.9, 0.98, 0.999)])
        run = sn.gradient_descent(prob, start, 120, step_size=eta)
        square, error = run.distance**2, mean_square(run.points, v, c)
        slack = square[:-1] - eta * (2 - size) * error[:-1] - square[1:]
        # A step rounds w by a few ulp, which moves the squared distance by 2 |w - v| times that.
        rounding = 16 * EPS * (np.linalg.norm(v) + run.distance[:-1]) * run.distance[:-1]
        assert (slack >= -rounding).all()
        used = eta * (2 - size) * error.sum(axis=0)
        assert (used <= square[0] * (1 + 1e-12)).all()
        assert not prob.is_dead(run.points[-1]).any()


def test_the_flow_falls_as_it_must():
    """1,080 runs: between two times the fall is at least twice the error's integral."""
    rng = np.random.default_rng(14)
    for c, b in INTERVALS:
        prob = problem(c, b)
        start = edge(prob.target, 0.98 * prob.safe_radius, 120, rng)
        run = sn.gradient_flow(prob, start, t_end=8.0)
        error, square = mean_square(run.points, prob.target, c), run.distance**2
        fall, gaps = -np.diff(square, axis=0), np.diff(run.times)[:, None]
        # The solver's own error is 1e-8 of the parameters; the least error of both ends of a short
        # step stands for the integral.
        least = np.minimum(error[1:], error[:-1])
        assert (fall >= -1e-7 * square[:-1]).all()
        assert (fall >= 2 * gaps * least * 0.5 - 1e-7 * square[:-1]).all()


SGD = [
    (sn.UniformBall(1), [1.0, 0.3]),
    (sn.UniformBall(2, radius=2.0), [1.0, 0.0, -0.5]),
    (sn.UniformSphere(3), [1.0, 0.0, 0.0, -0.2]),
    (sn.AffineImage(sn.UniformBall(2), [[1.0, 0.5], [0.0, 0.7]], [0.3, -0.2]), [1.0, 0.0, 0.2]),
]


@pytest.mark.parametrize(("law", "target"), SGD, ids=lambda x: repr(x)[:24])
@pytest.mark.parametrize("size", [1.0, 1.9])
def test_sgd_falls_on_every_path_and_arrives(law, target, size):
    rng = np.random.default_rng(15)
    prob = sn.Problem(law, target)
    eta = size / (1 + law.support_radius**2)
    start = edge(prob.target, 0.95 * prob.safe_radius, 150, rng)
    run = sn.stochastic_gradient_descent(prob, start, 3000, eta, rng=rng)
    rho, square = -np.diff(run.points[..., -1], axis=0) / eta, run.distance**2
    slack = square[:-1] - eta * (2 - size) * rho**2 - square[1:]
    rounding = 64 * EPS * (np.linalg.norm(prob.target) + run.distance[:-1]) * run.distance[:-1]
    rounding += 8 * EPS * (np.abs(prob.target[-1]) + run.distance[:-1]) * np.abs(rho)  # of rho
    assert (slack >= -rounding).all()
    assert (eta * (2 - size) * (rho**2).sum(axis=0) <= square[0] * (1 + 1e-9)).all()
    assert (run.distance[-1] < 0.1 * run.distance[0]).mean() > 0.99  # seen: all but slow ones
    assert np.median(run.distance[-1]) < 1e-2 * prob.safe_radius


def test_the_mean_square_falls_at_the_least_quotient():
    """With kappa the least E r^2 / |w - v|^2 of the ball, each bound of the proposition holds."""
    rng = np.random.default_rng(16)
    for c, b in INTERVALS:
        prob = problem(c, b)
        v, radius = prob.target, 0.9 * prob.safe_radius
        angle = np.linspace(0, 2 * np.pi, 721)
        rays = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        sizes = np.linspace(0.01, 1, 40)[:, None, None] * radius
        kappa = (mean_square(v + sizes * rays, v, c) / sizes[..., 0] ** 2).min()
        assert kappa > 0
        start = edge(v, radius, 200, rng)
        run = sn.gradient_descent(prob, start, 60)
        ratio = (run.distance[1:] / run.distance[:-1]) ** 2
        far = run.distance[:-1] > 1e-6 * radius  # else rounding is all that is left
        # The grid of points is finite: a hundredth for what lies between.
        assert (ratio[far] <= 1 - 0.99 * kappa / prob.smoothness).all()
        eta = 1 / (1 + c * c)
        run = sn.stochastic_gradient_descent(prob, start, 400, eta, rng=rng)
        mean = (run.distance**2).mean(axis=1) / radius**2
        steps = np.arange(401)
        assert (mean[:200] <= 1.2 * (1 - 0.99 * eta * kappa) ** steps[:200]).all()


def test_all_three_are_certified_inside_and_not_outside():
    prob = problem(1.0, 0.3)
    rng = np.random.default_rng(17)
    for dynamics in ("flow", "descent"):
        fates = sn.decide(prob, edge(prob.target, 0.999 * prob.safe_radius, 500, rng), dynamics)
        assert (fates.fate == sn.Fate.LEARNED).all()
        out = sn.decide(prob, edge(prob.target, 1.05 * prob.safe_radius, 500, rng), dynamics)
        assert (out.fate == sn.Fate.LOST).any()


# --- What is needed -----------------------------------------------------------------------------


def test_samples_break_it():
    pair = sn.Problem(sn.Empirical([[-1.0], [1.0]]), [0.0, 1.0])
    start = np.array([0.5, 0.5])
    assert np.linalg.norm(start - pair.target) < pair.safe_radius == 1.0
    assert abs(pair.gradient(start)).max() == 0
    run = sn.stochastic_gradient_descent(pair, start, 200, rng=np.random.default_rng(0))
    assert (run.points == start).all()


def test_the_longest_step_of_sgd_keeps_the_distance():
    law, v = sn.UniformSphere(2), np.array([0.5, 0.0, 1.5])
    prob, rng = sn.Problem(law, v), np.random.default_rng(18)
    start = edge(v, 0.5, 50, rng)
    far = sn.stochastic_gradient_descent(prob, start, 500, 1.0, rng=rng).distance  # 2 / R^2
    assert far == pytest.approx(0.5, abs=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sn.dynamics.StepSizeWarning)
        far = sn.stochastic_gradient_descent(prob, start, 20, 1.1, rng=rng).distance
    assert far.max() > 0.6


def test_blind_starts_beside_the_ray_of_the_normal_law():
    prob = sn.Problem(sn.Gaussian(1), [1.0, -0.5])
    starts = [-0.004, -0.5] + 0.003 * np.random.default_rng(19).uniform(-1, 1, (300, 2))
    assert (np.linalg.norm(starts - prob.target, axis=1) < 1.01 * prob.safe_radius).all()
    assert not prob.is_dead(starts).any()
    assert (sn.decide(prob, starts).fate == sn.Fate.LOST).all()


# --- The pictures -------------------------------------------------------------------------------


@pytest.fixture
def ax():
    yield figures.new_figure()[1]
    plt.close("all")


def test_the_circle_touches_the_dead_cone(ax):
    law, v = sn.UniformBall(1), np.array([1.2, 0.3])
    ax.set(xlim=(-1, 1), ylim=(-2, 2))
    drawn = figures.draw_safe_circle(ax, law, v)
    near = np.array([drawn["nearest"].get_xdata()[0], drawn["nearest"].get_ydata()[0]])
    assert near == pytest.approx([0.45, -0.45])
    assert drawn["circle"].radius == pytest.approx(np.linalg.norm(near - v))
    assert ax.get_xlim() == (-1, 1) and ax.get_ylim() == (-2, 2)  # what is shown stays
    with pytest.raises(ValueError, match="law must have d = 1"):
        figures.draw_safe_circle(ax, sn.UniformBall(2), [1, 0, 0])
    with pytest.raises(ValueError, match="target must not be dead"):
        figures.draw_safe_circle(ax, law, [0.5, -1])


@pytest.mark.parametrize(("v", "arrows"), [([1.2, 0.3], 2), ([0.5, 1.0], 1)])
def test_moreau_is_drawn(ax, v, arrows):
    law = sn.UniformBall(1, radius=1.5)
    drawn = figures.draw_moreau(ax, law, v, (-1, 2, -1, 2))
    assert len(drawn["arrows"]) == arrows
    tips = [np.array(arrow.xyann) for arrow in drawn["arrows"]]
    assert {arrow.xy for arrow in drawn["arrows"]} >= {tuple(cones.project_data_cone(law, v))}
    assert all(tip == pytest.approx([0, 0]) for tip in tips)
    inside = [[0.3, 1.0], [-0.3, 0.5], [1.4, 1.0]]
    assert drawn["data"].get_path().contains_points([*inside, [1.6, 1.0], [0, -1]]).tolist() == [
        True, True, True, False, False,
    ]  # fmt: skip
    outside = [[0.3, -1.0], [-0.5, -0.8], [0.5, -0.7], [0, 0.1]]
    found = drawn["dead"].get_path().contains_points(outside).tolist()
    assert found == cones.is_dead(law, outside).tolist() == [True, True, False, False]
    with pytest.raises(ValueError, match="bounded support"):
        figures.draw_moreau(ax, sn.Gaussian(1), v, (-1, 2, -1, 2))


def test_distances_are_drawn(ax):
    far = np.array([[1.0, 0.5], [0.1, 0.05], [0.0, 0.0]])
    drawn = figures.draw_distances(ax, {"a": far, "b": far / 2}, least=1e-3)
    assert len(drawn["runs"]) == 4 and len(drawn["means"]) == 2
    mean = drawn["means"][0].get_ydata()
    assert mean[:2] == pytest.approx(np.sqrt([0.625, 0.00625]))
    assert mean[2] > 0  # a logarithmic axis has no 0
    with pytest.raises(ValueError, match="1 to 4 groups"):
        figures.draw_distances(ax, {})
    with pytest.raises(ValueError, match="must have shape"):
        figures.draw_distances(ax, {"a": [1.0, 0.5]})


def test_coverage_is_drawn():
    _, axes = figures.new_figure(ncols=2)
    grid = np.zeros((4, 6), bool)
    grid[2:, 3:] = True
    panels = [((1, 0.5), {"SAFE_BALL": grid, "DEAD": ~grid}), ((1, 1), {"SAFE_BALL": grid})]
    drawn = figures.draw_coverage(axes, panels, (-3, 3, -2, 2))
    white = drawn["images"][0].get_array()
    assert to_hex(white[3, 5]) == to_hex(0.72 + 0.28 * np.array(mpl.colors.to_rgb(LEARNED)))
    assert (white[0, 0] != white[3, 5]).any()
    assert (drawn["images"][1].get_array()[0, 0] == 1).all()
    assert [text.get_text() for text in drawn["legend"].get_texts()] == ["SAFE_BALL", "DEAD"]
    with pytest.raises(ValueError, match="as many as panels"):
        figures.draw_coverage(axes, panels[:1], (-3, 3, -2, 2))
    with pytest.raises(ValueError, match="certificate must be one of"):
        figures.draw_coverage(axes, [((1, 0), {"SAFE": grid})] * 2, (-3, 3, -2, 2))
    plt.close("all")


# --- The live figure, in Python -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"c": 0.1}, r"c must be in \[0.25, 4.0\], got 0.1"),
        ({"reach": 2}, r"reach must be in \[0.5, 1.5\], got 2.0"),
        ({"step_size": float("nan")}, "step_size must be finite"),
        ({"dynamics": "flow"}, "dynamics must be one of 'descent', 'SGD'"),
        ({"seed": 1000}, "seed must be at most 999, got 1000"),
        ({"seed": -1}, "seed must be an integer >= 0"),
        ({"target": [0.0, 3.5]}, "target must lie in"),
        ({"start": [0, 0]}, "start is no parameter of SafeBall; use c, "),
    ],
)
def test_bad_parameters(arguments, said):
    with pytest.raises(ValueError, match=said):
        SafeBall(**arguments)


def test_the_figure_keeps_what_it_is_given():
    widget = SafeBall(c=2, target=(1, 2), reach=1.01, dynamics="SGD", seed=7)
    assert eval(repr(widget)).state() == widget.state()
    assert widget.target == [1.0, 2.0]
