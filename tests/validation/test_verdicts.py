"""What a difference between rules and functions does to the verdicts that rest on the rules."""

import pytest

import vtsc.evidence.validating
from tests.support.cases import case_of_group, decide_group
from vtsc.base.errors import Exit, ValidationError
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.engines import Effort
from vtsc.language.actions import Call
from vtsc.native.witness import Witness
from vtsc.report.text.counterexample import counterexample
from vtsc.validation.validate import Hit


@pytest.fixture
def decide(content):
    """Decide one cell."""

    def decided(design, host, prop, depth, effort):
        (group,) = groups(content, [design], [host], [prop], {})
        (result,) = decide_group(content, group, depth, effort)
        return result

    return decided


def _seen(monkeypatch, name, where, depth):
    """Plain runs that see ``name`` once."""
    run = Witness((Call("create", (0,)),) * depth, ({},) * depth, {})

    def validated(systems, *_, **__):
        systems.hits[name] = Hit(where, run)

    monkeypatch.setattr(vtsc.evidence.validating, "validated", validated)


def _differing(monkeypatch):
    """A validation that finds a difference."""

    def differ(*_, **__):
        raise ValidationError("run 1 step 1: they differ")

    monkeypatch.setattr(vtsc.evidence.validating, "validated", differ)


def test_a_replayed_violation_stays_with_a_doubt(content, decide, monkeypatch):
    """Its scope says that shorter ones may exist, and why."""
    _differing(monkeypatch)
    result = decide("2.6.35-svm", "skewed", "monotonic", 10, Effort.BOUNDED)
    assert result.status is Status.VIOLATED and result.doubt == "run 1 step 1: they differ"
    text = counterexample(content, result.trace, result.run, result.searched, doubt=result.doubt)
    shown = " ".join(text.split())
    assert "shorter ones than this may exist: run 1 step 1: they differ" in shown


@pytest.mark.slow
@pytest.mark.parametrize("effort", [Effort.BOUNDED, Effort.USUAL])
def test_every_other_verdict_is_an_error(decide, monkeypatch, effort):
    """Proved, or not found to a depth."""
    _differing(monkeypatch)
    result = decide("pre25", "stable", "monotonic", 4, effort)
    assert (result.status, result.exit) == (Status.ERROR, Exit.EVIDENCE)
    assert result.reason == "run 1 step 1: they differ"


@pytest.mark.slow
def test_a_plain_violation_contradicts_a_proof(decide, monkeypatch):
    """However long the run is."""
    _seen(monkeypatch, "monotonic", "run 7 step 90: rdtsc(0)", 90)
    result = decide("pre25", "stable", "monotonic", 4, Effort.USUAL)
    assert (result.status, result.exit) == (Status.ERROR, Exit.EVIDENCE)
    assert result.reason == "run 7 step 90: rdtsc(0) hits monotonic, which the rules exclude"


def test_a_plain_violation_contradicts_a_bound_that_it_does_not_exceed(decide, monkeypatch):
    """The search says that there is none to that depth."""
    _seen(monkeypatch, "monotonic", "run 7 step 8: rdtsc(0)", 8)
    assert decide("pre25", "stable", "monotonic", 8, Effort.BOUNDED).status is Status.ERROR


@pytest.mark.slow
@pytest.mark.parametrize("at", [2, 4])
def test_a_plain_violation_contradicts_a_vacuous_bound_too(decide, monkeypatch, at):
    """A search that reached no second read has looked at all runs of its depth nevertheless."""
    fine = decide("2.6.37", "stable", "monotonic", 4, Effort.BOUNDED)
    assert (fine.status, fine.depth) == (Status.VACUOUS, 4)
    _seen(monkeypatch, "monotonic", f"run 7 step {at}: rdtsc(0)", at)
    assert decide("2.6.37", "stable", "monotonic", 4, Effort.BOUNDED).status is Status.ERROR


@pytest.mark.slow
@pytest.mark.parametrize("again", [False, True])
def test_a_plain_violation_beyond_the_bound_is_the_verdict(decide, monkeypatch, tmp_path, again):
    """Replayed, without steps that it does not need; also where the validation is remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for _ in range(1 + again):
        result = decide("patch25", "slow", "bounded_lag", 3, Effort.BOUNDED)
    assert (result.status, result.engine, result.searched) == (Status.VIOLATED, "simulation", 3)
    assert result.trace.hit_at == len(result.trace.steps) < 10


@pytest.mark.slow
def test_what_is_never_reached_is_not_reached_by_a_run(content, monkeypatch):
    """A "sometimes" that is proved never to happen is compared with the runs as well."""
    (group,) = groups(content, ["pre25"], ["stable"], ["monotonic"], {})
    (fine,) = decide_group(content, group, 4)
    never = next(r.name for r in fine.sometimes if r.never)
    assert never in {s.name for s in case_of_group(content, group).sometimes}
    _seen(monkeypatch, never, "run 2 step 3: load(0, 1)", 3)
    (result,) = decide_group(content, group, 4)
    assert result.status is Status.ERROR and never in result.reason
