"""Recipes that tests decide: the sequences of several monitors, before and after a fix."""

from dataclasses import replace

from questions.recipes.script import (
    SECOND,
    VM,
    WALL_GAP,
    Call,
    Gap,
    Guest,
    Literal,
    Now,
    Op,
    Part,
    Saved,
    Script,
    Section,
    Step,
    Wanted,
    each,
    every,
    named,
    threads,
)

MS = 10**6
NONE = Gap(0, 0, given=True)
CREATE, RUN, PAUSE = ((Step(0, Call(n)),) for n in ("KVM_CREATE_VCPU", "KVM_RUN", "pause"))
LAPIC_OUT, LAPIC_IN = Step(0, Call("KVM_GET_LAPIC")), Step(0, Call("KVM_SET_LAPIC"))
READ_CLOCK = Step(VM, Call("KVM_GET_CLOCK"))


def fixed(low, high=None, name=""):
    """A gap that is given."""
    return Gap(low, low if high is None else high, name, given=True)


def get(*names):
    """KVM_GET_MSRS."""
    return Step(0, Call("KVM_GET_MSRS", tuple((n, None) for n in names)))


def put(*names, **values):
    """KVM_SET_MSRS: of saved values, and of others."""
    saved = tuple((n, Saved()) for n in names)
    return Step(0, Call("KVM_SET_MSRS", (*saved, *values.items())))


def set_clock(flags=0, clock=None):
    """KVM_SET_CLOCK of the saved clock, or of another value."""
    given = Literal(flags) if isinstance(flags, int) else flags
    return Step(VM, Call("KVM_SET_CLOCK", (("clock", clock or Saved()), ("flags", given))))


def attribute(value):
    """The offset attribute."""
    return Step(0, Call("KVM_SET_DEVICE_ATTR", (("TSC_OFFSET", value),)))


def late(step, gap):
    """A step after another gap."""
    return replace(step, gap=gap)


def recipe(vcpus, wanted, *sections, **more):
    """A script with a name for every gap; ``wanted``: names, or names with parameters."""
    asked = tuple(Wanted(w) if isinstance(w, str) else Wanted(*w) for w in wanted)
    return named(Script("recipe", vcpus, sections, asked, **more))


def section(kind, *steps, gap=None):
    """A section; one that restores comes up to an hour later unless said otherwise."""
    body = []
    for item in steps:
        body += item if isinstance(item, tuple) else [item]
    return Section(kind, tuple(body), gap or (Gap(*WALL_GAP) if kind == "restore" else NONE))


def aged(low, high=None):
    """A guest of that age."""
    return Guest(fixed(low, high, "uptime"))


def all_then_each(vcpus, between=None, saving=None, uptime=500 * SECOND, **more):
    """Create all vCPUs, then set each TSC; ``between`` and ``saving``: the gaps of writes and of reads."""
    v = range(vcpus)
    reads = [
        late(s, replace(saving or Gap(), name=f"save{n}"))
        for n, s in enumerate(each(v, [get("TSC")]))
    ]
    writes = [
        late(s, replace(between or Gap(), name=f"set{n}"))
        for n, s in enumerate(each(v, [put("TSC")]))
    ]
    return recipe(
        vcpus,
        more.pop("wanted", ("offsets_equal", "master_clock")),
        section("save", every(v, PAUSE), late(reads[0], NONE), *reads[1:]),
        section("restore", every(v, CREATE), late(writes[0], NONE), *writes[1:], every(v, RUN)),
        guest=aged(uptime) if isinstance(uptime, int) else uptime,
    )


def one_by_one(vcpus, attributes=False):
    """Create and restore each vCPU in turn; ``attributes``: then all get the offset of the first."""
    v = range(vcpus)
    steps = each(v, [*CREATE, put("TSC")])
    steps += each(v, [attribute(Now(0))]) if attributes else ()
    return recipe(
        vcpus,
        ("offsets_equal", "master_clock"),
        section("save", every(v, PAUSE), each(v, [get("TSC")])),
        section("restore", steps, set_clock(clock=Literal(1)), every(v, RUN)),
    )


