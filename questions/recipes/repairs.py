"""Small changes of a recipe, tried one after the other: with which of them does a failing property hold?"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from model.today import Rules
from questions.recipes.deciding import HOLDS, Verdict, decide
from questions.recipes.fitting import script
from questions.recipes.likeness import enough
from questions.recipes.orders import orders
from questions.recipes.reading.lives import check_lives
from questions.recipes.reading.tree import Delay, Step, Text, Timed
from questions.recipes.script import RUNS, Call, Literal, Now, Op, Saved, Value, steps
from vtsc.base.errors import VtscError
from vtsc.solver.units import spent

MOST = 3
"""The number of changes that are told."""
MOST_STEPS = 1500
"""The number of steps that the changed recipes may have, those of threads counted once, not in each order."""
MOST_UNITS = 50_000_000
"""The units that the solver may spend before no further change is tried; they repeat as seconds do not."""
MOST_ORDERS = 6
"""The number of orders of threads beyond which no changes are tried: each takes as long as the recipe."""
FIXED = {*RUNS, "KVM_CREATE_VCPU", "pause", "guest", "expire"}
"""What a step has that is not moved."""
Change = tuple[str, Text]
"""What is changed, as a half-sentence, and the changed recipe."""


def repairs(
    text: Text, rules: Rules, name: str, verdicts: Sequence[Verdict]
) -> tuple[tuple[str, ...], bool]:
    """The first changes with which the property holds, and every other one that held before.

    Also whether the search ended for want of changes, or with as many as are told.
    """
    others = {v.wanted.name for v in verdicts if v.result == HOLDS}
    found: list[str] = []
    asked = script(text)
    if any(orders(asked, enough(asked, x)).count > MOST_ORDERS for x in (name, *others)):
        return (), False
    left, begin = MOST_STEPS, spent()
    for told, changed in _changes(text):
        left -= sum(len(steps(section)) for section in asked.sections)
        if left < 0 or spent() - begin > MOST_UNITS:
            return tuple(found), False
        if _hold(changed, rules, {name}) and (not others or _hold(changed, rules, others)):
            found.append(told)
            if len(found) == MOST:
                break
    return tuple(found), True


def _hold(text: Text, rules: Rules, names: Set[str]) -> bool:
    """Whether properties of a changed recipe hold."""
    kept = {name: limit for name, limit in text.want.items() if name in names or name == "pause"}
    if any(check_lives(text.sections, text.vcpus, text.parked)):
        return False
    try:
        found = decide(script(replace(text, want=kept)), rules, brief=True)
    except VtscError:
        return False
    return all(verdict.result == HOLDS for verdict in found)


def _changes(text: Text) -> Iterator[Change]:
    """Changes of the section after saving first, the smallest first."""
    for section in reversed([*text.sections]):
        steps = text.sections[section]
        candidates = (
            *_values(steps),
            *_calls(section, steps),
            *_everyone(steps, text),
            *_moves(steps),
            *_splits(steps),
            *_additions(steps, text),
        )
        for told, changed in candidates:
            if _late(changed) <= _late(steps):
                yield told, replace(text, sections={**text.sections, section: changed})


def _late(steps: Sequence[Step]) -> int:
    """The number of steps after one that runs vCPUs: what a recipe does has to come before that."""
    first = next((n for n, step in enumerate(steps) if set(step.names) & {*RUNS}), len(steps))
    return sum(not set(step.names) & {*RUNS} for step in steps[first:])


def _with(steps: Sequence[Step], at: int, *new: Step) -> tuple[Step, ...]:
    return (*steps[:at], *new, *steps[at + 1 :])


def _values(steps: Sequence[Step]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Another value of one field."""
    for at, step in enumerate(steps):
        for place, timed in enumerate(step.calls):
            for field, value in timed.call.fields:
                for told, new in _instead(timed.call.name, field, value):
                    fields = tuple((k, new if k == field else v) for k, v in timed.call.fields)
                    call = replace(timed, call=replace(timed.call, fields=fields))
                    calls = (*step.calls[:place], call, *step.calls[place + 1 :])
                    yield f"line {step.line}: {told}", _with(steps, at, replace(step, calls=calls))


def _instead(call: str, field: str, value: Value | None) -> Iterator[tuple[str, Value]]:
    """Values that VMMs have come to write instead of others."""
    if field == "TSC" and value == Literal(0):
        yield "write TSC=1, since a write of 0 always matches", Literal(1)
    if call == "KVM_SET_CLOCK" and field == "flags" and value != Literal(0):
        yield "pass flags=0, without KVM_CLOCK_REALTIME", Literal(0)
    if field == "TSC_DEADLINE" and value == Saved():
        yield (
            "write TSC_DEADLINE=saved or 1, so that no timer is lost",
            Op("or", Saved(), Literal(1)),
        )


