"""Steps that undo each other are left out only where the time that passes in them can pass elsewhere."""

import pytest

from tests.support.toys import Bad, Toy, act, nothing
from vtsc.engines.search.bmc import search
from vtsc.language.words import both, bounded, either, negation, require
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build
from vtsc.system.detours import undoing_pairs
from vtsc.system.order import NONE, order


class Timed(Toy):
    """A toy in which time passes, and in which a flag can be set and cleared to let it pass."""

    time_input = "dt"

    def __init__(self, start, passes, goal):
        actions = [
            act("set", lambda toy: negation(toy.on), lambda toy, inputs: _put(toy, True)),
            act("clear", lambda toy: toy.on, lambda toy, inputs: _put(toy, False)),
            act("look", goal, lambda toy, inputs: True),
        ]
        super().__init__(start, actions)
        self.passes = passes

    def advance(self, state, inputs):
        """As the toy says."""
        self.passes(state.toy, inputs)


def _put(toy, value):
    toy.on = value
    return False


def _capped(toy, inputs):
    toy.low = bounded(toy.low + inputs.word("dt", 0, 10))


def _capped_by_a_field(toy, inputs):
    toy.low = bounded(toy.low + inputs.word("dt", 0, toy.high))


def _by_a_flag(toy, inputs):
    if inputs.flag("tick"):
        toy.low = bounded(toy.low + 10)


def _in_thirds(toy, inputs):
    passed = inputs.word("dt", 0)
    toy.high = bounded(toy.high + passed)
    toy.low = bounded(toy.low + passed // 3)


def _by_a_field_that_moves(toy, inputs):
    passed = inputs.word("dt", 0)
    if toy.low < 20:
        require(passed <= 10)
    toy.low = bounded(toy.low + passed)


def _not_by(number):
    """Time that passes by anything but a number at once."""

    def passes(toy, inputs):
        passed = inputs.word("dt", 0)
        require(passed <= 15)
        require(negation(passed == number))
        toy.low = bounded(toy.low + passed)

    return passes


def _either(toy, inputs):
    passed, more = inputs.word("dt", 0), inputs.word("more", 0)
    require(either([passed == 0, more == 0]))
    toy.low = bounded(toy.low + passed)
    toy.high = bounded(toy.high + more)


def _in_cases_that_move(toy, inputs):
    passed = inputs.word("dt", 0)
    if toy.high == 0:
        toy.low = bounded(toy.low + passed)
    toy.high = bounded(toy.high + passed)


def _cap(toy, inputs):
    toy.high = inputs.word("cap", 0, 10)


def _in_short_steps(toy, inputs):
    toy.low = bounded(toy.low + inputs.word("dt", 0, 5))


def _thirty(toy):
    return toy.low == 30


@pytest.mark.parametrize(
    ("start", "passes", "goal"),
    [
        (nothing, _capped, _thirty),
        (_cap, _capped_by_a_field, _thirty),
        (nothing, _by_a_flag, _thirty),
        (nothing, _in_thirds, lambda toy: both(toy.high == toy.low * 3 + 6, toy.low == 0)),
    ],
    ids=["an upper bound", "a bound by a field", "a flag", "a quotient"],
)
def test_time_that_does_not_add_up_takes_its_steps(start, passes, goal):
    """Three steps reach what no two can, and the first two undo each other."""
    system = build(Timed(start, passes, goal), [Bad()], SolverFeasibility)
    assert undoing_pairs(system) == []
    assert len(search(system, ["bad"], 5).witnesses["bad"].calls) == 3


def test_a_step_that_lasts_at_most_five_takes_four_to_twenty():
    """With reductions as without."""
    toy = Timed(nothing, _in_short_steps, lambda toy: toy.low >= 20)
    system = build(toy, [Bad()], SolverFeasibility)
    for symmetry in (True, False):
        found = search(system, ["bad"], 6, symmetry=symmetry)
        assert len(found.witnesses["bad"].calls) == 4


@pytest.mark.parametrize(
    "passes",
    [_by_a_field_that_moves, _not_by(3), _either, _in_cases_that_move],
    ids=["a demand while a field is small", "not by three", "one of two", "moving cases"],
)
def test_demands_that_two_passings_meet_and_one_does_not(passes):
    """No pair is left out."""
    assert undoing_pairs(build(Timed(nothing, passes, _thirty), [Bad()], SolverFeasibility)) == []


def _in_two_rates(toy, inputs):
    passed, other = inputs.word("dt", 0), inputs.word("other", 0)
    if toy.place == 0:
        require(both(other <= passed, passed <= 2 * other))
        toy.low = bounded(toy.low + other)
    else:
        toy.low = bounded(toy.low + passed)
    toy.high = bounded(toy.high + passed)


def _until_a_deadline(toy, inputs):
    toy.low = bounded(toy.low + inputs.word("dt", 0))
    require(toy.low <= 100)


@pytest.mark.parametrize("passes", [_in_two_rates, _until_a_deadline])
def test_time_that_adds_up_needs_no_detour(passes):
    """Rates, deadlines and cases that no passing changes allow a sum where they allow its parts."""
    assert undoing_pairs(build(Timed(nothing, passes, _thirty), [Bad()], SolverFeasibility))


class Hurried(Timed):
    """A toy whose every step must come soon, or late enough."""

    def __init__(self, soon):
        super().__init__(nothing, _by_what_it_sees, lambda toy: toy.high >= 100)
        self.soon = soon

    def perform(self, state, call, inputs):
        """As the toy does, where not too much time has passed."""
        passed = state.toy.low
        require(passed <= 1 if self.soon and call.name != "look" else passed >= 0)
        return super().perform(state, call, inputs)


def _by_what_it_sees(toy, inputs):
    toy.low = inputs.word("dt", 0)
    toy.high = bounded(toy.high + toy.low)


def test_time_that_steps_see_cannot_pass_elsewhere():
    """A rule that asks how much has just passed may not apply after two passings at once."""
    system = build(Hurried(soon=True), [Bad()], SolverFeasibility)
    assert undoing_pairs(system) == []
    assert undoing_pairs(build(Hurried(soon=False), [Bad()], SolverFeasibility))


def _once_it_is_off(toy, inputs):
    passed = inputs.word("dt", 0)
    if toy.place == 1:
        require(passed == 0)
    toy.low = bounded(toy.low + passed)
    toy.place = 0


def _with_a_bounded_one(toy, inputs):
    most, passed = inputs.word("most", 0, 5), inputs.word("dt", 0)
    require(passed <= most)
    toy.low = bounded(toy.low + passed)


def _at_one(toy, inputs):
    toy.place = 1


@pytest.mark.parametrize(
    ("start", "passes", "goal"),
    [
        (_at_one, _once_it_is_off, lambda toy: both(negation(toy.on), toy.low == 5)),
        (nothing, _with_a_bounded_one, lambda toy: both(negation(toy.on), toy.low == 15)),
    ],
    ids=["a field that time resets", "an input with a bound that time only demands"],
)
def test_what_the_first_passing_changes_takes_its_own_step(start, passes, goal):
    """The same depth with reductions as without, and no order of steps is left out."""
    system = build(Timed(start, passes, goal), [Bad()], SolverFeasibility)
    assert undoing_pairs(system) == [] and order(system) == NONE
    found = search(system, ["bad"], 5)
    plain = search(system, ["bad"], 5, symmetry=False)
    assert found.witnesses == plain.witnesses and found.witnesses
