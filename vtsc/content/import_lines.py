"""Import statements as text, sorted and wrapped as the project's own are."""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

WIDTH = 100


class Import(NamedTuple):
    """The import of ``name`` from ``module``, bound under ``bound``; an empty name: the module itself."""

    module: str
    name: str
    bound: str

    @property
    def spelled(self) -> str:
        """The name, with the one under which it is bound where that is another."""
        own = self.name or self.module
        return own if own == self.bound else f"{own} as {self.bound}"

    @property
    def is_standard(self) -> bool:
        """Whether it is from Python's library."""
        return self.module.partition(".")[0] in sys.stdlib_module_names


def import_lines(imports: Iterable[Import]) -> str:
    """The statements, those from Python's library first."""
    every = sorted(set(imports), key=lambda x: (x.module.lower(), _rank(x.name), x.name))
    parts = []
    for standard in (True, False):
        found = [x for x in every if x.is_standard == standard]
        lines = [*(f"import {x.spelled}" for x in found if not x.name), *_from(found)]
        if lines:
            parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _from(imports: list[Import]) -> Iterator[str]:
    named = [x for x in imports if x.name]
    for module, group in groupby(named, key=lambda x: x.module):
        names = [x.spelled for x in group]
        line = f"from {module} import {', '.join(names)}"
        if len(line) > WIDTH:
            listed = "".join(f"    {name},\n" for name in names)
            line = f"from {module} import (\n{listed})"
        yield line


def _rank(name: str) -> int:
    """The place of a name in a statement: constants, then classes, then all others."""
    if name.isupper() and len(name) > 1:
        return 0
    return 1 if name[:1].isupper() else 2
