"""Answers about recipes as text for people, in lines of at most 80 columns; the total is the last of them."""

import re
from collections.abc import Iterator, Sequence

from questions.recipes.answers import Answer, Answered, both, total, with_units
from questions.recipes.deciding import DEPENDS, FAILS, HOLDS, Parts, Witness
from questions.recipes.properties import PROPERTIES
from questions.recipes.replay import ordered
from questions.recipes.script import VM, Gap, Step
from questions.recipes.words import call, duration, rough
from vtsc.report.screen import width
from vtsc.report.text.wrapping import folded, wrapped

MOST_ROWS = 14
"""The number of steps of a run beyond which only those are shown that the kernel decided about."""
MOST_DELAYS = 6
MOST_LINES = 12
"""The number of lines beyond which a condition is not told whole."""
IF, NEEDED = "holds for sure if", "fails for sure unless"
IN_SOME, UNLESS = "fails in some order if", "holds for sure unless"
LISTED = 3
"""The number of parts of a condition from which on each has a line."""
UNDER = "under"
COLUMN = 13
"""The width of a column of verdicts, with the two blanks before it."""
NANOSECONDS = re.compile(r"([+-]?)\b([0-9]{4,}) ns\b")


def text(found: Sequence[Answered], *, full: bool) -> str:
    """The report. ``full``: each answer with its run, its cause and its remedy, not the verdicts alone."""
    lines: list[str] = []
    for each in found:
        lines += [*(_whole(each) if full else _short(each)), ""]
    return folded(
        "\n".join([*lines[: None if full else -1], *_rest(found, full), total(found)]) + "\n"
    )


def _rest(found: Sequence[Answered], full: bool) -> list[str]:
    return [] if full or not found else [""]


def _short(answered: Answered) -> Iterator[str]:
    """A table of verdicts."""
    yield answered.text.name
    yield from _table(answered)


def _table(answered: Answered) -> Iterator[str]:
    """A row for each property and a column for each rule set; several tables where they would be too wide."""
    left = max(len(name) for name in (*answered.properties, UNDER))
    columns = max(width() - left - 2, COLUMN) // COLUMN
    for begin in range(0, len(answered.rules), columns):
        rules = answered.rules[begin : begin + columns]
        yield _row(UNDER, left, rules)
        for name in answered.properties:
            own = answered.of(name)
            yield _row(name, left, [own[each].verdict.result.upper() for each in rules])
    for name in answered.properties:
        odd = [a.rules for a in answered.of(name).values() if a.expected and not a.as_expected]
        if odd:
            told = f"not as expected under {', '.join(odd)}: {name}"
            yield from wrapped(told, "    ", "  ")


def _row(name: str, left: int, cells: Sequence[str]) -> str:
    return f"  {name:{left}}{''.join(f'  {cell:{COLUMN - 2}}' for cell in cells)}".rstrip()


def _whole(answered: Answered) -> Iterator[str]:
    """Everything about one recipe."""
    recipe = answered.text
    yield from wrapped(f"{recipe.name}: {recipe.title}", "  ")
    for what, texts in (("mirrors", recipe.mirrors), ("source", recipe.source)):
        if texts:
            yield from wrapped(f"{what}: {'; '.join(texts)}", "    ", "  ")
    if recipe.assumed:
        yield from wrapped(f"not given, so assumed: {'; '.join(recipe.assumed)}", "    ", "  ")
    yield ""
    yield from _table(answered)
    shown: dict[object, str] = {}
    for name in answered.properties:
        yield from _property(list(answered.of(name).values()), shown)


def _property(answers: Sequence[Answer], shown: dict[object, str]) -> Iterator[str]:
    """What is to be said of one property: rule sets of the same verdict together, the last one's run.

    ``shown``: the property with which a run was shown, for each run that was.
    """
    groups: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        groups.setdefault((answer.verdict.result, answer.condition), []).append(answer)
    for group in groups.values():
        if group[-1].verdict.result != HOLDS:
            yield ""
            yield from _verdict(group[-1], [answer.rules for answer in group], shown)


def _verdict(answer: Answer, rules: Sequence[str], shown: dict[object, str]) -> Iterator[str]:
    verdict, known = answer.verdict, PROPERTIES[answer.name]
    yield f"{answer.name}: {verdict.result.upper()} under {', '.join(rules)}"
    yield from wrapped(f"asked: {known.title}{_limits(answer)}", "    ", "  ")
    if verdict.why:
        yield from wrapped(verdict.why, "    ", "  ")
    if verdict.result == DEPENDS:
        yield from _condition(answer)
    if answer.threshold:
        name, _, number = answer.threshold
        yield from wrapped(f"threshold: {name} = {duration(number)}", "    ", "  ")
    if verdict.holding is not None and verdict.result == DEPENDS:
        yield from wrapped(f"holds, for example, with {_delays(verdict.holding)}", "    ", "  ")
    if verdict.failing is not None:
        if verdict.result == FAILS:
            yield "  fails for every delay within the ranges, and in every order"
        yield from _failing(answer, verdict.failing, shown)
    if known.failing and verdict.failing is not None:
        yield from wrapped(f"so {known.failing}", "    ", "  ")
    if answer.repairs:
        yield "  with one of these changes it holds:"
        for told in answer.repairs:
            yield from wrapped(told, "      ", "    - ")
    if not answer.all_tried:
        yield "  not all changes were tried: too many steps, or orders, or hard questions"


