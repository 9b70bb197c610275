"""Lemmas about the machine that every design may need; `standings` has those about a guest's TSC."""

from typing import Any

from vtsc.language import Lemma, both, either, implies, negation


def _in_guest_is_loaded(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.in_guest, vcpu.loaded)


def _loaded_is_bound(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.loaded, vcpu.cpu != -1)


def _bound(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return either((state.vm.vcpus[v].cpu != -1,))


def _in_guest_is_served(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.in_guest, negation(vcpu.request_clock_update))


def _equal_tscs(machine: Any, state: Any, ghosts: Any, c: int, d: int) -> bool:
    return bool_equal(state.host.pcpus[c].tsc, state.host.pcpus[d].tsc)


def _equal_while_stable(machine: Any, state: Any, ghosts: Any, c: int, d: int) -> bool:
    return either((state.host.tsc_unstable, _equal_tscs(machine, state, ghosts, c, d)))


def _never_unstable(machine: Any, state: Any, ghosts: Any) -> bool:
    return negation(state.host.tsc_unstable)


def _rebase_is_unstable(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return implies(state.vm.vcpus[v].tsc_rebase, state.host.tsc_unstable)


def _asked_to_catch_up(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.request_clock_update, vcpu.tsc_catchup)


def _put_is_noted(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return saved(machine, state, v) >= 1


def saved(machine: Any, state: Any, v: int) -> int:
    """The host TSC that the design notes for the next load of vCPU ``v``."""
    tsc: int = getattr(state.vm.vcpus[v], machine.design.saved_tsc)
    return tsc


def _put_is_past_here(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    here = state.vm.vcpus[v].cpu == c
    return implies(here, saved(machine, state, v) <= state.host.pcpus[c].tsc)


def _put_is_past_while_stable(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    return implies(negation(state.host.tsc_unstable), _put_is_past(machine, state, ghosts, v, c))


def _put_is_past(machine: Any, state: Any, ghosts: Any, v: int, c: int) -> bool:
    past: bool = saved(machine, state, v) <= state.host.pcpus[c].tsc
    return past


def bool_equal(a: int, b: int) -> bool:
    """Whether two words are equal, without forking."""
    return a == b


def _loaded_apart(machine: Any, state: Any, ghosts: Any, v: int, w: int) -> bool:
    a, b = state.vm.vcpus[v], state.vm.vcpus[w]
    return negation(both(both(a.loaded, b.loaded), a.cpu == b.cpu))


LEMMAS = (
    Lemma(
        "in_guest_is_loaded", "a vCPU in guest mode is loaded", ("vcpu",), _in_guest_is_loaded, True
    ),
    Lemma("loaded_is_bound", "a loaded vCPU is bound to a pCPU", ("vcpu",), _loaded_is_bound, True),
    Lemma("bound", "a vCPU is bound to a pCPU", ("vcpu",), _bound),
    Lemma(
        "in_guest_is_served",
        "a vCPU in guest mode has no clock update pending",
        ("vcpu",),
        _in_guest_is_served,
    ),
    Lemma("equal_tscs", "the TSCs of all pCPUs are equal", ("pcpu", "pcpu"), _equal_tscs),
    Lemma(
        "equal_tscs_while_stable",
        "while the TSC counts as stable, the TSCs of all pCPUs are equal",
        ("pcpu", "pcpu"),
        _equal_while_stable,
    ),
    Lemma("never_unstable", "the TSC counts as stable", (), _never_unstable),
    Lemma(
        "rebase_is_unstable",
        "a vCPU is to be rebased only once the TSC counts as unstable",
        ("vcpu",),
        _rebase_is_unstable,
    ),
    Lemma(
        "asked_to_catch_up",
        "a clock update is pending only where it will catch up",
        ("vcpu",),
        _asked_to_catch_up,
    ),
    Lemma("put_is_noted", "the host TSC noted at put is not 0", ("vcpu",), _put_is_noted),
    Lemma(
        "put_is_past_here",
        "the host TSC noted at put is at most that pCPU's TSC",
        ("vcpu", "pcpu"),
        _put_is_past_here,
    ),
    Lemma(
        "put_is_past_while_stable",
        "while the TSC counts as stable, the host TSC noted at put is at most any pCPU's TSC",
        ("vcpu", "pcpu"),
        _put_is_past_while_stable,
    ),
    Lemma(
        "put_is_past",
        "the host TSC noted at put is at most any pCPU's TSC",
        ("vcpu", "pcpu"),
        _put_is_past,
    ),
    Lemma(
        "loaded_apart",
        "two loaded vCPUs are on different pCPUs",
        ("vcpu", "vcpu"),
        _loaded_apart,
    ),
)
