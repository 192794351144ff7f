"""Every page in a real browser: over http and from a file, wide and phone-wide, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from sphinx_external_toc.parsing import parse_toc_yaml

from live import mathematics_is_set

TOP = Path(__file__).parents[2]
PAGES = [*parse_toc_yaml(TOP / "_toc.yml"), "search", "genindex"]
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


class Visit:
    """An open page and everything that it asked for and said."""

    def __init__(self, context: BrowserContext) -> None:
        self.page = context.new_page()
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.said.append(f"failed: {request.url}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("console", lambda message: self.hear(message.type, message.text))
        self.page.on("response", lambda answer: self.judge(answer.status, answer.url))

    def hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.said.append(f"console {kind}: {text}")

    def judge(self, status: int, url: str) -> None:
        if status >= 400:
            self.said.append(f"{status}: {url}")

    def open(self, address: str) -> Page:
        self.page.goto(address)
        settle(self.page)
        return self.page

    def left(self, root: str) -> list[str]:
        """Requests for anything that is neither part of the site nor made by the page itself."""
        return [url for url in self.requests if not url.startswith((root, "data:", "blob:"))]


def settle(page: Page) -> None:
    """Wait until mathematics is set, and what waits to be scrolled into view has been."""
    mathematics_is_set(page)
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    page.evaluate("() => window.scrollTo(0, 0)")


@pytest.fixture(params=["http", "file"])
def root(request: pytest.FixtureRequest) -> str:
    """The site's address, with a slash at its end."""
    if request.param == "http":
        return str(request.getfixturevalue("http_site"))
    return f"{request.getfixturevalue('site').as_uri()}/"


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    context = chromium.new_context(viewport=WIDE, reduced_motion="reduce")
    yield Visit(context)
    context.close()


def test_pages_are_all_pages(site: Path) -> None:
    found = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    assert found == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_and_alone(visit: Visit, root: str, name: str) -> None:
    page = visit.open(f"{root}{name}.html")
    assert visit.left(root) == []
    assert visit.said == []
    assert page.locator("mjx-merror").all_inner_texts() == []
    assert page.locator("h1:visible").count() == 1
    # Mathematics that MathJax did not set would stand there as bare TeX.
    assert page.locator("span.math, div.math").count() <= page.locator("mjx-container").count()


THIN = """() => {
    document.querySelectorAll("mjx-math").forEach(one => one.replaceChildren());
    const seen = new Set();
    for (const token of document.querySelectorAll("pre span[class]"))
        if (seen.has(token.className)) token.remove(); else seen.add(token.className);
    const entries = {};
    for (const one of document.querySelectorAll("dl.py, table.autosummary tr")) {
        entries[one.className] = (entries[one.className] ?? 0) + 1;
        if (entries[one.className] > 8) one.remove();
    }
}"""


def thin(page: Page) -> None:
    """Leave one token of each kind of code, no glyphs in formulas, 8 entries of the reference.

    axe looks at each of them. The entries of a kind have the same markup, made by Sphinx.
    Glyphs have the colour of their formula, which stays; its speech is in mjx-assistive-mml.
    """
    page.evaluate(THIN)


def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds to be serious."""
    answer = Axe().run(page, options={"resultTypes": ["violations"], **options})
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']]}"
        for one in answer.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(visit: Visit, site: Path, name: str) -> None:
    page = visit.open(f"{site.as_uri()}/{name}.html")
    thin(page)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    # All that changes with the theme is colour.
    assert violations(page, runOnly=["color-contrast"]) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone(chromium: Browser, site: Path, name: str) -> None:
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = Visit(context).open(f"{site.as_uri()}/{name}.html")
    width = page.evaluate("document.documentElement.scrollWidth")
    # What is wider than the screen must scroll in a box of its own.
    wide = page.evaluate(
        """width => [...document.querySelectorAll('article *')].filter(element => {
            if (element.getBoundingClientRect().right <= width + 1) return false;
            for (let box = element.parentElement; box; box = box.parentElement)
                if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(box).overflowX)
                    && box.getBoundingClientRect().right <= width + 1) return false;
            return true;
        }).map(element => element.outerHTML.slice(0, 160))""",
        PHONE["width"],
    )
    # A formula in a line does not scroll: the theme would cut it, and nobody could read the rest.
    cut = page.evaluate(
        """() => [...document.querySelectorAll('span.math mjx-math')].filter(formula =>
            formula.getBoundingClientRect().width > formula.closest('span.math').clientWidth + 1
        ).map(formula => formula.parentElement.innerText)"""
    )
    # 8 points at 32rem are some 8 pixels: the least that can be read.
    small = page.evaluate(
        """() => [...document.querySelectorAll('article figure > img')].filter(image =>
            image.naturalWidth > 800 && image.clientWidth < 500
        ).map(image => image.src)"""
    )
    context.close()
    assert wide == []
    assert cut == []
    assert small == []
    assert width <= PHONE["width"]


def test_the_guards_see_faults(chromium: Browser, http_site: str, site: Path) -> None:
    """A page with an outside picture, a bad macro, grey text and a script that throws is found."""
    context = chromium.new_context(viewport=WIDE)
    visit = Visit(context)
    faults = (
        '<img src="https://outside.example/a.png" alt="">'
        '<script>throw new Error("thrown")</script>'
        '<div class="math">\\[\\nosuchmacro\\]</div>'
        '<p style="color: #ddd; background: #fff">faint</p>'
    )
    page_with_maths = (site / "setting/the_problem.html").read_text(encoding="utf-8")
    bad = page_with_maths.replace("</article>", f"{faults}</article>")
    # Answered here: the test itself asks nothing of the network.
    context.route("https://outside.example/*", lambda route: route.fulfill(status=404))
    context.route(
        f"{http_site}setting/bad.html",
        lambda route: route.fulfill(body=bad, content_type="text/html"),
    )
    page = visit.open(f"{http_site}setting/bad.html")
    assert [urlsplit(url).netloc for url in visit.left(http_site)] == ["outside.example"]
    assert any("thrown" in line for line in visit.said)
    assert any("404" in line for line in visit.said)
    assert "nosuchmacro" in unquote(page.locator("mjx-merror").first.inner_text())
    thin(page)
    assert ["faint" in line for line in violations(page)] == [True]
    context.close()
