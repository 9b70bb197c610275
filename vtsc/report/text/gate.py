"""The brief report of a gate: a matrix per host, one counterexample in full, and a line for each cell."""

from collections import Counter
from collections.abc import Iterator, Sequence

from vtsc.content.content import Content
from vtsc.content.questions import Answered
from vtsc.deciding.verdict import Judged, Status
from vtsc.report import Gate, Report
from vtsc.report.cause import told
from vtsc.report.entries import names, of_question
from vtsc.report.text.beside import beside, fitting
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.parameters import changed
from vtsc.report.text.sometimes import sometimes
from vtsc.report.text.story import short_story
from vtsc.report.text.wrapping import continued, wrapped

NONE = "-"
UNWANTED = "!"


def brief(given: Report, gate: Gate) -> str:
    """The whole text; its last line is the total."""
    content, verdicts = given.content, given.verdicts
    notes = _notes(content, verdicts)
    cells = f"{len(verdicts)} cell{'s' * (len(verdicts) != 1)}"
    head = f"vtsc gate: {cells} of {gate.file}, {content.where} model {content.digest}"
    blocks = [
        wrapped(head, "  "),
        *_matrices(content, verdicts, notes),
        _legend(notes),
        _in_full(content, verdicts, gate),
        *_lines(content, verdicts, gate, notes),
        sometimes(content, [v.result for v in verdicts]).splitlines(),
        [*_asked(gate), *_skipped(content, gate)],
        [*_see(given, gate), total(given)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


# parameters


def _notes(content: Content, verdicts: Sequence[Judged]) -> dict[str, str]:
    """A mark, ``[1]`` and so on, for each set of parameters that differs from the defaults."""
    found: dict[str, str] = {}
    for judged in verdicts:
        texts = _changed(content, judged)
        if texts:
            found.setdefault(texts, f"[{len(found) + 1}]")
    return found


def _changed(content: Content, judged: Judged) -> str:
    cell = judged.result.cell
    own = changed(content, cell.design, cell.property, cell.settings)
    return " ".join(f"{name}={value}" for name, value in own.items())


def _legend(notes: dict[str, str]) -> list[str]:
    return [line for texts, mark in notes.items() for line in wrapped(f"{mark} {texts}", "    ")]


# matrices


def _matrices(
    content: Content, verdicts: Sequence[Judged], notes: dict[str, str]
) -> Iterator[list[str]]:
    """A matrix for each host, two of them side by side where they are narrow enough."""
    hosts: dict[str, list[Judged]] = {}
    for judged in verdicts:
        hosts.setdefault(judged.result.cell.host, []).append(judged)
    return beside([_matrix(content, host, own, notes) for host, own in hosts.items()])


def _matrix(
    content: Content, host: str, verdicts: Sequence[Judged], notes: dict[str, str]
) -> list[str]:
    """Designs by properties: ``proved``, or the depth of the counterexample.

    Other parameters are columns of their own where the screen is wide enough, else rows.
    """
    cells = [(v.result.cell, notes.get(_changed(content, v), ""), _entry(v)) for v in verdicts]
    columns = [(c.design, f"{c.property} {mark}".strip(), entry) for c, mark, entry in cells]
    tables = _tables(f"host {host}", columns)
    if len(tables) > 1:
        rows = [(f"{c.design} {mark}".strip(), c.property, entry) for c, mark, entry in cells]
        tables = _tables(f"host {host}", rows)
    return [line for table in tables for line in table]


def _tables(corner: str, entries: Sequence[tuple[str, str, str]]) -> list[list[str]]:
    """The lines of a table, or of several where one is too wide; entries come with their row and column."""
    found: dict[str, dict[str, str]] = {}
    for row, column, entry in entries:
        found.setdefault(row, {})[column] = entry
    columns = list(dict.fromkeys(column for _, column, _ in entries))
    rows = [[corner, *columns]]
    rows += [[row, *(own.get(column, NONE) for column in columns)] for row, own in found.items()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    groups = fitting(widths[0], widths[1:], len("  "))
    return [_aligned(rows, widths, [0, *(i + 1 for i in group)]) for group in groups]


def _aligned(rows: Sequence[list[str]], widths: Sequence[int], shown: list[int]) -> list[str]:
    """The lines of a table with some of the columns."""
    return ["  ".join(row[i].ljust(widths[i]) for i in shown) for row in rows]


def _entry(judged: Judged) -> str:
    result = judged.result
    entry = str(result.depth) if result.status is Status.VIOLATED else result.status.value
    return entry if judged.wanted else entry + UNWANTED


# cells


def _in_full(content: Content, verdicts: Sequence[Judged], gate: Gate) -> list[str]:
    """The counterexample of the cell that is to be shown, if it has one."""
    for result in (v.result for v in verdicts):
        if result.cell == gate.shown and result.trace is not None and result.run is not None:
            text = counterexample(
                content, result.trace, result.run, result.searched, doubt=result.doubt
            )
            return text.rstrip("\n").splitlines()
    return []


def _lines(
    content: Content, verdicts: Sequence[Judged], gate: Gate, notes: dict[str, str]
) -> Iterator[list[str]]:
    """A line for each cell: the violated ones, the proved ones, and those that are not as expected."""
    fine = [v for v in verdicts if v.wanted]
    groups = (
        [v for v in fine if v.result.status is Status.VIOLATED and v.result.cell != gate.shown],
        [v for v in fine if v.result.status is not Status.VIOLATED],
        [v for v in verdicts if not v.wanted],
    )
    for group in groups:
        yield [line for v in group for line in wrapped(_line(content, v, notes), "  ")]


def _line(content: Content, judged: Judged, notes: dict[str, str]) -> str:
    result, cell = judged.result, judged.result.cell
    mark = notes.get(_changed(content, judged))
    name = f"{cell.design} {cell.host} {cell.property}" + (f" {mark}" if mark else "")
    line = f"{name}: {result.text}"
    if result.certificate is not None:
        line += _shown_by(len(result.certificate.stated), result.certificate.any_number)
    elif result.trace is not None and result.run is not None:
        line += f" {short_story(told(content, result.trace, result.run))}"
    if not judged.wanted:
        line += f" [{judged.status.name.lower()}] expected: {judged.expected}"
    parts = [line, result.reason, judged.instead]
    if judged.because:
        parts.append(f"because {judged.because.rstrip('.')}")
    return "; ".join(part for part in parts if part)


def _shown_by(lemmas: int, any_number: bool) -> str:
    of = "any number" if any_number else "these sizes"
    return f" by {lemmas} lemma{'s' * (lemmas != 1)}, for {of}"


# the end


def _asked(gate: Gate) -> Iterator[str]:
    """How many other questions of each kind are as expected, and a line for each that is not."""
    kinds: dict[str, list[Answered]] = {}
    for each in gate.answered:
        kinds.setdefault(each.question.kind, []).append(each)
    for kind, own in kinds.items():
        yield f"{kind}: {sum(each.wanted for each in own)} of {len(own)} as expected"
    for entry in (of_question(each) for each in gate.answered if not each.wanted):
        because = f"; because {entry.because.rstrip('.')}" if entry.because else ""
        yield from wrapped(f"{entry.group} {entry.name}: {entry.line}{because}", "  ")


def _skipped(content: Content, gate: Gate) -> Iterator[str]:
    """A line for each cell that is not decided."""
    for check in gate.skipped:
        yield from wrapped(f"{' '.join(names(content, check.cell))}: skipped: {check.skip}", "  ")


def _see(given: Report, gate: Gate) -> list[str]:
    """The lines on how to see the full report of a cell: of one that is not as expected, or else of any."""
    verdicts = given.verdicts
    cells = [v.result.cell for v in sorted(verdicts, key=lambda v: v.wanted)]
    cells = [cell for cell in cells if cell in gate.saved]
    if not cells:
        return []
    cell = gate.shown if gate.shown in gate.saved and all(v.wanted for v in verdicts) else cells[0]
    assert cell is not None
    if given.content.own_of(cell.design) is None:
        return [f"in full: vtsc show {gate.saved[cell]}"]
    words = [gate.saved[cell], *given.content.named(cell.design).split(" ", 1)]
    return continued(words, "in full: vtsc show ")


def total(given: Report) -> str:
    """The line for everything: how much of it is as expected, and how many there are of each verdict."""
    verdicts = given.verdicts
    answered = [] if given.gate is None else given.gate.answered
    skipped = [] if given.gate is None else given.gate.skipped
    counts: dict[str, int] = {}
    for status in Status:
        number = sum(v.result.status is status for v in verdicts)
        if number:
            counts[status.value] = number
    order = sorted(counts.items(), key=lambda item: item[0] != Status.PROVED)
    order += Counter(each.question.kind for each in answered).items()
    order += [("skipped", len(skipped))] * bool(skipped)
    told = ", ".join(f"{number} {name}" for name, number in order)
    fine = sum(v.wanted for v in verdicts) + sum(each.wanted for each in answered)
    return f"{fine} of {len(verdicts) + len(answered)} as expected: {told}"
