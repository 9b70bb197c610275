"""What this host's KVM does, found out before anything is compared."""

from dataclasses import dataclass

from conformance.live.device import GET_FLAGS, NEW_KVMCLOCK, Device, Machine, Refused, Unusable
from conformance.scaling import PLACES
from model.today.rules import Rules
from vtsc.language import u64

ADJUST_CLOCK, TSC_CONTROL, GET_TSC_KHZ, ATTRIBUTES = 39, 60, 61, 127
"""Capabilities of KVM."""
NEEDED = {
    ADJUST_CLOCK: "KVM_SET_CLOCK",
    GET_TSC_KHZ: "KVM_GET_TSC_KHZ",
    ATTRIBUTES: "the attribute KVM_VCPU_TSC_OFFSET",
}
TRIED_OFFSET = (1 << 64) - 5 * 10**12
FASTER = 6, 5
"""A rate so many times the host's is above the tolerance."""


@dataclass(frozen=True)
class Host:
    """What was found: whether offsets are honoured, whether a higher rate is, and what the kernel adds."""

    khz: int
    honoured: bool
    scaling: bool
    faster: bool
    page_change: bool
    """Whether a kvmclock MSR's write by user space changes the page at once; upstream does not."""
    ratio_bits: int = 48
    """The binary places of a scaling ratio, as a page tells."""

    def rules(self, rules: Rules) -> Rules:
        """Rules with those that were found out."""
        return rules.but(
            offset_honoured=self.honoured, scaling=self.scaling, ratio_bits=self.ratio_bits
        )

    @property
    def lines(self) -> list[str]:
        """The findings, each in a line."""
        local = "yes; upstream does not" if self.page_change else "no"
        return [
            f"host TSC: {self.khz} kHz, and the clock source is the TSC",
            f"offsets honoured: {_said(self.honoured)}",
            f"TSC scaling: {_said(self.scaling)}{self._ratios}",
            f"a rate above the host's honoured: {_said(self.faster)}",
            f"a kvmclock MSR written by user space changes the page: {local}",
        ]

    @property
    def _ratios(self) -> str:
        return f", by ratios of {self.ratio_bits} binary places" if self.scaling else ""


def probed(device: Device) -> Host:
    """What the host does; raises `Unusable` where scenarios cannot run on it."""
    for number, name in NEEDED.items():
        if not device.capability(number):
            raise Unusable(f"this kernel does not have {name} (capability {number})")
    machine = device.create_vm()
    try:
        vcpu = machine.create_vcpu()
        khz = machine.get_khz(vcpu)
        machine.guest_writes(vcpu, NEW_KVMCLOCK, machine.page_address(vcpu) | 1)
        machine.run(vcpu)
        if machine.get_clock().flags != GET_FLAGS:
            raise Unusable("the host's clock source is not the TSC, so there is no master clock")
        changed = _page_changes(machine, vcpu)
        machine.set_offset(vcpu, TRIED_OFFSET)
        honoured = machine.get_offset(vcpu) == TRIED_OFFSET
    except Refused as refused:
        raise Unusable(f"a call that every kernel has fails with errno {refused.errno}") from None
    finally:
        machine.close()
    scaling = device.capability(TSC_CONTROL) > 0
    bits = _ratio_bits(device, khz) if scaling else PLACES[0]
    return Host(khz, honoured, scaling, _faster(device, khz), changed, bits)


def _page_changes(machine: Machine, vcpu: int) -> bool:
    before = machine.page(vcpu)
    machine.set_msr(vcpu, NEW_KVMCLOCK, machine.page_address(vcpu) | 1)
    return machine.page(vcpu) != before


def _ratio_bits(device: Device, khz: int) -> int:
    """The places of the ratio with which a faster vCPU's page shows the pair that another page shows."""
    machine = device.create_vm()
    try:
        for vcpu in (machine.create_vcpu(), machine.create_vcpu()):
            machine.guest_writes(vcpu, NEW_KVMCLOCK, machine.page_address(vcpu) | 1)
            machine.run(vcpu)
        rate = khz * FASTER[0] // FASTER[1]
        machine.set_khz(1, rate)
        machine.guest_writes(1, NEW_KVMCLOCK, machine.page_address(1) | 1)
        machine.run(1)
        machine.run(0)
        rd, tsc = (u64(machine.page(v).tsc - machine.get_offset(v)) for v in (0, 1))
    except Refused as refused:
        raise Unusable(f"KVM_SET_TSC_KHZ of {rate} fails with errno {refused.errno}") from None
    finally:
        machine.close()
    for bits in PLACES:
        if rd * ((rate << bits) // khz) >> bits == tsc:
            return bits
    return PLACES[0]


def _faster(device: Device, khz: int) -> bool:
    """Whether a guest with a higher rate reads a TSC that is faster."""
    machine = device.create_vm()
    try:
        vcpu = machine.create_vcpu()
        machine.set_khz(vcpu, khz * FASTER[0] // FASTER[1])
        first, start = machine.run(vcpu), device.tsc()
        device.sleep(20_000_000)
        second, end = machine.run(vcpu), device.tsc()
    except Refused:
        return False
    finally:
        machine.close()
    return 10 * (second - first) > 11 * (end - start)


def _said(yes: bool) -> str:
    return "yes" if yes else "no"
