"""The rules of today's KVM that changed between kernels, or that a check may switch off, by name.

Distributions carry changes back to older kernels, so a preset for a version is only a start: what
counts are the names. A field that is true is a rule that is in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from vtsc.language import UsageError

SECOND = 10**9


@dataclass(frozen=True)
class Rules:
    """The rules in force; the defaults are those of Linux 6.18 on a host with a stable TSC."""

    zero_matches: bool = True
    """RZ: a write of 0 always matches (bd8fab39, 4.12)."""
    offset_attribute: bool = True
    """RA: there is the attribute KVM_VCPU_TSC_OFFSET (828ca896, 5.16)."""
    clock_flags: bool = True
    """RT: KVM_GET_CLOCK and KVM_SET_CLOCK know REALTIME and HOST_TSC (c68dc1b5, 5.16)."""
    first_write_exempt: bool = True
    """RU: the first write by user space is not compared with the creation (bf328e22, 6.7)."""
    master_needs_match: bool = True
    """RM: the master clock is used only while the offsets of all vCPUs are equal (b48aa97e, 3.8)."""
    count_once: bool = True
    """RG: a vCPU that writes a matching value twice counts once (0d3da0d2, 3.16)."""
    attribute_is_user_write: bool = True
    """The offset attribute counts as a write by user space (bf328e22, 6.7)."""
    adjust_updates: bool = True
    """A guest's write of IA32_TSC_ADJUST asks for a clock update (ba904635, 3.8)."""
    registration_updates: bool = True
    """A write of a kvmclock MSR asks for clock updates, and on vCPU 0 for a new master clock."""
    clock_from_creation: bool = True
    """kvmclock counts from the creation of the VM; otherwise from the start of the host."""
    creation_stores_zero: bool = True
    """The creation of a vCPU leaves 0 as the value that later writes are compared with."""
    realtime_honoured: bool = True
    """KVM_SET_CLOCK with REALTIME adds the wall time that has passed."""
    refused_rate_stored: bool = True
    """KVM_SET_TSC_KHZ stores a rate also where it then fails."""
    deadline_needs_mode: bool = True
    """A write of IA32_TSC_DEADLINE is ignored unless the local APIC's timer is in that mode."""
    deadline_fixed: bool = True
    """The time at which a deadline's timer fires is fixed by the TSC at its write."""
    timer_posted: bool = False
    """RP: an expired timer is posted into the APIC's page at once (pi_inject_timer, 5.3)."""
    global_at_once: bool = False
    """A global clock update reaches all vCPUs at once, not 100 ms later (6.19)."""
    offset_honoured: bool = True
    """The vendor part keeps the offset that it is given; a software one may discard it."""
    scaling: bool = False
    """The processor can scale the TSC, so that any rate can be set."""
    ratio_bits: int = 48
    """The binary places to which a scaling ratio is rounded down: 48 on Intel, 32 on AMD."""
    window: int = 1
    """The seconds within which two writes match."""
    matches_counted: int = 1
    """What one match adds to the number of matches."""

    def but(self, **changes: Any) -> "Rules":
        """These rules with some of them changed."""
        return replace(self, **changes)


SHORT: Mapping[str, str] = {
    "RZ": "zero_matches",
    "RA": "offset_attribute",
    "RT": "clock_flags",
    "RU": "first_write_exempt",
    "RM": "master_needs_match",
    "RG": "count_once",
    "RP": "timer_posted",
}
"""Short names of the rules that kernels differ in."""

_6_7 = Rules()
_5_16 = Rules(first_write_exempt=False, attribute_is_user_write=False)
_4_12 = _5_16.but(offset_attribute=False, clock_flags=False)
PRESETS: Mapping[str, Rules] = {
    "4.11": _4_12.but(zero_matches=False),
    "4.12": _4_12,
    "5.16": _5_16,
    "6.6": _5_16,
    "6.7": _6_7,
    "6.12": _6_7,
    "6.18": _6_7,
}
"""The rules of upstream kernels by version, each in force from there to the next."""


def rules_named(text: str) -> Rules:
    """The rules that a text names: a version, then switches, as in ``6.6+RU`` or ``6.18-RZ``.

    A switch is a short name or the name of a field that is true or false. Raises `UsageError`.
    """
    version, changes = _split(text)
    if version not in PRESETS:
        raise UsageError(f"rules {text}: no kernel {version}: accepted are {', '.join(PRESETS)}")
    switches = [f.name for f in fields(Rules) if isinstance(getattr(_6_7, f.name), bool)]
    found = PRESETS[version]
    for sign, name in changes:
        field = SHORT.get(name, name)
        if field not in switches:
            known = [*SHORT, *(each for each in switches if each not in SHORT.values())]
            raise UsageError(f"rules {text}: no rule {name}: accepted are {', '.join(known)}")
        found = found.but(**{field: sign == "+"})
    return found


def _split(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The version, and each switch with its sign."""
    words = text.replace("-", " -").replace("+", " +").split()
    if not words:
        return "", []
    return words[0], [(word[0], word[1:]) for word in words[1:]]
