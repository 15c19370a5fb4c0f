# Everything the project needs is in .venv, built from pyproject.toml at the versions of requirements.lock.
# PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEMO := data/workspaces/demo

.PHONY: demo test test-all check bench lab report mlflow lock clean

demo: $(VENV)/.core
	$(BIN)/ginseng-rd demo

test: $(VENV)/.dev check
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: $(VENV)/.dev check
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m pytest tests/benchmarks -s -o python_files='bench_*.py'

lab: $(VENV)/.lab
	$(BIN)/jupyter lab notebooks/01_first_look.ipynb

report:
	$(PYTHON) -m webbrowser -t "$(CURDIR)/$(DEMO)/report.html"

mlflow: $(VENV)/.core
	$(BIN)/mlflow ui --backend-store-uri sqlite:///$(DEMO)/mlflow/mlflow.sqlite --host 127.0.0.1 --port 5000

lock:
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install -e '.[dev,lab]'
	# What only Windows asks for is not installed here; its lines are carried over.
	{ $(PIP) freeze --exclude-editable; grep -E '^(colorama|pywinpty|tzdata|waitress)==' requirements.lock; } \
	  | sort --unique > requirements.new && mv requirements.new requirements.lock

clean:
	rm -rf $(VENV) data/workspaces notebooks/first_look

# Stamps are written only when a step is done, so that one cut short is taken up again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.core: pyproject.toml requirements.lock $(VENV)/.made
	$(PIP) install --constraint requirements.lock --editable .
	@touch $@

$(VENV)/.lab: $(VENV)/.core
	$(PIP) install --constraint requirements.lock --editable '.[lab]'
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(PIP) install --constraint requirements.lock --editable '.[dev]'
	@touch $@
