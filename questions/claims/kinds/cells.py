"""Cells in answers: their names, their evidence in one line, and the numbers that a reply may quote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questions.claims.claim import Asking, Kept
from vtsc.base.errors import Exit, worst
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.verdict import Judged, Result, Status, status_of
from vtsc.evidence.places import named
from vtsc.language.words import spelled
from vtsc.report.json_document import as_json
from vtsc.report.text.parameters import changed
from vtsc.report.text.story import story


def holds(results: Sequence[Result]) -> bool | None:
    """Whether every cell is proved (True) or some cell is violated (False); None where neither is known."""
    statuses = [result.status for result in results]
    if Status.VIOLATED in statuses:
        return False
    return True if all(status is Status.PROVED for status in statuses) else None


def judged(kept: Kept, result: Result) -> Judged:
    """A result compared with the verdict that is recorded."""
    status = status_of(result, expected=kept.expected, bounded=False)
    return Judged(result, kept.expected, status)


@dataclass(frozen=True)
class Sides:
    """Two cells of a question: the property is to hold in the first, and to fail in the second."""

    found: tuple[Judged, ...]
    outcome: bool | None
    """Whether it does; None where that is not known."""
    status: Exit

    def numbers(self, content: Content) -> dict[str, str]:
        """The numbers of the run that fails."""
        return numbers(content, self.found[1].result)

    def evidence(self, content: Content) -> tuple[str, ...]:
        """A line for each cell."""
        return tuple(evidence(content, one) for one in self.found)

    def documents(self, content: Content) -> list[Mapping[str, Any]]:
        """Both cells for programs."""
        return [document(content, one) for one in self.found]


def sides(asking: Asking, kept: Sequence[Kept], search: Callable[[], bool]) -> Sides:
    """The answers of two cells. With ``--again``, ``search`` says whether a search finds the same, too."""
    found = tuple(judged(each, asking.result(each.cell)) for each in kept)
    known = [holds([one.result]) for one in found]
    outcome = None if None in known else known == [True, False]
    statuses = [one.status for one in found]
    if asking.again and not search():
        outcome = False
        statuses.append(Exit.NOT_FOUND)
    return Sides(found, outcome, worst(statuses))


def name_of(content: Content, cell: Cell) -> str:
    """The cell in words: design, host, property, and the parameters that are not the defaults."""
    own = changed(content, cell.design, cell.property, cell.settings)
    texts = "".join(f" {name}={value}" for name, value in own.items())
    return f"{cell.design} {cell.host} {cell.property}{texts}"


def evidence(content: Content, one: Judged) -> str:
    """A cell's verdict with what shows it."""
    result = one.result
    line = f"{name_of(content, result.cell)}: {result.text}"
    if result.certificate is not None:
        lemmas = len(result.certificate.stated)
        of = "any number" if result.certificate.any_number else "these sizes"
        line += f" by {lemmas} lemma{'s' * (lemmas != 1)}, for {of} of vCPUs and pCPUs"
        line = line.replace("these sizes of vCPUs and pCPUs", "these sizes")
    elif result.trace is not None and result.run is not None:
        line += f" {story(content, result.trace, result.run)}"
    if one.status is not Exit.OK:
        line += f" [{one.status.name.lower()}] expected: {one.expected}"
    return f"{line}; {result.reason}" if result.reason else line


def file_of(content: Content, result: Result) -> str | None:
    """The file below the root that keeps the evidence; None for a verdict that has none."""
    cell = result.cell
    if result.trace is not None:
        own = changed(content, cell.design, cell.property, cell.settings)
        return f"counterexamples/{named(f'{cell.design}.{cell.host}.{cell.property}', own)}.json"
    return None if result.certificate is None else f"proofs/{cell.design}.toml"


def numbers(content: Content, result: Result) -> dict[str, str]:
    """The numbers of a verdict: its depth, the values of the violation, how many lemmas, the settings."""
    cell = result.cell
    found = {name: str(value) for name, value in cell.settings.texts().items()}
    found |= {"design": cell.design, "host": cell.host, "verdict": result.text}
    if result.certificate is not None:
        found["lemmas"] = str(len(result.certificate.stated))
    if result.run is not None:
        found["depth"] = str(result.depth)
        found |= {term.name: spelled(term.value) for term in result.run.terms}
        found |= {
            f"{t.name}_{t.unit}s": _amount(t.value, t.unit) for t in result.run.terms if t.unit
        }
    return found


def _amount(value: int, unit: str) -> str:
    return f"{spelled(value)} {unit}" + "s" * (value != 1)


def document(content: Content, one: Judged) -> Mapping[str, Any]:
    """A verdict for programs: as ``vtsc verify`` gives it, with the file that keeps its evidence."""
    left_out = ("seconds", "sometimes")
    found = {key: value for key, value in as_json(content, one).items() if key not in left_out}
    return {**found, "file": file_of(content, one.result)}
