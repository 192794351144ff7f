"""The errors of the package against the references, by category: `python tests/accuracy_table.py`.

An error is measured against a sum of positive terms, so that no cancellation hides in it or blows
it up (the promise of the package):

loss      |error| / E (s(w.x)^2 + s(v.x)^2)
excess    |error| / E (s(w.x)^2 + s(w.x) s(v.x))
gradient  |error| / E (s(w.x) + s(v.x)) on w.x > 0 (stricter than with |x| >= 1 beside it)
overlap   |error| / P(w.x > 0)

Where the scale is 0 (a dead neuron) the error must be 0.
"""

from __future__ import annotations

import functools
import json
import math
import random
from collections import defaultdict

import numpy as np

import make_references
import reference
import singleneuron as sn

DIMS = (2, 3, 5, 10, 100, 10_000, 1_000_000)
QUANTITIES = ("loss", "excess", "gradient", "overlap")
LAWS = {
    "ball": "UniformBall",
    "sphere": "UniformSphere",
    "gaussian": "Gaussian",
    "interval": "UniformBall",
}


@functools.lru_cache(maxsize=1)
def lines():
    """Return every case with its reference, as in references.json."""
    return [
        *json.loads(make_references.FILE.read_text()),
        *gaussian_lines(),
        *interval_lines(),
        *normal_line_lines(),
        *affine_line_lines(),
        *atom_lines(),
    ]


def gaussian_lines():
    """Closed forms for normal inputs, in every dimension."""
    rng = random.Random(4)
    for dim in DIMS:
        tau = rng.choice([1.0, 0.3, 2.5])
        for k in range(12):
            p, q, b, n, bv = (rng.gauss(0, 1) for _ in range(5))
            w, v = [p, abs(q), b], [abs(n), 0.0, bv]
            if k in (1, 2):
                w[1] = 0.0
            if k == 3:
                w[2] = v[2] = 0.0
            if k == 4:
                w = list(v)
            if k in (5, 6):
                factor = 10.0 ** (-8 if k == 5 else 8)
                w = [t * factor for t in w]
            if k == 7:
                w[2] = -6 * tau * math.hypot(w[0], w[1])
            if k == 8:
                w[1] = 1e-9
            yield from _with("normal, closed form", ("gaussian", dim, tau), w, v)


def interval_lines():
    """Rational arithmetic for the uniform law on an interval."""
    rng = random.Random(5)
    for k in range(150):
        c = rng.choice([1.0, 0.37, 2.5])
        w, v = _one_dimensional(rng, c, k)
        yield from _with("d = 1, interval", ("interval", 1, c), w, v)


def normal_line_lines():
    """Truncated moments for the normal law in one dimension."""
    rng = random.Random(6)
    for k in range(60):
        tau = rng.choice([1.0, 0.37, 2.5])
        w, v = _one_dimensional(rng, tau, k)
        if k % 10 == 6:
            w[1] = -rng.choice([5, 20, 37]) * tau * abs(w[0])
        yield from _with("d = 1, normal", ("gaussian", 1, tau), w, v)


def affine_line_lines():
    """Affine images in one dimension."""
    rng = random.Random(8)
    for k in range(20):
        law = ("interval", 1, 1.3) if k % 2 else ("gaussian", 1, 0.8)
        w, v = _one_dimensional(rng, 1.0, 0)
        v[1] = abs(v[1]) + 0.2
        matrix, shift = [[rng.gauss(0, 1)]], [0.1 * rng.gauss(0, 1)]
        out = reference.full_numbers(law, w, v, matrix, shift)
        inputs = make_references.key((law, "d = 1, affine image", w, v, matrix, shift))
        yield inputs | make_references.mantissas(out)


