# Headwater. `make` lists what there is.
PYTHON ?= python3.11
VENV   ?= .venv
PORT   ?= 8642
ARGS   ?=
# Where pip takes torch from. Empty: wherever pip is configured to look. A CPU-only index saves gigabytes.
TORCH_INDEX ?=
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check setup setup-dev bench clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: $(VENV)/.installed ## set all up, sync a made-up account from a sandbox ATS, search it, serve it (ARGS=--once: stop after the searches)
	@$(BIN)/headwater demo --port $(PORT) $(ARGS)

test: $(VENV)/.installed-dev ## set all up and pass the tests
	@$(BIN)/python -m pytest -n auto $(ARGS)

check: $(VENV)/.installed-dev ## style, types and import rules
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: $(VENV)/.installed ## measure search at 100,000 people (minutes; builds what it needs)
	@$(BIN)/headwater bench search --people 100000 $(ARGS)

setup: $(VENV)/.installed ## the environment for running
setup-dev: $(VENV)/.installed-dev ## the environment for developing

$(VENV)/bin/pip:
	@command -v $(PYTHON) >/dev/null || { echo "Headwater needs Python 3.11: install it, or name yours with make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/pip pyproject.toml
	@echo "Installing. The largest part is torch 2.13.0: about 200 MB as a CPU wheel, several GB as a GPU build."
	@echo "Plain PyPI on Linux gives the GPU build; make TORCH_INDEX=<index of CPU wheels> takes the small one."
	@$(BIN)/pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch==2.13.0
	@$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean: ## remove the environment and the demo's data
	@rm -rf $(VENV) demo-data
