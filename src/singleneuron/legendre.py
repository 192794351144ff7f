r"""Gauss-Legendre rules that know how good they are, compiled.

From the values f at its n nodes a rule also gives coefficients c_k of f in Legendre polynomials,
k < n. The error of the rule is of the size of c_k with k >= 2n. Where f is analytic inside the
ellipse around the interval with foci at its ends and half-axes of sum rho, c_k falls at least
like rho^-k: from the last coefficients, E, one expects an error of E rho^-n; and, if the decay
from some in the middle, M, goes on, of E (E / M)^2. The first is believed only if the decay so
far is of that kind. Pairs of coefficients are looked at, at the end and some way before: a
singularity may make them oscillate and be small by chance. No value is computed twice.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.polynomial import legendre

from .compiled import part, sum_up
from .elementary import larger, smaller
from .rows import LANES, WEIGHT

RULES = tuple(range(8, LANES + 1, 4))
NODE, TERMS = 0, 8  # rows of a rule: nodes, weights, then the functionals of six coefficients

MARGIN = 0.01  # of the accuracy asked for, as what remains of the slowest decay


def _table() -> np.ndarray:
    table = np.zeros((len(RULES), TERMS, LANES))
    for row, n in zip(table, RULES):
        x, w = legendre.leggauss(n)
        row[0, :n], row[1, :n] = x, w
        some = n // 6
        degrees = (n - 1, n - 2, n - 1 - some, n - 2 - some, n // 2, n // 2 - 1)
        for place, k in enumerate(degrees, 2):
            row[place, :n] = (k + 0.5) * w * legendre.legval(x, np.eye(n)[k])
    return table.ravel()


TABLE = _table()


@part
def demands(limits, rtol):
    """Store what each rule can do to the accuracy rtol.

    limits[2 r]: the longest interval for exp(-u^2); limits[2 r + 1]: how many times the length
    of the interval the sum of the distances of its ends to a singularity must be. Then rtol and
    rho^-n, which is the same for all.
    """
    for rule in range(len(RULES)):
        n = 4 * (rule + 2)
        limits[2 * rule] = 2 * math.sqrt(2 * n / math.e * (0.02 * rtol) ** (2 / (3 * n)))
        rho = (MARGIN * rtol) ** (-0.5 / n)  # of the ellipse in which a function must be analytic
        limits[2 * rule + 1] = (rho + 1 / rho) / 2
    limits[2 * len(RULES)], limits[2 * len(RULES) + 1] = rtol, math.sqrt(MARGIN * rtol)


@sum_up
def total_of(grid, row, rule):
    """Return the integral over [-1, 1] of a row of `grid` times WEIGHT."""
    rule, row = rule & 7, row & 2047  # so that the compiler knows that they are not below 0
    at, total = (rule * TERMS + 1) * LANES, 0.0
    for i in range(4 * (rule + 2)):
        total += grid[row + i] * grid[WEIGHT + i] * TABLE[at + i]
    return total


@sum_up
def weigh(grid, row, rule, decay, enough):
    """Return the integral over [-1, 1] of a row of `grid` times WEIGHT, and its error.

    decay: rho^-n; enough: an error small enough, so that no better bound is looked for
    """
    rule, row = rule & 7, row & 2047
    at = rule * TERMS * LANES
    total, a, b, c, d, e, f = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(4 * (rule + 2)):
        value = grid[row + i] * grid[WEIGHT + i]
        total += value * TABLE[at + LANES + i]
        a += value * TABLE[at + 2 * LANES + i]
        b += value * TABLE[at + 3 * LANES + i]
        c += value * TABLE[at + 4 * LANES + i]
        d += value * TABLE[at + 5 * LANES + i]
        e += value * TABLE[at + 6 * LANES + i]
        f += value * TABLE[at + 7 * LANES + i]
    end, before, middle = abs(a) + abs(b), abs(c) + abs(d), abs(e) + abs(f)
    error = 1.5 * larger(end, before) * decay
    falls = end * end <= 100 * decay * middle * middle  # as the ellipse says, up to a factor
    if error > enough or not falls:  # what the middle ones let expect, if the decay goes on
        if before < middle:
            before *= math.sqrt(before / middle)
        end = larger(end, before)
        share = end / middle if end < middle else 1.0
        error = 4 * end * (smaller(share * share, decay) if falls else share * share)
    return total, error
