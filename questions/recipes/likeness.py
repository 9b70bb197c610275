"""Where the order of a recipe's threads makes no difference to a property, so that one order stands for all.

There are two such cases. *Like* threads differ by the number of their vCPU alone, so that orders differ by
names only. *Close* threads each restore their own vCPU's TSC, or all write one value, and whatever their
order is, each write matches the first one. In both, nothing but the threads writes a TSC, and the steps
around them treat their vCPUs alike.

Of close threads, all take the offset that the first of them has or finds. So what is said of TSCs and of
KVM_GET_CLOCK depends on which one is first and on when each one writes, and not on the order of the others:
that only says which vCPU asks for a new master clock, which changes pages and flags.
"""

from collections.abc import Iterable, Mapping, Sequence

from questions.recipes.orders import ALL, FIRSTS, ONE
from questions.recipes.script import (
    RUNS,
    SECOND,
    VM,
    Call,
    Literal,
    Now,
    Op,
    Saved,
    Script,
    Section,
    Step,
    Threads,
    Value,
    has_runs,
    steps,
)
from questions.recipes.sharing import is_shared, looks_around

OF_EACH = (
    "offsets_equal",
    "offsets_kept",
    "master_clock",
    "clock_read_usable",
    "no_early_run",
    "calls_succeed",
    "write_lands",
    "agree",
    "signalled",
)
"""Properties that say the same of each vCPU and depend on no other one's number."""
OF_FIRST = ("pause_consistent", "ref_agrees", "ref_monotonic")
"""Properties that look at the TSC of vCPU 0, from which Hyper-V's reference time comes."""
OF_OFFSETS = (
    *("tsc_continuous", "write_lands", "agree", "signalled", "pause_consistent"),
    *("offsets_equal", "offsets_kept", "no_early_run", "calls_succeed"),
)
"""Properties that depend on offsets and on KVM_GET_CLOCK, not on pages but for what they say of a stop."""
ALIKE = ("TSC_OFFSET", "SYSTEM_TIME", "REFERENCE_TSC", "clock", "khz", "flags", "realtime")
"""The fields of which all vCPUs have saved the same value; the others are read one after the other."""


def enough(script: Script, name: str) -> str:
    """Which orders of a script's threads say of a property what all orders say."""
    blocks = [i for section in script.sections for i in section.body if isinstance(i, Threads)]
    if len(blocks) != 1 or looks_around(blocks[0]) or not _fair(script, blocks[0]):
        return ALL
    if _is_one_enough(script, blocks[0], name):
        return ONE
    return FIRSTS if _is_the_first_enough(script, blocks[0]) else ALL


def needs_requests(script: Script, name: str) -> bool:
    """Whether a property depends on which vCPU asks for a new master clock.

    It then depends on the first of close threads alone where all of them have asked before they write.
    """
    return name not in OF_OFFSETS or (name == "pause_consistent" and script.guest.reference)


def _is_the_first_enough(script: Script, block: Threads) -> bool:
    """Whether what close threads do depends on their times and on which one writes first, alone.

    But for which vCPU asks for a new master clock, see `needs_requests`.
    """
    after = [s for section in script.sections for s in steps(section) if section.kind != "save"]
    return (
        _are_close(script, block)
        and not any(_looks_around(step) for thread in block.threads for step in thread)
        and not any(step.call.name == "KVM_GET_CLOCK" for step in after)
    )


def _looks_around(step: Step) -> bool:
    """Whether a step uses what some vCPU has now."""
    return any(_is_now(value) for _, value in step.call.fields)


def _is_now(value: Value | None) -> bool:
    if isinstance(value, Op):
        return _is_now(value.left) or _is_now(value.right)
    return isinstance(value, Now)


def _is_one_enough(script: Script, block: Threads, name: str) -> bool:
    if not _is_of_first(script, name) and _are_like(block) and _alone(script, block):
        return True
    if name == "master_clock" and not _is_taken(script, block):
        return False
    return name in OF_EACH and _are_like(block)


def _is_of_first(script: Script, name: str) -> bool:
    """Whether a property looks at vCPU 0 more than at others; a Hyper-V timer may."""
    return name in OF_FIRST or (name == "timers" and script.guest.reference)


def _alone(script: Script, block: Threads) -> bool:
    """Whether vCPUs do nothing but what they do in threads, so that all of them have the same past."""
    group = {thread[0].who for thread in block.threads}
    items = [item for section in script.sections for item in section.body]
    return has_runs(script) and not any(isinstance(i, Step) and i.who in group for i in items)


def _fair(script: Script, block: Threads) -> bool:
    """Whether the steps around threads treat their vCPUs alike, and write no TSC."""
    around = [
        item for section in script.sections for item in section.body if isinstance(item, Step)
    ]
    group = [thread[0].who for thread in block.threads]
    own = [[step.call for step in around if step.who == who] for who in group]
    return (
        all(calls == own[0] for calls in own)
        and len(set(group) & script.parked) in (0, len(group))
        and not any(map(_moves_a_tsc, around))
    )


def _moves_a_tsc(step: Step) -> bool:
    """Whether a step writes a TSC, or sets one vCPU by what another one's is now."""
    call, names = step.call, dict(step.call.fields)
    if call.name in ("KVM_SET_DEVICE_ATTR", "KVM_SET_TSC_KHZ"):
        return True
    if call.name == "guest":
        return "deadline" not in names
    return call.name == "KVM_SET_MSRS" and "TSC" in names


