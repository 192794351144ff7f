"""Compute tests/references.json: the slow twins at many hard points of the planar laws.

    python tests/make_references.py            (about fifteen minutes on two cores)

Cases that the file already holds are kept; remove it to compute all again. Each line is one case:
the law (kind, dim, size), the category, w and v as hexadecimal floats, and the results as
mantissas. "excess", "gradient", "overlap" and their scales are to be multiplied by exp(log), and
"loss" and its scale by exp(loss_log): in a million dimensions an active mass can be exp(-1e7).
w and v are reduced coordinates (p, q, b) and (|v~|, 0, b_v), except where "matrix" and "shift" are
given: there they are full vectors, and the inputs are matrix @ z + shift with z from the law.
"""

from __future__ import annotations

import json
import math
import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import mpmath as mp

import reference

FILE = Path(__file__).with_name("references.json")
DIMS = (2, 3, 5, 10, 100, 10_000, 1_000_000)
KEYS = ("law", "category", "w", "v", "matrix", "shift")
LAWS = [(kind, dim) for kind in ("ball", "sphere") for dim in DIMS] + [("gaussian", 2)]


def cases():
    """Yield (law, category, w, v), the same ones every time."""
    rng = random.Random(20210601)
    for kind, dim in LAWS:
        for category, w, v, size in _points(kind, dim, rng):
            yield (kind, dim, size), category, w, v, None, None
    for kind, dim in [(kind, dim) for kind in ("ball", "sphere", "gaussian") for dim in (2, 3, 5)]:
        for k in range(7):
            w, v = ([rng.gauss(0, 1) for _ in range(dim + 1)] for _ in "wv")
            v[-1] = abs(v[-1]) / 2
            matrix = [[rng.gauss(0, 1) + 2 * (i == j) for j in range(dim)] for i in range(dim)]
            shift = [rng.gauss(0, 1) for _ in range(dim)]
            if k == 5:  # the identity: plain full vectors
                matrix = [[float(i == j) for j in range(dim)] for i in range(dim)]
            if k >= 5:
                shift = [0.0] * dim
            category = "full vectors" if k == 5 else "affine image"
            if kind == "gaussian" and k == 4:
                matrix = [[float(i == j) for j in range(dim)] for i in range(dim)]
                category = "normal with a mean"
            yield (kind, dim, rng.choice([1.0, 0.7])), category, w, v, matrix, shift


def _points(kind, dim, rng):
    # A coordinate of the input is of size c / sqrt(d): biases of that size cut through the mass.
    typical = 1.0 if kind == "gaussian" else 1 / math.sqrt(dim)

    def size():
        return rng.choice([1.0, 0.5, 3.2])

    def polar(a, theta):
        return a * math.cos(theta), a * math.sin(theta)

    def offset():
        """Return b / (c |w~|)."""
        if kind == "gaussian" or rng.random() < 0.5:
            return rng.gauss(0, 1) * typical
        return rng.uniform(-1, 1)

    def target(c):
        n = math.exp(rng.gauss(0, 1))
        return [n, 0.0, n * c * typical * rng.uniform(-1.5, 1.5) * (0.6 if dim < 4 else 1)]

    def start(c, theta=None, a=None, u=None):
        a = math.exp(rng.gauss(0, 1)) if a is None else a
        p, q = polar(a, rng.uniform(0, math.pi) if theta is None else theta)
        return [p, q, c * a * (offset() if u is None else u)]

    for _ in range(10):
        c = size()
        yield "generic", start(c), target(c), c
    for _ in range(2):
        c = size()
        yield "b = 0", start(c, u=0.0), target(c), c
        v = target(c)
        yield "b = 0", start(c), [v[0], 0.0, 0.0], c
    for b in (0.3, -0.3):
        yield "w~ = 0", [0.0, 0.0, b], target(1.0), 1.0
    yield "v~ = 0", start(1.0), [0.0, 0.0, 0.7], 1.0
    for sign in (1, -1):
        for _ in range(3):
            c = size()
            w = start(c, theta=0.0)
            yield "theta = 0 or pi", [sign * w[0], 0.0, w[2]], target(c), c
    for small in (1e-4, 1e-8, 1e-12):
        c = size()
        yield "theta near 0 or pi", start(c, theta=small), target(c), c
        w = start(c, theta=small)
        yield "theta near 0 or pi", [-w[0], w[1], w[2]], target(c), c
        v = target(c)
        w = [v[0], v[0] * small, v[2] * (1 + small)]
        yield "w near v", w, v, c
    v = target(1.0)
    yield "w = v", v, v, 1.0
    yield "w = v", [2 * v[0], 0.0, 2 * v[2]], v, 1.0
    if kind != "gaussian":
        for w in ([1.0, 0.0, 1.0], [1.0, 0.0, -1.0], [3.0, 4.0, 5.0], [3.0, 4.0, -5.0]):
            yield "|b| = c|w~|", w, target(1.0), 1.0
        yield "|b_v| = c|v~|", start(1.0), [0.8, 0.0, 0.8], 1.0
        yield "|b_v| = c|v~|", [0.5, 0.0, 0.5], [2.0, 0.0, 2.0], 1.0
        for k in (3, 9):
            c = size()
            yield "|b| = c|w~|", start(c, u=1 - 10.0**-k), target(c), c
        v = target(1.0)
        yield "|b_v| = c|v~|", start(1.0), [v[0], 0.0, -v[0] * (1 - 1e-3)], 1.0
        for k in range(2, 13):
            c = size()
            yield "nearly dead", start(c, u=-(1 - 10.0**-k)), target(c), c
        for k in (4, 8, 12):
            c = size()
            yield (
                "nearly dead",
                start(c, u=-(1 - 10.0**-k), a=10.0 ** rng.choice([-8, 8])),
                target(c),
                c,
            )
            w = start(c, u=-(1 - 10.0**-k), theta=0.0)
            yield "nearly dead", [rng.choice([-1, 1]) * w[0], 0.0, w[2]], target(c), c
    else:
        for u in (-2.0, -5.0, -10.0, -20.0, -35.0):
            yield "nearly dead", start(1.0, u=u), target(1.0), 1.0
    for k in range(6):  # the lines w.x = 0 and v.x = 0 cross at y, inside and at the rim
        c = size() if k < 4 else 1.0
        v, w = target(c), start(c)
        reach = c * typical * rng.uniform(0.1, 1.2) * (0.7 if dim < 4 else 1)
        if k == 3 and kind != "gaussian":
            reach = c * (1 - 1e-9)
        y = polar(reach, rng.uniform(-math.pi, math.pi))
        y = {4: (0.0, 1.0), 5: (-1.0, 0.0)}.get(k, y)  # exactly at the rim
        if v[0] * y[0] > 0.9 * c * v[0]:
            y = (-y[0], y[1])  # keep the target alive
        b = -(w[0] * y[0] + w[1] * y[1])
        yield "lines cross", [w[0], w[1], b], [v[0], 0.0, -v[0] * y[0]], c
    for k in (-8, -4, 4, 8):
        c = size()
        yield "|w| from 1e-8 to 1e8", start(c, a=10.0**k), target(c), c
        w = start(c)
        yield "|w| from 1e-8 to 1e8", [w[0], w[1], w[2] * 10.0**k], target(c), c


