"""The lemmas about a TSC that went back and is made up for at the next load."""

from typing import Any

from model.lemmas.standings import Standing, guest_tsc, is_away
from vtsc.language import INPUT_LIMIT, Lemma, both, either, implies, integer

ADJUSTED = Standing(
    "adjusted",
    "while a vCPU is off its pCPU",
    "last_host_tsc plus its offset and its adjustment",
    lambda host, vcpu, c: is_away(vcpu),
    lambda host, vcpu, c: (
        vcpu.last_host_tsc + integer(vcpu.tsc_offset) + integer(vcpu.tsc_offset_adjustment)
    ),
    anywhere=True,
)

ADJUSTED_HERE = Standing(
    "adjusted_here",
    "while a vCPU is off its pCPU",
    "any pCPU's TSC plus its offset and its adjustment",
    lambda host, vcpu, c: is_away(vcpu),
    lambda host, vcpu, c: guest_tsc(host, vcpu, c) + integer(vcpu.tsc_offset_adjustment),
)


def _loaded_is_adjusted(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.loaded, integer(vcpu.tsc_offset_adjustment) == 0)


def _adjustment_is_small(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    adjustment = integer(state.vm.vcpus[v].tsc_offset_adjustment)
    return both(adjustment >= 0, adjustment < INPUT_LIMIT)


def _adjusted_once(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return either((integer(vcpu.tsc_offset_adjustment) == 0, vcpu.last_host_tsc <= 1))


def _catchup_is_unstable(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return implies(state.vm.vcpus[v].tsc_catchup, state.host.tsc_unstable)


LEMMAS = (
    Lemma(
        "catchup_is_unstable",
        "a vCPU catches up only once the TSC counts as unstable",
        ("vcpu",),
        _catchup_is_unstable,
    ),
    Lemma(
        "adjustment_is_small",
        "an adjustment is from 0 to 2^62",
        ("vcpu",),
        _adjustment_is_small,
    ),
    Lemma(
        "adjusted_once",
        "where there is an adjustment, the host TSC noted at put is that of the reset",
        ("vcpu",),
        _adjusted_once,
    ),
    Lemma(
        "loaded_is_adjusted",
        "a loaded vCPU has no adjustment to come",
        ("vcpu",),
        _loaded_is_adjusted,
    ),
)
