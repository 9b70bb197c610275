"""From a recipe's text to the script that is decided: steps of single vCPUs, each with the gap before it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from questions.recipes.reading.calls import ONLY_TIME
from questions.recipes.reading.tree import Delay, Step, Text, Timed
from questions.recipes.reading.wants import wanted
from questions.recipes.script import VM, Call, Gap, Guest, Script, Section, Threads, named
from questions.recipes.script import Step as One


def script(text: Text) -> Script:
    """The script of a recipe, every gap with a name."""
    sections: list[Section] = []
    for kind, steps in text.sections.items():
        body: list[One | Threads] = []
        for step in steps:
            body += _expanded(step, text.elapsed)
        before = (
            _gap(text.gap) if sections and sections[-1].kind == "save" else Gap(0, 0, given=True)
        )
        sections.append(Section(kind, tuple(body), before))
    found = Script(
        name=text.name,
        vcpus=text.vcpus,
        sections=_told_apart(sections),
        wanted=wanted(text.want),
        guest=Guest(
            _gap(text.uptime),
            kvmclock=bool(text.guest.get("kvmclock", True)),
            reference=bool(text.guest.get("reference", False)),
            wall_step=int(text.guest.get("wall_step", 0)),
        ),
        parked=text.parked,
        file=text.file,
    )
    return named(found)


def _expanded(step: Step, elapsed: Mapping[str, Delay]) -> list[One | Threads]:
    """The steps of single vCPUs, in their order; threads beside each other."""
    if step.manner == "vm":
        return [_one(VM, timed, step, elapsed) for timed in step.calls]
    if step.manner == "rows":
        return [_one(v, timed, step, elapsed) for timed in step.calls for v in step.vcpus]
    rows = tuple(tuple(_one(v, timed, step, elapsed) for timed in step.calls) for v in step.vcpus)
    if step.manner == "threads" and len(rows) > 1:
        return [Threads(rows)]
    return [one for row in rows for one in row]


def _one(who: int, timed: Timed, step: Step, elapsed: Mapping[str, Delay]) -> One:
    """One call. A delay with a name is one unknown, or one for each vCPU that the step names."""
    call = timed.call
    before = timed.delay or elapsed.get(call.name, elapsed["default"])
    own = before.name
    if own and not before.fixed and len(step.vcpus) > 1:
        own = f"{own}.v{who}"
    if call.name in ONLY_TIME:
        call = Call("wait")
    return One(who, call, Gap(before.low, before.high, own, given=True), step.line)


def _told_apart(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections, each gap without a name called after its call: ``SET_MSRS.v1``, ``SET_MSRS.v1.2``."""
    taken: Counter[str] = Counter()

    def called(one: One) -> One:
        if one.gap.name:
            return one
        name = one.call.name.removeprefix("KVM_") + ("" if one.who == VM else f".v{one.who}")
        taken[name] += 1
        return replace(
            one, gap=replace(one.gap, name=name if taken[name] == 1 else f"{name}.{taken[name]}")
        )

    return tuple(
        replace(
            section,
            body=tuple(
                called(item)
                if isinstance(item, One)
                else Threads(tuple(tuple(map(called, row)) for row in item.threads))
                for item in section.body
            ),
        )
        for section in sections
    )


def _gap(delay: Delay) -> Gap:
    return Gap(delay.low, delay.high, delay.name, given=True)
