# Everything a person or a machine does with this repository. Needs Python 3.11, make and a package index.
# Each list of packages is installed once, and again only when it or pyproject.toml changes.

PORT ?= 8000
SERVE ?= 1
N ?= 100
COUNT ?= 100000
# Beside the peers a million is measured too, unless a COUNT is asked for.
UP_TO = $(if $(filter file,$(origin COUNT)),1000000,$(COUNT))
ROWS ?= 1000000

# Each test makes a hub of its own, which writes through to the disk; in memory, where there is room, that costs nothing.
MEMORY = $(shell test -w /dev/shm && df -k /dev/shm | awk 'END { exit $$4 < 4000000 }' && echo TMPDIR=/dev/shm)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --quiet
INSTALL := $(PIP) install --root-user-action=ignore

# A module is compiled once, and not by each of the many processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test verify soak check format bench docs screenshots browser lock clean

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

demo: .venv/core ## Build the demo hub and serve it (PORT=8000; SERVE=0 builds it and stops)
	@$(BIN)/mdm demo --port $(PORT) $(if $(filter 0 no false,$(SERVE)),--no-serve)

test: .venv/dev ## The test suite: SQLite and a real PostgreSQL, nothing to set up
	@$(MEMORY) $(BIN)/pytest -n 2 --dist worksteal

verify: .venv/dev ## The longer tier of tests
	@$(MEMORY) $(BIN)/pytest -m verify -n 2 --dist worksteal

soak: .venv/dev ## Random histories for as long as you like (N=1000 seeds of each law; SEED=... repeats a run)
	@seed=$(or $(SEED),$$(date +%s)); echo "make soak N=$(N) SEED=$$seed repeats this run"; \
	$(MEMORY) SOAK_N=$(N) SOAK_SEED=$$seed $(BIN)/pytest -m soak -vv -n auto --dist worksteal -o faulthandler_timeout=0

check: .venv/dev ## Format, lint, types, import contracts, generated pages
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/python docs/generate.py --check

format: .venv/dev ## Put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/dev .venv-bench/ready ## Measure speed and quality, beside peers (COUNT=100000 records, ROWS=1000000 rows; labelled sets from MDM_BENCH_DATA)
	@$(BIN)/python benchmarks/load.py $(COUNT) --date $$(date +%F)
	@$(BIN)/python benchmarks/lookup.py $(COUNT) --times 10 --date $$(date +%F)
	@$(BIN)/python benchmarks/ingest.py $(ROWS) --date $$(date +%F)
	@$(BIN)/python benchmarks/real_data.py --date $$(date +%F)
	@$(BIN)/python benchmarks/side_by_side.py --up-to $(UP_TO) --date $$(date +%F)

docs: .venv/dev ## Write the generated pages of docs/reference anew
	@$(BIN)/python docs/generate.py

CHROMIUM = { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null \
	|| { echo "make $@: no Chromium here; on Debian and Ubuntu: apt-get install chromium" >&2; exit 1; }

screenshots: .venv/browser ## Pictures of the stewards' desk, taken from the demo in a real Chromium
	@$(CHROMIUM)
	@$(BIN)/python docs/screenshots.py

browser: .venv/browser ## The stewards' desk in a real Chromium: by keyboard, on a slow network, accessible
	@$(CHROMIUM)
	@$(BIN)/pytest -m browser tests/browser

LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header
OURS = requirements/build.in pyproject.toml

lock: ## Choose the package versions anew (needs uv); UPGRADE=--upgrade takes the newest
	@command -v uv >/dev/null || { echo "make lock: uv is needed; install it with: python3 -m pip install uv" >&2; exit 1; }
	@$(LOCK) $(OURS) $(UPGRADE) --extra dev --extra telemetry --output-file requirements/dev.txt
	@$(LOCK) $(OURS) $(UPGRADE) --constraint requirements/dev.txt --output-file requirements/core.txt
	@$(LOCK) $(OURS) $(UPGRADE) --extra browser --constraint requirements/dev.txt --output-file requirements/browser.txt
	@$(LOCK) $(OURS) $(UPGRADE) --extra telemetry --constraint requirements/dev.txt --output-file requirements/telemetry.txt
	@$(LOCK) requirements/bench.in $(UPGRADE) --output-file requirements/bench.txt

clean: ## Remove what was installed and cached; hubs and their data stay
	@rm -rf .venv .venv-bench build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@for python in $(PYTHON) python3.11 python3; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		$$python -m venv .venv && exit 0; \
		rm -rf .venv; \
		echo "$$python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	done; \
	echo "Python 3.11 or newer is needed, and neither python3.11 nor python3 is that;" \
		"name one with: make PYTHON=/path/to/python3" >&2; exit 1

.venv/core: requirements/core.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the hub needs (once, about half a minute) ..." >&2
	@$(INSTALL) --require-hashes --only-binary :all: -r $<
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

# The packages for development include those of the hub, so both marks are set.
.venv/dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the hub and its tests need (once, about half a minute) ..." >&2
	@$(INSTALL) --require-hashes --only-binary :all: -r $<
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch .venv/core $@

# What drives a browser comes on top of the packages for development, in the same versions.
.venv/browser: requirements/browser.txt .venv/dev | .venv/bin/python
	@echo "Installing what drives a browser (once, about a quarter of a minute) ..." >&2
	@$(INSTALL) --require-hashes --only-binary :all: -r $<
	@touch $@

# The peers have an environment of their own, so that they never constrain what the hub needs.
.venv-bench/ready: requirements/bench.txt | .venv/bin/python
	@echo "Installing the peers to measure against (once, about half a minute) ..." >&2
	@$(BIN)/python -m venv --clear .venv-bench
	@.venv-bench/bin/python -m pip --disable-pip-version-check --no-input --quiet --quiet install \
		--root-user-action=ignore --require-hashes --only-binary :all: -r $<
	@touch $@
