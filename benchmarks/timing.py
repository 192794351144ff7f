"""Times side by side: all contestants in turn, many rounds, so that noise hits them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from singleneuron import engine

Task = Callable[[], object]
PAUSE = 0.15  # seconds after which no thread turns idly any more


def rounds(
    tasks: dict[str, tuple[Task, int]], repeats: int, pause: float = 0.0
) -> dict[str, list[float]]:
    """Return seconds per item of each task (call, items in one call), one per round.

    pause: seconds to wait before each task, which is then called once untimed. Threads of other
    libraries go on turning for some 50 milliseconds after their work, and would slow the next.
    """
    for call, _ in tasks.values():
        call()  # compile, warm the caches
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, (call, items) in tasks.items():
            if pause:
                time.sleep(pause)
                call()
            start = time.perf_counter()
            call()
            found[name].append((time.perf_counter() - start) / items)
    return found


def busy(call: Task, seconds: float = 0.2) -> float:
    """Return how many cores a call keeps busy: time of the processors over time of the clock."""
    time.sleep(PAUSE)
    call()
    start, spent = time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        call()
    return (time.process_time() - spent) / (time.perf_counter() - start)


def on_cores(n: int, call: Task) -> Task:
    """Return a call in which the package uses n threads, whatever the machine has."""

    def task() -> None:
        usual, engine.workers = engine.workers, lambda: n
        try:
            call()
        finally:
            engine.workers = usual

    return task


def summary(times: list[float], unit: float = 1e6) -> dict[str, float]:
    """Return the least, the median and the greatest time, by default in microseconds."""
    found = unit * np.array(times)
    return {"least": float(found.min()), "median": float(np.median(found)),
            "greatest": float(found.max())}  # fmt: skip


def ratio(slow: list[float], fast: list[float]) -> dict[str, float]:
    """Return the ratio of the medians, and the least and greatest ratio within one round."""
    each = [s / f for s, f in zip(slow, fast)]
    return {"median": statistics.median(slow) / statistics.median(fast),
            "least": min(each), "greatest": max(each)}  # fmt: skip
