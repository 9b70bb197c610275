"""Standings and lemmas of the repaired design, in which the TSC is set from the time that has elapsed."""

from typing import Any

from model.lemmas.standings import Standing, guest_tsc, loaded_on
from model.state import TRAP
from vtsc.language import Lemma, both, either, implies, integer, negation

RUNS = Standing(
    "runs",
    "while an untrapped vCPU is in guest mode, or loaded with no clock update pending",
    "that pCPU's TSC plus its offset",
    lambda host, vcpu, c: both(
        both(loaded_on(host, vcpu, c), negation(vcpu.tsc_trapping)),
        either((vcpu.in_guest, negation(vcpu.request_clock_update))),
    ),
    guest_tsc,
)

NOTED = Standing(
    "noted",
    "while an untrapped vCPU is out of guest mode",
    "last_guest_tsc",
    lambda host, vcpu, c: negation(either((vcpu.in_guest, vcpu.tsc_trapping))),
    lambda host, vcpu, c: integer(vcpu.last_guest_tsc),
    anywhere=True,
)

PUT_ASKS = Lemma(
    "put_asks",
    "a vCPU that exists and is off its pCPU has a clock update pending",
    ("vcpu",),
    lambda machine, state, ghosts, v: implies(
        both(state.vm.vcpus[v].created, negation(state.vm.vcpus[v].loaded)),
        either((state.vm.vcpus[v].request_clock_update,)),
    ),
)

UNSTABLE_TRAPS = Lemma(
    "unstable_traps",
    "once the TSC counts as unstable, every vCPU traps and is to trap",
    ("vcpu",),
    lambda machine, state, ghosts, v: implies(
        state.host.tsc_unstable,
        both(state.vm.vcpus[v].tsc_mode == TRAP, state.vm.vcpus[v].tsc_trapping),
    ),
)

TRAPS_UNSTABLE = Lemma(
    "traps_unstable",
    "a vCPU traps, or is to, only once the TSC counts as unstable",
    ("vcpu",),
    lambda machine, state, ghosts, v: implies(
        either((state.vm.vcpus[v].tsc_mode == TRAP, state.vm.vcpus[v].tsc_trapping)),
        state.host.tsc_unstable,
    ),
)


def _stable_exact(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    vcpu, ideal = state.vm.vcpus[v], integer(machine.ideal(state, v))
    exact = both(guest_tsc(state.host, vcpu, c) == ideal, integer(vcpu.last_guest_tsc) <= ideal)
    return implies(negation(state.host.tsc_unstable), exact)


STABLE_EXACT = Lemma(
    "stable_exact",
    "while the TSC counts as stable, any pCPU's TSC plus the offset is ideal, and the last is not more",
    ("vcpu", "pcpu"),
    _stable_exact,
)


def _lag_is_timed(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    host, vcpu, settings = state.host, state.vm.vcpus[v], machine.settings
    if settings["entry_delay"] is None:
        return True
    low, per = host.slowest
    behind = integer(machine.ideal(state, v)) - guest_tsc(host, vcpu, c)
    lost, delay = behind * per * host.base.cycle, host.base.units(settings["entry_delay"])
    runs = both(loaded_on(host, vcpu, c), negation(vcpu.tsc_trapping))
    outside = lost <= (per - low) * (host.t - vcpu.out_since)
    served = both(negation(vcpu.in_guest), negation(vcpu.request_clock_update))
    known = both(vcpu.out_since <= host.t, implies(both(runs, served), outside))
    if settings["exit_interval"] is None:
        return known
    inside = lost <= (per - low) * (host.t - vcpu.entered + delay)
    return both(both(known, vcpu.entered <= host.t), implies(both(runs, vcpu.in_guest), inside))


LAG_IS_TIMED = Lemma(
    "lag_is_timed",
    "an untrapped vCPU has lost no more than its time on the pCPU since the last update allows",
    ("vcpu", "pcpu"),
    _lag_is_timed,
)

STANDINGS = (RUNS, NOTED)
LEMMAS = (PUT_ASKS, UNSTABLE_TRAPS, TRAPS_UNSTABLE, STABLE_EXACT, LAG_IS_TIMED)
