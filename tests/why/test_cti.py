"""Failed inductions: the step, what it breaks, and whether anything leads to where it starts."""

import os
import subprocess
import sys

import pytest
import z3

from tests.support.cases import open_case
from tests.support.paths import ROOT
from tests.support.toys import TOYS
from vtsc.engines.proof.cti import Finder, Mark
from vtsc.engines.search.bmc import search
from vtsc.evidence.systems import Systems
from vtsc.report.text.cti import cti, number
from vtsc.solver.conditions import Question
from vtsc.system.chain import Chain


def finder(name: str) -> Finder:
    """What finds failed inductions of a toy."""
    return Finder(TOYS[name].task().induction)


def test_an_unreachable_start_is_marked_so():
    """From 3 the walk is bad at once; from 1, 2 and 3 back there is no way there."""
    found = finder("walk").of_target("bad")
    assert (found.before["toy.place"], found.mark, found.steps) == (3, Mark.UNREACHABLE, 2)
    assert str(found.call) == "walk"


def test_a_reachable_start_is_marked_with_its_distance():
    """The climb is bad from 3, which takes three steps."""
    found = finder("climb").of_target("bad")
    assert (found.before["toy.place"], found.mark, found.steps) == (3, Mark.REACHABLE, 3)


def test_what_cannot_be_decided_is_undecided():
    """Unequal twins: nothing leads there, but neither short runs nor a few steps back say so."""
    found = finder("twins-bare").of_target("bad")
    assert found.before["toy.left"] != found.before["toy.right"]
    assert found.mark is Mark.UNDECIDED


def test_a_proved_target_has_none():
    """With its lemma the gap is inductive."""
    assert finder("gap").of_target("bad") is None


def test_an_inductive_lemma_is_not_dropped():
    """And the false and the useless ones of the other toy are."""
    assert finder("gap").dropped("bad") == []
    assert [x.name for x in finder("broken-lemma").dropped("bad")] == ["always_zero"]


def test_of_lemma_breaks_it():
    """From low = 0, where it holds, to low > 0, where it does not."""
    own = finder("broken-lemma")
    (lemma,) = own.dropped("bad")
    found = own.of_lemma(lemma, "bad")
    assert found.broken == "always_zero"
    assert (found.before["toy.low"], str(found.call)) == (0, "grow")
    assert found.after["toy.low"] == found.inputs["step"] > 0


def test_the_text_names_fields_call_and_mark():
    """Whole output of a small one."""
    assert cti(finder("climb").of_target("bad")) == [
        "before (every settled lemma holds): reachable in 3 steps",
        "  toy.place  3",
        "step: climb",
        "after (what changed):",
        "  toy.place  4",
        "breaks: bad",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "1"),
        (-3, "-3"),
        (5_000_000_001, "5000000001"),
        ((1 << 62) - 1, "2^62-1"),
        (1 << 63, "2^63"),
        (-(1 << 63) - 2, "-2^63-2"),
    ],
)
def test_numbers_are_readable(value, text):
    """Powers of two and what is next to them."""
    assert number(value) == text


@pytest.mark.slow
def test_verify_shows_it(tmp_path):
    """For a cell that is only bounded: the claim, its start, and the lemmas that were dropped."""
    command = [sys.executable, "-m", "vtsc", "verify", "2.6.35-svm", "--host", "skewed"]
    command += ["-p", "monotonic", "--depth", "5", "--bounded"]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}

    def said(*more: str) -> str:
        done = [*command, *more]
        return subprocess.run(
            done, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        ).stdout

    text = said("--show-cti")
    assert "2.6.35-svm on skewed: monotonic by induction" in text
    assert "before (every settled lemma holds): " in text
    assert "breaks: monotonic" in text
    assert "last_read" in text
    assert "by induction" not in said()


# the chain that this and k-induction are made of


@pytest.mark.parametrize("cell", [("2.6.35-svm", "skewed", 10), ("2.6.37", "stable", None)])
def test_a_chain_hits_where_search_does(content, cell):
    """At the same least depth, though one assumes nothing of wrapping and the other earns it."""
    design, host, depth = cell
    system = Systems(open_case(content, design, host)).own([content.properties["monotonic"]])
    found = search(system, ["monotonic"], 10, any_witness=["monotonic"])
    assert (len(found.witnesses["monotonic"].calls) if depth else None) == depth
    chain, question = Chain(system), Question(400_000_000)
    question.require(*chain.initially())
    for k in range(depth or 7):
        question.require(*chain.step(k))
        hit = question.lowered(chain.hit("monotonic", k))
        assert (question.solver.check(hit) == z3.sat) == (k + 1 == depth)
        question.solver.add(z3.Not(hit))
        if k + 1 == depth:
            break
