"""Syntax trees that are walked over and over: the parts of each node are found out once.

The trees stay as they were read, so a part is never put in or taken out.
"""

import ast
from collections.abc import Sequence
from typing import Any

PARTS = "_parts"
"""The attribute of a node that has its parts; it is no field, so nothing else looks at it."""


def children(node: ast.AST) -> Sequence[ast.AST]:
    """The nodes right below a node, as `ast.iter_child_nodes` gives them."""
    known: dict[str, Any] = vars(node)
    if PARTS not in known:
        known[PARTS] = tuple(ast.iter_child_nodes(node))
    found: tuple[ast.AST, ...] = known[PARTS]
    return found


def walk(node: ast.AST) -> Sequence[ast.AST]:
    """A node and all below it, in the order of `ast.walk`."""
    found = [node]
    for here in found:  # which grows meanwhile
        found += children(here)
    return found
