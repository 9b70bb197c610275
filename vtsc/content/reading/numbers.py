"""Finds uses of instances' numbers, or of how many there are, that may differ at other sizes.

A number may be an index, be compared with another instance's number or with -1, and be part of a name.
Code may ask whether something holds of any instance, or of all. Every other use is listed here.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vtsc.content.reading.kinds import Kind, only_at_the_start
from vtsc.content.reading.loops import Loops
from vtsc.content.reading.meanings import Tag
from vtsc.content.reading.sources import Function, Sources
from vtsc.content.reading.tags import Tags
from vtsc.content.reading.trees import walk
from vtsc.content.reading.uses import Use

NEITHER = ("range", "enumerate", "zip", "list", "tuple", "reversed", "instances", "select", "Call", "Step",
    "super", "partial", "apart", "any", "all", "set")  # fmt: skip
"""Functions, not the content's own, that neither count nor calculate."""
CALCULATED = "calculates with an instance's number"
COMPARED = "compares an instance's number with another kind of value"
COUNTED = "asks how many instances there are"


def uses(sources: Sources, kinds: Mapping[Function, Kind]) -> list[Use]:
    """All such uses in the functions that run in a step, in the order in which they stand there."""
    tags = Tags(sources, kinds)
    found = []
    owners = _owners(sources, tags.functions)
    starting = only_at_the_start(sources)
    for function in tags.functions:
        for node, what in _Reader(tags, function, function in starting).found():
            place = f"{function.module.file.shown}:{getattr(node, 'lineno', 1)}"
            found.append(Use(owners.get(function, ()), place, what))
    for function, node, what in Loops(tags, starting).found():
        place = f"{function.module.file.shown}:{getattr(node, 'lineno', 1)}"
        found.append(Use(owners.get(function, ()), place, what))
    return list(dict.fromkeys(found))


def _owners(sources: Sources, functions: Iterable[Function]) -> dict[Function, tuple[str, ...]]:
    """The classes whose methods a function is, or is reached from without another method between."""
    found: dict[Function, dict[str, None]] = {}
    for function in functions:
        if function.owner is None:
            continue
        name = f"{function.module.file.module}.{function.owner.node.name}"
        pending = [function]
        while pending:
            here = pending.pop()
            if name in found.setdefault(here, {}):
                continue
            found[here][name] = None
            for node in walk(here.node):
                named = sources.find(here.module, node.id) if isinstance(node, ast.Name) else None
                if named and named.function:
                    pending.append(named.function)
    return {function: tuple(names) for function, names in found.items()}


