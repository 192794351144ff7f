r"""Born dead: the probability that a random start is silent on every input."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import checks
from ..checks import Array

Complex = NDArray[np.complex128]

_SMALL = 8  # up to this dimension by repeated integration, above by inversion
_NODES = 40  # of a panel: 30 already give 1e-14


def born_dead_probability(dim: int, radius: ArrayLike, init: str = "gaussian") -> Array:
    r"""Return the probability that a random start is dead for inputs filling a ball.

    Dead is :math:`b \le -c|\tilde w|`: a cone, so that no scale of the start matters. "gaussian",
    and every rotation-invariant law of :math:`(\tilde w, b)`: the solid angle of that cone,

    .. math:: P = \tfrac12 I_{1/(1+c^2)}\bigl(\tfrac d2, \tfrac12\bigr) = P(T_d \ge c\sqrt d),

    with T_d of Student's law (d = 1: arctan(1/c)/pi). "uniform", all d + 1 entries independent and
    uniform on one interval about 0, and "linear_layer", the usual default of a linear layer
    (uniform on :math:`\pm 1/\sqrt d`), are the same number:
    :math:`P = \tfrac12 E(1 - c|U|)_+` with U uniform on :math:`[-1, 1]^d`. For :math:`c \ge 1`
    it is :math:`V_d/(2^{d+1} (d+1) c^d)`, V_d the volume of the unit ball; in general

    .. math:: E(1 - c|U|)_+ = \frac1{2\pi i} \int_{\gamma - i\infty}^{\gamma + i\infty}
              \bigl(1 - \varphi(s/c^2)\bigr)\, \varphi(-s)^d\, \frac{ds}s, \qquad
              \varphi(z) = \int_0^1 e^{-z u^2} du .

    Parameters
    ----------
    dim : int
        Dimension d of the inputs, from 1 to 1e6 and more.
    radius : array_like of shape (...)
        Radius c > 0 of the ball that the inputs fill (or of their sphere, d >= 2).
    init : str
        "gaussian", "uniform" or "linear_layer".

    Returns
    -------
    ndarray of shape (...)
        Relatively right to 1e-12 (1e-9 at d = 1e6); 0 where it is below the smallest float.

    Raises
    ------
    ValueError
        If dim < 1, a radius is not positive or `init` is unknown.

    Notes
    -----
    The bias must be random: one that starts at 0 is never born dead (but may be blind). Source:
    this book, "Born dead".

    Examples
    --------
    >>> import singleneuron as sn
    >>> round(float(sn.born_dead_probability(1, 1.0)), 12)
    0.25
    >>> round(float(sn.born_dead_probability(2, 1.0, "uniform") * 24 / np.pi), 12)
    1.0
    """
    dim = checks.count("dim", dim)
    c = checks.finite_array("radius", radius)
    if (c <= 0).any():
        raise ValueError(f"radius must be positive, got {radius!r}; pass a number > 0")
    init = checks.choice("init", init, ("gaussian", "uniform", "linear_layer"))
    if init == "gaussian":
        return _solid_angle(dim, c)
    with np.errstate(under="ignore"):
        values = [0.5 * _mean_gap(dim, float(x)) for x in c.ravel()]
    return np.reshape(values, c.shape)


def _solid_angle(dim: int, c: Array) -> Array:
    from scipy.special import betainc, betaincc

    small = np.minimum(c, 1.0) ** 2
    low = betaincc(0.5, dim / 2, small / (1 + small))
    return np.asarray(
        0.5 * np.where(c < 1, low, betainc(dim / 2, 0.5, 1 / (1 + np.maximum(c, 1.0) ** 2)))
    )


def _mean_gap(dim: int, c: float) -> float:
    """Return E(1 - c|U|)_+ for U uniform on the cube [-1, 1]^d."""
    if c >= 1:
        ball = 0.5 * dim * math.log(math.pi) - math.lgamma(dim / 2 + 1)
        return math.exp(ball - dim * math.log(2 * c)) / (dim + 1)
    corner = 1 / math.sqrt(dim)
    if c < corner:  # linear in c: no part of the cube is cut off
        return 1 - c / corner * (1 - _mean_gap(dim, corner))
    return _by_pyramids(dim, c) if dim <= _SMALL else _by_inversion(dim, c)


def _by_pyramids(dim: int, c: float) -> float:
    """Return E(1 - c|U|)_+ by d - 1 integrations of a function of one variable.

    The cube is 2d pyramids over its faces: U = t (1, y), t of density d t^(d-1), y uniform on a
    face. So it is E H(|y|^2) with H analytic but for a break at 1/c^2 - 1. Adding one square at a
    time, H_k(x) = integral of H_(k-1)(x + u^2) over u in [0, 1], puts more breaks, at whole
    distances from the first; between two of them H_k is analytic in the square roots of the
    distances to both, and is kept as a Chebyshev series in the angle whose sine they are.
    """

    def current(z: Array) -> Array:
        m = c * np.sqrt(1 + z)
        return np.where(m <= 1, 1 - m * dim / (dim + 1), np.maximum(m, 1.0) ** -dim / (dim + 1))

    turn = np.pi * (np.arange(_NODES) + 0.5) / _NODES
    spots = np.sin(np.pi * (1 + np.cos(turn)) / 4) ** 2
    fit = 2 / _NODES * np.cos(np.outer(np.arange(_NODES), turn))
    fit[0] /= 2
    offset = (1 / c**2) % 1.0 or 1.0
    for k in range(1, dim):
        if k == dim - 1:
            return float(_add_square(current, np.zeros(1), offset)[0])
        edges = np.append(0.0, offset + np.arange(dim - k))
        x = edges[:-1, None] + np.diff(edges)[:, None] * spots
        values = _add_square(current, x.ravel(), offset).reshape(x.shape)
        current = functools.partial(_series, edges, fit @ values.T)
    return float(current(np.zeros(1))[0])


def _series(edges: Array, coefficients: Array, z: Array) -> Array:
    """Evaluate a function given by a series (k, panel) on each panel between two edges."""
    panel = np.clip(np.searchsorted(edges, z, side="right") - 1, 0, len(edges) - 2)
    share = np.clip((z - edges[panel]) / (edges[panel + 1] - edges[panel]), 0.0, 1.0)
    t = 4 / np.pi * np.arcsin(np.sqrt(share)) - 1
    return np.asarray(np.polynomial.chebyshev.chebval(t, coefficients[:, panel], tensor=False))


def _add_square(function: Callable[[Array], Array], x: Array, offset: float) -> Array:
    """Return the integral of function(x + u^2) over u in [0, 1]; breaks at offset + integers."""
    s, weights = np.polynomial.legendre.leggauss(_NODES)
    nodes = np.sin(np.pi * (1 + s) / 4) ** 2
    weights = weights * np.cos(np.pi * s / 2)
    weights /= weights.sum()
    cut = np.sqrt(np.clip(offset + np.maximum(np.floor(x - offset) + 1, 0.0) - x, 0.0, 1.0))
    total = np.zeros(len(x))
    for left, wide in ((0 * cut, cut), (cut, 1 - cut)):
        u = left + np.multiply.outer(nodes, wide)
        total += weights @ function((x + u**2).ravel()).reshape(u.shape) * wide
    return total


def _by_inversion(dim: int, c: float) -> float:
    """Return E(1 - c|U|)_+ for c >= 1/sqrt(d) by the formula of the docstring.

    On the vertical line through the saddle point, by the trapezoidal rule. The integrand is the
    transform of a function on [0, 1/c^2] times that of a law on [0, d]: with steps 2 pi/d no
    aliases meet, and the rule's sum is exact; only its tail is cut off. Far out, where both are
    narrow, 60 standard deviations take the place of d.
    """
    from scipy.optimize import minimize_scalar

    def exponent(s: Complex) -> Complex:
        return _log_share(s / c**2) - 2 * math.log(c) + dim * _log_phi(-s)

    def real(s: complex) -> float:
        return float(exponent(np.array([s]))[0].real)

    saddle = float(minimize_scalar(lambda x: real(x + 0j), (-0.1, 0.1), tol=1e-6).x)
    top, y = real(saddle + 0j), 1e-9
    if top < -760:
        return 0.0
    while top - real(saddle + 1j * y) < 0.5:
        y *= 2
    spread = math.sqrt(2 * (top - real(saddle + 1j * y))) / y
    step, block = 2 * np.pi / min(1.01 * dim, 60 * spread), 256
    total, start, last = -0.5, 0, 1.0
    while last >= 1e-17:
        nodes = saddle + 1j * step * np.arange(start, start + block, dtype=np.complex128)
        terms = np.exp(exponent(nodes) - top).real
        total, start, last = total + float(terms.sum()), start + block, float(abs(terms).max())
    return math.exp(top) * total * step / np.pi


def _log_phi(z: Complex) -> Complex:
    """Return log of phi(z), the integral of exp(-z u^2) over u in [0, 1], for complex z."""
    from scipy.special import dawsn, erf

    out = np.empty_like(z)
    near, right = np.abs(z) < 1, z.real >= 0
    out[near] = np.log1p(-z[near] * _series_of_share(z[near]))
    rows = ~near & right
    root = np.sqrt(z[rows])
    out[rows] = np.log(0.5 * math.sqrt(math.pi) * erf(root) / root)
    rows = ~near & ~right
    root = np.sqrt(-z[rows])
    out[rows] = np.log(dawsn(root) / root) - z[rows]
    return out


def _log_share(z: Complex) -> Complex:
    """Return log of (1 - phi(z))/z for complex z."""
    out = np.empty_like(z)
    near = np.abs(z) < 1
    out[near] = np.log(_series_of_share(z[near]))
    far = z[~near]
    log = _log_phi(far)
    with np.errstate(over="ignore"):
        big = np.log(-1 + 0j) + log + np.log1p(-np.exp(-log))
        small = np.log1p(-np.exp(np.minimum(log.real, 1.0) + 1j * log.imag))
    out[~near] = np.where(log.real > 0, big, small) - np.log(far)
    return out


def _series_of_share(z: Complex) -> Complex:
    """Return (1 - phi(z))/z by its power series, |z| < 1."""
    total, term = np.zeros_like(z), np.ones_like(z)
    for k in range(1, 20):
        term = term / k
        total = total + term / (2 * k + 1)
        term = -term * z
    return total
