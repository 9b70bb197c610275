"""What a report advises where a cell is not decided, and that a deeper search then decides it."""

import re

import pytest

from tests.support.cases import open_case
from tests.support.paths import ROOT
from vtsc.cli import main
from vtsc.deciding.verdict import Judged, Reached, Result, Status, status_of
from vtsc.engines.proof.gap import Gap
from vtsc.report import Report
from vtsc.report.text import advice as module
from vtsc.report.text.advice import advice, lemmas


@pytest.fixture(autouse=True)
def unexamined(monkeypatch):
    """No proof is examined here."""
    monkeypatch.setattr(module, "EXAMINED", 0)


def advised(content, status: Status, depth: int, *sometimes: Reached, **options) -> str:
    """The advice on a cell with a verdict."""
    cell = open_case(content, "patch25", "cstate", "monotonic_smp").cell("monotonic_smp")
    result = Result(cell, status, depth, "bmc", 0.0, sometimes=sometimes)
    bounded = options.get("bounded", False)
    judged = Judged(result, None, status_of(result, expected=None, bounded=bounded))
    parts = advice(Report(content, [judged], depth=20, **options))
    return "\n".join(parts)


HEAD = "next for patch25 on cstate, monotonic_smp\n-----------------------------------------\n\n"
SMALLER = """\
- A smaller machine is easier: --set vcpus=1 or --set pcpus=1, where the
  property allows it.
"""
PROVE = "- --prove asks every engine for a proof; some need no lemmas.\n"


CTI = "- --show-cti shows the step at which the lemmas fail.\n"


def test_what_a_search_that_gave_up_leaves_to_be_tried(content):
    """The depth that it reached, a smaller question, and more engines."""
    reached = (
        "- The search reached depth 7, and no run of up to so many steps violates it.\n"
        "  --bounded --depth 7 asks for no more.\n"
    )
    assert advised(content, Status.UNKNOWN, 7) == HEAD + reached + SMALLER + PROVE + CTI
    start = "- The search did not get beyond the start.\n"
    assert advised(content, Status.UNKNOWN, 0, proofs=True) == HEAD + start + SMALLER + CTI


def test_a_search_without_proofs_is_told_of_lemmas(content):
    """They may prove what a search cannot exclude."""
    text = advised(content, Status.UNKNOWN, 7, bounded=True)
    assert "Without --bounded, lemmas are tried, too" in text and "--prove" not in text


def test_what_is_wanted_gets_no_advice(content):
    """Holding to the depth is what --bounded asks for; a violation has its own part of the report."""
    assert advised(content, Status.BOUNDED, 20, bounded=True) == ""
    assert advised(content, Status.VIOLATED, 5) == ""


def test_an_event_that_is_not_reached(content):
    """A deeper search may reach it, unless it never happens."""
    case = open_case(content, "patch25", "cstate", "monotonic_smp")
    name = case.needed("monotonic_smp")[0]
    text = advised(content, Status.VACUOUS, 20, Reached(name, False, 20))
    assert text == f"{HEAD}- Runs of up to 20 steps do not reach {name}; --depth 40 may.\n"
    text = advised(content, Status.VACUOUS, 20, Reached(name, True, 20))
    assert "No depth helps" in text


def test_fields_that_lemmas_mention_already():
    """Then a relation between them is missing."""
    (first, second) = lemmas(Gap(None, None, (), ("a.b", "c.d")))
    assert "fails at time that passes, which they allow to violate" in first
    assert second.startswith("That depends on a.b, c.d. Each is mentioned by some lemma, but none")
    assert next(lemmas(None)).startswith("The step at which the lemmas fail was not found")


@pytest.mark.hours
@pytest.mark.slow
def test_a_deeper_search_decides(capsys, monkeypatch):
    """The depth that is advised is enough here: the shortest violation has 11 steps."""
    monkeypatch.chdir(ROOT)
    cell = ["verify", "patch25", "--host", "cstate", "-p", "monotonic"]
    assert main([*cell, "--depth", "6"]) == 20
    text = capsys.readouterr().out
    (deeper,) = re.findall(r"(--depth \d+) searches deeper", text)
    assert text.index("next for patch25") < text.index("HOLDS_TO(6) by bmc")
    assert main([*cell, *deeper.split(), "--bounded"]) == 10
    assert "VIOLATED(11)" in capsys.readouterr().out
