"""Designs that do not treat all vCPUs, or all pCPUs, alike, and machines with them."""

from typing import Any

from model.designs.v2_6_37 import V2637
from model.host.contracts import CONTRACTS
from model.machine import Machine
from vtsc.language import flag, index


class Even(V2637):
    """A design that treats all alike, and keeps what is added on the way."""

    name = "even"
    title = "an edited 2.6.37"

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, and take something off where the design says so."""
        moved = vcpu.cpu != cpu
        super().vcpu_load(host, vcpu, cpu)
        if moved and self.singled_out(vcpu, cpu):
            vcpu.tsc_offset -= 1000000

    def singled_out(self, vcpu: Any, cpu: int) -> bool:
        """Whom it takes something off."""
        return False


class SecondVcpu(Even):
    """One vCPU is treated in its own way."""

    def singled_out(self, vcpu: Any, cpu: int) -> bool:
        return bool(vcpu.number == 1)


class ThirdPcpu(Even):
    """One pCPU is, which machines of two do not have."""

    def singled_out(self, vcpu: Any, cpu: int) -> bool:
        return cpu == 2


class SecondPcpu(Even):
    """One pCPU is, on all machines."""

    def singled_out(self, vcpu: Any, cpu: int) -> bool:
        return cpu == 1


class Counting(Even):
    """Nobody is singled out, but it matters how many there are."""

    def singled_out(self, vcpu: Any, cpu: int) -> bool:
        return len(vcpu.vm.vcpus) == 4


class Calculating(Even):
    """A vCPU's number is a quantity."""

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, and take off more for later ones."""
        super().vcpu_load(host, vcpu, cpu)
        vcpu.tsc_offset -= vcpu.number * 1000


class Chain(Even):
    """Each vCPU that is created raises one more flag: a way to count without a number."""

    vm_fields = {"one": flag("one was created"), "two": flag("two were"), "more": flag("more were")}

    def vcpu_create(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Create, and raise the next flag."""
        super().vcpu_create(host, vcpu, cpu)
        vm = vcpu.vm
        if vm.two:
            vm.more = True
        if vm.one:
            vm.two = True
        vm.one = True


class Crowding(Even):
    """A step may compare four vCPUs, which machines of three do not have."""

    vm_fields = {
        "last": index("the vCPU that was put last", -1, of="vcpu", lo=-1),
        "previous": index("the one before", -1, of="vcpu", lo=-1),
    }


class LastOfAll(Even):
    """The last vCPU in a loop is treated in its own way, without a word of numbers."""

    def singled_out(self, vcpu: Any, cpu: int) -> bool:
        last = vcpu
        for other in vcpu.vm.vcpus:
            last = other
        return last is vcpu


class Late(Even):
    """Each vCPU has an input of its own, with a name made of its number."""

    def vcpu_load(self, host: Any, vcpu: Any, cpu: int) -> None:
        """Load, somewhat late."""
        super().vcpu_load(host, vcpu, cpu)
        vcpu.tsc_offset += host.inputs.word(f"late{vcpu.number}", 0, 5)


def machine_of(design: type[V2637], host: str, settings: Any) -> Machine:
    """The machine of a design on a host."""
    return Machine(design(settings), CONTRACTS[host], settings)