def _is_taken(script: Script, block: Threads) -> bool:
    """Whether the first run finds what the writes say of the master clock, whoever wrote last.

    KVM_SET_CLOCK computes it. So does the first run of the vCPU that was created first.
    """
    for section in script.sections:
        if block in section.body:
            place = section.body.index(block)
            before, after = _plain(section, 0, place), _plain(section, place + 1, None)
            created = [step.who for step in before if step.call.name == "KVM_CREATE_VCPU"]
            ran = [step for step in after if step.call.name in RUNS]
            if any(step.call.name in RUNS for step in before):
                return False
            early = after[: after.index(ran[0])] if ran else after
            if any(_sets_the_clock(step.call) for step in early):
                return True
            first = ran[0].who if ran else (*created, VM)[0]
            return created[:1] == [first] and first not in script.parked
    return False


def _sets_the_clock(call: Call) -> bool:
    """Whether a call sets kvmclock under any rules."""
    flags = dict(call.fields).get("flags", Literal(0))
    return call.name == "KVM_SET_CLOCK" and flags in (Literal(0), Saved())


def _plain(section: Section, start: int, end: int | None) -> list[Step]:
    return [item for item in section.body[start:end] if isinstance(item, Step)]


def _are_like(threads: Threads) -> bool:
    """Whether threads differ by the number of their vCPU alone."""
    first = _payload(threads.threads[0])
    alike = all(_payload(thread) == first for thread in threads.threads)
    return len(threads.threads) > 1 and alike and not any(map(_has_own, threads.threads))


def _payload(thread: Sequence[Step]) -> tuple[object, ...]:
    """What a thread does, whatever its vCPU and the names of its gaps are."""
    return tuple((step.call, step.gap.low, step.gap.high) for step in thread)


def _has_own(thread: Sequence[Step]) -> bool:
    """Whether a thread writes what its own vCPU has saved, or what some vCPU has now."""
    return any(
        step.call.name == "KVM_SET_LAPIC"
        or any(_is_own(value, name) for name, value in step.call.fields)
        for step in thread
        if step.call.name.startswith("KVM_SET") or step.call.name == "guest"
    )


def _is_own(value: Value | None, field: str) -> bool:
    if isinstance(value, Op):
        return _is_own(value.left, field) or _is_own(value.right, field)
    if isinstance(value, Now):
        return True
    if not isinstance(value, Saved):
        return field not in ALIKE and value is None
    return value.vcpu is None and (value.field or field) not in ALIKE


def _are_close(script: Script, block: Threads) -> bool:
    """Whether each thread writes its own saved TSC once, or all one value, and all match in any order.

    What a write is compared with is what the one before has grown to. The two differ by no more than what
    passes between the first and the last reading, and between the first and the last write. A vCPU that is
    created later would be compared with the last one.
    """
    values = [_only_write(thread) for thread in block.threads]
    if values[0] is None or any(value != values[0] for value in values):
        return False
    if _creates_later(script, block):
        return False
    read = _while_reading(script) if values[0] == Saved() else 0
    written = max(sum(step.gap.high for step in thread) for thread in block.threads)
    return read is not None and read + written < SECOND


def _only_write(thread: Sequence[Step]) -> Value | None:
    """What a thread writes to its vCPU's TSC: what was saved, or a number; None where it does more."""
    values = [dict(step.call.fields).get("TSC") for step in thread if _writes_tsc(step.call)]
    quiet = all(_writes_tsc(each.call) or _is_quiet(each) for each in thread)
    if not quiet or len(values) != 1 or not isinstance(values[0], Saved | Literal):
        return None
    return None if isinstance(values[0], Saved) and values[0].field else values[0]


def _is_quiet(step: Step) -> bool:
    return step.call.name in QUIET and not is_shared(step)


def _creates_later(script: Script, block: Threads) -> bool:
    """Whether a vCPU is created after threads have begun."""
    every = [item for section in script.sections for item in section.body]
    later = every[every.index(block) :]
    return any(isinstance(i, Step) and i.call.name == "KVM_CREATE_VCPU" for i in later)


def _writes_tsc(call: Call) -> bool:
    return call.name == "KVM_SET_MSRS" and "TSC" in dict(call.fields)


QUIET = ("KVM_SET_MSRS", "KVM_SET_LAPIC", "KVM_KVMCLOCK_CTRL", "KVM_GET_LAPIC", "wait")
"""Calls beside that write which no other vCPU sees anything of."""


def _while_reading(script: Script) -> int | None:
    """The most that passes between the first reading of a TSC and the last; None if that is not plain."""
    if [section.kind for section in script.sections[:1]] != ["save"]:
        return None
    if any(map(_reads_tsc, _steps_of(script.sections[1:]))):
        return None
    every = steps(script.sections[0])
    places = [n for n, step in enumerate(every) if _reads_tsc(step)]
    if not places:
        return None
    return sum(step.gap.high for step in every[places[0] + 1 : places[-1] + 1])


def _steps_of(sections: Iterable[Section]) -> list[Step]:
    return [step for section in sections for step in steps(section)]


def _reads_tsc(step: Step) -> bool:
    names: Mapping[str, Value | None] = dict(step.call.fields)
    return step.call.name == "KVM_GET_MSRS" and "TSC" in names
