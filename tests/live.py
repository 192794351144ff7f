"""A live figure, open in a browser: what the browser tests of all figures share.

`page.evaluate` waits for ever for a promise that never settles, and a browser on a busy machine may
stop drawing. So nothing here waits for a frame, or for mathematics, without a limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Page

from singleneuron.widgets.base import LiveFigure, style

WIDE = {"width": 1280, "height": 1000}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
}  # fmt: skip

_LIMITED = """(limit) => Promise.race([
    WAITED,
    new Promise((_, fail) => setTimeout(() => fail(new Error("waited for WHAT")), limit)),
])"""
_FRAMES = _LIMITED.replace("WHAT", "two frames").replace(
    "WAITED", "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
)
_MATHS = _LIMITED.replace("WHAT", "MathJax").replace("WAITED", "window.MathJax?.startup?.promise")
_STATE = """names => { const model = document.querySelector(".sn-live").singleNeuronModel;
    return Object.fromEntries(names.map(name => [name, model.get(name)])); }"""
_SET = """changes => {
    const model = document.querySelector(".sn-live").singleNeuronModel;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
}"""
_NUMBERS = """() => Object.fromEntries([...document.querySelectorAll(".sn-numbers data")]
    .map(one => [one.dataset.name, one.value === "" ? null : Number(one.value)]))"""
_SWEEP = """async ([name, values]) => {
    const model = document.querySelector(".sn-live").singleNeuronModel;
    const next = window.requestAnimationFrame.bind(window), old = window.requestAnimationFrame;
    const patience = new Promise(done => setTimeout(done, 8000));
    let drawn = 0;
    window.requestAnimationFrame = draw => next(now => { draw(now); drawn += 1; });
    for (const value of values) {
        await Promise.race([new Promise(done => next(done)), patience]);
        model.set(name, value);
        model.save_changes();
    }
    await Promise.race([new Promise(done => next(() => next(done))), patience]);
    window.requestAnimationFrame = old;
    return drawn;
}"""
# What of JupyterLab a figure can see: its theme, the class of its outputs, and its rules for lists
# of terms (a figure that does not undo them prints over its labels).
_JUPYTER = """() => {
    document.body.dataset.jpThemeLight = "false";
    document.body.className = "jp-RenderedHTMLCommon";
}"""
_JUPYTERLAB = """.jp-RenderedHTMLCommon dl dt { float: left; clear: both; width: 20%; }
.jp-RenderedHTMLCommon dl dd { margin-left: 20%; width: 80%; }"""
_OVERLAPS = """() => [...document.querySelectorAll(".sn-numbers dt")].filter(term => {
    const words = document.createRange();
    words.selectNodeContents(term);
    const value = term.nextElementSibling.getBoundingClientRect();
    return words.getBoundingClientRect().right > value.left + 1;
}).map(term => term.textContent)"""
# What an anywidget host gives to a figure: called with [source, style, state] on an empty page.
_ANYWIDGET = """async ([source, css, state]) => {
    const calls = new Map();
    window.model = {
        saved: [],
        get: name => state[name],
        set: (name, value) => { state[name] = value; model.saved.push(name); },
        save_changes: () => {},
        on: (event, call) => calls.set(event, [...(calls.get(event) || []), call]),
        off: (event, call) => calls.set(event, (calls.get(event) || []).filter(c => c !== call)),
        tell: name => (calls.get("change:" + name) || []).forEach(call => call()),
        listening: () => [...calls.values()].flat().length,
    };
    const sheet = document.createElement("style"), el = document.createElement("div");
    sheet.textContent = css;
    document.head.append(sheet);
    document.body.append(el);
    const module = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
    window.stop = await module.default.render({model, el});
}"""
# The kernel changes a trait; only what the page changes from then on is in `saved`.
_KERNEL = """([name, value]) => {
    model.set(name, value);
    model.saved.length = 0;
    model.tell(name);
}"""
_SANE = """() => {
    const text = document.querySelector(".sn-live").innerText;
    const values = [...document.querySelectorAll(".sn-numbers data")].map(one => Number(one.value));
    return values.length > 0 && values.every(Number.isFinite)
        && !/NaN|Infinity|undefined|null/.test(text);
}"""


def two_frames(page: Page) -> None:
    """Wait until the page has drawn twice; an error after 20 s."""
    page.evaluate(_FRAMES, 20_000)


def mathematics_is_set(page: Page) -> None:
    """Wait until MathJax has set the page; an error after 60 s."""
    page.evaluate(_MATHS, 60_000)


class OpenFigure:
    """The first live figure of a page, open in a browser; `said` holds errors and warnings."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page = context.new_page()
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on(
            "console",
            lambda line: self.said.append(line.text) if line.type in ("error", "warning") else None,
        )
        self.page.goto(address)
        self.page.wait_for_selector(".sn-live[data-alive] .sn-figure[data-frames]")
        mathematics_is_set(self.page)
        self.root = self.page.locator(".sn-figure").first
        self.canvas = self.root.locator("canvas").first
        self.canvas.scroll_into_view_if_needed()
        self.settle()

    def settle(self) -> None:
        """Wait until what was changed is drawn."""
        two_frames(self.page)

    def state(self, *names: str) -> dict[str, Any]:
        """The named traits of the model."""
        return dict(self.page.evaluate(_STATE, list(names)))

    def set(self, **changes: Any) -> None:
        """Change traits of the model, as Python would."""
        self.page.evaluate(_SET, changes)
        self.settle()

    def sweep(self, name: str, values: list[Any]) -> int:
        """Change a trait once a frame, as a hand does; return how many frames were drawn."""
        return int(self.page.evaluate(_SWEEP, [name, values]))

    def press(self, action: str) -> None:
        """Press the button with this data-action."""
        self.root.locator(f"[data-action={action}]").click()
        self.settle()

    def numbers(self) -> dict[str, Any]:
        """The numbers that the figure shows, by name; None where it shows none."""
        return dict(self.page.evaluate(_NUMBERS))

    def sane(self) -> bool:
        """Whether every number shown is finite and no text holds NaN or the like."""
        return bool(self.page.evaluate(_SANE))

    def data(self, name: str) -> str:
        """The figure's attribute data-`name`."""
        return self.root.get_attribute(f"data-{name}") or ""

    def place(self, handle: int) -> tuple[float, float]:
        """The middle of a handle on the page."""
        box = self.page.locator(".sn-handle").nth(handle).bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def left(self, root: str) -> list[str]:
        """Requests for anything that is neither part of the site nor made by the page itself."""
        return [url for url in self.requests if not url.startswith((root, "blob:", "data:"))]


