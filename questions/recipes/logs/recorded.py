"""Reads a recorder's log: JSON lines, one for each call, as docs/schemas/recorded.schema.json describes."""

import json
from collections.abc import Mapping
from typing import Any

from questions.recipes.logs.event import Event, Log
from questions.recipes.reading.calls import ERRORS
from vtsc.base.errors import BadFileError
from vtsc.base.spelling import CALLED, near

SYSTEM, VM, VCPU = "system", "vm", "vcpu"
MSRS: Mapping[int, str] = {
    0x10: "TSC",
    0x3B: "TSC_ADJUST",
    0x6E0: "TSC_DEADLINE",
    0x12: "SYSTEM_TIME",
    0x4B564D01: "SYSTEM_TIME",
    0x40000021: "REFERENCE_TSC",
}
"""The MSRs that a recipe knows, by their index."""
KEYS: Mapping[str, type] = {"time": int, "thread": int, "on": str, "call": str, "payload": dict}
"""The keys that every line has."""
NEEDED: Mapping[str, str] = {
    "KVM_CREATE_VCPU": "id",
    "KVM_GET_CLOCK": "clock",
    "KVM_SET_CLOCK": "clock",
    "KVM_GET_MSRS": "msrs",
    "KVM_SET_MSRS": "msrs",
    "KVM_SET_TSC_KHZ": "khz",
}
"""What the payload of a call that succeeded has."""
NUMBERS = (
    "clock",
    "flags",
    "realtime",
    "host_tsc",
    "khz",
    "id",
    "lvtt",
    "tmict",
    "value",
    "attr",
    "group",
)


def read_recorded(shown: str, text: str) -> Log:
    """The log with that text; raises `BadFileError` with the line of a mistake."""
    events = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            event = _event(line, number, shown)
            if event.on != SYSTEM:
                events.append(event)
    if not events:
        raise BadFileError(f"{shown}:1: no call of a VM or a vCPU there; expected a recorder's log")
    return Log(shown, tuple(sorted(events, key=lambda each: each.time)), complete=True)


def _event(line: str, number: int, shown: str) -> Event:
    def fail(what: str) -> BadFileError:
        return BadFileError(f"{shown}:{number}: {what}")

    try:
        read = json.loads(line)
    except json.JSONDecodeError as error:
        raise fail(f"no JSON: {error.msg}; expected one object a line") from None
    except ValueError:  # a number of thousands of digits
        raise fail("a number is too long; expected one object a line") from None
    if not isinstance(read, dict):
        raise fail("expected an object")
    for key, kind in KEYS.items():
        if not isinstance(read.get(key), kind) or isinstance(read.get(key), bool):
            raise fail(f"{key}: expected {CALLED[kind]}")
    if read["on"] not in (SYSTEM, VM, VCPU):
        raise fail(f"on: {read['on']}: {near(read['on'], [SYSTEM, VM, VCPU])}")
    for key, needed in (("vm", read["on"] != SYSTEM), ("vcpu", read["on"] == VCPU)):
        if needed and (not isinstance(read.get(key), int) or isinstance(read.get(key), bool)):
            raise fail(f"{key}: expected a whole number for a call on a {read['on']}")
    try:
        payload = _payload(read["payload"])
    except ValueError as error:
        raise fail(f"payload: {error}") from None
    needed = NEEDED.get(read["call"])
    if needed is not None and needed not in payload and not read.get("errno"):
        raise fail(f"payload: {needed} is missing")
    took, errno = read.get("took", 0), read.get("errno") or ""
    if errno and errno not in ERRORS:
        raise fail(f"errno: {errno}: expected the name of an errno, such as EINVAL, or null")
    return Event(
        read["time"],
        took if isinstance(took, int) else 0,
        read["thread"],
        read["on"],
        read.get("vm") or 0,
        read.get("vcpu"),
        read["call"],
        payload,
        errno,
        number,
    )


def _payload(read: Mapping[str, Any]) -> Mapping[str, object]:
    """The payload with its numbers; those of 64 bits are texts in the log."""
    found: dict[str, object] = {k: _number(read[k], k) for k in NUMBERS if k in read}
    if "msrs" in read:
        pairs = read["msrs"]
        if not isinstance(pairs, list) or not all(
            isinstance(x, list) and len(x) == 2 for x in pairs
        ):
            raise ValueError("msrs: expected pairs of an index and a value")
        numbers = [(_number(i, "msrs"), _number(value, "msrs")) for i, value in pairs]
        found["msrs"] = tuple((MSRS[i], value) for i, value in numbers if i in MSRS)
    return found


def _number(given: object, key: str) -> int:
    try:
        number = int(given, 0) if isinstance(given, str) else given
    except ValueError:
        number = None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 1 << 64:
        raise ValueError(f"{key}: {given}: expected a number below 2^64, or a text such as 0x10")
    return number
