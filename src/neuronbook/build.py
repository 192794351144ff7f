"""Build the site: `python -m neuronbook.build [FOLDER]`, from the top of the repository.

The sources' root is book/, so that the site's own root holds its front page.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

STRICT = ("-W", "-n", "--keep-going", "--all", "-q")


def build(top: Path, out: Path, builder: str = "html") -> Path:
    """Build the book of the repository at `top` into out/_build and return the site's folder.

    Every warning is an error, and every page is written anew.

    Raises
    ------
    subprocess.CalledProcessError
        The build gave a warning or failed; its `output` holds what was said.
    """
    toc = top.resolve() / "_toc.yml"
    program = Path(sys.executable).with_name("jupyter-book")
    command = [str(program), "build", str(top / "book"), "--toc", str(toc)]
    command += ["--config", str(top / "_config.yml"), "--path-output", str(out)]
    site = out / "_build" / builder
    shutil.rmtree(site, ignore_errors=True)  # or the pages of removed chapters would stay
    subprocess.run(
        [*command, "--builder", builder, *STRICT],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return site


def main() -> int:
    """Build into _build/html of the working folder and say where to open it."""
    try:
        site = build(Path(), Path())
    except subprocess.CalledProcessError as error:
        print(error.output)
        return 1
    front = site / "index.html"
    print(f"The book is built. Open {front} in a browser:\n  {front.resolve().as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
