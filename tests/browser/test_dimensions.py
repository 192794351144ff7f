"""The parts of the live figures for every dimension and for points say what the package says."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import singleneuron as sn
from singleneuron import cones
from singleneuron.laws import PlanarProjection
from singleneuron.widgets.base import PARTS, join, parts

STATES = 2000
DIMS = (2, 3, 5, 10, 100, 10_000, 1_000_000)
TOLERANCE = 1e-9  # both sides promise 1e-10 of the scales of theory S2
EPS = float(np.finfo(float).eps)
IMPORT = """async source => {
    const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    window.engine = await import(address);
}"""


@pytest.fixture(scope="module")
def engine(chromium: Browser) -> Iterator[Page]:
    """A bare page that has imported the parts, joined as for a figure."""
    context = chromium.new_context()
    page = context.new_page()
    page.evaluate(IMPORT, join("problem"))
    yield page
    context.close()


def make_law(kind: str, dim: int, size: float) -> tuple[dict[str, Any], sn.laws.Law]:
    """Return the same law in both languages."""
    if kind == "gaussian":
        return {"kind": kind, "dim": dim, "scale": size}, sn.Gaussian(dim, size)
    here = sn.UniformBall(dim, size) if kind == "ball" else sn.UniformSphere(dim, size)
    return {"kind": kind, "dim": dim, "radius": size}, here


HARD = (
    "any",
    "nearly dead",
    "nearly the target",
    "wild scales",
    "an axis",
    "the lines nearly meet",
    "the edge",
    "nearly dead and nearly blind",
    "nearly blind",
)


def random_state(rng: np.random.Generator, hard: str, kind: str, dim: int, size: float) -> Any:
    """Return w = (p, q, b) and v = (V, 0, b_v), floats."""
    reach = size if kind != "gaussian" else 4 * size
    usual = size if kind == "gaussian" else size / math.sqrt(dim)  # of one coordinate
    bias = float(np.exp(rng.uniform(np.log(usual), np.log(reach)))) if reach > usual else reach
    small = 10.0 ** rng.uniform(-12, -2)
    p, q, b = rng.normal(size=3) * (1, 1, bias)
    length, offset = abs(rng.normal()) + 0.1, float(np.clip(bias * rng.normal(), -reach / 2, None))
    offset *= length
    if hard.startswith("nearly dead"):
        b = -reach * math.hypot(p, q) * (1 - small)
    if hard == "nearly the target":
        p, q, b = np.multiply((length, 0, offset), 1 + small * rng.normal(size=3))
        q = length * small
    elif hard == "wild scales":
        p, q, b = np.multiply((p, q, b), 10.0 ** rng.uniform(-8, 8))
    elif hard == "an axis":
        p, q, b = np.where(np.arange(3) == rng.integers(3), 0.0, (p, q, b))
    elif hard == "the lines nearly meet":
        b = (
            math.hypot(p, q)
            * abs(offset)
            / length
            * (1 + small * rng.normal())
            * rng.choice([-1, 1])
        )
    elif hard == "the edge":
        b = reach * math.hypot(p, q)
        offset = reach * length if rng.random() < 0.5 else offset
    elif hard.endswith("nearly blind"):  # theta is nearly alpha + beta
        if hard == "nearly blind":
            b = math.hypot(p, q) * reach * rng.uniform(-0.99, 0.0)
        alpha = math.acos(-b / reach / math.hypot(p, q))
        beta = math.acos(float(np.clip(-offset / reach / length, -1, 1)))
        angle = min(alpha + beta + rng.normal() * small, math.pi)
        p, q = math.hypot(p, q) * math.cos(angle), math.hypot(p, q) * math.sin(angle)
    return [float(p), abs(float(q)), float(b)], [float(length), 0.0, float(offset)]


def python_numbers(law: sn.laws.Law, w: list[float], v: list[float]) -> dict[str, Any]:
    """Return [values, log scale, scale of errors] of every mode."""
    from singleneuron import engine as kernel

    radial = law.radial
    assert radial is not None
    point, target = np.array([w]), np.array(v)

    def run(mode: int, at: Any = point) -> tuple[Any, float]:
        values, logs = kernel.radial(mode, radial, at, target, 1e-10)
        return values[0], float(logs[0])

    (ww, wv, _), log = run(kernel.MOMENTS)
    (overlap, mass, _), log_mass = run(kernel.OVERLAP)
    gradient, log_gradient = run(kernel.GRADIENT)
    loss, log_loss = run(kernel.LOSS)
    (vv, _, _), log_v = run(kernel.MOMENTS, target[None])
    assert log == log_mass == log_gradient
    # g_b(w) = E s(w.x) - E s(v.x) 1[w.x > 0] and 2w has the same active inputs: both terms by
    # differences, together not more than E (s(w.x) + s(v.x)) |x| on w.x > 0, as |x| >= 1.
    twice, _ = run(kernel.GRADIENT, 2 * point)
    heights = (twice[2] - gradient[2]) + (twice[2] - 2 * gradient[2])
    return {
        "moments": [[ww, wv], log, [ww, ww + wv]],
        "overlap": [[overlap, mass], log, [mass, mass]],
        "gradient": [list(map(float, gradient)), log, 3 * [heights]],
        "loss": [
            [float(loss[0])],
            log_loss,
            [sum(x * math.exp(at - log_loss) for x, at in ((ww, log), (vv, log_v)) if x > 0)],
        ],
    }


def cones_gap(w: list[float], c: float) -> float:
    """1 + b / (c |w~|) without cancellation."""
    from fractions import Fraction

    p, q, b, size = map(Fraction, (*w, c))
    a2 = size**2 * (p * p + q * q)
    a = math.sqrt(a2)
    return float((a2 - b * b) / a2) / (1 - w[2] / a) if w[2] < 0 and a > 0 else 1 + w[2] / (a or 1)


EVALUATE = """states => {
    const modes = {moments: engine.MOMENTS, overlap: engine.OVERLAP, gradient: engine.GRADIENT,
        loss: engine.LOSS}, total = new Float64Array(engine.SIZE);
    return states.map(([law, w, v]) => {
        const {kind, scale, power} = engine.radialOf(law), result = {};
        for (const [name, mode] of Object.entries(modes)) {
            const log = engine.evaluate(total, mode, kind, scale, power, w, v, 1e-10);
            result[name] = [...total.slice(0, 3), log];
        }
        return result;
    });
}"""


def test_kernel_equals_the_package(engine: Page, capsys: Any) -> None:
    rng = np.random.default_rng(5)
    states, laws = [], []
    for k in range(STATES):
        kind = ("ball", "ball", "sphere", "gaussian")[k % 4]
        dim, size = DIMS[(k // 4) % len(DIMS)], float(np.exp(rng.normal()))
        there, here = make_law(kind, dim, size)
        hard = HARD[int(rng.integers(len(HARD)))]
        states.append((there, *random_state(rng, hard, kind, dim, size)))
        laws.append((here, hard))
    worst: dict[str, float] = {}
    tiny = 0
    for state, (law, hard), there in zip(states, laws, engine.evaluate(EVALUATE, states)):
        for name, (values, log, scales) in python_numbers(law, *state[1:]).items():
            *found, log_there = there[name]
            assert abs(log_there - log) <= 4 * EPS * abs(log), (name, hard, state)
            shift = math.exp(log_there - log)  # one ulp of T = 1e7 is more than the tolerance
            for value, other, scale in zip(values, found, scales):
                error = abs(value - other * shift)
                assert error <= TOLERANCE * scale, (name, hard, error, scale, state)
                worst[name] = max(worst.get(name, 0.0), error / scale if scale else 0.0)
            tiny += log < -750 and values[0] != 0
    assert tiny > 100  # numbers that only a mantissa can hold
    with capsys.disabled():
        print("\nlargest relative differences of the parts in JavaScript:", worst)


# --- The methods, at full vectors -----------------------------------------------------------------


METHODS = """states => states.map(([law, v, ws]) => {
    const problem = engine.problem(law, v);
    return {
        trivial: problem.trivialLoss, smoothness: problem.smoothness,
        rows: ws.map(w => ({
            loss: problem.loss(w), excess: problem.excessLoss(w), gradient: problem.gradient(w),
            overlap: problem.overlap(w), active: problem.activeMass(w), moments: problem.moments(w),
            dead: problem.isDead(w), blind: problem.isBlind(w), height: problem.height(w),
        })),
    };
})"""


def random_problem(rng: np.random.Generator, k: int) -> tuple[dict[str, Any], sn.laws.Law]:
    size = float(np.exp(rng.normal()))
    if k % 2:
        dim = int(rng.choice([1, 2, 3, 10]))
        points = size * rng.normal(size=(int(rng.integers(1, 40)), dim))
        weights = rng.uniform(0.1, 1, len(points))
        weights /= weights.sum()
        there = {"points": points.tolist(), "weights": weights.tolist()}
        return there, sn.Empirical(points, weights)
    kind = ("ball", "sphere", "gaussian")[(k // 2) % 3]
    first = {"ball": 1, "sphere": 1, "gaussian": 2}[kind]
    return make_law(kind, int(rng.choice([first, 2, 3, 5, 10])), size)


def test_methods_equal_the_package(engine: Page) -> None:
    rng = np.random.default_rng(6)
    states, problems = [], []
    for k in range(240):
        there, law = random_problem(rng, k)
        scale = np.append(np.ones(law.dim), min(law.support_radius, 3.0))
        v = rng.normal(size=law.dim + 1) * scale
        v[-1] += max(0.0, 0.1 - float(np.max(cones.height(law, v)))) if law.dim else 0.0
        ws = rng.normal(size=(10, law.dim + 1)) * scale * 10.0 ** rng.uniform(-2, 2)
        ws[0], ws[1] = v, v * (1 + 1e-6 * rng.normal(size=law.dim + 1))
        states.append((there, v.tolist(), ws.tolist()))
        problems.append(sn.Problem(law, v))
    for (_, _, ws), problem, found in zip(states, problems, engine.evaluate(METHODS, states)):
        assert found["trivial"] == pytest.approx(problem.trivial_loss, rel=TOLERANCE, abs=0)
        assert found["smoothness"] == pytest.approx(problem.smoothness, rel=TOLERANCE, abs=0)
        for w, row in zip(ws, found["rows"]):
            ww, wv = map(float, problem.moments(w))
            sizes = np.linalg.norm(w), np.linalg.norm(problem.target)
            # Rounding of the reduction: 4 ulp of w or v move every number by no more than this.
            loose = 64 * EPS * (problem.dim + 1) * problem.smoothness
            rest = loose * sum(sizes) ** 2
            vv = 2 * problem.trivial_loss
            close = {
                "loss": (problem.loss(w), ww + vv, rest),
                "excess": (problem.excess_loss(w), ww + wv, rest),
                "overlap": (problem.overlap(w), problem.active_mass(w), 1e-12),
                "active": (problem.active_mass(w), problem.active_mass(w), 1e-12),
                "moments": ((ww, wv), ww + wv, rest),
                "gradient": (problem.gradient(w), (ww + wv) / sizes[0], loose * sum(sizes)),
            }
            for name, (value, scale, slack) in close.items():
                error = np.max(np.abs(np.subtract(value, row[name])))
                assert error <= TOLERANCE * scale + slack, (name, problem, w)
            assert row["dead"] == problem.is_dead(w)
            assert row["blind"] == problem.is_blind(w)
            height = float(cones.height(problem.law, w))
            assert row["height"] == pytest.approx(height, rel=0, abs=loose * sizes[0]) or (
                row["height"] == height  # inf
            )


def test_coordinates_go_there_and_back(engine: Page) -> None:
    rng = np.random.default_rng(7)
    for dim in (2, 3, 10):
        there, law = make_law("ball", dim, 1.0)
        v, w, reduced = rng.normal(size=dim + 1), rng.normal(size=dim + 1), rng.normal(size=3)
        v[-1] = abs(v[-1])
        problem = sn.Problem(law, v)
        run = "([law, v, w, r]) => (p => [p.reduce(w), p.lift(w, r)])(engine.problem(law, v))"
        found = engine.evaluate(run, [there, v.tolist(), w.tolist(), reduced.tolist()])
        assert np.allclose(found[0], problem.reduce(w), rtol=1e-14, atol=1e-14)
        assert np.allclose(found[1], problem.lift(w, reduced), rtol=1e-13, atol=1e-13)


# --- The sets -------------------------------------------------------------------------------------


SETS = """states => states.map(([law, v, w]) => {
    const p = engine.problem(law, v);
    return {dead: p.isDead(w), blind: p.isBlind(w), gap: p.gap(w), beta: p.beta, angle: p.angle(w)};
})"""


def test_dead_and_blind_are_exact(engine: Page) -> None:
    """The sign is exact where rounding could turn it, for all d at once: (p, q, b) is enough."""
    rng = np.random.default_rng(8)
    states, laws = [], []
    for k in range(STATES):
        kind, size = ("ball", "gaussian", "sphere")[k % 3], float(rng.choice([0.1, 1.0, 5.0, 0.7]))
        there, law = make_law(kind, 7, size)
        if k % 2:  # exact ties: (3, 4, -5 c) is dead by rational arithmetic or just not
            p, q = rng.choice([3, -3, 4, -4, 0]), rng.choice([3, 4, 0])
            w = [float(p), float(q), float(rng.choice([-5, 0, -3, 5, -4]) * size)]
            v = [float(rng.choice([1, 5, 3])), 0.0, float(rng.choice([0, -0.5, 1]) * size)]
        else:
            w, v = random_state(rng, HARD[k % len(HARD)], kind, 7, size)
            if k % 8 == 0 and kind != "gaussian":  # an ulp off the cone
                w[2] = float(np.nextafter(-size * math.hypot(w[0], w[1]), rng.choice([-9, 9])))
        states.append((there, v, w))
        laws.append(PlanarProjection(law))
    seen = {"dead": 0, "blind": 0, "tie": 0}
    for (there, v, w), law, found in zip(states, laws, engine.evaluate(SETS, states)):
        dead, blind = bool(cones.is_dead(law, w)), bool(cones.is_blind(law, v, w))
        assert (found["dead"], found["blind"]) == (dead, blind), (there, v, w)
        seen["dead"] += dead
        seen["blind"] += blind and not dead
        c, a = law.support_radius, math.hypot(w[0], w[1])
        assert found["angle"] == pytest.approx(math.atan2(w[1], w[0]) if a else 0, abs=8 * EPS)
        if not math.isfinite(c):
            assert found["beta"] == math.pi / 2
            continue
        turn = float(np.clip(-v[2] / (c * v[0]), -1, 1))
        assert math.cos(found["beta"]) == pytest.approx(turn, abs=8 * EPS)
        if a:
            assert found["gap"] == pytest.approx(cones_gap(w, c), rel=1e-12, abs=1e-30)
            seen["tie"] += abs(cones_gap(w, c)) < 1e-15
    assert min(seen.values()) > 30, seen


PROJECTIONS = """states => states.map(([law, v, w]) => {
    const p = engine.problem(law, v);
    return [p.projectDataCone(w), p.projectDeadCone(w), p.safeRadius];
})"""


def test_projections_equal_the_package(engine: Page) -> None:
    rng = np.random.default_rng(9)
    states, laws = [], []
    for k in range(600):
        if k % 3 == 0:
            dim = int(rng.integers(1, 3))
            points = rng.normal(size=(int(rng.integers(1, 12)), dim))
            if k % 2:  # a grid: repeated points, and many on one edge
                points = np.round(points)
            if k % 5 == 0:
                points[:, 0] = 1.0  # all on one line
            there, law = {"points": points.tolist()}, sn.Empirical(points)
        else:
            there, law = make_law(("ball", "gaussian")[k % 3 - 1], int(rng.integers(2, 6)), 0.7)
        v = rng.normal(size=law.dim + 1)
        v[-1] = abs(v[-1]) + np.sum(np.abs(v[:-1])) * 4
        w = rng.normal(size=law.dim + 1) * 10.0 ** rng.uniform(-3, 3)
        states.append((there, v.tolist(), w.tolist()))
        laws.append(law)
    inside = {"data": 0, "dead": 0, "neither": 0}
    for (_, v, w), law, (data, dead, safe) in zip(
        states, laws, engine.evaluate(PROJECTIONS, states)
    ):
        size = float(np.linalg.norm(w))
        assert np.allclose(data, cones.project_data_cone(law, w), rtol=0, atol=1e-11 * size), (
            law,
            w,
        )
        assert np.allclose(dead, cones.project_dead_cone(law, w), rtol=0, atol=1e-11 * size)
        assert safe == pytest.approx(cones.safe_radius(law, v), rel=1e-11)
        inside["data" if not any(dead) else "neither" if any(data) else "dead"] += 1
    assert min(inside.values()) > 20, inside


def test_classes_equal_the_package(engine: Page) -> None:
    run = "([law, v, w]) => engine.problem(law, v).classify(w)"
    seen: dict[str, int] = {}
    rng = np.random.default_rng(10)
    for kind, dim in (("ball", 1), ("ball", 2), ("ball", 3), ("sphere", 3), ("gaussian", 2)):
        there, law = make_law(kind, dim, 2.0)
        v = np.append(np.eye(dim)[0], 0.5 if dim > 1 else 2.0)
        reach = min(law.support_radius, 2.0)
        points = [v, 0 * v, -v, np.append(np.zeros(dim), -1.0), np.append(-np.eye(dim)[0], -2.0)]
        for scale in (0.1, 30.0):  # the target is 0 at the one input that w touches: a tie
            u = np.zeros(dim)
            u[0] = -0.25
            if dim > 1:
                u[1] = math.sqrt(1 - 0.25**2)
            points.append(scale * np.append(u, -reach * np.linalg.norm(u)))
        for _ in range(20):
            u = rng.normal(size=dim)
            points += [np.append(u, -reach * np.linalg.norm(u) * t) for t in (0.9, 1.0, 1.1)]
        for w in points:
            name = cones.classify(law, v, w).kind.name
            assert engine.evaluate(run, [there, v.tolist(), w.tolist()]) == name, (law, w)
            seen[name] = seen.get(name, 0) + 1
    assert len(seen) == 6, seen  # all but BOUNDARY_TIE, which is for cubes


# --- Bad input, size, speed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "target", "said"),
    [
        ({"kind": "ball", "dim": 2, "radius": 1}, [0.6, 0.8, -2.0], "target must not be dead"),
        ({"kind": "ball", "dim": 2, "radius": 1}, [1, 0, 0, 1], "at most 2 entries and a bias"),
        ({"points": [[1.0], [2.0]]}, [1, 0, 0], "at most 1 entries and a bias"),
        ({"kind": "gaussian", "dim": 1, "scale": 1}, [1, 0], "must have dim >= 2"),
    ],
)
def test_bad_input(engine: Page, law: Any, target: Any, said: str) -> None:
    run = "a => { try { engine.problem(...a); } catch (error) { return error.message; } }"
    assert said in engine.evaluate(run, [law, target])


def test_figures_pay_for_what_they_import() -> None:
    assert parts("two_fates") == ["engine", "ui", "plane", "runs", "two_fates"]
    assert parts("four_tools") == ["ui", "plane", "engine", "atoms", "tools", "four_tools"]
    assert parts("problem") == ["engine", "doubled", "rings", "arcs", "atoms", "cones", "problem"]


def test_parts_share_one_scope(engine: Page) -> None:
    """No two parts declare the same name: a figure may import all of them."""
    others = "".join((PARTS / f"{name}.js").read_text("utf-8") for name in ("ui", "plane", "tools"))
    source = join("problem") + re.sub(r"^import .*\n", "", others, flags=re.MULTILINE)
    engine.evaluate(IMPORT.replace("window.engine =", "window.all ="), source)
    assert engine.evaluate("typeof all.problem + typeof all.Plot") == "functionfunction"
