"""Which certificate holds for which law and which dynamics: the book's table, once."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..laws import Law
from ..problem import Problem

NEVER, LOW_BIAS, ALWAYS = range(3)


class Rules(NamedTuple):
    """What may be used for one law and dynamics.

    below : BELOW_TRIVIAL. safe : SAFE_BALL. angle : ANGLE. blind : NEVER, LOW_BIAS (only where
    b <= 0) or ALWAYS. lost : LOST_BALL. fit, part : SAMPLE_FIT, SAMPLE_PART. DEAD always may.
    """

    below: bool
    safe: bool
    angle: bool
    blind: int
    lost: bool
    fit: bool
    part: bool


def rules_for(prob: Problem, step_size: float | None) -> Rules:
    """Return the rules for the flow (`step_size` None) or for descent.

    BELOW_TRIVIAL, SAFE_BALL: assumption H; flow, eta < 2/L. ANGLE: symmetric law filling a ball,
    d >= 2; flow. BLIND: (i) x.y >= 0 for all lifted inputs: any dynamics; (ii) symmetric law,
    flow and eta <= 2/L: where b <= 0; for s2 <= 1, flow and eta <= 1/L: at any bias.
    LOST_BALL: flow, eta <= 2/L. SAMPLE_FIT, SAMPLE_PART: samples; eta < 2/L.
    """
    law, smoothness = prob.law, prob.smoothness
    flow = step_size is None
    eta = 0.0 if step_size is None else step_size
    inside, edge = eta < 2 / smoothness, eta <= 2 / smoothness
    sample = law.atoms() is not None
    settled = law.hyperplanes_null and inside
    disc = law.radial is not None and law.radial.kind == "ball"  # so d >= 2
    blind = NEVER
    if acute(law):
        blind = ALWAYS
    elif law.is_symmetric and edge:
        blind = ALWAYS if law.mean_square <= 1 and eta <= 1 / smoothness else LOW_BIAS
    return Rules(
        below=settled,
        safe=settled,
        angle=flow and law.is_symmetric and law.fills_ball and disc,
        blind=blind,
        lost=edge,
        fit=sample and inside and not flow,
        part=sample and inside and not flow,
    )


def acute(law: Law) -> bool:
    """Whether x.y >= 0 is known for all lifted inputs x, y (sufficient unless finitely many)."""
    atoms = law.atoms()
    if atoms is not None:
        points = atoms[0]
        rows = max(1, (1 << 20) // len(points))
        return all(
            bool((points[k : k + rows] @ points.T >= -1).all()) for k in range(0, len(points), rows)
        )
    if law.support_radius <= 1:
        return True
    # Inputs m + y with |y| <= r: their products are at least |m|^2 - 2 |m| r - r^2.
    core, matrix, shift = law.core()
    if shift is None or math.isinf(core.support_radius):
        return False
    stretch = 1.0 if matrix is None else float(np.linalg.norm(matrix, 2))
    far, r = float(np.linalg.norm(shift)), stretch * core.support_radius
    return far * far - 2 * far * r - r * r >= -1
