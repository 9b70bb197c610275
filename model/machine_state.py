"""The state of the whole machine: host, pCPUs, VM and vCPUs."""

from collections.abc import Mapping
from typing import Any

from model.designs.base import Design
from model.guest.timer import with_timer
from model.host.host import Host
from model.vm import Vm
from vtsc.language import Record, State, instances, word


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


def vcpu_fields(design: Design, settings: Any) -> Mapping[str, Any]:
    """The fields that each vCPU has besides: those of the design, and those that settings ask for."""
    own = design.vcpu_fields
    if settings["timer"] == "on":
        own = with_timer(own)
    return {**own, **OverlapFields.fields} if settings["rdtsc_overlap"] == "on" else own
