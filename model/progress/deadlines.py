"""The deadlines of vCPUs, and which of them leave time for an RDTSC before anybody has to act.

A vCPU may have to be put, to be loaded, to exit or to be entered within a time that the parameters set.
"""

from typing import Any

from model.host.timebase import timebase
from model.limits import EXIT_INTERVAL, TIMESLICE, WAKE_UP, Limit, all_kept
from model.trapping import is_switching
from vtsc.language import both, either, negation


def duration(settings: Any) -> int:
    """The duration of an RDTSC, at least a cycle, in time units."""
    cycles: int = max(1, settings["rdtsc_cycles"])
    return cycles * timebase(settings).cycle


def long_enough(settings: Any, limit: Limit) -> bool:
    """Whether a limit that has only begun to count leaves time for an RDTSC."""
    allowed = limit.allowed(settings)
    return not allowed or timebase(settings).units(allowed) >= duration(settings)


def may_stay(machine: Any, state: Any, v: int) -> bool:
    """Whether a loaded vCPU's time slice leaves time for an RDTSC."""
    return TIMESLICE.kept(machine, state, v, duration(machine.settings))


def may_run(machine: Any, state: Any, v: int) -> bool:
    """Whether a vCPU in guest mode may stay there for an RDTSC."""
    runs = EXIT_INTERVAL.kept(machine, state, v, duration(machine.settings))
    return both(may_stay(machine, state, v), runs)


def overslept(machine: Any, state: Any, v: int) -> bool:
    """Whether the timer of a vCPU has to be delivered within the time of an RDTSC."""
    return negation(WAKE_UP.kept(machine, state, v, duration(machine.settings)))


def to_fire(machine: Any, state: Any, v: int) -> bool:
    """Whether that timer has yet to fire."""
    if not WAKE_UP.allowed(machine.settings):
        return False
    return both(overslept(machine, state, v), state.vm.vcpus[v].timer_armed)


def to_deliver(machine: Any, state: Any, v: int) -> bool:
    """Whether that timer has fired."""
    if not WAKE_UP.allowed(machine.settings):
        return False
    return both(overslept(machine, state, v), negation(state.vm.vcpus[v].timer_armed))


def waits(machine: Any, state: Any, v: int) -> bool:
    """Whether nothing is due for a vCPU within the time of an RDTSC, nor a switch that others wait for."""
    waits_for_none = all_kept(machine, state, v, duration(machine.settings))
    if machine.settings["trap_switch"] == "together":
        return both(waits_for_none, negation(is_switching(state.vm.vcpus[v])))
    return waits_for_none


def others_wait(machine: Any, state: Any, *but: int) -> bool:
    """Whether nothing is due within that time for any vCPU other than those in ``but``."""
    others = (w for w in range(machine.sizes["vcpu"]) if w not in but)
    return negation(either(negation(waits(machine, state, w)) for w in others))


def nothing_due(machine: Any, state: Any) -> bool:
    """Whether nothing is due for any vCPU within the time of an RDTSC."""
    return others_wait(machine, state)