class _Reader:
    """One function, read for such uses."""

    def __init__(self, tags: Tags, function: Function, starting: bool) -> None:
        self._tags = tags
        self._function = function
        self._starting = starting
        """Whether it runs before the first step only, where code may ask for instance 0."""

    def found(self) -> Iterator[tuple[ast.AST, str]]:
        """Each use, with a description."""
        for statement in self._function.node.body:
            for node in walk(statement):
                for what in self._uses(node):
                    yield node, what

    def _is(self, node: ast.expr, tag: Tag) -> bool:
        return bool(self._tags.of(self._function, node) & tag)

    def _uses(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.AugAssign):
            yield from self._arithmetic(node)
        elif isinstance(node, ast.BoolOp | ast.If | ast.IfExp | ast.While):
            asked = node.values if isinstance(node, ast.BoolOp) else [node.test]
            if any(self._is(x, Tag.NUMBER | Tag.SIZE) for x in asked):
                yield "asks for the truth of an instance's number"
            if isinstance(node, ast.While) and self._holds_many(node.test):
                yield COUNTED
        elif isinstance(node, ast.Compare):
            yield from self._comparison(node)
        elif isinstance(node, ast.Call):
            yield from self._call(node)
        elif isinstance(node, ast.Subscript):
            yield from self._subscript(node)
        elif isinstance(node, ast.Assign):
            taken_apart = isinstance(node.targets[0], ast.Tuple) and self._is(node.value, Tag.MANY)
            taken_apart = taken_apart and not isinstance(node.value, ast.Tuple | ast.List)
            yield from [COUNTED] * taken_apart

    def _holds_many(self, node: ast.expr) -> bool:
        inner = (n for n in walk(node) if isinstance(n, ast.expr))
        return any(self._is(n, Tag.MANY) for n in inner)

    def _arithmetic(self, node: ast.BinOp | ast.UnaryOp | ast.AugAssign) -> Iterator[str]:
        operands: Sequence[ast.expr] = [node.operand] if isinstance(node, ast.UnaryOp) else []
        if isinstance(node, ast.BinOp):
            operands = [node.left, node.right]
        elif isinstance(node, ast.AugAssign):
            operands = [node.target, node.value]
        if any(self._is(x, Tag.NUMBER) for x in operands):
            yield CALCULATED
        if any(self._is(x, Tag.SIZE) for x in operands):
            yield "calculates with how many instances there are"
        records = isinstance(node, ast.AugAssign | ast.BinOp) and isinstance(node.op, ast.BitOr)
        if not records and any(self._is(x, Tag.MANY | Tag.NUMBERS) for x in operands):
            yield "makes a sequence of instances longer"

    def _comparison(self, node: ast.Compare) -> Iterator[str]:
        every = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, every, node.comparators, strict=False):
            pair = [left, right]
            if any(self._is(x, Tag.SIZE | Tag.MANY) for x in pair):
                yield COUNTED
            elif any(self._is(x, Tag.NAME) for x in pair):
                yield COMPARED
            elif any(self._is(x, Tag.NUMBER) for x in pair):
                equal = isinstance(operator, ast.Eq | ast.NotEq)
                if self._starting and any(_is_constant(x, 0) for x in pair):
                    continue
                if not equal or not all(self._is(x, Tag.NUMBER) or _is_none(x) for x in pair):
                    yield COMPARED

    def _call(self, node: ast.Call) -> Iterator[str]:
        if not isinstance(node.func, ast.Name):
            asked = isinstance(node.func, ast.Attribute) and node.func.attr in ("word", "between")
            if asked and any(self._is(x, Tag.NUMBER | Tag.SIZE) for x in node.args):
                yield "bounds an input by an instance's number"
            return
        name = node.func.id
        found = self._tags.sources.find(self._function.module, name)
        own = found is not None and (found.function is not None or found.kind is not None)
        if name in ("len", "sum") and any(
            self._is(x, Tag.MANY | Tag.NUMBERS | Tag.NUMBER) for x in node.args
        ):
            yield COUNTED
        elif (
            not own
            and name not in NEITHER
            and any(self._is(x, Tag.NUMBER | Tag.SIZE | Tag.NAME) for x in node.args)
        ):
            yield CALCULATED
        elif name == "range" and len(node.args) > 1:
            if any(self._is(x, Tag.NUMBER | Tag.SIZE) for x in node.args):
                yield "takes a range of numbers of instances"
        elif name == "zip" and any(self._is(x, Tag.MANY) for x in node.args):
            if not all(self._is(x, Tag.MANY) for x in node.args):
                yield "pairs instances with a sequence without an item for each"
        elif name == "enumerate" and len(node.args) + len(node.keywords) > 1:
            yield from ["counts instances, but not from 0"] * self._is(node.args[0], Tag.MANY)

    def _subscript(self, node: ast.Subscript) -> Iterator[str]:
        parts = [node.slice]
        if isinstance(node.slice, ast.Slice):
            ends = (node.slice.lower, node.slice.upper, node.slice.step)
            parts = [end for end in ends if end is not None]
        named = any(isinstance(p, ast.JoinedStr) or _is_text(p) for p in parts)
        numbers = [self._is(p, Tag.NUMBER) for p in parts]
        if self._is(node.value, Tag.MANY):
            if not named and not all(numbers):
                yield "picks an instance by a value that is no instance's number"
        elif any(self._is(p, Tag.NUMBER | Tag.NAME) for p in parts) and not self._is(
            node.value, Tag.NUMBERS
        ):
            yield "looks an instance's number up in a sequence without an item for each"


def _is_none(node: ast.expr) -> bool:
    """Whether an expression is -1, which is no instance's number."""
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    return minus and _is_constant(node.operand, 1)  # type: ignore[attr-defined]


def _is_constant(node: ast.expr, number: int) -> bool:
    return isinstance(node, ast.Constant) and node.value == number


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
