r"""Projections on the data cone and on the dead cone, and the safe radius.

Moreau: the closed convex cones :math:`C` and :math:`D` are polar to each other, so each y is
:math:`P_C y + P_D y`, the two parts orthogonal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import checks
from ..checks import Array
from ..laws import Law
from .dead import _dead
from .least_squares import nearest
from .support import Support, check_law, parameters, support_of, unit_scale

HALVINGS = 64  # of the unit interval: more than the 53 digits of a float


def project_data_cone(law: Law, y: ArrayLike) -> Array:
    r"""Return :math:`P_C y`, the point of the data cone nearest to y.

    The data cone is the closed convex cone of the lifted inputs (x, 1), x in the support. Ball
    and sphere: closed form; their affine images: one secular equation; cube: closed form by
    sorting; its affine images and points: non-negative least squares (over the 2d rays of the
    dead cone, and over the n points); normal law: the half space b >= 0.

    Parameters
    ----------
    law : Law
        The law of the inputs.
    y : array_like of shape (..., d+1)
        Points to project.

    Returns
    -------
    ndarray of shape (..., d+1)

    Raises
    ------
    ValueError
        If `y` has the wrong shape or is not finite, or the law is none of those named.

    Notes
    -----
    Rounding: a few ulp of |y| in closed form; for affine images about the square of the
    condition number of the matrix (of its lift, for a ball) times that.

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> project_data_cone(UniformBall(2), [1.0, 0.0, 0.0])
    array([0.5, 0. , 0.5])
    """
    return _split(law, parameters(law, y, "y"))[0]


def project_dead_cone(law: Law, w: ArrayLike) -> Array:
    r"""Return :math:`P_D w`, the point of the dead cone nearest to w: :math:`w - P_C w`.

    Parameters
    ----------
    law : Law
        The law of the inputs.
    w : array_like of shape (..., d+1)
        Points to project.

    Returns
    -------
    ndarray of shape (..., d+1)

    Raises
    ------
    ValueError
        As for :func:`project_data_cone`.

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> project_dead_cone(UniformBall(2), [1.0, 0.0, 0.0])
    array([ 0.5,  0. , -0.5])
    """
    return _split(law, parameters(law, w))[1]


def safe_radius(law: Law, target: ArrayLike) -> float:
    r"""Return :math:`\mathrm{dist}(v, D) = |P_C v|`, how near the target a dead point can be.

    Under assumption H every start nearer to the target than this is learned (the safe ball);
    for samples it is a distance and nothing more. Ball or sphere: |v| if
    :math:`|\tilde v| \le c\,b_v`, else :math:`(c|\tilde v| + b_v)/\sqrt{1 + c^2}`. Normal law:
    |v| if :math:`b_v \ge 0`, else :math:`|\tilde v|`.

    Parameters
    ----------
    law : Law
        The law of the inputs.
    target : array_like of shape (d+1,)
        The target v, not dead.

    Returns
    -------
    float
        In the units of the parameters.

    Raises
    ------
    ValueError
        If the target is dead, not finite or of the wrong shape.

    Notes
    -----
    Source: this book, "The safe ball".

    Examples
    --------
    >>> from singleneuron.laws import UniformBall
    >>> round(safe_radius(UniformBall(3), [0.0, 0.0, 2.0, 0.0]), 12)
    1.414213562373
    """
    return float(np.linalg.norm(project_data_cone(law, live_target(law, target))))


def live_target(law: Law, target: ArrayLike) -> Array:
    """Return the target as one vector (d+1,), or raise ValueError if it is dead."""
    v = checks.vector("target", target, check_law(law).dim + 1)
    if _dead(law, v):
        raise ValueError(
            f"target must not be dead, got {np.array2string(v, threshold=8)}, which is silent on "
            "every input; raise its bias"
        )
    return v


def _split(law: Law, y: Array) -> tuple[Array, Array]:
    """Return P_C y and P_D y."""
    support = support_of(law)
    scaled, k = unit_scale(y)
    if support.kind == "space":
        into = scaled.copy()
        into[..., -1] = np.maximum(into[..., -1], 0)
        parts = into, scaled - into
    elif support.kind == "round" and support.matrix is None and support.shift is None:
        parts = _round(scaled, support.size)
    elif support.kind == "round":
        parts = _ellipsoid(scaled, support)
    elif support.kind == "cube" and support.matrix is None and support.shift is None:
        parts = _cube(scaled, support.size)
    elif support.kind in ("cube", "points"):
        parts = _generated(scaled, support)
    else:
        raise ValueError(
            f"law must be one of this package's, got {law!r}; its cone has no known projection"
        )
    return np.ldexp(parts[0], k[..., None]), np.ldexp(parts[1], k[..., None])


def _round(y: Array, c: float) -> tuple[Array, Array]:
    """Second-order cone |x| <= c t: inside, in the polar, or on one ray of each boundary."""
    n, s = np.linalg.norm(y[..., :-1], axis=-1), y[..., -1]
    inside, polar = n <= c * s, c * n <= -s
    direction = y[..., :-1] / np.where(n > 0, n, 1.0)[..., None]
    root = np.hypot(1.0, c)  # R
    up, down = (c / root * n + s / root) / root, (n / root - c / root * s) / root

    def ray(a: Array, slope: Array) -> Array:
        return np.concatenate([(a * slope)[..., None] * direction, a[..., None]], axis=-1)

    into, out = ray(up, np.full(n.shape, c)), ray(-c * down, np.full(n.shape, -1 / c))
    zero = np.zeros_like(y)
    into = np.where(inside[..., None], y, np.where(polar[..., None], zero, into))
    out = np.where(inside[..., None], zero, np.where(polar[..., None], y, out))
    return into, out


def _cube(y: Array, h: float) -> tuple[Array, Array]:
    """Cone max|x_i| <= h t: t - s = h sum (|y_i| - h t)_+, largest root over the active counts.

    The right side is the largest of its partial sums over the k largest |y_i|; so t is the
    largest of the roots t_k = (s + h S_k) / (1 + k h^2).
    """
    x, s = y[..., :-1], y[..., -1:]
    size = -np.sort(-np.abs(x), axis=-1)
    sums = np.concatenate([np.zeros_like(s), np.cumsum(size, axis=-1)], axis=-1)
    k = np.arange(sums.shape[-1])
    t = np.maximum(((s + h * sums) / (1 + k * h**2)).max(axis=-1, keepdims=True), 0.0)
    kept = np.clip(x, -h * t, h * t)
    rest = x - kept
    drop = np.where(t > 0, -h * np.abs(rest).sum(axis=-1, keepdims=True), s)
    return np.concatenate([kept, t], axis=-1), np.concatenate([rest, drop], axis=-1)


def _ellipsoid(y: Array, support: Support) -> tuple[Array, Array]:
    r"""Cone p.J p <= 0 over an ellipsoid, J with one negative eigenvalue :math:`-\lambda_0`.

    Off the cone and its polar, :math:`p = (I + \mu J)^{-1} y` with p.J p = 0. In eigencoordinates
    :math:`\eta` and with :math:`\mu = (1 - s)/(\lambda_0 s)` the multiplier solves
    :math:`\sqrt{\lambda_0}(2s - 1) S(s) = \eta_0`,
    :math:`S^2 = \sum \lambda_i \eta_i^2 / (\lambda_0 s + \lambda_i(1 - s))^2`,
    with one root in (0, 1), found by halving.
    """
    d = y.shape[-1] - 1
    inverse = np.eye(d) if support.matrix is None else np.linalg.inv(support.matrix)
    shift = np.zeros(d) if support.shift is None else support.shift
    lift = np.zeros((d + 1, d + 1))  # of the inverse map, weighted by the cone's aperture
    lift[:-1, :-1], lift[:-1, -1], lift[-1, -1] = inverse, -inverse @ shift, support.size
    values, vectors = np.linalg.eigh(lift[:-1].T @ lift[:-1] - np.outer(lift[-1], lift[-1]))
    down, lam, axis = -values[0], values[1:], vectors[:, 0]
    vectors[:, 0] = axis * np.sign(axis @ np.append(shift, 1.0))  # (m, 1) is inside the cone
    eta = y @ vectors
    eta0, eta = eta[..., :1], eta[..., 1:]

    def spread(s: Array) -> Array:
        terms = np.sqrt(lam) * eta / (down * s + lam * (1 - s))
        return np.asarray(np.linalg.norm(terms, axis=-1, keepdims=True))

    low, high = np.zeros_like(eta0), np.ones_like(eta0)
    for _ in range(HALVINGS):
        s = (low + high) / 2
        above = np.sqrt(down) * (2 * s - 1) * spread(s) > eta0
        low, high = np.where(above, low, s), np.where(above, s, high)
    s = (low + high) / 2
    p = down * s * eta / (down * s + lam * (1 - s))
    p0 = np.sqrt(down) * s * spread(s)
    into = np.concatenate([p0, p], axis=-1) @ vectors.T
    inside = np.sqrt(down) * spread(np.ones_like(eta0)) <= eta0
    polar = -np.sqrt(down) * spread(np.zeros_like(eta0)) >= eta0
    into = np.where(inside, y, np.where(polar, 0.0, into))
    return into, np.where(polar, y, y - into)


def _generated(y: Array, support: Support) -> tuple[Array, Array]:
    """Finitely generated cones: C by the points, or D by the 2d rays of a cube's image."""
    if support.points is not None:
        rays = np.column_stack([support.points, np.ones(len(support.points))])
    else:  # B^T w~ = +-e_i and b + w~.m = -h
        d = y.shape[-1] - 1
        inverse = np.eye(d) if support.matrix is None else np.linalg.inv(support.matrix)
        slopes = np.concatenate([inverse, -inverse])
        shift = np.zeros(d) if support.shift is None else support.shift
        rays = np.column_stack([slopes, -support.size - slopes @ shift])
    rays = (rays / np.linalg.norm(rays, axis=1, keepdims=True)).T
    near = np.array([nearest(rays, row) for row in y.reshape(-1, y.shape[-1])]).reshape(y.shape)
    return (near, y - near) if support.points is not None else (y - near, near)
