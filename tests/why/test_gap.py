"""The gap in a proof: the step that fails, and the field that no lemma speaks of until one is stated."""

import pytest

from tests.support.cases import open_case
from tests.support.paths import ROOT
from tests.support.toys import TOYS
from tools.sessions import BLOCK, edit
from vtsc.content.loader import load
from vtsc.deciding.plan import decide
from vtsc.deciding.verdict import Result, Status
from vtsc.engines import Effort
from vtsc.engines.proof.gap import Stored, gap
from vtsc.language.actions import Call
from vtsc.report.text.advice import lemmas
from vtsc.why.gap import gap_of

NOTED = ROOT / "examples/noted.py"


def decided(path: str) -> Result:
    """The verdict on the example, or on a copy of it."""
    case = open_case(load(None, path), "noted", "cstate", "monotonic")
    (result,) = decide(case, ["monotonic"], 4, Effort.USUAL)
    return result


@pytest.mark.slow
def test_the_field_that_no_lemma_mentions():
    """The note of the example: load reads it, put stores it, and the report says so."""
    case = open_case(load(None, str(NOTED)), "noted", "cstate", "monotonic")
    found = gap_of(case, "monotonic")
    assert found is not None and found.broken is not None
    assert found.call == Call("load", (0, 0))
    assert found.unmentioned == (Stored("vcpu0.note", (Call("put", (0,)),)),)
    assert "vcpu0.tsc_offset" in found.mentioned
    first, second = lemmas(found)
    assert first == (
        f"The proof by lemmas fails at load(0, 0), which may break {found.broken.name}: "
        f"{found.broken.sentence}."
    )
    assert second == (
        "That depends on fields that no lemma mentions: vcpu0.note, stored by put(0). "
        "State what is true of it in every state, as in docs/lemmas.md."
    )


@pytest.mark.hours
@pytest.mark.slow
def test_the_advice_leads_to_a_verdict(tmp_path):
    """The example is left open; with the lemma that the page states about the field, it is proved."""
    assert decided(str(NOTED)).status is Status.BOUNDED
    copy = tmp_path / "noted.py"
    copy.write_text(NOTED.read_text(encoding="utf-8"), encoding="utf-8")
    page = (ROOT / "docs/lemmas.md").read_text(encoding="utf-8")
    (change,) = (block for kind, block in BLOCK.findall(page) if kind == "diff")
    edit(tmp_path, change)
    assert decided(str(copy)).status is Status.PROVED


def test_a_lemma_that_a_short_run_breaks_is_not_hoped_for():
    """The toy's lemma that low is 0 would show its target, but is false: the gap is at the target itself."""
    found = gap(TOYS["broken-lemma"].task().induction, "bad")
    assert found is not None and found.broken is None and str(found.call) == "look"
    assert [each.field for each in found.unmentioned] == ["toy.low", "toy.high"]


def test_a_proved_target_has_no_gap():
    """With its lemma the toy is inductive."""
    assert gap(TOYS["gap"].task().induction, "bad") is None
