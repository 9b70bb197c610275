"""Lemmas about the guest's TSC writes, for machines with tsc_writes=on; true where equal writes match."""

from typing import Any

from vtsc.language import Lemma, both, either, implies, integer


def _written_is_last(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vm = state.vm
    return implies(vm.vcpus[v].tsc_written, integer(vm.last_tsc_write) == vm.tsc_to_write)


def _written_is_alike(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vm = state.vm
    vcpu = vm.vcpus[v]
    return implies(vcpu.tsc_written, integer(vcpu.tsc_offset) == integer(vm.last_tsc_offset))


def _last_write_is_past(machine: Any, state: Any, ghosts: Any) -> bool:
    host, last = state.host, integer(state.vm.last_tsc_nsec)
    return both(last >= host.k0 // host.base.ns, last <= integer(host.kernel_ns()))


def _last_write_not_negative(machine: Any, state: Any, ghosts: Any, c: int) -> bool:
    tsc: int = state.host.pcpus[c].tsc + integer(state.vm.last_tsc_offset)
    return tsc >= 0


LEMMAS = (
    Lemma(
        "written_is_last",
        "where the guest has written a TSC, the VM's last write is of the same value",
        ("vcpu",),
        _written_is_last,
    ),
    Lemma(
        "written_is_alike",
        "where the guest has written a TSC, its offset is that of the VM's last write",
        ("vcpu",),
        _written_is_alike,
    ),
    Lemma(
        "last_write_is_past",
        "the kernel clock at the VM's last TSC write is between that at its creation and that of now",
        (),
        _last_write_is_past,
    ),
    Lemma(
        "last_write_not_negative",
        "any pCPU's TSC plus the offset of the VM's last TSC write is at least 0",
        ("pcpu",),
        _last_write_not_negative,
    ),
)


def read_lemmas(owner: str) -> list[Lemma]:
    """The lemmas that only reads after a write count, and that no other is remembered."""

    def written(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        return implies(ghosts[f"vcpu{v}"].seen, state.vm.vcpus[v].tsc_written)

    def forgotten(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        ghost = ghosts[f"vcpu{v}"]
        return either((ghost.seen, integer(ghost.last) == 0))

    return [
        Lemma(
            "read_is_written",
            "a read has counted only where the guest has written its TSC",
            ("vcpu",),
            written,
            owner=owner,
        ),
        Lemma(
            "read_not_counted",
            "where no read has counted, the last value read is 0",
            ("vcpu",),
            forgotten,
            owner=owner,
        ),
    ]
