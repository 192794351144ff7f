"""Run chapters in place and store them so that the same run gives the same file.

`python -m neuronbook.notebooks [NOTEBOOK ...]`, from the top of the repository; without a name, all
under book/. A chapter is stored with its outputs, because the build does not run it. What would
change from run to run is taken out: times, random cell names, memory addresses, the state of
widgets (a live figure keeps its own in its text/html entry), the version of the interpreter.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

LONGEST_CELL = 25  # lines; longer code belongs into the package
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"}
CELL_METADATA = {"tags", "mystnb", "jupyter"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]+")


def chapters(top: Path) -> list[Path]:
    """Return all notebooks of the book of the repository at `top`, sorted."""
    found = (top / "book").rglob("*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def normalise(notebook: Any) -> None:
    """Take out of the notebook, in place, what would change from run to run."""
    notebook.metadata.clear()
    notebook.metadata.update(kernelspec=dict(KERNEL), language_info=dict(LANGUAGE))
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number}"
        for key in set(cell.metadata) - CELL_METADATA:
            del cell.metadata[key]
        for output in cell.get("outputs", []):
            _normalise_output(output)


def _normalise_output(output: Any) -> None:
    data = output.get("data", {})
    if "text/html" in data:
        data.pop(WIDGET_VIEW, None)  # names a model that dies with the kernel
    if "text/plain" in data:
        data["text/plain"] = ADDRESS.sub("0x0", data["text/plain"])


def faults(notebook: Any) -> list[str]:
    """Return what is wrong with a stored notebook, one sentence each; nbval sees none of it."""
    wrong = []
    if "widgets" in notebook["metadata"]:
        wrong.append("metadata.widgets is stored")
    names = [cell.get("id") for cell in notebook["cells"]]
    if None in names:
        wrong.append(f"cell {names.index(None)} has no id")
    if len(set(names)) < len(names):
        wrong.append("two cells have the same id")
    runs = 0
    for place, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or not source.strip():
            continue
        runs += 1
        if cell["execution_count"] != runs:
            count = cell["execution_count"]
            wrong.append(f"cell {place} has execution count {count}, expected {runs}")
        if any(output["output_type"] == "error" for output in cell["outputs"]):
            wrong.append(f"cell {place} holds an error")
        if len(source.splitlines()) > LONGEST_CELL:
            wrong.append(f"cell {place} has more than {LONGEST_CELL} lines")
    return wrong


def execute(path: Path, timeout: float = 300.0) -> None:
    """Run a notebook from top to bottom in its own folder and store it, normalised.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell raised; the file is left as it was.
    """
    notebook = nbformat.read(path, as_version=4)
    normalise(notebook)
    NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name=KERNEL["name"],
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    normalise(notebook)
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the named chapters, or all, and say how long each took."""
    parser = argparse.ArgumentParser(description=execute.__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    for path in parser.parse_args(arguments).paths or chapters(Path()):
        start = time.perf_counter()
        try:
            execute(path)
        except CellExecutionError as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
        print(f"{path}: {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
