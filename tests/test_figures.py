"""The static figures show what they say, in the book's style, and are the same bytes every time."""

from __future__ import annotations

import math
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

import singleneuron as sn
from singleneuron import figures
from singleneuron.palette import FATE_COLOURS, TARGET_COLOUR

mpl.use("Agg")

PROBLEM = sn.Problem(sn.UniformBall(1, 1.5), np.array([1.0, -0.4]))
SAMPLES = sn.Problem(sn.Empirical([[-1.0], [0.5], [2.0]]), np.array([1.0, 0.1]))
STARTS = np.array([[-0.5, 0.9], [-1.2, 0.2]])
RUN = sn.gradient_descent(PROBLEM, STARTS, steps=60)
LEARNED, LOST = FATE_COLOURS["learned"].lower(), FATE_COLOURS["lost"].lower()


@pytest.fixture
def ax():
    yield figures.new_figure()[1]
    plt.close("all")


@pytest.fixture
def axes():
    yield figures.new_figure(ncols=3)[1]
    plt.close("all")


@pytest.fixture
def space():
    yield figures.new_figure(subplot_kw={"projection": "3d"})[1]
    plt.close("all")


# --- Style -----------------------------------------------------------------------------------


def everything():
    """Each kind of figure once, as functions of a new figure's axes."""
    plane = {"projection": "3d"}
    grid = np.array([["lost", "learned"], ["undecided", "learned"]])
    return {
        "loss_plane": (1, {}, lambda a: figures.draw_loss_plane(a, PROBLEM, cells=41)),
        "path": (1, {}, lambda a: figures.draw_path(a, RUN)),
        "trajectory": (3, {}, lambda a: figures.draw_trajectory(a, RUN)),
        "neuron": (1, {}, lambda a: figures.draw_neuron(a, PROBLEM, STARTS[0])),
        "atlas": (1, {}, lambda a: figures.draw_atlas(a, grid, (-1, 1, -1, 1))),
        "bound": (1, {}, lambda a: figures.draw_quadratic_bound(a, PROBLEM, STARTS[0])),
        "ends": (1, {}, lambda a: figures.draw_step_ends(a, {1: [[0.5, 0.2]], 2: [[1, 0.4]]})),
        "curvature": (1, {}, lambda a: figures.draw_curvature_bounds(a, sn.UniformBall(1), 0.2)),
        "rays": (1, {}, lambda a: figures.draw_rays(a, PROBLEM, {"x": STARTS[0]})),
        "accuracy": (1, {}, lambda a: figures.draw_accuracy(a, [2, 4], {"x": [1e-3, 0]})),
        "race": (1, {}, lambda a: figures.draw_race(a, {"x": [[1e-6, 1e-8], [1e-5, 1e-9]]})),
        "cost": (1, {}, lambda a: figures.draw_cost(a, [1, 9], {"x": [1e-6, 1e-6]})),
        "arcs": (1, {}, lambda a: figures.draw_arcs(a, [0.6, 0.8, -0.3], [1, 0, 0.2])),
        "cone": (1, {"subplot_kw": plane}, lambda a: figures.draw_dead_cone_3d(a, 1.0)),
        "shares": (1, {}, lambda a: figures.draw_fate_shares(a, [1, 2], {"lost": [0.2, 1]})),
        "spread": (
            1,
            {},
            lambda a: figures.draw_spread(a, [0.1, 1], {"x": [1, 2]}, ([1, 1], [2, 2])),
        ),
        "fractions": (1, {}, lambda a: figures.draw_fractions(a, [1, 9], {"x": [0, 0.5]}, 9)),
        "polar": (1, {}, lambda a: figures.draw_polar_cones(a, sn.UniformCube(2))),
    }