def _condition(answer: Answer) -> Iterator[str]:
    """When a property holds that depends on delays."""
    verdict = answer.verdict
    short = (IN_SOME, UNLESS) if verdict.fails else (IF, NEEDED)
    yield from _few("exact", [*_exact(answer)], verdict.parts, short, [])
    for name, word, told, side, short in (
        ("sufficient", IF, answer.enough, verdict.enough, (IF, "")),
        ("necessary", NEEDED, answer.needed, verdict.needed, ("", NEEDED)),
    ):
        if side is not None:
            more = f"and not only then: for example with {_delays(side.odd)}" if side.odd else ""
            lines = wrapped(f"{word} {told}", "    ", "  ")
            yield from _few(name, lines, side.parts, short, wrapped(more, "      ", "    "))


def _exact(answer: Answer) -> Iterator[str]:
    verdict = answer.verdict
    if len(verdict.parts) >= LISTED:
        yield f"  {'fails' if verdict.fails else 'holds'} if and only if one of these is so:"
        for part in verdict.parts:
            yield from wrapped(both(part), "      ", "    - ")
    elif answer.condition:
        yield from wrapped(f"holds if and only if {answer.condition}", "    ", "  ")


def _few(
    name: str, lines: Sequence[str], parts: Parts, words: tuple[str, str], odd: Sequence[str]
) -> Iterator[str]:
    """The lines of a condition, with ``odd``; of a long one what is short, after one of ``words``.

    One of several conjunctions is enough by itself. Of one conjunction, each bound is needed.
    """
    if len(lines) <= MOST_LINES:
        yield from (*lines, *odd)
        return
    told = min(map(both, parts), key=len) if len(parts) > 1 else with_units(max(parts[0], key=len))
    word = words[len(parts) == 1]
    short = wrapped(f"{word} {told}", "    ", "  ") if word else []
    yield from (*short, *odd) if 0 < len(short) <= MOST_LINES else ()
    yield f"  the whole {name} condition has {len(lines)} lines, and --format json prints it"


def _failing(answer: Answer, witness: Witness, shown: dict[object, str]) -> Iterator[str]:
    """A run that fails, unless it has been shown already."""
    key = (tuple(witness.delays.items()), witness.script.sections, witness.replay.remarks)
    before = shown.setdefault(key, answer.name)
    if before != answer.name:
        yield from wrapped(f"fails, for example, in the run above, of {before}", "    ", "  ")
        return
    yield from wrapped(f"fails, for example, with {_delays(witness)}:", "    ", "  ")
    yield from _run(answer, witness)


def _limits(answer: Answer) -> str:
    """The parameters of a property."""
    given = answer.verdict.wanted.parameters
    told = [f"{k}: {v}" if isinstance(v, str) else f"limit {duration(v)}" for k, v in given.items()]
    return f" ({', '.join(told)})" if told else ""


def _delays(witness: Witness) -> str:
    """The delays of a run that are not at their least."""
    gaps = {gap.name: gap for gap in _gaps(witness)}
    told = [
        f"{name} = {duration(number)}"
        for name, number in witness.delays.items()
        if name not in gaps or number != gaps[name].low
    ]
    more = f" and {len(told) - MOST_DELAYS} more" if len(told) > MOST_DELAYS else ""
    return ", ".join(told[:MOST_DELAYS]) + more if told else "every delay as short as it may be"


def _gaps(witness: Witness) -> Iterator[Gap]:
    yield witness.script.guest.uptime
    for section in witness.script.sections:
        yield section.gap
    for step in ordered(witness.script):
        yield step.gap


def _run(answer: Answer, witness: Witness) -> Iterator[str]:
    """The steps of a run, with what the kernel decided at each."""
    steps, remarks = ordered(witness.script), dict(witness.replay.remarks)
    times = _times(witness)
    shown = [n for n in range(len(steps)) if len(steps) <= MOST_ROWS or n in remarks]
    yield ""
    yield f"    {'#':>3} {'line':>4} {'at':>9}  call"
    for number in shown:
        step = steps[number]
        at = f"{rough(times[number]):>9}"
        head = f"    {number + 1:>3} {step.line or '-':>4} {at}  "
        yield from wrapped(f"{_who(step)}: {call(step)}", " " * 25, head)
        if number in remarks:
            remark = remarks[number] if answer.condition else _rough(remarks[number])
            yield from wrapped(remark, " " * 25, " " * 23)
    yield from _clocks(answer, witness)


def _rough(remark: str) -> str:
    """A remark whose long numbers of nanoseconds have about four digits and a unit."""
    return NANOSECONDS.sub(lambda found: found[1] + rough(int(found[2])), remark)


def _times(witness: Witness) -> list[int]:
    """The time of each step since the first section began."""
    uptime = witness.script.guest.uptime
    begin = witness.delays.get(uptime.name, uptime.low)
    return [time - begin for time in witness.replay.world.times]


def _clocks(answer: Answer, witness: Witness) -> Iterator[str]:
    """What each vCPU saw pass between its last instruction before and its first one after."""
    notes = vars(witness.replay.world.notes)
    rows, different = [], False
    for v in range(answer.text.vcpus):
        if f"p.time.{v}" in notes and f"q.time.{v}" in notes:
            time, tsc, clock = (
                notes[f"q.{what}.{v}"] - notes[f"p.{what}.{v}"] for what in ("time", "tsc", "clock")
            )
            different |= len({time, _signed(tsc), _signed(clock)}) > 1
            rows.append(
                f"    {f'v{v}':<6}{rough(time):>12}{rough(_signed(tsc)):>12}{rough(_signed(clock)):>12}"
            )
    yield ""
    if different:
        yield "    From each vCPU's last instruction before to its first one after:"
        yield f"    {'vCPU':<6}{'true time':>12}{'TSC':>12}{'kvmclock':>12}"
        yield from rows[:4]
        if rows[4:]:
            yield f"    and {len(rows) - 4} more"
        yield ""


def _signed(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


def _who(step: Step) -> str:
    return "vm" if step.who == VM else f"v{step.who}"
