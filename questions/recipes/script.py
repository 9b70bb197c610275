"""A recipe as data: which calls a VMM makes, in which order, with what delays between them.

A reader of files builds these, and so can a program: `each`, `every` and `threads` expand what a line of a
file says about several vCPUs. All durations are whole nanoseconds.

Time passes in `Gap`s only: a call takes none, and its gap lies before it. A gap's name is an unknown of the
question; two gaps with one name are one unknown. A gap without a name gets one from its place (`named`).

What happens before the first section: the guest has run for ``uptime`` on a host with a stable TSC, its vCPUs
were created at the same time, all match, and its TSC and kvmclock have counted from 0. ``save`` runs there,
``gap`` passes, ``restore`` runs on a new VM of another host, which is created where the section begins.
``reset`` and ``resume`` run in place, on the VM that there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

VM = -1
"""Stands for the VM among the numbers of vCPUs."""
SECTIONS = ("save", "restore", "reset", "resume")
RUNS = ("KVM_RUN", "run")
"""The calls by which a vCPU runs."""
SECOND = 10**9
GAP = (0, 50_000_000)
"""The range of a gap that is not given: up to 50 ms."""
WALL_GAP = (0, 3600 * SECOND)
"""The range of the gap between save and restore that is not given: up to an hour."""


@dataclass(frozen=True)
class Gap:
    """A delay of ``low`` to ``high`` ns. ``given``: the recipe states it; else it is a default."""

    low: int = GAP[0]
    high: int = GAP[1]
    name: str = ""
    given: bool = False


@dataclass(frozen=True)
class Literal:
    """A number."""

    value: int


@dataclass(frozen=True)
class Saved:
    """What the save section read: of the same vCPU, or of vCPU ``vcpu``; the same field, or ``field``.

    For ``flags`` of KVM_SET_CLOCK: the flags that KVM_GET_CLOCK returned, without TSC_STABLE, as VMMs
    pass them on.
    """

    vcpu: int | None = None
    field: str = ""


@dataclass(frozen=True)
class Now:
    """What a read would return at this moment: of the same vCPU, or of vCPU ``vcpu``; by default the same
    field.

    For a guest's ``deadline`` that is its TSC.
    """

    vcpu: int | None = None
    field: str = ""


@dataclass(frozen=True)
class Part:
    """A field of a record that a KVM_GET_CLOCK filled, such as ``clock.host_tsc``.

    ``record``: `Call.into` of that call. ``name``: clock, host_tsc or realtime.
    """

    record: str
    name: str


@dataclass(frozen=True)
class Op:
    """``left operator right``, operator one of + - * // or. ``or``: left unless that is 0.

    One operand of ``*`` and the right one of ``//`` must be a literal.
    """

    operator: str
    left: "Value"
    right: "Value"


Value = Literal | Saved | Now | Part | Op


@dataclass(frozen=True)
class Call:
    """One call. ``fields``: names with values, in order; of a call that reads, the names alone, with None.

    ``name`` is an ioctl, an attribute, or an act:

    - KVM_CREATE_VCPU, KVM_RUN, KVM_GET_LAPIC, KVM_SET_LAPIC, KVM_GET_CLOCK, KVM_KVMCLOCK_CTRL;
    - KVM_SET_CLOCK with ``clock``, ``flags`` (0, 4 for REALTIME, or `Saved`), ``realtime`` (by default
      saved);
    - KVM_GET_MSRS, KVM_SET_MSRS with TSC, TSC_ADJUST, TSC_DEADLINE, SYSTEM_TIME, REFERENCE_TSC;
    - KVM_GET_TSC_KHZ; KVM_SET_TSC_KHZ with ``khz``;
    - KVM_GET_DEVICE_ATTR, KVM_SET_DEVICE_ATTR with TSC_OFFSET;
    - ``pause``: the vCPU executes nothing from here; ``run``: KVM_RUN; ``expire``: its armed timer fires
      no later than here; ``wait``: nothing but its gap;
    - ``guest`` with ``tsc``, ``tsc_adjust``, ``deadline`` or ``stimer``: what the guest writes.

    ``errno``: the failure that is expected, such as EINVAL. ``on``: "vm" or "vcpu" forces the file
    descriptor. ``into``: the name of the record that a read of the clock fills; by default ``clock`` in a
    save section, ``dest`` elsewhere. A failure that is not expected is reported, and the recipe goes on.
    """

    name: str
    fields: tuple[tuple[str, Value | None], ...] = ()
    errno: str = ""
    on: str = ""
    into: str = ""


@dataclass(frozen=True)
class Step:
    """A call by ``who``, a vCPU's number or `VM`, after a gap. ``line``: in the file, 0 for none."""

    who: int
    call: Call
    gap: Gap = Gap()
    line: int = 0


