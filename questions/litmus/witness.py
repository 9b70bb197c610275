"""Makes an execution, instruction by instruction, of what a solver answered."""

from collections.abc import Mapping

from questions.litmus.order import COMMITTED, Case, Event, before
from questions.litmus.program import COMMIT, Litmus
from questions.litmus.question import passed
from questions.litmus.slots import Run, Slot
from vtsc.base.errors import EvidenceError


def run_of(litmus: Litmus, case: Case, values: Mapping[str, int]) -> Run:
    """The execution of a way to go with these values: the program's own order as far as they allow it."""
    earlier = before(litmus, case)
    timed = [x for x in case.events() if case.step(x).instruction.takes_time]
    times = {x: values[passed(case, x)] for x in timed}
    rest = sorted(earlier)
    slots: list[Slot] = []
    done: set[Event] = set()
    now = 0
    while rest:
        ready = [x for x in rest if earlier[x] <= done and _is_due(x, rest, times)]
        if not ready:
            raise EvidenceError(f"{litmus.name}: the solver's answer is no execution")
        together = [ready[0]]
        if ready[0] in times and litmus.requirement.strict:
            together += [x for x in ready[1:] if times.get(x) == times[ready[0]]]
        now = times.get(ready[0], now)
        slots.append(Slot(now, tuple(_named(case, x) for x in together)))
        done |= set(together)
        rest = [x for x in rest if x not in done]
    start = {n: v for n, v in values.items() if not n.startswith(("passed.", "gap."))}
    return Run(start, tuple(slots))


def _is_due(event: Event, rest: list[Event], times: Mapping[Event, int]) -> bool:
    """Whether no clock that is still to be read is read earlier."""
    return event not in times or all(times[event] <= times[x] for x in rest if x in times)


def _named(case: Case, event: Event) -> tuple[int, int]:
    return (0, COMMIT) if event == COMMITTED else (event[0], case.step(event).instruction.number)
