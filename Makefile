# Everything runs from a fresh clone: what a target needs, it sets up first, once.
SHELL := /bin/bash
PYTHON ?=
BIN := .venv/bin
READY := .venv/.ready
# Whatever a shell exports, stages find the environment of this repository first.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup repro submit status collect test test-slow check format ui study study-gpu bench requirements clean report

help: ## list what there is to do
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## install the pinned environment into .venv and make the tracking store

$(READY): requirements.txt src/scripts/setup
	@bash src/scripts/setup "$(PYTHON)"
	@touch $@

repro: $(READY) ## run the study of params.yaml on all cores (JOBS=n stages at a time); what is up to date is not run again
	@mode-connectivity repro $(if $(JOBS),--jobs $(JOBS))

submit: $(READY) ## run it on Slurm instead, one job a stage (DRY=1 prints the scripts); see docs/slurm.md
	@mode-connectivity submit $(if $(DRY),--dry-run)

status: $(READY) ## show the stages of the newest run, here or on Slurm
	@mode-connectivity status

collect: $(READY) ## bring the results of finished Slurm jobs into the workspace
	@mode-connectivity collect

report: ## show the page of all results, reports/index.html, in a browser where there is one
	@[ -f reports/index.html ] || { echo 'there is no page yet: make repro' >&2; exit 1; }
	@echo "file://$(CURDIR)/reports/index.html"
	@if [ "$$(uname)" = Darwin ]; then open reports/index.html; \
		elif [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] && command -v xdg-open >/dev/null; then xdg-open reports/index.html; fi

test: $(READY) ## run the tests that protect a change, minutes
	@pytest

test-slow: $(READY) ## run the rest: planted permutations, kills, every kind of network (SLOW="tests/symmetry" for some)
	@pytest -m slow $(SLOW)

check: $(READY) ## format, lint and types, as CI does
	@ruff format --check . && ruff check . && mypy

format: $(READY) ## put the code into shape
	@ruff format . && ruff check --fix .

ui: $(READY) ## browse the runs at http://127.0.0.1:5000 (PORT=... for another)
	@MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false MLFLOW_DISABLE_TELEMETRY=true mlflow server --workers 1 \
		--host 127.0.0.1 --port $(or $(PORT),5000) \
		--backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///$(CURDIR)/mlflow.db}" \
		--default-artifact-root "file://$(CURDIR)/mlartifacts"

study: ## keep the small results in reports/studies/NAME; COMMAND="..." made them (REPORTS="locality" for some)
	@[ -n "$$NAME" ] && [ -n "$$COMMAND" ] || { echo 'say: make study NAME=six-seeds COMMAND="dvc ..."' >&2; exit 1; }
	@mkdir -p "reports/studies/$$NAME"
	@cp -r params.yaml $(addprefix reports/,$(or $(REPORTS),comparison locality mechanisms)) "reports/studies/$$NAME/"
	@find "reports/studies/$$NAME" -name .gitignore -delete
	@printf 'Made by `%s` with the `params.yaml` beside this file.\n' "$$COMMAND" > "reports/studies/$$NAME/README.md"

study-gpu: $(READY) ## VGG16 at width 1 on CIFAR-10 on one GPU, a part of nine minutes; the same again goes on (FOLDER=study-gpu JOBS=1)
	@mode-connectivity study-gpu $(or $(FOLDER),study-gpu) --jobs $(or $(JOBS),1)

bench: $(READY) ## measure this machine, minutes long (ONLY=curve,gif for some of it, JSON=FILE to keep the table)
	@OMP_WAIT_POLICY=passive PYTHONPATH=src python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(JSON))

requirements: $(READY) ## pin requirements.txt again from pyproject.toml
	@uv pip compile --quiet --universal --python-version 3.11 --group dev pyproject.toml -o requirements.txt

clean: ## remove the environment and caches; results and the tracking store stay
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
