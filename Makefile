PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo docs costs dials attribution statistics bench bench-generate install install-dev test check format clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

CLASSIC := none,random,oracle,full_context,sliding_window,summary,bm25,vector_rag,hybrid

demo: install ## Install, sweep the classic strategies over the synthetic set, and report
	$(BIN)/recallbench run -m memory=$(CLASSIC)

docs: install ## Make the README's picture again
	$(BIN)/recallbench run -m memory=$(CLASSIC) out=results/docs
	mkdir -p docs/images
	cp results/docs/report/plots/accuracy_tokens.png docs/images/

costs: install ## Make the example of docs/costs.md: runs, their costs, and its plot
	$(BIN)/recallbench run -m memory=bm25,vector_rag,full_context budget=500,4000,8000 latency.questions=0 out=results/costs
	$(BIN)/recallbench costs results/costs --prices claude_haiku_4_5_2026_04
	$(BIN)/recallbench report results/costs --prices claude_haiku_4_5_2026_04
	cp results/costs/report/plots/cost_break_even.png docs/images/

dials: install-dev ## Turn each dial of the synthetic set; write docs/dials.md and its plot
	$(BIN)/recallbench dials --docs docs

attribution: install ## Plant causes of wrong answers, count which are named; write docs/attribution.md
	PYTHONPATH=tests $(BIN)/python tests/attribution_study.py --docs docs/attribution.md

statistics: install ## Simulate intervals and tests with known truth; write the table of docs/statistics.md
	PYTHONPATH=tests $(BIN)/python tests/statistics_study.py --docs docs/statistics.md

LOCOMO ?=
bench: install-dev ## Measure the harness beside its libraries; LOCOMO=locomo10.json for more
	$(BIN)/recallbench bench --json results/bench.json --docs docs/performance.md $(if $(LOCOMO),--locomo $(LOCOMO))

TOKENS ?= 1000000
bench-generate: install ## Measure the generator: time and memory; TOKENS=1000000,10000000 for more
	$(BIN)/recallbench data bench dataset=synthetic --tokens $(TOKENS)

test: install-dev ## Install with the test extras and run every test
	$(BIN)/python -m pytest -n auto

check: install-dev ## Check format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: install-dev ## Format and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

install: $(VENV)/.installed ## Create .venv and install recallbench

install-dev: $(VENV)/.installed-dev ## The same with test extras, linter and type checker

# torch goes first: its CPU build satisfies all that follows.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean: ## Remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
