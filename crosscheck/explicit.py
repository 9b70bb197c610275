"""Explicit-state search: every state of a small machine, breadth first, in plain Python integers.

It is a third opinion beside the solver's and the interpreter's: it shares the model with them and nothing
of exploration, terms, simplification, unrolling or solving. Every input takes every legal value, so
words have to be small (`vtsc.base.width`). A u64 is kept as its representative in [0, 2^width).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from vtsc.language.actions import Call
from vtsc.language.claims import Monitor
from vtsc.language.inputs import Ratio
from vtsc.language.state import Record
from vtsc.language.words import INPUT_LIMIT, MASK, Illegal
from vtsc.stores.guard import Guard

Key = tuple[int, ...]
"""A state: for each record the number of its contents, see `Contents`."""


class Every:
    """Inputs that take every legal value: the code is run once for each choice that `next` finds."""

    def __init__(self) -> None:
        self.used: dict[str, int | bool] = {}
        self._picked: list[int] = []
        self._sizes: list[int] = []
        self._at = 0

    def next(self) -> bool:
        """Go back to the last choice with a value left, and on to that value."""
        self._at = 0
        while self._picked:
            if self._picked[-1] + 1 < self._sizes[-1]:
                self._picked[-1] += 1
                return True
            self._picked.pop()
            self._sizes.pop()
        return False

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        least = max(-(-lo // multiple_of), 0)
        most = min((INPUT_LIMIT - 1, *his)) // multiple_of
        return (least + self._pick(most - least + 1)) * multiple_of

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        return self._pick(2) == 1

    def _pick(self, size: int) -> int:
        if size <= 0:
            raise Illegal
        at = self._at
        self._at = at + 1
        if at == len(self._picked):
            self._picked.append(0)
            self._sizes.append(size)
        return self._picked[at]


class Contents:
    """The contents that one record has had, numbered; ``reduce``: a u64 is kept by its representative."""

    def __init__(self, record: Record, reduce: bool) -> None:
        self._attributes = vars(record)
        names = tuple(record.fields)
        self._transient = {n: f.start for n, f in record.fields.items() if f.transient}
        self._counters = tuple(n for n in names if reduce and record.fields[n].kind == "u64")
        self._names = names
        self._values = itemgetter(*names, names[0])
        self._numbers: dict[tuple[int, ...], int] = {}
        self._known: list[dict[str, int]] = []

    def number(self, rest: bool) -> int:
        """The number of the record's present contents."""
        attributes = self._attributes
        if rest and self._transient:
            attributes.update(self._transient)
        for name in self._counters:
            attributes[name] &= MASK
        values = self._values(attributes)
        found = self._numbers.get(values)
        if found is None:
            found = self._numbers[values] = len(self._known)
            self._known.append(dict(zip(self._names, values, strict=False)))
        return found

    def restore(self, number: int) -> None:
        """Restore the contents of this number."""
        self._attributes.update(self._known[number])


@dataclass
class Census:
    """The result: the least depth of each monitor's hit, the number of states, the depth of the search."""

    depths: dict[str, int] = field(default_factory=dict)
    states: int = 0
    depth: int = 0


class _Explorer:
    def __init__(
        self, machine: Any, monitors: Sequence[Monitor], reduce: bool, trusting: bool
    ) -> None:
        self.machine = machine
        self.monitors = {m.name: m for m in monitors}
        guard = Guard(machine, monitors)
        self.state = guard.state()
        self.ghosts = {m.name: guard.ghosts(m) for m in monitors}
        records = [*self.state.records.values()]
        records += [g for ghosts in self.ghosts.values() for g in ghosts.values()]
        self.contents = [Contents(r, reduce) for r in records if r.fields]
        self.unknown = self.now = (-1,) * len(self.contents)
        """`now` has the present contents of the records, as far as they are known."""
        self.trusting = trusting

    def key(self, rest: bool) -> Key:
        """The state as it is now."""
        self.now = tuple([c.number(rest) for c in self.contents])
        return self.now

    def restore(self, key: Key) -> None:
        """Go back to a state."""
        for contents, number, now in zip(self.contents, key, self.now, strict=True):
            if number != now:
                contents.restore(number)
        self.now = key

    def outcomes(self, before: Key, act: Callable[[Every], None], rest: bool) -> Iterator[Key]:
        """The state after ``act`` for every choice of inputs that is legal."""
        inputs = Every()
        while True:
            self.restore(before)
            try:
                act(inputs)
            except Illegal:
                self.now = self.unknown
            else:
                yield self.key(rest)
            if not inputs.next():
                return

    def initial(self) -> set[Key]:
        """All initial states."""
        return set(self.outcomes(self.key(False), self._initialise, self.trusting))

    def _initialise(self, inputs: Every) -> None:
        self.machine.initialise(self.state, inputs)

    def passed(self, before: Key) -> Iterator[Key]:
        """The states after time has passed from ``before``."""
        return self.outcomes(before, lambda inputs: self.machine.advance(self.state, inputs), False)

    def enabled(self, mid: Key, calls: Sequence[Call]) -> Sequence[Call]:
        """The calls to try; if the machine is trusted, only those whose guard holds."""
        if not self.trusting:
            return calls
        self.restore(mid)
        return [call for call in calls if self.machine.enabled(self.state, call)]

    def taken(self, before: Key, call: Call, hits: set[str]) -> Iterator[Key]:
        """The states after ``call``; ``hits`` collects the monitors that were hit."""

        def act(inputs: Every) -> None:
            step = self.machine.perform(self.state, call, inputs)
            for name, monitor in self.monitors.items():
                if monitor.observe(self.machine, self.state, self.ghosts[name], step):
                    hits.add(name)

        return self.outcomes(before, act, self.trusting)


def census(
    machine: Any,
    monitors: Sequence[Monitor],
    depth: int,
    *,
    reduce: bool = True,
    trusting: bool = True,
) -> Census:
    """The least depth at which each monitor is hit, by a search of every run of up to ``depth`` steps.

    ``trusting`` takes the machine's word that transient fields are recomputed in every step, and
    that `enabled` tells what `perform` allows; it is faster.
    """
    explorer, found = _Explorer(machine, monitors, reduce, trusting), Census()
    calls = machine.calls()
    frontier = explorer.initial()
    reached, waited = set(frontier), set[Key]()
    while found.depth < depth and frontier and len(found.depths) < len(monitors):
        found.depth += 1
        hits: set[str] = set()
        later = {key for before in frontier for key in explorer.passed(before)} - waited
        waited |= later
        frontier = {
            key
            for mid in later
            for call in explorer.enabled(mid, calls)
            for key in explorer.taken(mid, call, hits)
        }
        frontier -= reached
        reached |= frontier
        for name in hits - found.depths.keys():
            found.depths[name] = found.depth
    found.states = len(reached)
    return found
