# make help lists the targets. Everything lives in .venv and is reused.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test label-studio-server audit lint format types train clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 22

# torch first and pinned: a later or unpinned torch may bring gigabytes of GPU libraries.
.venv/ready: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: .venv/ready ## extract the facts from seeds/ with the model that ships, into results/
	$(BIN)/python scripts/predict.py seeds/

test: .venv/ready label-studio-server ## run all tests
	$(BIN)/python -m pytest

label-studio-server: .venv/ready ## get what the Label Studio tests need, 1 GB into .cache (once)
	$(BIN)/python tests/label_studio_server.py

audit: .venv/ready ## audit the annotated collection
	$(BIN)/python scripts/audit.py

train: .venv/ready ## train on the collection
	$(BIN)/python scripts/train.py

lint: .venv/ready ## check style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready ## check types
	$(BIN)/mypy

format: .venv/ready ## mend style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
