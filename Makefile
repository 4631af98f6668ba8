# Every target does its own set-up from a bare Python 3.11 (or newer) with venv.
PYTHON ?= python3
BIN := .venv/bin
.PHONY: run demo test fuzz lint bench clean

# One environment, made once and again only when the pins or the project's needs change.
.venv/ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'
	touch $@

run: .venv/ready
	$(BIN)/trendwatch run

# A simulated world in data/demo, filled in a minute the first time, then served.
demo: .venv/ready
	$(BIN)/trendwatch demo

test: .venv/ready
	$(BIN)/pytest -n 2 --dist loadfile

# The same tests, with other generated examples each time.
fuzz: .venv/ready
	$(BIN)/pytest -n 2 --dist loadfile --hypothesis-profile=others

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python -m tests.benchmarks.tagging
	$(BIN)/python -m tests.benchmarks.corrections
	$(BIN)/python -m tests.benchmarks.gate
	$(BIN)/python -m tests.benchmarks.stories
	$(BIN)/python -m tests.benchmarks.vouching
	$(BIN)/python -m tests.benchmarks.parsing
	$(BIN)/python -m tests.benchmarks.polling
	$(BIN)/python -m tests.benchmarks.terms
	$(BIN)/python -m tests.benchmarks.trends
	$(BIN)/python -m tests.benchmarks.arrivals
	$(BIN)/python -m tests.benchmarks.understanding
	$(BIN)/python -m tests.benchmarks.stage
	$(BIN)/python -m tests.benchmarks.deliveries
	$(BIN)/python -m tests.benchmarks.composing
	$(BIN)/python -m tests.benchmarks.readers

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
