"""Lemmas about the guest's timer: its target against what ideal will be when the host's timer is due.

That is known when the timer is armed, by how far the guest's TSC is from ideal then, and by how much the
host's timer is moved because its clock has steps. They are offered where timers are on.
"""

from collections.abc import Sequence
from typing import Any

from model.lemmas.slices import lag_of_clock, lead_of_clock, loss
from model.lemmas.standings import Standing
from model.limits import waits_for_timer
from vtsc.language import Lemma, both, implies, integer, negation


def target_ahead(state: Any, v: int) -> int:
    """The time units by which the timer's target is above what ideal is when the host's timer is due."""
    vcpu = state.vm.vcpus[v]
    target = integer(vcpu.timer_target) - integer(vcpu.tsc_at_creation)
    distance: int = target * state.host.base.cycle - (vcpu.timer_due - vcpu.created_at)
    return distance


def rounded_by(machine: Any, state: Any) -> int:
    """The time units by which the clock of the host's timer moves its expiry, at most."""
    host = state.host
    if machine.settings["timer_clock"] == "true":
        return 0
    resolution = max(host.resolution, host.resolution_unstable)
    exact = host.base.cycle % host.base.ns == 0 and resolution % host.base.ns == 0
    moved: int = resolution - 1 + (0 if exact else 2 * host.base.ns)
    return moved


def _waiting(machine: Any, state: Any, v: int) -> bool:
    return waits_for_timer(state.vm.vcpus[v], machine.settings)


def _lost(machine: Any, state: Any) -> tuple[int, int]:
    """What is left of the loss of a slice where the host's timer is accelerated, as a fraction."""
    settings, units = machine.settings, state.host.base.units
    lost, den = loss(state, units(settings["timeslice"] or 0))
    least = units(settings["timer_least"])
    if settings["accelerate_lag"] == "arm":
        lost = max(0, lost - den * least)
    return lost - den * min(units(settings["accelerate_by"]), least), den


def _target_not_behind(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    lost, den = _lost(machine, state)
    more = lag_of_clock(state) + rounded_by(machine, state)
    kept = den * (target_ahead(state, v) + more) + lost >= 0
    return implies(_waiting(machine, state, v), kept)


def _target_not_ahead(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    sooner = state.host.base.units(machine.settings["accelerate_by"])
    most = lead_of_clock(state) + rounded_by(machine, state) + sooner
    return implies(_waiting(machine, state, v), target_ahead(state, v) <= most)


def _stable_target_not_behind(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    settings, units = machine.settings, state.host.base.units
    sooner = min(units(settings["accelerate_by"]), units(settings["timer_least"]))
    kept = target_ahead(state, v) + rounded_by(machine, state) >= sooner
    return implies(_stably_waiting(machine, state, v), kept)


def _stable_target_not_ahead(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    sooner = state.host.base.units(machine.settings["accelerate_by"])
    kept = target_ahead(state, v) <= rounded_by(machine, state) + sooner
    return implies(_stably_waiting(machine, state, v), kept)


def _stably_waiting(machine: Any, state: Any, v: int) -> bool:
    return both(_waiting(machine, state, v), negation(state.host.tsc_unstable))


def _fired_is_due(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.timer_fired, vcpu.timer_due <= state.host.t)


def _in_guest_is_delivered(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.in_guest, negation(vcpu.timer_fired))


def _target_after_creation(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    later = integer(vcpu.timer_target) >= integer(vcpu.tsc_at_creation)
    return implies(_waiting(machine, state, v), later)


IN_GUEST_IS_DELIVERED = Lemma(
    "in_guest_is_delivered",
    "no timer that has fired waits for a vCPU in guest mode",
    ("vcpu",),
    _in_guest_is_delivered,
)
LEMMAS = (
    IN_GUEST_IS_DELIVERED,
    Lemma("fired_is_due", "a timer that has fired is due", ("vcpu",), _fired_is_due),
    Lemma(
        "target_after_creation",
        "a timer's target is not below the guest's TSC at creation",
        ("vcpu",),
        _target_after_creation,
    ),
    Lemma(
        "target_not_behind",
        "a timer's target is below what ideal is when the host's timer is due by at most what the clock "
        "was short of, what a slice loses and acceleration leaves of it, and what the host's timer is "
        "rounded by",
        ("vcpu",),
        _target_not_behind,
    ),
    Lemma(
        "target_not_ahead",
        "a timer's target is above what ideal is when the host's timer is due by at most the clock's "
        "phase, what the host's timer is rounded by, and accelerate_by",
        ("vcpu",),
        _target_not_ahead,
    ),
)

STABLE = (
    Lemma(
        "stable_target_not_behind",
        "while the TSC counts as stable, a timer's target is below what ideal is when the host's timer is "
        "due by at most what the host's timer is rounded by",
        ("vcpu",),
        _stable_target_not_behind,
    ),
    Lemma(
        "stable_target_not_ahead",
        "while the TSC counts as stable, a timer's target is above what ideal is when the host's timer is "
        "due by at most what the host's timer is rounded by, and accelerate_by",
        ("vcpu",),
        _stable_target_not_ahead,
    ),
)


def _paced(standing: Standing) -> Lemma:
    """That a vCPU's TSC is past its timer's target by no more than the time since the host's timer was due.

    So it is where no pCPU is faster than nominal and no TSC is raised.
    """

    def holds(machine: Any, state: Any, ghosts: Any, v: int, c: int = -1) -> bool:
        host, vcpu = state.host, state.vm.vcpus[v]
        past = standing.tsc(host, vcpu, c) - integer(vcpu.timer_target)
        late = host.t - vcpu.timer_due + rounded_by(machine, state)
        when = both(_waiting(machine, state, v), standing.when(host, vcpu, c))
        return implies(when, past * host.base.cycle <= late)

    return Lemma(
        f"{standing.name}_paced",
        f"{standing.situation} and waits for its timer, {standing.value} is past the timer's target by at "
        "most the time since the host's timer was due, and what that is rounded by",
        ("vcpu",) if standing.anywhere else ("vcpu", "pcpu"),
        holds,
    )


def timer_lemmas(settings: Any, standings: Sequence[Standing]) -> list[Lemma]:
    """Those that may hold with these settings."""
    return [*LEMMAS, *STABLE, *map(_paced, standings)] if settings["timer"] == "on" else []
