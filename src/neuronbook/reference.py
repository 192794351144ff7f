"""Docstrings as the reference shows them: they are written to be read in a terminal, too."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

QUOTED = re.compile(r"`[^`]*`|^ *(?:>>>|\.\.\.) .*$|\|", re.MULTILINE)


def setup(app: Sphinx) -> None:
    """Let norms be norms, after Napoleon has read the sections."""
    app.connect("autodoc-process-docstring", keep_bars, priority=600)


def keep_bars(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Keep reStructuredText from reading the norms |w| and |v| of plain text as substitutions."""
    text = QUOTED.sub(lambda m: r"\|" if m[0] == "|" else m[0], "\n".join(lines))
    lines[:] = text.split("\n")
