"""The property that a guest cannot tell a design from the one that runs beside it, with its lemmas."""

from collections.abc import Sequence
from typing import Any

from vtsc.language import Lemma, Property, Step, both, either, implies, negation, u64


class SameReads(Property):
    """Violated iff a read would have returned another value, or an entry would not have been possible."""

    name = "same_reads"
    claim = (
        "each read returns what the other design returns, which serves requests at the same times"
    )
    symptom = "difference"
    story = "vCPU {subject} read {this}, and not what the other design returns, by {culprit}"
    needs = ("can_read_tsc_twice", "can_load_on_another_pcpu")
    defaults = {"vcpus": "2", "trapping": "unstable", "kvmclock": "any"}

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Compare what decides the value: trapping or not, and the offset where it does not trap."""
        if step.call.name not in ("rdtsc", "enter"):
            return False
        vcpu = state.vm.vcpus[step.call.args[0]]
        if step.call.name == "enter" and vcpu.other_update:
            return True
        offset = u64(vcpu.other_offset - vcpu.tsc_offset) != 0
        reads = either((vcpu.other_trapping ^ vcpu.tsc_trapping, offset))
        return either((reads, vcpu.other_differs))

    def lemmas(self, machine: Any) -> Sequence[Lemma]:
        """The fields of the two are equal."""
        return [_equal(*names) for names in EQUAL] + [
            Lemma("mode_is_central", "tsc_mode is what the central function says", ("vcpu",), _mode,
                  owner="same_reads"),
            Lemma("update_is_due", "where trapping is to change, an update is pending", ("vcpu",),
                  _due, owner="same_reads"),
            Lemma("load_asks", "off its pCPU, an update is pending for both or due to load",
                  ("vcpu",), _asks, owner="same_reads"),
        ]  # fmt: skip


EQUAL = (
    ("tsc_offset", "other_offset"),
    ("last_host_tsc", "other_host_tsc"),
    ("tsc_rebase", "other_rebase"),
    ("tsc_trapping", "other_trapping"),
)


def _equal(mine: str, other: str) -> Lemma:
    def holds(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
        vcpu = state.vm.vcpus[v]
        same: bool = getattr(vcpu, mine) == getattr(vcpu, other)
        return same

    return Lemma(
        f"same_{mine}", f"{mine} is the same in both", ("vcpu",), holds, owner="same_reads"
    )


def _traps(state: Any, v: int) -> bool:
    vcpus = state.vm.vcpus
    several = either(both(a.created, b.created) for i, a in enumerate(vcpus) for b in vcpus[:i])
    vcpu = vcpus[v]
    wanted = both(state.host.tsc_unstable, both(several, negation(vcpu.time_page)))
    return both(vcpu.created, wanted)


def _mode(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    trap, wanted = either((state.vm.vcpus[v].tsc_mode == 1,)), _traps(state, v)
    return both(implies(trap, wanted), implies(wanted, trap))


def _due(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu, wanted = state.vm.vcpus[v], _traps(state, v)
    same = both(implies(vcpu.tsc_trapping, wanted), implies(wanted, vcpu.tsc_trapping))
    return either((same, both(vcpu.request_clock_update, vcpu.other_update)))


def _asks(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    mine, other = vcpu.request_clock_update, vcpu.other_update
    due = both(vcpu.tsc_rebase, negation(vcpu.loaded))
    covered = implies(mine, either((other, due)))
    return both(both(implies(other, mine), covered), negation(vcpu.other_differs))


SAME = SameReads()
