"""Non-negative least squares by the active set method of Lawson and Hanson (1974).

Not scipy's: on points of the polar cone, where every slope is 0 up to rounding, scipy.optimize.nnls
(1.17) follows the rounding to points that are not nearest. Here a ray enters only for a slope
above rounding, and one that rounding would drop at once stays out until the residual moves.
"""

from __future__ import annotations

import numpy as np

from ..checks import Array
from .support import EPS


def nearest(rays: Array, y: Array) -> Array:
    """Return the point nearest to y in the cone of the columns of `rays` (m, n), of length one.

    Optimal when no slope exceeds its rounding (a few ulp of |y|), as the loop's end shows.
    """
    weight = np.zeros(rays.shape[1])
    used: list[int] = []
    barred = np.zeros(rays.shape[1], dtype=bool)
    tolerance = 4 * len(y) * EPS * float(np.linalg.norm(y))
    for _ in range(100 + 10 * rays.shape[1]):
        slope = rays.T @ (y - rays[:, used] @ weight[used])
        slope[used], slope[barred] = -np.inf, -np.inf
        best = int(np.argmax(slope))
        if slope[best] <= tolerance:
            return np.asarray(rays[:, used] @ weight[used])
        used.append(best)
        weight[best] = 0.0
        while used:
            solution = np.linalg.lstsq(rays[:, used], y, rcond=None)[0]
            if (solution > 0).all():
                break
            old = weight[used]
            falls = np.flatnonzero(solution <= 0)
            share = old[falls] / np.maximum(old[falls] - solution[falls], np.finfo(float).tiny)
            weight[used] = old + share.min() * (solution - old)
            weight[used[falls[np.argmin(share)]]] = 0.0
            used = [j for j in used if weight[j] > 0]
        if used:
            weight[used] = solution
        if best in used:
            barred[:] = False
        else:
            barred[best] = True
    raise ArithmeticError(
        f"the projection on a cone of {rays.shape[1]} rays did not settle; drop repeated points"
    )
