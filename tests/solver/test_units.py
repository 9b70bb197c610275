"""Budgets in units of the solver: kept where solvers are asked, the same each time."""

import time

import pytest
import z3

from vtsc.solver.clock import OutOfTime, at_most_seconds
from vtsc.solver.units import OutOfUnits, at_most, check, spent, within

HARD = """
(declare-const x (_ BitVec 48)) (declare-const y (_ BitVec 48))
(assert (= (bvmul x y) #x3a5b7c9d1f11)) (assert (bvult #x000000ffffff x)) (assert (bvult x y))
"""


def question(context=None):
    """A question that takes more units than any budget here."""
    solver = z3.Solver(ctx=context)
    solver.from_string(HARD)
    solver.set("rlimit", within(10**9))
    return solver


@pytest.mark.parametrize("own", [False, True])
def test_a_budget_ends_a_question(own):
    """It does not cost much more than the budget, in whatever context it is asked; and it counts."""
    before = spent()
    with pytest.raises(OutOfUnits) as error, at_most(50_000):
        check(question(z3.Context() if own else None))
    assert 50_000 <= error.value.spent < 60_000
    assert error.value.spent == spent() - before


def test_a_budget_ends_with_its_context():
    """What is left is the budget less what was spent, and afterwards nothing is limited."""
    with at_most(1_000):
        assert within(10**9) <= 1_000
        assert within(5) == 5
    assert within(10**9) == 10**9


def test_nothing_is_asked_once_all_is_spent():
    """Without anything left, a question is not even begun."""
    with pytest.raises(OutOfUnits), at_most(0):
        within(10)


def test_a_solver_that_stays_below_its_budget_is_not_disturbed():
    """Its answer is the one that it gives without a budget."""
    solver = z3.Solver()
    solver.add(z3.Int("x") > 3)
    with at_most(1_000_000):
        assert check(solver) == z3.sat


@pytest.mark.parametrize("asking", [True, False], ids=["in a question", "between questions"])
def test_the_clock_ends_whatever_is_being_done(asking):
    """A solver that is at work is interrupted, and code of a model is, too."""
    with pytest.raises(OutOfTime), at_most_seconds(0.2):
        if asking:
            check(question(z3.Context()))
        while True:
            time.sleep(0.01)
    with at_most_seconds(None):
        time.sleep(0)
