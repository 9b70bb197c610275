"""The solvers that are given the exported questions, where they are installed."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from bench.measure import python

INTEGERS, VECTORS = "integers", "vectors"
"""The arithmetics of questions, which are the folders that `bench.queries` writes them to."""


@dataclass(frozen=True)
class Solver:
    """A solver with the arithmetic of the questions that it is given."""

    name: str
    """What it is called in tables."""
    program: str
    """Its name in `bench.solve`."""
    arithmetic: str
    needs: str
    """The Python package, or the program on PATH, that it is."""

    @property
    def is_there(self) -> bool:
        """Whether it is installed."""
        return find_spec(self.needs) is not None or shutil.which(self.needs) is not None

    def files(self, folder: Path) -> list[str]:
        """Its questions among those that were written below a folder."""
        return sorted(map(str, (folder / self.arithmetic).glob("*.smt2")))

    def command(self, folder: Path) -> list[str]:
        """The command that solves the questions of a folder."""
        return python("bench.solve", self.program, *self.files(folder))


SOLVERS = (
    Solver("z3, set by vtsc", "z3-tuned", INTEGERS, "z3"),
    Solver("z3", "z3", INTEGERS, "z3"),
    Solver("cvc5", "cvc5", INTEGERS, "cvc5"),
    Solver("yices", "yices", INTEGERS, "yices-smt2"),
    Solver("z3, 64 bits", "z3", VECTORS, "z3"),
    Solver("bitwuzla, 64 bits", "bitwuzla", VECTORS, "bitwuzla"),
)


def installed() -> list[Solver]:
    """The solvers that can be asked."""
    return [solver for solver in SOLVERS if solver.is_there]


def _yices() -> str:
    said = subprocess.run(["yices-smt2", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split("\n")[0].removeprefix("Yices ").strip()


VERSIONS: dict[str, Callable[[], str]] = {
    "z3": lambda: version("z3-solver"),
    "cvc5": lambda: version("cvc5"),
    "bitwuzla": lambda: version("bitwuzla"),
    "yices-smt2": _yices,
}


def versions() -> dict[str, str]:
    """The version of each solver, or that it is not installed."""
    needed = {solver.needs: solver.is_there for solver in SOLVERS}
    return {n: VERSIONS[n]() if there else "not installed" for n, there in needed.items()}
