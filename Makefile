# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need.
# Needs python3 (3.11 or newer), make and git; what apt can add is added where that is allowed.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME := demo-home
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Kept inside the environment, so that a new environment starts from nothing.
STAMPS := $(VENV)/.stamps

.PHONY: help setup setup-dev setup-readers setup-servers demo test lint types imports check \
        samples bench corpus wheel lock clean

help:
	@echo 'make setup   the program at $(BIN)/ingest (and LibreOffice, where apt may install it)'
	@echo 'make demo    reads the sample mailbox, shows the state of the call and one case'
	@echo 'make test    sets up everything, then lint, types, import rules and all tests'
	@echo 'make bench   speed and memory beside their yardsticks, as ratios'
	@echo 'make corpus  every format and scan, the long matrix (minutes)'
	@echo 'make samples writes the sample mails anew'
	@echo 'make lock    renews the lock files (needs uv)'
	@echo 'make clean   removes what make made'

# --- setting up -------------------------------------------------------------------------------

setup: $(STAMPS)/program setup-readers

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'error: Python 3.11 or newer is needed; point to it with: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  .ci/apt-install 'the virtual environment' python3-venv || exit 1
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/program: requirements.lock pyproject.toml $(STAMPS)/venv
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

setup-dev: $(STAMPS)/dev

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/program
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# .doc, .wps, .rtf and .odt need LibreOffice, .rar an unpacker; without them a person has to look.
setup-readers:
	@command -v soffice >/dev/null 2>&1 || \
	  .ci/apt-install 'reading .wps, .rtf and .odt' libreoffice-writer-nogui || true
	@for program in unrar unar bsdtar 7z 7zz; do command -v $$program >/dev/null 2>&1 && exit 0; done; \
	  .ci/apt-install 'opening .rar' libarchive-tools || true

# The tests' IMAP server, the benchmarks' yardstick, a font to print test scans with, and what opens
# the organisers' table.
setup-servers:
	@missing=; \
	PATH="$$PATH:/usr/sbin"; \
	command -v dovecot >/dev/null 2>&1 || missing="$$missing dovecot-imapd"; \
	command -v mbsync >/dev/null 2>&1 || missing="$$missing isync"; \
	[ -n "$$(find /usr/share/fonts -iname '*CJK*' 2>/dev/null | head -n 1)" ] || missing="$$missing fonts-noto-cjk"; \
	[ -n "$$(find /usr/lib/libreoffice /opt -name 'libsclo.so' 2>/dev/null | head -n 1)" ] || missing="$$missing libreoffice-calc-nogui"; \
	[ -z "$$missing" ] || .ci/apt-install 'some tests (they are skipped without)' $$missing || true

# --- using ------------------------------------------------------------------------------------

demo: setup
	@rm -rf $(DEMO_HOME)
	@mkdir -m 700 $(DEMO_HOME)
	@echo 'reading the sample mailbox; its stamped pages take a minute or two'
	@env -u INGEST_CONFIG INGEST_HOME=$(CURDIR)/$(DEMO_HOME) $(BIN)/ingest run --source eml:$(CURDIR)/samples
	@env -u INGEST_CONFIG INGEST_HOME=$(CURDIR)/$(DEMO_HOME) $(BIN)/ingest status
	@echo
	@env -u INGEST_CONFIG INGEST_HOME=$(CURDIR)/$(DEMO_HOME) $(BIN)/ingest show DJ001
	@echo
	@echo 'next: look further with  INGEST_HOME=$(CURDIR)/$(DEMO_HOME) $(BIN)/ingest list'
	@echo '      and set up your own mailbox with  $(BIN)/ingest init'

# --- checking ---------------------------------------------------------------------------------

test: setup setup-dev setup-servers check
	$(BIN)/python -m pytest

check: lint types imports

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

imports: setup-dev
	$(BIN)/lint-imports

corpus: setup setup-dev setup-servers
	INGEST_CORPUS=1 $(BIN)/python -m pytest -m corpus

bench: setup setup-dev setup-servers
	$(BIN)/python -m benchmarks

# --- making -----------------------------------------------------------------------------------

samples: setup-dev
	$(BIN)/python samples/make_samples.py

wheel: setup-dev
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

UV ?= uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-header --no-annotate --upgrade

lock:
	$(COMPILE) pyproject.toml --group build --output-file requirements.lock
	$(COMPILE) pyproject.toml --group dev --output-file requirements-dev.lock

clean:
	rm -rf $(DEMO_HOME) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
