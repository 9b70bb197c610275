"""Questions about conditions on integers: values, what is possible, and what makes it impossible."""

import pytest

from vtsc.base.errors import Exit
from vtsc.solver.asking import Asking, GaveUpError
from vtsc.symbolic.forms import Linear
from vtsc.symbolic.terms import Arena


def made():
    """An arena, and two unknowns in it from 0 to 10."""
    arena = Arena()
    return arena, {name: arena.variable(name, 0, 10) for name in ("x", "y")}


def at_most(arena, form, limit):
    """The condition that a form is at most a number."""
    return arena.at_most_zero(form.plus(Linear((), -limit)))


def at_least(arena, form, limit):
    """The condition that a form is at least a number."""
    return arena.at_most_zero(Linear((), limit).plus(form, -1))


def test_values_meet_all_conditions_and_ranges():
    """What is known, what is asked, and the ranges hold together; a later question is another one."""
    arena, unknowns = made()
    asking = Asking([at_most(arena, unknowns["x"].plus(unknowns["y"], -1), -8)], unknowns)
    values = asking.values(at_least(arena, unknowns["x"], 2))
    assert values == {"x": 2, "y": 10}
    assert asking.values(at_least(arena, unknowns["x"], 3)) is None
    assert asking.values() is not None


def test_a_core_leaves_out_what_does_not_matter():
    """Only the bound on x is at odds with what is known."""
    arena, unknowns = made()
    asking = Asking([at_most(arena, unknowns["x"], 3)], unknowns)
    wrong, other = at_least(arena, unknowns["x"], 4), at_least(arena, unknowns["y"], 4)
    assert asking.core([other, wrong]) == [wrong]
    assert asking.core([other]) is None
    assert asking.possible(other) and not asking.possible(wrong)


def test_what_is_learned_stays():
    """A condition that is known later counts in every question from then on."""
    arena, unknowns = made()
    asking = Asking([], unknowns)
    asking.know(at_most(arena, unknowns["x"], 0))
    assert asking.values() is not None and not asking.possible(at_least(arena, unknowns["x"], 1))


def test_a_question_that_costs_too_much_is_unknown():
    """No answer, and the exit status that stands for one."""
    arena, unknowns = made()
    asking = Asking([], unknowns, budget=1)
    form = unknowns["x"].times(3).plus(unknowns["y"], 7)
    with pytest.raises(GaveUpError) as error:
        asking.possible(arena.is_zero(form.plus(Linear((), -13))))
    assert error.value.status is Exit.UNKNOWN
