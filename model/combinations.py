"""Which parameters of TSC writes, kvmclock and cpufreq have a meaning together."""

from typing import Any

from model.protocols import Need, check_needs


def _on(name: str, value: object = "on") -> Any:
    return lambda settings: settings[name] == value


def _is_on(value: object) -> bool:
    return value == "on"


def _whole_rate(settings: Any) -> bool:
    return bool(settings["host_rate_max"].denominator == 1)


NEEDS = (
    Need("clock_reads", _is_on, lambda s: s["kvmclock"] != "off", "kvmclock=on or any"),
    Need("clock_reads", _is_on, _on("trapping", "off"), "trapping=off"),
    Need("clock_reads", _is_on, _on("tsc_writes", "off"), "tsc_writes=off"),
    Need("clock_reads", _is_on, lambda s: s["sampling_gap"] == 0, "sampling_gap=0ns"),
    Need("guest_last_value", lambda value: value == "off", _on("clock_reads"), "clock_reads=on"),
    Need("cpufreq", _is_on, _whole_rate, "host_rate_max of a whole number"),
    Need("cpufreq", _is_on, _on("timer", "off"), "timer=off"),
    Need("cpufreq", _is_on, lambda s: s["rdtsc_emulation"] != "estimate", "no estimate"),
    Need("tsc_writes_until", lambda value: value is not None, _on("tsc_writes"), "tsc_writes=on"),
)
"""What a value other than the default needs beside it."""


def check_combinations(settings: Any) -> None:
    """Raise `UsageError` where one of these parameters is set to something that has no meaning here."""
    check_needs(NEEDS, settings)
