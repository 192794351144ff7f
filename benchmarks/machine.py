"""What a result was measured on: processor, cores, versions; no names."""

from __future__ import annotations

import datetime
import importlib.metadata
import importlib.util
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
    found = {"date": datetime.date.today().isoformat(), "processor": processor(),
             "cores": str(os.cpu_count()), "system": platform.system(),
             "Python": platform.python_version()}  # fmt: skip
    for name in ("numpy", "scipy", "numba", "torch", "jax"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed: skipped"
    found.update(threads())
    if hasattr(os, "getloadavg"):
        found["load at the end"] = f"{os.getloadavg()[0]:.1f} processes wanted a core"
    return found


def threads() -> dict[str, str]:
    """Return how many threads each contestant may use."""
    from singleneuron import engine

    found = {"threads of the package": str(engine.workers())}
    asked = [name for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
             if name in os.environ]  # fmt: skip
    limit = ", ".join(f"{name}={os.environ[name]}" for name in asked)
    found["threads of NumPy"] = limit or f"one a core: {os.cpu_count()}"
    if importlib.util.find_spec("torch"):
        import torch

        found["threads of torch"] = str(torch.get_num_threads())
    if importlib.util.find_spec("jax"):
        found["threads of jax"] = f"one a core: {os.cpu_count()}"
    return found
