"""The built site and the stored notebooks: what Sphinx and nbval do not look at."""

from __future__ import annotations

import copy
import html.parser
import inspect
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from sphinx_external_toc.parsing import parse_toc_yaml

import singleneuron as sn
from neuronbook import notebooks
from neuronbook.build import build
from neuronbook.offline import mended
from neuronbook.reference import keep_bars, keep_lists

TOP = Path(__file__).parents[1]
CHAPTERS = notebooks.chapters(TOP)


# --- The table of contents -------------------------------------------------------------------


def listed_pages() -> set[str]:
    """Pages named in _toc.yml, without suffix."""
    return set(parse_toc_yaml(TOP / "_toc.yml"))


def test_every_page_is_in_the_table_of_contents() -> None:
    pages = {*(TOP / "book").rglob("*.md"), *CHAPTERS}
    names = {page.relative_to(TOP / "book").with_suffix("").as_posix() for page in pages}
    assert names == listed_pages()


def test_root_of_the_site_is_the_front_page(site: Path) -> None:
    assert "http-equiv" not in (site / "index.html").read_text(encoding="utf-8").lower()
    for name in listed_pages():
        assert (site / f"{name}.html").is_file()


def test_the_example_of_the_readme_runs() -> None:
    text = (TOP / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    run = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True)
    assert run.stderr == ""
    promised = re.findall(r"# (\S+):", example)
    for said, other in zip(run.stdout.split(), promised, strict=True):
        if said[0] in "-0":
            assert float(said) == pytest.approx(float(other), abs=5e-5)  # four digits shown
        else:
            assert said == other


# --- The reference ---------------------------------------------------------------------------


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    pages = [
        (site / "back" / f"{name}.html").read_text() for name in ("reference", "reference_figures")
    ]
    entries = set(re.findall(r'<dt class="sig[^"]*" id="([^"]+)"', "".join(pages)))
    names = {f"singleneuron.{name}" for name in sn.__all__}
    for module in filter(inspect.ismodule, (getattr(sn, name) for name in sn.__all__)):
        names.remove(module.__name__)
        inner = {name for name in getattr(module, "__all__", ()) if callable(getattr(module, name))}
        names |= {f"{module.__name__}.{name}" for name in inner - set(sn.__all__)}
    assert names <= entries


def test_attributes_with_one_entry_stay_together(site: Path) -> None:
    lines = [":ivar w, target: Two points, or none.", ":vartype w, target: array"]
    keep_lists(None, "class", "C", None, None, lines)
    assert lines == [":ivar w,target: Two points, or none.", ":vartype w,target: array"]
    page = re.sub("<[^>]*>", "", (site / "back" / "reference.html").read_text())
    assert "quantity,threshold (arrays of shape" in page


def test_norms_in_docstrings_stay_norms() -> None:
    lines = ["Where |w~| = 1 and :math:`|v| > 0`.", "", ">>> a | b", "See `x|y`."]
    keep_bars(None, "function", "f", None, None, lines)
    assert lines == [r"Where \|w~\| = 1 and :math:`|v| > 0`.", "", ">>> a | b", "See `x|y`."]


# --- Warnings are errors ---------------------------------------------------------------------

BROKEN = """# Page

See {prf:ref}`no-such-theorem`.

See {cite}`Nobody99`.

See {eq}`no-such-equation`.

See [this](no_such_page.md).

![a picture](no_such_picture.png)
"""


