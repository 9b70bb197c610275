"""Verdicts that are as expected, made of saved evidence without a search."""

from types import SimpleNamespace

from tests.support.paths import ROOT
from vtsc.base.errors import Exit
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.content.manifest import Check
from vtsc.deciding.verdict import Judged, Result, Status
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import load_trace


def as_expected(content: Content, check: Check) -> Judged:
    """A cell with its expected verdict: its saved counterexample, or a proof by twelve lemmas."""
    cell = check.cell
    if check.expected == HOLDS:
        proof = SimpleNamespace(stated=[None] * 12, any_number=True)
        proved = Result(cell, Status.PROVED, 0, "lemmas", 0.0, certificate=proof)
        return Judged(proved, HOLDS, Exit.OK)
    changed = content.changed(cell.design, cell.property, cell.settings)
    own = "".join(f".{k}={v}" for k, v in changed.items())
    name = f"{cell.design}.{cell.host}.{cell.property}{own}.json"
    return Judged(violated(content, name), check.expected, Exit.OK)


def violated(content: Content, name: str) -> Result:
    """The result whose counterexample is saved in that file."""
    trace = load_trace(ROOT / "counterexamples" / name)
    case = case_of(content, trace)
    run = replay(case, trace, explain=replay(case, trace).observed)
    cell = case.cell(trace.property)
    return Result(cell, Status.VIOLATED, trace.hit_at, "bmc", 0.0, trace=trace, run=run)