def reset(value, vcpus=2, written=None, parked=(), uptime=38 * SECOND):
    """Reset: write a TSC to each vCPU, or to those ``written``."""
    steps = each(range(vcpus) if written is None else written, [put(TSC=Literal(value))])
    wanted = (("write_lands", {"x": 1000 * MS}), "master_clock")
    return recipe(
        vcpus, wanted, section("reset", steps), guest=aged(uptime), parked=frozenset(parked)
    )


def rate(vcpus_with_rate, before_each=False):
    """KVM_SET_TSC_KHZ of some vCPUs, within the tolerance, then the TSC of all."""
    v = range(2)
    khz = Step(0, Call("KVM_SET_TSC_KHZ", (("khz", Literal(10**6 + 100)),)))
    steps = each(v, [khz, put("TSC")])
    if not before_each:
        steps = (*each(vcpus_with_rate, [khz]), *each(v, [put("TSC")]))
    return recipe(
        2,
        ("master_clock",),
        section("save", each(v, [get("TSC")])),
        section("restore", every(v, CREATE), steps, every(v, RUN)),
    )


def clock_flags(flags):
    """Restore with the flags of KVM_GET_CLOCK, or with none."""
    v = range(2)
    return recipe(
        2,
        (("pause_consistent", {"x": 400 * MS}),),
        section("save", every(v, PAUSE), each(v, [get("TSC")]), READ_CLOCK),
        section(
            "restore", every(v, CREATE), each(v, [put("TSC")]), set_clock(flags), every(v, RUN),
            gap=fixed(SECOND, 3600 * SECOND),
        ),
    )  # fmt: skip


def early_run(fix):
    """Run before the clock is set, or after it."""
    v = range(2)
    tail = (set_clock(), *every(v, RUN)) if fix else (*every(v, RUN), set_clock())
    return recipe(
        2,
        ("no_early_run", "kvmclock_monotonic", "ref_monotonic"),
        section("save", every(v, PAUSE), READ_CLOCK, each(v, [get("TSC")])),
        section("restore", each(v, [*CREATE, put("TSC")]), tail),
        guest=Guest(reference=True),
    )


def clock_before_pause(fix):
    """Read the clock before the vCPUs are parked, or after it; resume in place."""
    v = range(2)
    pause = every(v, [late(PAUSE[0], fixed(0, 100 * MS))])
    return recipe(
        2,
        ("kvmclock_monotonic",),
        section("save", *((pause, READ_CLOCK) if fix else (READ_CLOCK, pause))),
        section("resume", set_clock(), every(v, [late(RUN[0], NONE)]), gap=Gap(*WALL_GAP)),
    )


def documented(read_first=False, apart=0):
    """The sequence of the kernel's documentation; ``apart``: the difference of the source's offsets."""
    v = range(2)
    clock, tsc = (Op("-", Part("clock", x), Part("dest", x)) for x in ("clock", "host_tsc"))
    offset = Op("+", Op("-", Saved(), clock), tsc)
    reading = (READ_CLOCK, set_clock(4)) if read_first else (set_clock(4), READ_CLOCK)
    moved = (Step(1, Call("guest", (("tsc_adjust", Literal(apart)),))),) if apart else ()
    return recipe(
        2,
        ("offsets_kept", ("agree", {"x": 1000}), "master_clock", "clock_read_usable"),
        section(
            "save", moved, every(v, PAUSE), READ_CLOCK,
            each(v, [Step(0, Call("KVM_GET_DEVICE_ATTR", (("TSC_OFFSET", None),)))]),
        ),
        section("restore", every(v, CREATE), reading, each(v, [attribute(offset)]), every(v, RUN)),
    )  # fmt: skip


def in_place(pause, clock):
    """Stop and go on in place, the clock set back or left alone."""
    v = range(2)
    return recipe(
        2,
        (("agree", {"x": 200 * MS}),),
        section("save", every(v, PAUSE), (READ_CLOCK,) if clock else ()),
        section("resume", (set_clock(),) if clock else (), every(v, RUN), gap=fixed(pause)),
    )


