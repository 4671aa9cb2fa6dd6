# `make help` lists the targets. Written for GNU make 3.81 and later: macOS ships that one.

# A new subproject joins set-up, lint, tests and wheels by one line here.
SUBPROJECTS := case_studies/01_polars_vs_pandas case_studies/02_hft_orderbook_rust \
	case_studies/03_fft_autocorrelation case_studies/04_gpu_monte_carlo \
	optimizers/hft_py optimizers/allocation_o2

PYTHON ?=
ARGS ?=
TESTS ?= shared/qpp $(SUBPROJECTS)
# A process for each core, eight at most: each one holds every library and a study's inputs.
WORKERS ?= logical

VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(BIN)/python
QPP := $(BIN)/qpp
PIP := $(PY) -m pip --disable-pip-version-check
# Conflicts: two packages carry data only and are installed without what they depend on.
INSTALL = $(PIP) install --no-warn-conflicts $(CONSTRAINED)
SETUP := shared/setup
CONSTRAINED := -c $(SETUP)/constraints.txt
PYTEST := $(PY) -m pytest --doctest-modules --doctest-ignore-import-errors
# The tests of a file share what is costly to make: they stay together.
PARALLEL := --numprocesses $(WORKERS) --maxprocesses 8 --dist loadfile --benchmark-disable
PYTHON_SOURCES := shared/qpp/python/qpp $(SUBPROJECTS:%=%/python)
RUST := $(patsubst %/Cargo.toml,%,$(wildcard $(SUBPROJECTS:%=%/Cargo.toml)))

# A user's own settings of Python and pip must not leak into the environment made here, and a
# Rust installed a minute ago is found before a new shell is opened.
unexport PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
ifneq ($(OS),Windows_NT)
export PATH := $(PATH):$(if $(CARGO_HOME),$(CARGO_HOME),$(HOME)/.cargo)/bin
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help reproduce test test-all alone lint format bench compile_strategy audit_demo coverage history develop wheel peers pins subprojects clean
.PHONY: rust moved

help: ## list the targets
	@sed -n 's/^\([a-z][a-z_-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  make %-18s%s\n", $$1, $$2}'
	@echo
	@echo '  ARGS="..." is handed to qpp reproduce and pytest: make reproduce ARGS="--full"'
	@echo '  TESTS=... tests a part: make test TESTS=case_studies/01_polars_vs_pandas ARGS="-x"'
	@echo '  WORKERS=0 tests in one process (for a debugger): make test WORKERS=0 ARGS="--pdb"'
	@echo '  PYTHON=... names the interpreter of a new environment: make develop PYTHON=python3.13'

# ------------------------------------------------------------------ what people run

reproduce: develop ## run every study: agreement, times, verdicts, report (quick preset)
	@$(QPP) reproduce --json reports/result.json --html reports/report.html $(ARGS)

test: develop ## run the tests, Rust and Python, with the docstrings' examples (minutes)
	@echo "1 of 2: tests in Rust (cargo compiles them first, the first time for minutes)"
	@cargo test --workspace --quiet
	@echo "2 of 2: tests in Python (a minute may pass before the first dot)"
	@$(PYTEST) $(PARALLEL) -m "not thorough and not benchmark" $(TESTS) $(ARGS)

test-all: develop ## run them all, the thorough ones too
	@echo "1 of 3: tests in Rust, the thorough ones too (cargo compiles them first)"
	@cargo test --workspace --quiet -- --include-ignored
	@echo "2 of 3: tests in Python (a minute may pass before the first dot)"
	@$(PYTEST) $(PARALLEL) -m "not benchmark" $(TESTS) $(ARGS)
	@echo "3 of 3: one study alone, in an environment of its own"
	@sh $(SETUP)/alone.sh case_studies/03_fft_autocorrelation

alone: rust ## install and test each study alone, in a fresh environment (STUDY=... one of them)
	@PYTHON=$(PYTHON) sh $(SETUP)/alone.sh $(if $(STUDY),$(STUDY),$(SUBPROJECTS))

lint: develop ## check style, types and imports: ruff, mypy, import-linter, rustfmt, clippy
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict $(PYTHON_SOURCES)
	$(BIN)/lint-imports --no-logo --no-cache
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	PYO3_PYTHON="$(CURDIR)/$(PY)" cargo clippy --workspace --all-features --locked -- -D warnings

format: develop ## format the Python and Rust sources
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	cargo fmt --all

bench: develop ## measure everything: criterion, pytest-benchmark, the full preset (an hour)
	cargo bench --workspace
	$(PYTEST) -m benchmark $(TESTS)
	@$(QPP) reproduce --full --json reports/full.json --html reports/full.html $(ARGS)

compile_strategy: develop ## compile an allocation strategy in Rust (STRATEGY=my_strategy.rs)
	@$(PY) -m allocation_o2 compile $(if $(STRATEGY),'$(STRATEGY)',$(error name a file: make compile_strategy STRATEGY=my_strategy.rs)) $(if $(OUTPUT),-o '$(OUTPUT)')

audit_demo: develop ## audit three slow programs, then show each after its roadmap (minutes)
	@$(PY) shared/qpp/examples/audit_demo.py

coverage: develop ## the lines that make test runs, in Python and in Rust (half an hour)
	$(INSTALL) --quiet -r $(SETUP)/coverage-tools.txt
	$(PYTEST) $(PARALLEL) -m "not thorough and not benchmark" --cov --cov-report= $(TESTS) $(ARGS)
	$(PY) -m coverage report --format=total --precision=1
	cargo install --quiet --locked --root $(VENV) cargo-tarpaulin
	PATH="$$(pwd)/$(BIN):$$PATH" cargo tarpaulin --workspace --engine ptrace --out Stdout \
		--target-dir target/coverage --timeout 600 | tail -n 3

