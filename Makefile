# make course   execute every lesson and build the site, in both languages
# make test     everything that can be checked on this machine
# make lab      open the lessons in JupyterLab; Chinese with `make lab LANGUAGE=zh`
# Each makes the environment in .venv first, once. Windows has no make: the README has the same in three lines.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
# What is installed for `make test` besides the course: with `EXTRAS=site,test,torch` layers are compared with PyTorch's too.
EXTRAS ?= site,test
# Of `make lab`: the edition, and what JupyterLab is told besides, such as OPTIONS=--no-browser.
LANGUAGE := en
OPTIONS :=

# The first Python here that the course runs on, unless PYTHON=… names one.
supported = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for candidate in python3 python3.12 python3.13 python3.11 python; do \
	$$candidate -c '$(supported)' >/dev/null 2>&1 && echo $$candidate && break; done)

# What an environment is made from; it is brought up to date when one of them changes.
recipe := pyproject.toml requirements.txt requirements.lock
# What builds a package is pinned like the packages (older and newer pips read one variable each). Modules are compiled
# when they are first imported, since most of TensorFlow never is, and kept: a process that may keep nothing would compile
# for seconds, each time anew.
unexport PYTHONDONTWRITEBYTECODE
pinned := PIP_CONSTRAINT=requirements.lock PIP_BUILD_CONSTRAINT=requirements.lock
# On a terminal pip shows how far it is; into a file it would say a line for each of hundreds of packages.
quiet = $$(test -t 2 || echo --quiet)
install = @$(pinned) $(VENV)/bin/python -m pip install $(quiet) --disable-pip-version-check --no-compile -c requirements.lock

.PHONY: help course test test-fast test-long bench lab lock clean

help:
	@sed -n 's/^# //p' Makefile | head -4
	@echo "also: make test-fast · test-long · bench · lock · clean"

course: $(VENV)/.for-course
	$(VENV)/bin/course all

lab: $(VENV)/.for-course
	$(VENV)/bin/course lab --language $(LANGUAGE) $(OPTIONS)

test: $(VENV)/.for-tests
	$(VENV)/bin/python tests/run_all.py

test-fast: $(VENV)/.for-tests
	$(VENV)/bin/python tests/run_all.py --fast

test-long: $(VENV)/.for-tests
	$(VENV)/bin/python tests/run_all.py --long

bench: $(VENV)/.for-tests
	$(VENV)/bin/python -m pytest tests/benchmarks -m benchmark -s

# The newest versions that the course allows, pinned for every system and Python; of them those for mybinder.org, which
# brings a JupyterLab of its own, each with its checksums. (In requirements.lock they cannot stand: pip takes none beside a
# package that is installed from a folder, as the course is.)
lock: $(VENV)/.made
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/bin/uv pip compile --quiet --upgrade --universal --all-extras --python-version 3.11 \
		--annotation-style line --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	@mkdir -p build && echo jupyterlab >build/not-on-binder.txt
	$(VENV)/bin/uv pip compile --quiet --generate-hashes --python-version 3.12 --no-annotate \
		--python-platform x86_64-unknown-linux-gnu --constraints requirements.lock --excludes build/not-on-binder.txt \
		--custom-compile-command "make lock" requirements.txt -o binder/requirements.txt

clean:
	rm -rf build $(VENV) .pytest_cache .ruff_cache .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is written only after everything before it went well: an interrupted installation is taken up again.
$(VENV)/.for-course: $(recipe) | $(VENV)/.made
	@echo "Installing the course into $(VENV); the first time this fetches about 500 MB."
	@rm -f $@
	$(install) -e ".[site]"
	@touch $@

$(VENV)/.for-tests: $(recipe) | $(VENV)/.made
	@echo "Installing the course and what its tests need into $(VENV); the first time this fetches about 700 MB."
	@rm -f $@
	$(install) -e ".[$(EXTRAS)]"
	@touch $@ $(VENV)/.for-course

# An environment that works is kept, whoever made it; a broken or unfinished one is made anew.
$(VENV)/.made:
	@if ! { $(VENV)/bin/python -c '$(supported)' && $(VENV)/bin/python -m pip --version; } >/dev/null 2>&1; then \
		test -n "$(PYTHON)" || { echo "error: the course needs Python 3.11, 3.12 or 3.13, and none is here;" \
			"install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 4; }; \
		$(PYTHON) -c '$(supported)' || { echo "error: the course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is" \
			"$$($(PYTHON) --version 2>&1)" >&2; exit 4; }; \
		rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) || exit 4; \
	fi
	@touch $@
