"""The answers as text of at most 80 columns, the verdict last."""

import textwrap
from collections import Counter
from collections.abc import Sequence

from questions.litmus.deciding import Answer, Proof, Shown
from questions.litmus.instructions import FLAGS
from questions.litmus.interpreter import Row
from questions.litmus.program import COMMIT, Litmus, Requirement
from vtsc.base.errors import Exit
from vtsc.report.screen import width
from vtsc.report.text.wrapping import folded, wrapped

READS = {
    True: "each read is above every read that was complete before it began",
    False: "each read is at least every read that was complete before it began",
}
WRAPS = {
    "none": "neither the counter nor its low half wraps",
    "low": "the counter does not wrap, its low half may",
    "full": "the counter may wrap",
}
SPANS = {"low": "less than 2^32 cycles pass", "half": "less than 2^63 cycles pass", "full": ""}
CALLED = {
    Exit.VIOLATED: "what must not be possible is",
    Exit.NOT_FOUND: "what must be possible is not",
    Exit.VACUOUS: "no execution meets the requirement",
}


def text(answers: Sequence[Answer], *, full: bool) -> str:
    """The evidence for each answer (not ``full``: where it is not as expected), then a line for each."""
    blocks = [_block(x) for x in answers if full or x.status is not Exit.OK]
    lines = [f"{line}\n" for block in blocks for line in (*block, "")]
    width = max(len(x.litmus.name) for x in answers)
    lines += [f"{_line(x, width)}\n" for x in answers]
    if len(answers) > 1:
        as_expected = sum(x.status is Exit.OK for x in answers)
        rest = len(answers) - as_expected
        lines.append(f"\nlitmus: {as_expected} as expected, {rest} not\n")
    return folded("".join(lines))


def _line(answer: Answer, width: int) -> str:
    name = f"{answer.litmus.name:<{width}}  {answer.result:<9}"
    if answer.status is Exit.OK:
        return f"{name}  as expected"
    if answer.failure is not None:
        return wrapped(f"{name}  {answer.failure}")[0]
    return f"{name}  not {answer.litmus.result}: {CALLED[answer.status]}"


def _block(answer: Answer) -> list[str]:
    """The question, what is required, and the evidence."""
    litmus = answer.litmus
    lines = [
        *wrapped(f"{litmus.name}: {litmus.question}", "  "),
        *wrapped(f"order: {order_text(litmus)}", "  "),
        *wrapped(f"required: {requirement_text(litmus.requirement)}", "  "),
        *wrapped(f"asked: an execution that ends with {litmus.condition_text}", "  "),
    ]
    if answer.failure is not None:
        return [*lines, "", *wrapped(str(answer.failure))]
    shown = answer.other if isinstance(answer.such, Proof) else answer.such
    for proof, what in ((answer.such, "such an"), (answer.other, "any other")):
        if isinstance(proof, Proof):
            solvers = " and ".join(proof.solvers)
            said = f"no register and no TSC has values for which there is {what} execution"
            lines += wrapped(f"proof: {said} (SMT-LIB, unsat: {solvers})", "  ")
    if not isinstance(shown, Shown):
        return lines
    head = "such an execution" if shown is answer.such else "another execution"
    lines += ["", *wrapped(f"{head}{_start(litmus, shown)}:"), "", *table(litmus, shown)]
    return lines


def order_text(litmus: Litmus) -> str:
    """The execution order in words."""
    words = {
        "serial": "serial, one instruction after the other",
        "two-units": "two issue units, as the file shares out the instructions",
        "unserialised": "unserialised, what does not depend on each other in any order",
        "trapped": f"trapped, each RDTSC exits and returns: {litmus.emulation}",
    }
    return words[litmus.order]


def requirement_text(rule: Requirement) -> str:
    """What is required of the TSC, in words."""
    parts = [READS[rule.strict], WRAPS[rule.wrap], SPANS[rule.span]]
    if rule.skewed:
        parts.append("the vCPUs' TSCs are any constant apart")
    for gap in rule.gaps:
        parts.append(f"at most {gap.cycles} cycles pass from {gap.first} to {gap.second}")
    return "; ".join(part for part in parts if part)


def _start(litmus: Litmus, shown: Shown) -> str:
    """The values at the start that are not 0, the TSC aside."""
    values = [
        f"{name.removeprefix('at.')}={value:#x}"
        for name, value in shown.run.start.items()
        if value and not name.startswith("tsc")
    ]
    return f", from {' '.join(values)}" if values else ""


def table(litmus: Litmus, shown: Shown) -> list[str]:
    """A line for each instruction: when, the TSC then, who executed it, and what it changed."""
    rows = shown.execution.rows
    sizes = Counter(row.slot for row in rows)
    cells = [("#", "TSC", "by", "instruction", "changed")]
    seen: set[int] = set()
    for row in rows:
        number = "" if row.slot in seen else str(row.slot + 1)
        seen.add(row.slot)
        changed = _changed(litmus, row) + (
            " (at once)" if sizes[row.slot] > 1 and not number else ""
        )
        cells.append(
            (number, tsc_text(litmus, row.tsc), _by(litmus, row), _what(litmus, row), changed)
        )
    widths = [max(len(row[i]) for row in cells) for i in range(4)]
    lines = []
    for first, *middle, changed in cells:
        head = "  ".join([first.rjust(widths[0]), *map(str.ljust, middle, widths[1:])])
        rest = textwrap.wrap(changed, max(20, width() - len(head) - 2)) or [""]
        lines += [f"{head}  {rest[0]}".rstrip(), *(" " * (len(head) + 2) + x for x in rest[1:])]
    return lines


def tsc_text(litmus: Litmus, value: int) -> str:
    """A TSC as its two halves, in hexadecimal."""
    digits = -(-litmus.width // 4)
    return f"{value >> litmus.width:x}:{value % (1 << litmus.width):0{digits}x}"


def _by(litmus: Litmus, row: Row) -> str:
    if litmus.order != "two-units":
        return f"P{row.vcpu}"
    if row.number == COMMIT:
        return "unit 2"
    return "unit 1" if row.number in litmus.units[0] else "unit 2"


def _what(litmus: Litmus, row: Row) -> str:
    return "commit" if row.number == COMMIT else str(litmus.instruction(row.vcpu, row.number))


def _changed(litmus: Litmus, row: Row) -> str:
    """The registers and places with their values, the flags by their names, and where it goes on."""
    plain = [f"{n}={v:#x}" for n, v in row.changed.items() if n not in FLAGS]
    flags = [f"{n}={v}" for n, v in row.changed.items() if n in FLAGS]
    return " ".join([*plain, *flags, *_going_on(litmus, row)])


def _going_on(litmus: Litmus, row: Row) -> list[str]:
    """Whether a jump is taken, and the exception that is raised."""
    name = "" if row.number == COMMIT else litmus.instruction(row.vcpu, row.number).name
    if name == "int3":
        return ["#BP"]
    if name == "div":
        return ["#DE"] if row.taken else []
    return {None: [], True: ["taken"], False: ["not taken"]}[row.taken]