history: develop ## show how every study's times moved over the commits: terminal, page, asv's site
	@$(QPP) history
	@$(QPP) history serve $(ARGS)

wheel: develop ## build a wheel of every package into dist/
	PATH="$$(pwd)/$(BIN):$$PATH" $(PIP) wheel --quiet --no-deps --no-build-isolation -w dist shared/qpp $(SUBPROJECTS:%=./%)
	@ls dist

peers: develop ## install the heavy peers, so that their rows are measured too
	PATH="$$(pwd)/$(BIN):$$PATH" $(INSTALL) --no-build-isolation $(SUBPROJECTS:%=-e './%[peers]') \
		$(patsubst %/pyproject.toml,./%,$(wildcard $(SUBPROJECTS:%=%/peers/pyproject.toml)))

pins: develop ## renew every pin in shared/setup/constraints.txt
	$(INSTALL) --quiet -r $(SETUP)/pin-tools.txt
	sh $(SETUP)/pin.sh $(PY) shared/qpp $(SUBPROJECTS)

subprojects: ## list the subprojects with Rust as JSON (for the workflow that builds their wheels)
	@printf '"%s"\n' $(RUST) | paste -s -d, - | sed 's/.*/[&]/'

clean: ## remove the environment, builds, reports and caches
	rm -rf $(VENV) target reports dist .asv .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
	rm -f $(foreach s,$(RUST),$(s)/python/*/_rust*.so $(s)/python/*/_rust*.pyd)

# ------------------------------------------------------------------ set-up

TOOLS := $(VENV)/.tools
PACKAGES := $(VENV)/.packages
ENVIRONMENT := $(VENV)/.environment
BUILT := $(foreach s,$(RUST),$(VENV)/.built-$(notdir $(s)))
PROJECTS := shared/qpp/pyproject.toml $(SUBPROJECTS:%=%/pyproject.toml)
LISTS := $(SETUP)/constraints.txt $(SETUP)/tools.txt $(SETUP)/data.txt
WITH_TOOLS = PATH="$$(pwd)/$(BIN):$$PATH"

# Downloads beside builds, and two crates beside each other: cargo makes crates that share a
# target folder wait, and some have one of their own in .cargo/config.toml.
develop: ## set up: environment, packages, Rust in release
	@$(MAKE) --no-print-directory --silent --jobs $(ENVIRONMENT)

# The check for what an earlier, interrupted set-up left behind comes first, the stamp of a
# whole environment last.
$(TOOLS): $(PROJECTS) $(LISTS) | rust
	$(call stop_if_missing,$(shell sh $(SETUP)/python.sh $(PYTHON)))
	@rm -f $(ENVIRONMENT)
	@sh $(SETUP)/venv.sh $(VENV) $(PYTHON)
	@$(INSTALL) --quiet maturin
	@touch $@

$(PACKAGES): $(TOOLS)
	@echo "set-up: packages, and Rust in release (the first time takes some minutes)"
	@$(PY) $(SETUP)/dependencies.py $(PROJECTS) >$@.txt
	@$(INSTALL) --quiet -r $(SETUP)/tools.txt -r $@.txt
	@$(INSTALL) --quiet --no-deps -r $(SETUP)/data.txt
	@$(WITH_TOOLS) $(INSTALL) --quiet --no-build-isolation -e './shared/qpp[test,history,audit]'
	@touch $@

$(ENVIRONMENT): $(PACKAGES) | $(BUILT)
	@echo "set-up: the studies"
	@$(WITH_TOOLS) $(INSTALL) --quiet --no-build-isolation $(SUBPROJECTS:%=-e ./%)
	@touch $@

# Python sources are used in place; Rust is built again when it changes.
rust_sources = $(wildcard Cargo.toml Cargo.lock shared/native/Cargo.toml \
	shared/native/src/*.rs $(1)/Cargo.toml $(1)/src/*.rs \
	$(1)/src/*/*.rs $(1)/src/*/*/*.rs $(1)/src/*/*/*/*.rs \
	$(1)/python/*/sdk/Cargo.toml $(1)/python/*/sdk/src/*.rs $(1)/python/*/fix/*.txt)

define build_rule
$(VENV)/.built-$(notdir $(1)): $(TOOLS) $(call rust_sources,$(1)) | rust
	@(cd $(1) && "$(CURDIR)/$(BIN)/maturin" develop --release --skip-install) >$$@.log 2>&1 \
		|| { cat $$@.log >&2; exit 1; }
	@touch $$@
endef
$(foreach s,$(RUST),$(eval $(call build_rule,$(s))))
# They use another subproject's crate: kernels, and the levels of books.
$(VENV)/.built-allocation_o2: $(call rust_sources,optimizers/hft_py)
$(VENV)/.built-hft_py: $(call rust_sources,case_studies/02_hft_orderbook_rust)

# A checkout that was moved or copied brings an environment that points to the old one; one
# without the last stamp was interrupted.
MADE_FOR := $(shell cat $(VENV)/.made-for 2>/dev/null)
ifneq ($(MADE_FOR),$(shell pwd -P))
$(TOOLS): moved
else ifeq ($(wildcard $(ENVIRONMENT)),)
$(TOOLS): moved
endif
moved:

rust:
	$(call stop_if,$(shell sh $(SETUP)/rust.sh))

# One line and the end, where the first argument says what is missing.
stop_if = $(if $(1),$(error $(1)))
stop_if_missing = $(if $(filter !%,$(1)),$(error $(wordlist 2,99,$(1))))
