"""What is done with numbers of instances, and asked of how many there are, that other sizes may notice.

A number may be an index, be compared with another instance's number or with -1, and be part of a name.
Whether something holds of any instance, or of all, may be asked. All else is listed here.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vtsc.content.reading.kinds import Kind, names_bound, only_at_the_start
from vtsc.content.reading.sources import Function, Sources
from vtsc.content.reading.tags import Tag, Tags
from vtsc.content.reading.uses import Use

DEEPEST = 2
"""How many loops over instances may stand within each other: what more compare is not seen at small sizes."""
CALCULATING = (
    "u64", "s64", "u32", "s32", "cdiv", "cmod", "integer", "int", "abs", "min", "max", "bool", "both",
    "either", "negation", "implies", "bounded", "require",
)  # fmt: skip
"""Functions of one value or two that look at what it is."""


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
            for node in ast.walk(here.node):
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
        """Whether it runs before the first step only, where instance 0 may be told from the others."""

    def found(self) -> Iterator[tuple[ast.AST, str]]:
        """Each use, with what is done there."""
        for statement in self._function.node.body:
            for node in ast.walk(statement):
                for what in self._uses(node):
                    yield node, what
        yield from self._deep(self._function.node, 0)

    def _is(self, node: ast.expr, tag: Tag) -> bool:
        return bool(self._tags.of(self._function, node) & tag)

    def _uses(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.AugAssign):
            yield from self._arithmetic(node)
        elif isinstance(node, ast.BoolOp | ast.If | ast.IfExp | ast.While):
            asked = node.values if isinstance(node, ast.BoolOp) else [node.test]
            if any(self._is(x, Tag.NUMBER | Tag.SIZE) for x in asked):
                yield "asks for the truth of an instance's number"
        elif isinstance(node, ast.Compare):
            yield from self._comparison(node)
        elif isinstance(node, ast.Call):
            yield from self._call(node)
        elif isinstance(node, ast.Subscript):
            yield from self._subscript(node)
        elif isinstance(node, ast.For) and self._tags.counts(self._function, node.iter):
            yield from self._carried(node)

    def _arithmetic(self, node: ast.BinOp | ast.UnaryOp | ast.AugAssign) -> Iterator[str]:
        operands: Sequence[ast.expr] = [node.operand] if isinstance(node, ast.UnaryOp) else []
        if isinstance(node, ast.BinOp):
            operands = [node.left, node.right]
        elif isinstance(node, ast.AugAssign):
            operands = [node.target, node.value]
        if any(self._is(x, Tag.NUMBER) for x in operands):
            yield "calculates with an instance's number"
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
                yield "asks how many instances there are"
            elif any(self._is(x, Tag.NUMBER) for x in pair):
                equal = isinstance(operator, ast.Eq | ast.NotEq)
                if self._starting and any(_is_constant(x, 0) for x in pair):
                    continue
                if not equal or not all(self._is(x, Tag.NUMBER) or _is_none(x) for x in pair):
                    yield "compares an instance's number with what is none"

    def _call(self, node: ast.Call) -> Iterator[str]:
        if not isinstance(node.func, ast.Name):
            asked = isinstance(node.func, ast.Attribute) and node.func.attr in ("word", "between")
            if asked and any(self._is(x, Tag.NUMBER | Tag.SIZE) for x in node.args):
                yield "bounds an input by an instance's number"
            return
        name = node.func.id
        if name in ("len", "sum") and any(
            self._is(x, Tag.MANY | Tag.NUMBERS | Tag.NUMBER) for x in node.args
        ):
            yield "asks how many instances there are"
        elif name in CALCULATING and any(self._is(x, Tag.NUMBER | Tag.SIZE) for x in node.args):
            yield "calculates with an instance's number"
        elif name == "range" and len(node.args) > 1:
            if any(self._is(x, Tag.NUMBER | Tag.SIZE) for x in node.args):
                yield "takes a range of numbers of instances"
        elif name == "zip" and any(self._is(x, Tag.MANY) for x in node.args):
            if not all(self._is(x, Tag.MANY) for x in node.args):
                yield "pairs instances with what is not one for each"
        elif name == "enumerate" and len(node.args) + len(node.keywords) > 1:
            yield from ["counts from another number"] * self._is(node.args[0], Tag.MANY)

    def _subscript(self, node: ast.Subscript) -> Iterator[str]:
        parts = [node.slice]
        if isinstance(node.slice, ast.Slice):
            ends = (node.slice.lower, node.slice.upper, node.slice.step)
            parts = [end for end in ends if end is not None]
        named = any(isinstance(p, ast.JoinedStr) or _is_text(p) for p in parts)
        numbers = [self._is(p, Tag.NUMBER) for p in parts]
        if self._is(node.value, Tag.MANY):
            if not named and not all(numbers):
                yield "picks an instance by a number of its own"
        elif any(numbers) and not self._is(node.value, Tag.NUMBERS):
            yield "looks an instance's number up in what is not one for each"

    def _carried(self, loop: ast.For) -> Iterator[str]:
        """What a loop over instances carries from one to the next."""
        inside = [node for part in loop.body for node in ast.walk(part)]
        own = names_bound(loop.target) | {
            n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        before = self._stored_outside(loop)
        read = {
            n.attr for n in inside if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)
        }
        for node in inside:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in before:
                yield f"carries {node.id} from one instance to the next"
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute):
                if _root(node.target) not in own:
                    yield f"adds up .{node.target.attr} over instances"
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                carried = node.attr in read and _root(node) not in own
                yield from [f"carries .{node.attr} from one instance to the next"] * carried

    def _stored_outside(self, loop: ast.For) -> set[str]:
        """The variables that a function stores into outside of a loop."""
        inside = {id(node) for part in loop.body for node in ast.walk(part)}
        return {
            n.id
            for n in ast.walk(self._function.node)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and id(n) not in inside
        } - names_bound(loop.target)

    def _deep(self, node: ast.AST, depth: int) -> Iterator[tuple[ast.AST, str]]:
        if isinstance(node, ast.For) and self._tags.counts(self._function, node.iter):
            depth += 1
        elif isinstance(node, ast.GeneratorExp | ast.ListComp):
            parts = (part.iter for part in node.generators)
            depth += sum(self._tags.counts(self._function, part) for part in parts)
        if depth > DEEPEST:
            yield node, f"compares more than {DEEPEST} instances at once"
            return
        for child in ast.iter_child_nodes(node):
            yield from self._deep(child, depth)


def _is_none(node: ast.expr) -> bool:
    """Whether an expression is -1, which is no instance's number."""
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    return minus and _is_constant(node.operand, 1)  # type: ignore[attr-defined]


def _is_constant(node: ast.expr, number: int) -> bool:
    return isinstance(node, ast.Constant) and node.value == number


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _root(node: ast.expr) -> str:
    """The variable that an attribute of an attribute is of."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
