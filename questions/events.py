"""Events that only questions ask about: how the flags of trapping and of rebasing go together.

They are asked by name in ``claims/``, of one case at a time; the main job does not ask for them. A question
about a flag is about what the design stores, [trap-condition, trap-mode, put-rebase, load-rebase].
"""

from collections.abc import Sequence
from typing import Any

from model.lemmas.machine import bool_equal
from model.state import TRAP
from vtsc.language import Lemma, Sometimes, Step, both, either, implies, negation


def trap_is_due(state: Any, vcpu: Any) -> bool:
    """The mail's condition for trapping a vCPU: an unstable TSC, more than one vCPU online, and no page."""
    vcpus = state.vm.vcpus
    several = either(both(a.created, b.created) for i, a in enumerate(vcpus) for b in vcpus[:i])
    own = both(vcpu.created, negation(vcpu.time_page))
    return both(both(state.host.tsc_unstable, several), own)


def _mode_is_due(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return bool_equal(vcpu.tsc_mode == TRAP, trap_is_due(state, vcpu))


def _served_mode(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    same = bool_equal(vcpu.tsc_mode == TRAP, vcpu.tsc_trapping)
    return either((vcpu.request_clock_update, same))


def _trapped_in_guest(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(both(vcpu.in_guest, vcpu.tsc_trapping), vcpu.tsc_mode == TRAP)


def _rebase_asks(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return implies(vcpu.tsc_rebase, both(vcpu.request_clock_update, negation(vcpu.loaded)))


LEMMAS = (
    Lemma("event_mode", "a vCPU's mode is TRAP when trapping is due", ("vcpu",), _mode_is_due),
    Lemma(
        "event_served",
        "a vCPU traps as its mode says unless a clock update is pending",
        ("vcpu",),
        _served_mode,
    ),
    Lemma(
        "event_in_guest",
        "a vCPU that traps in the guest has mode TRAP",
        ("vcpu",),
        _trapped_in_guest,
    ),
    Lemma(
        "event_rebase",
        "a vCPU that is to be rebased is off its pCPU with a clock update pending",
        ("vcpu",),
        _rebase_asks,
    ),
)
"""What holds of the flags in every state; the checker proves each, or does without it."""


class FlagEvent(Sometimes):
    """An event about flags of one vCPU."""

    def lemmas(self, machine: Any) -> Sequence[Lemma]:
        """What is known of the flags."""
        return LEMMAS

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether the event happens to the vCPU of the step, or to any where the step is of none."""
        args = step.call.args
        vcpus = [state.vm.vcpus[args[0]]] if args and step.call.name != "jump" else state.vm.vcpus
        return either(self.happens(state, vcpu, step) for vcpu in vcpus)

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether the step, after which the state is this one, is the event for the vCPU."""
        raise NotImplementedError  # for each event to say


class NativeReadWhileTrapIsDue(FlagEvent):
    """An RDTSC is not trapped although it should be."""

    name = "native_read_while_trap_is_due"
    claim = "some RDTSC is native while the condition for trapping holds"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether this is such a read."""
        if step.call.name != "rdtsc" or step.observed.trapped:
            return False
        return trap_is_due(state, vcpu)


class UntrappedEntryWhileTrapIsDue(FlagEvent):
    """The guest is entered without trapping although it should trap."""

    name = "untrapped_entry_while_trap_is_due"
    claim = "some vCPU enters the guest untrapped while the condition for trapping holds"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether this is such an entry."""
        if step.call.name != "enter":
            return False
        return both(trap_is_due(state, vcpu), negation(vcpu.tsc_trapping))


class TrappedReadWithoutNeed(FlagEvent):
    """An RDTSC is trapped although it should not be."""

    name = "trapped_read_without_need"
    claim = "some RDTSC traps while the condition for trapping does not hold"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether this is such a read."""
        if step.call.name != "rdtsc" or not step.observed.trapped:
            return False
        return negation(trap_is_due(state, vcpu))


class TrappedReadWithPage(FlagEvent):
    """An RDTSC is trapped on a vCPU that has enabled kvmclock."""

    name = "trapped_read_with_page"
    claim = "some RDTSC traps on a vCPU with a kvmclock page"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether this is such a read."""
        if step.call.name != "rdtsc" or not step.observed.trapped:
            return False
        return both(vcpu.time_page, True)


class TrappingWithPage(FlagEvent):
    """KVM traps a vCPU's RDTSC when that vCPU enables kvmclock."""

    name = "trapping_with_page"
    claim = "some vCPU that traps has just enabled its kvmclock page"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether this step enables the page of a vCPU that traps."""
        return step.call.name == "kvmclock" and both(vcpu.time_page, vcpu.tsc_trapping)


class InGuestModeSaysTrap(FlagEvent):
    """In the guest, the mode says that RDTSC traps, and it does not."""

    name = "in_guest_mode_says_trap"
    claim = "some vCPU is in the guest, its mode says TRAP, and its RDTSC does not trap"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether the two flags of a vCPU in the guest differ in this way."""
        return both(vcpu.in_guest, both(vcpu.tsc_mode == TRAP, negation(vcpu.tsc_trapping)))


class InGuestModeSaysPassthrough(FlagEvent):
    """In the guest, the mode says that RDTSC does not trap, and it does."""

    name = "in_guest_mode_says_passthrough"
    claim = "some vCPU is in the guest, its mode says PASSTHROUGH, and its RDTSC traps"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether the two flags of a vCPU in the guest differ in this way."""
        return both(vcpu.in_guest, both(vcpu.tsc_mode != TRAP, vcpu.tsc_trapping))


class UnstableNotToBeRebased(FlagEvent):
    """The TSC is unstable, and a vCPU off its pCPU is not to be rebased."""

    name = "unstable_not_to_be_rebased"
    claim = "the TSC is unstable, and some vCPU that has been put is not to be rebased"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether the two flags disagree for the vCPU."""
        away = both(vcpu.created, negation(vcpu.loaded))
        return both(both(state.host.tsc_unstable, away), negation(vcpu.tsc_rebase))


class RebaseWithoutUpdate(FlagEvent):
    """A vCPU is to be rebased, and no clock update is pending."""

    name = "rebase_without_update"
    claim = "some vCPU is to be rebased and has no clock update pending"

    def happens(self, state: Any, vcpu: Any, step: Step) -> bool:
        """Whether the two flags of the vCPU disagree."""
        return both(vcpu.tsc_rebase, negation(vcpu.request_clock_update))


EVENTS: tuple[Sometimes, ...] = (
    NativeReadWhileTrapIsDue(),
    UntrappedEntryWhileTrapIsDue(),
    TrappedReadWithoutNeed(),
    TrappedReadWithPage(),
    TrappingWithPage(),
    InGuestModeSaysTrap(),
    InGuestModeSaysPassthrough(),
    UnstableNotToBeRebased(),
    RebaseWithoutUpdate(),
)
"""Every event that ``reach`` questions can ask about besides those of ``properties``."""
