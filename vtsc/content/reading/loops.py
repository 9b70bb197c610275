"""Finds loops over instances that carry a value from one instance to the next, or are nested too deep.

With either, code can count, and a machine of many instances may do something that one of few does not.
Functions that are called in a loop are followed, by name.
"""

import ast
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from vtsc.content.reading.meanings import Tag
from vtsc.content.reading.sources import Function, names_bound
from vtsc.content.reading.tags import Tags
from vtsc.content.reading.trees import children, walk

DEEPEST = 2
"""The greatest depth of nested loops over instances; deeper ones show only at sizes not compared."""
Found = tuple[Function, ast.AST, str]
Place = tuple[ast.AST, tuple[ast.For | ast.GeneratorExp | ast.ListComp, ...]]
SELF = "self"


class Loops:
    """All loops over instances in the functions that run in a step."""

    def __init__(self, tags: Tags, starting: Collection[Function]) -> None:
        self._tags = tags
        self._starting = starting
        """The functions that run before the first step only, for one instance after another."""
        self._depths: dict[Function, int] = {}
        self._open: set[Function] = set()
        self._parts: dict[Function, Sequence[Place]] = {}

    def found(self) -> Iterator[Found]:
        """Each place where a loop carries a value, or where loops are nested too deep."""
        for function in self._tags.functions:
            yield from self._carried(function)
            if function not in self._starting and self._depth(function) > DEEPEST:
                yield from self._too_deep(function)

    # loops and what is in them

    def _places(self, function: Function) -> Sequence[Place]:
        """Every part of a function with the loops over instances around it, the innermost last."""
        if function not in self._parts:
            self._parts[function] = [*self._walked(function)]
        return self._parts[function]

    def _walked(self, function: Function) -> Iterator[Place]:
        pending: list[Place] = [(part, ()) for part in function.node.body]
        while pending:
            node, around = pending.pop()
            yield node, around
            inner = around
            if isinstance(node, ast.For) and self._tags.counts(function, node.iter):
                inner = (*around, node)
            elif isinstance(node, ast.GeneratorExp | ast.ListComp):
                counted = [p for p in node.generators if self._tags.counts(function, p.iter)]
                inner = (*around, *[node] * len(counted))
            pending += [(child, inner) for child in children(node)]

    def _own(self, function: Function, loop: ast.For | ast.GeneratorExp | ast.ListComp) -> set[str]:
        """The variables that stand for the instance that a loop is at."""
        if not isinstance(loop, ast.For):
            return {name for part in loop.generators for name in names_bound(part.target)}
        own = names_bound(loop.target)
        for node in walk(loop):
            if isinstance(node, ast.Assign) and self._is_instance(function, node.value, own):
                own |= {t.id for t in node.targets if isinstance(t, ast.Name)}
        return own

    def _is_instance(self, function: Function, value: ast.expr, own: set[str]) -> bool:
        """Whether a value is the instance that a loop is at, or the one of its number."""
        if isinstance(value, ast.Name):
            return value.id in own
        if isinstance(value, ast.Subscript):
            return Tag.MANY in self._tags.of(function, value.value)
        by_number = isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
        return by_number and value.func.id == "select"  # type: ignore[attr-defined]

    # what is shared by all instances of a loop

    @cached_property
    def _shared(self) -> dict[Function, set[str]]:
        """The functions that are called in a loop, with their parameters that are the same in all turns."""
        found: dict[Function, set[str]] = {}
        new = True
        while new:
            before = sum(len(names) + 1 for names in found.values())
            for function in self._tags.functions:
                for node, around in self._places(function):
                    if isinstance(node, ast.Call) and (around or function in found):
                        own = self._own(function, around[-1]) if around else None
                        self._pass(function, node, own, found)
            new = sum(len(names) + 1 for names in found.values()) != before
        return found

    def _pass(
        self,
        function: Function,
        node: ast.Call,
        own: set[str] | None,
        found: dict[Function, set[str]],
    ) -> None:
        """Note what a call shares; ``own``: the variables of the loop around it, None where there is none."""

        def is_shared(argument: ast.expr) -> bool:
            if own is not None:
                return not (isinstance(argument, ast.Name) and argument.id in own)
            return isinstance(argument, ast.Attribute) or root(argument) in found[function]

        for called, names, arguments, base in self._tags.calls(function, node):
            names_found = found.setdefault(called, set())
            pairs = zip(names, arguments, strict=False)
            names_found |= {name for name, argument in pairs if is_shared(argument)}
            if base is not None and is_shared(base):
                names_found.add(SELF)

    # what is carried

    def _carried(self, function: Function) -> Iterator[Found]:
        for node, around in self._places(function):
            if around and isinstance(around[-1], ast.For):
                yield from self._variable(function, node, around[-1])
            if around or function in self._shared:
                own = self._own(function, around[-1]) if around else None
                for target in _grown(node, within=own is not None, loop=around[-1:]):
                    if self._is_carried(function, target, own):
                        yield (
                            function,
                            node,
                            f"carries .{target.attr} from one instance to the next",
                        )

    def _is_carried(self, function: Function, target: ast.Attribute, own: set[str] | None) -> bool:
        owner = target.value
        if own is not None:
            return not (isinstance(owner, ast.Name) and owner.id in own)
        if isinstance(owner, ast.Name):
            return self._is_shared(function, owner.id, frozenset())
        return isinstance(owner, ast.Attribute) or root(owner) in self._shared[function]

    def _is_shared(self, function: Function, name: str, seen: frozenset[str]) -> bool:
        """Whether a variable may hold a record that all turns share; ``seen``: the names that led here."""
        arguments = function.node.args
        if name in {
            a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        }:
            return name in self._shared[function]
        if name in seen:
            return False
        for node in walk(function.node):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if isinstance(node, ast.AnnAssign) and node.value is not None:
                targets = [node.target]
            for target in targets:
                if isinstance(target, ast.Tuple | ast.List) and name in names_bound(target):
                    return True  # as far as can be told
                if isinstance(target, ast.Name) and target.id == name:
                    value = node.value  # type: ignore[attr-defined]
                    if self._may_be_shared(function, value, seen | {name}):
                        return True
        return False

    def _may_be_shared(self, function: Function, value: ast.expr, seen: frozenset[str]) -> bool:
        """The same of a value that is assigned to a variable."""
        if isinstance(value, ast.Name):
            return self._is_shared(function, value.id, seen)
        return not self._is_instance(function, value, set())

    def _variable(self, function: Function, node: ast.AST, loop: ast.For) -> Iterator[Found]:
        """The places where a loop stores into a variable that also exists outside of the loop."""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            inside = {id(n) for part in loop.body for n in walk(part)}
            outside = (n for n in walk(function.node) if id(n) not in inside)
            named = (n for n in outside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
            others = {n.id for n in named} - names_bound(loop.target)
            others |= {a.arg for a in function.node.args.args}
            if id(node) in inside and (node.id in others or self._grows(node, loop)):
                yield function, node, f"carries {node.id} from one instance to the next"

    @staticmethod
    def _grows(node: ast.Name, loop: ast.For) -> bool:
        """Whether a variable is stored into in terms of itself."""
        added = (n.target for n in walk(loop) if isinstance(n, ast.AugAssign))
        return any(target is node for target in added)

    # how many are looked at together

    def _depth(self, function: Function) -> int:
        """The depth of nested loops over instances in a function and the functions that it calls."""
        if function in self._depths:
            return self._depths[function]
        if function in self._open:
            return 0
        self._open.add(function)
        deepest = max((above + below for _, above, below in self._reached(function)), default=0)
        self._open.discard(function)
        self._depths[function] = deepest
        return deepest

    def _reached(self, function: Function) -> Iterator[tuple[ast.AST, int, int]]:
        """Each part of a function, with the number of loops around it, and of those in functions it calls."""
        for node, around in self._places(function):
            below = 0
            if isinstance(node, ast.Call):
                called = (c for c, *_ in self._tags.calls(function, node))
                below = max(map(self._depth, called), default=0)
            yield node, len(around), below

    def _too_deep(self, function: Function) -> Iterator[Found]:
        for node, above, below in self._reached(function):
            if below <= DEEPEST < above + below and isinstance(node, ast.expr | ast.stmt):
                yield function, node, f"looks at more than {DEEPEST} instances together"
                return  # a function that only calls such a one is not reported


def _grown(node: ast.AST, within: bool, loop: tuple[ast.AST, ...]) -> Iterator[ast.Attribute]:
    """The attributes that a statement computes from old values, or ``within`` a loop from each other."""
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute):
        yield node.target
    elif isinstance(node, ast.Assign):
        source: tuple[ast.AST, ...] = loop if within else (node.value,)
        read = {
            n.attr
            for part in source
            for n in walk(part)
            if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)
        }
        for target in node.targets:
            for part in target.elts if isinstance(target, ast.Tuple) else (target,):
                if isinstance(part, ast.Attribute) and part.attr in read:
                    yield part


def root(node: ast.expr) -> str:
    """The variable at which a chain of attributes and subscripts begins."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
