# What people do with this repository. `make help` lists it.
# PYTHON=/path/to/python3 picks another Python; ARGS="…" goes to the command that is run.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# A stamp lies in $(VENV) for each set of packages, so that later runs start at once.
TO_RUN := $(VENV)/.installed-to-run
TO_WORK := $(VENV)/.installed-to-work
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Where Python is told to keep nothing that it compiled, the tests' dozens of processes would compile it all anew.
unexport PYTHONDONTWRITEBYTECODE
# Tests wait for servers to start and end as well as compute, so there is one more of them than cores.
TESTERS = $$(( 1 + $$(getconf _NPROCESSORS_ONLN) ))

.DEFAULT_GOAL := help
.PHONY: help install install-run demo test check lint audit format bench crash-test simulate clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | \
		while IFS= read -r line; do printf '  make %-11s %s\n' "$${line%%:*}" "$${line##*## }"; done

install: $(TO_WORK)  ## Install everything for working on it into .venv

install-run: $(TO_RUN)  ## Install only what runs the bot into .venv
	@$(BIN)/python -m compileall -qq . || true  # a service that may not write here would compile at every start

demo: $(TO_RUN)  ## Try the bot in a local workspace in the browser, without Slack
	@$(BIN)/coach demo $(ARGS)

test: $(TO_WORK)  ## Run the tests, but for those that take long
	@$(BIN)/python -m pytest -n $(TESTERS) -m "not long" $(ARGS)

check: lint audit  ## Run all that must pass: ruff, mypy, the look for known faults and all tests
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n $(TESTERS) $(ARGS)

lint: $(TO_WORK)  ## Look for mistakes and for unformatted code
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

audit: $(TO_WORK)  ## Look for known security faults in the libraries
	@$(BIN)/python -m tests.audit

format: $(TO_WORK)  ## Format the code, and mend what can be mended
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(TO_WORK)  ## Measure the bot beside bare libraries (ARGS=--full for all)
	@$(BIN)/python -m benchmarks $(ARGS)

crash-test: $(TO_WORK)  ## Kill workers while they send, at every step and at random, and count what came of it
	@$(BIN)/python -m tests.crashes

simulate: $(TO_WORK)  ## Live through a year of five circles, and print what came of it
	@$(BIN)/python -m simulation $(ARGS)

clean:  ## Remove what the other targets made; data (*.db) stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .demo test-results build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Both sets begin with an environment; what runs the bot is part of what is needed to work on it.
$(TO_WORK): requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing what is needed to work on it …"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(TO_RUN) $@

$(TO_RUN): requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what is needed to run it …"
	@$(PIP) install --no-compile --require-hashes -r requirements.txt  # a third of the time; Python compiles what it uses
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(BIN)/python:
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
		python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed, and none was found. Install it, or say where it is: make PYTHON=/path/to/python3"; \
		exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; \
		exit 1; \
	fi; \
	"$$python" -m venv $(VENV)
