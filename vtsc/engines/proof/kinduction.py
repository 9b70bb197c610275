"""k-induction: a target is never hit if the last of k consecutive steps cannot be the first to hit it.

Base: no run of fewer than k steps hits it. Step: of k steps through any states, the last does not hit it
if none before does. Every state on the way satisfies the lemmas that induction has settled; these alone are
the case k = 1. No lemma is needed, so this can prove properties for which nobody has written lemmas.
"""

from dataclasses import dataclass, field

import z3

from vtsc.engines.proof.induction import Induction
from vtsc.engines.search.bmc import Searching
from vtsc.engines.task import Answer, Finding, Task, keys, unknown
from vtsc.language.lemmas import Lemma
from vtsc.solver.conditions import Question
from vtsc.solver.units import check
from vtsc.system.chain import Chain

BUDGET = 10_000_000
"""Z3 resource units that the step case of one k may cost."""
LIMIT = 4
"""The greatest k that is tried."""


@dataclass(frozen=True)
class KProof:
    """A target that is never hit, the k that shows it, and the lemmas that it needs."""

    target: str
    k: int
    lemmas: tuple[Lemma, ...]


@dataclass
class KInduction:
    """k-induction on the system of ``induction``, with the lemmas that it has settled."""

    induction: Induction
    budget: int = BUDGET
    limit: int = LIMIT
    _chain: Chain = field(init=False)

    def __post_init__(self) -> None:
        self._chain = Chain(self.induction.system)

    def proof(self, target: str) -> KProof | None:
        """The proof with the least k from 2 to the limit; None where there is none or when in doubt."""
        system = self.induction.system
        base = Searching(system, [target], symmetry=False, any_witness=[target]).to(self.limit - 1)
        if target in base.never:
            return KProof(target, 2, ())
        if target in base.witnesses:
            return None
        for k in range(2, min(self.limit, base.depth + 1) + 1):
            lemmas = self._step_case(target, k)
            if lemmas is not None:
                return KProof(target, k, self.induction.support(target, lemmas))
        return None

    def _step_case(self, target: str, k: int) -> tuple[Lemma, ...] | None:
        """The lemmas in the unsatisfiable core of the step case; None if the step case is open."""
        chain, question = self._chain, Question(self.budget)
        lemmas = self.induction.settled(target)
        assumed = {lemma: z3.Bool(f"assume{n}") for n, lemma in enumerate(lemmas)}
        for depth in range(k):
            question.require(*chain.step(depth))
            for fact in chain.system.facts:
                if fact.lemma in assumed:
                    holds = question.lowered(chain.at(fact.condition, depth))
                    question.solver.add(z3.Implies(assumed[fact.lemma], holds))
            hit = question.lowered(chain.hit(target, depth))
            question.solver.add(hit if depth == k - 1 else z3.Not(hit))
        if check(question.solver, *assumed.values()) != z3.unsat:
            return None
        core = {str(literal) for literal in question.solver.unsat_core()}
        return tuple(x for x, literal in assumed.items() if str(literal) in core)


def decide(task: Task) -> Answer:
    """Answer with a proof by k-induction on top of the lemmas that hold; open if none is found."""
    found = KInduction(task.induction).proof(task.target)
    if found is None:
        return unknown("no k shows it")
    return Answer(Finding.PROVED, lemmas=keys(found.lemmas), k=found.k)
