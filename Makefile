# Everything here works on a fresh machine that has make and Python 3.13 (or uv to fetch it): `make setup` is run first.

.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
SHELL_FILES := .ci/run local/setup.sh publish-step/deliver.sh
WORKFLOWS := $(wildcard .github/workflows/*.yml) publish-step/example-workflow.yml
# The schema knows no task of an extension, which is all that this one file uses.
AZURE_PIPELINES := azure-pipelines.yml $(filter-out %/install-azd.yml,$(wildcard .azure-pipelines/*.yml)) \
	publish-step/azure-pipelines.yml
# Four processes on the two cores of a small CI machine, since much of the time is waiting; a file's tests stay
# together and share its fixtures, and the files keep the order that tests/conftest.py gives them.
PYTEST_FLAGS ?= -n 4 --dist loadfile --no-loadscope-reorder
# Some containers set it: each worker, and each of the hundred processes that tests start, would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
# Keeps machine-dependent things (index addresses, paths) out of the files that are committed.
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: help
help: ## Show what can be made
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install what is missing into .venv, .azurite (and .node); takes no time when all is there
	@./local/setup.sh

.PHONY: setup-browser
setup-browser: setup ## Install what tests with a browser need: Chromium, where there is none, and a renderer of cards
	@$(PYTHON) -m local.setup.browser .

.PHONY: run
run: setup ## Start the app with a storage emulator and simulated feeds and registries, until Ctrl-C
	@$(PYTHON) -m local.stack

.PHONY: demo
demo: setup ## Watch an attack succeed without Feedwarden, and fail with it
	@$(PYTHON) -m local.demo

.PHONY: test
test: setup-browser ## Run all tests, with branch coverage
	$(PYTHON) -m pytest $(PYTEST_FLAGS) --cov --cov-report=term-missing:skip-covered

.PHONY: bench
bench: setup ## Measure, and print one table of ratios; ONLY="outbound sweep" makes some of the measurements
	@$(PYTHON) -m benchmarks $(ONLY)

.PHONY: check
check: setup ## Check format, lint, types, layers, settings and shell scripts
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON) -m pytest -q tests/test_agreement.py tests/documents
	.venv/bin/shellcheck $(SHELL_FILES)
	@$(MAKE) --no-print-directory check-pipelines

.PHONY: check-pipelines
check-pipelines: setup ## Check the pipelines: schemas, actionlint, and what is unsafe in them
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	.venv/bin/check-jsonschema --builtin-schema vendor.github-actions publish-step/action.yml
	.venv/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	.venv/bin/check-jsonschema --regex-variant python --builtin-schema vendor.azure-pipelines $(AZURE_PIPELINES)
	.venv/bin/zizmor --offline --quiet --persona pedantic .github publish-step/action.yml publish-step/example-workflow.yml
	@$(PYTHON) -m local.workflow_linter $(WORKFLOWS)

.PHONY: package
package: setup ## Build dist/feedwarden-<version>.zip, which deploys as it is, its bill of materials and its notes
	@$(PYTHON) -m local.release package

.PHONY: release-notes
release-notes: setup ## Print what CHANGELOG.md says of this version
	@$(PYTHON) -m local.release notes

.PHONY: cases
cases: setup ## List the cases in the storage that STORAGE_CONNECTION names
	@$(PYTHON) -m local.cases

.PHONY: onboard
onboard: setup ## Check a real organization step by step, read-only; ARGS="--help" shows what else it can do
	@$(PYTHON) -m local.onboard $(ARGS)

.PHONY: verify-audit
verify-audit: setup ## Verify the audit trail's hash chains in the storage that STORAGE_CONNECTION names
	@$(PYTHON) -m local.audit

.PHONY: lock
lock: setup ## Resolve requirements*.in again; UPGRADE=1 takes the newest versions they allow
	$(LOCK) $(if $(UPGRADE),--upgrade) requirements.in -o requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) requirements-dev.in -o requirements-dev.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) local/requirements-node.in -o local/requirements-node.txt

.PHONY: clean
clean: ## Remove everything that was made here, also what `make setup` installed
	rm -rf .venv .node .azurite .browser .card_renderer .actionlint .run test-artifacts dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -f .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
