"""Run the whole comparison: `make bench`. Writes RESULTS.md and results.json beside this file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import contests
import machine
import report
import scaling

HERE = Path(__file__).parent


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    found = {
        "gradient": contests.sampling(repeats),
        "dblquad": contests.quadrature(),
        "twin": contests.numpy_twin(repeats),
        "accuracy": contests.accuracy(repeats),
        "dimension": scaling.dimension(repeats),
        "batch": scaling.batch(),
        "threads": scaling.threads(),
        "decide": scaling.fates(),
        "memory": scaling.memory(),
        "first_call": scaling.first_call(),
        "machine": machine.describe(),
    }
    (HERE / "results.json").write_text(json.dumps(found, indent=1) + "\n")
    (HERE / "RESULTS.md").write_text(report.text(found))
    print(report.text(found))


if __name__ == "__main__":
    main()
