"""Can anybody tell two designs apart? A shortest run on which they differ, or a proof that there is none.

The two are run in lockstep (`vtsc.system.paired`). The lemmas of each that hold by induction say which fields
they share. A short search comes first, then induction with lemmas of both and equations between them, first
with those that speak of flags alone; then the search goes on.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from vtsc.base.errors import EvidenceError, UsageError
from vtsc.content.case import Case
from vtsc.content.content import model_error
from vtsc.evidence.trace import Trace
from vtsc.language.lemmas import ONE_VALUE, OWN
from vtsc.native.paired import NoPair, PairRun, apart, play
from vtsc.native.witness import Witness

if TYPE_CHECKING:  # these import z3
    from vtsc.system.paired import Pair
    from vtsc.system.system import Fact, System

EARLY = 8
"""The depth to which a difference is searched for before a proof is tried that there is none."""
BUDGET = 4_000_000
"""Solver units that a question of a proof may cost: a step here is two steps at once."""


class Kind(StrEnum):
    """What is known of two designs."""

    SAME = "same"
    DIFFERS = "differs"
    PARTS = "parts"
    BOUNDED = "bounded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Difference:
    """The answer for two cases, with its evidence."""

    kind: Kind
    depth: int = 0
    """The length of the run, or the depth to which none differs."""
    searched: int = 0
    """Where they part: the depth to which no run of both differs."""
    shared: tuple[str, ...] = ()
    """The fields that are the same in both after every step."""
    different: tuple[str, ...] = ()
    """The other fields that both have."""
    lemmas: tuple[tuple[str, str], ...] = ()
    """The lemmas of the proof, each with its sentence."""
    run: PairRun | None = None
    first: tuple[int, str] | None = None
    """The first step (0: the start) after which a field differs that matters, and the field."""
    traces: tuple[Trace | None, Trace | None] = (None, None)
    """The run of each alone, where it has one."""
    confirmed: int = 0
    """The depth to which a plain solver agrees that nothing differs."""
    reason: str = ""

    @property
    def text(self) -> str:
        """The answer as reports spell it."""
        return {
            Kind.SAME: "SAME",
            Kind.DIFFERS: f"DIFFERS({self.depth})",
            Kind.PARTS: f"PARTS({self.depth})",
            Kind.BOUNDED: f"HOLDS_TO({self.depth})",
            Kind.UNKNOWN: "UNKNOWN",
        }[self.kind]


def difference(old: Case, new: Case, depth: int) -> Difference:
    """The answer for two cases, where a search goes to ``depth`` if there is no proof.

    Raises `UsageError` where their machines have different sizes.
    """
    if dict(old.sizes) != dict(new.sizes):
        raise UsageError(f"{old.design} and {new.design} have machines of different sizes")
    try:
        return _Comparison(old, new).answer(depth)
    except Exception as error:  # a model may do anything
        named = model_error(new.content, error)
        if isinstance(named, RuntimeError):
            named = model_error(old.content, error)
        raise named from None


class _Comparison:
    """Two cases, and their pair."""

    def __init__(self, old: Case, new: Case) -> None:
        from vtsc.evidence.pairs import explored_sides, guards
        from vtsc.solver.feasibility import knowing
        from vtsc.system.paired import paired

        self.cases = old, new
        first, second = explored_sides(old, new)
        self.sides = _settled(first), _settled(second)
        self.pair: Pair = paired(*self.sides, knowing, guards(old) | guards(new))
        self._different = tuple(sorted(self.pair.common - self.pair.shared))

    def answer(self, depth: int) -> Difference:
        """The answer, with its evidence checked."""
        from vtsc.engines.search.bmc import search
        from vtsc.evidence.pairs import simplified
        from vtsc.system.paired import DIFFERENCE, PARTING

        system, ending = (simplified(x, ()) for x in (self.pair.system, self.pair.ending))
        early = min(depth, EARLY)
        found = search(system, [DIFFERENCE], early)
        if found.witnesses:
            return self._differs(found.witnesses[DIFFERENCE])
        parting = search(ending, [PARTING], early)
        proof, stated = self._proof(None if parting.witnesses else PARTING)
        if proof is None and not found.reason and found.depth < depth:
            found = search(stated, [DIFFERENCE], depth, beyond=found.depth)
        if found.witnesses:
            return self._differs(found.witnesses[DIFFERENCE])
        self._validate()
        if parting.witnesses:
            searched = 0 if proof is not None else found.depth
            return self._parts(parting.witnesses[PARTING], searched)
        if proof is not None:
            return self._made(Kind.SAME, lemmas=proof)
        if found.reason:
            return self._made(Kind.UNKNOWN, depth=found.depth, reason=found.reason)
        later = search(ending, [PARTING], depth, beyond=early)
        if later.witnesses:
            return self._parts(later.witnesses[PARTING], depth)
        if later.reason:
            return self._made(Kind.UNKNOWN, depth=later.depth, reason=later.reason)
        agreed = search(system, [DIFFERENCE], depth, beyond=depth, confirm=True).confirmed
        return self._made(Kind.BOUNDED, depth=depth, confirmed=agreed)

    def _made(self, kind: Kind, **more: Any) -> Difference:
        found = Difference(kind, shared=tuple(sorted(self.pair.shared)), different=self._different)
        return replace(found, **more)

    # a difference

    def _differs(self, witness: Witness) -> Difference:
        """The difference that a witness shows, once it has been played."""
        from vtsc.evidence.pairs import alone, relevant

        run = self._played(witness)
        if run.differs_at != len(witness.calls):
            raise EvidenceError("replay: the two let nobody observe a difference in a plain run")
        traces = tuple(alone(case, run, side) for side, case in enumerate(self.cases))
        return self._made(
            Kind.DIFFERS,
            depth=len(witness.calls),
            run=run,
            first=apart(run, sorted(relevant(self.pair.system) & {*self._different})),
            traces=traces,
        )

    def _parts(self, witness: Witness, searched: int) -> Difference:
        """The run after which only one can go on, once it has been played."""
        run = self._played(witness, parting=True)
        return self._made(Kind.PARTS, depth=len(witness.calls), run=run, searched=searched)

    def _played(self, witness: Witness, *, parting: bool = False) -> PairRun:
        """The plain run of both; raises `EvidenceError` where there is none."""
        machines = self.cases[0].new_machine(), self.cases[1].new_machine()

        def is_rule(file: str) -> bool:
            return any(case.content.wanted(file) for case in self.cases)

        try:
            return play(machines, is_rule, witness, self.pair.shared, parting=parting)
        except NoPair as error:
            raise EvidenceError(f"exploring and plain running part: {error}") from None

    # a proof

    def _proof(self, more: str | None) -> "tuple[tuple[tuple[str, str], ...] | None, System]":
        """The lemmas of a proof whose questions were solved again, or None; and a system for a search.

        ``more``: another target that is never to be hit. The system has facts that hold of every reachable
        state, which make a deep search faster.
        """
        from vtsc.engines.proof.induction import Induction
        from vtsc.evidence.pairs import questions, simplified
        from vtsc.solver.solve import solve
        from vtsc.system.equalities import equalities
        from vtsc.system.paired import DIFFERENCE

        targets = [DIFFERENCE, *([more] if more else [])]
        facts = [*self.pair.system.facts, *equalities(self.pair)]
        for chosen in ([f for f in facts if _of_flags(f)], facts):
            pair = replace(self.pair, system=replace(self.pair.system, facts=chosen))
            induction = Induction(simplified(pair.ending), BUDGET)
            if all(induction.proves(target) for target in targets):
                lemmas = tuple(dict.fromkeys(x for t in targets for x in induction.proof(t).lemmas))
                for target in targets:
                    solve(questions(self.sides, pair, lemmas, target))
                return tuple((x.name, x.sentence) for x in lemmas if x not in OWN), pair.system
        return None, simplified(pair.system, induction.settled())

    def _validate(self) -> None:
        from vtsc.evidence.pairs import validate_side

        for case, side in zip(self.cases, self.sides, strict=True):
            validate_side(case, side)


def _settled(system: "System") -> "System":
    """A system with those of its facts that hold of every reachable state, by induction."""
    from vtsc.engines.proof.induction import Induction
    from vtsc.evidence.pairs import simplified

    induction: Induction = Induction(simplified(system))
    kept = {*induction.settled(), ONE_VALUE}
    return replace(system, facts=[f for f in system.facts if f.lemma in kept])


def _of_flags(fact: "Fact") -> bool:
    """Whether a fact speaks of flags and indices alone, or is an equation between two designs."""
    from vtsc.system.equalities import is_equality, only_flags

    return is_equality(fact) or only_flags(fact)
