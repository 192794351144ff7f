r"""From a start to a certificate, compiled: the gradient flow as a curve, and descent itself.

The state z is that of `certify`. For an affine image the flow of z = A w is
:math:`z' = -A A^\top g(z)`; `metric` is :math:`A A^\top`, of size 0 where A is orthogonal.

The flow's fate is a property of its curve, followed by arc length in the state,
:math:`dz/dl = -Kg/|Kg|`, by the Dormand-Prince pair of order 5: the mantissa of the gradient is
enough, however small the active mass. Steps and their errors are measured by the distances to the
origin and to the dead cone, so that neither is a special place.
Source: chapter "Only two fates".
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from .certify import NONE, certificate, clearance, fold, heights
from .compiled import allocating, compiling, part, stored
from .dispatch import kernel_of, parts, workspace
from .rows import GAUSSIAN, GRADIENT, LINE

LAYER = 0.2  # of the spread: the fates of d = 1e6 need it
RESULTS = 5  # code, quantity, threshold, time, steps
NOTHING = 1e-15  # the rounding of |w|: a path this near a dead point stays there

_NODES = np.array([  # Dormand and Prince (1980), rows of the tableau; the last is the solution
    [1 / 5, 0, 0, 0, 0, 0],
    [3 / 40, 9 / 40, 0, 0, 0, 0],
    [44 / 45, -56 / 15, 32 / 9, 0, 0, 0],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729, 0, 0],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656, 0],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
])  # fmt: skip
_ERROR = np.array([
    71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40,
])  # fmt: skip


@allocating
def apply(out, matrix):
    """Replace `out` by its product with a square matrix."""
    spare = out.copy()
    for i in range(len(out)):
        out[i] = 0.0
        for j in range(len(out)):
            out[i] += matrix[i, j] * spare[j]


@part
def field(out, z, w, call, space, law, v, metric, rtol):
    """Put K g(z), up to a factor, in `out`; return the log of the factor."""
    fold(w, z)
    log_scale = parts(call, space, GRADIENT, law, w, v, rtol)
    last, total = len(z) - 1, space[0]
    across = total[1] / w[1] if w[1] > 0 else 0.0
    out[0], out[last] = total[0], total[2]
    for i in range(1, last):
        out[i] = across * z[i]
    if metric.size > 0:
        apply(out, metric)
    return log_scale


@part
def slope(out, z, w, call, space, law, v, metric, rtol):
    """Put the curve's direction -Kg/|Kg| in `out`; return log|Kg|, -inf where g = 0."""
    log_scale = field(out, z, w, call, space, law, v, metric, rtol)
    size = 0.0
    for i in range(len(z)):
        size = math.hypot(size, out[i])
    if not 0 < size < math.inf:
        return -math.inf
    for i in range(len(z)):
        out[i] /= -size
    return log_scale + math.log(size)


@part
def misfit(error, z, w, law):
    """Return the size of an error of the state: as seen from the origin and from the dead cone."""
    last = len(z) - 1
    weight, radial, a2 = 0.0, 0.0, 0.0
    for i in range(last):
        weight = math.hypot(weight, error[i])
        radial += error[i] * z[i]
        a2 += z[i] * z[i]
    a = math.sqrt(a2)
    size = math.hypot(a, z[last])
    worst = math.hypot(weight, error[last]) / size
    if a > 0 and z[last] < 0:
        if law[0] == GAUSSIAN or law[0] == LINE:
            return max(worst, weight / a)
        top = heights(w, law)[0]
        worst = max(worst, abs(law[1] * radial / a + error[last]) / top)
    return worst


@part
def slowness(logs):
    """Return the mean of 1/|Kg| over a step from log|Kg| at its stages; inf on overflow."""
    slowest = logs[0]
    for j in range(1, 7):
        slowest = min(slowest, logs[j])
    total = 0.0
    for j in range(6):
        total += _NODES[5, j] * math.exp(slowest - logs[j])
    if total <= 0:  # a weight is negative
        total = (math.exp(slowest - logs[0]) + math.exp(slowest - logs[6])) / 2
    return total * math.exp(-slowest) if total > 0 else math.inf


