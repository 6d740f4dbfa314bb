# Every target first makes .venv, and installs into it again when pyproject.toml has changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SNAPSHOTS ?=

.PHONY: demo test lint check format screenshots bench clean help

help:  ## What there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.dev: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $@

demo: $(VENV)/.dev  ## The monitor on the embedded AWS endpoint; no account needed
	$(BIN)/flowtui demo $(ARGS)

test: $(VENV)/.dev  ## All tests
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev  ## Format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint test  ## Everything: lint and tests

format: $(VENV)/.dev  ## Put the code in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: $(VENV)/.dev  ## Make the pictures of the README anew, from the demo
	$(BIN)/python screenshots/make.py

bench: $(VENV)/.bench  ## Each figure beside its peer
	$(BIN)/python -m benchmarks

clean:  ## Remove what was made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
