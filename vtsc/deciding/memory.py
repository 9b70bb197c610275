"""The verdicts that a gate remembers, for use while nothing that they rest on has changed.

They rest on what the case leads to in model and properties (`vtsc.content.footprint`), the sources of the
checker, the versions of solver and Python, the case, its properties, the depth and the budget. An entry has
a checksum. One that cannot be read, or fails a check, is ignored.

A memory that is trusted gives a verdict back as it was found, and only a violation's trace is replayed by the
plain interpreter. Otherwise a proof's certificate is made and solved again from the names of its lemmas, and
every trace is replayed. Two things are not checked again even then, since that takes a search: that no
shorter run violates a property, and that a "sometimes" is NEVER.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import vtsc
from vtsc.base.cache import keep_sealed, recalled_sealed
from vtsc.base.errors import BadFileError, EvidenceError
from vtsc.base.time_limit import limited
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.footprint import Footprint, Footprints
from vtsc.deciding.entries import Rechecked, Trusted, entry
from vtsc.deciding.verdict import Result, Status
from vtsc.engines import Effort, enlisted
from vtsc.solver.version import version

FOUND = (Status.PROVED, Status.VIOLATED)
KEPT = (*FOUND, Status.BOUNDED, Status.VACUOUS, Status.UNKNOWN)
"""What is worth remembering; only what is proved or violated has evidence that can be checked again."""


@dataclass(frozen=True)
class Memory:
    """The memory of one content, at one effort."""

    effort: Effort
    rests_on: str
    """A digest of everything on which all its verdicts rest, besides the content."""
    footprints: Footprints
    trusted: bool = False
    """Whether a verdict is believed without making and solving its questions again."""
    again: bool = False
    """Whether nothing is recalled, and everything decided anew."""
    budget: int | None = None
    """The solver's units that each cell may cost."""
    whole: bool = False
    """Whether cases are decided without help from earlier runs, so that their cost is the whole cost."""
    _known: dict[tuple[Any, ...], Footprint | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        content: Content,
        effort: Effort,
        *,
        trusted: bool = False,
        again: bool = False,
        budget: int | None = None,
        whole: bool = False,
    ) -> "Memory":
        """The memory for a content, as checked by this checker with this solver."""
        asked = "\0".join([checker(), *enlisted()])
        return cls(effort, asked, Footprints(content), trusted, again, budget, whole)

    @property
    def sources(self) -> str:
        """A digest of everything that is read: all of the content, and the checker."""
        return hashlib.sha256(
            f"{self.rests_on} {self.footprints.content.texts}".encode()
        ).hexdigest()

    def recall(self, case: Case, properties: Sequence[str], depth: int) -> list[Result] | None:
        """The remembered verdicts of a case, checked as far as this memory does; else None."""
        if self.again:
            return None
        names = (self._name(case, properties, depth, found=found) for found in (True, False))
        known = (self._recalled(name, case, properties) for name in names)
        return next((results for results in known if results is not None), None)

    def _recalled(self, name: str, case: Case, properties: Sequence[str]) -> list[Result] | None:
        kept = recalled_sealed(name)
        try:
            if kept is None or not self._is_of_today(case, properties, kept):
                return None
            found = (Trusted if self.trusted else Rechecked)(case, Path(name), kept)
            return found.results(properties)
        except (BadFileError, EvidenceError):
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        except OverflowError:  # a number that JSON does not have, but that Python reads
            return None

    def remember(self, case: Case, depth: int, results: Sequence[Result]) -> None:
        """Keep the verdicts of a case, if all its cells have one and it can be written."""
        properties = [r.cell.property for r in results]
        footprint = self._footprint(case, properties)
        if footprint is None or not all(r.status in KEPT and r.lasting for r in results):
            return
        kept = {
            "rests_on": self.rests_on,
            "footprint": footprint.rules,
            "sources": footprint.sources,
            "budget": self.budget,
            "whole": self.whole,
            **entry(results),
        }
        found = all(r.status in FOUND for r in results)
        keep_sealed(self._name(case, properties, depth, found=found), kept)

    def _is_of_today(self, case: Case, properties: Sequence[str], kept: Any) -> bool:
        """Whether nothing has changed on which a remembered case rests."""
        footprint = self._footprint(case, properties)
        if footprint is None or kept["rests_on"] != self.rests_on:
            return False
        if self.whole and kept["whole"] is not True:
            return False
        cells = [kept["cells"][prop] for prop in properties]
        if not all(cell["status"] in FOUND for cell in cells) and kept["budget"] != self.budget:
            return False
        costs = [int(cell["units"]) for cell in cells if cell["status"] in FOUND]
        if self.budget is not None and any(cost >= self.budget for cost in costs):
            return False
        named = any(cell["reason"] or cell.get("only") for cell in cells)  # they may name lines
        same = not named or kept["sources"] == footprint.sources
        return same and bool(kept["footprint"] == footprint.rules)

    def _footprint(self, case: Case, properties: Sequence[str]) -> Footprint | None:
        """The footprint of a case; None for one whose machine cannot be made, which is told elsewhere."""
        key = (case.design, case.host, case.settings, *properties)
        if key not in self._known:
            try:
                with limited():
                    self._known[key] = self.footprints.of(case, properties)
            except (Exception, SystemExit):  # a model may do anything
                self._known[key] = None
        return self._known[key]

    def _name(self, case: Case, properties: Sequence[str], depth: int, *, found: bool) -> str:
        """The name of a case's entry; a new entry replaces the one before.

        ``found``: whether all its cells are proved or violated, which they are at any greater budget.
        """
        parts = [str(case.content.root), str(int(self.effort)), str(depth), case.design, case.host]
        parts += [json.dumps(case.settings.texts()), *properties]
        parts += [] if found else [f"budget {self.budget}"]
        name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return f"decided/{name}.json"


def checker() -> str:
    """A digest of this checker and its solver."""
    parts = [vtsc.__version__, version(), _sources(Path(vtsc.__file__).parent)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _sources(folder: Path) -> str:
    """A digest of the checker's source files, names included."""
    sha = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("_bundled/"):
            sha.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()
