"""Patch 25/35, repaired: after every put, the guest's TSC is set anew from the time that has elapsed.

25/35 asks whether the TSC is marked unstable before it compensates and catches up. But a TSC can be wrong
and not marked yet, and catchup alone cannot undo a lead. 25/35's load is kept; four functions change.
"""

from typing import Any, ClassVar

from model.arithmetic import later
from model.designs.base import CLOCK_UPDATE
from model.designs.patch25 import Patch25
from model.host.host import Host
from model.lemmas.standings import Standing, guest_tsc, loaded_on
from model.state import TRAP
from model.trapping import follow_mode
from model.vm import Vcpu, Vm
from vtsc.language import MASK, Lemma, both, either, implies, integer, negation, s64, u64, word

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
    if settings["exit_interval"] is None or settings["entry_delay"] is None:
        return True
    low, per = host.slowest
    behind = integer(machine.ideal(state, v)) - guest_tsc(host, vcpu, c)
    lost, delay = behind * per * host.base.cycle, host.base.units(settings["entry_delay"])
    runs = both(loaded_on(host, vcpu, c), negation(vcpu.tsc_trapping))
    inside = lost <= (per - low) * (host.t - vcpu.entered + delay)
    outside = lost <= (per - low) * (host.t - vcpu.out_since)
    served = both(negation(vcpu.in_guest), negation(vcpu.request_clock_update))
    past = both(vcpu.entered <= host.t, vcpu.out_since <= host.t)
    lag = implies(both(runs, vcpu.in_guest), inside), implies(both(runs, served), outside)
    return both(past, both(*lag))


LAG_IS_TIMED = Lemma(
    "lag_is_timed",
    "an untrapped vCPU has lost no more than its time on the pCPU since the last update allows",
    ("vcpu", "pcpu"),
    _lag_is_timed,
)


class Repaired(Patch25):
    """Patch 25/35 with what its claims need to be true."""

    name = "repaired"
    title = "patch 25/35, repaired: the TSC is set from elapsed time after every put"
    guarded = False
    standings: ClassVar[tuple[Standing, ...]] = (RUNS, NOTED)
    lemmas: ClassVar[tuple[Lemma, ...]] = (
        PUT_ASKS,
        UNSTABLE_TRAPS,
        TRAPS_UNSTABLE,
        STABLE_EXACT,
        LAG_IS_TIMED,
    )
    vcpu_fields = {"last_guest_tsc": word("cycles", "the guest's TSC at its last exit", hi=MASK)}

    def vcpu_put(self, host: Host, vcpu: Vcpu) -> None:
        """As in 25/35, but the update is asked for while the TSC counts as stable, too. [repaired-put]"""
        super().vcpu_put(host, vcpu)
        vcpu.request(CLOCK_UPDATE)

    def vcpu_exit(self, host: Host, vcpu: Any) -> None:
        """Note the guest's TSC, as from 1d5f066e on; ask for an update while unstable. [repaired-exit]"""
        vcpu.last_guest_tsc = u64(self.read_tsc(host, vcpu))
        if host.tsc_unstable:
            vcpu.request(CLOCK_UPDATE)

    def guest_time_update(self, host: Host, vcpu: Any) -> None:
        """Set the TSC from elapsed time, up or down, but not below its last value. [repaired-update]"""
        tsc_timestamp = self.read_tsc(host, vcpu)
        host.sampling_gap()
        wanted = self.compute_guest_tsc(vcpu, host.kernel_ns())
        unseen = max(host.base.cycles(host.clock_step()), 1) - 1
        if unseen > 0 and abs(s64(tsc_timestamp - wanted)) <= unseen:
            wanted = tsc_timestamp
        wanted = later(wanted, vcpu.last_guest_tsc)
        vcpu.caught_up = wanted > u64(tsc_timestamp)
        vcpu.tsc_offset += wanted - tsc_timestamp
        follow_mode(vcpu, self.settings)

    def update_tsc_trapping(self, host: Host, vm: Vm) -> None:
        """As in 25/35's series, but trapping starts at once: vCPUs are kicked. [repaired-trap]"""
        super().update_tsc_trapping(host, vm)
        for vcpu in vm.vcpus:
            if vcpu.tsc_mode == TRAP:
                vcpu.tsc_trapping = True
