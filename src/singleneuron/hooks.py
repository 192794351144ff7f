"""Calls that go forward along the data flow; the package's `__init__` fills them in.

A module imports only from those before it. Where an early one offers something that a later one
does (`Trajectory.plot` draws, and drawing needs matplotlib), it calls a hook of this module, and
the package itself, which knows all its modules, says who answers. `__init__` runs before any of
its modules, so the hooks are filled whichever module a user imports.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _unset(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("no figures are bound; import singleneuron before calling plot()")


plot_trajectory: Callable[..., Any] = _unset
