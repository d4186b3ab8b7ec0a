# Patina Lab. Two commands do everything, set-up included:
#   make lab    opens JupyterLab with Patina Lab on ./notebooks (or PATINA_WORKSPACE)
#   make test   runs every check and test

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JLPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jlpm
WORKSPACE = $(or $(PATINA_WORKSPACE),$(CURDIR)/notebooks)
SOURCES := $(filter-out src/wire.ts,$(shell find src style schema -type f 2>/dev/null))
ENGINE := $(shell find kernels/patina_javascript/engine kernels/patina_javascript/prelude -type f -not -name "*.pyc" 2>/dev/null)
RUST := $(if $(shell command -v cargo),$(shell find kernels/patina_rust -name "*.rs" -o -name "Cargo.*"))
SHARED := $(shell find jupyter-config kernels/specs -type f 2>/dev/null)

.PHONY: help setup lab test test-fast test-long check chaos bench wire reference lock docs pictures dist clean

help:
	@sed -n '2,4s/^# \{0,1\}//p' Makefile
	@echo "Also:"
	@echo "  make setup      the set-up alone"
	@echo "  make test-fast  all checks and tests but the browser's"
	@echo "  make test-long  the exhaustive forms of some tests"
	@echo "  make check      the checks alone"
	@echo "  make chaos      edits, runs and faults at random (MINUTES=10 SEED=1)"
	@echo "  make bench      the benchmarks"
	@echo "  make docs       the documentation as pages, in build/docs"
	@echo "  make pictures   the pictures of the documentation"
	@echo "  make dist       an sdist and a wheel, in dist"
	@echo "  make wire       src/wire.ts, from patina_lab/wire"
	@echo "  make reference  docs/reference/cli.md, from the commands"
	@echo "  make lock       the lock file of the Python packages"
	@echo "  make clean      deletes what the set-up made"

setup: $(VENV)/.installed

lab: setup
	@$(BIN)/python scripts/open_lab.py "$(WORKSPACE)" $(LAB_ARGS)

test: setup
	@$(BIN)/python scripts/run_tests.py

test-fast: setup
	@$(BIN)/python scripts/run_tests.py --without-browser

# The exhaustive forms: two hundred moments at which a server is killed, and the like. An hour.
test-long: setup
	@$(BIN)/pytest -q -m long -o timeout=7200 tests/promises

check: setup
	@$(BIN)/python scripts/run_tests.py --only-checks

# Edits, runs and faults in an order that a seed decides: make chaos MINUTES=10 SEED=1
chaos: setup
	@$(BIN)/python -m tests.chaos $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

bench: setup
	@$(BIN)/python -m bench

wire: src/wire.ts

docs: setup
	@$(BIN)/sphinx-build -q -W --keep-going -c docs . build/docs
	@echo build/docs/index.html

reference: setup
	@$(BIN)/python -m patina_cli.reference

pictures: setup
	@$(JLPM) pictures

lock: setup
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links --extra dev --extra docs --extra examples pyproject.toml -o requirements/lock.txt

# An sdist and a wheel with the page's production build, the JavaScript engine, and the C library where
# there is a compiler. What is in them is tested by tests/release.
dist: setup
	@$(JLPM) build:prod > $(VENV)/dist.log 2>&1 || { tail -60 $(VENV)/dist.log; exit 1; }
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m hatchling build -t sdist -d dist > $(VENV)/sdist.log
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@$(BIN)/python scripts/link_labextension.py
	@ls dist/*.whl dist/*.tar.gz

clean:
	rm -rf $(VENV) node_modules lib build tsconfig.tsbuildinfo patina_lab/labextension patina_lab/_version.py src/wire.ts

# The steps of the set-up, each done again only when what it depends on has changed.

$(VENV)/.requirements: requirements/lock.txt
	@command -v $(PYTHON) > /dev/null || { echo "Python 3.11 or newer is needed and $(PYTHON) was not found:" \
	  "install it (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) scripts/check_machine.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@touch $@

$(VENV)/.node_modules: package.json yarn.lock .yarnrc.yml $(VENV)/.requirements
	@echo "Installing JavaScript packages ..."
	@$(JLPM) install --immutable > $(VENV)/jlpm.log 2>&1 || { tail -40 $(VENV)/jlpm.log; exit 1; }
	@touch $@

src/wire.ts: $(wildcard patina_lab/wire/*.py) scripts/generate_wire.py $(VENV)/.requirements
	@$(BIN)/python -m scripts.generate_wire
	@touch $@

$(VENV)/.labextension: $(VENV)/.node_modules src/wire.ts tsconfig.json $(SOURCES)
	@echo "Building the browser half ..."
	@$(JLPM) build > $(VENV)/build.log 2>&1 || { tail -60 $(VENV)/build.log; exit 1; }
	@touch $@

# Into the user's cache, under the hash of its inputs: done once, whatever is checked out.
$(VENV)/.engine: $(VENV)/.node_modules $(ENGINE)
	@echo "Building the JavaScript engine, unless this user has it ..."
	@PYTHONPATH=kernels $(BIN)/python -m patina_javascript.engine.build > $(VENV)/engine.log
	@touch $@

# Ten minutes the first time, then only what has changed. Without cargo, or when it fails, everything
# else works: kernelspec and tests say then that Rust is not there.
$(VENV)/.rust: $(VENV)/.requirements $(RUST)
	@if command -v rustup > /dev/null; then rustup component add rust-src > /dev/null 2>&1 \
	  || echo "Rust: rust-src could not be added: types of variables must be written (rustup component add rust-src)."; fi
	@if command -v cargo > /dev/null; then \
	  echo "Building the compiler of the Rust kernel, unless this user has it (7 to 20 minutes) ..."; \
	  PYTHONPATH=kernels $(BIN)/python -m patina_rust.build > $(VENV)/rust.log 2>&1 && touch $@ \
	    || { tail -20 $(VENV)/rust.log; echo "Rust: left out, see $(VENV)/rust.log; make setup tries again."; }; \
	else echo "Rust: no cargo, so the Rust kernel is left out (see docs/guide/rust-kernel.md)."; touch $@; fi

$(VENV)/.installed: $(VENV)/.labextension $(VENV)/.engine $(VENV)/.rust pyproject.toml install.json $(SHARED)
	@SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation --editable .
	@$(BIN)/python scripts/link_labextension.py
	@touch $@
