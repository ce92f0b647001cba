# One line of each: setup | test | lint | run | demo | bench | docs
PYTHON ?= python3
BIN := .venv/bin
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --quiet
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev test test-fast lint run demo bench docs lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

setup: .venv/.installed ## make the environment (.venv) from the lock file

setup-dev: .venv/.installed-dev ## the same, with what tests and linters need

test: setup-dev ## run the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadgroup

test-fast: setup-dev ## only the tests that need no server (under a minute)
	$(BIN)/python -m pytest -n 2 -m "not postgres and not temporal and not slow"

lint: setup-dev ## ruff, mypy strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

run: setup ## start the whole stack on this machine and leave it running
	$(BIN)/tenure up

demo: setup ## watch a playbook run on real parts, in time-lapse, under two minutes
	$(BIN)/tenure demo

bench: setup-dev ## measure; one JSON line per figure
	$(BIN)/python -m bench

docs: setup-dev ## regenerate references, schemas, graphs and CLI help
	$(BIN)/python -m engine.cli.reference

lock: ## refresh both lock files (needs uv)
	uv pip compile $(LOCK_FLAGS) pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile $(LOCK_FLAGS) pyproject.toml requirements-build.in --group dev -c requirements.lock -o requirements-dev.lock

clean: ## remove the environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
