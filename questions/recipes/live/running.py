"""Makes a recipe on a host, each VM beside its twin; then runs it for the delays that were measured."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from conformance.live.device import Device, Lapic, Refused, Unusable
from conformance.live.findings import DIFFERS, EXPLAINED, INCONCLUSIVE, Findings
from conformance.live.probes import Host
from conformance.live.restoring import run_with_timer, write_lapic
from conformance.live.running import EDGE_MS, Outcome
from conformance.live.tracing import Tracer, compared
from conformance.live.twin import Twin
from model.today import Rules, existing
from questions.recipes.calls import names
from questions.recipes.live.acts import ACTS, Place
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Seen
from questions.recipes.replay import ordered
from questions.recipes.running import played
from questions.recipes.script import (
    SECOND,
    VM,
    Call,
    Gap,
    Script,
    Section,
    Step,
    has_runs,
    named,
    steps,
)
from questions.recipes.words import call
from questions.recipes.world import KHZ, World

WAITED = 3 * SECOND
"""A guest that is to be older than that is made so by writes; a younger one is waited for."""


LAST = 100_000_000
"""How long, in ns, the timers of a recipe are waited for after its last step."""


@dataclass(frozen=True)
class Asked:
    """A recipe to be made: in one order, with the delays to wait for, by the names of its gaps."""

    name: str
    does: str
    script: Script
    delays: Mapping[str, int]


def in_one_order(script: Script) -> Script:
    """The script without threads: their steps follow each other, and all vCPUs run at the end."""
    sections = [replace(each, body=steps(each)) for each in script.sections]
    if sections and not has_runs(script):
        runs = [
            Step(v, Call("KVM_RUN"), Gap(0, 0))
            for v in range(script.vcpus)
            if v not in script.parked
        ]
        sections[-1] = replace(sections[-1], body=(*sections[-1].body, *runs))
    return replace(script, sections=tuple(sections))


class Live:
    """A recipe that is being made on a host."""

    def __init__(
        self, device: Device, host: Host, rules: Rules, asked: Asked, tracer: Tracer | None
    ) -> None:
        self.device, self.host, self.rules = device, host, rules
        self.asked, self.tracer = asked, tracer
        self.script = in_one_order(asked.script)
        self.found = Findings()
        self.times: list[int] = []
        """The host's TSC at the guest's start, where each section begins, and at each step."""
        self.edge = 1 << 62
        place = Place(host.khz, self.script.guest.kvmclock, host.page_change)
        place.timers = _has_timers(self.script)
        place.implied = not names(self.script, "KVM_SET_MSRS", "SYSTEM_TIME")
        self.place = place

    def make(self) -> World:
        """Make the calls; then the world in which the recipe has run with the same delays."""
        try:
            self._boot()
            number = 0
            for section in self.script.sections:
                self._begin(section)
                for step in section.body:
                    assert isinstance(step, Step)
                    self._wait(step.gap)
                    self._mark()
                    ACTS[step.call.name](self.place, step, number)
                    number += 1
            self._last_timers()
            self._end_vm()
        finally:
            with suppress(OSError, AttributeError):
                self.place.twin.close()
        return self._compared()

    def _last_timers(self) -> None:
        """Give timers that are near the time to fire, and the guests a run to be told."""
        if self.place.timers:
            self.device.sleep(LAST)
            for vcpu in existing(self.place.twin.vm):
                if vcpu.number not in self.script.parked:
                    run_with_timer(self.place.twin, vcpu.number)

    def _boot(self) -> None:
        """A guest of the age that the recipe says."""
        self._new_vm()
        place, script = self.place, self.script
        for v in range(script.vcpus):
            place.twin.create()
            place.wrote(v)
            if place.timers:
                write_lapic(place.twin, v, Lapic(True, False))
        if place.kvmclock:
            for v in range(script.vcpus):
                place.twin.register(v)
        self._age()
        for _ in range(2):
            for v in range(script.vcpus):
                place.twin.run(v)
        self._mark()

    def _age(self) -> None:
        age = self._length(self.script.guest.uptime)
        if age <= WAITED:
            self.device.sleep(age)
            return
        for v in range(self.script.vcpus):
            self.place.twin.write_tsc(v, age * self.host.khz // KHZ)
            self.place.wrote(v)
        self.place.twin.set_clock(age)

    def _new_vm(self) -> None:
        """A VM beside its twin, in place of the one that there was."""
        if self.tracer is not None:
            self.tracer.begin()
        script, khz = self.script, self.host.khz
        self.place.twin = Twin(
            self.device, self.rules, khz, self.found, script.vcpus, self.place.timers
        )

    def _end_vm(self) -> None:
        self.edge = min(self.edge, self.place.twin.edge)
        if self.tracer is not None:
            compared(self.tracer, self.place.twin, self.rules, self.found)

    def _begin(self, section: Section) -> None:
        self._wait(section.gap)
        self._mark()
        if section.kind == "restore":
            self._end_vm()
            self.place.twin.close()
            self.place.record = "dest"
            lapic = names(self.script, "KVM_SET_LAPIC")
            self.place.implied_lapic = self.place.timers and not lapic
            self._new_vm()

    def _wait(self, gap: Gap) -> None:
        length = self._length(gap)
        if length:
            self.device.sleep(length)

    def _length(self, gap: Gap) -> int:
        return self.asked.delays.get(gap.name, gap.low)

    def _mark(self) -> None:
        self.times.append(self.device.tsc())

    def _compared(self) -> World:
        """Run the recipe for the delays that were measured, and compare what the host has shown."""
        measured = [
            (after - before) * KHZ // self.host.khz
            for before, after in zip(self.times, self.times[1:], strict=False)
        ]
        script = _with_gaps(self.script, measured, self._length(self.script.guest.uptime))
        rules = self.rules.but(offset_honoured=True)
        world = played(script, rules, lambda gap: gap.low)
        every = ordered(script)
        for (number, what), seen in self.place.results.items():
            step, notes = every[number], vars(world.notes)
            name = f"step {number + 1}, {call(step)}: {WORDS[what]}"
            self.found.equal(name, seen, bool(notes[f"{what}.{number}"]))
        return world


WORDS = {
    "failed": "it fails",
    "flagged": "its flags say that all is valid",
    "master": "the master clock is on",
}


def _with_gaps(script: Script, measured: list[int], uptime: int) -> Script:
    """The script with each gap as it was measured, in the order of `Live.times`."""
    rest = iter(measured)
    sections = []
    for section in script.sections:
        before = next(rest)
        body = tuple(replace(step, gap=_fixed(next(rest))) for step in steps(section))
        sections.append(replace(section, gap=_fixed(before), body=body))
    guest = replace(script.guest, uptime=Gap(uptime, uptime, "uptime", given=True))
    return named(replace(script, sections=tuple(sections), guest=guest))


def _fixed(ns: int) -> Gap:
    return Gap(ns, ns, given=True)


def _has_timers(script: Script) -> bool:
    calls = ("KVM_GET_LAPIC", "KVM_SET_LAPIC")
    return (
        names(script, "guest", "deadline")
        or names(script, "KVM_SET_MSRS", "TSC_DEADLINE")
        or any(names(script, each) for each in calls)
    )


def outcome(
    device: Device, host: Host, rules: Rules, asked: Asked, notes: list[str], tracer: Tracer | None
) -> Outcome:
    """Make a recipe, and say how that has ended."""
    live = Live(device, host, rules, asked, tracer)
    found, told = live.found, list(notes)
    kind = EXPLAINED
    try:
        told.insert(0, _claims(asked.script, live.make()))
    except Refused as refused:
        words = f"it fails with errno {refused.errno}, and by the rules it succeeds"
        found.true("a call", False, words)
    except Unusable as unusable:
        kind = INCONCLUSIVE
        told.insert(0, str(unusable))
    if found.differing and kind == EXPLAINED:
        kind = DIFFERS
        if live.edge < EDGE_MS["scenario"] * host.khz:
            kind = INCONCLUSIVE
            told.append(f"a write came within {EDGE_MS['scenario']} ms of the second that decides")
    return Outcome(asked.name, asked.does, kind, tuple(found.all), "; ".join(told))


def _claims(script: Script, world: World) -> str:
    """What the rules say of the properties, with the delays of this run."""
    told = []
    for wanted in script.wanted:
        known = PROPERTIES[wanted.name]
        parameters = {**known.parameters, **wanted.parameters}
        result = "holds" if known.claim(Seen(world), parameters) else "fails"
        says = known.sometimes(Seen(world), parameters)
        told.append(f"{wanted.name} {result if says else 'says nothing'}")
    return f"with the delays of this run {', '.join(told)}"


def obstacle(script: Script, delays: Mapping[str, int], most_vcpus: int, longest: int) -> str:
    """Why a recipe cannot be made on a host; empty where it can."""
    if script.vcpus > most_vcpus:
        return f"it has {script.vcpus} vCPUs, and at most {most_vcpus} are made"
    for section in script.sections:
        why = _creations(section, script.vcpus)
        if why:
            return why
        for step in steps(section):
            if step.call.name not in ACTS:
                return f"nothing on a host is {step.call.name}"
            if step.who == VM and step.call.name == "KVM_SET_TSC_KHZ":
                return "the rate of vCPUs to come is not set here"
    gaps = [g for s in script.sections for g in (s.gap, *(step.gap for step in steps(s)))]
    total = sum(delays.get(gap.name, gap.low) for gap in gaps)
    if total > longest:
        return f"its delays are {total / SECOND:.1f} s, and {longest // SECOND} s are waited for at most"
    return ""


def _creations(section: Section, vcpus: int) -> str:
    """What is wrong with the vCPUs that a section creates: a host numbers them as they come."""
    there = 0 if section.kind == "restore" else vcpus
    for step in steps(section):
        if step.call.name == "KVM_CREATE_VCPU":
            if step.who != there:
                return "it creates vCPUs twice, or not in the order of their numbers"
            there += 1
        elif step.who >= there:
            return f"v{step.who} makes a call before it is created"
    return ""


def left_out(script: Script, honoured: bool) -> list[str]:
    """What a host does not show of a recipe, in words."""
    told = []
    if names(script, "guest", "stimer"):
        told.append("no Hyper-V timer is armed")
    if not honoured and _has_timers(script):
        told.append("offsets are discarded here, so deadlines count from the host's TSC")
    if script.guest.reference:
        told.append("the guest has no Hyper-V reference TSC page")
    if script.guest.wall_step:
        told.append("both hosts are this one, with one wall clock")
    if any(not isinstance(item, Step) for section in script.sections for item in section.body):
        told.append("the threads' calls follow each other")
    return told
