"""Checks that what a recipe uses is there: values have been read before, and vCPUs have been created."""

from collections.abc import Iterator, Mapping, Sequence

from questions.recipes.reading.tree import Mistake, Step
from questions.recipes.script import Call, Literal, Now, Op, Part, Saved, Value

VM = -1
REGISTERED = ("SYSTEM_TIME", "REFERENCE_TSC")
"""Fields whose saved value is that the guest has registered a page: the recipe need not read it."""
OF_CLOCK = ("clock", "flags", "realtime")

TIMERS = ("deadline", "stimer")
"""The fields by which a guest arms a timer."""


def check_uses(sections: Mapping[str, Sequence[Step]]) -> Iterator[tuple[Step, Mistake]]:
    """Each step that uses what nothing has read before it."""
    read: set[tuple[int, str]] = set()
    records: set[str] = set()
    for section, steps in sections.items():
        for step in steps:
            for who, call in _calls(step):
                yield from ((step, m) for m in _unstopped(section, sections, call))
                for name, value in call.fields:
                    if value is not None:
                        yield from (
                            (step, m) for m in _wrong(call, name, value, who, read, records)
                        )
                _note(section, call, who, read, records)


def never_created(sections: Mapping[str, Sequence[Step]], vcpus: int) -> list[int]:
    """The vCPUs that a restored VM never gets."""
    if "restore" not in sections:
        return []
    created = {
        who
        for steps in sections.values()
        for step in steps
        for who, call in _calls(step)
        if call.name == "KVM_CREATE_VCPU"
    }
    return [v for v in range(vcpus) if v not in created]


def arms_timer(sections: Mapping[str, Sequence[Step]]) -> bool:
    """Whether a step arms a timer of the guest."""
    calls = [call for steps in sections.values() for step in steps for _, call in _calls(step)]
    return any(name in TIMERS for c in calls if c.name == "guest" for name, _ in c.fields)


def _unstopped(section: str, sections: Mapping[str, object], call: Call) -> Iterator[Mistake]:
    """A Hyper-V timer that is armed where it would not be restored, or where nothing was saved."""
    if call.name != "guest" or "stimer" not in dict(call.fields):
        return
    if section == "save" and "restore" in sections:
        yield Mistake("guest stimer: no call here restores it: expected it in restore")
    if section == "restore" and "save" not in sections:
        yield Mistake("guest stimer: expected a section save, in which the guest is stopped")


def _calls(step: Step) -> Iterator[tuple[int, Call]]:
    """The calls of a step with who makes them; a vCPU's own come in their order."""
    for who in step.vcpus or (VM,):
        for timed in step.calls:
            yield who, timed.call


def _note(
    section: str, call: Call, who: int, read: set[tuple[int, str]], records: set[str]
) -> None:
    """Note what a call reads."""
    if call.name == "KVM_GET_CLOCK":
        record = call.into or ("clock" if section == "save" else "dest")
        records.add(record)
        if record == "clock":
            read |= {(VM, name) for name in OF_CLOCK}
    elif call.name == "KVM_GET_TSC_KHZ":
        read.add((who, "khz"))
    elif call.name.startswith("KVM_GET_"):
        read |= {(who, name) for name, _ in call.fields}


def _wrong(
    call: Call, name: str, value: Value, who: int, read: set[tuple[int, str]], records: set[str]
) -> Iterator[Mistake]:
    """What is wrong with a value of a field."""
    told = f"{call.name} {name}"
    if name == "flags" and not isinstance(value, Literal | Saved):
        yield Mistake(f"{told}: expected a number, or saved")
    elif isinstance(value, Op):
        yield from _wrong(call, name, value.left, who, read, records)
        yield from _wrong(call, name, value.right, who, read, records)
    elif isinstance(value, Now) and name == "realtime":
        yield Mistake(f"{told}=now: expected a number, saved, or a field such as clock.realtime")
    elif isinstance(value, Part) and value.record not in records:
        known = ", ".join(sorted(records)) or "no record yet"
        yield Mistake(f"{told}: there is no record {value.record} before it: known: {known}")
    elif isinstance(value, Saved) and name not in REGISTERED:
        of = VM if name in OF_CLOCK else who if value.vcpu is None else value.vcpu
        if (of, name) not in read:
            whose = "" if of == VM else f" of v{of}"
            yield Mistake(
                f"{told}=saved: nothing has read {name}{whose} before; expected {_reader(name)}"
            )


def _reader(name: str) -> str:
    """The call that reads a field."""
    if name in OF_CLOCK:
        return "KVM_GET_CLOCK, with as clock where it is not in save"
    known = {"khz": "KVM_GET_TSC_KHZ", "TSC_OFFSET": "KVM_GET_DEVICE_ATTR TSC_OFFSET"}
    return known.get(name, f"KVM_GET_MSRS {name}")
