"""The book's colours, in one place: figures.py and every live figure take them from here.

The hues are Okabe and Ito's, told apart by the colour-blind. A fate has one colour in every
picture; a certified fate is a filled mark, a merely observed one a hollow mark. The dark variants
are the same hues lightened until they stand out (at least 4.5 to 1) from a dark page.

Source: M. Okabe, K. Ito, *Color Universal Design*, 2008.
"""

from __future__ import annotations

__all__ = ["FATE_COLOURS", "FATE_COLOURS_DARK", "TARGET_COLOUR", "palette"]

#: One colour for each fate, on light ground.
FATE_COLOURS: dict[str, str] = {
    "learned": "#0072B2",
    "lost": "#D55E00",
    "spurious": "#CC79A7",
    "undecided": "#767676",
}
#: The same on dark ground.
FATE_COLOURS_DARK: dict[str, str] = {
    "learned": "#56B4E9",
    "lost": "#FF8C42",
    "spurious": "#E0A0C6",
    "undecided": "#B0B0B0",
}
#: The colour of the target v.
TARGET_COLOUR = "#E69F00"


def palette() -> dict[str, object]:
    """All colours as one plain dictionary, the form in which the live figures get them.

    Examples
    --------
    >>> import singleneuron as sn
    >>> sn.palette.palette()["light"]["learned"]
    '#0072B2'
    """
    return {
        "light": dict(FATE_COLOURS),
        "dark": dict(FATE_COLOURS_DARK),
        "target": TARGET_COLOUR,
    }