def signal(kind):
    """KVM_KVMCLOCK_CTRL: at the pause, after the MSRs, before them, or on the VM's descriptor."""
    v, wanted = range(2), ("signalled",)
    where = "vm" if kind == "vm" else ""
    call = every(v, [Step(0, Call("KVM_KVMCLOCK_CTRL", on=where))])
    away = fixed(2 * SECOND, 3600 * SECOND)
    if kind == "vm":
        save = section("save", call, every(v, PAUSE))
        return recipe(2, wanted, save, section("resume", every(v, RUN), gap=away))
    msrs = each(v, [put("TSC", "SYSTEM_TIME")])
    steps = {"pause": (msrs,), "after": (msrs, call), "before": (call, msrs)}[kind]
    at_pause = call if kind == "pause" else ()
    saved = each(v, [get("TSC", "SYSTEM_TIME")])
    return recipe(
        2,
        wanted,
        section("save", every(v, PAUSE), at_pause, READ_CLOCK, saved),
        section("restore", every(v, CREATE), *steps, set_clock(Saved()), every(v, RUN), gap=away),
    )


def armed(after, vcpus=2):
    """The guest arms a deadline on each vCPU."""
    deadline = ("deadline", Op("+", Now(), Literal(after)))
    return each(range(vcpus), [Step(0, Call("guest", (deadline,)), NONE)])


def deadline(order, uptime=500 * SECOND):
    """Restore in an order such as ``lapic tsc deadline``; the deadline is 10 ms ahead."""
    v = range(2)
    known = {"lapic": LAPIC_IN, "tsc": put("TSC"), "deadline": put("TSC_DEADLINE")}
    quick = [late(s, NONE) for s in (LAPIC_OUT, get("TSC", "TSC_DEADLINE"))]
    return recipe(
        2,
        ("timers",),
        section("save", armed(10 * MS), every(v, [late(PAUSE[0], NONE)]), each(v, quick)),
        section(
            "restore", every(v, CREATE), each(v, [known[x] for x in order.split()]), every(v, RUN)
        ),
        guest=aged(uptime),
    )


def saved_timer(lapic_first, replaced=False, vcpus=2):
    """Save LAPIC and MSRs in either order while a timer is about to expire; ``replaced``: 0 by the TSC."""
    v = range(vcpus)
    reads = [LAPIC_OUT, get("TSC", "TSC_DEADLINE")]
    saved = Op("or", Saved(), Saved(field="TSC")) if replaced else Saved()
    writes = [LAPIC_IN, put("TSC"), put(TSC_DEADLINE=saved)]
    return recipe(
        vcpus,
        ("timers",),
        section(
            "save",
            armed(60 * MS, vcpus),
            every(v, PAUSE),
            each(v, reads if lapic_first else reads[::-1]),
        ),
        section("restore", every(v, CREATE), each(v, writes), every(v, RUN)),
    )


def reference_reset(value):
    """Reset of a guest that uses Hyper-V's reference time: the clock to 0, the TSC to a value."""
    v, wanted = range(2), ("write_lands", ("ref_agrees", {"x": 100 * MS}))
    steps = (set_clock(clock=Literal(0)), *each(v, [put(TSC=Literal(value))]), *every(v, RUN))
    return recipe(
        2, wanted, section("reset", steps), guest=replace(aged(38_500 * MS), reference=True)
    )


def in_threads(vcpus, same=False, copy=3 * SECOND):
    """Each vCPU's thread restores its TSC, all at once; then memory is copied, and the clock set."""
    v = range(vcpus)
    write = Step(0, Call("KVM_SET_MSRS", (("TSC", Saved(0) if same else Saved()),)))
    return recipe(
        vcpus,
        (("agree", {"x": 10 * MS}), "offsets_equal"),
        section("save", every(v, PAUSE), READ_CLOCK, each(v, [get("TSC")])),
        section(
            "restore", every(v, CREATE), threads(v, [write]), Step(VM, Call("wait"), fixed(copy)),
            set_clock(), every(v, RUN),
        ),
    )  # fmt: skip
