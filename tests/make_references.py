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


# Worst of a thousand random points with both kinks close to the centre: narrow wedges that an
# adaptive rule steps over unless it is told where they are.
CROWDED = [
    (
        ("sphere", 100, 0.5),
        [-2.231823334927078, 0.0012847578383048792, -7.0193158766442336e-12],
        [2.479687395573582, 0.0, -7.801252089936773e-12],
    ),
    (
        ("sphere", 100, 3.2),
        [-0.9685949489563938, 0.0036168763169811546, -2.5312675910427566e-10],
        [0.28575791465531725, 0.0, -3.5323751805436364e-10],
    ),
    (
        ("sphere", 10, 0.5),
        [-0.8556475085622308, 0.059152733538171354, -5.024290225174149e-11],
        [13.682103777747008, 0.0, -2.7618067478867967e-07],
    ),
    (
        ("sphere", 4, 3.2),
        [-8.40514478021819, 0.0018471205170722735, 3.8202185233095e-07],
        [0.07120459393274645, 0.0, -3.2382831036472514e-09],
    ),
    (
        ("ball", 7, 1.0),
        [-2.0379670603373152, 5.721546795034189e-05, 1.8280571697958932e-07],
        [0.6057236893138302, 0.0, -5.43343659044205e-08],
    ),
    (
        ("sphere", 1000, 3.2),
        [-1.49062500864304, 0.002667620073327947, -2.571501015130823e-09],
        [0.8865654104659553, 0.0, -1.5294263448541938e-09],
    ),
    (
        ("ball", 7, 3.2),
        [-0.0018504551096779414, 3.8364628050669105, -9.943155340624325e-10],
        [6.505209879175294, 0.0, -0.0008189851150980157],
    ),
    (
        ("sphere", 100, 0.5),
        [0.00019049668019073662, 1.6969615924769006, -2.3181137525570264e-10],
        [0.6324688317086035, 0.0, 3.0220040586888344e-06],
    ),
    (
        ("gaussian", 3, 3.2),
        [0.9648162974913886, 3.432687816737211e-11, 0.00022762385951900262],
        [1.9893580519733733, 0.0, 0.000469338421131452],
    ),
    (
        ("sphere", 10, 3.2),
        [0.4362138853945968, 1.1437747641592005e-08, 2.082426811435858e-05],
        [13.409387085209799, 0.0, -0.0006401462136063812],
    ),
    (
        ("sphere", 5, 0.5),
        [-2.1363930767211574, 4.32969004446722, 9.318022338921322e-08],
        [0.48738025526974854, 0.0, 8.899305499410738e-06],
    ),
    (
        ("gaussian", 3, 1.0),
        [0.742140739903031, 0.0, 2.3600344857447606e-05],
        [0.39148103878011, 0.0, -1.2449239104659712e-05],
    ),
    (
        ("sphere", 30, 1.0),
        [2.792066026673216, 3.3064516880151824e-09, 1.6452295059135298e-05],
        [3.7327184746867363, 0.0, -2.1995105105522957e-05],
    ),
    (
        ("ball", 1000, 3.2),
        [-0.0009055096441454625, 0.36987147134511766, 2.262720681663708e-06],
        [0.48547350900330416, 0.0, -6.694543773710811e-07],
    ),
    (
        ("gaussian", 3, 3.2),
        [-6.282731805161529e-06, 0.6392230788455197, -0.0037332418770151315],
        [0.12977835652757372, 0.0, -0.0007579496375035774],
    ),
    (
        ("ball", 3, 0.5),
        [-7.396563587613677e-09, 2.040863736188187, -2.5246535723158646e-05],
        [0.4137225852592206, 0.0, -5.117961532182195e-06],
    ),
    (
        ("ball", 7, 0.5),
        [-0.16338541404926102, 7.5805630755294e-05, -3.228483616060737e-11],
        [4.157753884547545, 0.0, -1.8652973259703326e-09],
    ),
    (
        ("ball", 2, 3.2),
        [-0.39715661583355594, 8.023492576341954e-05, 0.0009380752961981738],
        [1.8648763950137772, 0.0, -0.004405210621258424],
    ),
]


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
    for law, w, v in CROWDED:
        yield law, "kinks near the centre", w, v, None, None
    for k in range(28):  # nearly parallel lines, both close to the centre
        kind, dim = ("ball", "sphere")[k % 2], DIMS[k // 4]
        narrow = 10 ** rng.uniform(-10, -1)
        n, a = math.exp(rng.gauss(0, 1)), math.exp(rng.gauss(0, 1))
        theta = narrow if k % 4 < 2 else math.pi - narrow
        near = [10 ** rng.uniform(-10, -1) * rng.choice([-1, 1]) / math.sqrt(dim) for _ in "wv"]
        w = [a * math.cos(theta), a * math.sin(theta), a * near[0]]
        yield (kind, dim, 1.0), "kinks near the centre", w, [n, 0.0, n * near[1]], None, None


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
