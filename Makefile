# Two commands matter: `make book` and `make test`. Both need only Python >= 3.10 and make;
# the browser tests use Debian's chromium where it is installed.
PYTHON ?= python3
PY = .venv/bin/python
READY = .venv/.ready
# Two workers; the tests of one file stay together. A test that stands still ends its worker after five minutes
# and fails; the others go on in a new one.
TWO = -n 2 --dist loadfile --timeout 300 --timeout-method thread

.PHONY: help venv book serve pdf test lint unit notebooks atlas bench clean

help:
	@echo "make book       build the book; prints where to open it"
	@echo "make test       run everything the project claims"
	@echo "make serve      the book on http://127.0.0.1:8000"
	@echo "make pdf        the book as one PDF (needs chromium)"
	@echo "make notebooks  run all chapters again in place"
	@echo "make atlas      decide the large atlases again; takes some minutes"
	@echo "make bench      the package against what one would use instead; takes some minutes"
	@echo "make clean      remove what was built; .venv stays"

venv: $(READY)

$(READY): requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(None if sys.version_info >= (3, 10) else 'Python 3.10 or newer is needed: make PYTHON=python3.12')"
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "Installing requirements.txt into .venv ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

book: $(READY)
	@$(PY) -m neuronbook.build

serve: book
	$(PY) -m http.server --bind 127.0.0.1 --directory _build/html 8000

pdf: $(READY)
	@$(PY) -m neuronbook.printing

# The quickest checks come first.
test: lint unit
	$(PY) -m pytest $(TWO) --nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg book

lint: $(READY)
	$(PY) -m ruff check src tests book benchmarks
	$(PY) -m mypy

unit: $(READY)
	$(PY) -m pytest $(TWO)

notebooks: $(READY)
	$(PY) -m neuronbook.notebooks

atlas: $(READY)
	$(PY) -m neuronbook.atlas

bench: $(READY)
	$(PY) benchmarks/run.py
	$(PY) -m neuronbook.notebooks book/back/speed.ipynb

clean:
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis build src/*.egg-info
	find src tests book -name __pycache__ -type d -prune -exec rm -rf {} +
