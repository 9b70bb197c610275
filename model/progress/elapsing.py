"""Inputs with which time passes at the nominal rate, which every host allows; for witnesses."""

from typing import Any

from model.host.host import TIME_INPUT
from model.host.timebase import timebase
from vtsc.language import Given

PREFIXES = ("", "gap_")
"""The prefixes of inputs: time passes at the start of a step, and between two samples within one."""


def elapsing(settings: Any, cycles: int) -> Given:
    """Inputs with which ``cycles`` nominal cycles pass at the start of a step, on every pCPU."""
    given: dict[str, int | bool] = {}
    for prefix in PREFIXES:
        count = 0 if prefix else cycles
        given[prefix + TIME_INPUT] = count * timebase(settings).cycle
        for c in range(settings["pcpus"]):
            given |= {f"{prefix}d{c}": count, f"{prefix}sees{c}": False}
            given[f"{prefix}since_tick{c}"] = 0
    return given
