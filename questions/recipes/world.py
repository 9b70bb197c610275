"""The state in which a recipe runs: hosts, VM, what was saved, and what the claims need to remember.

It is plain Python on the rules of `model.today`, and runs on integers as on symbolic words.
"""

from dataclasses import dataclass, field
from typing import Any

from model.today import (
    Rules,
    Sample,
    Vcpu,
    Vm,
    clock_now,
    create_vcpu,
    create_vm,
    due,
    enter,
    expire,
    guest_clock,
    guest_tsc,
    reference_time,
    register,
)
from questions.recipes.script import RUNS, VM, Script, steps
from vtsc.base.errors import BadFileError
from vtsc.language import cdiv, s64, u64

KHZ = 10**6
"""The rate of hosts and guests while delays are unknown: a cycle is a nanosecond, and all is linear."""


@dataclass(frozen=True)
class Host:
    """A host: what its TSC, its unslewed clock and the wall clock show when the guest boots."""

    rd: int
    ns: int
    wall: int

    def sample(self, time: int, khz: int = KHZ) -> Sample:
        """What a call reads there, ``time`` ns after the guest's boot."""
        cycles = time if khz == KHZ else time * khz // KHZ
        return Sample(self.rd + cycles, self.ns + time, self.wall + time)


SOURCE = Host(10**15, 9 * 10**14, 17 * 10**17)
TARGET = Host(3 * 10**15, 29 * 10**14, 17 * 10**17)
"""The hosts. The rules look at differences only, so other numbers would do as well."""


class Notes:
    """Values by name, whose paths are merged as those of fields are."""

    def get(self, name: str) -> Any:
        """The value of a name; raises `BadFileError` where nothing has been noted under it."""
        if name not in vars(self):
            raise BadFileError(f"nothing was saved as {name}")
        return vars(self)[name]

    def put(self, name: str, value: Any) -> None:
        """Note a value."""
        vars(self)[name] = value


class Ghost:
    """What the claims need to remember of a run, besides the notes."""

    def __init__(self) -> None:
        self.usable: Any = True
        """Every value that came from a reading of the clock was said to be valid."""
        self.used: Any = False
        """Such a value was used."""


@dataclass(frozen=True)
class Write:
    """A host's write of a TSC. Its error is noted under ``error``, whether it matched under ``matched``."""

    step: int
    vcpu: int
    number: int


