"""Why the right design is right: what is true of every reachable state, and that nobody is stuck.

A lemma is called with the machine, the state, the ghosts of a property (there are none) and the numbers
of the instances that it speaks of. Those that a design does not keep are dropped.
"""

from typing import Any

from model.state import Shared
from vtsc.language import Call, Lemma, Progress, Situation, both, either, implies, negation

ROOM = 1 << 61
"""As long as the version is below this, some steps can be taken before it meets its limit."""


def odd_while_open(machine: Any, state: Shared, ghosts: Any) -> bool:
    if state.writer.open:
        return state.page.version == state.writer.updates * 2 + 1
    return state.page.version == state.writer.updates * 2


def stored_is_next(machine: Any, state: Shared, ghosts: Any) -> bool:
    page, writer = state.page, state.writer
    first = implies(writer.first, page.first == writer.updates + 1)
    return both(first, implies(writer.second, page.second == writer.updates + 1))


def whole_when_quiet(machine: Any, state: Shared, ghosts: Any) -> bool:
    page, writer = state.page, state.writer
    whole = both(page.first == writer.updates, page.second == writer.updates)
    return implies(negation(writer.open), whole)


def looked_before(machine: Any, state: Shared, ghosts: Any, r: int) -> bool:
    return state.readers[r].version <= state.page.version


def loaded_is_current(machine: Any, state: Shared, ghosts: Any, r: int) -> bool:
    page, reader = state.page, state.readers[r]
    quiet = both(reader.version == page.version, negation(state.writer.open))
    first = implies(either((reader.at == 2, reader.at == 3)), reader.first == page.first)
    second = implies(reader.at == 3, reader.second == page.second)
    return implies(quiet, both(first, second))


LEMMAS = (
    Lemma(
        "odd_while_open", "the version is 2 * updates, or 1 more in an update", (), odd_while_open
    ),
    Lemma("stored_is_next", "each stored half has the next update's number", (), stored_is_next),
    Lemma("whole_when_quiet", "between updates the pair is the last one's", (), whole_when_quiet),
    Lemma("looked_before", "no reader has seen a later version", ("reader",), looked_before),
    Lemma(
        "loaded_is_current",
        "what a reader has loaded is current, if no update began since it looked",
        ("reader",),
        loaded_is_current,
    ),
)


def progress(loads: tuple[str, ...]) -> Progress:
    """A reader takes the loads that are left; it never waits for anybody."""

    def situation(at: int) -> Situation:
        def applies(machine: Any, state: Shared, r: int) -> bool:
            return state.readers[r].at == at

        def call(r: int) -> Call:
            return Call(loads[at], (r,))

        left = len(loads) - at
        return Situation(loads[at], f"{left} to go", left, ("reader",), applies, call, {})

    return Progress(
        goal="the end of a reading",
        situations=tuple(situation(at) for at in range(len(loads))),
        concerns=lambda machine, state, r: True,
        whom="a reader",
        room=lambda machine, state: state.page.version < ROOM,
        room_sentence="the version is below 2^61",
        lemmas=(),
    )
