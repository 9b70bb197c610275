"""Mutants: every copy of a Python source with one small mistake in a function, in a fixed order.

The mistakes are: a guard dropped or negated, a wrong comparison, a part of a condition or a statement left
out, a constant off by one, plus for minus, two neighbouring statements swapped. Text around the mistake stays
as it is, so line numbers keep their meaning. Constructors, class bodies and module level are left alone.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from vtsc.content.edits import Text

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
"""For each comparison its negation, then the one that differs where the operands are equal."""
OPPOSITE: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True)
class Mutant:
    """A mistake: its beginning (line from 1, byte from 0), a description, the whole source with it."""

    line: int
    column: int
    description: str
    source: str


@dataclass(frozen=True)
class _Edit:
    """Replace the text of ``node`` by ``text``."""

    node: ast.expr | ast.stmt
    text: str


def mutants(source: str) -> list[Mutant]:
    """All mutants of a source text, by place, then by kind."""
    text = Text(source)
    found: dict[str, Mutant] = {}
    for function in _functions(ast.parse(source)):
        for what, edits in _mistakes(function, text):
            place, changed = (
                edits[0].node,
                text.edited([(text.span(e.node), e.text) for e in edits]),
            )
            if changed != source:
                found.setdefault(changed, Mutant(place.lineno, place.col_offset, what, changed))
    return sorted(found.values(), key=lambda m: (m.line, m.column))


_Mistake = tuple[str, list[_Edit]]


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name != "__init__":
            yield node


def _mistakes(function: ast.FunctionDef, text: Text) -> Iterator[_Mistake]:
    for statement in function.body:
        for node in _inside(statement):
            if isinstance(node, ast.If | ast.IfExp):
                yield from _guards(node.test, text)
            if isinstance(node, ast.expr):
                yield from _expressions(node, text)
            if isinstance(node, ast.stmt):
                yield from _statements(node, text)
    for body in _bodies(function):
        for first, second in pairwise(body):
            if _simple(first) and _simple(second) and _independent(first, second):
                edits = [_Edit(first, text.piece(second)), _Edit(second, text.piece(first))]
                yield f"swapped with the next: {text.piece(first)}", edits


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, but for formatted strings, whose parts have no place of their own."""
    yield node
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _inside(child)


def _guards(test: ast.expr, text: Text) -> Iterator[_Mistake]:
    was = text.piece(test)
    for value in ("True", "False"):
        yield f"guard {was} made {value}", [_Edit(test, value)]
    if not isinstance(test, ast.Compare):
        yield f"guard {was} negated", [_Edit(test, f"not ({was})")]


def _expressions(node: ast.expr, text: Text) -> Iterator[_Mistake]:
    was = text.piece(node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind in COMPARISONS.get(type(node.ops[0]), ()):
            changed = ast.unparse(ast.Compare(node.left, [kind()], node.comparators))
            yield f"{was} made {changed}", [_Edit(node, f"({changed})")]
    elif isinstance(node, ast.BoolOp):
        for i, part in enumerate(node.values):
            rest = [ast.unparse(v) for v in node.values[:i] + node.values[i + 1 :]]
            joined = (" and " if isinstance(node.op, ast.And) else " or ").join(rest)
            yield f"{text.piece(part)} dropped from {was}", [_Edit(node, f"({joined})")]
    elif isinstance(node, ast.Constant):
        for value in _wrong(node.value):
            yield f"{was} made {value}", [_Edit(node, f"({value})")]
    elif isinstance(node, ast.BinOp) and type(node.op) in OPPOSITE:
        changed = ast.unparse(ast.BinOp(node.left, OPPOSITE[type(node.op)](), node.right))
        yield f"{was} made {changed}", [_Edit(node, f"({changed})")]


def _wrong(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    return [value + 1, value - 1] if isinstance(value, int) else []


def _statements(node: ast.stmt, text: Text) -> Iterator[_Mistake]:
    was = " ".join(text.piece(node).split())
    if _droppable(node):
        yield f"dropped: {was}", [_Edit(node, "pass")]
    if isinstance(node, ast.AugAssign) and type(node.op) in OPPOSITE:
        changed = ast.unparse(ast.AugAssign(node.target, OPPOSITE[type(node.op)](), node.value))
        yield f"{was} made {changed}", [_Edit(node, changed)]


def _droppable(node: ast.stmt) -> bool:
    """A statement without which every name is still bound; no docstring."""
    if isinstance(node, ast.Assign):
        return not any(isinstance(t, ast.Name) for t in node.targets)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    return isinstance(node, ast.AugAssign)


def _bodies(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(function):
        for name in ("body", "orelse"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                yield body


def _simple(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    return isinstance(node, ast.Assign | ast.AugAssign)


def _independent(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether neither statement binds a local name that the other mentions."""
    return not (_bound(first) & _named(second) or _bound(second) & _named(first))


def _bound(node: ast.stmt) -> set[str]:
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}


def _named(node: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
