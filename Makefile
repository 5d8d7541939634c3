# Everything sets itself up: only Python 3.11, make, git and a package index are needed.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: run test check fast bench soak shots doctor sandbox lock clean

run: $(VENV)/.ready-run
	@exec $(BIN)/python -m assistant run

doctor: $(VENV)/.ready-run
	@$(BIN)/python -m assistant doctor

sandbox: $(VENV)/.ready-run
	@exec $(BIN)/python -m sandbox

# the browser's journeys alone and last: they watch time pass
test: check
	$(BIN)/python -m pytest -m "not browser" -n 2 --dist loadfile
	$(BIN)/python -m pytest -m browser

# without the browser journeys
fast: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -m "not browser" -n 2 --dist loadfile

check: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.ready-dev
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.scale

# the machines that attack it, at full length: a few hours on two cores; SOAK=--quick shows in minutes that they work
soak: $(VENV)/.ready-dev
	$(BIN)/python -m tests.soak $(SOAK)

# the pictures of docs/, made anew by the browser journeys
shots: $(VENV)/.ready-dev
	SHOTS=docs/shots $(BIN)/python -m pytest -m browser

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@test -e $(VENV)/.ready-dev || $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# exact versions with hashes; names no index, so any mirror serves
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .assistant .pytest_cache .mypy_cache .ruff_cache *.egg-info
