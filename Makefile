# Everything starts here: `make demo`, `make test`, `make check`. The only needs are Python 3.11 or newer and a package index.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help set-up demo code test check document examples e2e pictures fuzz bench profiles chaos lock audit image sbom clean

# Any Python from 3.11 on makes the virtual environment; name another with PYTHON=...
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$name"; break; }; done)
VENV_PYTHON := .venv/bin/python
ARGS ?=
TEST_WORKERS ?= 2
# What needs settings but no server says so instead of inventing one.
WITHOUT_SERVICES := TRABECULA_WITHOUT_SERVICES=1 TRABECULA_ENV=test
PACKAGES := backend tracking notifications benchmarks

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

set-up: ## Make the virtual environment with the locked packages (the others do so by themselves)
	@if [ -z "$(PYTHON)" ]; then \
		echo "Trabecula needs Python 3.11 or newer, and none was found. Install one (on Debian and Ubuntu: apt-get install" >&2; \
		echo "python3 python3-venv), or name it: make demo PYTHON=/path/to/python3" >&2; exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "PYTHON=$(PYTHON) is not Python 3.11 or newer. Name another, or leave it out." >&2; exit 1; }
	@"$(PYTHON)" -m backend.devstack.environment

demo: set-up ## Run everything with embedded services until Ctrl-C; ONCE=1 stops after the show
	@exec $(VENV_PYTHON) -m backend.devstack.demo --end-with-parent $(if $(filter-out 0,$(ONCE)),--once)

code: set-up ## Print the one-time code with which the demo's prescriber signs in now
	@$(VENV_PYTHON) -m backend.devstack.one_time_code

test: set-up ## Run the tests with embedded services; ARGS= goes to pytest
	@$(VENV_PYTHON) -m backend.devstack.run_tests --workers $(TEST_WORKERS) -- $(ARGS)

e2e: set-up ## Run the stories of browsers and of phones' clients (these fetch npm packages)
	@exec $(VENV_PYTHON) -m pytest $(wildcard tests/browser tests/clients) --durations=20 $(ARGS)

pictures: set-up ## Make the pictures of docs/desk.md anew, with a browser
	@$(VENV_PYTHON) -m pytest tests/browser/pictures.py --no-header -q

fuzz: set-up ## Hand damaged files to every reader (FUZZ_EXAMPLES, 20000, or for FUZZ_READER_SECONDS, 60, each), then send requests made from the API's document for FUZZ_SECONDS (600); another seed each time (FUZZ_SEED)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-20000} FUZZ_SECONDS=$${FUZZ_READER_SECONDS:-60} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
		$(VENV_PYTHON) -m pytest tests/tracking/exchange/test_fuzz.py -n 2 -rP --show-capture=stdout --no-header -q
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-600} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
		FUZZ_SHARES=2 $(VENV_PYTHON) -m pytest tests/fuzz -n 2 -rP --show-capture=stdout --no-header -q $(ARGS)

bench: set-up ## Measure, side by side with what is the least that could be done
	@$(VENV_PYTHON) -m benchmarks
	@echo "How what is asked for most is found among fifty thousand men:"
	@PLANS_MEN=50000 $(VENV_PYTHON) -m pytest tests/benchmarks/test_plans.py --no-header -q

profiles: set-up ## Write where the time of each request goes, a file for each, into docs/profiles (two minutes)
	@$(VENV_PYTHON) -m benchmarks.profiles docs/profiles

chaos: set-up ## Kill, stop and replace processes while reminders go out and men write, upgrade under them, and count (20 minutes); ARGS="--only writes --faults 10"
	@exec $(VENV_PYTHON) -m backend.devstack.chaos $(ARGS)

document: set-up ## Write anew what is made from the code: docs/openapi.json, and the compiled sentences of other languages
	@$(VENV_PYTHON) -m backend.devstack.translations
	@$(VENV_PYTHON) -m backend.devstack.document

examples: set-up ## Record the examples of the OpenAPI document anew, from the API's tests (minutes), and write the document
	@$(VENV_PYTHON) -m tests.recorded
	@$(VENV_PYTHON) -m backend.devstack.document

check: set-up ## Lint, types, architecture, migrations, dependencies
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(WITHOUT_SERVICES) $(VENV_PYTHON) -m mypy $(PACKAGES)
	PYTHONPATH=. $(VENV_PYTHON) .venv/bin/lint-imports
	$(WITHOUT_SERVICES) $(VENV_PYTHON) -W ignore:Got:RuntimeWarning manage.py makemigrations --check --dry-run
	$(WITHOUT_SERVICES) $(VENV_PYTHON) -m backend.devstack.migration_lint
	$(VENV_PYTHON) -m backend.devstack.document --check
	$(VENV_PYTHON) -m backend.devstack.translations --check
	$(VENV_PYTHON) -m deptry . --config backend/devstack/deptry.toml
	$(VENV_PYTHON) -m backend.devstack.committed

lock: set-up ## Lock requirements/*.in into *.txt, with hashes and without a registry's address (needs uv)
	@command -v uv >/dev/null || { echo "Locking needs uv: $(VENV_PYTHON) -m pip install uv, or your system's package." >&2; exit 1; }
	uv pip compile --universal --generate-hashes --no-header -p 3.11 $(ARGS) requirements/base.in -o requirements/base.txt
	uv pip compile --universal --generate-hashes --no-header -p 3.11 $(ARGS) requirements/dev.in -o requirements/dev.txt

audit: set-up ## Look for known vulnerabilities in the locked packages (needs pip-audit; apart, since it asks services)
	@$(VENV_PYTHON) -m backend.devstack.audit

image: set-up ## Go through the Dockerfile's steps in a clean root, and run compose's services in it (root, debootstrap)
	@$(VENV_PYTHON) -m backend.devstack.image .run/image $(ARGS)

sbom: set-up ## Print what production contains, as CycloneDX JSON, from the lock: make -s sbom > sbom.json
	@$(VENV_PYTHON) -m backend.devstack.sbom

clean: ## Remove .run: data, logs and passwords of the embedded services (the virtual environment stays)
	@if [ -x $(VENV_PYTHON) ]; then $(VENV_PYTHON) -m backend.devstack.homes; else "$(PYTHON)" -m backend.devstack.homes; fi
