"""The question whether a guest program can end in the way that its litmus file describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from questions.claims.claim import Answer, Asking, Kept
from questions.litmus import FOLDER, SUFFIX
from questions.litmus.reading import read_file
from vtsc.base.spelling import near
from vtsc.content.cell_tables import CellTable

WORDS = ("never", "possible")
EXPECTED = ("never", "execution")
"""Its tables have ``result`` in place of ``expect``."""
KEYS = ("file", "result")
RESULTS = ("Never", "Sometimes", "Always")
"""The results that a litmus file's header may have."""


@dataclass(frozen=True)
class Program:
    """The question whether a program never ends so; ``recorded`` is the result that is expected."""

    path: Path
    recorded: str

    @property
    def shown(self) -> str:
        """The file below the root."""
        return f"{FOLDER}/{self.path.name}"

    @property
    def kept(self) -> Sequence[Kept]:
        """It is about no cell."""
        return ()

    @property
    def expected(self) -> bool:
        """Whether it is recorded that no execution ends so."""
        return self.recorded == "Never"

    @property
    def batch(self) -> str:
        """Programs are decided in fractions of a second, so one process does for all."""
        return "litmus"

    def answer(self, asking: Asking) -> Answer:
        """The result, with an execution that was replayed, or a proof that was solved again."""
        from questions.litmus.deciding import decide

        litmus = read_file(self.path, self.shown)
        found = decide(litmus)
        told = f"{litmus.question} {found.result}"
        outcome = None if found.result in ("Unknown", "Vacuous") else found.result == "Never"
        return Answer(
            outcome,
            found.result,
            found.status,
            (f"{self.path.stem}: {told}",),
            {"result": found.result.lower()},
            {"file": self.shown, "result": found.result},
        )


def read(table: CellTable, source: Mapping[str, Any]) -> Program:
    """The question of a table; raises `BadFileError` for a file that is not there, or says otherwise."""
    name, result = source.get("file"), source.get("result")
    folder = table.content.root / FOLDER
    known = {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}
    if name not in known:
        raise table.fail("file", f"unknown litmus file {name}: {near(str(name), list(known))}")
    litmus = read_file(known[name], f"{FOLDER}/{name}{SUFFIX}")
    if result not in RESULTS:
        raise table.fail("result", f"result: expected one of {', '.join(RESULTS)}")
    if result != litmus.result:
        raise table.fail("result", f"result: the header of {name} says {litmus.result}")
    return Program(known[name], str(result))
