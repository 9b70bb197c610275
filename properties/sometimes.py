"""Events that must be reachable, or a property could hold vacuously; each action adds one of its own."""

from typing import Any

from properties.reads import last_reads, note_read
from vtsc.language import Record, Sometimes, Step, both, flag, index, instances, negation


class CanReadTscTwice(Sometimes):
    """A vCPU reads its TSC a second time."""

    name = "can_read_tsc_twice"
    claim = "some vCPU reads its TSC twice"

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The last read of each vCPU."""
        return last_reads(machine)

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this is not the first read of its vCPU."""
        if step.call.name != "rdtsc":
            return False
        before: bool = ghosts[f"vcpu{step.observed.vcpu}"].seen
        note_read(ghosts, step.observed)
        return before


class Birthplace(Record):
    """The pCPU on which one vCPU was created."""

    cpu: int = index("the pCPU it was created on", 0, of="pcpu")


class CanLoadOnAnotherPcpu(Sometimes):
    """A vCPU is loaded on a pCPU other than the one it was created on."""

    name = "can_load_on_another_pcpu"
    claim = "some vCPU is loaded away from the pCPU it was created on"

    def applies(self, machine: Any) -> bool:
        """Whether there is another pCPU."""
        return bool(machine.sizes["pcpu"] > 1)

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The birthplace of each vCPU, which is pCPU 0 for those that exist from the start."""
        return {**instances("vcpu", (Birthplace() for _ in range(machine.sizes["vcpu"])))}

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this is such a load."""
        if step.call.name not in ("load", "create"):
            return False
        v, c = step.call.args
        if step.call.name == "create":
            ghosts[f"vcpu{v}"].cpu = c
            return False
        return negation(ghosts[f"vcpu{v}"].cpu == c)


class CanCatchUp(Sometimes):
    """A clock update raises a guest TSC."""

    name = "can_catch_up"
    claim = "some clock update raises the offset"

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this step caught up."""
        if step.call.name != "serve":
            return False
        caught_up: bool = state.vm.vcpus[step.call.args[0]].caught_up
        return caught_up


class CanTrap(Sometimes):
    """An RDTSC traps and is emulated."""

    name = "can_trap"
    claim = "some RDTSC traps"

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this step is a trapped read."""
        return step.call.name == "rdtsc" and bool(step.observed.trapped)


class CanDeliverTimer(Sometimes):
    """A timer that the guest armed is delivered."""

    name = "can_deliver_timer"
    claim = "some timer is delivered"

    def applies(self, machine: Any) -> bool:
        """Whether there are timers."""
        return bool(machine.settings["timer"] == "on")

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this step delivers one."""
        return step.call.name == "enter" and step.observed is not None


class Looked(Record):
    """What one vCPU has seen of its clock."""

    before: bool = flag("the clock has been read")
    since: bool = flag("and its page updated after that")


class CanReadClockAfterUpdate(Sometimes):
    """A vCPU reads kvmclock, its page is updated, and it reads kvmclock again."""

    name = "can_read_clock_after_update"
    claim = "some vCPU reads kvmclock both before and after an update of its page"

    def applies(self, machine: Any) -> bool:
        """Whether kvmclock is read at all."""
        return bool(machine.settings["clock_reads"] == "on")

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """What each vCPU has seen."""
        return {**instances("vcpu", (Looked() for _ in range(machine.sizes["vcpu"])))}

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this is the second of the two reads."""
        if step.call.name == "serve":
            v = step.call.args[0]
            ghost = ghosts[f"vcpu{v}"]
            if both(ghost.before, state.vm.vcpus[v].page_updated):
                ghost.since = True
        if step.call.name != "clock":
            return False
        ghost = ghosts[f"vcpu{step.observed.vcpu}"]
        ghost.before = True
        again: bool = ghost.since
        return again


SOMETIMES = (
    CanReadTscTwice(),
    CanLoadOnAnotherPcpu(),
    CanCatchUp(),
    CanTrap(),
    CanDeliverTimer(),
    CanReadClockAfterUpdate(),
)
