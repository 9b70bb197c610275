"""The state of the whole machine: host, pCPUs, VM and vCPUs."""

from collections.abc import Mapping
from typing import Any

from model.designs.base import Design
from model.guest.timer import with_timer
from model.host.contracts import Contract
from model.host.host import Host
from model.page import LastValueFields, page_fields
from model.state import FrequencyFields
from model.vm import Vm
from vtsc.language import Record, State, flag, instances, word


class MachineState(State):
    """Host, pCPUs, VM and vCPUs, by these names: host, pcpu0.., vm, vcpu0.."""

    def __init__(self, host: Host, vm: Vm) -> None:
        super().__init__()
        self.host = host
        self.vm = vm
        self.records["host"] = host
        self.records |= instances("pcpu", host.pcpus)
        self.records["vm"] = vm
        self.records |= instances("vcpu", vm.vcpus)


class OverlapFields(Record):
    """What each vCPU has besides with rdtsc_overlap=on."""

    read_from: int = word(
        "time units", "true time of the last entry or read, where reads overlap", ghost=True
    )


class WrittenFields(Record):
    """What each vCPU has besides with tsc_writes=on. [choice-writes]"""

    tsc_written: bool = flag("the guest has written the TSC")


class ToWriteFields(Record):
    """What the VM has besides with tsc_writes=on. [choice-writes]"""

    tsc_to_write: int = word("cycles", "the value that the guest writes to each TSC")


def pcpu_fields(contract: Contract, settings: Any) -> Mapping[str, Any] | None:
    """The fields that each pCPU has besides, if any."""
    return FrequencyFields.fields if contract.steps and settings["cpufreq"] == "on" else None


def vm_fields(design: Design, settings: Any) -> Mapping[str, Any]:
    """The fields that the VM has besides: those of the design, and those that settings ask for."""
    own = design.vm_fields
    if settings["clock_reads"] == "on" and settings["guest_last_value"] == "on":
        own = {**own, **LastValueFields.fields}
    return {**own, **ToWriteFields.fields} if settings["tsc_writes"] == "on" else own


def vcpu_fields(design: Design, contract: Contract, settings: Any) -> Mapping[str, Any]:
    """The fields that each vCPU has besides: those of the design, and those that settings ask for."""
    own = design.vcpu_fields
    if settings["timer"] == "on":
        own = with_timer(own)
    if settings["tsc_writes"] == "on":
        own = {**own, **WrittenFields.fields}
    if settings["clock_reads"] == "on":
        steps = contract.steps and settings["cpufreq"] == "on"
        factors = steps and design.told_rates
        own = {**own, **page_fields(design.page_floor(), factors)}
    return {**own, **OverlapFields.fields} if settings["rdtsc_overlap"] == "on" else own
