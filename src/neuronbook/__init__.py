"""The book's Sphinx extension: pages that need no network, live figures, reference, print."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from neuronbook import offline, reference, widget_host

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension's parts to Sphinx."""
    offline.setup(app)
    reference.setup(app)
    widget_host.setup(app)
    app.connect("builder-inited", share_handlers)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def share_handlers(app: Sphinx) -> None:
    """Let the long page write every element as the single pages do.

    sphinx-exercise registers writers for the builder "singlehtml" by name; Sphinx then looks
    nowhere else and finds none for the other extensions' elements.
    """
    if app.builder.name == "singlehtml":
        writers = app.registry.translation_handlers
        writers["singlehtml"] = {**writers["html"], **writers.get("singlehtml", {})}
