"""Reads ftrace's text: as tracefs prints it, with ``options/fields``, or by ``trace-cmd report``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from conformance.explain.events import Event, Leave, Master, Msr, Offset, Page, Track
from vtsc.base.errors import BadFileError

LINE = re.compile(
    r"\s*(?P<task>\S.*)-(?P<pid>\d+)\s+(?:\(\s*(?P<group>\d+|-+)\)\s+)?\[(?P<cpu>\d+)\]\s+"
    r"(?:[A-Za-z.#0-9]{4,8}\s+)?(?P<stamp>\d+(?:\.\d+)?):\s+(?P<event>\w+):\s*(?P<text>.*)"
)
"""A line of a trace. The flags between the CPU and the time are optional."""
RAW = re.compile(r"type: \d+\s*")
"""What ``options/raw`` prints of an event."""
BINARY = b"\x17\x08\x44tracing"
"""How a file of ``trace-cmd record`` begins."""
LOST = re.compile(r"CPU:?\s?\d+ \[(LOST \d+ EVENTS|\d+ EVENTS DROPPED)\]")
FIELD = re.compile(r"(\w+)=(?:'[^']*')?(\(?[^\s()]+\)?)")
PLAIN = re.compile(r"(\w+)[ =](-?\w+)")
MSR = re.compile(
    r"msr_(?P<kind>read|write) (?P<index>[0-9a-f]+) = (?P<value>0x[0-9a-f]+)(?P<gp> \(#GP\))?"
)
OTHER_NAMES = {
    "previous_tsc_offset": "prev",
    "next_tsc_offset": "next",
    "vcpu": "vcpu_id",
    "nr_vcpus_matched_tsc": "offsetmatched",
    "offset_matched": "offsetmatched",
    "online_vcpus": "nr_online",
    "use_master_clock": "masterclock",
    "host_clock": "hostclock",
    "tsc_to_system_mul": "mul",
    "tsc_shift": "shift",
    "system_time": "ns",
    "tsc_timestamp": "tsc",
}
"""The raw names of fields, and the names that are used here."""
WORD = 1 << 64
MOST_IDS, MOST_VCPUS = 16_384, 4_096
"""KVM's greatest limits of x86, however it is configured: vCPU ids are below the first, vCPUs are no more."""
Fields = Mapping[str, str]


@dataclass(frozen=True)
class Recording:
    """A trace: its events, whether its stamps are whole numbers, and the line at which events were lost.

    ``cut``: the last line has no end, so some of it may be missing.
    """

    events: tuple[Event, ...]
    whole: bool
    lost: int | None
    cut: bool = False


def read_trace(path: Path) -> Recording:
    """The events of a trace file; raises `BadFileError` in one line for what is none."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}") from None
    if data.startswith(BINARY):
        raise BadFileError(
            f"{path}: this is a binary file of trace-cmd; run trace-cmd report -i {path} and give its text"
        )
    if b"\0" in data:
        raise BadFileError(f"{path}: this is no text; accepted is the text of ftrace")
    # options/fields prints small numbers as characters, whatever they are
    return parsed(data.decode("utf-8", errors="replace"), str(path))


def parsed(text: str, name: str) -> Recording:
    """The events of a trace's text; ``name`` is the file that messages name."""
    events: list[Event] = []
    points: set[bool] = set()
    lost: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        found = LINE.fullmatch(line)
        if found is None:
            lost = number if LOST.match(line) and lost is None else lost
            continue
        if RAW.fullmatch(found["event"] + ": " + found["text"]):
            raise BadFileError(
                f"{name}:{number}: options/raw leaves the values out; record without it"
            )
        if found["event"] not in KINDS:
            continue
        points.add("." in found["stamp"])
        event = _event(found, f"{name}:{number}", number)
        if event is not None:
            events.append(event)
    if not points:
        raise BadFileError(
            f"{name}: no event of KVM's clocks; record at least kvm_track_tsc and kvm_pvclock_update"
        )
    if len(points) > 1:
        raise BadFileError(
            f"{name}: some times have a fraction and some have none; accepted is one trace clock"
        )
    cut = not text.endswith("\n")
    return Recording(tuple(events), not points.pop(), lost, cut)