@dataclass
class World:
    """A recipe in progress."""

    script: Script
    rules: Rules
    vm: Vm
    khz: int = KHZ
    """The rate of hosts and guest; another one than `KHZ` on numbers only."""
    host: Host = SOURCE
    section: str = ""
    """The kind of the section that runs."""
    time: Any = 0
    """The true time since the boot of the guest."""
    notes: Notes = field(default_factory=Notes)
    ghost: Ghost = field(default_factory=Ghost)
    paused: set[int] = field(default_factory=set)
    stopped: list[int] = field(default_factory=list)
    """The vCPUs that no step has paused, and that stand still from the first step on."""
    ran: list[int] = field(default_factory=list)
    """The vCPUs that have run since they were stopped last, in the order of their first runs."""
    writes: list[Write] = field(default_factory=list)
    stimers: list[int] = field(default_factory=list)
    """The steps in which a guest arms a Hyper-V timer."""
    created: list[int] = field(default_factory=list)
    creations: dict[int, int] = field(default_factory=dict)
    """By vCPU, the step that has created it, where one has."""
    calls: list[int] = field(default_factory=list)
    """The steps whose result is noted."""
    times: list[Any] = field(default_factory=list)
    """The time of each step."""
    writers: dict[int, str] = field(default_factory=dict)
    """For each step that writes a TSC, what wrote one before it."""
    last_writer: str = "the guest's boot"
    asked: bool = False
    """Threads of which one comes first begin when all of their vCPUs have asked for a new master clock."""
    settled: bool = False
    """The first and the last one of such threads say all, if each write but the first has ``matched``."""
    matched: list[Any] = field(default_factory=list)
    before: dict[tuple[int, int], Any] = field(default_factory=dict)
    """Of two steps whose order is open, whether the first comes before the second."""

    @property
    def sample(self) -> Sample:
        """What a call reads now."""
        return self.host.sample(self.time, self.khz)

    @property
    def records(self) -> tuple[object, ...]:
        """All that a step may change, whose paths are merged."""
        return (self.vm, *self.vm.vcpus, self.notes, self.ghost)

    def vcpu(self, number: int) -> Vcpu:
        """The vCPU of that number."""
        return self.vm.vcpus[number]

    def read(self, number: int, what: str) -> Any:
        """What a read of a vCPU's or the VM's state returns now."""
        vcpu = self.vcpu(0 if number == VM else number)
        if what in ("TSC", "tsc"):
            return guest_tsc(vcpu, self.sample)
        if what == "clock":
            return clock_now(self.vm, self.sample)
        if what == "stimer":
            return self.counted(number)
        known = {
            "TSC_ADJUST": vcpu.tsc_adjust,
            "tsc_adjust": vcpu.tsc_adjust,
            "TSC_DEADLINE": vcpu.deadline,
            "TSC_OFFSET": vcpu.tsc_offset,
            "SYSTEM_TIME": vcpu.clock_active,
            "REFERENCE_TSC": self.vm.reference_page,
            "khz": vcpu.khz,
        }
        if what == "deadline":
            return guest_tsc(vcpu, self.sample)
        if what not in known:
            raise BadFileError(
                f"{what} cannot be read: accepted are TSC, clock, {', '.join(known)}"
            )
        return known[what]

    def counted(self, number: int) -> Any:
        """The reference time in ns as a guest counts it on by its own TSC from where it was stopped.

        That is what a reference TSC page tells it that nobody writes meanwhile.
        """
        if f"p.tsc.{number}" not in vars(self.notes):
            raise BadFileError(f"v{number} has not been stopped: what its stimer counts is unknown")
        passed = s64(self.read(number, "TSC") - self.notes.get(f"p.tsc.{number}"))
        return u64(self.notes.get(f"p.counted.{number}") + self._ns(passed))

    def counted_by_host(self) -> Any:
        """The reference time in ns as the host counts it, before it is rounded to its unit of 100 ns."""
        vm, now = self.vm, self.sample
        if not vm.reference_page:
            return clock_now(vm, now)
        passed = s64(guest_tsc(vm.vcpus[0], now) - vm.reference_tsc)
        return u64(vm.reference_ns + self._ns(passed))

    def _ns(self, cycles: Any) -> Any:
        """Cycles of the guest as ns."""
        return cycles if self.khz == KHZ else cdiv(cycles * KHZ, self.khz)

    def seen(self, number: int, when: str) -> None:
        """Note what a vCPU sees at an instant: ``p``, its last instruction before, ``q``, its first after."""
        vcpu, now = self.vcpu(number), self.sample
        put = self.notes.put
        put(f"{when}.time.{number}", self.time)
        put(f"{when}.tsc.{number}", guest_tsc(vcpu, now))
        put(f"{when}.clock.{number}", clock_now(self.vm, now))
        put(f"{when}.page.{number}", guest_clock(vcpu, now))
        put(f"{when}.reference.{number}", reference_time(self.vm, now))
        if when == "p":
            put(f"{when}.counted.{number}", self.counted_by_host())
        put(f"{when}.offset.{number}", vcpu.tsc_offset)
        put(f"{when}.deadline.{number}", vcpu.deadline if vcpu.armed else 0)
        put(f"{when}.armed.{number}", vcpu.armed)
        put(f"{when}.irr.{number}", vcpu.irr)
        put(f"{when}.stopped.{number}", vcpu.page_stopped)
        put(f"{when}.left.{number}", due(vcpu, now) - now.ns if vcpu.armed else 0)

    def expire_due(self, number: int) -> None:
        """Let the timer of a vCPU fire if it is due; a running guest takes its interrupt at once."""
        vcpu, now = self.vcpu(number), self.sample
        if vcpu.armed and due(vcpu, now) <= now.ns:
            expire(vcpu)
            if self.running(number):
                vcpu.pending, vcpu.irr, vcpu.deadline = False, False, 0

    def runs_again(self, who: int, number: int) -> bool:
        """Whether some step after the one of that number is a run of a vCPU."""
        every = [step for section in self.script.sections for step in steps(section)]
        return any(step.who == who and step.call.name in RUNS for step in every[number + 1 :])

    def running(self, number: int) -> bool:
        """Whether a vCPU executes its guest."""
        return number not in self.paused and number not in self.script.parked


def booted(script: Script, rules: Rules, khz: int = KHZ) -> World:
    """The world when the guest boots: all vCPUs are created at one instant, registered, and run."""
    world = World(script, rules, Vm(script.vcpus, rules, khz), khz)
    now = world.sample
    create_vm(world.vm, now)
    for vcpu in world.vm.vcpus:
        create_vcpu(vcpu, now)
        vcpu.deadline_mode = True
    world.vm.reference_page = script.guest.reference
    if script.guest.kvmclock:
        for vcpu in world.vm.vcpus:
            register(vcpu, active=True, old=False, by_user=False)
    for _ in range(2):  # the second round sees the master clock that the first one takes
        for vcpu in world.vm.vcpus:
            enter(vcpu, now)
    world.created = [vcpu.number for vcpu in world.vm.vcpus]
    for name in ("chosen", *(f"chosen.{v}" for v in world.created)):
        world.notes.put(name, False)
    _forget_first(world)
    return world


def _forget_first(world: World) -> None:
    """No vCPU has run yet; each has its notes, so that they can be merged."""
    for v in range(world.script.vcpus):
        for name, value in (("noted", False), ("offset", 0), ("generation", 0), ("chosen", False)):
            world.notes.put(f"first.{name}.{v}", value)


def replaced(world: World) -> None:
    """Go on with a new VM on the second host; the guest's memory, with its pages, is the same."""
    before, step = world.vm, world.script.guest.wall_step
    world.host = Host(TARGET.rd, TARGET.ns, TARGET.wall + step)
    world.vm = Vm(world.script.vcpus, world.rules, world.khz)
    create_vm(world.vm, world.sample)
    for new, old in zip(world.vm.vcpus, before.vcpus, strict=True):
        new.version, new.page_tsc, new.page_ns = old.version, old.page_tsc, old.page_ns
        new.page_mul, new.page_shift = old.page_mul, old.page_shift
        new.page_stable, new.page_stopped = old.page_stable, old.page_stopped
    world.created = []
    world.creations = {}
    _forget_first(world)
    world.last_writer = "the VM's creation"
