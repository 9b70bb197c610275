"""Saved counterexamples as hints: they save time, and change no verdict, depth or canonical run."""

import json
import shutil
from dataclasses import replace

import pytest

from tests.support.cases import case_of_group, decide_group
from tests.support.paths import ROOT
from tests.support.sampling import sampled
from vtsc.content.cells import groups
from vtsc.deciding.verdict import Status
from vtsc.engines.search import bmc
from vtsc.engines.search.canonical import _Least
from vtsc.engines.search.runs import Runs
from vtsc.evidence import earlier
from vtsc.evidence.earlier import earlier_run, violated_before
from vtsc.evidence.systems import Systems
from vtsc.language.actions import Call
from vtsc.native.witness import Earlier, Witness

FILE = "pre25.cstate.monotonic_smp.json"


@pytest.fixture
def copied(tmp_path, content, monkeypatch):
    """The content with a folder of counterexamples of its own, and with no cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(ROOT / "counterexamples", tmp_path / "counterexamples")
    return replace(content, root=tmp_path)


def group(content):
    """The cell of the file."""
    (found,) = groups(content, ["pre25"], ["cstate"], ["monotonic_smp"], {})
    return found


def saved(content) -> dict:
    """The trace in the file."""
    return json.loads((content.root / "counterexamples" / FILE).read_text(encoding="utf-8"))


def save(content, trace) -> None:
    """Put another trace there."""
    text = trace if isinstance(trace, str) else json.dumps(trace)
    (content.root / "counterexamples" / FILE).write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_the_run_is_taken_and_is_the_one_that_a_search_finds(copied, monkeypatch):
    """With it, the last depth asks for no run, and one question about its inputs; the witness is the same."""
    case = case_of_group(copied, group(copied))
    system = Systems(case).own([case.property("monotonic_smp")])
    known = {"monotonic_smp": earlier_run(case, "monotonic_smp")}
    asked: list[int] = []
    tried: list[int] = []
    ask, can = Runs.ask, _Least._can

    def counted(runs, *assumptions, **more):
        asked.append(len(runs.depths))
        return ask(runs, *assumptions, **more)

    def tries(least, condition):
        tried.append(len(asked))
        return can(least, condition)

    monkeypatch.setattr(Runs, "ask", counted)
    monkeypatch.setattr(_Least, "_can", tries)
    alone = bmc.search(system, ["monotonic_smp"], 12)
    questions = len(asked)
    assert len(tried) > 1
    tried.clear()
    helped = bmc.search(system, ["monotonic_smp"], 12, earlier=known)
    assert helped.witnesses == alone.witnesses
    assert len(asked) - questions < questions
    assert len(tried) == 1


def shortened(trace):
    """A run that does not violate the property any more."""
    trace["steps"] = trace["steps"][:-1]
    trace["violated_at"] = len(trace["steps"])
    return trace


def padded(trace):
    """A run with a needless step more, which is longer than the shortest."""
    trace["steps"] = [trace["steps"][0], *trace["steps"]]
    trace["violated_at"] = len(trace["steps"])
    return trace


@pytest.mark.slow
@sampled(3, "changed", [shortened, padded, lambda trace: "no JSON"])
def test_what_is_no_such_run_is_ignored(copied, changed):
    """The verdict and the run are those of a search without it."""
    before = saved(copied)
    save(copied, changed(saved(copied)))
    (result,) = decide_group(copied, group(copied), 10)
    assert (result.status, result.depth) == (Status.VIOLATED, before["violated_at"])
    assert [str(step.call) for step in result.trace.steps] == calls(before)


def calls(trace) -> list[str]:
    """The calls of a saved run."""
    return [str(Call(step["action"], tuple(step["args"]))) for step in trace["steps"]]


@pytest.mark.slow
def test_a_run_that_is_not_the_least_is_made_least(content):
    """Where a file holds another shortest run, the canonical one is found all the same."""
    (cell,) = groups(content, ["pre25"], ["cstate"], ["monotonic_smp"], {})
    case = case_of_group(content, cell)
    system = Systems(case).own([case.property("monotonic_smp")])
    (least,) = bmc.search(system, ["monotonic_smp"], 12).witnesses.values()
    found = bmc.search(system, ["monotonic_smp"], 12, any_witness=["monotonic_smp"])
    other = found.witnesses["monotonic_smp"]
    plain = Witness(other.calls, tuple(map(_named, other.inputs)), _named(other.initial))
    again = bmc.search(system, ["monotonic_smp"], 12, earlier={"monotonic_smp": Earlier(plain)})
    assert again.witnesses["monotonic_smp"] == least


def _named(inputs):
    """Inputs by their plain names, in their own units."""
    return {
        name.partition("*")[0]: value * int(name.partition("*")[2] or 1)
        for name, value in inputs.items()
    }


def larger(content):
    """The cell of the file on a larger machine, for which no counterexample is saved."""
    (found,) = groups(content, ["pre25"], ["cstate"], ["monotonic_smp"], {"vcpus": "3"})
    return case_of_group(content, found)


@pytest.mark.slow
def test_the_run_of_a_smaller_machine_helps_on_a_larger_one(copied, monkeypatch):
    """It is tried at its depth, and the witness is the one that a search finds without it."""
    case = larger(copied)
    system = Systems(case).own([case.property("monotonic_smp")])
    known = earlier_run(case, "monotonic_smp")
    assert known is not None and not known.same
    alone = bmc.search(system, ["monotonic_smp"], 12)
    taken = []
    taking = Runs.taking
    monkeypatch.setattr(
        Runs, "taking", lambda runs, *given: taken.append(taking(runs, *given)) or taken[-1]
    )
    helped = bmc.search(system, ["monotonic_smp"], 12, earlier={"monotonic_smp": known})
    assert [model is not None for model in taken] == [True]
    assert helped.witnesses == alone.witnesses
    assert len(helped.witnesses["monotonic_smp"].calls) == len(known.run.calls)


def test_where_a_system_divides_no_run_of_another_machine_is_tried(copied, monkeypatch):
    """What is least there is found within a budget, and might hang on the run with which it begins."""
    given = {"vcpus": "3", "virtual_khz": "2400000"}
    (cell,) = groups(copied, ["patch25"], ["cstate"], ["monotonic"], given)
    case = case_of_group(copied, cell)
    run = Witness((Call("put", (0,)),), ({},), {})
    monkeypatch.setattr(Runs, "taking", lambda *_: pytest.fail("it was tried"))
    searching = bmc.Searching(
        Systems(case).own([case.property("monotonic")]),
        ["monotonic"],
        earlier={"monotonic": Earlier(run, same=False)},
    )
    assert searching.to(1).depth == 1


def test_a_violation_that_a_plain_run_still_shows_is_looked_for_first(copied, monkeypatch):
    """It is not where the run is too long, shows nothing any more, or cannot be played."""
    case = case_of_group(copied, group(copied))
    depth = saved(copied)["violated_at"]
    known = ["monotonic_smp", "monotonic", "nonzero_delta"]
    assert violated_before(case, known, depth) >= {"monotonic_smp"}
    assert violated_before(case, ["monotonic_smp"], depth - 1) == frozenset()
    save(copied, shortened(saved(copied)))
    assert violated_before(case, ["monotonic_smp"], depth) == frozenset()
    monkeypatch.setattr(earlier, "hit_of", broken)
    assert violated_before(case, ["monotonic"], 20) == frozenset()


def broken(*_):
    """What a model may do."""
    raise SystemExit(3)
