"""Which instruction must be done before which starts: what the symbolic side knows of execution orders.

An event is an instruction that is executed: a vCPU and a position on its path. Two clock reads that no
chain of constraints orders may overlap, and then nothing is required of their values.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from questions.litmus.paths import Path, Step, producer
from questions.litmus.program import COMMIT, Litmus

Event = tuple[int, int]
"""A vCPU and a position on its path; the commit of two units is `COMMITTED`."""
COMMITTED: Event = (-1, 0)


@dataclass(frozen=True)
class Case:
    """One way in which all programs can go: a path each, and the order of what they have in common."""

    paths: tuple[Path, ...]
    shared: tuple[Event, ...]
    """The accesses to memory and locks, and trapped reads, in the order in which they happen."""

    def step(self, event: Event) -> Step:
        """The step of an event."""
        return self.paths[event[0]][event[1]]

    def events(self) -> list[Event]:
        """All instructions executed, vCPU by vCPU."""
        return [(p, k) for p, path in enumerate(self.paths) for k in range(len(path))]


def cases(litmus: Litmus, paths_of: Sequence[Sequence[Path]]) -> Iterator[Case]:
    """Every way in which the programs can go."""

    def chosen(p: int, taken: tuple[Path, ...]) -> Iterator[Case]:
        if p == len(paths_of):
            shared = [_shared(litmus, p, path) for p, path in enumerate(taken)]
            yield from (Case(taken, x) for x in _interleaved(taken, shared, (), ()))
            return
        for path in paths_of[p]:
            yield from chosen(p + 1, (*taken, path))

    return chosen(0, ())


def _shared(litmus: Litmus, p: int, path: Path) -> tuple[Event, ...]:
    trapped = litmus.order == "trapped"
    return tuple(
        (p, k)
        for k, step in enumerate(path)
        if (step.instruction.touches_memory and not step.instruction.clock)
        or (trapped and step.instruction.is_read)
    )


def _interleaved(
    paths: tuple[Path, ...],
    rest: list[tuple[Event, ...]],
    done: tuple[Event, ...],
    held: tuple[tuple[str, int], ...],
) -> Iterator[tuple[Event, ...]]:
    """The orders in which vCPUs can take turns, so that a lock is held by one at a time."""
    if not any(rest):
        yield done
    for p, events in enumerate(rest):
        if not events:
            continue
        each = paths[p][events[0][1]].instruction
        then = held
        if each.name == "spin_lock":
            if any(name == each.operands[0].name for name, _ in held):
                continue
            then = (*held, (each.operands[0].name, p))
        elif each.name == "spin_unlock":
            then = tuple(x for x in held if x != (each.operands[0].name, p))
        later = [*rest[:p], events[1:], *rest[p + 1 :]]
        yield from _interleaved(paths, later, (*done, events[0]), then)


def before(litmus: Litmus, case: Case) -> dict[Event, set[Event]]:
    """For each event all that are done before it starts, whatever way they go; with `COMMITTED`."""
    direct: dict[Event, set[Event]] = {event: set() for event in case.events()}
    for p, path in enumerate(case.paths):
        for earlier, later in _constraints(litmus, path):
            direct[p, later].add((p, earlier))
    for earlier_event, later_event in pairwise(case.shared):
        direct[later_event].add(earlier_event)
    if litmus.order == "two-units":
        _add_units(litmus, case, direct)
    return _closed(direct)


def _constraints(litmus: Litmus, path: Path) -> Iterator[tuple[int, int]]:
    """Pairs of positions on a path: the first is done before the second starts."""
    for later, step in enumerate(path):
        each = step.instruction
        for resource in each.reads:
            at = producer(path, later, resource)
            if at is not None:
                yield at, later
        for earlier in range(later):
            if litmus.order in ("serial", "trapped") or (
                litmus.order == "unserialised" and _waits(path[earlier], step)
            ):
                yield earlier, later


def _waits(earlier: Step, later: Step) -> bool:
    """Whether an instruction waits for an earlier one although it does not use its result. [choice-units]"""
    one, other = earlier.instruction, later.instruction
    return (
        "lfence" in (one.name, other.name)
        or one.name == "int3"
        or other.name in ("rdtscp", "int3", "ret")
        or (one.touches_memory and other.touches_memory)
        or (one.decides and other.stores)
    )


def _add_units(litmus: Litmus, case: Case, direct: dict[Event, set[Event]]) -> None:
    """The order of two units: each goes through its list, and unit 1 waits at its commit for unit 2's."""
    number = {step.instruction.number: k for k, step in enumerate(case.paths[0])}
    direct[COMMITTED] = set()
    for unit in litmus.units:
        events = [
            COMMITTED if n == COMMIT else (0, number[n]) for n in unit if n == COMMIT or n in number
        ]
        for earlier, later in pairwise(events):
            direct[later].add(earlier)


def _closed(direct: dict[Event, set[Event]]) -> dict[Event, set[Event]]:
    """The transitive closure of a relation; events that are before themselves show that none is possible."""
    found = {event: set(events) for event, events in direct.items()}
    changed = True
    while changed:
        changed = False
        for events in found.values():
            more = set().union(*(found[x] for x in events)) - events
            if more:
                events |= more
                changed = True
    return found


def sorted_events(earlier: dict[Event, set[Event]]) -> list[Event] | None:
    """The events in an order that keeps all constraints, near to the programs'; None for none."""
    rest, done = sorted(earlier), list[Event]()
    while rest:
        ready = next((x for x in rest if earlier[x] <= set(done)), None)
        if ready is None:
            return None
        rest.remove(ready)
        done.append(ready)
    return done
