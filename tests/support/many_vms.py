"""Traces of several VMs at once, that begin anywhere, by any trace clock and in any form of text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from conformance.live.findings import Findings
from conformance.live.fuzz import sequence
from conformance.live.probes import probed
from conformance.live.twin import Twin
from model.today import Rules
from model.today.rates import raw_rate
from model.today.writes import set_default_rate
from tests.support.fake_kvm import FakeKvm, FakeVm

LINE = re.compile(r"(\S+)-(\d+) \[000\] d\.\.1\. (\d+): (\w+): (.*)")
CLOCKS = ("x86-tsc", "mono_raw", "local", "counter")
FORMS = ("tracefs", "tgid", "trace-cmd")


@dataclass(frozen=True)
class Line:
    """An event: the VM, the thread, the host TSC, and what the kernel prints."""

    vm: int
    name: str
    thread: int
    at: int
    event: str
    text: str


class GuestKvm(FakeKvm):
    """A host whose VMM gives every vCPU one rate: by the VM's, or by each vCPU's once it exists.

    ``kept``: no call changes it later.
    """

    guest_khz = 0
    by_vcpu = False
    kept = True

    def create_vm(self, lapic: bool = False) -> FakeVm:
        """A new VM, the rate of which is set."""
        vm = GuestVm(self)
        if self.guest_khz and not self.by_vcpu:
            set_default_rate(vm.vm, self.guest_khz)
        return vm


class GuestVm(FakeVm):
    """A VM whose vCPUs have the VMM's rate, whatever a caller asks for later."""

    def create_vcpu(self) -> int:
        """The next vCPU, with its rate."""
        number = super().create_vcpu()
        if isinstance(self.host, GuestKvm) and self.host.guest_khz and self.host.by_vcpu:
            super().set_khz(number, self.host.guest_khz)
        return number

    def set_khz(self, vcpu: int, khz: int) -> None:
        """Another rate, unless the VMM keeps to its own."""
        assert isinstance(self.host, GuestKvm)
        if not (self.host.guest_khz and self.host.kept):
            super().set_khz(vcpu, khz)


def made(
    rng: Random,
    rules: Rules,
    khz: int,
    vms: int,
    guest_khz: int = 0,
    by_vcpu: bool = False,
    kept: bool = True,
) -> list[Line]:
    """What a tracer would record of VMs whose calls are made in turn, on one host.

    ``guest_khz``: the rate of every vCPU in kHz; 0: the host's and what is set in the course.
    """
    hosts = [GuestKvm(rules, khz, at_once=rng.random() < 0.5) for _ in range(vms)]
    seen = probed(hosts[0])
    for host in hosts:
        host.guest_khz, host.by_vcpu, host.kept = guest_khz, by_vcpu, kept
    now = hosts[0].now
    acts: list[list[Callable[[Twin], None]]] = []
    twins: list[Twin] = []
    for host in hosts:
        host.now, host.trace = now, []
        twins.append(Twin(host, rules, khz, Findings()))
        acts.append(list(sequence(rng, seen)))
        now = host.now
    while any(acts):
        n = rng.choice([n for n, left in enumerate(acts) if left])
        hosts[n].now = now + rng.choice([0, 10**4, 10**6, khz * 150])
        acts[n].pop(0)(twins[n])
        now = hosts[n].now
    lines = [_line(vm, text) for vm, host in enumerate(hosts) for text in host.trace]
    return sorted(lines, key=lambda line: line.at)


def _line(vm: int, text: str) -> Line:
    found = LINE.fullmatch(text)
    assert found is not None, text
    return Line(vm, found[1], int(found[2]) + 1000 * vm, int(found[3]), found[4], found[5])


def printed(lines: list[Line], clock: str, form: str, khz: int, slew_ppm: int) -> str:
    """The text of a trace. A slewed clock runs so much faster than the host's raw clock."""
    return "\n".join(
        _printed(line, _stamp(n, line.at, clock, khz, slew_ppm), form)
        for n, line in enumerate(lines)
    )


def _stamp(number: int, at: int, clock: str, khz: int, slew_ppm: int) -> str:
    if clock == "x86-tsc":
        return str(at)
    if clock == "counter":
        return str(number + 1)
    ns = int(at * raw_rate(khz) * (1 + Fraction(slew_ppm if clock == "local" else 0, 10**6)))
    return f"{ns // 10**9}.{ns % 10**9 // 1000:06}"


def _printed(line: Line, stamp: str, form: str) -> str:
    if form == "trace-cmd":
        return f"  {line.name}-{line.thread:<6} [000] {stamp}: {line.event}: {line.text}"
    group = f" ({1000 + 1000 * line.vm:>7})" if form == "tgid" else ""
    return f"  {line.name}-{line.thread}{group} [000] d..1. {stamp}: {line.event}: {line.text}"
