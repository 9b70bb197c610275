"""Explicit search and the solver agree on a small machine, about the model and about its mutants."""

import random

import pytest

from crosscheck import decided_twice, third_opinion
from crosscheck.decided_twice import LITTLE, TINY, Answer, Question, ask
from crosscheck.third_opinion import OWN, Mistake, ask_mutated
from model.designs import CLASSES

QUICK = [
    (Question("2.6.35-svm", "skewed", OWN, 10), (10, 10, 4, 4)),
    (Question("2.6.35-vmx", "slow", OWN, 6), (None, None, 5, None)),
    (Question("patch25", "fast", OWN, 6), (None, None, None, 5)),
]


def by_both(questions):
    """What both engines found, question by question; fails where one has no answer."""
    answers = list(ask(questions))
    assert [a.outcome for a in answers] == ["compared"] * len(questions), answers
    for question, answer in zip(questions, answers, strict=True):
        assert answer.explicit == answer.symbolic, question
    return [tuple(answer.explicit.values()) for answer in answers]


@pytest.mark.slow
def test_a_few_cells():
    """Some hold, some are violated; least depths are the same."""
    questions, depths = zip(*QUICK, strict=True)
    assert by_both(questions) == list(depths)


WAKE_UP = {
    "timer": "on",
    "dormancy": "1ns",
    "entry_delay": "1ns",
    "late_bound": "2ns",
    "pcpus": "1",
}
"""A wake-up takes two cycles at most."""
SLICE = {"timeslice": "2ns"}
"""A slice in which half the rate loses one cycle."""


@pytest.mark.hours
@pytest.mark.parametrize(
    ("host", "prop", "given", "size", "depth"),
    [
        ("stable", "timer_lateness", WAKE_UP, LITTLE, None),
        ("stable", "timer_lateness", WAKE_UP | {"late_bound": "1ns"}, LITTLE, 7),
        ("stable", "timer_lateness", WAKE_UP | {"accelerate_by": "1ns"}, LITTLE, 6),
        ("slow", "timer_lateness", WAKE_UP, TINY, 8),
        ("slow", "bounded_lag", SLICE | {"lag_bound": "1ns"}, TINY, None),
        ("slow", "bounded_lag", SLICE | {"lag_bound": "0ns"}, TINY, 5),
    ],
)
def test_bounds_of_lateness_and_lag(host, prop, given, size, depth):
    """A bound holds, and the next smaller one does not: proved bounds, with small numbers in their place."""
    assert by_both([Question("2.6.37", host, (prop,), 8, size, given)]) == [(depth,)]


@pytest.mark.slow
def test_a_mutant():
    """A patch that never compensates: by either engine, now it warps where two TSCs differ."""
    file = "model/designs/pre25.py"
    (mutant,) = [
        m
        for m in third_opinion.mutants((third_opinion.ROOT / file).read_text(encoding="utf-8"))
        if m.description == "dropped: vcpu.tsc_offset -= tsc_delta"
    ]
    question = Question("pre25", "skewed", OWN, 10, TINY)
    (answer,) = ask_mutated(Mistake(file, mutant), [question])
    assert answer.explicit == answer.symbolic
    assert tuple(answer.explicit.values()) == (10, 10, 4, 4)


@pytest.mark.slow
def test_a_model_that_cannot_be_explored_is_refused():
    """A model that does not even load is no comparison, and says why."""
    file = "model/designs/pre25.py"
    source = (third_opinion.ROOT / file).read_text(encoding="utf-8")
    mutant = third_opinion.Mutant(1, 0, "broken", source + "\nraise RuntimeError('broken')\n")
    (answer,) = ask_mutated(Mistake(file, mutant), [Question("pre25", "stable", OWN, 2)])
    assert answer.outcome == "refused"
    assert "broken" in answer.reason


@pytest.mark.slow
def test_no_verdict_is_made_of_a_search_that_takes_too_long(monkeypatch):
    """A child gives up by its own processor time, and what it has not answered is unknown."""
    monkeypatch.setattr(decided_twice, "PATIENCE", 2)
    (answer,) = ask([Question("patch25", "cstate", OWN, 11)])
    assert (answer.outcome, answer.reason) == ("unknown", "out of time")


def test_different_answers_are_a_disagreement():
    """The comparison is of every property, and only of what was compared."""
    assert not Answer("compared", {"p": 3, "q": None}, {"p": 3, "q": 4}).agrees
    assert Answer("compared", {"p": 3}, {"p": 3}).agrees
    assert Answer("refused").agrees
    assert not Answer("failed").agrees


@pytest.mark.slow
def test_code_that_only_exploration_gets_through_is_a_disagreement():
    """Plain Python that raises where exploration did not is no agreement, and says why."""
    file = "model/machine.py"
    source = (third_opinion.ROOT / file).read_text(encoding="utf-8")
    source += (
        "\n    def enabled(self, state: Any, call: Call) -> bool:\n        return 1 // 0 == 0\n"
    )
    mutant = third_opinion.Mutant(1, 0, "exploring never asks what is enabled", source)
    (answer,) = ask_mutated(Mistake(file, mutant), [Question("pre25", "stable", OWN, 2)])
    assert (answer.outcome, answer.agrees) == ("failed", False)
    assert "ZeroDivisionError" in answer.reason


def test_mutants_are_drawn_the_same_each_time():
    """Same seed, same mutants, same questions; another seed, others."""
    assert third_opinion.drawn(30, 7) == third_opinion.drawn(30, 7)
    assert third_opinion.drawn(30, 7) != third_opinion.drawn(30, 8)


def test_all_cells_are_asked_for():
    """Design x property x host, each once."""
    asked = [(q.design, q.host, p) for q in third_opinion.cells() for p in q.properties]
    assert len(asked) == len(set(asked)) == len(CLASSES) * 6 * 5


@pytest.mark.hours
def test_all_cells_of_one_vcpu_but_for_idle_states():
    """Every design of the history on every host but `cstate` to depth 11; a third of them are violated."""
    asked = [q for q in third_opinion.cells() if q.properties == OWN and q.host != "cstate"]
    asked = [q for q in asked if q.design != "repaired"]
    found = by_both([Question(q.design, q.host, OWN, 11, TINY) for q in asked])
    violated = sum(depth is not None for depths in found for depth in depths)
    assert (len(found) * len(OWN), violated) == (140, 53)


@pytest.mark.hours
@pytest.mark.slow
def test_a_sample_of_mutants():
    """A few mutants, drawn anew with a fixed seed; most of them are compared."""
    compared = 0
    for mistake, questions in third_opinion.drawn(6, random.Random(3).getrandbits(30)):
        for question, answer in zip(questions, ask_mutated(mistake, questions), strict=True):
            compared += answer.outcome == "compared"
            assert answer.agrees, (str(mistake), str(question))
    assert compared >= 6
