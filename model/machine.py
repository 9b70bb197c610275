"""One step of the whole machine: time passes, then one action of the table below is taken.

The actions are the parts of KVM's run loop, and those of host and guest. The model chooses to make each
of them atomic. [choice-actions]
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from model.arithmetic import HZ_PER_KHZ, NSEC_PER_SEC, time_scale
from model.designs.base import CLOCK_UPDATE, Design
from model.extras import Extras
from model.guest.rdtsc import Read, cycles_since, ideal_tsc, rdtsc, start_read, traps
from model.guest.timer import Delivery, at_put, deliver
from model.host.contracts import Contract
from model.host.host import TIME_INPUT, Host
from model.lemmas.candidates import candidates, standings
from model.lemmas.standings import Standing
from model.limits import limits
from model.machine_state import MachineState, pcpu_fields, vcpu_fields, vm_fields
from model.progress.situations import progress
from model.switch import Switch
from model.vm import Vcpu, Vm
from vtsc.language import (
    Action,
    Call,
    Inputs,
    Lemma,
    Progress,
    Rounds,
    Step,
    TableMachine,
    apart,
    both,
    either,
    ensure,
    negation,
    require,
    select,
    with_inputs,
    without_inputs,
)

UNUSED_WHEN_OFF = {"trapping": ("tsc_trapping", "tsc_mode"), "kvmclock": ("time_page",)}
"""Fields that keep their start value while a parameter is off."""
ROUNDS = (Rounds(beginnings=(5, 6), loop=4, end=5),)
"""Runs in which a guest's TSC gains or loses a little each time the vCPU goes to another pCPU and back.

