"""The deadlines of vCPUs: which leave time for an RDTSC, so that nobody has to act before.

A vCPU may have to be put, loaded or to exit within a time that the parameters set (design.md section 4).
"""

from typing import Any

from model.host.timebase import timebase
from vtsc.language import Lemma, both, either, negation

DEADLINES = ("timeslice", "dormancy", "exit_interval")


def duration(machine: Any) -> int:
    """How long an RDTSC takes, at least a cycle, in time units."""
    cycles: int = max(1, machine.settings["rdtsc_cycles"])
    return cycles * timebase(machine.settings).cycle


def _lasts(machine: Any, state: Any, since: int, limit: str, time: int | None) -> bool:
    """Whether a deadline that runs from ``since`` leaves ``time``; None: what an RDTSC takes."""
    if not machine.settings[limit]:
        return True
    allowed = state.host.base.units(machine.settings[limit])
    needed = duration(machine) if time is None else time
    in_time: bool = state.host.t + needed - since <= allowed
    return in_time


def may_stay(machine: Any, state: Any, v: int, time: int | None = None) -> bool:
    """A loaded vCPU's time slice leaves ``time`` (see `_lasts`)."""
    return _lasts(machine, state, state.vm.vcpus[v].since, "timeslice", time)


def may_run(machine: Any, state: Any, v: int, time: int | None = None) -> bool:
    """A vCPU in guest mode may stay there for ``time``."""
    runs = _lasts(machine, state, state.vm.vcpus[v].entered, "exit_interval", time)
    return both(may_stay(machine, state, v, time), runs)


def may_sleep(machine: Any, state: Any, v: int, time: int | None = None) -> bool:
    """A vCPU that is off its pCPU may stay so for ``time``."""
    vcpu = state.vm.vcpus[v]
    lasts = _lasts(machine, state, vcpu.since, "dormancy", time)
    return either((negation(vcpu.created), lasts))


def waits(machine: Any, state: Any, v: int, time: int | None = None) -> bool:
    """Nothing is due for a vCPU within ``time``."""
    vcpu = state.vm.vcpus[v]
    in_guest = both(vcpu.in_guest, may_run(machine, state, v, time))
    out = both(both(vcpu.loaded, negation(vcpu.in_guest)), may_stay(machine, state, v, time))
    off = both(negation(vcpu.loaded), may_sleep(machine, state, v, time))
    return either((in_guest, out, off))


def others_wait(machine: Any, state: Any, v: int) -> bool:
    """Nothing is due for any other vCPU."""
    if not any(machine.settings[limit] for limit in DEADLINES):
        return True
    late = (negation(waits(machine, state, w)) for w in range(machine.sizes["vcpu"]) if w != v)
    return negation(either(late))


def nothing_due(machine: Any, state: Any) -> bool:
    """Nothing is due for any vCPU within the time of an RDTSC."""
    return others_wait(machine, state, -1)


def _in_time(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return waits(machine, state, v, 0)


IN_TIME = Lemma("in_time", "no deadline of a vCPU has passed", ("vcpu",), _in_time)
