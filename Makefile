# Two commands for a new user: `make run` and `make test`; each does its own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EDITION := $(shell cat pyproject.toml requirements.lock | cksum | cut -d' ' -f1)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable

.PHONY: run test test-office simulate check format words bench bench-small setup clean test-systemd test-servers

run: $(VENV)/.run-$(EDITION)  ## check the table, say what is due, send (into ./state/mail unless DUBAN_SMTP is set)
	@exec $(BIN)/duban run

test: setup check  ## style, types, contracts, tests, the shipped table
	@DUBAN_YEARS=$${DUBAN_YEARS:-200} $(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --quiet

test-systemd: setup  ## the service on a real systemd: a small Debian, booted beside this machine's own (root, five minutes)
	@DUBAN_BOOT=1 $(BIN)/python -m pytest --quiet -s tests/booted

test-servers: setup  ## through a real Postfix into mailboxes of a real Dovecot, on loopback (root; it installs them)
	@DUBAN_SERVERS=1 $(BIN)/python -m pytest --quiet -s -rs tests/servers

simulate: setup  ## two thousand office-years (an hour), and two hundred kills of the real daemon
	@$(BIN)/python -m tests.simulation --years 2000
	@DUBAN_KILLS=200 $(BIN)/python -m pytest --quiet -s tests/test_kill.py

test-office: setup  ## print Excel, Word and web files with LibreOffice and Chromium, and look at the paper
	@DUBAN_OFFICE=1 $(BIN)/python -m pytest --numprocesses=0 --quiet tests/office

check: setup
	@$(BIN)/ruff format --check --quiet . || { echo "make format would change the files above"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/duban check obligations.yaml

format: setup
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

words: setup  ## collect the sentences to translate, and compile the catalogue
	@$(BIN)/python tools/words.py

bench: setup  ## offices up to a million tasks a year, and other programs beside it; writes bench/results.md
	@$(INSTALL) '.[bench]'
	@$(BIN)/python -m bench

bench-small: setup  ## the same with small offices, in a few minutes; writes .cache/bench.md
	@$(INSTALL) '.[bench]'
	@BENCH_SMALL=1 BENCH_SIZES=$${BENCH_SIZES:-100,1000} BENCH_RESULTS=.cache/bench.md $(BIN)/python -m bench

setup: $(VENV)/.dev-$(EDITION)

$(VENV)/.run-$(EDITION):
	@echo "setting up $(VENV) (once, about a minute) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "duban needs Python 3.11 or later")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) .
	@rm -f $(VENV)/.run-* && touch $@

$(VENV)/.dev-$(EDITION): $(VENV)/.run-$(EDITION)
	@echo "adding what the tests need …"
	@$(INSTALL) '.[dev]'
	@rm -f $(VENV)/.dev-* && touch $@

clean:
	rm -rf $(VENV) .cache state
