"""Results and figures of the chapters around the main ones."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import binom

import singleneuron as sn
from singleneuron import figures
from singleneuron.palette import FATE_COLOURS

mpl.use("Agg")


# Inputs of YS20, Figure 1; without bias, so the bias and its gradient are left out.
SHIFTED = sn.Problem(sn.Gaussian(2, mean=[0.0, 1.0]), [1.0, 0.0, 0.0])
STARTS = np.array([[-1.0, 1.0], [-1.0, 0.5], [-1.0, 0.0]])


def gradient(prob, w):
    return prob.gradient(np.append(w, 0 * w[..., :1], axis=-1))[..., :-1]


def flow(prob, starts, t_end, times):
    """Points (K, n, d) of the gradient flow without bias, by a solver."""
    shape = starts.shape
    run = solve_ivp(
        lambda t, w: -gradient(prob, w.reshape(shape)).ravel(),
        (0, t_end), starts.ravel(), "DOP853", times, rtol=1e-8, atol=1e-11,
    )  # fmt: skip
    return run.y.T.reshape(-1, *shape)


def angle(w):
    return np.arctan2(abs(w[..., 1]), w[..., 0])


# --- Results ------------------------------------------------------------------------------------


@pytest.mark.parametrize("d", [16, 100])
def test_frozen_coordinates(d):
    """On the law of YS20, Theorem 3.1, a run leaves N / (2 d^2), N the coordinates that rest."""
    rng = np.random.default_rng(d)
    signs = rng.choice([-1.0, 1.0], d)
    prob = sn.Problem(sn.Empirical(np.diag(signs)), np.append(signs / np.sqrt(d), 0.0))
    w = rng.normal(size=(50, d))
    frozen = signs * w <= 0
    descent, sgd = w, w
    for _ in range(20):
        descent = descent - 0.9 * d * gradient(prob, descent)
    for k in rng.integers(d, size=40 * d):  # one input at a time; eta = 0.9
        own, other = sgd[:, k] * signs[k], 1 / np.sqrt(d)
        sgd[:, k] -= 0.9 * np.where(own > 0, own - other, 0.0) * signs[k]
    for end in (descent, sgd):
        assert (end[frozen] == w[frozen]).all()
        loss = prob.loss(np.append(end, np.zeros((50, 1)), axis=1))
        assert loss == pytest.approx(frozen.sum(axis=1) / (2 * d**2), rel=1e-12, abs=0)


def test_how_many_coordinates_freeze():
    """P(N < d/4) for fair signs: e^(-omega d) bounds it, sharply, and e^(-d/4) does not."""
    d = np.arange(1, 2001)
    tail = binom.cdf(np.ceil(d / 4) - 1, d, 0.5)
    omega = 0.75 * np.log(3) - np.log(2)
    assert (tail <= np.exp(-omega * d)).all()
    assert (tail > np.exp(-d / 4))[100:].all()
    # Stirling, and a geometric series of ratio 1/3, from the last N below d/4 down.
    step = d / 4 - (np.ceil(d / 4) - 1)
    limit = 1.5 * 3**-step / np.sqrt(2 * np.pi * 3 / 16 * d) * np.exp(-omega * d)
    assert (abs(tail / limit - 1) < 7 / d)[20:].all()


def test_figure_1_of_ys20():
    """Its three runs of descent: largest angles, and by the flow when the angle is below 0.1."""
    w, largest = STARTS, angle(STARTS)
    for _ in range(2600):  # after which no angle grows to its largest again
        w = w - 1e-3 * gradient(SHIFTED, w)
        largest = np.maximum(largest, angle(w))
    assert largest == pytest.approx([3.14144, 3.14149, np.pi], abs=5e-6)
    times = np.append(np.arange(0, 12, 2e-3), 90)
    path = flow(SHIFTED, STARTS, 90, times)
    # Descent takes 1,000 steps for a unit of time, and errs by about one.
    assert path[1300] == pytest.approx(w, abs=2e-3)
    # The angle attains pi: the second weight changes its sign where the first is negative.
    down = np.argmax(path[:, :2, 1] < 0, axis=0)
    assert (path[down, [0, 1], 0] < -0.1).all()
    assert times[np.argmax(angle(path) < 0.1, axis=0)] == pytest.approx(
        [7.92, 9.91, 11.52], abs=5e-3
    )
    assert np.linalg.norm(path, axis=-1).min(axis=0) == pytest.approx(
        [0.078, 0.187, 0.296], abs=5e-4
    )
    assert (np.linalg.norm(path[-1] - [1, 0], axis=-1) < 1e-9).all()


def test_the_safe_ball_of_shifted_inputs():
    """From |w - v| < |v|, or once below F(0), the flow tends to v; the distance never grows."""
    turn = np.linspace(0, 2 * np.pi, 9)[:-1] + 0.1
    near = [1, 0] + 0.999 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    far = np.array([[-1.0, -3.0], [2.5, 2.0], [0.0, -2.0]])
    starts = np.append(near, far, axis=0)
    path = flow(SHIFTED, starts, 60, np.linspace(0, 60, 61))
    below = SHIFTED.excess_loss(np.append(path, 0 * path[..., :1], axis=-1)) < 0
    assert below.any(axis=0)[-3:].all()
    assert not (np.linalg.norm(far - [1, 0], axis=-1) < 1).any()
    distance = np.linalg.norm(path - [1, 0], axis=-1)
    assert (np.diff(distance, axis=0) < 1e-8).all()  # the solver's tolerance
    assert (distance[-1] < 1e-4).all()


# --- Figures ------------------------------------------------------------------------------------


@pytest.fixture
def ax():
    yield figures.new_figure()[1]
    plt.close("all")


def test_semilog_shows_exponential_decay_as_a_line(ax):
    d = np.arange(2, 9)
    lines = figures.draw_semilog(ax, d, {"a": np.exp(-d), "b": 0.0 * d}, "d", "p")["lines"]
    assert ax.get_yscale() == "log" and (ax.get_xlabel(), ax.get_ylabel()) == ("d", "p")
    x, y = lines[0].get_data()
    assert np.allclose(np.diff(np.log(y)) / np.diff(x), -1)
    assert (lines[1].get_ydata() == 1e-300).all()  # zero has no logarithm


def test_bounds_are_drawn_as_they_are(ax):
    lines = figures.draw_bounds(ax, [0.0, 1.0], {"a": [-2.0, 3.0], "b": [0, 1]}, "s", "P")["lines"]
    assert lines[0].get_ydata().tolist() == [-2, 3] and ax.get_yscale() == "linear"
    assert len({line.get_marker() for line in lines}) == 2  # not by colour alone


def test_angles_are_in_degrees_and_named_by_their_starts(ax):
    angles = np.array([[np.pi, 0.0], [np.pi / 2, np.pi / 4]])
    lines = figures.draw_angles(ax, [0.0, 2.0], angles, [[-1, 0.5], [1, 0]])["lines"]
    assert lines[0].get_ydata().tolist() == [180, 90]
    assert np.allclose(lines[1].get_ydata(), [0, 45])
    assert [line.get_label() for line in lines] == ["from (−1, 0.5)", "from (1, 0)"]
    assert len({line.get_linestyle() for line in lines}) == 2


def test_safe_disc(ax):
    artists = figures.draw_safe_disc(ax, [1.0, -0.5], radius=0.75)
    assert artists["disc"].center == (1.0, -0.5) and artists["disc"].radius == 0.75
    assert mpl.colors.to_hex(artists["disc"].get_facecolor()) == FATE_COLOURS["learned"].lower()
    assert artists["target"].get_xydata().tolist() == [[1.0, -0.5]]
    assert artists["origin"].get_xydata().tolist() == [[0, 0]]
    assert ax.get_aspect() == 1


def test_tied_paths_lie_on_their_plane():
    ax = figures.new_figure(subplot_kw={"projection": "3d"})[1]
    paths = np.array([[[-1, 0.5, 0.25]], [[1, 0, 0]]])
    artists = figures.draw_tied_paths(ax, paths, [1, 0, 0], ["lost"], mean=[0, 0.5], extent=2)
    assert np.transpose(artists["paths"][0].get_data_3d()).tolist() == paths[:, 0].tolist()
    assert np.ravel(artists["starts"][0].get_data_3d()).tolist() == [-1, 0.5, 0.25]
    assert artists["paths"][0].get_color() == FATE_COLOURS["lost"]
    x, y, b = np.array(artists["plane"]._faces)[0].T  # its corners
    assert np.allclose(b, 0.5 * y) and set(np.abs(x)) == set(np.abs(y)) == {2}
    assert "plane" not in figures.draw_tied_paths(ax, paths, [1, 0, 0], ["lost"])
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda a: figures.draw_semilog(a, [1, 2], {"a": [1.0]}, "", ""), "a must have shape"),
        (lambda a: figures.draw_semilog(a, [1], {}, "", ""), "the curves must be 1 to 4"),
        (lambda a: figures.draw_bounds(a, [np.nan], {"a": [1.0]}, "", ""), "at must be finite"),
        (lambda a: figures.draw_angles(a, [0, 1], [[0.0], [1.0]], [[0], [1]]), "angles must have"),
        (lambda a: figures.draw_safe_disc(a, [1, 0, 0], 1), "target must have shape"),
        (lambda a: figures.draw_safe_disc(a, [1, 0], 0), "radius must be positive"),
        (lambda a: figures.draw_tied_paths(a, np.zeros((2, 3)), [1, 0, 0], []), "paths must be"),
    ],
)
def test_bad_input(ax, call, said):
    with pytest.raises(ValueError, match=said):
        call(ax)