def _event(found: re.Match[str], place: str, number: int) -> Event | None:
    """The event of a line; raises `BadFileError` where its text is not that of such an event."""
    group = found["group"]
    try:
        where = Event(
            number,
            int(found["pid"]),
            int(group) if group and group.isascii() and group.isdecimal() else None,
            Fraction(found["stamp"]),
        )
        return KINDS[found["event"]](where, found["text"])
    except BadFileError as error:
        raise BadFileError(f"{place}: {error}") from None
    except (KeyError, ValueError):
        shown = found["text"][:60]
        raise BadFileError(f"{place}: this is no text of {found['event']}: {shown}") from None


def _fields(text: str) -> Fields:
    """The fields of an event's text, whether printed plainly or with ``options/fields``."""
    pairs = FIELD.findall(text) if re.search(r"=\(|=0x[0-9a-f]+ \(|=\d+ \(", text) else []
    pairs = pairs or PLAIN.findall(text)
    return {OTHER_NAMES.get(name, name): value.strip("()") for name, value in pairs}


def _number(fields: Fields, name: str) -> int:
    """A field as an unsigned word."""
    return int(fields[name], 0) % WORD


def _limited(fields: Fields, name: str, most: int, why: str) -> int:
    """A field that is at most ``most``; raises `BadFileError`, which says why, for one that cannot be."""
    number = int(fields[name], 0)
    if not 0 <= number <= most:
        raise BadFileError(f"{name} {number}: {why}")
    return number


def _vcpu(fields: Fields) -> int:
    why = f"KVM numbers vCPUs from 0 to {MOST_IDS - 1}"
    return _limited(fields, "vcpu_id", MOST_IDS - 1, why)


def _online(fields: Fields) -> int:
    return _limited(fields, "nr_online", MOST_VCPUS, f"a VM has at most {MOST_VCPUS} vCPUs")


def _bits(fields: Fields, name: str, bits: int) -> int:
    return _limited(fields, name, (1 << bits) - 1, f"this field has {bits} bits")


def _flag(fields: Fields, name: str) -> bool:
    value = int(fields[name], 0)
    if value not in (0, 1):
        raise ValueError(name)
    return value == 1


def _tsc_clock(fields: Fields) -> bool:
    """Whether the host's clock source is the TSC: by name, or by the kernel's number for it."""
    return fields["hostclock"] == "tsc" or fields["hostclock"] in ("0x1", "1")


def _offset(at: Event, text: str) -> Event:
    f = _fields(text)
    return Offset(*_where(at), _vcpu(f), _number(f, "prev"), _number(f, "next"))


def _track(at: Event, text: str) -> Event:
    f = _fields(text)
    matched, online = _number(f, "offsetmatched"), _online(f)
    return Track(*_where(at), _vcpu(f), matched, online, _flag(f, "masterclock"), _tsc_clock(f))


def _master(at: Event, text: str) -> Event:
    f = _fields(text)
    return Master(*_where(at), _flag(f, "masterclock"), _tsc_clock(f), _flag(f, "offsetmatched"))


def _page(at: Event, text: str) -> Event:
    f = _fields(text.replace("pvclock {", ""))
    version, mul, flags = _bits(f, "version", 32), _bits(f, "mul", 32), _bits(f, "flags", 8)
    tsc, ns, shift = _number(f, "tsc"), _number(f, "ns"), int(f["shift"], 0)
    shift = shift - 256 if 128 <= shift < 256 else shift
    return Page(*_where(at), _vcpu(f), version, tsc, ns, mul, shift, flags)


def _msr(at: Event, text: str) -> Event | None:
    found = MSR.fullmatch(text.strip())
    if found:
        if found["kind"] == "read" or found["gp"]:
            return None
        return Msr(*_where(at), int(found["index"], 16), int(found["value"], 16))
    f = _fields(text)
    if not _number(f, "write") or _number(f, "exception"):
        return None
    return Msr(*_where(at), _number(f, "ecx"), _number(f, "data"))


def _leave(at: Event, text: str) -> Event | None:
    """A return to user space after the guest has run; one by a signal or an error may come before that."""
    ran = text.startswith("reason KVM_EXIT_") or "errno=0x0 (0)" in text
    return Leave(*_where(at)) if ran else None


def _where(at: Event) -> tuple[int, int, int | None, Fraction]:
    return at.line, at.thread, at.group, at.stamp


KINDS: Mapping[str, Callable[[Event, str], Event | None]] = {
    "kvm_write_tsc_offset": _offset,
    "kvm_track_tsc": _track,
    "kvm_update_master_clock": _master,
    "kvm_pvclock_update": _page,
    "kvm_msr": _msr,
    "kvm_userspace_exit": _leave,
}
"""What reads the text of each event."""
