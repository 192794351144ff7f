"""What a result was measured on: processor, cores, versions; no names."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path


def processor() -> str:
    """Return the model name of the processor, as well as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def describe() -> dict[str, str]:
    """Return the lines of the machine's description."""
    found = {"processor": processor(), "cores": str(os.cpu_count()),
             "system": platform.system(), "Python": platform.python_version()}  # fmt: skip
    for name in ("numpy", "scipy", "numba", "torch", "jax"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed: skipped"
    if hasattr(os, "getloadavg"):
        found["load at the end"] = f"{os.getloadavg()[0]:.1f} processes wanted a core"
    return found
