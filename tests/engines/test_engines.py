"""The engines on shared toys: each decides what it can, and no two ever contradict each other."""

import subprocess
import sys

import pytest

from tests.support.toys import TOYS, Known
from vtsc.engines import ENGINES, Effort, ask, asked, first_accepted
from vtsc.engines.proof.spacer import ask as ask_spacer
from vtsc.engines.proof.spacer import invariant
from vtsc.engines.task import Answer, Finding


@pytest.fixture(autouse=True)
def few_turns(monkeypatch):
    """No toy needs a long run, and looking for one takes a while."""
    monkeypatch.setattr("vtsc.engines.search.repetition.TURNS", 2)


@pytest.mark.slow
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


EVERY = (*asked(Effort.ALL, shared=True), *asked(Effort.ALL, shared=False))


def first(task) -> tuple[str, Answer] | None:
    """The first engine that decides a task, and its answer."""
    found, _ = first_accepted(task, EVERY, lambda name, answer, before: (name, answer))
    return found


def test_every_engine_is_asked_at_the_greatest_effort():
    """By rank, and none twice; a bounded question goes to the search alone."""
    assert tuple(sorted(ENGINES, key=lambda name: ENGINES[name].rank)) == EVERY
    assert asked(Effort.BOUNDED, shared=True) == ()
    assert asked(Effort.BOUNDED, shared=False) == ("bmc",)


def test_an_answer_that_is_not_accepted_leaves_the_task_to_the_next():
    """Whoever checks answers may turn one down; the engines after it are then asked."""
    task = TOYS["gap"].task()
    found, given = first_accepted(
        task, EVERY, lambda name, answer, before: name if name != "lemmas" else None
    )
    assert found == "kinduction"
    assert list(given) == ["lemmas", "bmc", "repetition", "kinduction"]


def test_the_first_by_rank_is_reported():
    """Three engines prove the gap; the lemmas are the shortest thing to say."""
    name, answer = first(TOYS["gap"].task())
    assert (name, answer.lemmas, answer.k) == ("lemmas", (("", "low_is_low"),), 1)


def test_k_is_the_least():
    """The walk takes three steps to explain."""
    assert ask("kinduction", TOYS["walk"].task()).k == 3


def test_what_nobody_decides_is_open_or_holds_to_a_depth(monkeypatch):
    """Never rounded up: without Spacer the bare gap only holds as far as searched."""
    monkeypatch.setattr("vtsc.engines.proof.spacer.invariant", lambda *a, **k: None)
    found, given = first_accepted(TOYS["gap-bare"].task(), EVERY, lambda *answer: answer)
    assert found is None
    assert (given["bmc"].finding, given["bmc"].depth) == (Finding.HOLDS, 8)
    assert all(a.reason for name, a in given.items() if name != "bmc")


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
    monkeypatch.setattr("vtsc.engines.proof.spacer.invariant", lambda *a, **k: ["false"])
    assert not ask("spacer", TOYS["climb"].task()).decided
