"""Everything a page needs lies beside it: nothing is asked of another host.

Sphinx and the theme's companions ask content delivery networks for MathJax and thebe. This module
puts MathJax into the site, takes thebe out, and mends what else keeps a page from being read from
a file as well as from a server.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# What TeX in, CommonHTML out asks for: 2 MB of the package's 24.
MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions")
MATHJAX_LICENSE = Path(__file__).with_name("LICENSE-MathJax.txt")
ICON_SCRIPT = re.compile(r'<script src="[^"]*/fontawesome/[^"]*\.js[^"]*"></script>\n?')
FONT_PRELOAD = re.compile(r'<link rel="preload" as="font"[^>]*>\n?')
REPLACED = {
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    '<div class="proof admonition" id="proof">': '<div class="proof admonition proof-of">',
    # A step with more to come (`:class: step`): its end sign waits for the last one.
    'class="proof step admonition" id="proof"': 'class="proof admonition proof-of step"',
    ' id="proof-content"': "",
}
# A formula in a line with the brackets and the punctuation that touch it.
FORMULA = re.compile(
    r'([(\[]?)(<span class="math notranslate nohighlight">[^<]*</span>)([,.;:?!)\]]*)'
)
SOLUTION = re.compile(r'(Solution to)(<a class="reference internal" href="[^"]*">) ')


def copy_mathjax(app: Sphinx) -> None:
    """Copy MathJax, with its licence, to where `mathjax_path` of _config.yml points."""
    if app.builder.format != "html":
        return
    spec = importlib.util.find_spec("sphinx-mathjax-offline")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("sphinx-mathjax-offline is not installed: run `make venv`")
    source = Path(spec.submodule_search_locations[0]) / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / part, target / part)
    shutil.copy(MATHJAX_LICENSE, target / "LICENSE.txt")


def drop_thebe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take sphinx-thebe's scripts, which name an outside address, off the page.

    The list is the builder's own: it is changed in place, a new list would not be seen.
    """
    scripts = context["script_files"]
    scripts[:] = [script for script in scripts if "thebe" not in _text(script).lower()]


def _text(script: Any) -> str:
    return f"{getattr(script, 'filename', script)} {getattr(script, 'attributes', '')}"


def finish_pages(app: Sphinx, error: Exception | None) -> None:
    """Mend every written page, and take out of the site what no page then uses."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for template in (out / "_static").glob("*webpack-macros.html"):  # the theme's own sources
        template.unlink()
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(mended(text), encoding="utf-8")
    for folder in (out / "_static" / "vendor" / "fontawesome").glob("*/js"):
        shutil.rmtree(folder)


def mended(page: str) -> str:
    """Return the page without what hurts it.

    That is: the icon script (1.5 MB; the icon font shows the same icons); the fonts' preloading,
    which a browser refuses to a file; the role of the list of citations, whose children are no
    list items, so that a screen reader is told of an empty list; the one id of all proofs; breaks
    between a formula and its punctuation; the line under the blank before a solution's link.
    """
    page = FONT_PRELOAD.sub("", ICON_SCRIPT.sub("", page))
    for old, new in REPLACED.items():
        page = page.replace(old, new)
    return SOLUTION.sub(r"\1 \2", FORMULA.sub(kept, page))


def kept(found: re.Match[str]) -> str:
    """Keep a formula on one line with what touches it."""
    before, _, after = found.groups()
    return f'<span class="kept">{found[0]}</span>' if before or after else found[0]


def setup(app: Sphinx) -> None:
    """Connect the above to Sphinx."""
    app.connect("builder-inited", copy_mathjax)
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", finish_pages)
