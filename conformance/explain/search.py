"""Explains the events of one VM: keeps every hypothesis that the rules allow, until none is left."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from conformance.explain.clocks import left, master, page, registered
from conformance.explain.events import (
    IA32_TSC,
    IA32_TSC_ADJUST,
    KVMCLOCK,
    NAMES,
    Event,
    Leave,
    Master,
    Msr,
    Offset,
    Page,
    Track,
)
from conformance.explain.hypothesis import Blocked, Clock, Hypothesis
from conformance.explain.operations import Operation, operations, runners, without_halves
from conformance.explain.start import begins_with_creation, created, midlife
from conformance.explain.writes import Allowed, by_guest, caught_up, tracked
from model.today.rules import Rules

KEPT = (128, 2048)
"""The number of hypotheses that are followed at once; those that guess least are kept. Where the first number
does not do, more are followed, so that an event is not blocked because too little was kept in mind."""


@dataclass(frozen=True)
class Asked:
    """How a trace is to be explained. ``start``: "creation", "midlife" or "auto"."""

    rules: tuple[Rules, ...]
    clock: Clock
    khz: int
    allowed: Allowed = field(default_factory=Allowed)
    start: str = "auto"
    contradicted: bool = False
    """Whether the times would be host TSCs, had the trace not contradicted this."""


@dataclass(frozen=True)
class Refusal:
    """Why a hypothesis does not explain an event, and the steps that it had guessed."""

    honoured: bool
    steps: tuple[tuple[int, str], ...]
    guard: str


@dataclass(frozen=True)
class Explained:
    """What was found for one VM.

    ``done``: the events explained, of ``total``. ``blocked``: the event that no hypothesis explains, or None.
    ``left``: the hypotheses after the last event, the one that guesses least first. ``most``: the greatest
    number of hypotheses at once.
    """

    events: tuple[Event, ...]
    done: int
    total: int
    left: tuple[Hypothesis, ...]
    most: int
    from_creation: bool
    blocked: Operation | None = None
    refusals: tuple[Refusal, ...] = ()
    dropped: bool = False
    """Whether hypotheses were given up because there were too many."""


def explain(events: tuple[Event, ...], asked: Asked) -> Explained:
    """The longest prefix of a VM's events that the rules explain, and what blocks the next."""
    ops = operations(events)
    runs = runners(events)
    creation = asked.start == "creation" or (asked.start == "auto" and begins_with_creation(ops))
    if not creation:
        ops = operations(without_halves(events))
    total = sum(op.events for op in ops)
    try:
        current, first = _starts(ops, asked, creation)
    except Blocked as blocked:
        refusal = Refusal(True, (), str(blocked))
        return Explained(events, 0, total, (), 1, creation, ops[0], (refusal,))
    start = Explained(events, sum(op.events for op in ops[:first]), total, (), 1, creation)
    found = start
    for kept in KEPT:
        found = _followed(start, current, ops[first:], runs, asked.allowed, kept)
        if found.blocked is None or not found.dropped:
            break
    return found


def _followed(
    start: Explained,
    current: Sequence[Hypothesis],
    ops: Sequence[Operation],
    runs: dict[int, int],
    allowed: Allowed,
    kept: int,
) -> Explained:
    """How far hypotheses explain operations, if so many are followed at once."""
    most, done, dropped = len(current), start.done, False
    for op in ops:
        after, refusals = _step(current, op, runs, allowed)
        if not after:
            return replace(
                start,
                done=done,
                left=tuple(current),
                most=most,
                blocked=op,
                refusals=tuple(refusals),
                dropped=dropped,
            )
        current = _distinct(after)
        dropped |= len(current) > kept
        current = current[:kept]
        most = max(most, len(current))
        done += op.events
    return replace(start, done=done, left=tuple(current), most=most, dropped=dropped)


def _starts(ops: Sequence[Operation], asked: Asked, creation: bool) -> tuple[list[Hypothesis], int]:
    """The hypotheses at first, and the number of operations that they explain."""
    if creation:
        pairs = [
            pair
            for rules in asked.rules
            for pair in created(ops, rules, asked.clock, asked.khz, asked.start == "creation")
        ]
        return [hypothesis for hypothesis, _ in pairs], pairs[0][1]
    found = [h for rules in asked.rules for h in midlife(ops, rules, asked.clock, asked.khz)]
    return sorted(found, key=lambda h: h.cost), 0


def _step(
    current: Sequence[Hypothesis], op: Operation, runs: dict[int, int], allowed: Allowed
) -> tuple[list[Hypothesis], list[Refusal]]:
    """The hypotheses after an operation, and why the others do not explain it."""
    after: list[Hypothesis] = []
    refusals: list[Refusal] = []
    for hypothesis in current:
        try:
            after += _after(hypothesis, op, runs, allowed)
        except Blocked as blocked:
            honoured = hypothesis.vm.rules.offset_honoured
            refusals.append(Refusal(honoured, hypothesis.steps, str(blocked)))
    return after, refusals


def _after(
    before: Hypothesis, op: Operation, runs: dict[int, int], allowed: Allowed
) -> list[Hypothesis]:
    """The hypotheses after an operation; raises `Blocked` where there is none."""
    first, second = op.first, op.second
    runner = runs.get(first.thread)
    if isinstance(first, Offset):
        if isinstance(second, Track):
            return tracked(before, first, second, allowed)
        if isinstance(second, Msr):
            return by_guest(before, first, second, allowed)
        if isinstance(second, Page):
            return page(caught_up(before, first, second, allowed), second, allowed)
        raise Blocked("an offset, and no event that says why it was written")
    if isinstance(first, Master):
        return master(before, first, runner, allowed)
    if isinstance(first, Page):
        return page(before, first, allowed)
    if isinstance(first, Leave):
        return left(before, first, runner)
    if isinstance(first, Msr):
        if first.index in (IA32_TSC, IA32_TSC_ADJUST):
            raise Blocked("the guest has written its TSC, and its offset was not written")
        if first.index in KVMCLOCK:
            return registered(before, first, runner, first.index == KVMCLOCK[0])
        return [before]
    raise Blocked(f"{NAMES[type(first)]} without kvm_write_tsc_offset")


def _distinct(found: Sequence[Hypothesis]) -> list[Hypothesis]:
    """One hypothesis of each kind, those that guess least first.

    Where they differ in nothing but the value written last, the least and the greatest of these stand for
    all: a value that does not match one between them does not match one of the two.
    """
    groups: dict[Hashable, list[Hypothesis]] = {}
    for hypothesis in sorted(found, key=lambda h: h.cost):
        groups.setdefault(hypothesis.key(), []).append(hypothesis)
    kept: list[Hypothesis] = []
    for group in groups.values():
        ends = (min, max)
        chosen = [group[0], *(end(group, key=lambda h: h.vm.last_write) for end in ends)]
        kept += {h.vm.last_write: h for h in reversed(chosen)}.values()
    return sorted(kept, key=lambda h: h.cost)


def both(rules: Rules) -> tuple[Rules, ...]:
    """The rules with offsets honoured, and with offsets discarded."""
    return replace(rules, offset_honoured=True), replace(rules, offset_honoured=False)
