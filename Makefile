# make help lists what there is. Python >= 3.11 and Node >= 20 are all a machine needs.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FRONTEND := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -type f -print 2>/dev/null)

.PHONY: help setup run test check bench pictures clean tools
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## Start everything and print the address (PORT=8123 make run takes another port)
	@exec $(BIN)/beteiligung run

setup: tools $(VENV)/.installed $(VENV)/.pango frontend/dist/manifest.json ## Only install: Python environment and front end

test: setup $(VENV)/.installed-dev frontend/.chromium tests/openid/node_modules/.package-lock.json ## Run every test, in the browser too
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)
	@cd frontend && npm run --silent check

check: setup $(VENV)/.installed-dev ## Lint, types, architecture, migrations, templates, known vulnerabilities
	@$(BIN)/python tests/check.py

bench: setup $(VENV)/.installed-dev ## Print requests per second and percentiles on this machine
	@$(BIN)/python -m tests.bench.run

pictures: setup $(VENV)/.installed-dev frontend/.chromium ## Take the pictures of the handbooks anew
	@$(BIN)/python -m tests.pictures

clean: ## Remove what was built and installed; the data in var/ stay
	rm -rf $(VENV) frontend/node_modules tests/openid/node_modules frontend/dist frontend/.chromium *.egg-info .mypy_cache .ruff_cache .pytest_cache

tools:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null || \
	  { echo "Node.js 20 or newer is needed. Install it (for example the package nodejs) and try again."; exit 1; }
	@command -v npm >/dev/null || { echo "npm is needed. Install it (for example the package npm) and try again."; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "Installing the Python environment into $(VENV) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make an environment here. Install its venv module (for example the package python3-venv) and try again."; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/dev/null || \
	  $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing the tools for tests …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

frontend/node_modules/.package-lock.json: frontend/package-lock.json frontend/package.json
	@echo "Installing the front end's packages …"
	@cd frontend && npm ci --silent --no-audit --no-fund
	@touch $@

tests/openid/node_modules/.package-lock.json: tests/openid/package-lock.json tests/openid/package.json
	@echo "Installing an OpenID provider for the tests …"
	@cd tests/openid && npm ci --silent --no-audit --no-fund
	@touch $@

frontend/dist/manifest.json: frontend/node_modules/.package-lock.json $(FRONTEND)
	@echo "Building the front end …"
	@cd frontend && npm run --silent build

# WeasyPrint sets letters and reports with Pango, a library of the system. Everything else runs without it.
$(VENV)/.pango: $(VENV)/.installed
	@$(BIN)/python -c 'import weasyprint' 2>/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Pango …" && apt-get -qq update && \
	    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 >/dev/null; } || \
	  echo "PDFs need Pango, the rest works without it. Install it, for example: sudo apt-get install libpangoft2-1.0-0 libharfbuzz-subset0"
	@touch $@

# Browser tests drive the system's Chromium. Where we may install it, we do; else we say how.
frontend/.chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Chromium …" && apt-get -qq update && \
	    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; } || \
	  { echo "The browser tests need Chromium. Install it, for example: sudo apt-get install chromium"; exit 1; }
	@touch $@
