"""The functions of the design in which lines of a run stand, with their source text."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vtsc.base.lines import Line
from vtsc.content.content import Content


@dataclass(frozen=True)
class Listing:
    """A function of a design: its file, its name, and its lines from the number of the first one on."""

    file: str
    """Below the root, or in the words of the user."""
    name: str
    first: int
    lines: tuple[str, ...]

    @property
    def numbers(self) -> range:
        """The numbers of its lines."""
        return range(self.first, self.first + len(self.lines))


def listings(content: Content, lines: Iterable[Line]) -> tuple[Listing, ...]:
    """The functions that hold any of ``lines``, by file and place."""
    by_file: dict[str, set[int]] = {}
    for file, number in lines:
        by_file.setdefault(file, set()).add(number)
    found: list[Listing] = []
    for file in sorted(by_file, key=content.relative):
        text = Path(file).read_text(encoding="utf-8")
        split = text.split("\n")
        for name, first, last in _extents(text, by_file[file]):
            own = tuple(split[first - 1 : last])
            found.append(Listing(content.relative(file), name, first, own))
    return tuple(found)


def _extents(text: str, wanted: set[int]) -> Iterator[tuple[str, int, int]]:
    """Name, first and last line of each function that holds wanted lines, outer functions only.

    A wanted line outside of all functions stands alone.
    """
    inside: set[int] = set()
    for name, node in _functions(ast.parse(text)):
        extent = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if wanted & set(extent) and node.lineno not in inside:
            inside |= set(extent)
            yield name, extent.start, extent.stop - 1
    for number in sorted(wanted - inside):
        yield "", number, number


def _functions(
    tree: ast.AST, within: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{within}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{within}{node.name}.")
        else:
            yield from _functions(node, within)
