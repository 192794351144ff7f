"""The base class of the live figures, which answer in Jupyter and in the static page alike.

A live figure is one Python class (its traits: every parameter with its one default) and one ES
module (what is drawn and how it answers). In Jupyter anywidget hosts the module and keeps the
traits and the page in step. In the built page there is no kernel: the figure's ``text/html`` entry
holds the module's name and the traits as JSON, and a small script (``neuronbook.widget_host``)
gives the module a model made from them. The module sees no difference: it calls ``model.get``,
``set``, ``save_changes``, ``on`` and ``off``.

How to add a figure
-------------------
1. Write ``js/<name>.js``: ``import`` what you need from ``./engine.js`` (the numbers, d = 1),
   ``./problem.js`` (the numbers in every dimension and of finitely many points) and ``./ui.js``
   (plots, handles, sliders, theme, voice), define ``render({ model, el })`` that returns a clean-up
   function, and end with ``export default { render };``. Imports must be of the form ``import { a,
   b } from "./ui.js";``: the parts that a figure imports, and those that these import, are joined
   into one file, in which they share one scope. A number that the figure shows comes from the
   engine, which mirrors the Python kernel function by function; draw in ``onceAFrame`` and cache
   what does not change while dragging.
2. Write ``<name>.py`` with a subclass of :class:`LiveFigure`: ``_module = "<name>"``, ``_question``
   (one sentence, shown where no script runs) and the traits, tagged ``sync=True``, of JSON types.
3. Export it in ``__init__.py``. A notebook shows it as the last line of a cell (tag the cell
   ``nbval-ignore-output``); a Markdown page by ```` ```{livefigure} ClassName ````.
4. Test: the numbers against Python (``tests/browser/test_engine.py``, ``test_dimensions.py``), the
   figure's answers to mouse, touch and keyboard and to the extremes of its controls
   (``tests/browser/test_<name>.py``).
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any, ClassVar

import anywidget

from ..palette import palette

__all__ = ["LiveFigure", "join", "style"]

PARTS = Path(__file__).with_name("js")
# Parts of figures; all others are figures.
SHARED = (
    "engine", "ui", "plane", "runs", "doubled", "rings", "arcs", "atoms", "cones", "problem",
    "tools", "planar", "beta", "starts", "curve", "samples", "overlaps",
)  # fmt: skip
_IMPORT = re.compile(r'^import\s[^;]*?\bfrom "\./(\w+)\.js";\n', re.MULTILINE)

_COMMENTS = (
    re.compile(r"^\s*/\*\*.*?\*/\n", re.MULTILINE | re.DOTALL),
    re.compile(r"^\s*//.*\n", re.MULTILINE),
    re.compile(r"(?<=[][;{},()]) +// .*$", re.MULTILINE),
    re.compile(r"^[ \t]+|^\n", re.MULTILINE),
)


def parts(module: str) -> list[str]:
    """Return the parts that a module needs, each after those that it needs, the module last.

    Examples
    --------
    >>> parts("two_fates")
    ['engine', 'ui', 'plane', 'runs', 'two_fates']
    """
    needed: list[str] = []
    for name in _IMPORT.findall((PARTS / f"{module}.js").read_text("utf-8")):
        if name != "palette":  # it has no file: `join` writes it
            needed += [part for part in parts(name) if part not in needed]
    return [*needed, module]


def join(module: str) -> str:
    """Return one self-contained ES module: the palette, the parts it needs, the figure.

    anywidget and the static page both load a module from a blob, where a relative import finds
    nothing; the parts' imports of one another are therefore left out, and they share one scope.

    Examples
    --------
    >>> "import {" in join("two_fates")
    False
    """
    texts = [f"export const PALETTE = {json.dumps(palette())};\n"]
    texts += [(PARTS / f"{name}.js").read_text("utf-8") for name in parts(module)]
    return light("\n".join(_IMPORT.sub("", text) for text in texts))


def light(module: str) -> str:
    """Return a module without its comments, indentation and empty lines: a page pays for each byte.

    A comment stands on lines of its own, or after a statement; no string of ours holds one, and no
    template runs over a line's end (``tests/test_critical_points.py`` looks).

    Examples
    --------
    >>> light("/** Doubles. */\\nconst f = (x) => {\\n  return 2 * x; // twice\\n};\\n")
    'const f = (x) => {\\nreturn 2 * x;\\n};\\n'
    """
    for pattern in _COMMENTS:
        module = pattern.sub("", module)
    return module


def style() -> str:
    """Return the style sheet that all live figures share."""
    return (PARTS / "live.css").read_text("utf-8")


class LiveFigure(anywidget.AnyWidget):
    """An interactive figure that needs a kernel only where one is at hand.

    Subclasses name their ES module and a question, and declare synchronised traits. It is not a
    plot: `singleneuron.figures` draws static pictures.

    Parameters
    ----------
    **traits :
        Any of the figure's parameters, by name.

    Raises
    ------
    ValueError
        A parameter is unknown or out of range; the message names it, what it got and what to do.
    """

    _module: ClassVar[str] = ""
    _question: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Join the figure's module as soon as its class exists (anywidget makes subclasses too)."""
        if "_module" in cls.__dict__:
            cls._esm = join(cls._module)
            cls._css = style()
        super().__init_subclass__(**kwargs)

    def __init__(self, **traits: Any) -> None:
        unknown = sorted(set(traits) - set(self.class_trait_names()))
        if unknown:
            names = ", ".join(self.parameters())
            raise ValueError(f"{unknown[0]} is no parameter of {type(self).__name__}; use {names}")
        super().__init__(**traits)

    @classmethod
    def parameters(cls) -> list[str]:
        """Return the names of the figure's own synchronised traits."""
        inherited = set(anywidget.AnyWidget.class_trait_names())
        names = set(cls.class_trait_names(sync=True)) - inherited
        return sorted(name for name in names if not name.startswith("_"))

    def state(self) -> dict[str, Any]:
        """Return the figure's own traits, a JSON-ready dictionary."""
        return {name: getattr(self, name) for name in self.parameters()}

    def static_html(self) -> str:
        """Return the entry from which the static page brings the figure to life.

        The state cannot end the script element it stands in: every ``<`` is written as an escape.
        """
        state = json.dumps(self.state(), allow_nan=False).replace("<", "\\u003c")
        name, question = html.escape(type(self).__name__), html.escape(self._question)
        return (
            f'<div class="sn-live" data-figure="{name}" data-module="{html.escape(self._module)}">'
            f'<script type="application/json">{state}</script>'
            f"<p><em>Live figure {name}.</em> {question} It answers in the book's page in a "
            "browser with JavaScript, and in Jupyter once its cell has run.</p></div>"
        )

    def __repr__(self) -> str:
        """Name the class and the parameters that differ from their defaults."""
        changed = (
            f"{name}={value!r}"
            for name, value in self.state().items()
            if value != self.traits()[name].default()
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0]["text/html"] = self.static_html()
        return bundle
