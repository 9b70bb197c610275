# Everything sets itself up: the first call of any target makes .venv.
PYTHON ?= python3
BIN := .venv/bin
VERIFY := $(BIN)/vtsc verify --prove --expect
NEW := e48672fa pre25 patch25 2.6.37
CATCHUP := pre25 patch25 2.6.37
TRAP := --set vcpus=2 --set trapping=unstable --set clock_resolution=10ms

.PHONY: verify test check slow bench counterexamples third-opinion mutants clean

verify: .venv/ready
	$(VERIFY) -p monotonic --host stable --host skewed --host cstate --host resetting
	$(VERIFY) $(NEW) -p monotonic --host resetting --set vendor=vmx
	$(VERIFY) $(CATCHUP) -p monotonic_smp --host stable --host skewed --host cstate
	$(VERIFY) patch25 -p nonzero_delta --host cstate $(TRAP)
	$(VERIFY) patch25 -p nonzero_delta --host cstate $(TRAP) --set rdtsc_emulation=bump-vcpu
	$(VERIFY) patch25 -p nonzero_delta --host cstate $(TRAP) --set rdtsc_emulation=bump-vm
	$(VERIFY) $(CATCHUP) -p bounded_lag -p bounded_lead --host cstate --host slow --host fast

test: .venv/ready
	$(BIN)/pytest

slow: .venv/ready
	$(BIN)/pytest -m slow

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -m "not slow"

bench: .venv/ready
	$(BIN)/python bench/bench.py

counterexamples: .venv/ready
	$(BIN)/python counterexamples/regenerate.py

third-opinion: .venv/ready
	$(BIN)/python tests/third_opinion.py cells
	$(BIN)/python tests/third_opinion.py mutants

mutants: .venv/ready
	$(BIN)/python bench/mutants.py

clean:
	rm -rf .venv

.venv/ready: pyproject.toml
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
	  echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip --disable-pip-version-check -q install -e ".[dev]"
	@touch $@
