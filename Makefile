# Everything runs from a fresh clone: what a target needs, it sets up first, once.
SHELL := /bin/bash
PYTHON ?=
BIN := .venv/bin
READY := .venv/.ready
# A clone that was moved or copied is set up again: its environment and its store name the folder they were made in.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif
# Whatever a shell exports, stages find the environment of this repository first.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup repro test test-slow check format ui study bench sizes requirements clean report sync table demo study-run

help: ## list what there is to do
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## install the pinned environment into .venv and make the tracking store (TORCH=WHEEL: without CUDA)

$(READY): requirements.txt src/scripts/setup
	@bash src/scripts/setup "$(PYTHON)"
	@printf '%s' "$(CURDIR)" > $@

# LAUNCH="srun ..." runs every stage through that command, which finds the stage's name in $STAGE; see docs/slurm.md.
ifdef LAUNCH
export LAUNCH
endif

repro: $(READY) ## run the study of params.yaml on all cores (JOBS=n stages at a time, LAUNCH="srun ..." for each)
	@mode-connectivity repro $(if $(JOBS),--jobs $(JOBS))

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

ui: $(READY) ## browse the runs: prints addresses that open on them (PORT=... for another than 5000)
	@mode-connectivity ui $(if $(PORT),--port $(PORT))

sync: $(READY) ## log to the tracking store what it lacks of the results that lie here
	@mode-connectivity sync

table: $(READY) ## all experiments beside each other, in the few columns that matter
	@dvc exp show -A --only-changed --drop '.*' --keep '(Experiment|(?!control|reseed|rematched).*\.linear_train_loss_barrier|test_accuracy|seeds$$|swap\.pairs)'

demo: $(READY) ## a tiny study in .state/demo, within a minute: an animation, the page and a sentence
	@mode-connectivity demo

study-run: $(READY) ## run reports/studies/NAME/params.yaml in a folder of its own; the same again goes on (JOBS=n)
	@[ -n "$(NAME)" ] || { echo "say: make study-run NAME=six-seeds" >&2; exit 1; }
	@mode-connectivity study "$(NAME)" $(if $(JOBS),--jobs $(JOBS))

study: $(READY) ## keep params and records in reports/studies/NAME; COMMAND="..." made them
	@[ -n "$$NAME" ] && [ -n "$$COMMAND" ] || { echo 'say: make study NAME=six-seeds COMMAND="dvc ..."' >&2; exit 1; }
	@mode-connectivity records "reports/studies/$$NAME"
	@printf 'Made by `%s` with the `params.yaml` beside this file.\n' "$$COMMAND" > "reports/studies/$$NAME/README.md"

bench: $(READY) ## measure this machine, alone and beside a busy process, minutes long (ONLY=curve,gif JSON=FILE)
	@OMP_WAIT_POLICY=passive PYTHONPATH=src python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(JSON))

sizes: $(READY) ## simulate how often a word of the verdict is wrong, minutes
	@PYTHONPATH=src python -m benchmarks.verdict_words

requirements: $(READY) ## pin requirements.txt again from pyproject.toml
	@uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra study --group dev pyproject.toml -o requirements.txt
	@uv pip install --quiet --python $(BIN)/python -r requirements.txt
	@python src/scripts/licences > docs/licences.md

.PHONY: audit
audit: $(READY) ## look every pinned package up among known vulnerabilities (needs the network)
	@python src/scripts/audit

clean: ## remove the environment and caches; results and the tracking store stay
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
