"""Proof by lemmas: the largest set of candidate lemmas that one step keeps, and what follows from it.

Candidates that an initial state violates are dropped first. Then, as long as some step leads from a
state in which all remaining lemmas hold to one in which some do not, those are dropped. What remains
is true of every reachable state, and does not depend on the order of dropping. A target that no step from
such a state hits is never hit. Nothing is assumed of wrapping: quotients are exact (`Lowering`).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import z3

from vtsc.engines.task import Answer, Finding, Task, keys
from vtsc.language.lemmas import Lemma
from vtsc.solver.expressions import every, implies, opposite, some
from vtsc.solver.integers import Lowering
from vtsc.solver.units import check
from vtsc.solver.unroll import Expressions
from vtsc.symbolic.names import chosen
from vtsc.system.consequences import broken, step_of
from vtsc.system.relation import hit, taken
from vtsc.system.step import Consequences
from vtsc.system.system import Fact, System

BUDGET = 2_000_000
"""Z3 resource units that one question may cost; what is not refuted within it is not proved."""
AT_ONCE, EACH = 400_000, 1_000_000
"""Z3 resource units for the question whether a step breaks any of some lemmas, and for each lemma alone where
that has no answer: nearly all answers take less, and a lemma about which there is none is dropped."""
TRIAL = 200_000
"""Z3 resource units that a question whether a proof can do without a lemma may cost."""


@dataclass(frozen=True)
class Proof:
    """A target that is never hit, and the lemmas that show it, in the order in which they were stated."""

    target: str
    lemmas: tuple[Lemma, ...]


class Induction:
    """A system's candidate lemmas and what follows from those that hold by induction.

    Lemmas about the machine alone are settled first; those that speak of a property's ghosts are
    settled on top of them, each property for itself, so a proof never leans on another's.
    """

    def __init__(self, system: System, budget: int = BUDGET) -> None:
        self.system = system
        self._facts: dict[Lemma, list[Fact]] = {}
        for fact in system.facts:
            self._facts.setdefault(fact.lemma, []).append(fact)
        self._budget = budget
        self._number = {lemma: n for n, lemma in enumerate(self._facts)}
        self._questions = 0
        self._settled: dict[str, tuple[Lemma, ...]] = {}
        self._solver: Any = None

    # literals

    def _assumed(self, lemma: Lemma) -> Any:
        return z3.Bool(f"assume{self._number[lemma]}")

    def _broken(self, lemma: Lemma) -> Any:
        return z3.Bool(f"broken{self._number[lemma]}")

    @staticmethod
    def _hit(target: str) -> Any:
        return z3.Bool(f"hit.{target}")

    # the largest inductive set

    def settled(self, owner: str = "") -> tuple[Lemma, ...]:
        """The lemmas that hold of every reachable state: of the machine, and of ``owner``'s ghosts."""
        found = self._settled.get(owner)
        if found is None:
            base = self.settled() if owner else ()
            found = self._settled[owner] = self._settle(base, owner)
        return found

    def _settle(self, base: Sequence[Lemma], owner: str) -> tuple[Lemma, ...]:
        if self._solver is None:
            self._drop_initially_false()
            self._solver = self._step_solver()
        left = [lemma for lemma in self._facts if lemma.owner == owner]
        while left:
            broken = self._breakable(left, (*base, *left))
            if not broken:
                break
            left = [x for x in left if x not in broken]
        return (*base, *left)

    def _breakable(self, left: Sequence[Lemma], assumed: Sequence[Lemma]) -> set[Lemma]:
        """Some of the lemmas that a step may break; empty only if no step breaks any."""
        with self._at_most(AT_ONCE):
            broken = self._broken_at_once(left, assumed)
        if broken is not None:
            return broken
        with self._at_most(EACH):
            return {x for x in left if not self._refuted(self._broken(x), assumed)}

    def _broken_at_once(
        self, lemmas: Sequence[Lemma], assumed: Sequence[Lemma]
    ) -> set[Lemma] | None:
        """Some of the lemmas that one step breaks; empty if no step does, None if the solver gives up."""
        any_broken = self._any([self._broken(x) for x in lemmas])
        answer = check(self._solver, any_broken, *map(self._assumed, assumed))
        if answer == z3.unknown:
            return None
        if answer == z3.unsat:
            return set()
        model = self._solver.model()
        return {x for x in lemmas if z3.is_true(model[self._broken(x)])}

    def _drop_initially_false(self) -> None:
        low = Lowering(z3.Const)
        step = Consequences(self.system)
        solver = self._new_solver()
        solver.add(low.condition(self.system.initially))
        conditions = {
            lemma: every([low.condition(step.initially(fact)) for fact in facts])
            for lemma, facts in self._facts.items()
        }
        solver.add(*low.definitions, *low.ranges.values())
        for lemma, condition in conditions.items():
            if check(solver, opposite(condition)) != z3.unsat:
                del self._facts[lemma]

    def _new_solver(self) -> Any:
        solver = z3.SolverFor("QF_LIA")
        solver.set("rlimit", self._budget)
        return solver

    def _step_solver(self) -> Any:
        """A solver that knows one step; literals assume a lemma before it, or say what it breaks or hits."""
        step = step_of(self.system, [f for facts in self._facts.values() for f in facts])
        low = Lowering(z3.Const)
        algebra = Expressions(low)
        constraints = [low.condition(step.relation.passable)]
        rules, applies = taken(step.relation, algebra)
        constraints += applies
        ways: dict[Lemma, list[Any]] = {lemma: [] for lemma in self._facts}
        for fact, failed in broken(step, algebra, rules):
            ways[fact.lemma].append(failed)
        for lemma, failures in ways.items():
            constraints.append(implies(self._broken(lemma), some(failures)))
            before = [low.condition(fact.condition) for fact in self._facts[lemma]]
            constraints += [implies(self._assumed(lemma), c) for c in before]
        for target in step.relation.targets:
            hits = hit(step.relation, algebra, rules, target)
            constraints.append(implies(self._hit(target), hits))
        solver = self._new_solver()
        solver.add(*constraints, *low.definitions, *low.ranges.values())
        return solver

    def _any(self, literals: Sequence[Any]) -> Any:
        """A fresh literal that asks for any of ``literals``."""
        self._questions += 1
        literal = z3.Bool(f"any{self._questions}")
        self._solver.add(implies(literal, some(literals)))
        return literal

    # what follows

    def proves(self, target: str) -> bool:
        """Whether no step from a state that satisfies all lemmas hits ``target``; no when in doubt."""
        return self._refuted(self._hit(target), self.settled(target))

    def proof(self, target: str) -> Proof:
        """Lemmas that show ``target``, which must be proved; none of them can be left out.

        They are tried from the last stated to the first: one is left out if, of those that remain, those that
        still hold by induction show the target. So which ones are left does not depend on the solver, except
        that a lemma stays where the question about it exceeds its budget.
        """
        lemmas = self.settled(target)
        left, used = set(lemmas), self._closure(target, [self._hit(target)])
        for lemma in reversed(lemmas):
            if lemma in used:
                without = self._shown(target, left - {lemma})
                if without is None:
                    continue
                used = without
            left.discard(lemma)
        return Proof(target, tuple(x for x in lemmas if x in used))

    def _shown(self, target: str, lemmas: Collection[Lemma]) -> set[Lemma] | None:
        """Those of ``lemmas`` that show the target and each other; None if none do or the solver gives up."""
        left = tuple(x for x in self.settled(target) if x in lemmas)
        with self._at_most(TRIAL):
            while True:
                if not self._refuted(self._hit(target), left):
                    return None
                broken = self._broken_at_once(left, left)
                if broken is None:
                    return None
                if not broken:
                    return self._closure(target, [self._hit(target)], left)
                left = tuple(x for x in left if x not in broken)

    def support(self, target: str, lemmas: Iterable[Lemma]) -> tuple[Lemma, ...]:
        """``lemmas``, some of those settled for ``target``, with the lemmas that show them."""
        wanted = set(lemmas)
        needed = wanted | self._closure(target, [self._broken(x) for x in wanted])
        return tuple(x for x in self.settled(target) if x in needed)

    def _closure(
        self, target: str, open_: list[Any], lemmas: Sequence[Lemma] | None = None
    ) -> set[Lemma]:
        """Those of the lemmas, by default all settled ones, that refute the literals and show each other."""
        lemmas = self.settled(target) if lemmas is None else lemmas
        needed: set[Lemma] = set()
        while open_:
            if not self._refuted(open_.pop(), lemmas):
                return set(lemmas)
            core = self._core()
            new = [x for x in lemmas if self._number[x] in core and x not in needed]
            needed |= set(new)
            open_ += [self._broken(x) for x in new]
        return needed

    # what does not follow

    def showing(self, target: str, lemmas: Sequence[Lemma]) -> tuple[Lemma, ...]:
        """Those of ``lemmas`` by which the target would follow; all of them where it would not anyway."""
        settled, left = self.settled(target), tuple(lemmas)
        if not self._refuted(self._hit(target), (*settled, *left)):
            return left
        core = self._core()
        left = tuple(x for x in left if self._number[x] in core)
        for lemma in left:
            without = tuple(x for x in left if x is not lemma)
            if self._refuted(self._hit(target), (*settled, *without)):
                left = without
        return left

    def breaking(self, lemma: Lemma, assumed: Sequence[Lemma]) -> Iterator[int | None]:
        """The rules that may break a lemma from where ``assumed`` lemmas hold; None for time that passes."""
        yield from self._possible(self._broken(lemma), assumed)

    def hitting(self, target: str, assumed: Sequence[Lemma]) -> Iterator[int | None]:
        """The rules that may hit a target from where ``assumed`` lemmas hold."""
        yield from self._possible(self._hit(target), assumed)

    def _possible(self, literal: Any, assumed: Sequence[Lemma]) -> Iterator[int | None]:
        """The rules by which alone a literal may hold."""
        given = [literal, *map(self._assumed, assumed)]
        if check(self._solver, *given) == z3.unsat:
            return
        rules = [z3.Bool(chosen(number)) for number in range(len(self.system.rules))]
        for number in (None, *range(len(rules))):
            others = [z3.Not(rule) for n, rule in enumerate(rules) if n != number]
            if check(self._solver, *given, *others) == z3.sat:
                yield number

    def _core(self) -> set[int]:
        """The numbers of the lemmas that the last answer needed."""
        names = {literal.decl().name() for literal in self._solver.unsat_core()}
        return {n for n in self._number.values() if f"assume{n}" in names}

    @contextmanager
    def _at_most(self, budget: int) -> Iterator[None]:
        """Give each question a smaller budget for a while."""
        self._solver.set("rlimit", min(budget, self._budget))
        try:
            yield
        finally:
            self._solver.set("rlimit", self._budget)

    def _refuted(self, literal: Any, lemmas: Iterable[Lemma]) -> bool:
        return bool(check(self._solver, literal, *map(self._assumed, lemmas)) == z3.unsat)


def decide(task: Task) -> Answer:
    """Answer with a proof by the task's lemmas and plain induction; open where they do not show it."""
    if task.remembered is not None:
        return Answer(Finding.PROVED, lemmas=task.remembered)
    induction, target = task.induction, task.target
    if induction.proves(target):
        return Answer(Finding.PROVED, lemmas=keys(induction.proof(target).lemmas))
    reason = "the lemmas that hold by induction do not show it"
    return Answer(Finding.OPEN, lemmas=keys(induction.settled(target)), reason=reason)
