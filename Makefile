# One page of habits. `make run` and `make test` set up everything that they need.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

VENV   := .venv
PY     := $(VENV)/bin/python
PORT   ?= 8787
STATE  ?= .waygate
# The first Python that is new enough and starts (a version manager's shim may not).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
# Two workers on the smallest machine that we support; more where there are more cores.
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: help run test oidc lint smoke-llm bench-scraping bench format lock clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.local ## Start Waygate on this machine: API, demo upstream, state in .waygate/
	@exec $(PY) -m infra.local --port $(PORT) --state $(STATE)

test: $(VENV)/.dev $(VENV)-upstreams/.made oidc ## Run every test, with branch coverage of chalicelib
	@$(PY) -m pytest -n $(JOBS) --dist loadgroup --cov --cov-report=term $(ARGS)

OIDC := tests/auth/oidc/node_modules
oidc: ## Install the certified OpenID provider that tests refresh tokens at (needs Node.js; skipped without)
	@if [ -e $(OIDC)/.made ] && [ $(OIDC)/.made -nt tests/auth/oidc/package-lock.json ]; then exit 0; fi; \
	  if ! command -v npm >/dev/null; then echo "No Node.js: the tests of refresh at a certified provider will be SKIPPED." >&2; exit 0; fi; \
	  echo "Installing a certified OpenID provider for the tests …"; \
	  (cd tests/auth/oidc && npm ci --no-audit --no-fund --silent) && touch $(OIDC)/.made \
	  || echo "npm could not install it: the tests of refresh at a certified provider will be SKIPPED." >&2

lint: $(VENV)/.dev ## ruff, mypy, import-linter, bandit, cfn-lint
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/bandit -q -ll -c pyproject.toml -r app.py chalicelib cli infra
	@$(VENV)/bin/cfn-lint infra/template.yaml

smoke-llm: $(VENV)/.local ## Read a page with the model that WAYGATE_LLM_BASE_URL and _MODEL name, and say what it did
	@$(PY) -m bench.smoke_llm

bench-scraping: $(VENV)/.dev ## Run scrape jobs over the sites below SITES (folders with site/ and key.json) and score them
	@$(PY) -m bench.scraping $(SITES)

bench: $(VENV)/.dev $(VENV)-bench/.made ## Measure invoking, importing, searching and refreshing (fetches public descriptions; minutes)
	@$(PY) -m bench.invoking
	@$(PY) -m bench.importing
	@$(PY) -m bench.search
	@$(PY) -m bench.refreshing

format: $(VENV)/.dev ## Format the code
	@$(VENV)/bin/ruff check --fix-only -q .
	@$(VENV)/bin/ruff format -q .

lock: ## Resolve requirements*.in into requirements*.txt
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install -q pip-tools
	@for f in requirements requirements-local requirements-dev requirements-upstreams requirements-bench; do \
	  $(VENV)-lock/bin/pip-compile -q --strip-extras --no-header --annotation-style=line --allow-unsafe \
	    --no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o $$f.txt $$f.in; done

clean: ## Remove the virtual environment and what tools left behind; the local state stays
	@rm -rf $(VENV) $(VENV)-lock $(VENV)-upstreams $(VENV)-bench build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

$(VENV)/.made:
	@if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "Waygate needs Python 3.11 or newer; found $$(python3 --version 2>/dev/null || echo none). Set PYTHON=/path/to/python3.11." >&2; exit 1; fi
	@"$(PYTHON)" -m venv $(VENV) || { echo "Python's venv module is missing: on Debian, apt-get install python3-venv." >&2; exit 1; }
	@touch $@

$(VENV)/.local: $(VENV)/.made requirements-local.txt pyproject.toml
	@echo "Installing what running needs into $(VENV) …"
	@$(VENV)/bin/pip install -q --disable-pip-version-check -r requirements-local.txt
	@$(VENV)/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.local requirements-dev.txt
	@echo "Installing the test tools into $(VENV) …"
	@$(VENV)/bin/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# What we are compared with, in an environment of its own.
$(VENV)-bench/.made: $(VENV)/.made requirements-bench.txt
	@echo "Installing rivals into $(VENV)-bench …"
	@"$(PYTHON)" -m venv $(VENV)-bench
	@$(VENV)-bench/bin/pip install -q --disable-pip-version-check -r requirements-bench.txt
	@touch $@

# Real APIs that tests run as upstreams, in an environment of their own: their pins are not ours.
$(VENV)-upstreams/.made: $(VENV)/.made requirements-upstreams.txt
	@echo "Installing real upstreams for the tests into $(VENV)-upstreams …"
	@"$(PYTHON)" -m venv $(VENV)-upstreams
	@$(VENV)-upstreams/bin/pip install -q --disable-pip-version-check -r requirements-upstreams.txt
	@touch $@
