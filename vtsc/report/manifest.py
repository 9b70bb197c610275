"""What a manifest asks, as it is understood: every cell and question with what is expected, and where."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from vtsc.content.manifest import Check, Manifest
from vtsc.content.questions import BoundQuestion, Question
from vtsc.report.document import head
from vtsc.report.text.wrapping import folded, wrapped

SCHEMA = "vtsc.checks/1"
COLUMNS = ("line", "design", "host", "property", "expected", "depth")
GAP = "  "
WIDTH = 80


def text(manifest: Manifest) -> str:
    """A table of the cells, a line for each other question, and a total."""
    content, checks = manifest.content, [*manifest.checks, *manifest.skipped]
    head = f"{manifest.file}, {content.where} model {content.digest}"
    marks = _marks(manifest, checks)
    rows = [COLUMNS, *(_row(check, marks[check.cell]) for check in checks)]
    lines = [*wrapped(head, GAP), ""]
    lines += _aligned(rows) if checks else []
    lines += [*_legend(marks.values()), *_reasons(checks), *_asked(manifest.questions)]
    cells, others = len(manifest.checks), len(manifest.questions)
    told = f"{cells} cell{'s' * (cells != 1)}, {others} other question{'s' * (others != 1)}"
    lines += ["", f"{told}, {len(manifest.skipped)} skipped"]
    return folded("\n".join(lines) + "\n")


def _marks(manifest: Manifest, checks: Sequence[Check]) -> dict[Any, tuple[str, str]]:
    """For each cell a mark and the parameters that it stands for; both empty for the defaults."""
    found: dict[str, str] = {"": ""}
    marks = {}
    for cell in (check.cell for check in checks):
        changed = manifest.content.changed(cell.design, cell.property, cell.settings)
        texts = " ".join(f"{name}={value}" for name, value in changed.items())
        found.setdefault(texts, f"[{len(found)}]")
        marks[cell] = (found[texts], texts)
    return marks


def _row(check: Check, mark: tuple[str, str]) -> tuple[str, ...]:
    cell, expected = check.cell, check.expected or "?"
    name = f"{cell.property} {mark[0]}".strip()
    verdict = "skipped" if check.skip else expected
    return (str(check.line), cell.design, cell.host, name, verdict, str(check.depth))


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table; where they are too wide, the columns are not aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + len(GAP) * (len(widths) - 1) > WIDTH:
        yield from (line for row in rows for line in wrapped(" ".join(row), GAP))
        return
    for row in rows:
        yield GAP.join(x.ljust(w) for x, w in zip(row, widths, strict=True)).rstrip()


def _legend(marks: Any) -> Iterator[str]:
    found = dict.fromkeys(mark for mark in marks if mark[0])
    yield from [""] if found else []
    for sign, texts in found:
        yield from wrapped(f"{sign} {texts}", "    ")


def _reasons(checks: Sequence[Check]) -> Iterator[str]:
    """The sentences that the tables give, each once."""
    found = dict.fromkeys(
        (check.line, word, sentence)
        for check in checks
        for word, sentence in (("because", check.because), ("skipped:", check.skip))
        if sentence
    )
    yield from [""] if found else []
    for line, word, sentence in found:
        yield from wrapped(f"line {line}: {word} {sentence}", GAP)


def _asked(questions: Sequence[Question | BoundQuestion]) -> Iterator[str]:
    yield from [""] if questions else []
    for each in questions:
        because = f", because {each.because}" if each.because else ""
        told = f"line {each.line}: {each.kind} {each.name}: {each.expected}{because}"
        yield from wrapped(told, GAP)


def document(manifest: Manifest) -> str:
    """The same as JSON, of the schema vtsc.checks/1."""
    cells = [_cell(check) for check in [*manifest.checks, *manifest.skipped]]
    found = {
        **head(SCHEMA, manifest.content),
        "manifest": manifest.file,
        "checks": cells,
        "questions": [_question(each) for each in manifest.questions],
    }
    return json.dumps(found, indent=1) + "\n"


def _cell(check: Check) -> dict[str, Any]:
    cell = check.cell
    return {
        "design": cell.design,
        "host": cell.host,
        "property": cell.property,
        "params": cell.settings.texts(),
        "expected": check.expected,
        "depth": check.depth,
        "because": check.because or None,
        "skip": check.skip or None,
        "line": check.line,
    }


def _question(question: Question | BoundQuestion) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "name": question.name,
        "expected": question.expected,
        "because": question.because or None,
        "line": question.line,
    }


FORMATS: Mapping[str, Callable[[Manifest], str]] = {"text": text, "json": document}