@pytest.mark.parametrize("name", everything())
def test_every_figure_is_titleless_legible_and_repeatable(name, tmp_path):
    columns, options, draw = everything()[name]
    before = dict(mpl.rcParams)
    written = []
    for turn in range(2):
        figure, ax = figures.new_figure(ncols=columns, **options)
        artists = draw(ax)
        assert isinstance(artists, dict) and all(v is not None for v in artists.values())
        kinds = (".png", ".svg") if name in ("path", "polar") else (".png",)
        written.append([figures.save_figure(figure, tmp_path / f"{turn}{kind}").read_bytes()
                        for kind in kinds])  # fmt: skip
        texts = [text for text in figure.findobj(mpl.text.Text) if text.get_text()]
        assert all(text.get_fontsize() >= 8 for text in texts)
        assert all(panel.get_title() == "" for panel in figure.axes)
        assert figure.get_size_inches()[0] == 6.8
        plt.close(figure)
    assert written[0] == written[1]
    assert b"<dc:date>" not in written[0][-1]
    assert dict(mpl.rcParams) == before


def test_the_style_is_the_books_whatever_the_caller_has_set(tmp_path):
    def picture():
        figure, ax = figures.new_figure()
        figures.draw_neuron(ax, PROBLEM, STARTS[0])
        figures.add_legend(ax, loc="upper left")
        written = figures.save_figure(figure, tmp_path / "x.png").read_bytes()
        plt.close(figure)
        return written

    plain = picture()
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "legend.frameon": True}):
        assert picture() == plain


# --- What is drawn ---------------------------------------------------------------------------


def test_loss_plane_shows_the_loss(ax):
    extent = (-2.0, 2.0, -1.0, 3.0)
    artists = figures.draw_loss_plane(ax, PROBLEM, extent, cells=5)
    w, b = np.meshgrid(np.linspace(-2, 2, 5), np.linspace(-1, 3, 5))
    ratio = PROBLEM.loss(np.stack([w, b], axis=-1)) / PROBLEM.trivial_loss - 1
    assert np.abs(artists["image"].get_array() - ratio).max() < 1e-9
    assert artists["image"].origin == "lower"
    # A pixel's centre, not the picture's edge, is where its loss was computed.
    left, right, low, high = artists["image"].get_extent()
    assert (left, right, low, high) == pytest.approx((-2.5, 2.5, -1.5, 3.5))
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1, 3))
    assert artists["target"].get_xydata().tolist() == [[1.0, -0.4]]
    assert artists["bar"].ax.get_ylabel() == "(F(w) − F(0)) / F(0)"


def test_the_colours_of_the_loss_turn_white_at_the_trivial_loss(ax):
    image = figures.draw_loss_plane(ax, PROBLEM, cells=5, bar=False)["image"]
    assert to_hex(image.to_rgba(-1.0)) == LEARNED
    assert min(image.to_rgba(0.0)) > 0.99
    assert len(ax.figure.axes) == 1


def test_the_level_line_is_where_the_loss_is_trivial(ax):
    artists = figures.draw_loss_plane(ax, PROBLEM, cells=201)
    path = np.concatenate([p.vertices for p in artists["level"].get_paths()])
    ratio = PROBLEM.excess_loss(path) / PROBLEM.trivial_loss
    assert len(path) > 100
    assert np.abs(ratio).max() < 0.01  # linear interpolation on cells of 0.016


def test_the_dead_wedge_is_the_dead_cone(ax):
    wedge = figures.draw_loss_plane(ax, PROBLEM, (-2, 2, -3, 2), cells=5)["dead"]
    (path,) = wedge.get_paths()
    points = np.random.default_rng(0).uniform([-2, -3], [2, 2], (500, 2))
    assert (path.contains_points(points) == PROBLEM.is_dead(points)).all()
    assert to_hex(wedge.get_edgecolor()[0]) == LOST
    gaussian = sn.Problem(sn.Gaussian(1), np.array([1.0, -0.4]))
    ray = figures.draw_loss_plane(ax, gaussian, (-2, 2, -3, 2), cells=5)["dead"]
    assert ray.get_xydata().tolist() == [[0, 0], [0, -3]]


