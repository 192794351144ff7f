"""The Python side of the live figures: traits, the joined module, the entry in the static page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from traitlets import TraitError

from neuronbook import widget_host
from singleneuron.palette import FATE_COLOURS, FATE_COLOURS_DARK, TARGET_COLOUR
from singleneuron.widgets import FourTools, PlanarFlow, TwoFates, base
from singleneuron.widgets.two_fates import LIMITS, PRESETS

FIGURES = [TwoFates, FourTools, PlanarFlow]


def stored(entry: str) -> Any:
    """The state that a static entry holds."""
    found = re.search(r'<script type="application/json">(.*?)</script>', entry, re.DOTALL)
    assert found
    return json.loads(found[1])


# --- The module ---------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES)
def test_module_stands_alone(figure: type[base.LiveFigure]) -> None:
    module = figure._esm
    assert not re.search(
        r"^import\b|\bimport\(|\bfetch\(|https?://|\bfrom \"\./", module, re.MULTILINE
    )
    assert len(re.findall(r"^export default \{ render \};$", module, re.MULTILINE)) == 1


def test_colours_have_one_home() -> None:
    """The parts in JavaScript name no fate's colour themselves."""
    colours = {*FATE_COLOURS.values(), *FATE_COLOURS_DARK.values(), TARGET_COLOUR}
    for part in base.PARTS.iterdir():
        text = part.read_text("utf-8").lower()
        assert [colour for colour in colours if colour.lower() in text] == [], part.name
    assert all(colour in base.join("two_fates") for colour in colours)


def test_numbers_have_one_home() -> None:
    """A figure does no numerics of its own: kinks and integrals are the engine's."""
    for part in base.PARTS.glob("*.js"):
        if part.stem != "engine":
            assert "determinant" not in part.read_text("utf-8"), part.name


# --- The traits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES)
def test_the_page_gets_the_traits_as_they_are(figure: type[base.LiveFigure]) -> None:
    widget = figure()
    assert stored(widget.static_html()) == widget.state()
    assert set(widget.state()) == set(figure.parameters())


@pytest.mark.parametrize("figure", FIGURES)
def test_every_parameter_is_documented(figure: type[base.LiveFigure]) -> None:
    described = re.findall(r"^ {4}(\w+(?:, \w+)*) : ", figure.__doc__ or "", re.MULTILINE)
    names = {name for line in described for name in line.split(", ")}
    assert set(figure.parameters()) == names


def test_the_state_cannot_end_its_script() -> None:
    class Sly(TwoFates):
        """A figure whose state holds markup."""

        def state(self) -> dict[str, Any]:
            return {"text": "</script><script>alert(1)</script><!--"}

    entry = Sly().static_html()
    assert entry.count("</script>") == 1
    assert stored(entry) == Sly().state()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"c": 0}, r"c must be in \[0.25, 4.0\], got 0.0; move it inside"),
        ({"c": "wide"}, "c must be one finite number, got 'wide'"),
        ({"step_size": 4.5}, "step_size must be in"),
        ({"step_size": float("nan")}, "step_size must be finite, got nan"),
        ({"start": [1.0]}, r"start must have shape \(2,\), got \(1,\)"),
        ({"start": [1.0, float("inf")]}, "start must be finite, got inf"),
        ({"target": [0.0, 3.5]}, "target must lie in"),
        ({"shown": -2}, "shown must be an integer >= -1"),
        ({"max_steps": 0}, "max_steps must be an integer >= 1"),
        ({"max_steps": 20_000}, "max_steps must be at most 10000"),
        ({"preset": "found"}, "preset must be one of 'learned'"),
        ({"colour": "red"}, "colour is no parameter of TwoFates; use c, "),
    ],
)
def test_bad_parameters(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TwoFates(**arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"law": "normal"}, r"law must be one of 'interval .*, got 'normal'"),
        ({"step_size": 3.5}, r"step_size must be in \[0.05, 3.0\], got 3.5"),
        ({"w": [0.0, 3.1]}, "w must lie in"),
        ({"target": [float("nan"), 0.0]}, "target must be finite, got nan"),
        ({"preset": "x"}, "preset is no parameter of FourTools; use law, "),
    ],
)
def test_bad_parameters_of_the_tools(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FourTools(**arguments)


def test_bad_values_later() -> None:
    widget = TwoFates()
    with pytest.raises(ValueError, match="c must be in"):
        widget.c = -1
    with pytest.raises(TraitError):
        widget.presets = {}
    assert widget.state() == TwoFates().state()


def test_presets() -> None:
    for name, values in PRESETS.items():
        widget = TwoFates(preset=name)
        assert {key: widget.state()[key] for key in values} == values
        widget = TwoFates(c=2.0, start=[0.1, 0.2])
        assert widget.preset == ""
        widget.preset = name
        assert {key: widget.state()[key] for key in values} == values
        assert widget.preset == name
        widget.c = 2.5
        assert widget.preset == ""
    for values in PRESETS.values():
        assert LIMITS["c"][0] <= values["c"] <= LIMITS["c"][1]


# --- The repr -----------------------------------------------------------------------------------


def test_repr_says_what_differs() -> None:
    assert repr(TwoFates()) == "TwoFates()"
    assert repr(TwoFates(c=2.0)) == "TwoFates(c=2.0, preset='')"
    assert eval(repr(TwoFates(start=(1, 2)))).state() == TwoFates(start=[1.0, 2.0]).state()


def test_bundle_serves_jupyter_and_the_page() -> None:
    bundle = TwoFates()._repr_mimebundle_()
    assert bundle is not None
    data = bundle[0]
    assert data["text/plain"] == "TwoFates()"
    assert data["text/html"] == TwoFates().static_html()  # the same at every run
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]


# --- The page -----------------------------------------------------------------------------------


def test_wrapped_module_is_one_string() -> None:
    script = widget_host.wrapped("two_fates")
    found = re.fullmatch(r'.*\["two_fates"\] = (\{.*\});\n', script, re.DOTALL)
    assert found
    assert json.loads(found[1]) == {"esm": base.join("two_fates"), "css": base.style()}


def test_host_finds_the_entry() -> None:
    assert widget_host.ENTRY.findall(TwoFates().static_html()) == ["two_fates"]
    assert widget_host.ENTRY.findall("<p>sn-live</p>") == []


def test_only_pages_with_a_figure_get_scripts(site: Any) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        scripts = re.findall(r'src="[^"]*_static/live/(\w+)\.js[^"]*"', text)
        modules = set(widget_host.ENTRY.findall(text))
        assert set(scripts) == (modules | {"host"} if modules else set()), page.name
        for name in scripts:
            assert (site / "_static" / "live" / f"{name}.js").is_file()
    assert 'data-module="two_fates"' in (site / "index.html").read_text("utf-8")


def test_the_figure_is_small(site: Any) -> None:
    """What a page pays for its figure: less than a picture."""
    sizes = [path.stat().st_size for path in (site / "_static" / "live").glob("*.js")]
    assert max(sizes) < 110_000
