# Two commands carry the project: `make report` and `make test`. Both set everything up first.
# YEAR picks the fiscal year, ROOT another project root.

YEAR ?= 2024
ROOT ?= .
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
# Nothing is imported from the folder that a command is started in (-P); tools and tests stand in the project.
RUN := $(VENV)/bin/python -P -m
HERE := $(VENV)/bin/python -m
# Branch coverage in per cent that must not be lost again.
COVERED := 93

.DEFAULT_GOAL := help
.PHONY: help report test lint check lab clean-notebooks bench mutate lock example-data fonts pictures schema environment clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

report: $(READY) ## run YEAR (2024) and print where the report lies
	@$(RUN) helpers.cli run --year "$(YEAR)" --root "$(ROOT)"

test: $(READY) ## run all tests, with branch coverage
	@$(HERE) pytest --cov --cov-report=term --cov-fail-under=$(COVERED)

lint: $(READY) ## formatting, lint, types, imports between rooms, dependencies
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(RUN) mypy
	@$(VENV)/bin/lint-imports --no-logo --no-cache
	@$(VENV)/bin/deptry src tools

check: $(READY) ## check the year files only
	@$(RUN) helpers.cli check --year "$(YEAR)" --root "$(ROOT)"

lab: $(READY) ## open the notebooks in JupyterLab, at notebooks/00_开始.ipynb
	@sh tools/git_notebooks.sh install
	@$(HERE) tools.lab $(LAB_OPTIONS)

clean-notebooks: $(READY) ## take outputs and traces of this machine out of the notebooks, as git does by itself
	@$(VENV)/bin/python -I tools/clean_notebooks.py notebooks

bench: $(READY) ## measure; one JSON object a line
	@$(HERE) tools.bench

mutate: $(READY) ## damage copies of the exports and see what is said; docs/mutation.md is written anew
	@$(HERE) tools.mutate --variations --out docs/mutation.md

example-data: $(READY) ## write the synthetic exports of the example years and of examples/ again
	@$(HERE) tools.example_data
	@$(HERE) tools.example_roots

fonts: $(READY) ## build the packaged font subsets again (needs npm and the network)
	@$(HERE) tools.build_fonts

pictures: $(READY) ## take the READMEs' pictures again, of reports/2024 and of JupyterLab (needs a Chromium)
	@$(HERE) tools.pictures

schema: $(READY) ## write results.schema.json again from the types of the results
	@$(HERE) tools.make_schema

lock: ## resolve requirements.lock again (needs uv and the network)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-header --no-annotate -q -o requirements.lock

environment: ## write environment.yml again from the lock
	@python3 tools/make_environment.py

clean: ## remove what a run rebuilds
	rm -rf data/processed reports

# The set-up: needs git, make and a Python with pip, which may lack ensurepip or be externally
# managed; so the environment is made without pip and filled from outside. Bytecode is compiled
# here once because the surroundings may forbid writing it later.
$(READY): requirements.lock pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/setup.sh
