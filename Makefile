# Two commands set everything up: make demo, make test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test docs check check-mail chaos soak boot bench bench-relevance clean

demo: $(VENV)/.run
	$(BIN)/digest demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --session-timeout=900 $(TESTS)

# What is made from the program: docs/configuration.md and the man page docs/digest.1.
docs: $(VENV)/.run
	$(BIN)/python docs/reference.py

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# The mail as mail programs, a validator and a screen reader see it (needs Node and Chromium).
check-mail: $(VENV)/.run .ci/mail/node_modules/.installed
	rm -rf build/mail && mkdir -p build/mail
	$(BIN)/python .ci/mail/pages.py build/mail
	node .ci/mail/check.mjs build/mail

.ci/mail/node_modules/.installed: .ci/mail/package-lock.json
	cd .ci/mail && npm ci --silent
	touch $@

# Kills at every point under every fault; CHAOS="--seconds 240" for less than all of it.
chaos: $(VENV)/.dev
	$(BIN)/python tests/chaos.py $(CHAOS)

# The service for real, for two minutes, with its log.
soak: $(VENV)/.dev
	$(BIN)/python tests/soak.py

# A machine of its own, booted, in which README and docs are followed (as root, on Debian).
boot: $(VENV)/.dev
	.ci/boot

# MORE="--quick" for fewer rounds.
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks $(MORE)

bench-relevance: $(VENV)/.bench
	$(BIN)/python -m benchmarks.relevance $(BENCH)

$(VENV)/.run: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "digest needs Python 3.11 or newer; say so with: make PYTHON=python3.11 demo")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	touch $@

clean:
	rm -rf $(VENV) demo-out build dist .ci/mail/node_modules
