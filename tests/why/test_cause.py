"""The cause of a violation: for each saved counterexample the condition that is to blame is named."""

from dataclasses import replace

import pytest

from tests.support.causes import BEYOND, CAUSES
from tests.support.paths import ROOT
from vtsc.content.case import Case
from vtsc.content.loader import load
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort
from vtsc.evidence.replay import case_of
from vtsc.evidence.trace import load_trace
from vtsc.report.cause import told as cause_of
from vtsc.report.text.cause import inputs, sentences
from vtsc.report.text.counterexample import counterexample
from vtsc.why.again import Again, Recording
from vtsc.why.cause import explanation, recording
from vtsc.why.freedom import mattering
from vtsc.why.probes import functions, probed
from vtsc.why.variants import source_of, workshop

SAVED = ROOT / "counterexamples"


def explained(content, name):
    """The explanation of a saved counterexample."""
    trace = load_trace(SAVED / f"{name}.json")
    return explanation(case_of(content, trace), trace)


@pytest.mark.slow
@pytest.mark.parametrize("name", CAUSES)
def test_the_cause_is_the_one_that_the_design_has(content, name):
    """The table was written from the designs: step, file and condition."""
    cause = explained(content, name).cause
    found = [(c.step, content.relative(c.file), c.text) for c in cause.conditions]
    assert found == CAUSES[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", BEYOND)
def test_no_condition_is_blamed_where_none_would_help(content, name):
    """The hosts that do no harm are named instead, or the parameter."""
    found = explained(content, name)
    assert (found.cause, list(found.other_hosts)) == (None, BEYOND[name])
    assert ("accelerate_by" in found.defaults) == ("accelerate_by" in name)


def test_every_saved_counterexample_has_a_row(content):
    """Those that show that something can happen need no cause."""
    saved = {p.stem for p in SAVED.glob("*.json")}
    violations = {
        n for n in saved if load_trace(SAVED / f"{n}.json").property in content.properties
    }
    assert CAUSES.keys() | BEYOND.keys() == violations
    assert len(violations) >= 50


def test_the_sentences_of_the_first_question(content):
    """What the step leaves as it is, the condition with the values that it saw, and why it was so."""
    (told,) = sentences(explained(content, "patch25.cstate.monotonic"))
    assert told == (
        "load(0, 0) in step 9 leaves vcpu0.tsc_offset as it is: `vcpu.cpu != cpu or vcpu.tsc_rebase` "
        "is false (0 != 0 or False), since put(0) in step 6 came before mark in step 7."
    )


def test_an_earlier_condition_that_the_cause_does_not_read(content):
    """It is told in a sentence of its own."""
    _, told = sentences(explained(content, "patch25.resetting.monotonic"))
    assert told == (
        "In step 8, load(0, 0), `vcpu.cpu != cpu or vcpu.tsc_rebase` is false (0 != 0 or False); "
        "had it been true, that would have avoided it, too."
    )


def test_two_conditions_of_one_step(content):
    """The second is one that the run never evaluated."""
    (told,) = sentences(explained(content, "2.6.35-svm.resetting.monotonic"))
    assert told.endswith(
        "`vcpu.cpu != cpu` is false (0 != 0) and then `host.tsc_unstable` would be false."
    )


@pytest.mark.parametrize("name", ["patch25.cstate.monotonic", "2.6.37.slow.bounded_lag"])
def test_probes_leave_the_rules_as_they_are(content, name):
    """With probes the run has the same states, and without them the functions have their own code again."""
    trace = load_trace(SAVED / f"{name}.json")
    case = case_of(content, trace)
    rules = functions(content.is_rule)
    before = [f.__code__ for f in rules]
    with probed(rules) as use:
        assert sum(f.__code__ is not code for f, code in zip(rules, before, strict=True)) > 20
        again = Again(case.new_machine(), case.monitor(trace.property), use)
        outcome = again.play(recording(trace), bridge=False)
    assert [f.__code__ for f in rules] == before
    assert outcome.violated and outcome.probe.asked
    for state, step in zip(outcome.states[1:], trace.steps, strict=True):
        assert state == {name: step.state[name] for name in state}


def test_inputs_that_matter(content):
    """A read falls behind in the step in which the TSC is slow; nothing before it matters."""
    trace = load_trace(SAVED / "2.6.37.slow.bounded_lag.json")
    assert mattering(case_of(content, trace), trace) == ((5, "dt"), (5, "d0"))


def test_a_run_whose_outcome_hangs_on_one_input_of_many(content):
    """The TSC after a jump is drawn from all that there is; a jump ahead does no harm, and is seen."""
    trace = load_trace(SAVED / "patch25.cstate.monotonic.json")
    matter = mattering(case_of(content, trace), trace)
    assert (8, "tsc") in matter
    assert not {(1, "dt"), (2, "dt"), (3, "dt")} & set(matter)


@pytest.mark.parametrize(
    ("matter", "told"),
    [
        ({}, "none matters; whatever was drawn for them, the run violates"),
        (
            {(0, "x"): 2**64 - 1, **{(n, "dt"): 0 for n in (1, 2, 3, 5)}},
            "x = 2^64-1 at the start, dt in steps 1 to 3 and 5; the other 4 are free: whatever was "
            "drawn for them, the run violates",
        ),
        (
            {(2, "x"): 7},
            "x = 7 in step 2; the other 8 are free: whatever was drawn for them, the run violates; "
            "no particular timing is needed",
        ),
        ({(n, "dt"): n for n in range(1, 10)}, "all 9 matter"),
    ],
)
def test_inputs_in_words(matter, told):
    """Those of one name stand together."""
    assert inputs(matter, 9, "dt") == told


UNSTABLE_LOAD = "            if host.tsc_unstable:\n                vcpu.tsc_offset"
MISTAKES = [
    ("2.6.37", "cstate", "vcpu.cpu != cpu or host.tsc_unstable:", "vcpu.cpu != cpu:"),
    ("2.6.37", "skewed", "if vcpu.last_host_tsc == 0", "if vcpu.last_host_tsc != 0"),
    ("2.6.37", "skewed", "tsc_delta < 0:", "tsc_delta > 0:"),
    ("2.6.37", "cstate", UNSTABLE_LOAD, UNSTABLE_LOAD.replace("if", "if not")),
    ("pre25", "cstate", "vcpu.cpu != cpu or host.tsc_unstable:", "vcpu.cpu != cpu:"),
    ("pre25", "skewed", "if vcpu.last_host_tsc == 0", "if vcpu.last_host_tsc != 0"),
    ("pre25", "skewed", "tsc_delta < 0:", "tsc_delta > 0:"),
    ("pre25", "cstate", UNSTABLE_LOAD, UNSTABLE_LOAD.replace("if", "if not")),
    ("patch25", "skewed", "tsc_delta < 0:", "tsc_delta > 0:"),
    ("patch25", "skewed", UNSTABLE_LOAD, UNSTABLE_LOAD.replace("if", "if not")),
]
"""A design, a host on which `monotonic` is proved of it, and a mistake in one of its conditions."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "host", "right", "wrong"),
    [
        pytest.param(*m, marks=[pytest.mark.hours] * (i not in (2, 5)))
        for i, m in enumerate(MISTAKES)
    ],
)
def test_the_cause_of_a_mutant_is_its_mistake(content, design, host, right, wrong):
    """The condition with the mistake is named, as the cause or as what decides it."""
    case = Case(content, design, host, content.resolve(design, "monotonic", {}))
    source = source_of(content, design).read_text(encoding="utf-8")
    before = source[: source.index(right)]
    line = before.count("\n") + 1
    with workshop(case, "monotonic", 12) as shop:
        variant = shop.variant(source.replace(right, wrong, 1))
        result = shop.decided(variant, Effort.BOUNDED)
        assert result.status is Status.VIOLATED
        cause = explanation(variant, result.trace).cause
    named = [*cause.conditions]
    if cause.earlier is not None and cause.earlier.decides:
        named.append(cause.earlier.condition)
    assert line in [condition.line for condition in named]


STRAY = "        vcpu.tsc_offset -= 5\n"
NOTED = "        vcpu.last_host_tsc = host.tsc(vcpu.cpu)\n"
COMPENSATED = "            vcpu.cpu = cpu\n"
HOOK = "    def page_floor("
ENTERING = f"    def vcpu_enter(self, host: Host, vcpu: Vcpu) -> None:\n{STRAY}\n{HOOK}"
AT_LOAD = f"    {STRAY}{COMPENSATED}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "wrong", "action"),
    [
        (NOTED, NOTED + STRAY, "put(0)"),  # the lag shows first when the vCPU is loaded again
        (COMPENSATED, AT_LOAD, "load(0, 1)"),
        (HOOK, ENTERING, "enter(0)"),
    ],
)
def test_the_step_of_a_statement_without_a_condition(content, right, wrong, action):
    """Where no condition is to blame, the step is the one that ran the statement, and its line is shown."""
    case = Case(content, "patch25", "stable", content.resolve("patch25", "monotonic", {}))
    source = source_of(content, "patch25").read_text(encoding="utf-8")
    with workshop(case, "monotonic", 12) as shop:
        variant = shop.variant(source.replace(right, wrong, 1))
        result = shop.decided(variant, Effort.BOUNDED)
        assert result.status is Status.VIOLATED
        found = cause_of(variant.content, result.trace, result.run)
        text = counterexample(variant.content, result.trace, result.run)
    assert (found.file, found.action) == (None, action)
    assert "vcpu.tsc_offset -= 5" in text


@pytest.mark.slow
def test_a_file_that_is_edited_in_between(tmp_path):
    """The source is read anew: the lines of the cause are those of the file as it is."""
    text = (ROOT / "examples/my_patch.py").read_text(encoding="utf-8")
    file = tmp_path / "mine.py"
    lines = []
    for more in ("", "# one\n# two\n"):
        file.write_text(more + text, encoding="utf-8")
        content = load(str(ROOT), str(file))
        case = Case(content, "my-patch", "cstate", content.resolve("my-patch", "monotonic", {}))
        trace = replace(load_trace(SAVED / "patch25.cstate.monotonic.json"), design="my-patch")
        calls = [*trace.steps[:9], trace.steps[1], *trace.steps[9:]]  # it has an update to serve
        trace = replace(trace, steps=tuple(calls), hit_at=len(calls))
        (condition,) = explanation(case, trace).cause.conditions
        lines.append(condition.line)
    assert lines == [23, 25]


def test_a_violation_before_the_end_counts(content):
    """A run is not harmless because its last read is all right again."""
    trace = load_trace(SAVED / "patch25.cstate.monotonic.json")
    case, run = case_of(content, trace), recording(trace)
    again = Again(case.new_machine(), case.monitor(trace.property))
    longer = Recording(run.initial, [*run.calls, run.calls[-1]], [*run.inputs, run.inputs[-1]])
    assert again.play(longer, bridge=False).violated
    shorter = Recording(run.initial, run.calls[:-1], run.inputs[:-1])
    assert not again.play(shorter, bridge=False).violated
