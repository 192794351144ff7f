"""The results as text."""

from __future__ import annotations

from typing import Any

INTRODUCTION = """\
# Results of `make bench`

One run, all contestants in turn, {repeats} rounds. Each number is the median over the rounds, and
in brackets stand the least and the greatest; a ratio is that of the medians, in brackets those
within one round. Times move with the machine, ratios much less. Where libraries are compared, each
call comes after a pause, in which the threads of the one before come to rest, and a call that is
not timed. "Cores busy" is the time of the processors over the time of the clock. How to read all
this: the chapter "How fast, how exact" of the book.

The error of a gradient is |found - exact| / |exact|, with the package's gradient at the tolerance
1e-14 as the exact one; 100 neurons, the same for all methods, and for sampling one sample that all
share; the root of the mean square, and the worst. (An error of 1: the sample saw nothing of it.)
"""


def spread(found: dict[str, float], digits: int = 3) -> str:
    """Return "median (least .. greatest)"."""
    return (f"{number(found['median'], digits)} ({number(found['least'], digits)} .. "
            f"{number(found['greatest'], digits)})")  # fmt: skip


def number(x: float, digits: int = 3) -> str:
    """Return x in so many digits, without an exponent."""
    return f"{float(f'{x:.{digits}g}'):,.{max(0, digits - len(str(int(x))))}f}"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in [head, *rows]]
    return [lines[0], "|" + " --- |" * len(head), *lines[1:], ""]


def gradients(rows: dict[str, Any]) -> list[str]:
    """Return the tables of the contest: times and errors, then ratios."""

    def label(name: str, row: dict[str, Any]) -> str:
        return f"{name} (run of {row['run']})" if "run" in row else name

    lines = ["## One gradient, unit ball, d = 10", ""]
    lines += table(
        ["method", "microseconds", "error", "worst", "cores busy"],
        [[label(name, row), spread(row), f"{row['error']:.1e}", f"{row['worst']:.1e}",
          f"{row['cores busy']:.1f}"] for name, row in rows.items()],
    )  # fmt: skip
    lines += ["How many times slower than the package: a batch of 20,000 neurons at rtol 1e-10 on",
              "all cores, the same on one core, neurons one call after the other; and a batch at",
              "1e-8 on all cores.", ""]  # fmt: skip
    bases = next(iter(rows.values()))["slower"]
    lines += table(
        ["method", *(f"than a {name}".replace("a one", "one") for name in bases)],
        [[label(name, row), *(spread(row["slower"][base]) for base in bases)]
         for name, row in rows.items() if row["method"] != "exact"],
    )  # fmt: skip
    missing = {row["library"] for row in rows.values() if "run" in row}
    if missing:
        lines += [f"Not installed in this run, rows kept with their own ratios: "
                  f"{', '.join(sorted(missing))}.", ""]  # fmt: skip
    return lines


def quadratures(found: dict[str, Any]) -> list[str]:
    """Return the tables of the other quadrature rules."""
    rows = found["gradient"]
    bases = ("exact, 1e-10", "exact, 1e-10, one call")
    lines = ["## scipy.integrate.dblquad over angle and radius, one gradient, the first neuron", ""]
    lines += table(
        ["tolerance", "seconds", "error", "times slower than a batch at 1e-10", "than one call"],
        [[name, f"{row['seconds']:.2f}", f"{row['error']:.1e}",
          *(f"{1e6 * row['seconds'] / rows[base]['median']:,.0f}" for base in bases)]
         for name, row in found["dblquad"].items()],
    )  # fmt: skip
    twin = found["twin"]
    lines += [f"## The same formula in vectorised NumPy, batch {twin['batch']:,}", ""]
    lines += table(
        ["", "nodes", "microseconds", "nanoseconds a node", "median error", "99 of 100 below",
         "cores busy", "times slower than the package", "than on one core"],
        [[name, f"{row['nodes']:.1f}", spread(row), f"{row['nanoseconds a node']:.0f}",
          f"{row['median error']:.0e}", f"{row['error of 99 in 100']:.0e}",
          f"{row['cores busy']:.1f}", *(spread(of) for of in row["slower"].values())]
         for name, row in twin["rows"].items()],
    )  # fmt: skip
    lines += ["The twin has four panels of equally many nodes for every neuron and none of the",
              "package's care. First with as many nodes in all as the package takes on average at",
              "1e-10, 2,000 neurons at a time, which fits in the caches; then all neurons in one",
              "call; then with the nodes that bring 99 of 100 below 1e-10.", ""]  # fmt: skip
    return lines


def text(found: dict[str, Any]) -> str:
    """Return RESULTS.md."""
    lines = [INTRODUCTION.format(repeats=found["repeats"])]
    lines += gradients(found["gradient"]) + quadratures(found)
    lines += ["## Dimension, reduced coordinates", ""]
    lines += table(["d", "microseconds", "ratio to d = 2"],
                   [[f"{int(d):,}", spread(row), spread(row["ratio"])]
                    for d, row in found["dimension"].items()])  # fmt: skip
    lines += ["## Batch, d = 10", ""]
    lines += table(["batch", "microseconds a gradient"],
                   [[f"{int(n):,}", spread(row)] for n, row in found["batch"].items()])  # fmt: skip
    lines += ["## Threads", "",
              f"Two threads are {spread(found['threads']['speedup'])} times as fast as one.", "",
              "## decide, starts a second on the grid of fates", ""]  # fmt: skip
    fates = found["decide"]
    lines += table(["d", "starts a second", f"undecided of {fates['starts']:,}"],
                   [[f"{int(d):,}", spread(row), str(row["undecided"])]
                    for d, row in fates["by dimension"].items()])  # fmt: skip
    chart = found["failure_map"]
    lines += [f"All dimensions together: {spread(fates['all'])} starts a second.", "",
              "## Probabilities of failure", ""]  # fmt: skip
    lines += table(["d", "seconds for one, at the default tolerance 1e-6"],
                   [[f"{int(d):,}", spread(row)]
                    for d, row in found["failure_probability"].items()])  # fmt: skip
    lines += [f"A map of {chart['cells']} x {chart['cells']} cells, d = 10, tol 1e-3, two "
              f"processes and their start: {chart['seconds']:.0f} seconds, "
              f"{chart['finished']:,} cells finished.", "", "## Memory and first calls", "",
              f"A million gradients in d = 10: {found['memory']['MiB']:,.0f} MiB at most.",
              ""]  # fmt: skip
    lines += table(["what", "seconds"],
                   [[name, f"{t:.2f}"] for name, t in found["first_call"].items()])  # fmt: skip
    lines += ["## Machine", ""]
    lines += table(["", ""], [[name, value] for name, value in found["machine"].items()])
    return "\n".join(lines)