def test_path_marks(ax):
    artists = figures.draw_path(ax, RUN, "learned", certified=True)
    assert (artists["lines"][1].get_xydata() == RUN.points[:, 0]).all()
    assert (artists["lines"][3].get_xydata() == RUN.points[:, 1]).all()
    assert [line.get_color().lower() for line in artists["lines"][1::2]] == [LEARNED] * 2
    assert artists["starts"][0].get_xydata().tolist() == [STARTS[0].tolist()]
    assert artists["ends"][1].get_xydata().tolist() == [RUN.points[-1, 1].tolist()]
    assert artists["starts"][0].get_markerfacecolor().lower() == LEARNED
    seen = figures.draw_path(ax, RUN, SimpleNamespace(name="LOST"))
    assert seen["starts"][0].get_markerfacecolor() == "white"
    assert seen["starts"][0].get_color().lower() == LOST


def test_path_in_reduced_coordinates(ax):
    prob = sn.Problem(sn.UniformBall(4), np.array([1.0, 0, 0, 0, 0.2])).reduced
    run = sn.gradient_descent(prob, np.array([0.3, 0.4, 0.5]), steps=4)
    line = figures.draw_path(ax, run)["lines"][1]
    assert (line.get_xydata() == run.points[:, [0, 2]]).all()
    line = figures.draw_path(ax, run, columns=(0, 1))["lines"][1]
    assert (line.get_xydata() == run.points[:, [0, 1]]).all()


def test_trajectory_lines(axes):
    artists = figures.draw_trajectory(axes, RUN, ["learned", "lost"])
    for row, colour in enumerate((LEARNED, LOST)):
        loss, distance, angle = (artists[k][row] for k in ("loss", "distance", "angle"))
        assert (loss.get_xdata() == RUN.times).all()
        assert (loss.get_ydata() == RUN.excess_loss[:, row] / RUN.trivial_loss).all()
        assert (distance.get_ydata() == RUN.distance[:, row]).all()
        np.testing.assert_allclose(angle.get_ydata(), np.degrees(RUN.angle[:, row]))
        assert {line.get_color().lower() for line in (loss, distance, angle)} == {colour}
    assert axes[0].get_xlabel() == "step"
    flow = sn.gradient_flow(PROBLEM, STARTS[0], 2.0)
    drawn = flow.plot()
    assert drawn[0].get_xlabel() == "time t"
    assert flow.plot(axes) is axes


def test_neuron_curves(ax):
    artists = figures.draw_neuron(ax, PROBLEM, [-0.5, 0.9], "lost")
    x, y = artists["target"].get_data()
    assert np.allclose(y, np.maximum(x - 0.4, 0)) and y.max() > 1
    x, y = artists["learner"].get_data()
    assert np.allclose(y, np.maximum(0.9 - 0.5 * x, 0))
    assert artists["learner"].get_color().lower() == LOST
    assert artists["target"].get_color() == TARGET_COLOUR
    assert (artists["support"].get_x(), artists["support"].get_width()) == (-1.5, 3.0)
    points = figures.draw_neuron(ax, SAMPLES, [0.0, 0.5])
    assert points["points"].get_xdata().tolist() == [-1, 0.5, 2]
    assert points["points"].get_ydata().tolist() == [0, 0.6, 2.1]
    wide = figures.draw_neuron(ax, sn.Problem(sn.Gaussian(1), [1.0, 0.0]), [0.0, 0.5])
    assert wide["target"].get_xdata()[-1] > 3


def test_atlas_colours(ax):
    grid = [["lost", "learned"], ["undecided", SimpleNamespace(name="SPURIOUS")]]
    artists = figures.draw_atlas(ax, grid, (-1, 1, -2, 2), target=(0.5, 1.0))
    image = artists["image"]
    seen = [to_hex(image.to_rgba(code)) for code in image.get_array().ravel()]
    names = ["lost", "learned", "undecided", "spurious"]
    assert seen == [FATE_COLOURS[name].lower() for name in names]
    assert image.origin == "lower" and image.get_extent() == [-1, 1, -2, 2]
    assert sorted(text.get_text() for text in artists["legend"].get_texts()) == sorted(names)
    assert artists["target"].get_xydata().tolist() == [[0.5, 1.0]]


