"""Lemmas about how far a guest's TSC is behind ideal on pCPUs that run slower than nominal.

The guest loses some of the time for which it has been on its pCPU, and whatever the kernel clock was short of
when it last caught up. They are offered where time slices are limited or timers are on.
"""

from typing import Any

from model.lemmas.machine import saved
from model.lemmas.standings import guest_tsc, loaded_on, stays_on
from vtsc.language import Lemma, both, either, implies, integer, negation


def lead_of_clock(state: Any) -> int:
    """The time units by which the guest's TSC is ahead, at most, when it has just caught up."""
    lead: int = state.host.phase_unstable
    return lead


def lag_of_clock(state: Any) -> int:
    """The time units by which it is behind, at most, when it has just caught up."""
    lag: int = state.host.resolution_unstable - 1 - state.host.phase_unstable
    return lag


def ahead(state: Any, v: int, c: int) -> int:
    """The time units by which the TSC that vCPU ``v`` would read on pCPU ``c`` is above ideal."""
    host, vcpu = state.host, state.vm.vcpus[v]
    ran = guest_tsc(host, vcpu, c) - integer(vcpu.tsc_at_creation)
    distance: int = ran * host.base.cycle - (host.t - vcpu.created_at)
    return distance


def loss(state: Any, time: int) -> tuple[int, int]:
    """The time units that the slowest pCPU loses in ``time``, as a numerator and a denominator."""
    low, den = state.host.slowest
    return (den - low) * time, den


def behind_by(state: Any, v: int, c: int, time: int, more: int) -> bool:
    """Whether the guest's TSC is behind by at most the loss of ``time``, and ``more`` time units."""
    lost, den = loss(state, time)
    kept: bool = den * (ahead(state, v, c) + more) + lost >= 0
    return kept


def _in_slice(state: Any, v: int) -> int:
    time: int = state.host.t - state.vm.vcpus[v].since
    return time


def _served(state: Any, v: int, c: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return both(loaded_on(state.host, vcpu, c), negation(vcpu.request_clock_update))


def _slice_loss(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    kept = behind_by(state, v, c, _in_slice(state, v), lag_of_clock(state))
    return implies(_served(state, v, c), kept)


def _catchup_lead(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    kept = ahead(state, v, c) <= lead_of_clock(state)
    return implies(loaded_on(state.host, state.vm.vcpus[v], c), kept)


def _away_lead(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    host, vcpu = state.host, state.vm.vcpus[v]
    ran = saved(machine, state, v) + integer(vcpu.tsc_offset) - integer(vcpu.tsc_at_creation)
    lead = ran * host.base.cycle - (host.t - vcpu.created_at)
    return either((vcpu.loaded, lead <= lead_of_clock(state)))


def _stable_not_asked(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return either((state.host.tsc_unstable, negation(state.vm.vcpus[v].request_clock_update)))


def _stable_behind(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    return either((state.host.tsc_unstable, ahead(state, v, c) >= 0))


def _stable_ahead(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    return either((state.host.tsc_unstable, ahead(state, v, c) <= 0))


def _put_loss(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    vcpu = state.vm.vcpus[v]
    resumes = both(stays_on(state.host, vcpu, c), negation(vcpu.tsc_rebase))
    return implies(resumes, behind_by(state, v, c, _in_slice(state, v), 0))


def _sleep_and_slice_loss(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    slept = state.host.base.units(machine.settings["dormancy"] or 0)
    both_lost = behind_by(state, v, c, _in_slice(state, v) + slept, 0)
    caught_up = behind_by(state, v, c, _in_slice(state, v), lag_of_clock(state))
    return implies(_served(state, v, c), either((both_lost, caught_up)))


def _since_is_past(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    past: bool = state.vm.vcpus[v].since <= state.host.t
    return past


def _exit_loss(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    since_exit: int = state.host.t - state.vm.vcpus[v].out_since
    kept = behind_by(state, v, c, since_exit, lag_of_clock(state))
    return implies(_served(state, v, c), kept)


def _exit_is_past(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    past: bool = state.vm.vcpus[v].out_since <= state.host.t
    return past


def _entered_in_time(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    allowed = state.host.base.units(machine.settings["entry_delay"])
    in_time: bool = vcpu.entered <= vcpu.out_since + allowed
    return implies(vcpu.in_guest, in_time)


OVER = ("vcpu", "pcpu")
SINCE = Lemma(
    "since_is_past", "the last load or put is not in the future", ("vcpu",), _since_is_past
)
STABLE = (
    Lemma(
        "stable_not_asked",
        "while the TSC counts as stable, no clock update is pending",
        ("vcpu",),
        _stable_not_asked,
    ),
    Lemma(
        "stable_not_behind",
        "while the TSC counts as stable, any pCPU's TSC plus the offset is at least ideal",
        OVER,
        _stable_behind,
    ),
    Lemma(
        "stable_not_ahead",
        "while the TSC counts as stable, any pCPU's TSC plus the offset is at most ideal",
        OVER,
        _stable_ahead,
    ),
)
CAUGHT_UP = (
    Lemma(
        "slice_loss",
        "with no clock update pending, a loaded vCPU is behind ideal by at most what the clock was short "
        "of, and what the slowest pCPU has lost since its load",
        OVER,
        _slice_loss,
    ),
    Lemma(
        "catchup_lead",
        "a loaded vCPU is ahead of ideal by at most the clock's phase",
        OVER,
        _catchup_lead,
    ),
    Lemma(
        "away_lead",
        "while a vCPU is off its pCPU, the host TSC noted at put plus its offset is ahead of ideal by at "
        "most the clock's phase",
        ("vcpu",),
        _away_lead,
    ),
)
RESUMED = (
    Lemma(
        "put_loss",
        "a vCPU off its pCPU and not to be rebased is behind ideal there by at most what the slowest "
        "pCPU has lost since the put",
        OVER,
        _put_loss,
    ),
    Lemma(
        "sleep_and_slice_loss",
        "with no clock update pending, a loaded vCPU is behind ideal by at most what the slowest pCPU "
        "lost while it was off its pCPU and since, or by what slice_loss says",
        OVER,
        _sleep_and_slice_loss,
    ),
)
EXITED = (
    Lemma("exit_is_past", "the last load or exit is not in the future", ("vcpu",), _exit_is_past),
    Lemma(
        "exit_loss",
        "with no clock update pending, a loaded vCPU is behind ideal by at most what the clock was short "
        "of, and what the slowest pCPU has lost since its last load or exit",
        OVER,
        _exit_loss,
    ),
    Lemma(
        "entered_in_time",
        "a vCPU in guest mode was entered at most entry_delay after its last load or exit",
        ("vcpu",),
        _entered_in_time,
    ),
)


def slice_lemmas(settings: Any) -> list[Lemma]:
    """Those that may hold with these settings; none without limits and timers."""
    exits = bool(settings["exit_interval"] and settings["entry_delay"])
    if not (settings["timeslice"] or exits or settings["timer"] == "on"):
        return []
    found = [SINCE, *STABLE, *CAUGHT_UP]
    found += RESUMED if settings["dormancy"] else ()
    return [*found, *(EXITED if exits else ())]
