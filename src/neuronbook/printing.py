"""The book as one PDF: `python -m neuronbook.printing`, from the top of the repository.

One long page is built and printed by Chromium, which draws mathematics and live figures as the
reader's browser does.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from neuronbook.build import build


def print_page(page: Path, pdf: Path) -> None:
    """Print a page, mathematics set, into a PDF file.

    Raises
    ------
    RuntimeError
        There is no chromium to print with: install it.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("no chromium found: install it (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page(color_scheme="light")
        tab.goto(page.resolve().as_uri())
        tab.evaluate("() => window.MathJax?.startup?.promise")
        edge = "18mm"
        tab.pdf(
            path=pdf,
            format="A4",
            print_background=True,
            margin={"top": edge, "bottom": edge, "left": edge, "right": edge},
        )
        browser.close()


def main() -> int:
    """Build the long page, print it to _build/book.pdf and say so."""
    pdf = Path("_build") / "book.pdf"
    try:
        print_page(build(Path(), Path(), "singlehtml") / "index.html", pdf)
    except (subprocess.CalledProcessError, RuntimeError) as error:
        print(getattr(error, "output", None) or error, file=sys.stderr)
        return 1
    print(f"The book is printed: {pdf.resolve().as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
