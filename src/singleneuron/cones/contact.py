r"""The inputs that a point on the boundary of the dead cone touches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..laws import Law
from .dead import _height
from .support import check_law, pull, support_of

RTOL = 1e-12


class Contact(NamedTuple):
    """The inputs x of the support with w.x = 0, for w on the boundary of the dead cone.

    kind "point": one input (ball, sphere, ellipsoid). "face": all inputs points[0] + sum t_j
    edges[j] with -1 <= t_j <= 1 (cubes and their images; no edges: a corner). "points": these
    rows (samples). "support": the whole support (w = 0); `points` is its mean.

    Attributes
    ----------
    kind : str
    points : ndarray of shape (k, d)
        The input, the centre of the face, all rows, or the mean.
    edges : ndarray of shape (j, d)
        Half edges of the face; none for the other kinds.
    """

    kind: str
    points: Array
    edges: Array


def contact_set(law: Law, w: ArrayLike, rtol: float = RTOL) -> Contact | None:
    r"""Return the inputs of the support with w.x = 0, for a dead point w.

    Ball or sphere of radius c: the one input :math:`c\tilde w/|\tilde w|`; cube: the face where
    :math:`x_i = h\,\mathrm{sign}(w_i)` for all :math:`w_i \ne 0`; points: rows; images of
    these: the image.

    Parameters
    ----------
    law : Law
        The law of the inputs.
    w : array_like of shape (d+1,)
        A dead point, bias last.
    rtol : float
        A height :math:`|h(\tilde w) + b|` up to `rtol` times the sum of the sizes of its terms is
        taken for 0, and so is an entry :math:`|w_i| \le` `rtol` max :math:`|w_j|` of a cube's
        parameter. Points on the boundary are seldom floats: (0.6, 0.8, -1) is none. 0: exactly
        on the boundary as far as the rounding of the height tells.

    Returns
    -------
    Contact or None
        None inside the dead cone, and for unbounded supports unless w = 0.

    Raises
    ------
    ValueError
        If w is not dead within `rtol`, of the wrong shape, or not finite.

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> contact_set(UniformBall(2), [0.6, 0.8, -1.0]).points
    array([[0.6, 0.8]])
    >>> contact_set(UniformBall(2), [0.6, 0.8, -2.0]) is None
    True
    """
    w = checks.vector("w", w, check_law(law).dim + 1)
    side = side_of(law, w, checks.non_negative("rtol", rtol))
    if side > 0:
        raise ValueError(
            f"w must be dead, got one with height {float(_height(law, w))} > 0; see is_dead"
        )
    return contact_of(law, w, rtol) if side == 0 else None


def side_of(law: Law, w: Array, rtol: float) -> int:
    """Return the sign of the height of w, 0 within rtol of its terms."""
    support = support_of(law)
    if support.kind == "space":
        return 1 if w[:-1].any() or w[-1] > 0 else (0 if w[-1] == 0 else -1)
    height = float(_height(law, w))
    mass = max(float(law.support_function(s * w[:-1])) for s in (1.0, -1.0)) + abs(float(w[-1]))
    return 0 if abs(height) <= rtol * mass else (1 if height > 0 else -1)


def contact_of(law: Law, w: Array, rtol: float) -> Contact:
    support = support_of(law)
    none = np.empty((0, law.dim))
    if not w.any():
        return Contact("support", law.mean[None], none)
    if support.kind == "points":
        assert support.points is not None
        value = support.points @ w[:-1] + w[-1]
        mass = np.abs(support.points) @ np.abs(w[:-1]) + abs(w[-1])
        return Contact("points", support.points[np.abs(value) <= rtol * mass], none)
    if support.kind not in ("round", "cube"):
        raise ValueError(f"law must be one of this package's, got {law!r}; its contact is unknown")
    u, _, _ = pull(support, w)
    if support.kind == "round":
        point, edges = support.size * u / np.linalg.norm(u), none
    else:
        free = np.abs(u) <= rtol * np.abs(u).max()
        point = support.size * np.where(free, 0.0, np.sign(u))
        edges = support.size * np.eye(law.dim)[free]
    if support.matrix is not None:
        point, edges = support.matrix @ point, edges @ support.matrix.T
    if support.shift is not None:
        point = point + support.shift
    return Contact("point" if support.kind == "round" else "face", point[None], edges)
