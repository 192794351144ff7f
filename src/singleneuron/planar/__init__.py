r"""The neuron without bias: for every symmetric law one flow in the plane of norm and angle.

With both biases held at zero, loss and gradient of a symmetric law in dimension d >= 2 are those
of the standard normal law times s2 = E|x~|^2/d. Everything here is in the units of that one
problem: lengths in units of |v~|, time in units of 1/s2, losses in units of s2 |v~|^2. A point is
(norm, angle): norm = |w~|/|v~| from 1e-100 to 1e100, angle between w~ and v~ in radians, from 0 to
pi (the float nearest to pi counts as pi). Norms and angles may be arrays: their shapes broadcast.

Not for a neuron with a bias, even one that starts at zero: its bias moves (`Problem`).

Source: chapter "The neuron without bias", after Yehudai and Shamir (COLT 2020).
"""

from .landscape import coordinates, curvature, gradient, loss, norm_threshold
from .motion import flow, turning_time, velocity

__all__ = [
    "coordinates",
    "curvature",
    "flow",
    "gradient",
    "loss",
    "norm_threshold",
    "turning_time",
    "velocity",
]
