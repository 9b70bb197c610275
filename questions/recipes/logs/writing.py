"""Writes a recipe, as TOML, from the calls of a log, with the delays that were measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from questions.recipes.logs.event import Event, Log
from questions.recipes.logs.parts import PAUSE, parts
from questions.recipes.reading.calls import CALLS, CLOCK, VCPU
from questions.recipes.reading.uses import REGISTERED
from questions.recipes.reading.values import UNITS
from vtsc.base.errors import BadFileError

OPEN = {
    "KVM_GET_MSRS": "TSC TSC_DEADLINE",
    "KVM_SET_MSRS": "TSC=?",
    "KVM_SET_CLOCK": "clock=? flags=?",
    "KVM_GET_DEVICE_ATTR": "TSC_OFFSET",
    "KVM_SET_DEVICE_ATTR": "TSC_OFFSET=?",
    "KVM_SET_TSC_KHZ": "khz=?",
}
"""What stands for a payload that was not recorded."""
MOST_VCPUS = 16
SMALL = 1_000_000
"""A TSC below this many cycles is a value that a VMM chose, and is not scaled."""
WANT = "{ offsets_equal = true, master_clock = true, calls_succeed = true }"


@dataclass
class _Values:
    """What has been saved so far: of each vCPU and of the VM, by the names of fields."""

    khz: int | None = None
    saving: bool = False
    """The calls are those of ``save``."""
    clock_is_saved: bool = False
    """``save`` has read the clock."""
    saved: dict[tuple[int | None, str], int] = field(default_factory=dict)

    def read(self, who: int | None, fields: Mapping[str, int]) -> None:
        """Note what a call read."""
        self.saved.update({(who, name): number for name, number in fields.items()})

    def text(self, who: int | None, name: str, number: int) -> str:
        """A value that is written, by what it was saved from, or else as a number."""
        if name == "flags":
            return str(number)
        if name in REGISTERED:
            return "saved" if number & 1 else "0"
        if self.saved.get((who, name)) == number:
            return "saved"
        others = [v for (v, n), saved in self.saved.items() if n == name and saved == number]
        if others and who is not None and others[0] is not None:
            return f"saved(v{others[0]})"
        if name in ("TSC", "TSC_DEADLINE", "khz") and number >= SMALL and self.khz:
            return str(number * SMALL // self.khz)
        return str(number)


def recipe(logs: Sequence[Log], command: str) -> str:
    """The text of the recipe; ``command`` is the one that makes it."""
    found = parts(logs)
    complete = all(log.complete for log in logs)
    ids = sorted({v for part in found.values() for e in part if (v := _id(e)) is not None})
    if len(ids) > MOST_VCPUS:
        raise BadFileError(
            f"{logs[0].shown}: {len(ids)} vCPUs there; expected at most {MOST_VCPUS}"
        )
    numbers = {vcpu: place for place, vcpu in enumerate(ids)}
    values = _Values(_khz(logs))
    sections = {}
    for name, part in found.items():
        values.saving = name == "save"
        sections[name] = _steps(part, numbers, values)
        values.clock_is_saved |= values.saving and any(e.call == "KVM_GET_CLOCK" for e in part)
    lines = [f"# Made by {command}.", *_remarks(found, values, complete), ""]
    lines += [f'title = "{" and ".join(log.shown for log in logs)}, as recorded"']
    lines += [f"vcpus = {max(len(ids), 1)}", f"want = {WANT}", *_uptime(found, values)]
    lines.append(
        'elapsed = { default = "0" } # each delay that was measured stands before its call'
    )
    for name, steps in sections.items():
        if name != "save" and found.get("save"):
            gap = found[name][0].time - found["save"][-1].time if found[name] else 0
            lines.append(f'gap = "{_duration(max(gap, 0))}"')
        lines += ["", f"{name} = [", *(f'  "{step}",' for step in steps), "]"]
    return "\n".join(lines) + "\n"


def _id(event: Event) -> int | None:
    return event.number("id") if event.call == "KVM_CREATE_VCPU" else event.vcpu


def _khz(logs: Sequence[Log]) -> int | None:
    """The rate that the first log names first."""
    rates = (e.number("khz") for log in logs for e in log.events if e.call.endswith("TSC_KHZ"))
    return next((rate for rate in rates if rate), None)


def _remarks(
    found: Mapping[str, Sequence[Event]], values: _Values, complete: bool
) -> Sequence[str]:
    """What a reader has to know of the recipe, as comments."""
    threads = len({event.thread for part in found.values() for event in part})
    told = (
        [f"# The calls of {threads} threads in the order in which they began."]
        if threads > 1
        else []
    )
    if values.khz:
        told.append(f"# Values in cycles are scaled from {values.khz} kHz to 1 cycle = 1 ns.")
    elif complete:
        told.append("# The log does not say the TSC's rate: 1 cycle is taken for 1 ns.")
    if not complete:
        told.append(
            "# strace does not show what a call passes: put the VMM's values in place of each ?."
        )
        told.append("# strace slows each call, so the real delays are shorter than these.")
    return told


def _uptime(found: Mapping[str, Sequence[Event]], values: _Values) -> Sequence[str]:
    """The guest's age, which is its saved TSC."""
    saved = [
        number for (_, name), number in values.saved.items() if name == "TSC" and number >= SMALL
    ]
    if not saved or not found.get("save"):
        return []
    return [f'guest = {{ uptime = "{_duration(saved[0] * SMALL // (values.khz or SMALL))}" }}']


