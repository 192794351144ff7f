"""A public docstring is a contract: meaning, arguments, result, errors."""

from __future__ import annotations

import ast
import doctest
import enum
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import singleneuron

MODULES = [name for name in singleneuron.__all__ if inspect.ismodule(getattr(singleneuron, name))]


EXAMPLES_OF = ("cones", "planar", "widgets")  # with all their names imported


def public() -> Iterator[tuple[str, Any]]:
    """Public names of the package and of the modules it names, and their classes' public parts."""
    seen = set()
    for module in [singleneuron, *(getattr(singleneuron, name) for name in MODULES)]:
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if id(thing) in seen or not (inspect.isroutine(thing) or inspect.isclass(thing)):
                continue
            seen.add(id(thing))
            yield name, thing
            yield from members(name, thing)


def members(name: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that the package itself defines, overridden ones once."""
    if not inspect.isclass(thing):
        return
    for attribute in dir(thing):
        home = next((c for c in thing.__mro__ if attribute in vars(c)), object)
        ours = home.__module__.split(".")[0] == "singleneuron"
        if ours and not attribute.startswith("_") and documented_member(vars(home)[attribute]):
            yield f"{name}.{attribute}", getattr(thing, attribute)


def documented_member(member: Any) -> bool:
    kinds = (staticmethod, classmethod, property)
    return inspect.isfunction(member) or isinstance(member, kinds) or hasattr(member, "func")


def sections(doc: str) -> dict[str, str]:
    """Split a numpy-style docstring into its summary (key "") and its underlined sections."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", doc, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2]))}


def arguments(thing: Any) -> list[str]:
    parameters = inspect.signature(thing).parameters.values()
    return [p.name for p in parameters if p.name not in ("self", "cls")]


def raises(thing: Any) -> bool:
    """Whether the function, or the class's constructor, raises or checks what it is given."""
    code = thing
    if inspect.isclass(thing):
        code = thing.__dict__.get("__init__") or thing.__dict__.get("__post_init__")
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, TypeError):  # made by a decorator (dataclass), or inherited
        return False
    nodes = list(ast.walk(tree))
    checked = any(isinstance(n, ast.Name) and n.id == "checks" for n in nodes)
    return checked or any(isinstance(n, ast.Raise) for n in nodes)


def is_method(thing: Any) -> bool:
    return "." in thing.__qualname__.rpartition("<locals>.")[2]


def faults(thing: Any) -> list[str]:
    """What the docstring lacks.

    A function or class describes its parameters, result and errors in sections. A method may say
    it all in its sentences, its class having told the shapes, but names each of its arguments.
    """
    doc = inspect.getdoc(thing)
    if not doc:
        return ["no docstring"]
    wrong = []
    found = sections(doc)
    summary = found[""].strip().split("\n\n")[0]
    if not summary.endswith((".", ":")):
        wrong.append("the summary is no sentence")
    if isinstance(thing, property) or not callable(thing):
        return wrong
    if inspect.isclass(thing) and issubclass(thing, enum.Enum | BaseException):
        return wrong
    if is_method(thing):
        named = {name for name in arguments(thing) if re.search(rf"\b{name}\b", doc)}
        return wrong + [f"`{name}` is not named" for name in arguments(thing) if name not in named]
    described = found.get("Parameters", "") + found.get("Attributes", "")
    for name in arguments(thing):
        if name == "traits":  # of a live figure: what its traits are called
            if not all(re.search(rf"\b{trait}\b", described) for trait in thing.parameters()):
                wrong.append("Parameters does not describe every trait")
        elif not re.search(rf"^\*{{0,2}}(\w+, )*{name}(, \w+)* ?:", described, re.MULTILINE):
            wrong.append(f"Parameters does not describe `{name}`")
    if not inspect.isclass(thing):
        result = inspect.signature(thing).return_annotation
        if result not in (None, "None") and arguments(thing) and "Returns" not in found:
            wrong.append("no Returns")
    if arguments(thing) and raises(thing) and "Raises" not in found:
        wrong.append("no Raises")
    return wrong


def test_something_is_public() -> None:
    assert len(list(public())) > 10


@pytest.mark.parametrize("thing", [pytest.param(thing, id=name) for name, thing in public()])
def test_contract(thing: Any) -> None:
    assert faults(thing) == []


# --- The contract can be broken --------------------------------------------------------------


def sound(x: float) -> float:
    """Return half of x.

    Parameters
    ----------
    x : float
        Any number.

    Returns
    -------
    float
        Half of it.

    Raises
    ------
    ValueError
        x is NaN; pass a number.
    """
    if x != x:
        raise ValueError(x)
    return x / 2


def without(text: str) -> Callable[[float], float]:
    """The same function, a part of its docstring missing."""

    def copy(x: float) -> float:
        if x != x:
            raise ValueError(x)
        return x / 2

    assert text in inspect.getdoc(sound)
    copy.__doc__ = inspect.getdoc(sound).replace(text, "")
    return copy


def test_a_sound_docstring_passes() -> None:
    assert faults(sound) == []


class Halver:
    """Halves."""

    def halve(self, number: float) -> float:
        """Return half of it."""
        return number / 2


def test_a_method_names_its_arguments() -> None:
    assert faults(Halver.halve) == ["`number` is not named"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Return half of x.", "summary"),
        ("x : float", "`x`"),
        ("Returns\n-------\n", "Returns"),
        ("Raises\n------\n", "Raises"),
    ],
)
def test_each_fault_is_seen(text: str, said: str) -> None:
    (fault,) = faults(without(text))
    assert said in fault


@pytest.mark.parametrize("name", ["singleneuron", *EXAMPLES_OF])
def test_examples_run_after_what_the_reference_says(name: str) -> None:
    """`import numpy as np`, `import singleneuron as sn`, and all names of the submodule."""
    module = importlib.import_module(name if name == "singleneuron" else f"singleneuron.{name}")
    things = {key: getattr(module, key) for key in module.__all__}
    known = {"np": np, "sn": singleneuron, **(things if name in EXAMPLES_OF else {})}
    found, runner = doctest.DocTestFinder(), doctest.DocTestRunner(verbose=False)
    for key, thing in things.items():
        if inspect.isroutine(thing) or inspect.isclass(thing):
            for example in found.find(thing, f"{name}.{key}", globs=dict(known)):
                said: list[str] = []
                runner.run(example, out=said.append)
                assert not said, "".join(said)
    assert runner.tries > 0
