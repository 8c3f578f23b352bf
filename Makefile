# Durchwahl. `make run` shows a real exchange at work, `make test` checks it; both set up what they need.

DATA ?= data
OPTIONS ?=
PYTHON_ENV := .venv/bin

.PHONY: run office test setup check format bench fuzz prompts screenshots hardware image image-test bundle deb deb-test clean

run: setup
	@scripts/run "$(DATA)" $(OPTIONS)

office: setup
	@$(PYTHON_ENV)/durchwahl run --data "$(DATA)" --web '[::]:8080' --next-port $(OPTIONS)

test:
	@scripts/setup test $(TESTS)
	@PYTHONPATH= $(PYTHON_ENV)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

setup:
	@scripts/setup

check:
	@scripts/setup test
	$(PYTHON_ENV)/ruff check .
	$(PYTHON_ENV)/mypy

format:
	@scripts/setup test
	$(PYTHON_ENV)/ruff check --fix .
	$(PYTHON_ENV)/ruff format .

bench:
	@scripts/setup bench
	@$(PYTHON_ENV)/python -m bench

# The Debian package for this machine; `make deb ARCH=arm64` for a Raspberry Pi, DEB_PYTHON=3.11 for Debian 12.
ARCH ?=
DEB_PYTHON ?= 3.13
deb:
	@scripts/setup build
	@packaging/build $(or $(ARCH),$(shell dpkg --print-architecture)) $(DEB_PYTHON)

# Tried in a fresh Debian 13 (SUITE=bookworm: 12): a few minutes, root rights or sudo.
deb-test:
	@scripts/setup build
	@packaging/test

# SECONDS for each parser; FUZZ="sip sdp" names some of them.
SECONDS ?= 60
fuzz:
	@scripts/setup fuzz
	@$(PYTHON_ENV)/python -m tests.fuzz --seconds $(SECONDS) $(FUZZ)

hardware:
	@scripts/setup
	@$(PYTHON_ENV)/python -m hardware.draw
	@hardware/render

prompts:
	@scripts/setup
	@$(PYTHON_ENV)/python -m pbx.prompts

image:
	@scripts/setup build
	@image/make

image-test:
	@scripts/setup test
	@image/test

# An update of the image that was made last, signed; VERSION=0.2.0 says that it is newer than it is, KEYS where the keys are.
bundle:
	@scripts/setup build
	@image/setup
	@$(PYTHON_ENV)/python -m image.bundle

screenshots:
	@scripts/setup test
	@$(PYTHON_ENV)/python -m tests.browser.screenshots $(PAGES)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
