"""What a path's facts leave possible, asked about those facts alone that share unknowns."""

import random

import pytest

from vtsc.solver.feasibility import SolverFeasibility
from vtsc.symbolic.forms import Constant, Linear
from vtsc.symbolic.independence import Links
from vtsc.symbolic.terms import Arena


def form(arena: Arena, draw: random.Random, names: str) -> Linear:
    """A linear form over some of the variables of these names, sometimes with a quotient or a choice."""
    found = Linear((), draw.randint(-4, 4))
    for name in draw.sample(names, draw.randint(1, 2)):
        part = arena.variable(name, 0, draw.choice([7]))
        if draw.random() < 0.2:
            part = arena.quotient(part.plus(found), draw.choice([2, 3]))
        if draw.random() < 0.1:
            part = arena.choice(arena.flag("p"), part, found)
        found = found.plus(part, draw.choice([-3, -2, -1, 1, 2]))
    return found


def condition(arena: Arena, draw: random.Random, names: str, deep: int = 2):
    """A condition of any kind."""
    kind = draw.choice("<<===f&|!"[: 9 if deep else 6])
    if kind == "f":
        return arena.flag(draw.choice("pqr"))
    if kind in "<=":
        return (arena.at_most_zero if kind == "<" else arena.is_zero)(form(arena, draw, names))
    parts = [condition(arena, draw, names, deep - 1) for _ in range(2)]
    if kind == "!":
        return arena.negation(parts[0])
    return arena.conjunction(parts) if kind == "&" else arena.disjunction(parts)


@pytest.mark.parametrize("seed", range(6))
def test_few_facts_give_the_answer_of_all(seed):
    """On paths of random conditions; sometimes both are no, and sometimes most facts are left out."""
    arena, draw = Arena(), random.Random(seed)
    few, all_of_them = SolverFeasibility(arena), SolverFeasibility(arena)
    answers, shorter = set(), 0
    for _ in range(12):
        facts = []
        for _ in range(8):
            more = condition(arena, draw, draw.choice(["ab", "cd", "ef", "ae"]))
            if isinstance(more, Constant):
                continue
            expected = all_of_them.possible((*facts, more))
            assert few.extends(facts, more) == expected
            answers.add(expected)
            shorter += len(Links().linked(more, facts)) <= len(facts) // 2
            facts += [more] if expected else []
    assert answers == {True, False}
    assert shorter > 10


@pytest.mark.parametrize("seed", range(4))
def test_what_holds_somewhere_is_possible(seed):
    """The solver never contradicts, and is spared many questions."""
    arena, draw = Arena(), random.Random(seed)
    solver, links = SolverFeasibility(arena), Links()
    asked = [condition(arena, draw, "abcd") for _ in range(120)]
    obvious = [c for c in asked if links.holds_somewhere(c)]
    assert all(solver.possible((c,)) for c in obvious)
    assert len(obvious) > 40
    assert not links.holds_somewhere(arena.false)


def test_what_is_assumed_counts_as_a_fact():
    """Else a condition that it excludes would seem to hold somewhere."""
    arena = Arena()
    a, b = (arena.variable(name, 0, 9) for name in "ab")
    solver = SolverFeasibility(arena)
    assert solver.extends((), arena.is_zero(a.plus(b)))
    solver.assume([arena.at_most_zero(Linear((), 1).plus(a, -1))])
    assert not solver.extends((), arena.is_zero(a.plus(b)))