def _calls(section: str, steps: Sequence[Step]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """A call on its own file descriptor; in place, a clock that is left alone."""
    for at, step in enumerate(steps):
        for place, timed in enumerate(step.calls):
            before, after = step.calls[:place], step.calls[place + 1 :]
            if timed.call.on:
                own = replace(timed, call=replace(timed.call, on="", errno=""))
                told = f"line {step.line}: {timed.call.name} on its own file descriptor"
                yield told, _with(steps, at, replace(step, calls=(*before, own, *after)))
            if section == "resume" and timed.call.name == "KVM_SET_CLOCK":
                rest = [replace(step, calls=(*before, *after))] if before or after else []
                yield f"line {step.line}: leave out KVM_SET_CLOCK", _with(steps, at, *rest)


def _everyone(steps: Sequence[Step], text: Text) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """A step that some vCPUs leave out, by all."""
    more = ", parked ones too" if text.parked else ""
    for at, step in enumerate(steps):
        writes = any(name.startswith("KVM_SET") for name in step.names)
        if step.manner != "vm" and len(step.vcpus) < text.vcpus and writes:
            changed = replace(step, vcpus=tuple(range(text.vcpus)))
            yield (
                f"line {step.line}: do it for all vCPUs{more}",
                _with(steps, at, changed),
            )


def _moves(steps: Sequence[Step]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """A call elsewhere in its step, or a step elsewhere in its section."""
    for at, step in enumerate(steps):
        for calls, told in _orders(step.calls):
            yield f"line {step.line}: {told}", _with(steps, at, replace(step, calls=calls))
    for at, step in enumerate(steps):
        for to in range(len(steps)) if not set(step.names) & FIXED else ():
            if (to == at + 1 or abs(at - to) > 1) and not _too_early(steps, at, to):
                rest = [*steps[:at], *steps[at + 1 :]]
                beside = f"after {_label(rest[to - 1])}" if to else f"before {_label(rest[0])}"
                yield f"{_label(step)} {beside}", (*rest[:to], step, *rest[to:])


def _too_early(steps: Sequence[Step], at: int, to: int) -> bool:
    """Whether a step of vCPUs would come before they are made."""
    passed = (name for step in steps[to:at] for name in step.names)
    return steps[at].manner != "vm" and "KVM_CREATE_VCPU" in passed


def _orders(calls: Sequence[Timed]) -> Iterator[tuple[tuple[Timed, ...], str]]:
    for at, call in enumerate(calls):
        rest = [*calls[:at], *calls[at + 1 :]]
        for to in range(len(calls)):
            if to > at and not {each.call.name for each in calls[at : to + 1]} & FIXED - {"pause"}:
                told = f"{_name(call)} after {_name(rest[to - 1])}"
                yield (*rest[:to], call, *rest[to:]), told
    for at, timed in enumerate(calls):
        fields = timed.call.fields
        if timed.call.name == "KVM_SET_MSRS" and len(fields) > 1:
            for place, (name, value) in enumerate(fields[:-1]):
                kept = tuple(f for n, f in enumerate(fields) if n != place)
                last = replace(timed, call=replace(timed.call, fields=(*kept, (name, value))))
                yield (*calls[:at], last, *calls[at + 1 :]), f"write {name} after {fields[-1][0]}"


def _label(step: Step) -> str:
    """A step by its line and its first call."""
    names = [name for name in step.names if name != "wait"] or ["the wait"]
    more = ", ..." if len(names) > 1 else ""
    return f"{names[0]}{more} (line {step.line})"


def _name(timed: Timed) -> str:
    if timed.call.name == "wait":
        return "the wait"
    return " ".join([timed.call.name, *(name for name, _ in timed.call.fields)])


def _splits(steps: Sequence[Step]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """The first calls of a step by all vCPUs before the rest of it."""
    for at, step in enumerate(steps):
        for place in range(1, len(step.calls)) if step.manner in ("each", "threads") else ():
            first = replace(step, manner="rows", calls=step.calls[:place])
            rest = replace(step, calls=step.calls[place:])
            told = f"line {step.line}: {_name(step.calls[place - 1])} for all vCPUs before the rest"
            yield told, _with(steps, at, first, rest)


def _additions(steps: Sequence[Step], text: Text) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """One more step before the first run."""
    first = next((n for n, step in enumerate(steps) if set(step.names) & {*RUNS}), None)
    if first is None:
        return
    every = tuple(range(text.vcpus))
    for told, call in ADDED.items():
        new = Step("rows", every, (Timed(call, Delay(0, 0)),), "", 0)
        yield f"add {told} before {_label(steps[first])}", (*steps[:first], new, *steps[first:])


ADDED: Mapping[str, Call] = {
    "v*: KVM_SET_DEVICE_ATTR TSC_OFFSET=now(v0)": Call(
        "KVM_SET_DEVICE_ATTR", (("TSC_OFFSET", Now(0)),)
    ),
    "v*: KVM_KVMCLOCK_CTRL": Call("KVM_KVMCLOCK_CTRL"),
}
"""Steps that mend what the ones before have left."""
