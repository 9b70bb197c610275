"""Comparisons by identity in a model: where ``x is True`` holds of a bool, it never does of an unknown.

Explored, such a branch would be taken to be dead without a word; so that it is refused when the model
is loaded. ``is`` between names is left alone: that two records are the same one is a fair question.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from vtsc.base.errors import BadFileError

SUSPECT = re.compile(r"\bis\s+(not\s+)?(True|False|-?\d)|\b(True|False|\d+)\s+is\b|\bcase\b")
"""What a file must contain to be looked at closely."""


def refuse(file: Path, shown: str) -> None:
    """Raise `BadFileError` if ``file`` (called ``shown``) compares by identity with a truth or a number."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if SUSPECT.search(text):
        for line in _lines(text):
            raise BadFileError(f"{shown}:{line}: `is` asks for the same object: compare with ==")


def _lines(text: str) -> Iterator[int]:
    import ast  # hardly any file gets here

    try:
        tree = ast.parse(text)
    except SyntaxError:
        return  # which importing it will say better
    for node in ast.walk(tree):
        if isinstance(node, ast.MatchSingleton) and node.value is not None:
            yield node.lineno
        if isinstance(node, ast.Compare) and any(
            isinstance(op, ast.Is | ast.IsNot) for op in node.ops
        ):
            values = [
                x.value for x in (node.left, *node.comparators) if isinstance(x, ast.Constant)
            ]
            if any(isinstance(v, int) for v in values):
                yield node.lineno
