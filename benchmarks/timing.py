"""Times side by side: all contestants in turn, many rounds, so that noise hits them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

Task = Callable[[], object]


def rounds(tasks: dict[str, tuple[Task, int]], repeats: int) -> dict[str, list[float]]:
    """Return seconds per item of each task (call, items in one call), one per round."""
    for call, _ in tasks.values():
        call()  # compile, warm the caches
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, (call, items) in tasks.items():
            start = time.perf_counter()
            call()
            found[name].append((time.perf_counter() - start) / items)
    return found


def summary(times: list[float]) -> dict[str, float]:
    """Return the least, the median and the greatest time in microseconds."""
    micro = [1e6 * t for t in times]
    return {"least": min(micro), "median": statistics.median(micro), "greatest": max(micro)}


def ratio(slow: list[float], fast: list[float]) -> dict[str, float]:
    """Return the ratio of the medians, and the least and greatest ratio within one round."""
    each = [s / f for s, f in zip(slow, fast)]
    return {"median": statistics.median(slow) / statistics.median(fast),
            "least": min(each), "greatest": max(each)}  # fmt: skip
