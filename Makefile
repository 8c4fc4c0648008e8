# What a person types. Needs python3 (3.11 or newer, with its venv module), git and make; no root.
#   make demo                       the sample film, from nothing to a cut
#   make test PYTHON=python3.13     the tests, under another Python
PYTHON ?= python3
VENV ?= .venv
UV ?= uv
UPGRADE ?=
SUITE ?= -n 2 --dist loadfile -m "not soak"

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
# Nothing is installed that the lock does not name by its hash.
LOCKED := $(PIP) --require-hashes
NO_WHEEL := Not everything could be installed. Without a network nothing can; and where a library has no wheel yet (OpenTimelineIO: Python 3.14, Intel Macs) it wants a C++ compiler, or another Python: make PYTHON=python3.13
COMPILE = $(UV) pip compile --no-config --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" --quiet $(if $(UPGRADE),--upgrade)
OURS := core tui project_template tests $(wildcard benchmarks)

.DELETE_ON_ERROR:
.PHONY: demo test lint check fix bench soak lock wheel clean

demo: $(VENV)/.ready
	@$(BIN)/rushes demo

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest $(SUITE)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check $(OURS)
	$(BIN)/ruff format --check $(OURS)
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

fix: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix $(OURS)
	$(BIN)/ruff format $(OURS)

bench: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks

soak: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m soak -o faulthandler_timeout=3600

wheel: $(VENV)/.ready
	$(BIN)/python -m pip --disable-pip-version-check wheel --no-build-isolation --no-deps --wheel-dir dist .

# docs/locking.md says when and why.
lock:
	@command -v $(UV) >/dev/null || { echo "make lock needs uv on the PATH, or make lock UV=/where/it/is" >&2; exit 1; }
	@mkdir -p build
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' > build/lock.in
	$(COMPILE) --output-file requirements.lock pyproject.toml build/lock.in > build/lock.log
	$(COMPILE) --constraints requirements.lock --extra dev --output-file requirements-dev.lock pyproject.toml build/lock.in > build/lock.log

# Films stay: a folder of takes is work, the rest can be made again.
clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache
	find $(OURS) -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "Rushes needs Python 3.11 or newer, and '$(PYTHON)' is not here: install python3, or say which with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rushes needs Python 3.11 or newer, and '$(PYTHON)' is older: say which with make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "'$(PYTHON)' comes without its venv module: install it (Debian, Ubuntu: the package python3-venv), then try again" >&2; exit 1; }
	@echo "Preparing $(VENV), once: this takes a minute or two." >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.ready: $(VENV)/.made requirements.lock pyproject.toml
	@$(LOCKED) -r requirements.lock || { echo "$(NO_WHEEL)" >&2; exit 1; }
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	@$(LOCKED) -r requirements-dev.lock || { echo "$(NO_WHEEL)" >&2; exit 1; }
	@touch $@
