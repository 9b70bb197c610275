"""The report of a gate that was run with several seeds of the solver: a line for each cell."""

from collections.abc import Mapping, Sequence

from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.verdict import Result
from vtsc.report.text.parameters import changed
from vtsc.report.text.wrapping import folded, wrapped


def told(content: Content, file: str, seeds: int, found: Mapping[Cell, Sequence[Result]]) -> str:
    """The whole text; its last line says how many cells have one verdict."""
    cells = f"{len(found)} cell{'s' * (len(found) != 1)}"
    head = f"vtsc gate: {cells} of {file} with {seeds} seeds of the solver"
    lines = [line for cell, results in found.items() for line in _cell(content, cell, results)]
    stable = sum(len({r.text for r in results}) == 1 for results in found.values())
    total = f"{stable} of {cells} {'has' if len(found) == 1 else 'have'} one verdict with all seeds"
    return folded("\n".join([*wrapped(head, "  "), "", *lines, "", total]) + "\n")


def _cell(content: Content, cell: Cell, results: Sequence[Result]) -> list[str]:
    own = changed(content, cell.design, cell.property, cell.settings)
    name = " ".join([cell.design, cell.host, cell.property, *(f"{k}={v}" for k, v in own.items())])
    verdicts = [*dict.fromkeys(r.text for r in results)]
    parts = [verdicts[0] if len(verdicts) == 1 else f"DIFFERENT: {', '.join(verdicts)}"]
    parts.append(f"units {_range([r.units for r in results])}")
    lemmas = [len(r.certificate.stated) for r in results if r.certificate is not None]
    parts += [f"lemmas {_range(lemmas)}"] if lemmas else []
    reasons = [*dict.fromkeys(r.reason for r in results if r.reason)]
    return wrapped(f"{name}: {'; '.join([*parts, *reasons])}", "  ")


def _range(numbers: Sequence[int]) -> str:
    least, most = min(numbers), max(numbers)
    return str(least) if least == most else f"{least} to {most}"
