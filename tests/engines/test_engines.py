"""The engines on shared toys: each decides what it can, and no two ever contradict each other."""

import subprocess
import sys

import pytest

from tests.support.toys import TOYS, Known
from vtsc.engines import ENGINES, ask, decide
from vtsc.engines.proof.spacer import ask as ask_spacer
from vtsc.engines.proof.spacer import invariant
from vtsc.engines.task import Finding


@pytest.fixture(autouse=True)
def few_turns(monkeypatch):
    """No toy needs a long run, and looking for one takes a while."""
    monkeypatch.setattr("vtsc.engines.search.repetition.TURNS", 2)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("toy", TOYS)
def test_every_engine_on_every_toy(engine, toy):
    """It decides what it is known to decide, rightly; and where it does not, it says nothing wrong."""
    known: Known = TOYS[toy]
    answer = ask(engine, known.task())
    assert answer.decided == (engine in known.decided_by)
    if answer.finding is Finding.VIOLATED:
        assert answer.depth == len(answer.witness.calls) == known.violated_at
    elif answer.decided:
        assert known.violated_at is None
    elif answer.finding is Finding.HOLDS:
        assert known.violated_at is None and answer.depth == 8
    else:
        assert answer.reason


@pytest.mark.slow
@pytest.mark.parametrize("toy", TOYS)
def test_side_by_side_or_one_after_the_other_is_the_same(toy):
    """Rank decides what is reported, not who happens to be first."""
    assert decide(TOYS[toy].task(), jobs=1) == decide(TOYS[toy].task(), jobs=4)


def test_the_first_by_rank_is_reported():
    """Three engines prove the gap; the lemmas are the shortest thing to say."""
    name, answer = decide(TOYS["gap"].task())
    assert (name, answer.lemmas, answer.k) == ("lemmas", (("", "low_is_low"),), 1)


def test_k_is_the_least():
    """The walk takes three steps to explain."""
    assert ask("kinduction", TOYS["walk"].task()).k == 3


def test_what_nobody_decides_is_open_or_holds_to_a_depth(monkeypatch):
    """Never rounded up: without Spacer the bare gap only holds as far as searched."""
    monkeypatch.setattr("vtsc.engines.adapters.invariant", lambda *a, **k: None)
    name, answer = decide(TOYS["gap-bare"].task())
    assert (name, answer.finding, answer.depth) == ("bmc", Finding.HOLDS, 8)


def test_ranks_are_different():
    """Or else the order in the table would decide."""
    assert len({entry.rank for entry in ENGINES.values()}) == len(ENGINES)


def test_the_registry_alone_imports_no_solver():
    """Whoever lists engines does not wait for z3."""
    program = "import sys, vtsc.engines; print('z3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n"


# Spacer's child


def test_spacer_out_of_budget_is_no_answer():
    """Looking no step deep there is no invariant, and no exception either."""
    system = TOYS["walk"].task().system
    assert invariant(system, "bad")
    assert invariant(system, "bad", budget=1) is None


def test_spacer_out_of_time_is_no_answer():
    """The backstop: the child is ended."""
    system = TOYS["gap-bare"].task().system
    assert invariant(system, "bad", seconds=0.001) is None


@pytest.mark.parametrize("question", ["", "{}", '{"columns": 1}'])
def test_a_child_that_fails_says_nothing(question):
    """What it cannot read makes it fail, which is no answer."""
    assert ask_spacer(question, 20) == ""


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Segmentation fault",
        "[]",
        '{"answer": "sat"}',
        '{"answer": "unsat"}',
        '{"answer": "unsat", "invariant": "(<= a"}',
    ],
)
def test_odd_answers_are_no_answer(monkeypatch, said):
    """Whatever comes back that is not an invariant."""
    monkeypatch.setattr("vtsc.engines.proof.spacer.ask", lambda question, seconds: said)
    assert invariant(TOYS["gap-bare"].task().system, "bad") is None


def test_a_false_invariant_proves_nothing(monkeypatch):
    """What Spacer says is only suggested: a violated toy stays unproved whatever it says."""
    monkeypatch.setattr("vtsc.engines.adapters.invariant", lambda *a, **k: ["false"])
    assert not ask("spacer", TOYS["climb"].task()).decided
