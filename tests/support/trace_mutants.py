"""Recorded traces with one line dropped, repeated, or changed in one field."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

FIELDS = {
    "track": (
        "kvm_track_tsc",
        {"masterclock": "flip", "offsetmatched": "next", "nr_online": "next"},
    ),
    "master": ("kvm_update_master_clock", {"masterclock": "flip", "offsetmatched": "flip"}),
    "page": (
        "kvm_pvclock_update",
        {"version": "even", "tsc_to_system_mul": "next", "flags": "flip"},
    ),
    "prev": ("kvm_write_tsc_offset", {"prev": "some"}),
    "tsc_timestamp": ("kvm_pvclock_update", {"tsc_timestamp": "some"}),
    "system_time": ("kvm_pvclock_update", {"system_time": "some"}),
    "offset": ("kvm_write_tsc_offset", {"next": "some"}),
}
"""Kinds of changes: the event, and its fields with how each is changed."""
DROPS = {
    "drop track": "kvm_track_tsc",
    "drop master": "kvm_update_master_clock",
    "drop offset": "kvm_write_tsc_offset",
    "drop page": "kvm_pvclock_update",
}
STEPS = (1, 40, 1_000, 30_000, 1_000_000, 10**9)
"""How far "some" changes a number, up or down."""


@dataclass(frozen=True)
class Mutant:
    """A changed trace: the kind of its change, the number of its line, and its text."""

    kind: str
    line: int
    text: str


def mutants(text: str, seed: int) -> Iterator[Mutant]:
    """Every mutant of a trace: each field of each event changed once, each line dropped, each repeated."""
    rng = random.Random(seed)
    lines = [line for line in text.splitlines() if "vtsc:" not in line]
    for n, line in enumerate(lines):
        for kind, (event, fields) in FIELDS.items():
            for name, how in fields.items():
                if f" {event}: " in line:
                    yield Mutant(kind, n + 1, _text(lines, n, [_changed(line, name, how, rng)]))
        for kind, event in DROPS.items():
            if f" {event}: " in line:
                yield Mutant(kind, n + 1, _text(lines, n, []))
        if " kvm_update_master_clock: " in line:
            yield Mutant("repeat master", n + 1, _text(lines, n, [line, line]))


def _text(lines: list[str], n: int, instead: list[str]) -> str:
    return "\n".join([*lines[:n], *instead, *lines[n + 1 :], ""])


def _changed(line: str, name: str, how: str, rng: random.Random) -> str:
    """The line with one field changed."""
    found = re.search(rf"\b{name}[ =](-?\w+)", line)
    assert found, (name, line)
    value = int(found[1], 0)
    step = rng.choice(STEPS) * rng.choice((-1, 1))
    new = {"flip": value ^ 1, "next": value + 1, "even": value + 2, "some": (value + step) % 2**64}
    shown = hex(new[how]) if found[1].startswith("0x") else str(new[how])
    return line[: found.start(1)] + shown + line[found.end(1) :]
