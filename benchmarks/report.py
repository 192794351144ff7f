"""The results as text."""

from __future__ import annotations

from typing import Any


def spread(found: dict[str, float], digits: int = 3) -> str:
    """Return "median (least .. greatest)"."""
    return (f"{found['median']:,.{digits}g} "
            f"({found['least']:,.{digits}g} .. {found['greatest']:,.{digits}g})")  # fmt: skip


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in [head, *rows]]
    return [lines[0], "|" + " --- |" * len(head), *lines[1:], ""]


def text(found: dict[str, Any]) -> str:
    """Return RESULTS.md."""
    lines = ["# Results of `make bench`", "",
             "One run, contestants in turn; a ratio is that of the medians, in brackets the least",
             "and the greatest in one round. The machine is described at the end; times move with",
             "it, ratios much less.", "", "## One gradient, unit ball, d = 10", ""]  # fmt: skip
    lines += table(
        ["method", "microseconds", "relative error", "times slower than exact at 1e-10", "at 1e-8"],
        [[name, spread(row), f"{row['error']:.1e}", spread(row["slower than 1e-10"]),
          spread(row["slower than 1e-08"])] for name, row in found["gradient"].items()],
    )  # fmt: skip
    lines += ["## scipy.integrate.dblquad over angle and radius, one gradient", ""]
    ours = found["gradient"]["exact, 1e-10"]["median"]
    lines += table(
        ["tolerance", "seconds", "relative error", "times slower than exact at 1e-10"],
        [[name, f"{row['seconds']:.2f}", f"{row['error']:.1e}",
          f"{1e6 * row['seconds'] / ours:,.0f}"] for name, row in found["dblquad"].items()],
    )  # fmt: skip
    twin = found["twin"]
    lines += ["## Vectorised NumPy, batch 100,000", "",
              f"{twin['nodes']} nodes a point: {spread(twin['twin'])} microseconds a gradient; the "
              f"package at 1e-10: {spread(twin['package'])}. Ratio {spread(twin['ratio'])}. Median "
              f"difference of the two: {twin['median difference']:.0e}.", ""]  # fmt: skip
    lines += ["## Time against accuracy, d = 10", ""]
    lines += table(["rtol", "microseconds", "error (root mean square)", "worst of 2000"],
                   [[f"{row['rtol']:.0e}", spread(row), f"{row['error']:.1e}",
                     f"{row['worst']:.1e}"] for row in found["accuracy"]])  # fmt: skip
    lines += ["## Dimension, reduced coordinates", ""]
    lines += table(["d", "microseconds", "ratio to d = 2"],
                   [[f"{int(d):,}", spread(row), spread(row["ratio"])]
                    for d, row in found["dimension"].items()])  # fmt: skip
    lines += ["## Batch, d = 10", ""]
    lines += table(["batch", "microseconds a gradient"],
                   [[f"{int(n):,}", spread(row)] for n, row in found["batch"].items()])  # fmt: skip
    both = found["threads"]
    lines += ["## Threads", "", f"Two threads are {spread(both['speedup'])} times as fast as one.",
              "", "## decide, starts a second on the grid of fates", ""]  # fmt: skip
    lines += table(["d", "starts a second", "undecided of 2,500"],
                   [[f"{int(d):,}", f"{row['starts per second']:,.0f}", str(row["undecided"])]
                    for d, row in found["decide"]["by dimension"].items()])  # fmt: skip
    lines += [f"All together: {found['decide']['starts per second']:,.0f} starts a second.", ""]
    lines += ["## Memory and first calls", "",
              f"A million gradients in d = 10: {found['memory']['MiB']:,.0f} MiB at most.",
              ""]  # fmt: skip
    lines += table(["what", "seconds"],
                   [[name, f"{t:.2f}"] for name, t in found["first_call"].items()])  # fmt: skip
    lines += ["## Machine", ""]
    lines += table(["", ""], [[name, value] for name, value in found["machine"].items()])
    return "\n".join(lines)
