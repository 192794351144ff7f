"""Figures with presets: named states that a move leaves."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

__all__ = ["Presets"]


class Presets(traitlets.HasTraits):
    """To be mixed into a figure whose `_presets` are values of traits, by the preset's name."""

    _presets: ClassVar[dict[str, dict[str, Any]]] = {}
    preset = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        preset = traits.get("preset")
        if preset:
            traits = {**self._presets.get(preset, {}), **traits}
        elif any(set(traits) & set(values) for values in self._presets.values()):
            traits = {"preset": "", **traits}
        super().__init__(**traits)

    @traitlets.validate("preset")
    def _known_preset(self, proposal: Any) -> str:
        value = str(proposal["value"])
        if value and value not in self._presets:
            names = ", ".join(map(repr, self._presets))
            raise ValueError(f"preset must be one of {names} or '', got {value!r}; choose one")
        return value

    @traitlets.observe(traitlets.All)
    def _follow_preset(self, change: Any) -> None:
        if change["name"] == "preset":
            with self.hold_trait_notifications():
                for name, value in self._presets.get(change["new"], {}).items():
                    setattr(self, name, value)
        elif change["name"] in (values := self._presets.get(self.preset, {})):
            if any(getattr(self, name) != value for name, value in values.items()):
                self.preset = ""
