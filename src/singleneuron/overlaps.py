r"""The curvature that the overlap really has: E[x x^T 1_A] for A = {w.x > 0, v.x > 0}, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks
from .checks import Array
from .cones.support import unit_scale
from .problem import Problem
from .wedges import wedge_moments

__all__ = ["overlap_curvature", "overlap_spectrum"]

Counts = NDArray[np.int64]

_BLOCK = 512  # points at a time


def overlap_curvature(prob: Problem, w: ArrayLike) -> Array:
    r"""Return the least eigenvalue of E[x x^T 1_A] with A = {w.x > 0, v.x > 0}.

    It is the sharpest rate that the argument of "Better than trivial is enough" can give at w:
    :math:`g(w) \cdot (w - v) \ge \lambda_{\min} |w - v|^2`.

    Parameters
    ----------
    prob : Problem
        With exact objective.
    w : array_like of shape (..., d+1)

    Returns
    -------
    ndarray of shape (...)
        In squared units of the input; 0 for blind neurons.

    Raises
    ------
    ValueError
        If the law has no exact objective (cube, d >= 2), or `w` has the wrong shape.

    Notes
    -----
    For `prob.reduced` it is the least over the plane of w~ and v~ and the bias, which no run
    leaves. Accurate to 1e-10 of the largest eigenvalue. Source: this book, "Better than trivial is
    enough".

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(2), [1.0, 0.0, 0.0])
    >>> round(float(sn.overlap_curvature(prob, [1.0, 0.0, 0.0])), 6)
    0.029325
    """
    return overlap_spectrum(prob, w)[0][..., 0]


def overlap_spectrum(prob: Problem, w: ArrayLike) -> tuple[Array, Counts]:
    """Return the different eigenvalues of E[x x^T 1_A] and how often each occurs.

    Parameters
    ----------
    prob : Problem
        With exact objective.
    w : array_like of shape (..., d+1)

    Returns
    -------
    values : ndarray of shape (..., k)
        Ascending, at least 0.
    counts : int ndarray of shape (..., k)
        The sum over k is d + 1.

    Raises
    ------
    ValueError
        As for `overlap_curvature`.

    Examples
    --------
    >>> import singleneuron as sn
    >>> prob = sn.Problem(sn.UniformBall(5), [1.0, 0, 0, 0, 0, 0.0])
    >>> overlap_spectrum(prob, prob.target)[1].tolist()
    [1, 4, 1]
    """
    w = checks.vectors("w", w, prob.dim + 1)
    flat = unit_scale(w.reshape(-1, prob.dim + 1))[0]  # directions are all that counts
    atoms = prob.law.atoms()
    if atoms is not None:
        lifted = np.column_stack([atoms[0], np.ones(len(atoms[0]))])
        seen = ((flat @ lifted.T > 0) & (lifted @ unit_scale(prob.target)[0] > 0)) * atoms[1]
        values = np.linalg.eigvalsh(np.einsum("kn,ni,nj->kij", seen, lifted, lifted))
        counts = np.ones(values.shape, np.int64)
    else:
        values, counts = _spherical(prob, flat)
    order = np.argsort(values, axis=-1)
    values = np.maximum(np.take_along_axis(values, order, -1), 0.0)
    counts = np.take_along_axis(counts, order, -1)
    return values.reshape(*w.shape[:-1], -1), counts.reshape(*w.shape[:-1], -1)


def _spherical(prob: Problem, flat: Array) -> tuple[Array, Counts]:
    """Return eigenvalues and counts (n, k) at rows (n, d+1), for a law with radial parts."""
    law = prob._plane.radial
    target = prob._plane.target_times(-prob._plane.exponent)
    centred = prob._plane.pull(flat)
    reduced = prob._plane.reduce(centred)
    parts = [wedge_moments(law, reduced[k : k + _BLOCK], target)
             for k in range(0, len(flat), _BLOCK)]  # fmt: skip
    blocks, across = (np.concatenate(one) for one in zip(*parts, strict=True))
    if not prob.law.is_symmetric:
        values = np.array([
            np.linalg.eigvalsh(_full(prob, *one))
            for one in zip(centred, reduced, blocks, across, strict=True)
        ]).reshape(len(flat), prob.dim + 1)  # fmt: skip
        return values, np.ones(values.shape, np.int64)
    if prob._plane.on_line:
        values = np.linalg.eigvalsh(blocks[:, ::2, ::2])
        return values, np.ones(values.shape, np.int64)
    if (reduced[:, 1] == 0).all():  # one plane is as good as another
        values = np.column_stack([np.linalg.eigvalsh(blocks[:, ::2, ::2]), blocks[:, 1, 1]])
        return values, np.broadcast_to([1, 1, prob.dim - 1], values.shape)
    values, often = np.linalg.eigvalsh(blocks), [1, 1, 1]
    if prob.dim > 2:
        values, often = np.column_stack([values, across]), [1, 1, 1, prob.dim - 2]
    return values, np.broadcast_to(often, values.shape)


def _full(prob: Problem, w: Array, reduced: Array, block: Array, across: float) -> Array:
    """Return E[x x^T 1_A] (d+1, d+1) of an affine image from that of its centred law."""
    d = prob.dim
    frame = np.zeros((d + 1, 3))
    frame[:d, 0], frame[d, 2] = prob._plane.axis, 1.0
    if reduced[1] > 0:
        frame[:d, 1] = (w[:d] - reduced[0] * prob._plane.axis) / reduced[1]
    elif d > 1:  # any direction across will do
        other = np.eye(d)[np.argmin(np.abs(prob._plane.axis))]
        other -= (other @ prob._plane.axis) * prob._plane.axis
        frame[:d, 1] = other / np.linalg.norm(other)
    moment = frame @ block @ frame.T
    plane = frame[:d, :2] @ frame[:d, :2].T
    moment[:d, :d] += across * (np.eye(d) - plane)
    lift = np.eye(d + 1)
    if prob._plane.matrix is not None:
        lift[:d, :d] = prob._plane.matrix
    if prob._plane.shift is not None:
        lift[:d, d] = prob._plane.shift
    return np.asarray(lift @ moment @ lift.T)