def test_quadratic_bound_touches_and_stays_above(ax):
    artists = figures.draw_quadratic_bound(ax, PROBLEM, [1.4, 0.9])
    x, loss = artists["loss"].get_data()
    _, bound = artists["bound"].get_data()
    w = np.array([1.4, 0.9])
    step = w - x[:, None] / PROBLEM.smoothness * PROBLEM.gradient(w)
    np.testing.assert_allclose(loss, PROBLEM.loss(step))
    assert (loss <= bound + 1e-10).all()
    assert bound[0] == pytest.approx(loss[0]) == pytest.approx(bound[x == 2.0][0])
    slope = (loss[1] - loss[0]) / (bound[1] - bound[0])
    assert slope == pytest.approx(1, abs=0.01)  # tangent at 0


def test_step_ends(ax):
    artists = figures.draw_step_ends(ax, {1: [[0.5, 0.2], [0.1, 0.1]], 2: [[1, 0.4]]})
    assert [len(points.get_xdata()) for points in artists["points"]] == [2, 1]
    for (middle, radius), circle in zip(((0.5, 0.5), (1, 1)), artists["circles"], strict=True):
        x, y = circle.get_data()
        np.testing.assert_allclose(np.hypot(x - middle, y), radius)
    assert artists["target"].get_xydata().tolist() == [[1, 0]]


def test_curvature_bounds_cross_at_lambda(ax):
    law, p = sn.UniformBall(3, 0.7), 0.4
    artists = figures.draw_curvature_bounds(ax, law, p, exact=np.ones(5))
    ((at, least),) = artists["crossing"].get_xydata()
    assert least == pytest.approx(float(sn.curvature_bound(law, p)))
    for name in ("height", "bathtub"):
        drawn = np.interp(at, *artists[name].get_data())  # between two of the 801 points drawn
        assert drawn == pytest.approx(least, rel=5e-3)
    assert artists["exact"].get_xdata().tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_rays(ax):
    down, up = np.array([1.0, -0.4]), np.array([-1.0, 0.3])
    artists = figures.draw_rays(ax, PROBLEM, {"down": down, "up": up}, longest=2.0)
    assert len(artists["lines"]) == 2
    for line, w in zip(artists["lines"], (down, up), strict=True):
        t, ratio = line.get_data()
        assert (t[0], t[-1]) == (0, 2)
        own, cross = PROBLEM.moments(w)  # F(tw) - F(0) = t^2 E s(w.x)^2 / 2 - t E s(w.x) s(v.x)
        parabola = (t**2 * own / 2 - t * cross) / PROBLEM.trivial_loss
        assert np.abs(ratio - parabola).max() < 1e-9
    (least,) = artists["least"]  # along the target itself, at t = 1; the other ray only rises
    assert np.allclose(least.get_xydata(), [[1, -1]], atol=1e-4)


def test_arcs_are_where_the_neurons_are_active(ax):
    w, v = np.array([0.6, 0.8, -0.3]), np.array([1.0, 0.0, 0.2])
    artists = figures.draw_arcs(ax, w, v, radius=1.0, rings=8)
    for name, u in (("learner", w), ("target", v)):
        for arc in artists[name]:
            x = arc.get_xydata()
            s = (round(np.linalg.norm(x[0]) * 8 - 0.75) + 0.75) / 8  # the ring it belongs to
            height = s * x / np.linalg.norm(x, axis=1, keepdims=True) @ u[:2] + u[2]
            whole = np.allclose(x[0], x[-1])
            assert (height > -1e-12).all()
            assert whole or abs(height[0]) < 1e-12 > abs(height[-1])
    assert len(artists["learner"]) == 6 and len(artists["target"]) == 8
    radii = sorted(kink.radius for kink in artists["kinks"])
    crossing = np.linalg.solve([w[:2], v[:2]], [-w[2], -v[2]])
    assert radii == pytest.approx(sorted([0.3, 0.2, np.linalg.norm(crossing)]))
    for line, u in zip(artists["lines"], (w, v), strict=True):
        ends = line.get_xydata()
        assert np.allclose(ends @ u[:2] + u[2], 0) and np.allclose(np.linalg.norm(ends, axis=1), 1)


