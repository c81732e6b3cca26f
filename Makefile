# The two that matter: `make demo` and `make test`. Both set up .venv by themselves, once.
# PYTHON=/path/to/python chooses the Python that .venv is made with.

BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
ANY_PYTHON := $(shell command -v python3 || command -v python || echo $(or $(PYTHON),python3))

# Tests and commands start many processes: they share the bytecode of the first, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test lint types unit chaos bench lock clean install

help:
	@echo "make demo    close two months of a made-up company, on a local Cin7 and a local Xero"
	@echo "make test    everything that CI checks: style, types, tests"
	@echo "make lint    style only         make types   types only         make unit    tests only"
	@echo "make chaos   kill a posting at 200 points with faults on, and extracts; hunt with thousands of examples"
	@echo "make bench   how fast costing is, side by side with a sort and a plain program (half an hour)"
	@echo "make lock    write requirements.lock from pyproject.toml (needs uv)"
	@echo "make clean   remove .venv and caches; never data"

install:
	@$(ANY_PYTHON) .ci/install.py

demo: install
	@$(BIN)/tieout demo

test: lint types unit

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

unit: install
	$(BIN)/python -m pytest -n 2 --dist worksteal

# What is too much for make test: every kill point, whatever else lies in tests/chaos, and what is marked thorough.
chaos: install
	CHAOS=all $(BIN)/python -m pytest -n 2 --dist worksteal \
	  tests/chaos tests/adventureworks tests/end_to_end/test_synced_documents.py \
	  tests/transforms/costing/test_kernel.py tests/transforms/costing/test_laws.py
	CHAOS=all $(BIN)/python -m pytest -n 2 --dist worksteal -m thorough tests

# What is measured, one script each; each writes its figures into tests/benchmarks/results.
BENCHES := cost_moves post_load sync_load map_lines extract_load tie_out_lines close_months

bench: install
	@set -e; for name in $(BENCHES); do $(BIN)/python -m tests.benchmarks.$$name; done

# Exact versions with hashes and without addresses: one file for every system and Python that we support.
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv"; exit 2; }
	uv pip compile pyproject.toml --quiet --group dev --group build --universal -p 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
