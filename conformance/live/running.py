"""Runs scenarios and random sequences on a host, each in a VM of its own, and says how each has ended."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from conformance.live.device import Device, Refused, Unusable
from conformance.live.findings import DIFFERS, EXPLAINED, INCONCLUSIVE, Finding, Findings
from conformance.live.fuzz import sequence
from conformance.live.probes import Host
from conformance.live.scenarios import SCENARIOS, Scenario
from conformance.live.tracing import Tracer, compared
from conformance.live.twin import Twin
from model.today.rules import Rules

EDGE_MS = {"scenario": 100, "fuzz": 5}
"""A decision on the one second that was nearer to its edge than this is nobody's fault."""


@dataclass(frozen=True)
class Outcome:
    """How a scenario has ended: ``explained``, ``differs`` or ``inconclusive``, and its observations."""

    name: str
    does: str
    outcome: str
    findings: tuple[Finding, ...]
    note: str = ""

    @property
    def differing(self) -> list[Finding]:
        """The observations that the rules do not explain."""
        return [finding for finding in self.findings if not finding.explained]


def outcomes(
    device: Device, host: Host, rules: Rules, names: list[str], tracer: Tracer | None
) -> Iterator[Outcome]:
    """The outcome of each scenario, one after the other."""
    for name in names:
        scenario = SCENARIOS[name]
        if scenario.on is not None and scenario.on != host.scaling:
            can = (
                "can scale the TSC, and refuses no rate" if host.scaling else "cannot scale the TSC"
            )
            yield Outcome(name, scenario.does, INCONCLUSIVE, (), f"this host {can}")
            continue
        yield _outcome(device, host, rules, name, scenario, tracer, "scenario")


def fuzzed(
    device: Device, host: Host, rules: Rules, count: int, seed: int, tracer: Tracer | None
) -> Iterator[Outcome]:
    """The outcome of each of so many random sequences of calls; each has a seed of its own."""
    for number in range(count):
        rng = Random(f"{seed}/{number}")
        calls = sequence(rng, host)

        def run(twin: Twin, _: Host, calls: tuple[Callable[[Twin], None], ...] = calls) -> None:
            for call in calls:
                call(twin)
                if twin.found.differing:
                    return

        scenario = Scenario(f"sequence {number} of seed {seed}", run)
        yield _outcome(device, host, rules, f"fuzz-{number}", scenario, tracer, "fuzz")


def _outcome(
    device: Device,
    host: Host,
    rules: Rules,
    name: str,
    scenario: Scenario,
    tracer: Tracer | None,
    kind: str,
) -> Outcome:
    """Run one scenario in a VM of its own."""
    found = Findings()
    if tracer is not None:
        tracer.begin()
    twin = Twin(device, rules, host.khz, found)
    note = ""
    try:
        scenario.run(twin, host)
    except Refused as refused:
        found.true(
            "a call", False, f"it fails with errno {refused.errno}, and by the rules it succeeds"
        )
    except Unusable as unusable:
        note = str(unusable)
    finally:
        with suppress(OSError):
            twin.close()
    if tracer is not None and not note:
        compared(tracer, twin, rules, found)
    outcome = DIFFERS if found.differing else EXPLAINED
    edge = EDGE_MS[kind] * host.khz
    if note:
        outcome = INCONCLUSIVE
    elif found.differing and twin.edge < edge:
        outcome = INCONCLUSIVE
        note = f"a write came within {EDGE_MS[kind]} ms of the second that decides"
    return Outcome(name, scenario.does, outcome, tuple(found.all), note)
