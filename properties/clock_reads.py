"""Parts that properties of kvmclock share: the last time read on each vCPU, and how far a page is behind."""

from typing import Any

from model.lemmas.page import read_lemmas
from model.page import pvclock_read
from vtsc.language import (
    Lemma,
    Measured,
    Property,
    Record,
    Step,
    counter,
    flag,
    instances,
    s64,
)


class LastTime(Record):
    """The last time read on one vCPU."""

    time: int = counter("ns", "the last time read")
    seen: bool = flag("something has been read")


class ClockProperty(Property):
    """A claim about the times that a guest reads from kvmclock."""

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The last time read on each vCPU."""
        return {**instances("vcpu", (LastTime() for _ in range(machine.sizes["vcpu"])))}

    def lemmas(self, machine: Any) -> list[Lemma]:
        """Lemmas that bound the last time read on each vCPU."""
        return read_lemmas(self.name, machine) if machine.clocks else []

    def measured(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> Measured:
        """The measure of a clock read; no other step has one."""
        return self.of_clock(ghosts, step.observed) if is_clock(step) else ()

    def of_clock(self, ghosts: dict[str, Any], read: Any) -> Measured:
        """The values of the measure at a clock read."""
        return ()

    def permitted(self, machine: Any, state: Any) -> int:
        """No step back at all."""
        return 0

    def largest(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> int:
        """The greatest value of the measure at a read; 0 where it has none. Native."""
        values = self.measured(machine, state, ghosts, step)
        return max((value for defined, value in values if defined), default=0)

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """How far the page of the reading vCPU is behind the kernel clock, and ahead of it, in ns."""
        late = behind(machine, state, step.observed.vcpu)
        return [late, None if late is None else -late]


def is_clock(step: Step) -> bool:
    """Whether a step is a read of kvmclock."""
    return step.call.name == "clock"


def behind(machine: Any, state: Any, v: int) -> int | None:
    """How far the page of vCPU ``v`` is behind the kernel clock, in ns; None while it is off its pCPU."""
    host, vcpu = state.host, state.vm.vcpus[v]
    if not vcpu.loaded:
        return None
    design = machine.design
    says = pvclock_read(host, vcpu, design.read_tsc(host, vcpu), host.steps and design.told_rates)
    return s64(host.kernel_ns() - says)
