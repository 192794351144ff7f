"""The arcs formula in vectorised NumPy: the gradient for the ball, all points at once.

Between 0, the kinks of w and v and their crossing, and a last point, the same number of nodes in
the variable u = sqrt(T - T(left)); plain differences on the arcs, without the package's care.
"""

from __future__ import annotations

import numpy as np

PANELS, REACH = 4, 33.0


def gradient(dim: int, w: np.ndarray, v: np.ndarray, nodes: int) -> np.ndarray:
    """Return reduced gradients (n, 3) at w (n, 3) with PANELS * nodes nodes each."""
    p, q, b = (column[:, None] for column in w.T)
    size, _, offset = v
    a, theta = np.hypot(p, q), np.arctan2(q, p)
    y = -offset / size
    crossing = y * y + ((b + p * y) / q) ** 2
    squares = np.hstack([b * b / (a * a), np.broadcast_to(y * y, b.shape), crossing])
    with np.errstate(divide="ignore"):
        cuts = np.where(squares < 1, -0.5 * dim * np.log1p(-np.minimum(squares, 1)), REACH)
    edges = np.sort(np.minimum(cuts, REACH), axis=1)
    edges = np.hstack([np.zeros_like(b), edges, np.full_like(b, REACH)])
    x, weight = np.polynomial.legendre.leggauss(nodes)
    width = np.sqrt(np.diff(edges, axis=1))[:, :, None]
    u = width * (x + 1) / 2
    t = (edges[:, :-1, None] + u * u).reshape(len(w), -1)
    mass = (np.exp(-t) * (width * u * weight).reshape(len(w), -1)) / (2 * np.pi)
    s = np.sqrt(-np.expm1(-2 * t / dim))
    alpha = np.arccos(np.clip(-b / (s * a), -1, 1))
    beta = np.arccos(np.clip(-offset / (s * size), -1, 1))
    own = moments(s * a, b, -alpha, alpha, s)
    low, high = np.maximum(-alpha, theta - beta), np.minimum(alpha, theta + beta)
    first = moments(s * size, offset, low - theta, high - theta, s) * (high > low)
    again = theta + beta - 2 * np.pi  # where the arcs meet a second time
    second = moments(s * size, offset, -alpha - theta, again - theta, s) * (again > -alpha)
    other = first + second
    along, _, plain = (own * mass).sum(2)
    ahead, aside, level = (other * mass).sum(2)  # in the frame of v, turned the other way
    cosine, sine = (p / a)[:, 0], (q / a)[:, 0]
    return np.stack([along * cosine - ahead, along * sine + aside, plain - level], -1)


def moments(slope, height, low, high, s) -> np.ndarray:
    """Integrate (slope cos + height) (s cos, s sin, 1) over [low, high]; shape (3, n, nodes)."""
    turn = high - low
    sine, cosine = np.sin(high) - np.sin(low), np.cos(low) - np.cos(high)
    double = (np.sin(2 * high) - np.sin(2 * low)) / 4
    square = (np.sin(high) ** 2 - np.sin(low) ** 2) / 2
    return np.stack([
        s * (slope * (turn / 2 + double) + height * sine),
        s * (slope * square + height * cosine),
        slope * sine + height * turn,
    ])  # fmt: skip
