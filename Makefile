# make run    a demo server with a live show, on a fresh machine too
# make test   every test; installs what they need
# make bench  what it costs beside others, on this machine, in ten minutes; prints a table
# make lint   what a change must pass beside the tests
# make format  what the formatters of make lint want
# make kernel-asan  the native fan-out kernel under sanitizers and a fuzzer, in a minute
# make clean  removes what was generated

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin
# The first Python that is new enough; PYTHON=… chooses one.
PYTHON ?= python3
CANDIDATES := $(PYTHON) python3.13 python3.12 python3.11 python3.14
# Processes for the tests; those with real video get the machine for themselves.
WORKERS ?= logical
ARGS ?=

.PHONY: help
help:
	@sed -n 's/^# make/make/p' Makefile

.PHONY: run
run: $(VENV)/.run
	@$(BIN)/liveshow demo $(ARGS)

.PHONY: test
test: $(VENV)/.test
	./tests/debian.sh
	$(BIN)/pytest -q -n $(WORKERS) -m "not slow" $(ARGS)
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "slow and not browser" $(ARGS)
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "browser and not video" $(ARGS)
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "link" $(ARGS)
	$(BIN)/pytest -m "video and not link" $(ARGS)

.PHONY: bench
bench: $(VENV)/.test
	@$(BIN)/python -m tests.bench $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory lint-web

# The browser side. Its linters alone need Node.
.PHONY: lint-web
lint-web: node_modules/.installed
	npm run --silent lint

# Puts what the formatters want into the files, in Python and in the browser side.
.PHONY: format
format: $(VENV)/.dev node_modules/.installed
	$(BIN)/ruff format .
	npm run --silent format

.PHONY: kernel-asan
kernel-asan: $(VENV)/.test
	VENV=$(VENV) ./tests/relay/kernel/asan.sh

.PHONY: clean
clean:
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf .import_linter_cache .test-artifacts node_modules
	rm -f liveshow/relay/kernel/*.so
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

node_modules/.installed: package.json
	@if ! command -v npm >/dev/null; then \
	    echo "make lint needs Node.js 18.18 or newer and its npm: apt-get install npm" >&2; \
	    exit 1; \
	fi
	@echo "Installing the linters of the browser side into node_modules …"
	@npm install --silent
	@touch $@

# What is installed is remembered by a file each, so that the next run starts at once.
SOURCES := pyproject.toml setup.py $(wildcard liveshow/relay/kernel/native/*)
$(VENV)/.run: $(SOURCES) | $(VENV)/.created
	@echo "Installing liveshow into $(VENV) …"
	@$(BIN)/pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: $(SOURCES) | $(VENV)/.created
	@echo "Installing liveshow and its tests into $(VENV) …"
	@$(BIN)/pip install -q --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.dev: $(SOURCES) | $(VENV)/.created
	@echo "Installing liveshow, its tests and linters into $(VENV) …"
	@$(BIN)/pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.test $(VENV)/.run

$(VENV)/.created:
	@for python in $(CANDIDATES); do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        if "$$python" -m venv $(VENV); then touch $@; exit 0; fi; \
	        echo "$$python cannot make a virtual environment." >&2; \
	        echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	        exit 1; \
	    fi; \
	done; \
	echo "liveshow needs Python 3.11 or newer; found: $$($(PYTHON) --version 2>&1 || true)." >&2; \
	echo "Install one, or say where it is: make PYTHON=/path/to/python3" >&2; \
	exit 1
