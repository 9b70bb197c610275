"""What is required of the values of clock reads, as terms; it does not depend on what a program does."""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise
from typing import Any

from questions.litmus.order import Case, Event
from questions.litmus.terms import half, number


def required(
    script: Any,
    case: Case,
    earlier: Mapping[Event, set[Event]],
    values: Mapping[Event, str],
    last: Mapping[str, str],
) -> Iterator[str]:
    """The conditions on the unknowns of a `questions.litmus.question.Script`.

    ``earlier``: what is done before each event starts; ``values``: what each RDTSC returns.
    """
    rule, width = script.litmus.requirement, script.litmus.width
    timed = [x for x in case.events() if case.step(x).instruction.takes_time]
    passed = {x: script.unknown(f"passed.P{x[0]}.{_number(case, x)}", 2 * width) for x in timed}
    for a, b in combinations(timed, 2):
        less = "bvult" if rule.strict else "bvule"
        if a in earlier[b]:
            yield f"({less} {passed[a]} {passed[b]})"
        elif b in earlier[a]:
            yield f"({less} {passed[b]} {passed[a]})"
    if rule.span != "full":
        bits = width if rule.span == "low" else 2 * width - 1
        for x in timed:
            yield f"(bvult {passed[x]} {number(1 << bits, 2 * width)})"
    for x in values:
        start = script.start(x[0])
        if rule.wrap != "full" and start:
            yield f"(bvule {start} (bvadd {start} {passed[x]}))"
    if rule.wrap == "none":
        halves = [half(value, width, high=True) for value in values.values()]
        yield from (f"(= {a} {b})" for a, b in pairwise(halves))
    yield from _gaps(script, case, passed)


def _gaps(script: Any, case: Case, passed: Mapping[Event, str]) -> Iterator[str]:
    """At most so many cycles pass between two reads, whichever comes first."""
    by_number = {_number(case, x): term for x, term in passed.items() if x[0] == 0}
    for gap in script.litmus.requirement.gaps:
        if gap.first in by_number and gap.second in by_number:
            a, b = by_number[gap.first], by_number[gap.second]
            apart = script.apart(gap.first, gap.second)
            bound = number(gap.cycles, 2 * script.litmus.width)
            after = f"(and (bvule {a} {b}) (bvule {apart} {bound}))"
            yield f"(or {after} (and (bvule {b} {a}) (bvule (bvneg {apart}) {bound})))"


def _number(case: Case, event: Event) -> int:
    return case.step(event).instruction.number
