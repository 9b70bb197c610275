"""Every "sometimes" of a case: reached by a replayed run, proved never to be reached, or neither."""

from collections.abc import Mapping, Sequence

from vtsc.deciding.verdict import Reached
from vtsc.engines.search.bmc import search
from vtsc.evidence.replay import trace_of
from vtsc.evidence.systems import Key, Systems
from vtsc.language.claims import Sometimes
from vtsc.native.witness import Witness


class Reaching:
    """The search for every "sometimes" of a case.

    It runs twice: most are reached in a few steps, which spares asking for a proof that they are not.
    """

    def __init__(self, systems: Systems, properties: Sequence[str], depth: int) -> None:
        self._systems = systems
        self._all = systems.case.sometimes
        needed = {n for prop in properties for n in systems.case.property(prop).needs}
        self._loose = [s.name for s in self._all if s.name not in needed]
        self._searched = 0
        self._witnesses: dict[str, Witness] = {}
        self._never: dict[str, tuple[Key, ...]] = {}
        self.missing: list[Sometimes] = list(self._all)
        """Neither reached so far nor known to be never reached."""
        self._look(depth)

    def _look(self, depth: int) -> None:
        if not self.missing or depth <= self._searched:
            return
        targets = [s.name for s in self.missing]
        system = self._systems.own(self.missing)
        found = search(system, targets, depth, any_witness=self._loose)
        self._searched = found.depth
        self._witnesses |= found.witnesses
        self._never |= dict.fromkeys(found.never, ())
        self._settle()

    def _settle(self) -> None:
        done = self._witnesses.keys() | self._never.keys()
        self.missing = [s for s in self.missing if s.name not in done]

    def result(self, never: Mapping[str, tuple[Key, ...]], depth: int) -> tuple[Reached, ...]:
        """The outcome for each; those in ``never`` are proved by its lemmas, the others are searched for."""
        self._never |= never
        self._settle()
        self._look(depth)
        return tuple(self._outcome(s.name) for s in self._all)

    def _outcome(self, name: str) -> Reached:
        witness = self._witnesses.get(name)
        trace = None
        if witness is not None:
            trace, _ = trace_of(self._systems.case, name, witness)
        lemmas = self._never.get(name, ())
        return Reached(name, name in self._never, self._searched, trace, lemmas)
