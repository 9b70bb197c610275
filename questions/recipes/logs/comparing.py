"""Compares a recipe with what a VMM did: the same calls in the same order, and delays within the ranges?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from questions.recipes.logs.event import Event, Log
from questions.recipes.logs.parts import PAUSE, parts
from questions.recipes.reading.calls import CALLS, VCPU
from questions.recipes.script import VM, Gap, Literal, Saved, Script, Section, Step, Value
from questions.recipes.words import call, rough
from vtsc.base.errors import Exit
from vtsc.report.text.wrapping import wrapped

RUN = "KVM_RUN"
UNSEEN = ("wait", "guest", "expire")
"""What is no call of a VMM; its delay belongs to the next call."""
MOST = 5
"""The number of delays that are told."""
MSRS = ("KVM_GET_MSRS", "KVM_SET_MSRS")
PLAIN = 1000
"""Numbers below it are compared as they are; greater ones depend on the rate of the host."""
FREE = ("SYSTEM_TIME", "REFERENCE_TSC")
"""Fields whose value is an address of the guest."""


@dataclass(frozen=True)
class Difference:
    """What a log has beside what the recipe has, each with its line; or a delay outside of its range."""

    what: str
    recipe: str
    log: str


@dataclass(frozen=True)
class Comparison:
    """How many calls are alike, the first that differs, and the delays that are outside of their ranges."""

    alike: int
    first: Difference | None
    delays: tuple[Difference, ...]
    others: Mapping[str, int]
    """Calls of the log of which the recipe names none."""

    @property
    def status(self) -> Exit:
        """Whether the log follows the recipe."""
        return Exit.VIOLATED if self.first or self.delays else Exit.OK


@dataclass(frozen=True)
class _Seen:
    """A call of a log: by whom, with which fields, and when. ``fields`` is None where none was recorded."""

    who: int
    name: str
    fields: Mapping[str, int] | None
    event: Event
    place: str


@dataclass
class _Progress:
    """How far the comparison has come."""

    events: list[_Seen]
    alike: int = 0
    last: int | None = None
    """The time of the last call that was compared."""
    delays: list[Difference] = field(default_factory=list)
    saved: dict[tuple[int, str], int] = field(default_factory=dict)


def compared(script: Script, logs: Sequence[Log]) -> Comparison:
    """Compare a recipe with a log, or with one of saving and one of restoring."""
    found = parts(logs, whole=True)
    ids = sorted({v for part in found.values() for e in part if (v := _id(e)) is not None})
    numbers = {vcpu: place for place, vcpu in enumerate(ids)}
    names, others = _names(script), dict[str, int]()
    progress = _Progress([])
    first = None
    sections = {section.kind: section for section in script.sections}
    for kind, section in sections.items():
        log = logs[-1] if kind != "save" else logs[0]
        kinds = (kind, "resume", "restore") if kind == "reset" else (kind,)
        events = next((found[each] for each in kinds if each in found), ())
        progress.events = []
        for event in events:
            seen = _seen(event, numbers, names, log.shown)
            if seen is None:
                others[event.call] = others.get(event.call, 0) + 1
            else:
                progress.events.append(seen)
        first = _section(section, progress)
        if first is not None:
            break
    return Comparison(progress.alike, first, tuple(progress.delays), others)


def report(name: str, logs: Sequence[str], found: Comparison) -> str:
    """The comparison as text, the verdict last."""
    lines = wrapped(f"{name} beside {' and '.join(logs)}", "  ")
    for each in [*([found.first] if found.first else []), *found.delays[:MOST]]:
        lines += wrapped(each.what, "  ")
        lines += wrapped(each.recipe, "          ", "  recipe  ")
        lines += wrapped(each.log, "          ", "  log     ")
    if len(found.delays) > MOST:
        lines.append(f"and {len(found.delays) - MOST} more delays")
    if found.others:
        told = ", ".join(f"{call} ({number})" for call, number in found.others.items())
        lines += wrapped(f"not in the recipe, so not compared: {told}", "  ")
    ends = "FOLLOWED" if found.status == Exit.OK else "DIFFERS"
    counts = f"{found.alike} calls alike, {len(found.delays)} delays out of range"
    lines.append(f"recipe: {ends}: {counts}")
    return "\n".join(lines) + "\n"


def _id(event: Event) -> int | None:
    return event.number("id") if event.call == "KVM_CREATE_VCPU" else event.vcpu


def _names(script: Script) -> Mapping[str, set[str]]:
    """The calls that a recipe makes, each with all fields that it names."""
    names: dict[str, set[str]] = {}
    for section in script.sections:
        for item in section.body:
            for step in [item] if isinstance(item, Step) else [s for t in item.threads for s in t]:
                fields = names.setdefault(_name(step), set())
                fields |= {name for name, _ in step.call.fields}
    return names


def _name(step: Step) -> str:
    return RUN if step.call.name == "run" else step.call.name


def _seen(
    event: Event, numbers: Mapping[int, int], names: Mapping[str, set[str]], shown: str
) -> _Seen | None:
    """A call of the log as far as the recipe speaks of such; None where it does not."""
    if event.call not in names:
        return None
    vcpu = _id(event)
    who = VM if vcpu is None else numbers[vcpu]
    place = f"{shown}:{event.line}"
    if event.payload is None or event.call in (PAUSE, RUN):
        return _Seen(who, event.call, None, event, place)
    if event.call not in MSRS:
        kept = ("clock", "flags", "realtime", "khz")
        fields = {key: number for key in kept if (number := event.number(key)) is not None}
        return _Seen(who, event.call, fields, event, place)
    fields = {name: number for name, number in event.msrs if name in names[event.call]}
    return _Seen(who, event.call, fields, event, place) if fields else None


def _section(section: Section, progress: _Progress) -> Difference | None:
    """Compare a section; the first call that differs, if any."""
    ran: set[int] = set()
    before = Gap(section.gap.low, section.gap.high)
    for item in section.body:
        threads = ((item,),) if isinstance(item, Step) else item.threads
        begin = progress.last
        rows = [[*_visible(thread, ran, before)] for thread in threads]
        if isinstance(item, Step) and not rows[0]:
            unseen = _name(item) in UNSEEN
            before = _sum(before, item.gap) if unseen else before
            continue
        before = Gap(0, 0)
        found = _block(section.kind, rows, begin, progress)
        if found is not None:
            return found
    return None


def _visible(thread: Sequence[Step], ran: set[int], before: Gap) -> Iterator[tuple[Step, Gap]]:
    """The calls of a thread that a log shows, each with the delay since the one before it."""
    for step in thread:
        before = _sum(before, step.gap)
        again = _name(step) == RUN and step.who in ran
        if _name(step) in UNSEEN or again:
            continue
        if _name(step) == RUN:
            ran.add(step.who)
        yield step, before
        before = Gap(0, 0)


def _sum(one: Gap, other: Gap) -> Gap:
    return Gap(one.low + other.low, one.high + other.high)


def _block(
    kind: str, rows: list[list[tuple[Step, Gap]]], begin: int | None, progress: _Progress
) -> Difference | None:
    """Compare threads with the next calls of the log, each of which belongs to one of them."""
    times: list[int | None] = [begin for _ in rows]
    while any(rows):
        waiting = [n for n, row in enumerate(rows) if row]
        if not progress.events:
            step = rows[waiting[0]][0][0]
            return Difference(f"{kind}: a call is missing", _told(step), "the log ends")
        seen = progress.events.pop(0)
        mine = next((n for n in waiting if rows[n][0][0].who == _of(seen, rows[n][0][0])), None)
        step, gap = rows[waiting[0] if mine is None else mine][0]
        what = "another call" if mine is None else _unlike(step, seen, progress)
        if mine is None or what:
            return Difference(f"{kind}, call {progress.alike + 1}: {what}", _told(step), _log(seen))
        rows[mine].pop(0)
        progress.alike += 1
        _delay(kind, step, gap, seen, times[mine], progress)
        times[mine] = progress.last = seen.event.time
    return None


def _of(seen: _Seen, step: Step) -> int:
    """Who made a call: one that belongs to a vCPU, made on the VM, is that of the recipe's vCPU."""
    known = CALLS.get(seen.name)
    misplaced = known is not None and known.of == VCPU and seen.event.vcpu is None
    return step.who if misplaced and step.call.on == "vm" else seen.who


