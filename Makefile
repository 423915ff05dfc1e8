# make app    start Fakery on http://localhost:8501
# make test   every test, in a real browser too
# make check  lint, types, and the tests
# make bench  measurements, one JSON object a line

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

# The first Python from 3.11 to 3.13 that really runs and can make virtual environments.
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3 python; do \
	$$p -c '$(FITS)' >/dev/null 2>&1 && { command -v $$p; break; }; done)

.PHONY: app test check bench clean

app: $(VENV)/.installed
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

test: $(VENV)/.tested
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(MAKE) test

bench: $(VENV)/.tested
	$(BIN)/python -m tools.bench $(ARGS)

clean:
	rm -rf $(VENV)

$(VENV)/.installed: requirements.txt
	@test -n "$(PYTHON)" || { echo "Fakery needs Python 3.11, 3.12 or 3.13 with venv (on Debian: apt install python3-venv). Name one with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.tested: $(VENV)/.installed tests/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
