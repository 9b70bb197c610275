"""What a manifest asks besides cells: bounds of measures, and questions of the content's own commands.

A command of the content (`Domain.commands`) offers its questions to the gate where its module has
``gate_keys``, the keys of its tables in a manifest, and ``gate_questions(content, table)``, which makes the
questions of one table. The tables have the name of the command.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import Exit
from vtsc.content.cell_tables import CellTable
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.content.loader import import_below

UNBOUNDED = "unbounded"
KEYS, QUESTIONS = "gate_keys", "gate_questions"
"""The names by which a command's module offers questions."""


@dataclass(frozen=True)
class Answer:
    """The answer to a question: in a word, what it means for the exit status, and in full."""

    found: str
    status: Exit
    reason: str = ""
    """Why it is not as expected, or why there is none."""
    told: str = ""
    """The answer in full, as text."""


@dataclass(frozen=True)
class Question:
    """A question of one of the content's commands."""

    kind: str
    """The name of its tables."""
    name: str
    expected: str
    answer: Callable[[], Answer]
    """Answers it; no exception leaves it."""
    line: int
    """The line at which its table begins."""
    rests_on: str = ""
    """A text that is another one whenever the answer may be; empty: the answer is not remembered."""
    because: str = ""
    modules: tuple[str, ...] = ()
    """The modules that an answer needs, loaded once for all the processes that give answers."""


@dataclass(frozen=True)
class BoundQuestion:
    """The question for the greatest value of a measure in all runs of a cell."""

    cell: Cell
    measure: str
    sign: int
    """1, or -1 where the opposite of the property's measure is meant."""
    depth: int
    value: Fraction | None
    """The expected bound in units of the measure; None where there is expected to be none."""
    line: int
    changed: str = ""
    """The parameters that have not their defaults."""
    because: str = ""
    kind: str = "bound"
    modules: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The measure and the cell."""
        cell = self.cell
        return f"{self.measure} {cell.design} {cell.host} {cell.property}{self.changed}"

    @property
    def expected(self) -> str:
        """The expected bound as text."""
        return UNBOUNDED if self.value is None else str(self.value)


@dataclass(frozen=True)
class Answered:
    """A question with its answer."""

    question: Question | BoundQuestion
    answer: Answer

    @property
    def wanted(self) -> bool:
        """Whether the answer is as expected."""
        return self.answer.status is Exit.OK


@dataclass(frozen=True)
class Kind:
    """A kind of question of the content's: the keys of its tables, and what makes its questions."""

    keys: tuple[str, ...]
    questions: Callable[[CellTable], Iterable[Question]]


def kinds_of(content: Content, names: Collection[str] | None = None) -> Mapping[str, Kind]:
    """The kinds of question that the content's commands offer, by the name of the command.

    ``names``: the commands whose modules are loaded; None for all.
    """
    found = {}
    for name, _, path in content.model.commands:
        if names is not None and name not in names:
            continue
        module: Any = import_below(content.root, path)
        if hasattr(module, KEYS) and hasattr(module, QUESTIONS):
            made = getattr(module, QUESTIONS)
            found[name] = Kind(
                tuple(getattr(module, KEYS)),
                lambda table, made=made: made(content, table),  # type: ignore[misc]
            )
    return found


def bound_questions(table: CellTable) -> Iterator[BoundQuestion]:
    """The questions of a table ``[[bound]]``, one for each of its cells."""
    values = table.checked()
    table.check_there("measure", "expect")
    prop, sign = _measured(table, values["measure"])
    if "property" not in table.own:
        table = table.about(prop)
    for cell in table.cells():
        content = table.content
        measure = content.properties[cell.property].measure
        if measure is None or values["measure"] not in (measure.name, measure.opposite):
            raise table.fail("property", f"{cell.property} does not measure {values['measure']}")
        changed = content.changed(cell.design, cell.property, cell.settings)
        yield BoundQuestion(
            cell,
            values["measure"],
            sign,
            values.get("depth", DEFAULT_DEPTH),
            _value(table, values["expect"]),
            table.line,
            "".join(f" {k}={v}" for k, v in changed.items()),
            values.get("because", ""),
        )


def _measured(table: CellTable, name: Any) -> tuple[str, int]:
    """The first property that has the measure of that name, and 1; -1 for an opposite."""
    known: dict[str, tuple[str, int]] = {}
    for prop in table.content.properties.values():
        if prop.measure is not None:
            known.setdefault(prop.measure.name, (prop.name, 1))
            if prop.measure.opposite:
                known.setdefault(prop.measure.opposite, (prop.name, -1))
    if not isinstance(name, str) or name not in known:
        accepted = " | ".join(known) or "none, since no property measures anything"
        raise table.fail("measure", f"unknown measure {name}: accepted is {accepted}")
    return known[name]


def _value(table: CellTable, given: Any) -> Fraction | None:
    if given == UNBOUNDED:
        return None
    try:
        if isinstance(given, bool) or not isinstance(given, int | str):
            raise ValueError
        return Fraction(given)
    except (ValueError, ZeroDivisionError):
        what = f'expect: expected a number, such as 12 or "1/2", or "{UNBOUNDED}"'
        raise table.fail("expect", what) from None
