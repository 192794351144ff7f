"""The book's Sphinx extension: pages that need no network, and live figures in them."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from sphinx.application import Sphinx

from neuronbook import offline

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension's parts to Sphinx."""
    offline.setup(app)
    if importlib.util.find_spec("neuronbook.widget_host") is not None:
        importlib.import_module("neuronbook.widget_host").setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
