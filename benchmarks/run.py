"""Run the whole comparison: `make bench`. Writes RESULTS.md and results.json beside this file."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import contests
import machine
import report
import scaling

HERE = Path(__file__).parent


def keep(rows: dict[str, Any], earlier: dict[str, Any]) -> None:
    """Add the earlier rows of libraries that are not installed now, marked with their run."""
    date = earlier.get("machine", {}).get("date")
    for name, row in earlier.get("gradient", {}).items():
        library = row.get("library")
        if library and name not in rows and not importlib.util.find_spec(library.split()[0]):
            rows[name] = {"run": date, **row}  # a row that was kept before has its run


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    store = HERE / "results.json"
    earlier = json.loads(store.read_text()) if store.exists() else {}
    found = {
        "repeats": repeats,
        "gradient": contests.gradient(repeats),
        "dblquad": contests.quadrature(),
        "twin": contests.numpy_twin(repeats),
        "dimension": scaling.dimension(repeats),
        "batch": scaling.batch(repeats),
        "threads": scaling.threads(repeats),
        "decide": scaling.fates(repeats),
        "failure_probability": scaling.probability(repeats),
        "failure_map": scaling.fate_map(),
        "memory": scaling.memory(),
        "first_call": scaling.first_call(),
        "machine": machine.describe(),
    }
    keep(found["gradient"], earlier)
    store.write_text(json.dumps(found, indent=1) + "\n")
    (HERE / "RESULTS.md").write_text(report.text(found))
    print(report.text(found))


if __name__ == "__main__":
    main()
