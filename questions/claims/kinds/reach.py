"""The question whether something can happen: whether a run reaches a "sometimes", or none ever does."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from questions.claims.claim import Answer, Asking, Kept
from questions.claims.kinds.cells import name_of
from questions.events import EVENTS
from vtsc.base.errors import EvidenceError, Exit, UsageError
from vtsc.base.spelling import near
from vtsc.content.case import Case
from vtsc.content.cell_tables import CellTable
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.verdict import Reached

WORDS = ("reached", "never")
EXPECTED = ("never", "run that reaches it")
"""What ``expect`` may be besides a depth, and of what the depth is."""
KEYS = ("design", "host", "set", "event", "depth", "expect")
NEVER = "never"
DEPTH = 12
"""How far a run that reaches it is looked for, where the table does not say."""


@dataclass(frozen=True)
class Reach:
    """The question whether a run reaches an event."""

    cell: Cell
    """The event in place of a property."""
    depth: int
    wanted: str
    """The steps of the shortest run that reaches it, or ``never``."""
    kept: tuple[Kept, ...] = ()

    @property
    def expected(self) -> bool:
        """Whether it is recorded that a run reaches it."""
        return self.wanted != NEVER

    @property
    def batch(self) -> Hashable:
        """The events of one case are asked together."""
        return self.cell.design, self.cell.host, self.cell.settings

    def answer(self, asking: Asking) -> Answer:
        """Look for a run, or for a proof that there is none."""
        name = name_of(asking.content, self.cell)
        try:
            found = _together(asking)[self.cell.property]
        except EvidenceError as error:
            return Answer(None, "ERROR", error.status, (f"{name}: {error}",), {}, {})
        text = NEVER if found.never else str(found.depth)
        outcome = False if found.never else True if found.depth else None
        status = Exit.OK
        if text != self.wanted:
            status = (
                Exit.UNKNOWN
                if outcome is None
                else Exit.NOT_FOUND
                if self.expected
                else Exit.VIOLATED
            )
        said = "NEVER" if found.never else f"REACHED({found.depth})" if found.depth else "UNKNOWN"
        line = f"{name}: {said}"
        if found.trace is not None:
            line += ": " + ", ".join(str(step.call) for step in found.trace.steps)
        if found.never:
            line += f" by {len(found.lemmas)} lemmas, for these sizes"
        return Answer(outcome, said, status, (line,), {"depth": text}, _document(self, found, said))


def _together(asking: Asking) -> dict[str, Reached]:
    """What becomes of each event of the batch; worked out once."""
    from vtsc.deciding.reached import reached  # loads the solver

    if "reached" not in asking.shared:
        asks = [ask for ask in asking.beside if isinstance(ask, Reach)]
        case = Case.of(_with_events(asking.content), asks[0].cell)
        asked = {ask.cell.property: ask.expected for ask in asks}
        asking.shared["reached"] = reached(case, asked, max(ask.depth for ask in asks))
    found: dict[str, Reached] = asking.shared["reached"]
    return found


def _document(asked: Reach, found: Reached, said: str) -> Mapping[str, Any]:
    cell = asked.cell
    return {
        "design": cell.design,
        "host": cell.host,
        "event": cell.property,
        "params": cell.settings.texts(),
        "answer": said,
        "trace": None if found.trace is None else found.trace.as_json(),
        "lemmas": [".".join(part for part in key if part) for key in found.lemmas],
    }


def _with_events(content: Content) -> Content:
    """The content with the events of `questions.events`, which are asked for one at a time."""
    return replace(content, sometimes=(*content.sometimes, *EVENTS))


def read(table: CellTable, source: Mapping[str, Any]) -> Reach:
    """The question of a table; raises `BadFileError` for a mistake in it."""
    content, event = table.content, source.get("event")
    for key in ("design", "host"):
        if not isinstance(source.get(key), str):
            raise table.fail(key, f"{key}: expected one name")
    given = {name: str(value) for name, value in source.get("set", {}).items()}
    try:
        settings = content.resolve(source["design"], None, given)
    except UsageError as error:
        raise table.fail("set", str(error)) from None
    cell = Cell(source["design"], source["host"], str(event), settings)
    known = [s.name for s in Case.of(_with_events(content), cell).sometimes]
    if event not in known:
        raise table.fail("event", f"unknown event {event}: {near(str(event), known)}")
    if "expect" not in source:
        raise table.fail(None, "expect is missing")
    return Reach(cell, source.get("depth", DEPTH), str(source["expect"]))
