r"""Input laws: where the inputs :math:`\tilde x \in R^d` come from.

Each law knows its support (through the support function), its moments, a bound on its
one-dimensional marginal densities and, if it is spherical, the radial law of its projection on
a plane. The lifted input is :math:`x = (\tilde x, 1)`; lengths are in the units of the inputs.
"""

from .affine import AffineImage
from .base import Law, Radial
from .other import Empirical, UniformCube
from .projected import PlanarProjection
from .spherical import Gaussian, UniformBall, UniformSphere

__all__ = [
    "AffineImage",
    "Empirical",
    "Gaussian",
    "Law",
    "PlanarProjection",
    "Radial",
    "UniformBall",
    "UniformCube",
    "UniformSphere",
]
