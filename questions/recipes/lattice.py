"""Runs threads in all their orders at once: one state for each set of steps that are done.

When a step takes place depends on the delays of its own thread alone, so the order of two threads' steps is a
comparison of delays. Eight steps of four threads have 2520 orders, and 81 sets that can be done first.
The state after a set is that of the step which came last, and before it that after the set without it.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise, product
from typing import Any, Protocol

from questions.recipes.script import Gap, Step, Threads
from questions.recipes.sharing import parts, shared_in
from questions.recipes.world import World
from vtsc.language import apart, both, either, negation, require

Done = tuple[int, ...]
"""How many parts of each thread are done."""
Perform = Callable[[World, Step, int], None]


class Order(Protocol):
    """Says of steps in different threads, which take place at given times, which one comes first."""

    def first(self, one: int, other: int, time: Any, others_time: Any) -> Any:
        """Whether the step with the number ``one`` comes before ``other``."""
        ...

    def knowing(self, later: Any, earlier: Sequence[Any]) -> AbstractContextManager[None]:
        """Know in this context that a time is not before others."""
        ...

    def know(self, later: Any, earlier: Sequence[Any]) -> None:
        """Know from now on that a time is not before others."""
        ...


@dataclass(frozen=True)
class _Part:
    """Steps of one thread, with their numbers and times; ``place`` and ``time``: those of the shared one."""

    steps: tuple[tuple[int, Step, Any], ...]
    place: int
    time: Any


class _Snapshot:
    """The state of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._records = [dict(vars(record)) for record in world.records]
        self._lists = {name: [*getattr(world, name)] for name in LISTS}
        self._paused = set(world.paused)
        self._creations = dict(world.creations)

    def put(self) -> None:
        """Put the state back."""
        for record, before in zip(self._world.records, self._records, strict=True):
            vars(record).clear()
            vars(record).update(before)

    def put_all(self) -> None:
        """Put the state back, with what is the same in all orders."""
        self.put()
        for name, before in self._lists.items():
            getattr(self._world, name)[:] = before
        self._world.paused = set(self._paused)
        self._world.creations = dict(self._creations)


LISTS = ("stopped", "ran", "writes", "stimers", "created", "calls", "times")


class _Lattice:
    """The sets of parts of threads that can be done before the others."""

    def __init__(
        self, world: World, threads: Sequence[Sequence[_Part]], perform: Perform, order: Order
    ) -> None:
        self.world = world
        self.threads = threads
        self.perform = perform
        self.order = order
        self.first: dict[tuple[int, int], Any] = {}
        for one, other in combinations(range(len(threads)), 2):
            for a, b in product(threads[one], threads[other]):
                found = order.first(a.place, b.place, a.time, b.time)
                self.first[a.place, b.place] = found
                self.first[b.place, a.place] = negation(found)

    def run(self) -> None:
        """Go from the empty set to the full one, and require that the order is one."""
        lengths = [len(thread) for thread in self.threads]
        every = sorted(
            product(*(range(n + 1) for n in lengths)), key=lambda done: (sum(done), done)
        )
        states: dict[Done, _Snapshot] = {every[0]: _Snapshot(self.world)}
        for done in every[1:]:
            if self._possible(done):
                self._reach(done, states)
        states[tuple(lengths)].put_all()
        self.world.before.update(self.first)
        self._require_an_order()

    def _possible(self, done: Done) -> bool:
        """Whether the steps that are done can all come before the others."""
        for i, j in product(range(len(done)), repeat=2):
            if i != j and done[i] and done[j] < len(self.threads[j]):
                last, following = self.threads[i][done[i] - 1], self.threads[j][done[j]]
                if self.first[last.place, following.place] is False:
                    return False
        return True

    def _reach(self, done: Done, states: dict[Done, _Snapshot]) -> None:
        """Find the state after a set of parts, from those after all of them but one."""
        ways: list[tuple[Any, _Snapshot]] = []
        ended = [thread[n - 1] for thread, n in zip(self.threads, done, strict=True) if n]
        for i, n in enumerate(done):
            before = states.get((*done[:i], n - 1, *done[i + 1 :]))
            if not n or before is None:
                continue
            part, is_last = self.threads[i][n - 1], True
            for other in ended:
                if other is not part:
                    is_last = both(is_last, self.first[other.place, part.place])
            if is_last is not False:
                before.put_all()
                self._do(
                    part,
                    [each.time for t, k in zip(self.threads, done, strict=True) for each in t[:k]],
                )
                ways.append((is_last, _Snapshot(self.world)))
        if ways:
            if len(ways) > 1:
                apart(partial(_choose, ways), *self.world.records)
            states[done] = _Snapshot(self.world)

    def _do(self, part: _Part, earlier: Sequence[Any]) -> None:
        with self.order.knowing(part.time, earlier):
            _perform(self.world, part, self.perform)

    def _require_an_order(self) -> None:
        """What comes before another step comes before all that follow it, too."""
        first, places = self.first, [[part.place for part in t] for t in self.threads]
        for one, other in product(places, repeat=2):
            if one is not other:
                for a, (b, later) in product(one, pairwise(other)):
                    require(either((negation(first[a, b]), first[a, later])))
        for some in combinations(places, 3):
            for a, b, c in product(*some):
                for x, y, z in ((a, b, c), (c, b, a)):
                    require(negation(both(first[x, y], both(first[y, z], first[z, x]))))


def _choose(ways: Sequence[tuple[Any, _Snapshot]]) -> None:
    """Take the state of the first way whose condition holds, or of the last one."""
    for is_last, state in ways[:-1]:
        if is_last:
            state.put()
            return
    ways[-1][1].put()


def in_any_order(
    world: World, block: Threads, delay: Callable[[Gap], Any], perform: Perform, order: Order
) -> Any:
    """Run threads in any order, up to the end of the last one."""
    count, begin = len(world.calls), world.time
    threads, ends, is_shared = [], [], shared_in(block)
    for thread in block.threads:
        time, found = begin, []
        for steps in parts(thread, is_shared):
            timed = []
            for step in steps:
                time = time + delay(step.gap)
                timed.append((count, step, time))
                count += 1
            shared = [each for each in timed if is_shared(each[1])]
            place, _, when = (shared or timed)[-1]
            found.append(_Part(tuple(timed), place, when))
        ends.append(time)
        if shared:
            threads.append(found)
        else:
            _perform(world, found[0], perform)
    _Lattice(world, threads, perform, order).run()
    world.time = latest(world, ends)
    order.know(world.time, [part.time for thread in threads for part in thread])


def _perform(world: World, part: _Part, perform: Perform) -> None:
    for number, step, time in part.steps:
        world.time = time
        perform(world, step, number)


def latest(world: World, times: Sequence[Any]) -> Any:
    """The latest of some times."""
    world.notes.put("latest", times[0])
    for time in times[1:]:
        apart(partial(_later, world, time), world.notes)
    return world.notes.get("latest")


def _later(world: World, time: Any) -> None:
    if time > world.notes.get("latest"):
        world.notes.put("latest", time)
