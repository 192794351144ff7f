r"""The lost ball: starts so near a dead point that they can only fall back on the dead cone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..checks import Array
from ..laws import Law
from .dead import _dead, point_signs
from .projection import live_target
from .support import EPS, parameters, support_of, unit_scale


def lost_ball_radius(law: Law, target: ArrayLike, z: ArrayLike) -> Array:
    r"""Return :math:`\rho(z) = \inf\{-z \cdot y/|y| : y = (\tilde y, 1), v \cdot y > 0\}`.

    All starts nearer to the dead point z than this are blind, and are lost. Ball or sphere of
    radius c, d >= 2: :math:`-(z_b + c|\tilde z|\cos((\theta_z - \beta)_+))/\sqrt{1 + c^2}` with
    :math:`\theta_z` the angle of z~ to v~ and :math:`\cos\beta = -b_v/(c|\tilde v|)`, clipped: on
    the cone of inputs with v.y >= 0 the ratio is least on an extreme ray. An interval (d = 1):
    the ends of the part with v.y >= 0, one of which may lie inside. Points: one by one.
    Normal law: 0.

    Parameters
    ----------
    law : Law
        Ball, sphere, interval (d = 1), finitely many points, or normal law. Affine images are
        served of an interval, of points and of a normal law, not of a ball or a sphere with
        d >= 2. Cubes with d >= 2 are not served.
    target : array_like of shape (d+1,)
        The target v, not dead.
    z : array_like of shape (..., d+1)
        Dead points, bias last.

    Returns
    -------
    ndarray of shape (...)
        At least 0, in the units of the parameters; 0 where the ball is empty (z on the boundary
        of the dead cone, its contact seen by the target). Rounded down, by (d + 9) 2.2e-16 |z|,
        so that what it certifies stays true.

    Raises
    ------
    ValueError
        If z is not dead, the target is dead, a shape is wrong, an entry is not finite, or the
        law is none of those.

    Notes
    -----
    Source: this book, "The angle decides".

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> round(float(lost_ball_radius(UniformBall(2), [1.0, 0.0, 0.0], [0.0, 0.0, -2.0])), 12)
    1.414213562373
    """
    z = parameters(law, z, "z")
    v = live_target(law, target)
    if not _dead(law, z).all():
        raise ValueError("z must be dead, got a point with w.x > 0 for some input; see is_dead")
    support = support_of(law)
    if support.kind == "space":
        return np.zeros(z.shape[:-1])
    scaled, k = unit_scale(z)
    if support.kind == "points":
        assert support.points is not None
        seen = support.points[point_signs(support, v) > 0]
        return _over_points(scaled, k, seen)
    if support.on_line:
        return _over_points(scaled, k, _seen_interval(law, v))
    if support.kind != "round" or support.matrix is not None or support.shift is not None:
        raise ValueError(
            f"law must be a ball, a sphere, an interval, Empirical or normal, got {law!r}; sample "
            "it and pass Empirical for an estimate"
        )
    c, size = support.size, np.linalg.norm(v[:-1])
    length = np.linalg.norm(scaled[..., :-1], axis=-1)
    if size > 0:
        unit = v[:-1] / size
        p = scaled[..., :-1] @ unit
        q = np.linalg.norm(scaled[..., :-1] - p[..., None] * unit, axis=-1)
        beta = np.arccos(np.clip(-v[-1] / (c * size), -1, 1))
        cosine = np.cos(np.maximum(np.arctan2(q, p) - beta, 0))
    else:
        cosine = np.ones_like(length)  # the target is active on every input
    reach = scaled[..., -1] + c * length * cosine
    return _rounded_down(-reach / np.hypot(1.0, c), scaled, k)


def _seen_interval(law: Law, v: Array) -> Array:
    """Return the two ends (2, d) of the part of the interval where v.x >= 0."""
    axis = np.eye(law.dim)[0]
    low, high = -float(law.support_function(-axis)), float(law.support_function(axis))
    if v[0] > 0:
        low = max(low, -v[-1] / v[0])
    elif v[0] < 0:
        high = min(high, -v[-1] / v[0])
    return np.array([low * axis, high * axis])


def _over_points(z: Array, k: Array, points: Array) -> Array:
    rows = np.column_stack([points, np.ones(len(points))])
    ratio = -(z @ rows.T) / np.linalg.norm(rows, axis=1)
    return _rounded_down(ratio.min(axis=-1), z, k)


def _rounded_down(rho: Array, z: Array, k: Array) -> Array:
    slack = (z.shape[-1] + 8) * EPS * np.linalg.norm(z, axis=-1)
    return np.asarray(np.ldexp(np.maximum(rho - slack, 0.0), k))
