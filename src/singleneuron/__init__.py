"""Exact losses, fates and guarantees for learning a single ReLU neuron with a bias.

The package behind the book *One Neuron, Two Fates*. Parameters are arrays (..., d+1), bias last.

Examples
--------
>>> import singleneuron as sn
>>> prob = sn.Problem(sn.UniformBall(dim=2), [1.0, 0.0, 0.5])
>>> run = sn.gradient_descent(prob, [0.1, 0.2, 0.0], steps=200)
>>> bool(run.distance[-1] < 1e-3)
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import hooks

__version__ = "0.1.0"

_HOMES = {
    "laws": ("AffineImage", "Empirical", "Gaussian", "UniformBall", "UniformCube", "UniformSphere"),
    "problem": ("Problem", "lift", "reduce"),
    "sampling": ("sample_problem",),
    "dynamics": (
        "StepSizeWarning",
        "Trajectory",
        "gradient_descent",
        "gradient_flow",
        "stochastic_gradient_descent",
    ),
    "fate": (
        "Certificate",
        "FailureMap",
        "Fate",
        "SweepError",
        "Verdict",
        "angle_bracket",
        "angle_probability",
        "born_dead_probability",
        "decide",
        "failure_bracket",
        "failure_map",
        "failure_probability",
        "failure_threshold",
        "large_start_failure_probability",
        "lost_ball_radius",
        "small_start_failure_probability",
        "start_norm_limit",
    ),
    "overlaps": ("overlap_curvature",),
    "levels": ("least_overlap",),
    "bounds": (
        "LinearRate",
        "LocalRate",
        "curvature_bound",
        "linear_rate",
        "local_rate",
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}
_MODULES = (
    "bounds", "cones", "dynamics", "fate", "figures", "laws", "palette", "planar",
    "problem", "sampling", "widgets",
)  # fmt: skip

__all__ = [*sorted(_HOME), *_MODULES]


def __getattr__(name: str) -> Any:
    """Import what is asked for at first use, so that importing the package stays light."""
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _plot_trajectory(*args: Any, **kwargs: Any) -> Any:
    from .figures import plot_trajectory

    return plot_trajectory(*args, **kwargs)


hooks.plot_trajectory = _plot_trajectory

if TYPE_CHECKING:
    from . import (  # noqa: F401
        bounds,
        cones,
        dynamics,
        fate,
        figures,
        laws,
        palette,
        planar,
        problem,
        sampling,
        widgets,
    )
    from .bounds import (  # noqa: F401
        LinearRate,
        LocalRate,
        curvature_bound,
        linear_rate,
        local_rate,
    )
    from .dynamics import (  # noqa: F401
        StepSizeWarning,
        Trajectory,
        gradient_descent,
        gradient_flow,
        stochastic_gradient_descent,
    )
    from .fate import (  # noqa: F401
        Certificate,
        FailureMap,
        Fate,
        SweepError,
        Verdict,
        angle_bracket,
        angle_probability,
        born_dead_probability,
        decide,
        failure_bracket,
        failure_map,
        failure_probability,
        failure_threshold,
        large_start_failure_probability,
        lost_ball_radius,
        small_start_failure_probability,
        start_norm_limit,
    )
    from .laws import (  # noqa: F401
        AffineImage,
        Empirical,
        Gaussian,
        UniformBall,
        UniformCube,
        UniformSphere,
    )
    from .levels import least_overlap  # noqa: F401
    from .overlaps import overlap_curvature  # noqa: F401
    from .problem import Problem, lift, reduce  # noqa: F401
    from .sampling import sample_problem  # noqa: F401