def key(case):
    """Return what identifies a case: law, category and exact inputs."""
    law, category, w, v, matrix, shift = case
    line = {"law": list(law), "category": category, "w": hexes(w), "v": hexes(v)}
    if matrix is not None:
        line |= {"matrix": [hexes(row) for row in matrix], "shift": hexes(shift)}
    return line


def hexes(vector):
    """Return the floats as hexadecimal strings."""
    return [float(x).hex() for x in vector]


def floats(strings):
    """Return the floats that `hexes` wrote."""
    return [float.fromhex(x) for x in strings]


def compute(line):
    """Return `line`, made by `key`, with its results."""
    law, w, v = line["law"], floats(line["w"]), floats(line["v"])
    if "matrix" in line:
        matrix = [floats(row) for row in line["matrix"]]
        out = reference.full_numbers(law, w, v, matrix, floats(line["shift"]))
    else:
        out = reference.numbers(law, w, v)
    return line | mantissas(out)


def mantissas(out):
    """Return the results of `reference.numbers` as floats, the errors' scales to five digits."""
    log = round(float(mp.log(out["active"]))) if out["active"] > 0 else 0
    loss_scale = out["ww"] + out["vv"]
    loss_log = round(float(mp.log(loss_scale)))

    def mantissa(x, power=log):
        return float(x * mp.exp(-power))

    def rough(x, power=log):
        return float(mp.nstr(x * mp.exp(-power), 5))

    return {
        "loss_log": loss_log,
        "loss": mantissa(out["loss"], loss_log),
        "loss_scale": rough(loss_scale, loss_log),
        "log": log,
        "excess": mantissa(out["excess"]),
        "excess_scale": rough(out["ww"] + out["wv"]),
        "gradient": [mantissa(x) for x in out["gradient"]],
        "gradient_scale": rough(out["heights"]),
        "overlap": mantissa(out["overlap"]),
        "active": rough(out["active"]),
    }


def main():
    """Write the file."""
    old = json.loads(FILE.read_text()) if FILE.exists() else []
    done = {json.dumps({k: x for k, x in line.items() if k in KEYS}): line for line in old}
    keys = [json.dumps(key(case)) for case in cases()]
    todo = [json.loads(k) for k in keys if k not in done]
    with ProcessPoolExecutor(2) as pool:
        for line in pool.map(compute, todo, chunksize=4):
            done[json.dumps({k: x for k, x in line.items() if k in KEYS})] = line
    FILE.write_text("[\n" + ",\n".join(json.dumps(done[k]) for k in keys) + "\n]\n")
    print(len(keys), "cases, new", len(todo))


if __name__ == "__main__":
    main()
