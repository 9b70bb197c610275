"""A program that decides a figure as a textbook would, over the same formulas as vtsc.

A search is one plain solver, which is asked at each depth between push and pop. A proof is plain induction
over all candidate lemmas at once: as long as some step breaks lemmas, these are dropped.

    python -m bench.textbook FIGURE
"""

import sys
from dataclasses import dataclass, field
from typing import Any

import z3

from bench.alone import built, opened
from bench.figures import Figure, named
from vtsc.language.lemmas import Lemma
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.solver.integers import Lowering
from vtsc.solver.unroll import Expressions, Unrolling
from vtsc.system.builder import build
from vtsc.system.consequences import broken, step_of
from vtsc.system.relation import hit, taken
from vtsc.system.step import Consequences
from vtsc.system.system import System


def searched(system: System, target: str, depth: int) -> str:
    """The answer of one plain solver about runs of up to ``depth`` steps."""
    unrolling = Unrolling(system, symmetry=False)
    solver = z3.Solver()
    solver.add(*unrolling.initial)
    for k in range(depth):
        constraints, constants = unrolling.step(k)
        solver.add(*constraints)
        solver.push()
        solver.add(constants.targets[target])
        answer = solver.check()
        solver.pop()
        if answer != z3.unsat:
            return f"sat {k + 1}" if answer == z3.sat else "unknown"
    return "unsat"


@dataclass
class Step:
    """One step as constraints: the lemmas before it, and the ways in which it breaks them."""

    system: System
    constraints: list[Any] = field(default_factory=list)
    before: dict[Lemma, list[Any]] = field(default_factory=dict)
    failures: dict[Lemma, list[Any]] = field(default_factory=dict)
    hit: Any = None


def step(system: System, target: str) -> Step:
    """The step of a system with its lemmas."""
    low, found = Lowering(z3.Const), Step(system)
    terms, algebra = step_of(system, system.facts), Expressions(low)
    rules, applies = taken(terms.relation, algebra)
    for fact in system.facts:
        found.before.setdefault(fact.lemma, []).append(low.condition(fact.condition))
    for fact, failed in broken(terms, algebra, rules):
        found.failures.setdefault(fact.lemma, []).append(failed)
    found.hit = hit(terms.relation, algebra, rules, target)
    passable = low.condition(terms.relation.passable)
    found.constraints = [passable, *applies, *low.definitions, *low.ranges.values()]
    return found


def initially_true(system: System) -> list[Lemma]:
    """The lemmas that hold of every initial state."""
    low, follow = Lowering(z3.Const), Consequences(system)
    conditions: dict[Lemma, list[Any]] = {}
    for fact in system.facts:
        conditions.setdefault(fact.lemma, []).append(low.condition(follow.initially(fact)))
    solver = z3.Solver()
    solver.add(low.condition(system.initially))
    solver.add(*low.definitions, *low.ranges.values())
    return [x for x, cs in conditions.items() if _answer(solver, z3.Not(z3.And(cs))) == z3.unsat]


def _answer(solver: Any, *conditions: Any) -> Any:
    """The solver's answer about conditions that it forgets again."""
    solver.push()
    solver.add(*conditions)
    answer = solver.check()
    solver.pop()
    return answer


def _breaks(solver: Any, one: Step, lemmas: list[Lemma]) -> set[Lemma] | None:
    """Lemmas that one step from a state with all of them breaks; None where the solver does not know."""
    solver.push()
    solver.add(*(c for lemma in lemmas for c in one.before[lemma]))
    solver.add(z3.Or([way for lemma in lemmas for way in one.failures[lemma]]))
    answer, found = solver.check(), set()
    if answer == z3.sat:
        model = solver.model()
        for lemma in lemmas:
            if any(z3.is_true(model.eval(way, True)) for way in one.failures[lemma]):
                found.add(lemma)
    solver.pop()
    return None if answer == z3.unknown else found


def proved(system: System, target: str) -> str:
    """The answer of plain induction: ``unsat`` for a proof, ``open`` where there is none."""
    one, left = step(system, target), initially_true(system)
    solver = z3.Solver()
    solver.add(*one.constraints)
    while left:
        dropped = _breaks(solver, one, left)
        if dropped is None:
            return "unknown"
        if not dropped:
            break
        left = [lemma for lemma in left if lemma not in dropped]
    known = [c for lemma in left for c in one.before[lemma]]
    return "unsat" if _answer(solver, *known, one.hit) == z3.unsat else "open"


def decided(figure: Figure) -> str:
    """The answer about a figure."""
    prop = figure.prop
    case = opened(figure.design, figure.host, prop, figure.given)
    if figure.depth is not None:
        return searched(built(case, prop), prop, figure.depth)
    monitors, lemmas = [case.property(prop)], case.lemmas(prop)
    return proved(build(case.machine(), monitors, SolverFeasibility, lemmas=lemmas), prop)


if __name__ == "__main__":
    print(decided(named(sys.argv[1])))
