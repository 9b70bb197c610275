"""Variants of a design: the same file with a small change, loaded as a design in a file of its own."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from vtsc.base.errors import BadFileError, VtscError
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.edits import renamed
from vtsc.content.loader import load
from vtsc.content.new_design import class_of
from vtsc.deciding.plan import decide
from vtsc.deciding.verdict import Result, Status
from vtsc.engines import Effort
from vtsc.why.again import Again, Recording

NAME = "changed"
"""The name of a variant, with a number where the model has such a design already."""


def source_of(content: Content, design: str) -> Path:
    """The file in which a design is defined."""
    own = content.own_of(design)
    if own is not None:
        return own.path
    return Path(inspect.getsourcefile(class_of(content, design)) or "")


@dataclass
class Workshop:
    """Loads variants of one design, and decides what becomes of one cell."""

    case: Case
    prop: str
    depth: int
    path: Path
    """The file of the design."""
    folder: Path

    @property
    def source(self) -> str:
        """The text of the design's file."""
        return self.path.read_text(encoding="utf-8")

    @property
    def shown(self) -> str:
        """The file as reports name it."""
        return self.case.content.relative(str(self.path))

    def variant(self, source: str) -> Case | None:
        """The cell's case for a changed text; None where that is no design."""
        content = self.case.content
        names = (NAME, *(f"{NAME}-{i}" for i in range(len(content.model.designs))))
        name = next(each for each in names if each not in content.model.designs)
        file = self.folder / "changed.py"
        try:
            file.write_text(renamed(source, name), encoding="utf-8")
            loaded = load(str(content.root), str(file))
            given = {k: str(v) for k, v in self.case.changed(self.prop).items()}
            settings = loaded.resolve(name, self.prop, given)
            return Case(loaded, name, self.case.host, settings)
        except (VtscError, SyntaxError):
            return None

    def breaks(self, case: Case, runs: list[Recording]) -> bool:
        """Whether one of the runs, played on a variant, violates the property; a plain run is enough."""
        for run in runs:
            try:
                if Again(case.new_machine(), case.monitor(self.prop)).play(run).violated:
                    return True
            except Exception:  # a variant that cannot go that way is not broken by it
                continue
        return False

    def decided(self, case: Case, effort: Effort) -> Result:
        """The verdict of a variant's cell."""
        (result,) = decide(case, (self.prop,), self.depth, effort)
        return result


@contextmanager
def workshop(case: Case, prop: str, depth: int) -> Iterator[Workshop]:
    """A place for the variants of a case's design; nothing of it remains.

    Raises `BadFileError` where the model takes no designs from files, or the design's file is none.
    """
    if case.content.model.including is None:
        raise BadFileError("why: this model takes no designs from files, so no variant can be made")
    path = source_of(case.content, case.design)
    with TemporaryDirectory(prefix="vtsc-") as folder:
        shop = Workshop(case, prop, depth, path, Path(folder))
        if shop.variant(shop.source) is None:
            raise BadFileError(
                f"{shop.shown}: no design by itself, so that no variant of it can be made"
            )
        yield shop


PROVED = (Status.PROVED, Status.PROVED_NO_WRAP)
