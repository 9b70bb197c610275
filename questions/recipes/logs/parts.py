"""Which calls of a log are saving, and which are restoring or resuming."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from questions.recipes.logs.event import Event, Log
from questions.recipes.logs.recorded import VCPU, VM
from questions.recipes.reading.calls import CALLS
from vtsc.base.errors import BadFileError

READS = tuple(name for name in CALLS if name.startswith("KVM_GET_"))
PAUSE = "pause"
"""Stands among calls for: the last KVM_RUN of a vCPU has returned."""
OFFSETS = (0, 0)
"""Group and attribute of a vCPU's TSC offset."""


def parts(logs: Sequence[Log], *, whole: bool = False) -> Mapping[str, tuple[Event, ...]]:
    """The calls of each section of a recipe, from a log, or from one of saving and one of restoring.

    ``whole``: what follows the first run of the last vCPU is there, too.
    """
    if len(logs) == 2:
        found = {"save": _saving(_main(logs[0])), "restore": _restoring(_main(logs[1]), whole)}
        _check_order(logs, found)
        return found
    events = logs[0].events
    vms = list(dict.fromkeys(event.vm for event in events))
    if len(vms) > 1:
        first, last = (tuple(e for e in events if e.vm == vm) for vm in (vms[0], vms[-1]))
        return {"save": _saving(first), "restore": _restoring(last, whole)}
    if any(event.call == "KVM_CREATE_VCPU" for event in events):
        return {"restore": _restoring(events, whole)}
    last_read = max((i for i, event in enumerate(events) if event.call in READS), default=-1)
    saved = _saving(events[: last_read + 1])
    rest = _restoring(events[last_read + 1 :], whole)
    return {name: part for name, part in (("save", saved), ("resume", rest)) if part}


def _main(log: Log) -> tuple[Event, ...]:
    """The calls of the VM that a log has most of; VMMs make others to try what the host can do."""
    count = {vm: sum(e.vm == vm for e in log.events) for vm in {e.vm for e in log.events}}
    most = max(count, key=lambda vm: (count[vm], -vm))
    return tuple(event for event in log.events if event.vm == most)


def _check_order(logs: Sequence[Log], found: Mapping[str, Sequence[Event]]) -> None:
    save, restore = found["save"], found["restore"]
    if save and restore and restore[0].time < save[-1].time:
        what = f"begins before {logs[0].shown} ends; expected the log of saving first, of one host"
        raise BadFileError(f"{logs[1].shown}:{restore[0].line}: {what}")


def _saving(events: Sequence[Event]) -> tuple[Event, ...]:
    """What follows the last return of a KVM_RUN, with a pause for each vCPU at its own last return."""
    runs = {event.vcpu: event for event in events if event.call == "KVM_RUN"}
    end = {vcpu: run.time + run.took for vcpu, run in runs.items()}
    begin = max((event.time for event in runs.values()), default=0)
    pauses = [replace(run, time=end[vcpu], call=PAUSE) for vcpu, run in runs.items()]
    calls = [e for e in events if e.call != "KVM_RUN" and e.time >= begin and _matters(e)]
    kept = [event for event in calls if event.call != "KVM_CREATE_VCPU"]
    return tuple(sorted([*kept, *pauses], key=lambda event: event.time))


def _restoring(events: Sequence[Event], whole: bool) -> tuple[Event, ...]:
    """The calls up to the first KVM_RUN of each vCPU, which counts when it begins, or all of them."""
    vcpus = {_vcpu(event) for event in events} - {None}
    ran: set[int | None] = set()
    kept = []
    for event in events:
        if event.call == "KVM_RUN" and event.vcpu in ran:
            continue
        if event.call == "KVM_RUN":
            ran.add(event.vcpu)
        if _matters(event):
            kept.append(event)
        if vcpus and ran == vcpus and not whole:
            break
    return tuple(kept)


def _vcpu(event: Event) -> int | None:
    """The vCPU that a call is about."""
    return event.number("id") if event.call == "KVM_CREATE_VCPU" else event.vcpu


def _matters(event: Event) -> bool:
    """Whether a call has to do with the guest's time, as far as its payload says."""
    if event.call not in CALLS or event.on not in (VM, VCPU):
        return False
    if event.payload is None:
        return True
    if event.call in ("KVM_GET_MSRS", "KVM_SET_MSRS"):
        return bool(event.msrs)
    if event.call in ("KVM_GET_DEVICE_ATTR", "KVM_SET_DEVICE_ATTR"):
        return (event.number("group"), event.number("attr")) == OFFSETS
    return True
