"""Lemmas that bound the last value read, where RDTSC may trap, by the last one emulated and the clock."""

from typing import Any

from model.lemmas.trapping import emulated, emulation_limit, is_asked_to_trap
from vtsc.language import Lemma, either, implies, integer, negation


def trapped_lemmas(owner: str) -> list[Lemma]:
    """Lemmas that bound the last value read by the last one emulated, by the kernel clock, and by ideal."""

    def last(ghosts: Any, v: int) -> int:
        return integer(ghosts[f"vcpu{v}"].last)

    def emulated_since(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        return implies(state.host.tsc_unstable, last(ghosts, v) <= emulated(machine, state, v))

    def emulated_while_trapping(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        vcpu = state.vm.vcpus[v]
        traps = either((vcpu.tsc_trapping, is_asked_to_trap(vcpu)))
        return implies(traps, last(ghosts, v) <= emulated(machine, state, v))

    def emulated_by_itself(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        traps = state.vm.vcpus[v].tsc_trapping
        return implies(traps, last(ghosts, v) <= emulated(machine, state, v))

    def at_most_clock(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        vcpu = state.vm.vcpus[v]
        clock = machine.design.compute_guest_tsc(vcpu, state.host.kernel_ns())
        return implies(vcpu.tsc_trapping, last(ghosts, v) <= integer(clock))

    def near_ideal(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        return last(ghosts, v) <= emulation_limit(machine, state, v)

    def at_most_ideal_before(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        before = negation(state.host.tsc_unstable)
        return implies(before, last(ghosts, v) <= integer(machine.ideal(state, v)))

    def native_at_most_ideal(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        native = negation(state.vm.vcpus[v].tsc_trapping)
        return implies(native, last(ghosts, v) <= integer(machine.ideal(state, v)))

    stated = (
        (
            "native_read_at_most_ideal",
            "no value read on a vCPU that does not trap is above ideal",
            native_at_most_ideal,
        ),
        (
            "read_at_most_ideal_while_stable",
            "while the TSC counts as stable, no value read is above ideal",
            at_most_ideal_before,
        ),
        (
            "read_at_most_emulated",
            "once the TSC counts as unstable, no value read is above the last one emulated",
            emulated_since,
        ),
        (
            "trapped_read_at_most_emulated",
            "no value read on a vCPU that traps, or is to trap, is above the last one emulated",
            emulated_while_trapping,
        ),
        (
            "trapping_read_at_most_emulated",
            "no value read on a vCPU that traps is above the last one emulated",
            emulated_by_itself,
        ),
        (
            "trapped_read_at_most_clock",
            "no value read on a vCPU that traps is above the one that the kernel clock calls for",
            at_most_clock,
        ),
        (
            "read_near_ideal",
            "no value read is above ideal by more than a step of the clock",
            near_ideal,
        ),
    )
    return [Lemma(name, text, ("vcpu",), holds, owner=owner) for name, text, holds in stated]
