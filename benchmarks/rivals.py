"""What one would use instead of the package: sampling, adaptive quadrature, plain NumPy."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np

# From one neuron w (d+1,) to its gradient, or from several (m, d+1) to theirs.
Gradient = Callable[[np.ndarray], np.ndarray]


def sample(dim: int, n: int, seed: int = 0) -> np.ndarray:
    """Return n points of the unit ball with a 1 behind, (n, dim + 1)."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n, dim))
    z *= rng.random((n, 1)) ** (1 / dim) / np.linalg.norm(z, axis=1, keepdims=True)
    return np.hstack([z, np.ones((n, 1))])


def numpy_gradient(x: np.ndarray, v: np.ndarray) -> Gradient:
    """Return a call that gives the mean of (s(w.x) - s(v.x)) 1[w.x > 0] x."""
    wanted = np.maximum(x @ v, 0)

    def call(w: np.ndarray) -> np.ndarray:
        own = x @ w.T
        pull = np.maximum(own, 0) - (wanted if w.ndim == 1 else wanted[:, None])
        return (pull * (own > 0)).T @ x / len(x)

    return call


def torch_gradient(dtype: str, x: np.ndarray, v: np.ndarray) -> Gradient:
    """Return a call that gives the gradient of the mean loss by autograd."""
    import torch

    kind = getattr(torch, dtype)
    points = torch.tensor(x, dtype=kind)
    wanted = torch.relu(points @ torch.tensor(v, dtype=kind))

    def call(w: np.ndarray) -> np.ndarray:
        weight = torch.tensor(np.ascontiguousarray(w.T), dtype=kind, requires_grad=True)
        gap = torch.relu(points @ weight) - (wanted if w.ndim == 1 else wanted[:, None])
        (0.5 * (gap**2).sum() / len(points)).backward()
        return weight.grad.double().numpy().T

    return call


def jax_gradient(dtype: str, x: np.ndarray, v: np.ndarray) -> Gradient:
    """Return a call that gives the gradient by JAX, compiled."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)  # or float64 would be float32
    points = jnp.asarray(x, dtype)
    wanted = jnp.maximum(points @ jnp.asarray(v, dtype), 0)

    def loss(weight, points, wanted):
        return 0.5 * jnp.sum((jnp.maximum(points @ weight, 0) - wanted) ** 2) / len(points)

    slope = jax.jit(jax.grad(loss))

    def call(w: np.ndarray) -> np.ndarray:
        target = wanted if w.ndim == 1 else wanted[:, None]
        return np.asarray(slope(jnp.asarray(w.T, dtype), points, target), float).T

    return call


def dblquad_gradient(dim: int, w: np.ndarray, v: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the reduced gradient by `scipy.integrate.dblquad` over radius and angle."""
    from scipy.integrate import IntegrationWarning, dblquad

    p, q, b = w
    size, _, offset = v

    def pull(angle: float, s: float, k: int) -> float:
        x, y = s * math.cos(angle), s * math.sin(angle)
        own = p * x + q * y + b
        if own <= 0:
            return 0.0
        density = dim / (2 * math.pi) * s * (1 - s * s) ** (dim / 2 - 1)
        return density * (own - max(size * x + offset, 0.0)) * (x, y, 1.0)[k]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IntegrationWarning)  # kinks; the error is reported
        return np.array([
            dblquad(pull, 0, 1, -math.pi, math.pi, (k,), epsabs=tolerance, epsrel=tolerance)[0]
            for k in range(3)
        ])  # fmt: skip
