"""Live figures in the built pages, with no kernel and no network.

A live figure reaches a page as the ``text/html`` entry of a notebook's output, or by a directive::

    ```{livefigure} TwoFates
    ```

with the name of a class of `singleneuron.widgets`. Pages that hold one, and only those, get two
scripts: the host (``live_host.js``) and the figure's module, wrapped as a string in a classic
script because a module cannot be fetched from a ``file://`` address. They are written at the end of
the build, not kept under the book's ``_static``, from where Jupyter Book would load them on every
page.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

HOST = Path(__file__).with_name("live_host.js")
FOLDER = "live"
ENTRY = re.compile(r'<div class="sn-live" data-figure="\w+" data-module="(\w+)">')


def wrapped(module: str) -> str:
    """Return the classic script that holds a figure's joined module and style sheet as strings."""
    from singleneuron.widgets.base import join, style

    content = json.dumps({"esm": join(module), "css": style()})
    return f"(window.singleNeuronFigures ??= {{}})[{json.dumps(module)}] = {content};\n"


class LiveFigureDirective(SphinxDirective):
    """``{livefigure} ClassName``: the figure with its default parameters."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Put the figure's static entry into the page."""
        import singleneuron.widgets as widgets

        name = self.arguments[0]
        if name not in widgets.__all__ or name == "LiveFigure":
            known = ", ".join(sorted(set(widgets.__all__) - {"LiveFigure"}))
            raise self.error(f"there is no live figure {name!r}; choose one of {known}")
        return [nodes.raw("", getattr(widgets, name)().static_html(), format="html")]


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Add the host and the modules to the pages that hold a live figure."""
    modules = sorted(set(ENTRY.findall(context.get("body", ""))))
    for script in [*modules, "host"] if modules else []:
        app.add_js_file(f"{FOLDER}/{script}.js", loading_method="defer")


def write_scripts(app: Sphinx, error: Exception | None) -> None:
    """Write the host and every figure's module into the site."""
    if error is not None or app.builder.format != "html":
        return
    from singleneuron.widgets.base import PARTS, SHARED

    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "host.js").write_text(HOST.read_text("utf-8"), "utf-8")
    for part in PARTS.glob("*.js"):
        if part.stem not in SHARED:
            (folder / part.name).write_text(wrapped(part.stem), "utf-8")


def setup(app: Sphinx) -> None:
    """Connect the above to Sphinx."""
    app.add_directive("livefigure", LiveFigureDirective)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write_scripts)