Figure = TypeVar("Figure", bound=OpenFigure)


def open_figure(
    browser: Browser, address: str, kind: type[Figure] = OpenFigure, **options: Any
) -> Iterator[Figure]:
    """Yield the first figure at an address, wide unless the options say otherwise."""
    context = browser.new_context(**{"viewport": WIDE, **options})
    yield kind(context, address)
    context.close()


class HostedFigure:
    """A live figure on a bare page, with what anywidget gives to it in JupyterLab's dark theme."""

    def __init__(self, page: Page, widget: LiveFigure) -> None:
        self.page = page
        page.evaluate(_JUPYTER)
        page.add_style_tag(content=_JUPYTERLAB)
        page.evaluate(_ANYWIDGET, [widget._esm, style(), widget.state()])
        page.wait_for_selector(".sn-figure[data-frames]")
        self.root = page.locator(".sn-figure")

    def data(self, name: str) -> str:
        """The figure's attribute data-`name`."""
        return self.root.get_attribute(f"data-{name}") or ""

    def tell(self, name: str, value: Any) -> None:
        """Change a trait as the kernel does, and wait until the change is drawn."""
        self.page.evaluate(_KERNEL, [name, value])
        two_frames(self.page)

    def saved(self) -> list[str]:
        """The traits that the page has changed since the kernel last did, in this order."""
        return list(self.page.evaluate("() => model.saved"))


@contextmanager
def hosted(browser: Browser, widget: LiveFigure) -> Iterator[HostedFigure]:
    """A figure as anywidget hosts it: it takes the host's looks, and in the end it lets go."""
    context = browser.new_context(viewport=WIDE)
    try:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        figure = HostedFigure(page, widget)
        hidden = page.evaluate(_OVERLAPS)
        assert hidden == [], f"numbers stand over their labels: {hidden}"
        assert "sn-dark" in (figure.root.get_attribute("class") or ""), "light on a dark page"
        yield figure
        page.evaluate("() => stop()")
        left = page.evaluate("() => model.listening()")
        assert left == 0, f"{left} listeners are left"
        assert errors == [], errors
    finally:
        context.close()
