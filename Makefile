# One page of habits. `make run` and `make test` set up everything that they need.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

VENV   := .venv
PY     := $(VENV)/bin/python
PORT   ?= 8787
STATE  ?= .waygate
STAGE  ?= dev
# The first Python that is new enough and starts (a version manager's shim may not).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
# Two workers on the smallest machine that we support; more where there are more cores.
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

.PHONY: help run ui console browser servers test oidc policies lint audit smoke-llm bench-scraping bench lighthouse format lock package deploy rollback key destroy rehearse clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.local console ## Start Waygate on this machine: console, API, demo upstream, state in .waygate/
	@exec $(PY) -m infra.local --port $(PORT) --state $(STATE)

# The console is built from all of ui/ but what tools put there: what is newer than the built page, or gone, makes it stale.
UI_SOURCES := $(shell find ui -mindepth 1 -type d \( -name node_modules -o -name dist -o -name coverage \) -prune -o -print 2>/dev/null)
ui: $(if $(UI_SOURCES),ui/dist/index.html) ## Build the console into ui/dist (needs Node.js 20.19 or newer)

ui/dist/index.html: ui/node_modules/.made $(UI_SOURCES) infra/console_headers.json
	@echo "Building the console …"
	@cd ui && npm run --silent build >/dev/null && touch dist/index.html

ui/node_modules/.made: ui/package.json ui/package-lock.json
	@$(NODE_IS_NEW) || { echo "The console is built with Node.js 20.19 or newer; found $$(node --version 2>/dev/null || echo none)." >&2; exit 1; }
	@echo "Installing what the console is built with …"
	@cd ui && npm ci --silent && touch node_modules/.made

NODE_IS_NEW := command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
# What needs no console goes on without one, or with the one that was built before.
console:
	@$(MAKE) -q ui || $(MAKE) ui || echo "The console is not built from what is in ui/; all else works without it." >&2

# $(call debian,PACKAGE,COMMAND,WHAT): where COMMAND is missing, install the Debian package that has it, if that is
# permitted (root, or sudo that asks for nothing) and done within five minutes; else say that WHAT is skipped.
debian = @command -v $(2) >/dev/null || { \
  root() { if [ "$$(id -u)" = 0 ]; then timeout 300 "$$@"; else timeout 300 sudo -n "$$@"; fi; }; \
  echo "Installing the Debian package $(1) for $(3) …"; \
  { command -v apt-get && root true && root apt-get update -qq && root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=60 $(1); } >/dev/null 2>&1 && command -v $(2) >/dev/null \
  || echo "There is no $(2) (on Debian: apt-get install $(1)): $(3) will be SKIPPED." >&2; }