def test_arcs_of_special_neurons(ax):
    dead = figures.draw_arcs(ax, [0.0, 0.0, -1.0], [1.0, 0.0, 2.0])
    assert dead["learner"] == [] and "overlap" not in dead and len(dead["target"]) == 6
    always = figures.draw_arcs(ax, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    assert len(always["learner"]) == 6 and len(always["lines"]) == 1
    assert figures.draw_arcs(ax, [2.0, 0.0, 0.5], [1.0, 0.0, 0.2])["kinks"] != []  # parallel


def test_dead_cone_in_space(space):
    artists = figures.draw_dead_cone_3d(space, 2.0, 1.5, target=[0.5, 0.0, 0.3])
    x, y, b = artists["rim"].get_data_3d()
    assert np.allclose(b, -1.5) and np.allclose(np.hypot(x, y), 0.75)
    wide = figures.draw_dead_cone_3d(space, 0.5)["rim"].get_data_3d()
    assert np.allclose(wide[2], -0.5) and np.allclose(np.hypot(*wide[:2]), 1)
    ray = figures.draw_dead_cone_3d(space, math.inf, 1.5)["cone"]
    assert [list(x) for x in ray.get_data_3d()] == [[0, 0], [0, 0], [0, -1.5]]


@pytest.mark.parametrize(
    "law",
    [
        sn.UniformBall(2, 0.8),
        sn.UniformCube(2),
        sn.Empirical([[1.0, 0.2], [-0.7, 1.0], [-0.5, -1.1]]),
        sn.Empirical([[1.0, 0.2], [0.7, 1.0]]),
        sn.AffineImage(sn.UniformBall(2), [[1.0, 0.4], [0.0, 0.5]], [0.2, 0.1]),
    ],
    ids=repr,
)
def test_polar_is_the_slice_of_the_dead_cone(ax, law):
    artists = figures.draw_polar_cones(ax, law, extent=2.0)
    path = artists["polar"].get_path()
    points = np.random.default_rng(0).uniform(-2, 2, (2000, 2))
    dead = law.support_function(points) <= 1
    inside = path.contains_points(points)
    # The outline is a polygon of 1440 corners: only points next to the edge may differ.
    assert (inside == dead)[np.abs(law.support_function(points) - 1) > 2e-2].all()
    if law.atoms() is not None:
        assert (artists["support"].get_xydata() == law.atoms()[0]).all()
    else:
        outline = artists["support"].get_path().vertices
        turn = np.linspace(0, 2 * np.pi, 50)
        u = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        assert np.abs((u @ outline.T).max(axis=1) - law.support_function(u)).max() < 1e-2


def test_accuracy_and_cost(ax):
    artists = figures.draw_accuracy(ax, [4, 8], {"a": [1e-3, 0.0], "b": [1e-2, 1e-4]})
    assert artists["lines"][0].get_ydata().tolist() == [1e-3, 1e-17]
    assert ax.get_yscale() == "log" and set(artists["promise"].get_ydata()) == {1e-10}
    assert len({line.get_marker() for line in artists["lines"]}) == 2  # not by colour alone
    figure, other = figures.new_figure()
    lines = figures.draw_cost(other, [1, 1e6], {"exact": [1e-6, 2e-6]})["lines"]
    assert lines[0].get_ydata().tolist() == [1e-6, 2e-6]
    race = figures.draw_race(figures.new_figure()[1], {"one": [[1e-6, 1e-8], [1e-5, 1e-9]]})
    assert race["lines"][0].get_xydata().tolist() == [[1e-6, 1e-8], [1e-5, 1e-9]]
    low, high = other.get_ylim()
    assert high / low >= 99 and other.get_xscale() == "log"


# --- Bad input -------------------------------------------------------------------------------

PLANE = sn.Problem(sn.UniformBall(2), np.array([1.0, 0.0, 0.5]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda a: figures.draw_loss_plane(a, PLANE), "prob must have d = 1"),
        (lambda a: figures.draw_loss_plane(a, PROBLEM, (1, 0, 0, 1)), "extent must be"),
        (lambda a: figures.draw_loss_plane(a, PROBLEM, cells=1), "cells must be an integer >= 2"),
        (lambda a: figures.draw_neuron(a, PLANE, [1, 0]), "prob must have d = 1"),
        (lambda a: figures.draw_neuron(a, PROBLEM, [1, 0, 0]), "w must have shape"),
        (lambda a: figures.draw_neuron(a, PROBLEM, [1, 0], "happy"), "fate must be one of"),
        (lambda a: figures.draw_path(a, RUN, "found"), "fate must be one of"),
        (lambda a: figures.draw_trajectory([a], RUN), "axes must be three, got 1"),
        (lambda a: figures.draw_trajectory([a] * 3, RUN, "lost"), "fates must have shape"),
        (lambda a: figures.draw_atlas(a, ["lost"], (0, 1, 0, 1)), "fates must have shape"),
        (lambda a: figures.draw_atlas(a, [["dead"]], (0, 1, 0, 1)), "fate must be one of"),
        (lambda a: figures.draw_quadratic_bound(a, PROBLEM, [0, -1]), "w must have a gradient"),
        (lambda a: figures.draw_quadratic_bound(a, PROBLEM, [1, 1], -1), "largest must be pos"),
        (lambda a: figures.draw_step_ends(a, {}), "ends must hold 1 to 4 step sizes, got 0"),
        (lambda a: figures.draw_step_ends(a, {1: [[0.1]]}), r"ends\[1\] must have shape"),
        (lambda a: figures.draw_curvature_bounds(a, sn.Gaussian(2), 0.1), "bounded support"),
        (lambda a: figures.draw_curvature_bounds(a, sn.UniformBall(1), 0), "mass must be positive"),
        (lambda a: figures.draw_rays(a, PROBLEM, {}), "directions must be 1 to 4, got 0"),
        (lambda a: figures.draw_rays(a, PROBLEM, {"x": [1, 0, 0]}), "x must have shape"),
        (lambda a: figures.draw_arcs(a, [1, 0], [1, 0, 0]), "w must have shape"),
        (lambda a: figures.draw_arcs(a, [1, 0, 0], [1, 0, 0], radius=0), "radius must be pos"),
        (lambda a: figures.draw_dead_cone_3d(a, -1.0), "radius must be positive"),
        (lambda a: figures.draw_dead_cone_3d(a, 1.0, 0.0), "extent must be positive"),
        (lambda a: figures.draw_polar_cones(a, sn.UniformBall(3)), "law must be two-dimensional"),
        (lambda a: figures.draw_polar_cones(a, sn.Gaussian(2)), "law must be two-dimensional"),
        (lambda a: figures.draw_accuracy(a, [1, 2], {"x": [1.0]}), "x must have shape"),
        (lambda a: figures.draw_accuracy(a, [1], {}), "the curves must be 1 to 4"),
        (lambda a: figures.draw_race(a, {}), "methods must be 1 to 4"),
        (lambda a: figures.draw_race(a, {"x": [[1, 0]]}), "x must hold positive pairs"),
        (lambda a: figures.draw_cost(a, [np.nan], {"x": [1.0]}), "sizes must be finite"),
        (lambda a: figures.save_figure(a.figure, "x.gif"), "the suffix of path must be one of"),
        (lambda a: figures.new_figure(height=0), "height must be positive"),
    ],
)
def test_bad_input(ax, call, said):
    with pytest.raises(ValueError, match=said):
        call(ax)