@dataclass(frozen=True)
class Threads:
    """Sequences of steps that run at the same time, in any order that keeps each of them.

    All begin where the block begins, and a step's gap lies after the step before it in its own thread. What
    follows waits for all of them. ``order``: by the number of its thread, whose step comes next; empty until
    it is chosen. ``abreast``: only the thread that comes first is chosen, and the others follow it in any
    order, each compared with the first. ``ends``: so is the one that comes last. ``open``: no order is
    chosen, and a run stands for all of them.
    """

    threads: tuple[tuple[Step, ...], ...]
    order: tuple[int, ...] = ()
    abreast: bool = False
    ends: bool = False
    open: bool = False


@dataclass(frozen=True)
class Section:
    """One of `SECTIONS`. ``gap``: what passes before it, besides the gap of its first step."""

    kind: str
    body: tuple[Step | Threads, ...]
    gap: Gap = Gap(0, 0, given=True)


@dataclass(frozen=True)
class Guest:
    """The guest before the first section.

    ``uptime``: how long it has run. ``kvmclock``: it has registered kvmclock. ``reference``: it uses
    Hyper-V's reference TSC page. ``wall_step``: how far the wall clock of the second host is ahead of the
    first one's, in ns.
    """

    uptime: Gap = Gap(500 * SECOND, 500 * SECOND, "uptime", given=True)
    kvmclock: bool = True
    reference: bool = False
    wall_step: int = 0


@dataclass(frozen=True)
class Wanted:
    """A property that is asked for, with the parameters that were given, such as ``{"x": 10_000_000}``."""

    name: str
    parameters: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    """A whole recipe. ``parked``: vCPUs that exist but never run.

    Where no section has a KVM_RUN, every vCPU that is not parked runs at the end, one after the other without
    delay. Where no step names SYSTEM_TIME, the first KVM_SET_MSRS of a vCPU, else its first run, restores its
    registration. Where no step names KVM_SET_LAPIC, the creation of a vCPU restores its timer's mode.
    """

    name: str
    vcpus: int
    sections: tuple[Section, ...]
    wanted: tuple[Wanted, ...]
    guest: Guest = Guest()
    parked: frozenset[int] = frozenset()
    file: str = ""


def every(vcpus: Sequence[int], calls: Sequence[Step]) -> tuple[Step, ...]:
    """``v*: A; B``: A of every vCPU, then B of every vCPU. The steps' own ``who`` is ignored."""
    return tuple(replace(step, who=v) for step in calls for v in vcpus)


def each(vcpus: Sequence[int], calls: Sequence[Step]) -> tuple[Step, ...]:
    """``each v: A; B``: A and B of the first vCPU, then of the next one."""
    return tuple(replace(step, who=v) for v in vcpus for step in calls)


def threads(vcpus: Sequence[int], calls: Sequence[Step]) -> Threads:
    """``threads v: A; B``: one thread for each vCPU."""
    return Threads(tuple(tuple(replace(step, who=v) for step in calls) for v in vcpus))


def steps(section: Section) -> tuple[Step, ...]:
    """The steps of a section; those of threads in their order, or one thread after the other."""
    found: list[Step] = []
    for item in section.body:
        found += [item] if isinstance(item, Step) else [step for _, step in sequence(item)]
    return tuple(found)


def has_runs(script: Script) -> bool:
    """Whether a script says when vCPUs run."""
    return any(step.call.name in RUNS for section in script.sections for step in steps(section))


def sequence(threads: Threads) -> tuple[tuple[int, Step], ...]:
    """The steps of threads, each with the number of its thread: in their order, or thread by thread."""
    order = threads.order or [n for n, thread in enumerate(threads.threads) for _ in thread]
    rest = [iter(thread) for thread in threads.threads]
    return tuple((n, next(rest[n])) for n in order)


def named(script: Script) -> Script:
    """The script with a name for every gap: ``d5`` lies before step 5, ``restore`` before that section."""
    count = 0

    def step(item: Step) -> Step:
        nonlocal count
        count += 1
        return replace(item, gap=_called(item.gap, f"d{count}"))

    sections = []
    for section in script.sections:
        body = tuple(
            step(item) if isinstance(item, Step)
            else Threads(tuple(tuple(map(step, thread)) for thread in item.threads))
            for item in section.body
        )  # fmt: skip
        gap = _called(section.gap, section.kind)
        sections.append(replace(section, body=body, gap=gap))
    guest = replace(script.guest, uptime=_called(script.guest.uptime, "uptime"))
    return replace(script, sections=tuple(sections), guest=guest)


def _called(gap: Gap, name: str) -> Gap:
    return gap if gap.name else replace(gap, name=name)
