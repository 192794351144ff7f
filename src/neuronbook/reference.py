"""Docstrings as the reference shows them: they are written to be read in a terminal, too."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

QUOTED = re.compile(r"`[^`]*`|^ *(?:>>>|\.\.\.) .*$|\|", re.MULTILINE)
NAMES = re.compile(r"^:(?:ivar|vartype) \w+(?:, \w+)+:")


def setup(app: Sphinx) -> None:
    """Mend what Napoleon makes of the sections: so after it."""
    app.connect("autodoc-process-docstring", keep_bars, priority=600)
    app.connect("autodoc-process-docstring", keep_lists, priority=600)


def keep_bars(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Keep reStructuredText from reading the norms |w| and |v| of plain text as substitutions."""
    text = QUOTED.sub(lambda m: r"\|" if m[0] == "|" else m[0], "\n".join(lines))
    lines[:] = text.split("\n")


def keep_lists(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Keep two attributes with one entry together: else the first is taken for a type."""
    lines[:] = [NAMES.sub(lambda m: m[0].replace(", ", ","), line) for line in lines]
