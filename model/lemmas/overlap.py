"""Lemmas about reads that overlap: how far the VM's last value emulated may run ahead of the clock.

A read that has just ended counts as one bump, and as less and less until its vCPU may have read again, which
is after rdtsc_cycles. The last value is ahead by no more than the sum of what the reads count.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from model.lemmas.bounds import clock_step, ideal
from vtsc.language import Lemma, either, integer


def _rest(machine: Any, state: Any, v: int) -> int:
    """The time units until vCPU ``v`` may have read again; negative once it may."""
    host = state.host
    takes: int = machine.settings["rdtsc_cycles"] * host.base.cycle
    return takes - integer(host.t - state.vm.vcpus[v].read_from)


def _ahead(machine: Any, state: Any) -> int:
    """How far the last value is above the greatest that the clock may call for: ideal and a step less 1."""
    clock = ideal(machine, state, {}, 0) + clock_step(machine, state)
    return integer(state.vm.last_emul) - clock


def _counted(machine: Any, state: Any) -> Sequence[int]:
    """The sums of what each set of reads counts; the greatest is that of those that still count."""
    rests = [_rest(machine, state, v) for v in range(len(state.vm.vcpus))]
    bump = machine.settings["emul_bump"]
    sizes = range(len(rests) + 1)
    return [bump * sum(chosen) for size in sizes for chosen in combinations(rests, size)]


def _began(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    passed: bool = integer(state.host.t - state.vm.vcpus[v].read_from) >= 0
    return passed


def _within_bumps(machine: Any, state: Any, ghosts: Any) -> bool:
    takes = machine.settings["rdtsc_cycles"] * state.host.base.cycle
    over = _ahead(machine, state) * takes
    return either(over <= counted for counted in _counted(machine, state))


def _within_others(machine: Any, state: Any, ghosts: Any) -> bool:
    takes, bump = (
        machine.settings["rdtsc_cycles"] * state.host.base.cycle,
        machine.settings["emul_bump"],
    )
    ahead = _ahead(machine, state)
    less = either(ahead * takes <= counted - bump * takes for counted in _counted(machine, state))
    return either((ahead <= -bump, less))


LEMMAS = (
    Lemma("read_began", "no read began in the future", ("vcpu",), _began),
    Lemma(
        "within_bumps",
        "the last value emulated is ahead of the clock by at most what the reads under way count",
        (),
        _within_bumps,
    ),
    Lemma(
        "within_other_bumps",
        "one more bump before the last value emulated would be ahead by no more than the reads count",
        (),
        _within_others,
    ),
)
