"""Three ways down the loss: gradient descent, stochastic gradient descent, the gradient flow.

All take one start of shape (d+1,) or a batch (..., d+1), bias last, and return a `Trajectory` that
keeps every step. The gradient has the convention s'(0) = 0, so a run never leaves w = 0.

Source: VYS for the questions; the chapters "Four tools" and "Only two fates" for what is guaranteed
at which step size.
"""

from .descent import StepSizeWarning, gradient_descent, stochastic_gradient_descent
from .flow import gradient_flow
from .trajectory import Trajectory

__all__ = [
    "StepSizeWarning",
    "Trajectory",
    "gradient_descent",
    "gradient_flow",
    "stochastic_gradient_descent",
]
