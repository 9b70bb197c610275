"""Every "sometimes" of a case: reached by a replayed run, proved never to be reached, or neither.

Violations of properties that are doubted are looked for in the same search.
"""

from collections.abc import Mapping, Sequence

from vtsc.deciding.verdict import Reached
from vtsc.engines.proof.induction import Induction
from vtsc.engines.search.bmc import Search, Searching
from vtsc.evidence.earlier import earlier_run
from vtsc.evidence.replay import together, trace_of
from vtsc.evidence.systems import Key, Systems
from vtsc.language.claims import Sometimes
from vtsc.native.witness import Witness


class Reaching:
    """The search for every "sometimes" of a case, and for violations of its ``doubted`` properties.

    It pauses at a small depth, where most "sometimes" have been reached; only for the others a proof
    is tried that they are NEVER.
    """

    def __init__(
        self, systems: Systems, properties: Sequence[str], doubted: Sequence[str], depth: int
    ) -> None:
        self._systems = systems
        self._all = systems.case.sometimes
        needed = {n for prop in properties for n in systems.case.needed(prop)}
        monitors = [*self._all, *map(systems.case.property, doubted)]
        self._system = systems.own(monitors)
        self._search = Searching(
            self._system,
            [m.name for m in monitors],
            any_witness=[s.name for s in self._all if s.name not in needed],
            earlier={prop: run for prop in doubted if (run := earlier_run(systems.case, prop))},
        )
        self._never: dict[str, tuple[Key, ...]] = {}
        self._look(depth)

    def _look(self, depth: int) -> Search:
        found = self._search.to(depth)
        names = {s.name for s in self._all}
        self._never |= dict.fromkeys(sorted(found.never & names), ())
        return found

    def exclude(self) -> None:
        """Prove of those that are missing, and that no lemma is needed for, that they are NEVER."""
        if self.missing:
            induction = Induction(self._system)
            self._note_never({s.name: () for s in self.missing if induction.proves(s.name)})

    def _note_never(self, never: Mapping[str, tuple[Key, ...]]) -> None:
        self._never |= never
        self._search.give_up(never.keys())

    @property
    def missing(self) -> list[Sometimes]:
        """The "sometimes" that are neither reached so far nor known to be NEVER."""
        return [s for s in self._all if s.name in self._search.wanted]

    def result(self, never: Mapping[str, tuple[Key, ...]], depth: int) -> tuple[Reached, ...]:
        """The outcome for each; those in ``never`` are proved by its lemmas, the others are searched for."""
        self._note_never(never)
        self._look(depth)
        with together(self._systems.case):
            return tuple(self._outcome(s.name) for s in self._all)

    def violation(self, prop: str) -> Witness | None:
        """The shortest run that violates a property that is doubted, if one was found."""
        return self._search.found.witnesses.get(prop)

    def _outcome(self, name: str) -> Reached:
        found = self._search.found
        witness = found.witnesses.get(name)
        trace = None
        if witness is not None:
            trace, _ = trace_of(self._systems.case, name, witness)
        lemmas = self._never.get(name, ())
        return Reached(name, name in self._never, found.depth, trace, lemmas)
