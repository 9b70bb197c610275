"""Variants of a design: the same file with a small change, loaded as a design in a file of its own."""

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from vtsc.base.errors import BadFileError, VtscError
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.deciding.plan import decide
from vtsc.deciding.verdict import Result, Status
from vtsc.engines import Effort
from vtsc.why.again import Again, Recording

NAME = "changed"
"""The name of a variant, with a number where the model has such a design already."""


def source_of(content: Content, design: str) -> Path:
    """The file in which a design is defined; raises `BadFileError` where there is none."""
    if content.own is not None and design == content.own.name:
        return content.own.path
    for path in sorted(content.root.rglob("*.py")):
        if content.is_rule(str(path)) and _names(path, design):
            return path
    raise BadFileError(f"design {design}: no file below {content.root} defines it by that name")


def _names(path: Path, design: str) -> bool:
    """Whether a class of the file has ``name = "design"``."""
    classes = (n for n in ast.parse(path.read_text("utf-8")).body if isinstance(n, ast.ClassDef))
    assigned = (a for c in classes for a in c.body if isinstance(a, ast.Assign))
    return any(
        isinstance(a.targets[0], ast.Name)
        and a.targets[0].id == "name"
        and isinstance(a.value, ast.Constant)
        and a.value.value == design
        for a in assigned
    )


@dataclass
class Workshop:
    """Loads variants of one design, and decides what becomes of one cell."""

    case: Case
    prop: str
    depth: int
    folder: Path

    def variant(self, source: str) -> Case | None:
        """The cell's case for a changed text; None where that is no design."""
        content = self.case.content
        name = next(
            n for n in (NAME, *(f"{NAME}-{i}" for i in range(99))) if n not in content.model.designs
        )
        text = re.sub(r'^(    name = )"[^"]*"', rf'\1"{name}"', source, count=1, flags=re.M)
        file = self.folder / "changed.py"
        file.write_text(text, encoding="utf-8")
        try:
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

    Raises `BadFileError` where the model takes no designs from files.
    """
    if case.content.model.including is None:
        raise BadFileError("why: this model takes no designs from files, so no variant can be made")
    with TemporaryDirectory(prefix="vtsc-") as folder:
        yield Workshop(case, prop, depth, Path(folder))


PROVED = (Status.PROVED, Status.PROVED_NO_WRAP)
