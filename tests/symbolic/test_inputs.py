"""Inputs: one name in several actions, with a range in each, and names that cannot be."""

from itertools import permutations
from random import Random

import pytest

from tests.support.sampling import sampled
from tests.support.toys import Bad, Toy, act, always, nothing, task_of, twins
from vtsc.base.errors import BadFileError, EvidenceError
from vtsc.engines import ask
from vtsc.engines.task import Finding
from vtsc.evidence.bystander import bystander
from vtsc.native.inputs import Drawn, Recorded, Solved
from vtsc.smtlib.script import Script, Writer
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.symbolic.terms import Arena
from vtsc.system.builder import build


def drawn(name, lo, hi, bad):
    """An action that adds to a field what it draws from a range, and is bad where that is ``bad``."""

    def draw(toy, inputs):
        x = inputs.word("x", lo, hi)
        toy.left = toy.left + x
        return x == bad

    return act(name, always, draw)


NARROW, WIDE, HIGH = drawn("narrow", 0, 5, 9), drawn("wide", 0, 9, 10), drawn("high", 7, 12, 6)
"""None is ever bad, though each would be with a range of the others."""


@pytest.mark.slow
@sampled(4, "actions", list(permutations([NARROW, WIDE, HIGH])))
@pytest.mark.parametrize("bad", [0, 5, 6, 9, 12])
def test_each_action_has_its_own_range(actions, bad):
    """Whichever is explored first: what one of them may draw is found, by a run that is legal."""
    extra = drawn("extra", 0, bad + 1, bad)
    for among in (actions, [*actions, extra], [extra, *actions]):
        task = task_of(Toy(nothing, among), 3)
        answers = {name: ask(name, task).finding for name in ("lemmas", "kinduction", "bmc")}
        if extra in among:
            assert answers["bmc"] is Finding.VIOLATED
            assert Finding.PROVED not in answers.values()
        else:
            assert answers["bmc"] is Finding.HOLDS
            assert answers["lemmas"] is Finding.PROVED


@pytest.mark.parametrize(("lo", "hi"), [(5, 3), (0, -1), (-3, -2)])
def test_a_range_without_values_makes_its_action_illegal_and_no_other(lo, hi):
    """Whatever is bad in another action is found; what is bad in its own never happens."""
    empty = drawn("empty", lo, hi, max(lo, 0))
    other = act("other", always, lambda toy, inputs: toy.on == (inputs.word("x", 0, 9) == 9))
    for actions in ([empty, other], [other, empty]):
        answer = ask("bmc", task_of(Toy(nothing, actions), 2))
        assert [call.name for call in answer.witness.calls] == ["other"]
    alone = task_of(Toy(nothing, [empty, act("idle", always, lambda *_: False)]), 3)
    assert ask("bmc", alone).finding is Finding.HOLDS


def test_no_input_is_negative():
    """As when a trace is replayed."""
    task = task_of(Toy(nothing, [drawn("draw", -5, 5, -1)]), 3)
    assert ask("bmc", task).finding is Finding.HOLDS
    assert ask("lemmas", task).finding is Finding.PROVED


@pytest.mark.parametrize("least", [0, 8])
def test_starts_may_draw_from_ranges_that_exclude_each_other(least):
    """A start that draws from one of two ranges has all values of both."""

    def start(toy, inputs):
        toy.on = inputs.flag("upper")
        toy.low = inputs.word("x", 8, 9) if toy.on else inputs.word("x", 0, 1)

    look = act("look", always, lambda toy, inputs: toy.low == least)
    answer = ask("bmc", task_of(Toy(start, [look]), 2))
    assert answer.finding is Finding.VIOLATED and answer.depth == 1


@pytest.mark.parametrize(
    ("ask_for", "why"),
    [
        (lambda inputs: inputs.word("toy.low", 0), "letters, digits"),
        (lambda inputs: inputs.flag("a@0"), "letters, digits"),
        (lambda inputs: inputs.word("c1", 0), "the checker uses that name"),
        (lambda inputs: inputs.flag("rule0"), "the checker uses that name"),
        (lambda inputs: [inputs.word("x", 0), inputs.flag("x")], "as a number and as a truth"),
        (lambda inputs: [inputs.flag("x"), inputs.word("x", 0)], "as a number and as a truth"),
    ],
)
def test_names_that_would_be_mistaken_for_others_are_refused(ask_for, why):
    """For a field's, for one of the checker's own, or for another kind of input."""
    toy = Toy(nothing, [act("draw", always, lambda toy, inputs: bool(ask_for(inputs)))])
    with pytest.raises(ValueError, match=why):
        build(toy, [Bad()], SolverFeasibility)


def _twice(toy, inputs):
    toy.left = toy.left + inputs.word("x", 0, 1) + inputs.word("x", 0, 1)
    return False


def test_a_step_asks_for_an_input_once():
    """Two draws under one name would be one unknown, so that what two may do together were missed."""
    twice = Toy(nothing, [act("draw", always, _twice)])
    beside = Toy(nothing, [drawn("draw", 0, 1, 1)])
    beside.advance = lambda state, inputs: inputs.word("x", 0, 1)
    at_first = Toy(_twice, [act("look", always, lambda toy, inputs: False)])
    for toy in (twice, beside, at_first):
        with pytest.raises(ValueError, match="input x is asked for twice in one step"):
            build(toy, [Bad()], SolverFeasibility)
    sources = Recorded({"x": 1}), Solved({"x": 1}), Drawn(Random(1), 9)
    for inputs in sources:
        with pytest.raises(ValueError, match="input x is asked for twice in one step"):
            _twice(twice.state().toy, inputs)


def test_an_input_may_be_asked_for_on_both_branches():
    """Once on each way through an action is once a step."""

    def draw(toy, inputs):
        if inputs.flag("upper"):
            return inputs.word("x", 5, 6) == 4
        return inputs.word("x", 3, 4) == 4

    answer = ask("bmc", task_of(Toy(nothing, [act("draw", always, draw)]), 1))
    assert answer.witness.inputs == ({"x": 4, "upper": False},)


def test_records_with_a_name_of_the_checker_are_refused():
    """Their fields could be taken for its own unknowns."""
    toy = twins(with_lemma=False)
    state = toy.state

    def renamed():
        fresh = state()
        fresh.records = {"touched": fresh.toy}
        return fresh

    toy.state = renamed
    with pytest.raises(BadFileError, match="record touched"):
        build(toy, [Bad()], SolverFeasibility)


def test_systems_that_share_an_unknown_must_agree_on_its_range():
    """Else what one cannot take would be assumed of the other."""
    script = Script("Two ranges.")
    for lo, hi in ((0, 5), (0, 5)):
        Writer(script).linear(Arena().variable("x", lo, hi))
    with pytest.raises(EvidenceError, match="x has two ranges"):
        Writer(script).linear(Arena().variable("x", 0, 4))
    large, small = (
        build(Toy(nothing, [drawn("draw", 0, hi, 3)]), [Bad()], SolverFeasibility) for hi in (9, 5)
    )
    with pytest.raises(EvidenceError, match="x has two ranges"):
        bystander(large, small, targets=True)