def _steps(events: Sequence[Event], numbers: Mapping[int, int], values: _Values) -> list[str]:
    steps, before = [], None
    for event in events:
        vcpu = _id(event)
        who = None if vcpu is None else numbers[vcpu]
        on = ""
        if event.call in CALLS and CALLS[event.call].of == VCPU and who is None:
            who, on = 0, " on=vm"
        told = _call(event, who, values) + on + _error(event)
        waited = 0 if before is None else event.time - before
        wait = f"wait {_duration(waited)}; " if waited else ""
        steps.append(f"{'vm' if who is None else f'v{who}'}: {wait}{told}")
        before = event.time
    return steps


def _error(event: Event) -> str:
    """The failure of a call; a run ends as it may, such as by a signal."""
    return f" -> {event.error}" if event.error and event.call not in (PAUSE, "KVM_RUN") else ""


def _call(event: Event, who: int | None, values: _Values) -> str:
    """A call with its fields, as a recipe writes it."""
    name = event.call
    if name == PAUSE or name in ("KVM_RUN", "KVM_KVMCLOCK_CTRL", "KVM_CREATE_VCPU"):
        return name
    if event.payload is None:
        return f"{name} {OPEN[name]}" if name in OPEN else name
    if name == "KVM_GET_MSRS":
        values.read(who, dict(event.msrs))
        return f"{name} {' '.join(dict.fromkeys(msr for msr, _ in event.msrs))}"
    if name == "KVM_GET_CLOCK":
        if values.clock_is_saved:
            return name
        values.read(None, {key: event.number(key) or 0 for key in CLOCK})
        return name if values.saving else f"{name} as clock"
    if name == "KVM_GET_TSC_KHZ":
        values.read(who, {"khz": event.number("khz") or 0})
        return name
    if name == "KVM_GET_DEVICE_ATTR":
        values.read(who, {"TSC_OFFSET": event.number("value") or 0})
        return f"{name} TSC_OFFSET"
    written = _written(event)
    told = [f"{key}={values.text(who, key, number)}" for key, number in written.items()]
    return " ".join([name, *told])


def _written(event: Event) -> Mapping[str, int]:
    """The fields that a call writes, in their order."""
    if event.call == "KVM_SET_MSRS":
        return dict(event.msrs)
    if event.call == "KVM_SET_CLOCK":
        fields = {key: event.number(key) or 0 for key in ("clock", "flags", "realtime")}
        return {key: number for key, number in fields.items() if key != "realtime" or number}
    if event.call == "KVM_SET_DEVICE_ATTR":
        return {"TSC_OFFSET": event.number("value") or 0}
    if event.call == "KVM_SET_TSC_KHZ":
        return {"khz": event.number("khz") or 0}
    return {}


def _duration(ns: int) -> str:
    """A duration in the greatest unit of which it has whole ones."""
    for unit in ("s", "ms", "us"):
        if ns and ns % UNITS[unit] == 0:
            return f"{ns // UNITS[unit]}{unit}"
    return f"{ns}ns"