browser: ## Install the browser that the console is tested with (Debian's chromium; skipped where that is not permitted)
	$(call debian,chromium,chromium,the console's tests in a browser)

servers: ## Install the servers whose documentation becomes calls (Debian's etcd and Prometheus; skipped where not permitted)
	$(call debian,etcd-server,etcd,calls from the documentation of etcd)
	$(call debian,prometheus,prometheus,calls from the documentation of Prometheus)

test: $(VENV)/.dev $(VENV)-upstreams/.made oidc console browser servers ## Run every test, with branch coverage of chalicelib
	@$(PY) -m pytest -n $(JOBS) --dist loadgroup --cov --cov-report=term $(ARGS)

OIDC := tests/auth/oidc/node_modules
oidc: ## Install the certified OpenID provider that tests refresh tokens at (needs Node.js; skipped without)
	@if [ -e $(OIDC)/.made ] && [ $(OIDC)/.made -nt tests/auth/oidc/package-lock.json ]; then exit 0; fi; \
	  if ! command -v npm >/dev/null; then echo "No Node.js: the tests of refresh at a certified provider will be SKIPPED." >&2; exit 0; fi; \
	  echo "Installing a certified OpenID provider for the tests …"; \
	  (cd tests/auth/oidc && npm ci --no-audit --no-fund --silent) && touch $(OIDC)/.made \
	  || echo "npm could not install it: the tests of refresh at a certified provider will be SKIPPED." >&2

ASL = if ! command -v npm >/dev/null; then echo "No Node.js: the state machine's definition is NOT checked." >&2; exit 0; fi; \
  cd infra/lint && { [ node_modules/.made -nt package-lock.json ] || { npm ci --no-audit --no-fund --silent && touch node_modules/.made; }; } \
  && npx --no-install asl-validator --silent --json-path ../scrape_job.asl.json

policies: $(VENV)/.local ## Write the functions' policies for every stage (ADD=green adds a stage)
	@$(PY) -m infra.policies $(if $(ADD),--add $(ADD))

lint: $(VENV)/.dev $(VENV)-checkov/.made ## ruff, mypy, import-linter, bandit, cfn-lint, checkov, asl-validator; hadolint, zizmor and schemas for Dockerfile and .github
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/bandit -q -ll -c pyproject.toml -r app.py chalicelib cli infra
	@$(PY) -m infra.policies --check
	@$(PY) -m infra.stacks build/templates
	@$(VENV)/bin/cfn-lint build/templates/*.yaml
	@$(VENV)-checkov/bin/checkov --config-file infra/checkov.yaml -d build/templates
	@$(ASL) || { echo "The state machine's definition is not valid." >&2; exit 1; }
	@$(VENV)/bin/hadolint Dockerfile
	@$(VENV)/bin/zizmor --offline --no-progress -q .github
	@$(VENV)/bin/check-jsonschema -q --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(VENV)/bin/check-jsonschema -q --builtin-schema vendor.dependabot .github/dependabot.yml

audit: $(VENV)/.dev ## Known vulnerabilities in what is pinned (asks PyPI and npm)
	@for file in requirements*.txt; do $(VENV)/bin/pip-audit --progress-spinner off --disable-pip --no-deps -r $$file; done
	@for folder in $(dir $(wildcard ui/package-lock.json)) tests/auth/oidc tests/clients bench/lighthouse; do npm audit --prefix $$folder; done

smoke-llm: $(VENV)/.local ## Read a page with the model that WAYGATE_LLM_BASE_URL and _MODEL name, and say what it did
	@$(PY) -m bench.smoke_llm

bench-scraping: $(VENV)/.dev ## Run scrape jobs over the sites below SITES (folders with site/ and key.json) and score them
	@$(PY) -m bench.scraping $(SITES)

bench: $(VENV)/.dev $(VENV)-bench/.made ## Measure invoking, importing, searching, refreshing and cold starts (fetches public descriptions; minutes)
	@$(PY) -m bench.invoking
	@$(PY) -m bench.importing
	@$(PY) -m bench.search
	@$(PY) -m bench.refreshing
	@$(PY) -m bench.cold_start

lighthouse: $(VENV)/.dev ui browser bench/lighthouse/node_modules/.made ## Measure the console's pages in Lighthouse, mobile and desktop; fails below 95 (minutes)
	@$(PY) -m bench.lighthouse $(ARGS)

bench/lighthouse/node_modules/.made: bench/lighthouse/package.json bench/lighthouse/package-lock.json
	@echo "Installing Lighthouse …"
	@cd bench/lighthouse && npm ci --no-audit --no-fund --silent && touch node_modules/.made

package: $(VENV)/.local ## Make the zip that `chalice deploy` ships to STAGE: locked, slim, with bytecode
	@$(PY) -m infra.packaging --stage $(STAGE)

deploy: $(VENV)/.local ui ## Bring AWS to what this folder says, for STAGE (dev); can be repeated
	@$(PY) -m infra.deploy deploy --stage $(STAGE)

rollback: $(VENV)/.local ## Put the release before back, or the one that TO names
	@$(PY) -m infra.deploy rollback --stage $(STAGE) $(if $(TO),--to $(TO))

key: $(VENV)/.local ## Make a new root key for STAGE and revoke the one before
	@$(PY) -m infra.deploy key --stage $(STAGE)

destroy: $(VENV)/.local ## Delete STAGE from AWS with all that it keeps; asks first (YES=yes does not, DELETE_DATA=yes where data is protected)
	@$(PY) -m infra.deploy destroy --stage $(STAGE) $(if $(filter yes,$(YES)),--yes) $(if $(filter yes,$(DELETE_DATA)),--delete-data)

rehearse: $(VENV)/.dev console ## Deploy, use, upgrade, roll back and destroy on a local AWS, with the real package (minutes)
	@$(PY) -m pytest tests/rehearsal/story.py -q -s -o faulthandler_timeout=1500

format: $(VENV)/.dev ## Format the code
	@$(VENV)/bin/ruff check --fix-only -q .
	@$(VENV)/bin/ruff format -q .

lock: ## Resolve requirements*.in into requirements*.txt; what ships to Lambda with the hash of every file
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install -q pip-tools
	@for f in requirements requirements-local requirements-dev requirements-upstreams requirements-bench requirements-checkov; do \
	  $(VENV)-lock/bin/pip-compile -q --strip-extras --no-header --annotation-style=line --allow-unsafe \
	    $$([ $$f = requirements ] && echo --generate-hashes) \
	    --no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o $$f.txt $$f.in; done

clean: ## Remove the virtual environment and what tools left behind; the local state stays
	@rm -rf $(VENV) $(VENV)-lock $(VENV)-upstreams $(VENV)-bench $(VENV)-checkov build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

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

# What checks the templates, in an environment of its own: its pins are not ours.
$(VENV)-checkov/.made: $(VENV)/.made requirements-checkov.txt
	@echo "Installing checkov into $(VENV)-checkov …"
	@"$(PYTHON)" -m venv $(VENV)-checkov
	@$(VENV)-checkov/bin/pip install -q --disable-pip-version-check -r requirements-checkov.txt
	@touch $@

# Real APIs that tests run as upstreams, in an environment of their own: their pins are not ours.
$(VENV)-upstreams/.made: $(VENV)/.made requirements-upstreams.txt
	@echo "Installing real upstreams for the tests into $(VENV)-upstreams …"
	@"$(PYTHON)" -m venv $(VENV)-upstreams
	@$(VENV)-upstreams/bin/pip install -q --disable-pip-version-check -r requirements-upstreams.txt
	@touch $@
