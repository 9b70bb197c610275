"""The question whether a property holds, in one cell or in several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questions.claims.claim import Answer, Asking, Kept
from questions.claims.kinds import cells
from vtsc import DEFAULT_DEPTH
from vtsc.base.errors import worst
from vtsc.content.cell_tables import CELLS, CellTable
from vtsc.content.expected import HOLDS
from vtsc.deciding.verdict import Judged, Status

WORDS = ("holds", "fails")
EXPECTED = (HOLDS, "violation")
"""What ``expect`` may be besides a depth, and of what the depth is."""
KEYS = (*CELLS, "depth", "expect")


@dataclass(frozen=True)
class Verdicts:
    """The question whether a property holds in every one of some cells."""

    kept: tuple[Kept, ...]

    @property
    def expected(self) -> bool:
        """Whether it is recorded to hold in every cell."""
        return all(each.expected == HOLDS for each in self.kept)

    @property
    def batch(self) -> str:
        """There is nothing left to do but to tell, so one process does for all."""
        return "verdict"

    def answer(self, asking: Asking) -> Answer:
        """Whether it does, and each cell's evidence."""
        content = asking.content
        found = [cells.judged(kept, asking.result(kept.cell)) for kept in self.kept]
        results = [one.result for one in found]
        numbers = cells.numbers(content, results[0]) if len(results) == 1 else {}
        return Answer(
            cells.holds(results),
            _text(found),
            worst([one.status for one in found]),
            tuple(cells.evidence(content, one) for one in found),
            {**numbers, **_counts(found)},
            {"cells": [cells.document(content, one) for one in found]},
        )


def _text(found: Sequence[Judged]) -> str:
    """The verdict of the only cell, or how many have which."""
    if len(found) == 1:
        return found[0].result.text
    parts = [f"{n} {word}" for word, n in _tally(found).items()]
    return f"of {len(found)} cells {', '.join(parts)}"


def _tally(found: Sequence[Judged]) -> dict[str, int]:
    words: dict[str, int] = {}
    for one in found:
        words[one.result.status.value] = words.get(one.result.status.value, 0) + 1
    return words


def _counts(found: Sequence[Judged]) -> dict[str, str]:
    """How many cells there are, and on which hosts the property holds and fails."""
    named = {
        "holds_on": [o.result.cell.host for o in found if o.result.status is Status.PROVED],
        "fails_on": [o.result.cell.host for o in found if o.result.status is Status.VIOLATED],
    }
    hosts = {name: _listed(list(dict.fromkeys(own))) for name, own in named.items()}
    return {"cells": str(len(found)), **hosts}


def _listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names) or "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def read(table: CellTable, source: Mapping[str, Any]) -> Verdicts:
    """The question of a table; raises `BadFileError` where it names no cells, or no verdict is expected."""
    depth = source.get("depth", DEFAULT_DEPTH)
    found = [Kept(x, depth, str(table.expected(x, complete=True))) for x in table.cells()]
    return Verdicts(tuple(found))
