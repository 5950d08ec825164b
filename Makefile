# `make setup` and `make test` need nothing but Python 3.11 or newer and, for full isolation, bubblewrap,
# which is installed if it is missing and this user may.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLES := examples/submitted.tar.xz
DEMO_ASSIGNMENTS := a04_descent
ATTACKS := tests/session/attacks

.PHONY: setup system demo demo-desk test test-slow test-python lint format schemas examples bench bench-quick docs clean

setup: $(VENV)/.ready system

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "gradeprop needs Python 3.11 or newer: make setup PYTHON=/path/to/python3.11"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@echo "Installing Python packages (torch is large; this takes a minute or two) ..."
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

system:
	@sh scripts/system_packages.sh bubblewrap

demo: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/demo.sh "$(EXAMPLES)" $(DEMO_ASSIGNMENTS)

# The instructor's desk on a copy of the course: the class, the mistakes that nobody foresaw, one of them named.
demo-desk: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/demo_desk.sh "$(EXAMPLES)"

lint: $(VENV)/.ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.10 $$($(BIN)/python scripts/student_files.py)
	$(BIN)/lint-imports
	$(BIN)/vulture

test: setup lint
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile

# Of the attacks those on resources come alone, last and as another user: they watch what the whole machine loses.
# The slow tests, and a part of the quick ones with the lowest versions that pyproject.toml allows.
test-slow: setup
	@sh scripts/system_packages.sh bubblewrap chromium postgresql gcc libc6-dev xz-utils
	$(BIN)/python -m pytest -m slow --durations 25 --numprocesses auto --dist loadfile --no-loadscope-reorder \
	  --ignore $(ATTACKS)
	$(BIN)/python -m pytest -m slow --durations 5 --numprocesses auto --dist loadfile $(ATTACKS) \
	  --ignore $(ATTACKS)/test_resources.py --ignore $(ATTACKS)/test_unprivileged.py
	$(BIN)/python -m pytest -m slow --durations 5 $(ATTACKS)/test_resources.py $(ATTACKS)/test_unprivileged.py
	@bash scripts/lowest_versions.sh

# The quick tests on another Python, as `make test-python PYTHON=python3.12 TORCH=2.11.0` or as far as found.
test-python: setup
	@sh scripts/second_python.sh "$(if $(filter python3,$(PYTHON)),,$(PYTHON))" $(TORCH)

format: $(VENV)/.ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

schemas: $(VENV)/.ready
	$(BIN)/gradeprop schema

examples: $(VENV)/.ready
	$(BIN)/python examples/make_class.py

bench: setup
	$(BIN)/python benchmarks/throughput.py --submissions 256 --peer-submissions 8 \
	  --exercises fit_line neuron_step solve_x_plus_1 --write docs/benchmarks.md

# Under two minutes: gradeprop against the floor, on a small class, without its peers; prints a table and writes nothing.
bench-quick: setup
	$(BIN)/python benchmarks/throughput.py --submissions 96 --peer-submissions 0 \
	  --exercises fit_line neuron_step solve_x_plus_1

# The documentation as a site in build/docs/, readable without a network. Its programs come only when asked for.
docs: $(VENV)/.docs-ready
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "Open build/docs/index.html"

$(VENV)/.docs-ready: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

clean:
	rm -rf $(VENV) build dist source release autograded feedback
