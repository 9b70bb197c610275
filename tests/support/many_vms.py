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
from tests.support.fake_kvm import FakeKvm

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


def made(rng: Random, rules: Rules, khz: int, vms: int) -> list[Line]:
    """What a tracer would record of VMs whose calls are made in turn, on one host."""
    hosts = [FakeKvm(rules, khz, at_once=rng.random() < 0.5) for _ in range(vms)]
    seen = probed(hosts[0])
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
