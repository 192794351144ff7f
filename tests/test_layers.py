"""The package's folder list is its theory: imports only point back along the data flow."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "singleneuron"

# A module imports only from those before it; a new module is given its place here.
ORDER = (
    "checks",
    "hooks",
    "laws",
    "cones",
    "plane",
    "compiled",
    "rows",
    "doubled",
    "kronrod",
    "elementary",
    "pieces",
    "rings",
    "legendre",
    "kinks",
    "arcs",
    "intervals",
    "dispatch",
    "engine",
    "objective",
    "certify",
    "paths",
    "problem",
    "wedges",
    "overlaps",
    "levels",
    "sampling",
    "planar",
    "dynamics",
    "fate",
    "bounds",
    "palette",
    "figures",
    "widgets",
)

# Who may import a heavy package, and whether as soon as the module is imported.
KERNEL = {
    "compiled",
    "rows",
    "doubled",
    "kronrod",
    "elementary",
    "pieces",
    "rings",
    "legendre",
    "kinks",
    "arcs",
    "intervals",
    "dispatch",
    "certify",
    "paths",
}
HEAVY = {
    "matplotlib": {"figures"},
    "anywidget": {"widgets"},
    "ipywidgets": {"widgets"},
    "traitlets": {"widgets"},
    "scipy": set(ORDER),
    "numba": KERNEL,
}
ONLY_AT_FIRST_USE = {"scipy": set(ORDER), "numba": set(ORDER) - KERNEL}

Imported = tuple[str, int, bool]  # name, line, whether inside a function


def imports(module: str, source: str, is_package: bool) -> Iterator[Imported]:
    """Absolute dotted names that the source imports, wherever in it they stand."""
    tree = ast.parse(source)
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".") if is_package else module.split(".")[:-1]
            parts = parts[: len(parts) + 1 - node.level] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names = ["a computed import"]
        else:
            continue
        for name in names:
            yield name, node.lineno, id(node) in inside


def faults(path: str, source: str) -> list[str]:
    """Imports of the module at `path`, relative to the package, that break a rule."""
    parts = Path(path).with_suffix("").parts
    layer = parts[0]
    if layer not in ORDER:
        return [f"{path}: give `{layer}` a place in ORDER"]
    is_package = parts[-1] == "__init__"
    module = ".".join(["singleneuron", *(parts[:-1] if is_package else parts)])
    wrong = []
    for name, line, inside in imports(module, source, is_package):
        where = f"{path}:{line}: {name}"
        first, *rest = name.split(".")
        if name == "a computed import":
            wrong.append(f"{where} hides the data flow")
        elif first == "singleneuron":
            target = rest[0] if rest else ""
            if target not in ORDER:
                wrong.append(f"{where} is not a module")
            elif ORDER.index(target) > ORDER.index(layer):
                wrong.append(f"{where} points forward from {layer}")
        elif layer not in HEAVY.get(first, {layer}):
            wrong.append(f"{where} does not belong into {layer}")
        elif layer in ONLY_AT_FIRST_USE.get(first, ()) and not inside:
            wrong.append(f"{where} is loaded before its first use")
    return wrong


def sources() -> list[str]:
    found = (path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    return sorted(path for path in found if path != "__init__.py")


@pytest.mark.parametrize("path", sources())
def test_imports_point_back(path: str) -> None:
    assert faults(path, (PACKAGE / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        ("laws/base.py", "from ..problem import Problem", "points forward"),
        ("laws/base.py", "from .. import problem", "points forward"),
        ("problem.py", "def f():\n    import singleneuron.fate", "points forward"),
        ("problem.py", "if TYPE_CHECKING:\n    from .dynamics import Trajectory", "points forward"),
        ("dynamics/__init__.py", "def f():\n    from ..figures import draw", "points forward"),
        ("dynamics/__init__.py", "importlib.import_module(name)", "hides the data flow"),
        ("fate.py", "import singleneuron as sn", "is not a module"),
        ("fate.py", "def f():\n    import matplotlib.pyplot", "does not belong"),
        ("fate.py", "from numba import njit", "does not belong"),
        ("fate.py", "import scipy.special", "before its first use"),
        ("new.py", "", "a place in ORDER"),
    ],
)
def test_each_fault_is_seen(path: str, source: str, said: str) -> None:
    (fault,) = faults(path, source)
    assert said in fault


def test_what_is_allowed_passes() -> None:
    assert faults("laws/__init__.py", "from .base import Law\nfrom .. import checks") == []
    assert faults("arcs.py", "from numba import njit\nfrom .doubled import dd_add") == []
    assert faults("fate.py", "def f():\n    from scipy.special import betainc") == []


def in_a_fresh_interpreter(code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("use", ["", "; sn.UniformBall(3, radius=2.0)"])
def test_the_package_loads_nothing_heavy(use: str) -> None:
    code = f"import sys, singleneuron as sn{use}; print(*sys.modules)"
    loaded = in_a_fresh_interpreter(code).split()
    assert "singleneuron" in loaded
    assert {name.split(".")[0] for name in loaded}.isdisjoint(HEAVY)


def test_the_package_loads_quickly() -> None:
    code = (
        "import time; start = time.perf_counter(); import singleneuron; "
        "print(time.perf_counter() - start)"
    )
    # The least of a few runs: another process on the machine only ever adds.
    assert min(float(in_a_fresh_interpreter(code)) for _ in range(5)) < 0.3