def _unlike(step: Step, seen: _Seen, progress: _Progress) -> str:
    """What differs between a step and a call; empty where they are alike."""
    if _name(step) != seen.name:
        return "another call"
    if seen.name not in (PAUSE, RUN) and step.call.errno != seen.event.error:
        return f"it ends with {seen.event.error or 'success'}"
    if seen.fields is None:
        return ""
    told = [name for name, _ in step.call.fields]
    if seen.name in MSRS and told != [*seen.fields]:
        return "other fields, or in another order"
    if seen.name.startswith("KVM_GET_"):
        progress.saved.update({(seen.who, name): value for name, value in seen.fields.items()})
        return ""
    for name, value in step.call.fields:
        found = seen.fields.get(name)
        if found is not None and not _fits(name, value, found, seen.who, progress):
            return f"another {name}"
    return ""


def _fits(name: str, value: Value | None, found: int, who: int, progress: _Progress) -> bool:
    """Whether a number may be what a value of the recipe stands for."""
    if name in FREE:
        return True
    if isinstance(value, Literal):
        return found == value.value or (name != "flags" and value.value >= PLAIN)
    if value is None or (isinstance(value, Saved) and name != "flags"):
        given = value or Saved()
        key = (who if given.vcpu is None else given.vcpu, given.field or name)
        return progress.saved.get(key, found) == found
    return True


def _delay(
    kind: str, step: Step, gap: Gap, seen: _Seen, since: int | None, progress: _Progress
) -> None:
    """Note a delay that is outside of its range."""
    if since is None:
        return
    passed = seen.event.time - since
    if not gap.low <= passed <= gap.high:
        known = rough(gap.low) if gap.low == gap.high else f"{rough(gap.low)}..{rough(gap.high)}"
        what = (
            f"{kind}, call {progress.alike}: {rough(passed)} after the one before it, not {known}"
        )
        progress.delays.append(Difference(what, _told(step), _log(seen)))


def _told(step: Step) -> str:
    who = "vm" if step.who == VM else f"v{step.who}"
    return f"line {step.line}: {who}: {call(step)}"


def _log(seen: _Seen) -> str:
    who = "vm" if seen.event.vcpu is None and seen.who == VM else f"v{seen.who}"
    fields = "".join(f" {name}={value}" for name, value in (seen.fields or {}).items())
    error = f" -> {seen.event.error}" if seen.event.error else ""
    return f"{seen.place}: {who}: {seen.name}{fields}{error}"
