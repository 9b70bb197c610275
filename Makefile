# Everything sets itself up: the first call of any target makes .venv.
PYTHON ?= python3
BIN := .venv/bin
VERIFY := $(BIN)/vtsc verify --prove --expect
NEW := e48672fa pre25 patch25 2.6.37
CATCHUP := pre25 patch25 2.6.37
TRAPPED := $(VERIFY) patch25 -p nonzero_delta --host cstate --set vcpus=2 --set trapping=unstable --set clock_resolution=10ms

.PHONY: verify verify-designs verify-trapped test check slow vectors bench counterexamples evidence recorded third-opinion mutants clean

# The trapped cells are searched one by one on one core, the others beside them; they are shown last.
verify: .venv/ready
	@trapped=$$(mktemp) && trap 'rm -f $$trapped' EXIT && \
	{ $(MAKE) --no-print-directory verify-trapped >$$trapped 2>&1 & } && job=$$! && \
	trap 'kill $$job' INT TERM && \
	{ $(MAKE) --no-print-directory verify-designs; designs=$$?; \
	  wait $$job; status=$$?; cat $$trapped; exit $$((designs ? designs : status)); }

verify-designs: .venv/ready
	$(VERIFY) -p monotonic --host stable --host skewed --host cstate --host resetting
	$(VERIFY) $(NEW) -p monotonic --host resetting --set vendor=vmx
	$(VERIFY) $(CATCHUP) -p monotonic_smp --host stable --host skewed --host cstate
	$(VERIFY) $(CATCHUP) -p bounded_lag -p bounded_lead --host cstate --host slow --host fast

verify-trapped: .venv/ready
	$(TRAPPED)
	$(TRAPPED) --set rdtsc_emulation=bump-vcpu
	$(TRAPPED) --set rdtsc_emulation=bump-vm
	$(TRAPPED) --set rdtsc_emulation=estimate

test: .venv/ready
	$(BIN)/pytest

slow: .venv/ready
	$(BIN)/pytest -m "slow and not apart"

vectors: .venv/ready
	$(BIN)/pytest -m apart -o faulthandler_timeout=0

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -m "not slow"

bench: .venv/ready
	$(BIN)/python bench/bench.py

counterexamples: .venv/ready
	$(BIN)/python -m tools.regenerate

# With UPDATE=1 it also writes proofs/ and docs/example-certificate.
evidence: .venv/cross
	$(BIN)/python -m tools.evidence $(if $(UPDATE),--update)

# Everything in the tree that is found by running the checker.
recorded: counterexamples
	$(MAKE) evidence UPDATE=1

third-opinion: .venv/ready
	$(BIN)/python -m crosscheck.third_opinion cells
	$(BIN)/python -m crosscheck.third_opinion mutants

mutants: .venv/ready
	$(BIN)/python -m crosscheck.mutants

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
