"""Lemmas about trapping: what decides it, who has followed the decision, and the last value emulated.

They are stated only where RDTSC may trap.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from model.lemmas.bounds import clock_step, ideal
from model.lemmas.standings import STABLE, Bound, Standing, guest_tsc, is_away, lemma, loaded_on
from model.state import TRAP
from model.trapping import has_page, is_switching, last_emulated
from vtsc.language import INPUT_LIMIT, Lemma, both, either, implies, integer, negation


def is_asked_to_trap(vcpu: Any) -> bool:
    """Whether the vCPU's mode is to trap."""
    return either((vcpu.tsc_mode == TRAP,))


def emulated(machine: Any, state: Any, v: int) -> int:
    """The last value emulated, of vCPU ``v`` or of the VM, as the settings say (an integer)."""
    return integer(last_emulated(state.vm.vcpus[v], machine.settings))


def emulation_limit(machine: Any, state: Any, v: int) -> int:
    """The greatest value that the kernel clock may call for now, on a machine whose clock steps."""
    return ideal(machine, state, {}, v) + clock_step(machine, state)


def _trapping_is_unstable(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    traps = either((vcpu.tsc_trapping, is_asked_to_trap(vcpu)))
    return implies(traps, state.host.tsc_unstable)


def _unstable_asks(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    concerned = both(
        both(state.host.tsc_unstable, vcpu.created), negation(has_page(vcpu, machine.settings))
    )
    return implies(concerned, is_asked_to_trap(vcpu))


def _asked_has_no_page(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(is_asked_to_trap(vcpu), negation(has_page(vcpu, machine.settings)))


def _update_is_unstable(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return implies(state.vm.vcpus[v].request_clock_update, state.host.tsc_unstable)


def _switch_is_pending(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(is_switching(vcpu), vcpu.request_clock_update)


def _guest_has_switched(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.in_guest, negation(is_switching(vcpu)))


def _others_have_switched(machine: Any, state: Any, ghosts: Any, v: int, w: int) -> bool:
    vcpu, other = state.vm.vcpus[v], state.vm.vcpus[w]
    return implies(vcpu.in_guest, negation(is_switching(other)))


def _never_traps(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return negation(either((vcpu.tsc_trapping, is_asked_to_trap(vcpu))))


def _emulated_at_most_ideal(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return emulated(machine, state, v) <= emulation_limit(machine, state, v)


def _emulated_far_above(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    limit = emulation_limit(machine, state, v) + INPUT_LIMIT
    return emulated(machine, state, v) <= limit


def _emulated_not_negative(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return emulated(machine, state, v) >= 0


LEMMAS = (
    Lemma(
        "trapping_is_unstable",
        "a vCPU traps, or is to trap, only once the TSC counts as unstable",
        ("vcpu",),
        _trapping_is_unstable,
    ),
    Lemma(
        "unstable_asks_to_trap",
        "once the TSC counts as unstable, a vCPU is to trap unless it has a page",
        ("vcpu",),
        _unstable_asks,
    ),
    Lemma("asked_has_no_page", "a vCPU that is to trap has no page", ("vcpu",), _asked_has_no_page),
    Lemma(
        "update_is_unstable",
        "a clock update is pending only once the TSC counts as unstable",
        ("vcpu",),
        _update_is_unstable,
    ),
    Lemma(
        "switch_is_pending",
        "a vCPU that has not made a switch has a clock update pending",
        ("vcpu",),
        _switch_is_pending,
    ),
    Lemma(
        "guest_has_switched",
        "a vCPU in guest mode has made its last switch",
        ("vcpu",),
        _guest_has_switched,
    ),
    Lemma(
        "others_have_switched",
        "while a vCPU is in guest mode, every vCPU has made its last switch",
        ("vcpu", "vcpu"),
        _others_have_switched,
    ),
    Lemma("never_traps", "no vCPU traps, or is to trap", ("vcpu",), _never_traps),
    Lemma(
        "emulated_ideal_above",
        "the last value emulated is at most ideal, and a step of the clock",
        ("vcpu",),
        _emulated_at_most_ideal,
    ),
    Lemma(
        "emulated_far_above",
        "the last value emulated is at most 2^62 above ideal, and a step of the clock",
        ("vcpu",),
        _emulated_far_above,
    ),
    Lemma(
        "emulated_not_negative",
        "no value emulated is below 0",
        ("vcpu",),
        _emulated_not_negative,
    ),
)


NATIVE = Standing(
    "native",
    "while a vCPU is in guest mode on a pCPU and does not trap",
    "that pCPU's TSC plus its offset",
    lambda host, vcpu, c: both(
        both(vcpu.in_guest, loaded_on(host, vcpu, c)), negation(vcpu.tsc_trapping)
    ),
    guest_tsc,
)


def away_while_stable(saved_tsc: str) -> Standing:
    """The standing of a vCPU off its pCPU, before the TSC is marked; ``saved_tsc``: what put notes."""
    return Standing(
        "away_while_stable",
        "while the TSC counts as stable and a vCPU is off its pCPU",
        f"{saved_tsc} plus its offset",
        lambda host, vcpu, c: both(is_away(vcpu), negation(host.tsc_unstable)),
        lambda host, vcpu, c: getattr(vcpu, saved_tsc) + integer(vcpu.tsc_offset),
        anywhere=True,
    )


def standings(own: Sequence[Standing], saved_tsc: str) -> list[Standing]:
    """The standings that a design has on a machine that may trap; ``own``: those that it has anyhow.

    ``saved_tsc`` is the field that notes the host TSC at put.
    """
    before = away_while_stable(saved_tsc)
    return [*own, before, NATIVE, *(untrapped(s) for s in own if s.name in WHERE_NATIVE)]


def lemmas(saved_tsc: str) -> list[Lemma]:
    """The lemmas about a machine that may trap; ``saved_tsc`` is the field that notes the host TSC at put."""
    before = (STABLE, away_while_stable(saved_tsc))
    return [*LEMMAS, *(lemma(standing, bound) for standing in before for bound in EXACT)]


EXACT = (
    Bound("exact", "ideal, whatever the step of the clock", True, ideal),
    Bound("exact_above", "ideal, whatever the step of the clock", False, ideal),
)
WHERE_NATIVE = ("loaded", "settled", "away", "stays_as_it_is")
"""The standings that say more of a vCPU whose RDTSC does not trap."""


def untrapped(standing: Standing) -> Standing:
    """The standing of a vCPU whose RDTSC does not trap."""
    return replace(
        standing,
        name=f"untrapped_{standing.name}",
        situation=f"{standing.situation}, and does not trap",
        when=lambda host, vcpu, c: both(standing.when(host, vcpu, c), negation(vcpu.tsc_trapping)),
    )
