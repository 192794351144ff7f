"""The map of results is complete, and whatever it names exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import singleneuron as sn

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"
RESULT = re.compile(
    r"\{prf:(?:theorem|lemma|proposition|corollary)\}[^\n]*\n(?::[^\n]*\n)*?:label: ([\w-]+)"
)


def texts():
    for path in sorted(BOOK.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            figure = cell["metadata"].get("mystnb", {}).get("figure", {})
            yield "".join(cell["source"]), figure.get("name")


def rows(text):
    lines = [line for line in text.splitlines() if line.startswith("| {prf:ref}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def faults(text, results, figures):
    """What is missing from the map, and what it names that is not there."""
    found, wrong = [], []
    for result, functions, tests, figure in rows(text):
        found += re.findall(r"`([\w-]+)`", result)
        for name in re.findall(r"`([\w.]+)`", functions):
            thing = sn
            for part in name.split("."):
                thing = getattr(thing, part, None)
            wrong += [] if thing is not None else [f"no function {name}"]
        named = re.findall(r"`([\w./]+)::(\w+)`", tests)
        if not named and tests != "the chapter's own checks":
            wrong.append(f"no test for {result}")
        for file, test in named:
            path = ROOT / "tests" / file
            if not path.exists() or f"def {test}(" not in path.read_text("utf-8"):
                wrong.append(f"no test {file}::{test}")
        for name in re.findall(r"`([\w-]+)`", figure):
            wrong += [] if name in figures else [f"no figure {name}"]
    wrong += [f"{label} stands twice" for label in set(found) if found.count(label) > 1]
    return wrong + [f"{label} is not on the map" for label in sorted(results - set(found))]


def test_the_map_is_true():
    cells = list(texts())
    results = {label for text, _ in cells for label in RESULT.findall(text)}
    assert len(results) >= 12  # the pattern still finds the results of the book
    assert faults((BOOK / "back/map.md").read_text("utf-8"), results, {n for _, n in cells}) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("| {prf:ref}`a` | `Problem.lost` | `test_map.py::rows` | |", "no function Problem.lost"),
        ("| {prf:ref}`a` | `Problem` | `test_map.py::gone` | |", "no test test_map.py::gone"),
        ("| {prf:ref}`a` | `Problem` | | |", "no test for {prf:ref}`a`"),
        ("| {prf:ref}`a` | `Problem` | `test_map.py::rows` | {numref}`no` |", "no figure no"),
        ("", "a is not on the map"),
    ],
)
def test_a_broken_map_is_noticed(row, said):
    assert said in faults(row, {"a"}, set())
