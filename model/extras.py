"""The actions that only a parameter brings: the guest's timer, INIT and SIPI, TSC writes, kvmclock, cpufreq.

`model.machine` has the actions that every machine has, and how a step is taken.
"""

from functools import partial
from typing import Any

from model.designs.base import Design
from model.guest.clock import ClockRead, read_clock
from model.guest.timer import arm, can_fire
from model.host.contracts import Contract
from model.host.host import Host
from model.machine_state import MachineState
from model.switch import Switch
from model.vm import Vcpu
from vtsc.language import Action, apart, both, negation, require, select, without_inputs


class Extras:
    """The actions that parameters bring to a machine of a design, in the order of the table."""

    def __init__(self, design: Design, contract: Contract, settings: Any, switch: Switch) -> None:
        self.design = design
        self.contract = contract
        self.settings = settings
        self.switch = switch

    def table(self) -> list[Action[MachineState]]:
        """The actions that these settings bring."""
        actions: list[Action[MachineState]] = []
        if self.settings["timer"] == "on":
            actions += [
                Action("arm", ("vcpu",), self.can_arm, self.arm, "the guest arms its timer"),
                Action("fire", ("vcpu",), self.can_fire, self.fire, "the host's timer fires"),
            ]
        if self.settings["init_sipi"] == "on":
            actions.append(
                Action(
                    "init", ("vcpu",), self.out_of_guest, self.init, "INIT and SIPI reset a vCPU"
                )
            )
        if self.settings["tsc_writes"] == "on":
            actions.append(
                Action("write", ("vcpu",), self.can_write, self.write, "the guest writes its TSC")
            )
        if self.settings["clock_reads"] == "on":
            actions.append(
                Action(
                    "clock", ("vcpu",), self.can_read_clock, self.clock, "the guest reads kvmclock"
                )
            )
        if self.contract.steps and self.settings["cpufreq"] == "on":
            actions.append(
                Action("cpufreq", ("pcpu",), self.always, self.cpufreq, "a pCPU's rate changes")
            )
        return actions

    def boot(self, state: MachineState) -> None:
        """Choose what the guest is to write to each TSC. [choice-writes]"""
        vm: Any = state.vm
        if self.settings["tsc_writes"] == "on":
            vm.tsc_to_write = state.host.inputs.word("tsc_to_write", 0)

    # guards

    def out_of_guest(self, state: MachineState, v: int) -> bool:
        vcpu = state.vm.vcpus[v]
        return both(vcpu.loaded, negation(vcpu.in_guest))

    def can_arm(self, state: MachineState, v: int) -> bool:
        return both(state.vm.vcpus[v].in_guest, negation(state.vm.vcpus[v].timer_armed))

    def can_fire(self, state: MachineState, v: int) -> bool:
        return can_fire(state.host, state.vm.vcpus[v])

    def can_write(self, state: MachineState, v: int) -> bool:
        vcpu: Any = state.vm.vcpus[v]
        until = self.settings["tsc_writes_until"]
        in_time = until is None or state.host.t <= state.host.base.units(until)
        return both(in_time, both(vcpu.in_guest, negation(vcpu.tsc_written)))

    def can_read_clock(self, state: MachineState, v: int) -> bool:
        return both(state.vm.vcpus[v].in_guest, state.vm.vcpus[v].time_page)

    def always(self, state: MachineState, c: int) -> bool:
        return True

    # effects

    def arm(self, state: MachineState, v: int) -> None:
        """Leave guest mode because the guest arms its timer. [choice-timer]"""
        vcpu = state.vm.vcpus[v]
        arm(self.design, state.host, vcpu, self.settings)
        self.switch.leave_guest(state.host, vcpu)

    def fire(self, state: MachineState, v: int) -> None:
        """Let the host's timer fire, which is an exit where the guest runs. [choice-timer]"""
        vcpu = state.vm.vcpus[v]
        vcpu.timer_armed = False
        vcpu.timer_fired = True
        if vcpu.in_guest:
            self.switch.leave_guest(state.host, vcpu)

    def init(self, state: MachineState, v: int) -> None:
        """Reset a vCPU, in its own thread and on its pCPU. [choice-init]"""
        self.design.vcpu_reset(state.host, state.vm.vcpus[v])

    def write(self, state: MachineState, v: int) -> None:
        """Leave guest mode because the guest writes its TSC, from which ideal counts anew. [choice-writes]"""
        host = state.host
        vcpu: Any = state.vm.vcpus[v]
        vm: Any = state.vm
        self.switch.leave_guest(host, vcpu)
        self.design.write_tsc(host, vcpu, vcpu.cpu, vm.tsc_to_write)
        vcpu.tsc_written = True
        vcpu.tsc_at_creation = without_inputs(self.design.read_tsc, host, vcpu)
        vcpu.created_at = host.t

    def clock(self, state: MachineState, v: int) -> ClockRead:
        """Read kvmclock, which takes as long as an RDTSC. [clock-read, choice-clock]"""
        host, vcpu = state.host, state.vm.vcpus[v]
        self.takes_time(state, vcpu)
        guest_tsc = without_inputs(self.design.read_tsc, host, vcpu)
        factors = host.steps and self.design.told_rates
        return read_clock(host, vcpu, guest_tsc, factors, self.settings)

    def takes_time(self, state: MachineState, vcpu: Vcpu) -> None:
        """Require that the guest ran for the cycles of an RDTSC before it acts. [choice-clock]"""
        elapsed = select(state.host.pcpus, vcpu.cpu).elapsed
        require(elapsed >= self.settings["rdtsc_cycles"])

    def forget(self, vcpu: Any) -> None:
        """Forget what the step before did to the page."""
        vcpu.page_updated = False

    def cpufreq(self, state: MachineState, c: int) -> None:
        """Change a pCPU's rate, which marks the TSC; to more, guests leave it first. [choice-cpufreq]"""
        host = state.host
        if not host.tsc_unstable:
            host.mark_tsc_unstable()
            self.switch.decide(host, state.vm)
        pcpu: Any = host.pcpus[c]
        pcpu.speeded_up = negation(pcpu.speeded_up)
        self.design.cpufreq(host, state.vm, c)
        for vcpu in state.vm.vcpus:
            apart(partial(self._interrupt, host, vcpu, pcpu, c), state.vm, vcpu)

    def _interrupt(self, host: Host, vcpu: Vcpu, pcpu: Any, c: int) -> None:
        """End guest mode where a pCPU speeds up and an update is due. [cpufreq-asks]"""
        if pcpu.speeded_up and vcpu.cpu == c and vcpu.in_guest and vcpu.request_clock_update:
            self.switch.leave_guest(host, vcpu)
