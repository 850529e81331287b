# Needs Python 3.11 or later, pip, make and git; everything else goes into .venv. `make` alone lists the targets.

PYTHON ?= python3
PORT ?= 5000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO := $(CURDIR)/.demo

# LightGBM wants the system's libgomp.so.1. Where it is missing, scikit-learn's own copy is linked here instead.
OPENMP := $(CURDIR)/$(VENV)/openmp
export LD_LIBRARY_PATH := $(if $(LD_LIBRARY_PATH),$(LD_LIBRARY_PATH):)$(OPENMP)

WORKERS ?= 2
TEST_SECONDS := 900
SLOW_SECONDS := 1800

.DEFAULT_GOAL := help
.PHONY: help venv lint test test-slow demo ui docs constraints bench-overhead bench-profile bench-probes bench-wide-gap bench-gpu bench-pitfalls bench-next bench-tune bench-regressions bench-ui guarantees versions clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-15s %s\n' "$$name" "$$text"; done

venv: $(STAMP) ## Make .venv with the package and its development tools (about 2.5 GB)

$(STAMP): pyproject.toml constraints.txt
	@echo "==> Making $(VENV) with the versions of constraints.txt; takes a few minutes the first time"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, found " + sys.version)'
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
		{ $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install pip; }
	$(BIN)/python -m pip install -c constraints.txt -e ".[dev]"
	@$(BIN)/python -c 'import lightgbm' 2>/dev/null || \
		{ mkdir -p $(OPENMP) && ln -sf $(CURDIR)/$(VENV)/lib/python3*/site-packages/scikit_learn.libs/libgomp-* $(OPENMP)/libgomp.so.1; }
	@touch $@

lint: $(STAMP) ## Check style, types and layers
	@echo "==> Style"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@echo "==> Types"
	$(BIN)/mypy
	@echo "==> Layers"
	$(BIN)/lint-imports --no-logo

test: lint ## Check style, types and layers, then run the default tests (minutes; WORKERS=2)
	@echo "==> Tests, those marked slow left out"
	$(BIN)/pytest -n $(WORKERS) -m "not slow" --session-timeout=$(TEST_SECONDS)

test-slow: $(STAMP) ## Run the tests marked slow: every example, servers that fail, many estimators, Spark (needs Java), a browser (needs Chromium), PostgreSQL
	@echo "==> Slow tests"
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m slow --session-timeout=$(SLOW_SECONDS)

demo: $(STAMP) ## Run the example scripts against a store in .demo and print each run's flags
	@echo "==> Running the scripts of examples/ against $(DEMO)/mlflow.db"
	@$(BIN)/python examples/run_all.py --store $(DEMO)

ui: $(STAMP) ## Open MLflow's UI and the page /pitfalls on the demo's store (PORT=5000)
	@test -f $(DEMO)/mlflow.db || { echo "No runs yet: make demo comes first."; exit 1; }
	@echo "==> MLflow's server (Ctrl-C ends it)"
	$(BIN)/mlflow-pitfalls ui --store sqlite:///$(DEMO)/mlflow.db --artifacts $(DEMO)/artifacts --port $(PORT)

docs: $(STAMP) ## Write the pages of docs/checks and the README's table from the checks themselves
	$(BIN)/python -m mlflow_pitfalls.checks.docs docs/checks --readme README.md

constraints: ## Write constraints.txt anew, with the newest versions that fit pyproject.toml
	rm -rf .constraints && $(PYTHON) -m venv .constraints
	.constraints/bin/python -m pip install --upgrade-strategy eager ".[dev]"
	.constraints/bin/python -m pip freeze --exclude mlflow-pitfalls > constraints.txt
	rm -rf .constraints

bench-overhead: $(STAMP) ## Measure what enable() adds to a fit beside plain and autologged fits
	$(BIN)/python -m benchmarks.overhead --out benchmarks/results/overhead.json $(ARGS)

bench-profile: $(STAMP) ## Measure the profile of 1 000 000 x 30 beside pandas.describe
	$(BIN)/python -m benchmarks.profile $(ARGS)

bench-probes: $(STAMP) ## Measure what extra fits add to the examples and to fits on 200 000 rows (minutes; idle machine)
	$(BIN)/python -m benchmarks.probe_budget $(ARGS)

bench-wide-gap: $(STAMP) ## Measure in which models a wide gap costs accuracy, for the overfit check (minutes)
	$(BIN)/python -m benchmarks.wide_gap $(ARGS)

bench-gpu: $(STAMP) ## From how many rows a GPU saves time, for the idle-accelerator check (minutes; needs a GPU)
	$(BIN)/python -m benchmarks.accelerator $(ARGS)

bench-pitfalls: $(STAMP) ## How often each check is right: injected pitfalls, clean controls (hours; ARGS="--quick", "--others")
	nice $(BIN)/python -m benchmarks.pitfallbench.run $(ARGS)

bench-next: $(STAMP) ## How often five proposals from a history beat its best, beside TPE and random draws (half an hour)
	OMP_NUM_THREADS=1 nice $(BIN)/python -m benchmarks.next_configurations $(ARGS)

bench-tune: $(STAMP) ## Held-out gain in equal time: ours, random, halving, TPE, FLAML (hours, idle machine; ARGS="--seconds 5")
	nice $(BIN)/python -m benchmarks.tuning.run $(ARGS)

bench-regressions: $(STAMP) ## How often regressions against a reference run are found, and noise is not (half an hour; ARGS="--quick")
	nice $(BIN)/python -m benchmarks.regressions.run $(ARGS)

bench-ui: $(STAMP) ## First page of /pitfalls with 10 000 runs beside MLflow's search_runs, and memory (minutes; needs Chromium)
	nice $(BIN)/python -m benchmarks.ui_page $(ARGS)

guarantees: $(STAMP) ## Take each guard out of a copy and see its tests fail; write docs/guarantees.md (an hour)
	nice $(BIN)/python -m benchmarks.guarantees.run --workers $(WORKERS) $(ARGS)

versions: $(STAMP) ## Run the default tests on the oldest and the newest versions, on each Python found (hours; ARGS="-s oldest -- tests/hooks")
	WORKERS=$(WORKERS) nice $(BIN)/nox $(ARGS)

clean: ## Remove the demo's store, caches and builds; .venv stays
	rm -rf $(DEMO) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