@allocating
def follow(result, z, call, space, law, v, metric, inverse, rules, rtol, tol, max_steps):
    """Follow the flow's curve from z, in place, to a certificate; put it in `result`."""
    count = len(z)
    w, trial, error = np.zeros(3), np.zeros(count), np.zeros(count)
    stages, logs = np.zeros((7, count)), np.zeros(7)
    time, steps = 0.0, 0
    certificate(result, z, w, call, space, law, v, inverse, rules, rtol)
    if result[0] == NONE:
        logs[0] = slope(stages[0], z, w, call, space, law, v, metric, rtol)
    length = 0.0
    while result[0] == NONE and steps < max_steps and logs[0] > -math.inf:
        steps += 1
        fold(w, z)
        room = clearance(w, law)
        length = min(length, 0.6 * room) if length > 0 else 0.05 * room
        size = math.hypot(math.hypot(w[0], w[1]), w[2])
        # The bias has a scale of its own, the spread of w~.x~, which no step may jump over.
        spread = law[1] if law[0] == GAUSSIAN or law[0] == LINE else law[1] / math.sqrt(law[2] + 2)
        layer = math.hypot(w[0], w[1]) * spread + abs(w[2])
        length = min(length, LAYER * layer / max(abs(stages[0, count - 1]), 1e-300))
        if not (room > NOTHING * size and length > 1e-17 * room):
            break
        fine = True
        for i in range(6):
            for k in range(count):
                move = 0.0
                for j in range(i + 1):
                    move += _NODES[i, j] * stages[j, k]
                trial[k] = z[k] + length * move
            logs[i + 1] = slope(stages[i + 1], trial, w, call, space, law, v, metric, rtol)
            if logs[i + 1] == -math.inf:
                fine = False
                break
        if not fine:
            length *= 0.25
            continue
        for k in range(count):
            error[k] = 0.0
            for j in range(7):
                error[k] += length * _ERROR[j] * stages[j, k]
        fold(w, z)
        wrong = misfit(error, z, w, law) / tol
        grow = 0.9 * wrong**-0.2 if wrong > 0 else 5.0
        if wrong <= 1:
            time += length * slowness(logs)
            logs[0] = logs[6]
            for k in range(count):
                z[k], stages[0, k] = trial[k], stages[6, k]
            certificate(result, z, w, call, space, law, v, inverse, rules, rtol)
        length *= min(5.0, max(0.2, grow))
    result[3], result[4] = time, steps


@allocating
def descend(result, z, call, space, law, v, metric, inverse, rules, rtol, eta, max_steps):
    """Run gradient descent from z, in place, to a certificate; put it in `result`."""
    size = len(z)
    w, gradient = np.zeros(3), np.zeros(size)
    steps = 0
    certificate(result, z, w, call, space, law, v, inverse, rules, rtol)
    while result[0] == NONE and steps < max_steps:
        factor = eta * math.exp(field(gradient, z, w, call, space, law, v, metric, rtol))
        moved, finite = False, True
        for k in range(size):
            new = z[k] - factor * gradient[k]
            moved = moved or new != z[k]
            finite = finite and abs(new) < 1e120
            z[k] = new
        if not moved:
            break
        steps += 1
        if not finite:
            for k in range(size):
                z[k] = math.nan
            break
        certificate(result, z, w, call, space, law, v, inverse, rules, rtol)
    result[3], result[4] = steps, steps


@stored
def run_batch(
    call, space, results, states, flow, law, v, metric, inverse, rules, rtol, tol, eta, max_steps
):
    """Run each row of `states` (n, m), in place; results (n, RESULTS); `call` is a kernel."""
    for n in range(len(states)):
        if flow:
            follow(results[n], states[n], call, space, law, v, metric, inverse, rules, rtol, tol,
                   max_steps)  # fmt: skip
        else:
            descend(results[n], states[n], call, space, law, v, metric, inverse, rules, rtol, eta,
                    max_steps)  # fmt: skip


@functools.cache
def compiled(kind: int) -> Callable[..., float]:
    """Compile `run_batch`, or load it from the cache; return the kernel for laws of a kind."""
    nothing, law = np.zeros((0, 0)), (kind, 1.0, 2.0)
    shared = True, law, np.zeros(3), nothing, nothing, np.zeros(5), 1e-9, 1e-6, 0.0, 0
    with compiling():
        kernel = kernel_of(kind)
        run_batch(kernel, workspace(), np.zeros((0, RESULTS)), np.zeros((0, 3)), *shared)
    return kernel