def test_the_build_refuses_every_broken_reference(tmp_path: Path) -> None:
    for name in ("_config.yml", "book/references.bib"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((TOP / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    (tmp_path / "book" / "index.md").write_text(BROKEN, encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        build(tmp_path, tmp_path)
    warned = {int(n) for n in re.findall(r"index\.md:(\d+): WARNING", caught.value.output)}
    assert warned == {3, 5, 7, 9, 11}, caught.value.output


# --- Nothing from outside, no dead link ------------------------------------------------------


class Page(html.parser.HTMLParser):
    """The addresses that a page loads when it is viewed, those it links to, and its targets."""

    LOADING = frozenset(
        "audio base embed iframe img image input object script source track use video".split()
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.targets: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value is not None}
        self.targets |= {found[key] for key in ("id", "name") if key in found}
        if tag == "a":
            self.links += [found["href"]] if "href" in found else []
            return
        if tag == "link" and found.get("rel") not in ("index", "search", "next", "prev", "author"):
            self.loads.append(found["href"])
        elif tag in self.LOADING:
            self.loads += [found[key] for key in ("src", "href", "data", "poster") if key in found]
            self.loads += [part.split()[0] for part in found.get("srcset", "").split(",") if part]
        self.loads += re.findall(r"url\(([^)]+)\)", found.get("style", ""))


STYLE_LOADS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")


def outside(addresses: list[str]) -> list[str]:
    """Addresses on another host."""
    return [a for a in addresses if urlsplit(a).netloc or urlsplit(a).scheme not in ("", "data")]


def dead(site: Path, page: Path, addresses: list[str], targets: dict[Path, set[str]]) -> list[str]:
    """Addresses inside the site that lead nowhere."""
    result = []
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        missing = not path.is_file() or not path.is_relative_to(site)
        fragment = unquote(parts.fragment)
        if missing or (fragment and path in targets and fragment not in targets[path]):
            result.append(address)
    return result


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    site = site.resolve()
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_no_page_loads_from_outside(pages: dict[Path, Page]) -> None:
    assert {str(path): bad for path, page in pages.items() if (bad := outside(page.loads))} == {}


def test_no_style_sheet_loads_from_outside(site: Path) -> None:
    sheets = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.css")}
    found = {str(path): outside(STYLE_LOADS.findall(text)) for path, text in sheets.items()}
    assert {path: bad for path, bad in found.items() if bad} == {}


def test_every_internal_address_leads_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    targets = {path: page.targets for path, page in pages.items()}
    found = {
        str(path): dead(site.resolve(), path, page.loads + page.links, targets)
        for path, page in pages.items()
    }
    assert {path: bad for path, bad in found.items() if bad} == {}


def test_the_page_guards_see_faults(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(
        '<link rel="stylesheet" href="//cdn.example/a.css"><script src="https://cdn.example/a.js">'
        '</script><img src="data:image/png;base64,AA"><img srcset="http://cdn.example/b.png 2x">'
        '<a href="https://example.org">fine</a><a href="b.html">gone</a><a href="#c">gone</a>'
        '<a href="#d">fine</a><p id="d" style="background: url(https://cdn.example/d.png)">',
        encoding="utf-8",
    )
    read = Page(page.read_text(encoding="utf-8"))
    assert [urlsplit(address).path for address in outside(read.loads)] == [
        "/a.css",
        "/a.js",
        "/b.png",
        "/d.png",
    ]
    assert dead(tmp_path, page, read.links, {page: read.targets}) == ["b.html", "#c"]
    assert outside(STYLE_LOADS.findall("@import 'https://x.example/y.css';")) != []


def test_no_page_keeps_what_was_taken_out(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8").lower()
        assert "unpkg" not in text
        assert "cdn.jsdelivr" not in text
        assert not re.search(r"fontawesome/[^\"]*\.js", text)
    assert not list((site / "_static" / "vendor" / "fontawesome").rglob("*.js"))
    assert (site / "_static" / "mathjax" / "LICENSE.txt").is_file()


MARKUP = re.compile(r"(?:`{3,}|:{3,}) *\{|\{(?:prf:ref|ref|doc|cite|eq|numref)\}`")


def visible(text: str) -> str:
    """The text of a page, code aside."""
    code = re.compile(r"<(script|style|pre|code)\b.*?</\1>", re.DOTALL)
    return re.sub(r"<[^>]*>", "", code.sub("", text))


def test_a_formula_keeps_what_touches_it() -> None:
    one = '<span class="math notranslate nohighlight">\\(x\\)</span>'
    assert mended(f"if {one} and") == f"if {one} and"
    assert mended(f"if ({one}, {one}).") == (
        f'if <span class="kept">({one},</span> <span class="kept">{one}).</span>'
    )
    link = '<a class="reference internal" href="#e">'
    assert mended(f"Solution to{link} Exercise 1</a>") == f"Solution to {link}Exercise 1</a>"


def test_no_markup_is_left_in_the_text(site: Path) -> None:
    """A directive that is not recognised becomes text, without a warning."""
    for page in site.rglob("*.html"):
        assert MARKUP.findall(visible(page.read_text(encoding="utf-8"))) == [], page.name
    # A backtick in the title of a fence of backticks does this: such a block needs colons.
    assert MARKUP.search(visible("<p>```{prf:theorem} After <a>[YS20]</a></p>"))
    assert not MARKUP.search(visible("<pre>```{prf:theorem}</pre>"))


# --- Stored notebooks ------------------------------------------------------------------------


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_stored_notebook(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert notebooks.faults(notebook) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_stored_notebook_is_normal(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    stored = copy.deepcopy(notebook)
    notebooks.normalise(notebook)
    assert notebook == stored, f"run `make notebooks`: {path.name} is not stored as it writes"


def sound_notebook() -> nbformat.NotebookNode:
    """Two cells that ran, and one of prose."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# Title"),
        nbformat.v4.new_code_cell("1 + 1", execution_count=1),
        nbformat.v4.new_code_cell("2 + 2", execution_count=2),
    ]
    notebooks.normalise(notebook)
    return notebook


def test_a_sound_notebook_has_no_faults() -> None:
    assert notebooks.faults(sound_notebook()) == []


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda cells, meta: meta.update(widgets={}), "metadata.widgets"),
        (lambda cells, meta: cells[1].update(execution_count=None), "execution count None"),
        (lambda cells, meta: cells[2].update(execution_count=3), "execution count 3, expected 2"),
        (lambda cells, meta: cells[2].update(execution_count=1), "execution count 1, expected 2"),
        (lambda cells, meta: cells[1].pop("id"), "no id"),
        (lambda cells, meta: cells[1].update(id=cells[2].id), "same id"),
        (lambda cells, meta: cells[1].update(source="x = 1\n" * 26), "more than 25 lines"),
        (
            lambda cells, meta: cells[2].outputs.append(
                nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])
            ),
            "holds an error",
        ),
    ],
)
def test_each_fault_is_seen(break_it: object, said: str) -> None:
    notebook = sound_notebook()
    break_it(notebook.cells, notebook.metadata)  # type: ignore[operator]
    (fault,) = notebooks.faults(notebook)
    assert said in fault


NOISY = """
import sys
print("one")
print("two", file=sys.stderr)
print("three")
object()
"""


def test_running_twice_gives_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "noisy.ipynb"
    notebook = nbformat.v4.new_notebook(metadata={"widgets": {}, "author": "me"})
    notebook.cells = [nbformat.v4.new_code_cell(NOISY, metadata={"collapsed": True, "tags": ["a"]})]
    nbformat.write(notebook, path)
    stored = []
    for _ in range(2):
        command = [sys.executable, "-m", "neuronbook.notebooks", str(path)]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
        stored.append(path.read_text(encoding="utf-8"))
    assert stored[0] == stored[1]
    (cell,) = nbformat.reads(stored[0], as_version=4).cells
    assert cell.metadata == {"tags": ["a"]}
    assert cell.outputs[-1]["data"]["text/plain"] == "<object at 0x0>"


def test_a_cell_that_raises_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "raising.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(notebook, path)
    before = path.read_text(encoding="utf-8")
    command = [sys.executable, "-m", "neuronbook.notebooks", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 1
    assert "ZeroDivisionError" in run.stderr
    assert path.read_text(encoding="utf-8") == before
