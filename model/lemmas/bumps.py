"""Lemmas about bumps that outrun the clock: how far what was returned may be ahead.

A trapped read takes rdtsc_cycles at least, so what the reads have added is at most a multiple of the true
time that has passed. They are stated where a bump is more than that, and reads do not overlap.
"""

from collections.abc import Sequence
from typing import Any

from model.lemmas.standings import Bound, Standing, lemmas
from model.lemmas.trapping import emulated, emulation_limit
from model.protocols import BUMPS
from vtsc.language import Lemma


def _in_time(machine: Any, state: Any, ghosts: Any, v: int) -> int:
    """Ideal, a step of the clock, and what as many reads add as have had time, in cycles."""
    host, settings = state.host, machine.settings
    high, low = host.fastest
    each = -(-settings["emul_bump"] * high // (settings["rdtsc_cycles"] * low)) - 1
    limit: int = emulation_limit(machine, state, v) + each * host.t // host.base.cycle
    return limit


def _emulated_in_time(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return emulated(machine, state, v) <= _in_time(machine, state, ghosts, v)


IN_TIME = Bound(
    "in_time", "ideal, a step of the clock, and what reads may have added", False, _in_time
)
LEMMAS = (
    Lemma(
        "emulated_in_time",
        "the last value emulated is at most ideal, a step of the clock, and what reads may have added",
        ("vcpu",),
        _emulated_in_time,
    ),
)


def bump_lemmas(machine: Any, standings: Sequence[Standing]) -> Sequence[Lemma]:
    """The lemmas, where a trapped read may add more cycles than it takes."""
    settings = machine.settings
    outrun = settings["emul_bump"] > settings["rdtsc_cycles"] > 0
    bumps = machine.traps and settings["rdtsc_emulation"] in BUMPS
    if not (bumps and outrun) or machine.overlaps:
        return ()
    return [*LEMMAS, *lemmas(standings, [IN_TIME])]
