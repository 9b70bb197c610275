"""The state of the whole machine: host, pCPUs, VM and vCPUs."""

from model.host.host import Host
from model.vm import Vm
from vtsc.language import State, instances


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
