"""What one would use instead of the package: sampling, adaptive quadrature, plain NumPy."""

from __future__ import annotations

import math
import warnings

import numpy as np


def sample(dim: int, n: int, seed: int = 0) -> np.ndarray:
    """Return n points of the unit ball with a 1 behind, (n, dim + 1)."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n, dim))
    z *= rng.random((n, 1)) ** (1 / dim) / np.linalg.norm(z, axis=1, keepdims=True)
    return np.hstack([z, np.ones((n, 1))])


def numpy_gradient(x: np.ndarray, w: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the mean of (s(w.x) - s(v.x)) 1[w.x > 0] x."""
    own = x @ w
    return ((np.maximum(own, 0) - np.maximum(x @ v, 0)) * (own > 0)) @ x / len(x)


def torch_gradient(dtype: str, x: np.ndarray, w: np.ndarray, v: np.ndarray):
    """Return a call that gives the gradient of the mean loss by autograd."""
    import torch

    kind = getattr(torch, dtype)
    points, target = torch.tensor(x, dtype=kind), torch.tensor(v, dtype=kind)
    wanted = torch.relu(points @ target)

    def call() -> np.ndarray:
        weight = torch.tensor(w, dtype=kind, requires_grad=True)
        loss = 0.5 * torch.mean((torch.relu(points @ weight) - wanted) ** 2)
        loss.backward()
        return weight.grad.double().numpy()

    return call


def jax_gradient(x: np.ndarray, w: np.ndarray, v: np.ndarray):
    """Return a call that gives the gradient by JAX, compiled, in float32."""
    import jax
    import jax.numpy as jnp

    points, start = jnp.asarray(x, jnp.float32), jnp.asarray(w, jnp.float32)
    wanted = jnp.maximum(points @ jnp.asarray(v, jnp.float32), 0)
    slope = jax.jit(
        jax.grad(lambda u: 0.5 * jnp.mean((jnp.maximum(points @ u, 0) - wanted) ** 2))
    )
    return lambda: np.asarray(slope(start).block_until_ready(), float)


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
