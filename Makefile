# Two commands do everything; see README.md. They need Python 3.11 or newer, git and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Bad input from end to end; what the providers render, held against vendors' parsers, independent readers, executed
# files and random documents; records in cache servers; workflows that act runs, files that plans bring back, and a cig
# that is installed first, in the bench as well.
LONG_TESTS := tests/badinput tests/conformance tests/lockfiles tests/meaning tests/roundtrip tests/stores tests/validators \
  $(wildcard tests/skipping/test_github_acts*.py tests/skipping/test_*_restores.py) \
  tests/skipping/test_install_by_hash.py tests/skipping/test_s18_restoring.py tests/unit/bench/test_from_nothing.py
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadgroup

.PHONY: run test test-long setup

run: setup ## render the example, show the no-op, explain a job, check this repository
	$(BIN)/python examples/tour.py

test: setup ## run the tests
	$(PYTEST) $(LONG_TESTS:%=--ignore=%)

test-long: setup ## run the tests that take longer
	$(PYTEST) $(LONG_TESTS)

setup: $(BIN)/.installed

$(BIN)/.installed: pyproject.toml setup.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@
