# Each target sets itself up: a virtual environment from pinned versions, made again only when
# pyproject.toml or constraints.txt change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
FILES ?=

.DEFAULT_GOAL := help
.PHONY: help run test test-nightly test-fast lint format generate atlas dev docs pictures bench bench-large bench-gate real-files packages fuzz fuzz-disclosure bench-disclosure bench-town bench-peers bench-atlas clean

help:  ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.for-run: $(BIN)/python pyproject.toml constraints.txt
	@echo "setting up $(VENV) (once; takes some minutes)"
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.for-work: $(BIN)/python pyproject.toml constraints.txt
	@echo "setting up $(VENV) with the tools for tests (once; takes some minutes)"
	$(INSTALL) --editable '.[dev]'
	@touch $@ $(VENV)/.for-run

run: $(VENV)/.for-run  ## The whole way on the built-in sample, through to a release (FILES=folder: your files)
	$(BIN)/planstat run $(if $(FILES),--from $(FILES))

# tests start hundreds of processes: each would compile the house anew
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.for-work  ## All tests, a process per core
	$(BIN)/python -m pytest --numprocesses logical --dist loadscope --no-loadscope-reorder

test-nightly: export PLANSTAT_TESTS = nightly
test-nightly: test  ## The same with twenty times the random examples, and what takes minutes each (an hour)

test-fast: $(VENV)/.for-work  ## The tests that start no dbt and no whole run
	$(BIN)/python -m pytest -m "not end_to_end and not real_files"

lint: $(VENV)/.for-work  ## Style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.for-work  ## Bring the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(VENV)/.for-work  ## Write anew what is generated from the declarations
	$(BIN)/python -m dbt_project
	$(BIN)/python -m orchestration.outline tests/orchestration/asset_graph.json

atlas:  ## Bundle the pages of the atlas anew (needs node), after its types and its logic were checked
	cd exports/atlas/web && npm ci --ignore-scripts --no-audit --no-fund && npm run check && npm run test && npm run build

dev: $(VENV)/.for-work  ## Dagster's web page over the data root, on this computer only
	$(BIN)/planstat dev

docs: $(VENV)/.for-run  ## Pages in docs/ of the data root: the warehouse (dbt) and the gate (Great Expectations)
	$(BIN)/python -m orchestration.documentation

pictures: $(VENV)/.for-run  ## The pictures of the README, drawn from the releases of a data root (ROOT, default the sample)
	$(BIN)/python docs/pictures/draw.py $(or $(ROOT),.sample)

bench: $(VENV)/.for-work  ## Times and memory of the main job and of the reader
	$(BIN)/python tests/benchmarks/main_job.py
	$(BIN)/python tests/benchmarks/reader_genesis_table.py
	$(BIN)/python tests/benchmarks/territory.py

bench-large: $(VENV)/.for-work  ## Flat file and grid of 10 million rows against DuckDB's own reader (5 GB of disk)
	$(BIN)/python tests/benchmarks/reader_flat.py

bench-gate: $(VENV)/.for-work  ## Errors planted into the real figures of a data root (ROOT): refused, marked, warned, silent
	$(BIN)/python -m tests.benchmarks.gate_power $(or $(ROOT),.data)

packages: $(VENV)/.for-work  ## Judge the data packages of all current editions of a data root (ROOT) with frictionless
	$(BIN)/python -m tests.benchmarks.packages $(or $(ROOT),.sample)

real-files: $(VENV)/.for-work  ## Land every file of FILES (default ../shared/data): rows, seconds, result
	$(BIN)/python tests/benchmarks/real_files.py $(FILES)

fuzz: $(VENV)/.for-work  ## A coverage-guided fuzz run over all readers (SECONDS for each format)
	$(BIN)/python -m tests.fuzz.readers --seconds $(or $(SECONDS),60)

fuzz-disclosure: $(VENV)/.for-work  ## Disclosure control against brute force on 20,000 random tables (half an hour)
	$(BIN)/python -m tests.exports.disclosure.disclosure_fuzz 20000

bench-disclosure: $(VENV)/.for-work  ## Planner and attack on tables of up to 100,000 cells
	$(BIN)/python -m tests.benchmarks.disclosure

bench-town: $(VENV)/.for-work  ## Distance of the town's plan of youth_service from the best one, thoroughly (ten minutes)
	$(BIN)/python -m tests.benchmarks.disclosure town:quick town:thorough

bench-peers: $(VENV)/.for-work  ## Disclosure control beside GaussSuppression and G-Confid, in one table
	$(BIN)/python -m tests.benchmarks.disclosure_peers

bench-atlas: $(VENV)/.for-work  ## The atlas of a data root (ROOT) in Chromium: first picture, another year, another indicator
	$(BIN)/python -m tests.benchmarks.atlas $(or $(ROOT),.data)/releases/atlas/current

clean:  ## Remove the environment and what tools keep; data stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
