"""Which parameters of the switch between trapping and passthrough have a meaning together. [trap-switch]"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.language import UsageError

BUMPS = ("bump-vcpu", "bump-vm")
"""The values of rdtsc_emulation that keep the last value returned."""


@dataclass(frozen=True)
class Need:
    """A parameter, those of its values that need something, whether settings have it, and its name."""

    parameter: str
    needs: Callable[[Any], bool]
    given: Callable[[Any], bool]
    sentence: str


def _other_than(*values: Any) -> Callable[[Any], bool]:
    return lambda value: value not in values


def _traps(settings: Any) -> bool:
    return bool(settings["trapping"] != "off")


def _bumps(settings: Any) -> bool:
    return settings["rdtsc_emulation"] in BUMPS


def _ends_deferred(settings: Any) -> bool:
    return bool(settings["trap_clear"] == "deferred")


def _unlimited(settings: Any) -> bool:
    return not any(settings[name] for name in LIMITED)


LIMITED = ("timeslice", "dormancy", "exit_interval", "entry_delay")
BUMPING = "rdtsc_emulation=bump-vcpu or bump-vm"
NEEDS = (
    Need("trap_switch", _other_than("each"), _traps, "trapping=unstable"),
    Need("trap_switch", _other_than("each"), _ends_deferred, "trap_clear=deferred"),
    Need("trap_switch", lambda value: value == "together", _unlimited, f"no {', '.join(LIMITED)}"),
    Need("trap_page", _other_than("each"), _traps, "trapping=unstable"),
    Need("trap_page", _other_than("each"), lambda s: s["kvmclock"] == "any", "kvmclock=any"),
    Need("trap_seed", _other_than("none"), _traps, "trapping=unstable"),
    Need("trap_seed", _other_than("none"), _bumps, BUMPING),
    Need("trap_catchup", _other_than("mail"), _traps, "trapping=unstable"),
    Need("trap_catchup", _other_than("mail"), _ends_deferred, "trap_clear=deferred"),
    Need("trap_catchup", lambda value: value == "emulated", _bumps, BUMPING),
    Need("emul_bump", _other_than(1), _traps, "trapping=unstable"),
    Need("emul_bump", _other_than(1), _bumps, BUMPING),
    Need("rdtsc_overlap", _other_than("off"), _traps, "trapping=unstable"),
)
"""What a value other than the default needs beside it."""


def check_protocol(settings: Any) -> None:
    """Raise `UsageError` where a parameter of trapping is set to something that has no meaning here."""
    check_needs(NEEDS, settings)


def check_needs(needs: Sequence[Need], settings: Any) -> None:
    """Raise `UsageError` where a parameter lacks what it needs."""
    for need in needs:
        value = settings[need.parameter]
        if need.needs(value) and not need.given(settings):
            raise UsageError(f"{need.parameter}={value} needs {need.sentence}")
