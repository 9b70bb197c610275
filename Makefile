# Everything sets itself up: the first call of any target makes .venv.
PYTHON ?= python3
BIN := .venv/bin
# Every process that a test begins would compile the tool anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: verify test check slow hours kvm bench answers counterexamples pictures browser evidence recorded protocols third-opinion mutants insertions recorder clean

verify: .venv/ready
	$(BIN)/vtsc gate

test: .venv/ready
	$(BIN)/pytest

slow: .venv/ready
	$(BIN)/pytest -m "slow and not hours"

# compares the kernel of this host with the rules; skipped where there is no usable /dev/kvm
kvm: .venv/ready
	$(BIN)/pytest -m kvm -n 0

hours: .venv/ready
	$(BIN)/pytest -m hours -o faulthandler_timeout=0

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd examples/seqcount && $(CURDIR)/$(BIN)/mypy
	$(BIN)/pytest -m "not slow and not hours"

# This takes an hour or two, and nothing else should run meanwhile. COMPARE=REV measures single cells here and at REV, in turn.
bench: .venv/bench
	$(BIN)/python bench/bench.py $(if $(COMPARE),--compare $(COMPARE),--write)

counterexamples: .venv/ready
	$(BIN)/python -m tools.regenerate

# With UPDATE=1 it also writes proofs/ and docs/example-certificate.
evidence: .venv/cross
	$(BIN)/python -m tools.evidence $(if $(UPDATE),--update)

# What the mail claims and asks, answered. The exit status says whether every answer is the recorded one.
answers: .venv/ready
	$(BIN)/vtsc claims --format markdown -o docs/answers.md

# The pictures of the documents.
pictures: .venv/ready
	$(BIN)/vtsc show counterexamples/patch25.cstate.monotonic.json --svg docs/pictures/patch25-cstate-monotonic.svg

# The pages of vtsc show --html in a browser; this takes chromium and chromium-driver, as Debian has them.
browser: .venv/browser
	$(BIN)/pytest -n0 -rs tests/report/picture/test_browser.py

# Everything in the tree that is found by running the checker.
recorded: counterexamples pictures
	$(MAKE) evidence UPDATE=1
	$(MAKE) answers

# Decides every cell of tools/protocols.toml, and writes docs/trapping.md; this takes a while.
protocols: .venv/ready
	$(BIN)/python -m tools.protocols

third-opinion: .venv/ready
	$(BIN)/python -m crosscheck.third_opinion cells $(WHERE)
	$(BIN)/python -m crosscheck.third_opinion mutants $(WHERE)

mutants: .venv/ready
	$(BIN)/python -m crosscheck.mutants $(WHERE)

# COUNT=100 SEED=2 tries other ones.
insertions: .venv/ready
	$(BIN)/python -m crosscheck.insertions $(WHERE)

# What records a VMM's ioctls, to be preloaded; docs/recipes.md says how.
recorder: build/recorder.so

build/recorder.so: tools/recorder/recorder.c
	@mkdir -p build
	$(CC) -O2 -Wall -Wextra -shared -fPIC -o $@ $< -ldl -lpthread

clean:
	rm -rf .venv

.venv/ready: pyproject.toml
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
	  echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip --disable-pip-version-check -q install -e ".[dev]"
	@touch $@

# A second solver, for evidence alone.
.venv/cross: .venv/ready
	$(BIN)/pip --disable-pip-version-check -q install -e ".[cross]"
	@touch $@

# cvc5, and what draws plots. Yices and Bitwuzla are measured where they are installed.
.venv/bench: .venv/cross
	$(BIN)/pip --disable-pip-version-check -q install -e ".[bench]"
	@touch $@

# What drives a browser in tests.
.venv/browser: .venv/ready
	$(BIN)/pip --disable-pip-version-check -q install -e ".[browser]"
	@touch $@