They begin with load, serve, enter, rdtsc and exit, and the mark where the host needs one. A turn of the loop
is put, load, put and load; the end is put, load, serve, enter and rdtsc.
"""


class Machine(TableMachine):
    """A design on a host with settings."""

    time_input = TIME_INPUT
    stores_of: ClassVar[Mapping[type, Sequence[str]]] = {
        Design: ("vm", "vcpu"),
        Host: ("host", "pcpu"),
    }
    rounds = ROUNDS

    def __init__(self, design: Design, contract: Contract, settings: Any) -> None:
        self.design = design
        self.contract = contract
        self.settings = settings
        self.timers = settings["timer"] == "on"
        self.clocks = settings["clock_reads"] == "on"
        self.of_pcpus = pcpu_fields(contract, settings)
        self.of_vm = vm_fields(design, settings)
        self.of_vcpus = vcpu_fields(design, contract, settings)
        self.sizes = {"vcpu": settings["vcpus"], "pcpu": settings["pcpus"]}
        # pCPU 0 is where the VM is created; the others, and all vCPUs, start alike.
        self.symmetric = {
            "vcpu": tuple(range(self.sizes["vcpu"])),
            "pcpu": tuple(range(1, self.sizes["pcpu"])),
        }
        self.traps = settings["trapping"] != "off"
        self.overlaps = settings["rdtsc_overlap"] == "on"
        self.switch = Switch(design, settings)
        self.extras = Extras(design, contract, settings, self.switch)
        self.constants = frozenset(
            field
            for parameter, fields in UNUSED_WHEN_OFF.items()
            if settings[parameter] == "off"
            for field in fields
        )

    def table(self) -> list[Action[MachineState]]:
        """Every action there is, in canonical order."""
        contract, settings = self.contract, self.settings
        actions: list[Action[MachineState]] = [
            Action("load", ("vcpu", "pcpu"), self.can_load, self.load, "put a vCPU on a pCPU"),
            Action("put", ("vcpu",), self.out_of_guest, self.put, "take a vCPU off its pCPU"),
            Action("serve", ("vcpu",), self.can_serve, self.serve, "serve pending requests"),
            Action("enter", ("vcpu",), self.can_enter, self.enter, "enter guest mode"),
            Action("exit", ("vcpu",), self.in_guest, self.exit, "leave guest mode"),
            Action("rdtsc", ("vcpu",), self.in_guest, self.rdtsc, "the guest reads its TSC"),
        ]
        if contract.may_mark:
            actions.append(Action("mark", (), self.can_mark, self.mark, "TSC marked unstable"))
        if contract.may_suspend:
            actions.append(Action("suspend", (), self.all_off, self.suspend, "suspend and resume"))
        if contract.may_jump:
            actions.append(
                Action("jump", ("pcpu",), self.can_jump, self.jump, "a TSC takes any value")
            )
        if settings["kvmclock"] == "any":
            actions.append(
                Action("kvmclock", ("vcpu",), self.in_guest, self.kvmclock, "kvmclock on or off")
            )
        if settings["create_anytime"] == "on":
            actions.append(
                Action("create", ("vcpu", "pcpu"), self.can_create, self.create, "a new vCPU")
            )
        return [*actions, *self.extras.table()]

    # the interface that every machine offers

    def state(self) -> MachineState:
        """A fresh state with every field at its declared start."""
        scale = time_scale(self.settings["virtual_khz"] * HZ_PER_KHZ, NSEC_PER_SEC)
        khz = self.settings["virtual_khz"]
        vm = Vm(self.sizes["vcpu"], khz, scale, self.of_vm, self.of_vcpus)
        return MachineState(Host(self.contract, self.settings, self.of_pcpus), vm)

    def initialise(self, state: MachineState, inputs: Inputs) -> None:
        """Boot the host, create the VM and, unless creation is an action, its vCPUs at t = 0."""
        with_inputs(inputs, self._boot, state)

    def _boot(self, state: MachineState) -> None:
        state.host.boot()
        self.design.vm_create(state.host, state.vm)
        self.extras.boot(state)
        if self.settings["create_anytime"] == "off":
            for vcpu in state.vm.vcpus:
                self.create(state, vcpu.number, 0)

    def advance(self, state: MachineState, inputs: Inputs) -> None:
        """True time and TSCs move on, within the deadlines that the parameters set."""
        with_inputs(inputs, state.host.advance)
        for vcpu in state.vm.vcpus:
            vcpu.caught_up = False
            if self.timers:
                vcpu.timer_delivered = False
            if self.clocks:
                self.extras.forget(vcpu)
        self._meet_deadlines(state)

    def perform(self, state: MachineState, call: Call, inputs: Inputs) -> Step:
        """Take ``call``; raises `Illegal` where its guard is false."""
        effect = self.allowed(state, call).effect
        return Step(call, with_inputs(inputs, effect, state, *call.args))

    # guards

    def can_load(self, state: MachineState, v: int, c: int) -> bool:
        vcpu = state.vm.vcpus[v]
        taken = either(both(w.loaded, w.cpu == c) for w in state.vm.vcpus)
        return both(vcpu.created, negation(either((vcpu.loaded, taken))))

    def out_of_guest(self, state: MachineState, v: int) -> bool:
        vcpu = state.vm.vcpus[v]
        return both(vcpu.loaded, negation(vcpu.in_guest))

    def pending(self, vcpu: Vcpu) -> bool:
        """Whether any request of the vCPU is set."""
        return either((vcpu.request_clock_update, vcpu.request_migrate_timer))

    def can_serve(self, state: MachineState, v: int) -> bool:
        return both(self.out_of_guest(state, v), self.pending(state.vm.vcpus[v]))

    def can_enter(self, state: MachineState, v: int) -> bool:
        ready = both(self.out_of_guest(state, v), negation(self.pending(state.vm.vcpus[v])))
        return both(ready, negation(self.switch.blocks(state.vm)))

    def in_guest(self, state: MachineState, v: int) -> bool:
        return state.vm.vcpus[v].in_guest

    def can_mark(self, state: MachineState) -> bool:
        return negation(state.host.tsc_unstable)

    def all_off(self, state: MachineState) -> bool:
        return negation(either(v.loaded for v in state.vm.vcpus))

    def can_jump(self, state: MachineState, c: int) -> bool:
        busy = either(both(v.loaded, v.cpu == c) for v in state.vm.vcpus)
        return both(state.host.tsc_unstable, negation(busy))

    def can_create(self, state: MachineState, v: int, c: int) -> bool:
        busy = either(both(w.loaded, w.cpu == c) for w in state.vm.vcpus)
        return negation(either((state.vm.vcpus[v].created, busy)))

    # effects

    def load(self, state: MachineState, v: int, c: int) -> None:
        """Run vcpu_load, which need not be followed by an entry."""
        host, vcpu = state.host, state.vm.vcpus[v]
        unstable_before = host.tsc_unstable
        self._vcpu_load(host, vcpu, c)
        vcpu.loaded = True
        self._restart_slice(state, vcpu)
        self._restart_delay(state, vcpu)
        if both(host.tsc_unstable, negation(unstable_before)):
            self.switch.decide(state.host, state.vm)

    def _vcpu_load(self, host: Host, vcpu: Vcpu, c: int) -> None:
        self.design.vcpu_load(host, vcpu, c)
        ensure(vcpu.cpu == c, "vcpu_load leaves the pCPU that it is given in vcpu.cpu")

    def put(self, state: MachineState, v: int) -> None:
        """Run vcpu_put."""
        vcpu = state.vm.vcpus[v]
        if self.timers:
            at_put(self.design, state.host, vcpu, self.settings)
        self.design.vcpu_put(state.host, vcpu)
        vcpu.loaded = False
        self._restart_slice(state, vcpu)

    def serve(self, state: MachineState, v: int) -> None:
        """Serve all pending requests at once. [serve-requests]"""
        self.design.serve_requests(state.host, state.vm.vcpus[v])
        self._meet_deadlines(state)

    def enter(self, state: MachineState, v: int) -> Delivery | None:
        """Enter guest mode, with the timer's interrupt where it has fired. [entry-guard, choice-timer]"""
        vcpu = state.vm.vcpus[v]
        self.design.vcpu_enter(state.host, vcpu)
        vcpu.in_guest = True
        if self.settings["exit_interval"]:
            vcpu.entered = state.host.t
        if self.overlaps:
            start_read(state.host, vcpu)
        return deliver(self.design, state.host, vcpu) if self.timers else None

    def exit(self, state: MachineState, v: int) -> None:
        """Return from the guest to KVM, which raises no request. [guest-exit]"""
        self.switch.leave_guest(state.host, state.vm.vcpus[v])

    def rdtsc(self, state: MachineState, v: int) -> Read:
        """Execute the guest's RDTSC, as passthrough or trapped. [choice-trapped-read]"""
        host, vcpu = state.host, state.vm.vcpus[v]
        if self.overlaps:
            require(cycles_since(host, vcpu) >= self.settings["rdtsc_cycles"])
            start_read(host, vcpu)
        else:
            require(select(host.pcpus, vcpu.cpu).elapsed >= self.settings["rdtsc_cycles"])
        if not traps(self.design, vcpu):
            return rdtsc(self.design, host, vcpu, trapped=False)
        self.design.vcpu_exit(host, vcpu)
        read = rdtsc(self.design, host, vcpu, trapped=True)
        self.design.vcpu_enter(host, vcpu)
        if self.settings["exit_interval"]:
            vcpu.entered = host.t
        return read

    def mark(self, state: MachineState) -> None:
        """Let the host's watchdog mark the TSC unstable. [choice-marking]"""
        state.host.mark_tsc_unstable()
        if self.settings["trap_on_host_mark"] == "on":
            self.switch.decide(state.host, state.vm)

    def suspend(self, state: MachineState) -> None:
        """Disable VMX, sleep, restart all TSCs at 1, enable virtualisation. [choice-suspend]"""
        host, vm, records = state.host, state.vm, [*state.records.values()]
        if self.settings["vendor"] == "vmx":
            for c, _ in enumerate(host.pcpus):
                apart(partial(self.design.hardware_disable, host, vm, c), *records)
        host.sleep()
        self._meet_deadlines(state)
        for c, _ in enumerate(host.pcpus):
            apart(partial(self.design.hardware_enable, host, vm, c), *records)

    def jump(self, state: MachineState, c: int) -> None:
        """Let an idle pCPU's TSC take any value."""
        state.host.jump(c)

    def kvmclock(self, state: MachineState, v: int) -> None:
        """Leave guest mode for a write of the kvmclock MSR, and apply the design's rule for it."""
        vcpu = state.vm.vcpus[v]
        if self.clocks:
            self.extras.takes_time(state, vcpu)
        self.switch.leave_guest(state.host, vcpu)
        self.design.set_time_page(state.host, vcpu, not vcpu.time_page)
        self.switch.decide(state.host, state.vm)

    def create(self, state: MachineState, v: int, c: int) -> None:
        """Create a vCPU on pCPU ``c``, load it there and put it, each by the design's rule.

        [create-order, choice-start]
        """
        host, vcpu = state.host, state.vm.vcpus[v]
        vcpu.time_page = self.settings["kvmclock"] == "on"
        if self.clocks and self.settings["kvmclock"] == "on":
            vcpu.request(CLOCK_UPDATE)
        self.design.vcpu_create(host, vcpu, c)
        self._vcpu_load(host, vcpu, c)
        vcpu.tsc_at_creation = without_inputs(self.design.read_tsc, host, vcpu)
        vcpu.created_at = host.t
        self.design.vcpu_put(host, vcpu)
        vcpu.created = True
        self._restart_slice(state, vcpu)
        self.switch.decide(state.host, state.vm)

    # time limits

    def _restart_slice(self, state: MachineState, vcpu: Vcpu) -> None:
        if self.settings["timeslice"] or self.settings["dormancy"]:
            vcpu.since = state.host.t

    def _restart_delay(self, state: MachineState, vcpu: Vcpu) -> None:
        if self.settings["entry_delay"]:
            vcpu.out_since = state.host.t

    def _meet_deadlines(self, state: MachineState) -> None:
        """Require that no vCPU's put, load, exit or entry is overdue, where limits exist. [choice-limits]"""
        for vcpu in state.vm.vcpus:
            for limit in limits(self.settings):
                require(limit.kept(self, state, vcpu.number, 0))

    def lemmas(self) -> list[Lemma]:
        """The candidate lemmas that do not depend on the property."""
        return candidates(self)

    def standings(self) -> Sequence[Standing]:
        """The circumstances in which it is clear what a guest's TSC would be."""
        return standings(self)

    def progress(self) -> Progress:
        """The situations and calls by which each vCPU gets to read its TSC from any state."""
        return progress(self.settings)

    def ideal(self, state: MachineState, v: int) -> int:
        """The ideal TSC of vCPU ``v`` now (a u64). [choice-ideal]"""
        return ideal_tsc(state.host, state.vm.vcpus[v])