def _one_dimensional(rng, c, k):
    """Return (w, b), (v, b_v): random ones, then the hard ones in turn."""
    w, v = [rng.gauss(0, 1), rng.gauss(0, 1)], [rng.gauss(0, 1), rng.gauss(0, 1)]
    if v[1] <= -0.9 * c * abs(v[0]):
        v[1] = -v[1]
    sign = rng.choice([-1, 1])
    hard = {
        1: lambda: ([w[0], 0.0], v),
        2: lambda: (w, [v[0], 0.0]),
        3: lambda: ([0.0, w[1]], v),
        4: lambda: (w, [0.0, abs(v[1])]),
        5: lambda: ([w[0], c * abs(w[0])], v),
        6: lambda: ([1.0, -c], v),
        7: lambda: (w, [v[0], c * abs(v[0])]),
        8: lambda: (v, v),
        9: lambda: ([t * (1 + 1e-7 * rng.gauss(0, 1)) for t in v], v),
        10: lambda: ([t * 1e8 for t in w], v),
        11: lambda: ([t * 1e-8 for t in w], v),
        12: lambda: ([w[0], w[1] * 1e8], v),
        13: lambda: (  # both kinks at the same input
            [sign * w[0], -sign * w[0] * c / 2],
            [v[0], -v[0] * c / 2] if v[0] > 0 else [v[0], v[0] * c / 2 + abs(v[0]) * c],
        ),
    }
    if k % 2 == 0:
        return w, v
    turn = (k // 2) % 24
    if turn >= 14:  # nearly dead: gaps 1e-3 .. 1e-12
        return [sign * abs(w[0]), -abs(w[0]) * c * (1 - 10.0 ** -(turn - 11))], v
    return hard.get(turn, lambda: (w, v))()


def atom_lines():
    """Sums over points, equal or unequal weights, and the two points of a sphere in d = 1."""
    rng = random.Random(7)
    for k in range(70):
        dim = (1, 2, 3, 5, 10, 100, 1)[k % 7]
        n = rng.choice([1, 3, 20])
        points = [[rng.gauss(0, 1) for _ in range(dim)] for _ in range(n)]
        weights = [rng.random() + 0.01 for _ in range(n)]
        weights = [t / math.fsum(weights) for t in weights]
        v = [rng.gauss(0, 1) for _ in range(dim + 1)]
        if k % 7 == 6:
            points, weights = [[-0.7], [0.7]], [0.5, 0.5]
        if all(math.fsum(map(lambda a, b: a * b, v, [*x, 1.0])) <= 0 for x in points):
            v = [-t for t in v]
        w = [rng.gauss(0, 1) for _ in range(dim + 1)]
        w = {1: v, 2: [0.0] * dim + [0.5], 3: [1e8 * t for t in w], 4: [1e-8 * t for t in w]}.get(
            k // 7, w
        )
        yield from _with("finitely many points", ("atoms", dim, list(zip(points, weights))), w, v)


def _with(category, law, w, v):
    """Yield the line of one case, unless the target is dead."""
    kind, dim, size = law
    if kind == "gaussian" and dim >= 2:
        out = reference.gaussian_numbers(size, w, v)
    else:
        out = reference.numbers(law, w, v)
    if out["vv"] > 0:
        yield {
            "law": law,
            "category": category,
            "w": make_references.hexes(w),
            "v": make_references.hexes(v),
            **make_references.mantissas(out),
        }


def problem(line):
    """Return the Problem of a case, in the coordinates of its w."""
    kind, dim, size = line["law"]
    v = make_references.floats(line["v"])
    if kind == "atoms":
        points, weights = zip(*size)
        if dim == 1 and points == ([-0.7], [0.7]):
            return sn.Problem(sn.UniformSphere(1, 0.7), v)
        return sn.Problem(sn.Empirical(points, weights), v)
    law = getattr(sn, LAWS[kind])(dim, size)
    if "matrix" in line:
        matrix = [make_references.floats(row) for row in line["matrix"]]
        shift = make_references.floats(line["shift"])
        if "affine image" in line["category"]:
            law = sn.AffineImage(law, matrix, shift)
        if line["category"] == "normal with a mean":
            law = sn.Gaussian(dim, size, mean=shift)
        return sn.Problem(law, v)
    if dim == 1:
        return sn.Problem(law, v)
    target = np.zeros(dim + 1)
    target[0], target[-1] = v[0], v[2]
    reduced = sn.Problem(law, target).reduced
    if reduced.target.tolist() != v:
        raise AssertionError(f"the reduced target {reduced.target} is not {v}")
    return reduced


def errors(prob, line):
    """Return the four relative errors of a case; nan where doubles cannot hold the number."""
    w = np.array(make_references.floats(line["w"]))
    log, loss_log = line["log"], line["loss_log"]
    out = {}
    representable = loss_log > -600
    out["loss"] = (
        _relative(prob.loss(w) * math.exp(-loss_log) - line["loss"], line["loss_scale"])
        if representable
        else math.nan
    )
    value, scale = prob.excess_mantissa(w)
    g, g_scale = prob.gradient_mantissa(w)
    value, g = value * _power(scale - log), g * _power(g_scale - log)
    reference = np.array(line["gradient"])
    if reference.any() and scale == g_scale:
        # exp(T_0) itself is known to one unit in the last place of T_0, up to 2e-9 in a million
        # dimensions: not held against the mantissas if both are off by the same factor
        common = (g @ reference) / (reference @ reference)
        if abs(common - 1) <= np.spacing(abs(scale)):
            value, g = value / common, g / common
    out["excess"] = _relative(value - line["excess"], line["excess_scale"])
    out["gradient"] = _relative(np.linalg.norm(g - reference), line["gradient_scale"])
    out["overlap"] = (
        _relative(prob.overlap(w) * math.exp(-log) - line["overlap"], line["active"])
        if log > -600
        else math.nan
    )
    return out


def _power(log):
    return math.exp(min(float(log), 700.0))


def _relative(error, scale):
    error = abs(float(error))
    if not error <= math.inf:
        return math.inf  # nan
    return error / scale if scale else (0.0 if error == 0 else math.inf)


@functools.lru_cache(maxsize=1)
def measured():
    """Return the list of (line, errors) of all cases."""
    result, cache = [], {}
    for line in lines():
        about = json.dumps([line["law"], line["v"], line.get("matrix"), line.get("shift")])
        if about not in cache:
            cache.clear()  # neighbours share a target; a million dimensions should not pile up
            cache[about] = problem(line)
        result.append((line, errors(cache[about], line)))
    return result


def table():
    """Return rows (category, cases, largest error of loss, excess, gradient, overlap)."""
    rows = defaultdict(lambda: [0] + [0.0] * len(QUANTITIES))
    for line, error in measured():
        for name in (line["category"], "all"):
            rows[name][0] += 1
            for k, quantity in enumerate(QUANTITIES, 1):
                rows[name][k] = np.fmax(rows[name][k], error[quantity])
    last = rows.pop("all")
    return [(name, *row) for name, row in rows.items()] + [("all", *last)]


def report(rows):
    """Return the table as text."""
    head = f"{'category':<22}{'cases':>6}" + "".join(f"{q:>10}" for q in QUANTITIES)
    return "\n".join(
        [head] + [f"{r[0]:<22}{r[1]:>6}" + "".join(f"{x:>10.1e}" for x in r[2:]) for r in rows]
    )


if __name__ == "__main__":
    print(report(table()))
