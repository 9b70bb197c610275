"""Finds the kind of each function: a rule, the frame in which rules run, or a declaration.

It follows from where a function can be called. Calls are followed by name: code that mentions an attribute
may reach every method of that name, so no method that runs in a step is missed.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum

from vtsc.content.reading.sources import Class, Function, Module, Sources
from vtsc.content.reading.trees import children, walk

WATCHING = ("observe", "measured", "remember")
"""The methods of a monitor to which the checker shows a step, its ghosts being the third argument."""
MONITOR = (*WATCHING, "permitted", "ghosts")
"""All methods through which the checker runs a monitor."""
STEP = ("state", "initialise", "advance", "perform", "enabled", *MONITOR)
"""The methods through which the checker runs a step of a machine, or of a monitor."""
START = "initialise"
"""The one of them that makes an initial state."""
WHEN, EFFECT = 2, 3
"""The places of an action's guard and effect among its arguments."""


class Kind(Enum):
    """The kinds of function; the kind decides which parts of the language a function may use."""

    RULE = "rule"
    FRAME = "frame"
    DECLARATION = "declaration"


def kinds(sources: Sources) -> dict[Function, Kind]:
    """The kind of every function."""
    reach = Reach(sources)
    found = reach.from_steps()
    return {
        function: _kind(module, function in found)
        for module in sources.modules.values()
        for function in module.all_functions()
    }


def _kind(module: Module, runs_in_a_step: bool) -> Kind:
    if not runs_in_a_step:
        return Kind.DECLARATION
    return Kind.RULE if module.file.designs else Kind.FRAME


def guards_and_effects(sources: Sources, module: Module) -> Iterator[ast.expr]:
    """The functions that actions are given to be called in a step, as expressions."""
    for node in module.calls:
        if _is_action(sources, module, node):
            yield from node.args[WHEN : EFFECT + 1]
            yield from (k.value for k in node.keywords if k.arg in ("when", "effect"))


def asked_by_reports(sources: Sources, found: Mapping[Function, Kind]) -> set[Function]:
    """The functions that lemmas and reports may call too, when no step is taken and nothing is chosen."""
    reach = Reach(sources)
    making = [f for f in found if "Action" in {i.name for i in f.module.imports.values()}]
    tables = {f for f in making if any(_is_action(sources, f.module, n) for n in walk(f.node))}
    return reach.closure(
        f for f, kind in found.items() if kind is Kind.DECLARATION and f not in tables
    )


def only_at_the_start(sources: Sources) -> set[Function]:
    """The functions that can run when a run begins, and in no step."""
    reach = Reach(sources)
    return reach.from_methods([START]) - reach.from_steps(but=START)


def _is_action(sources: Sources, module: Module, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and sources.language_name(module, node.func) == "Action"


class Reach:
    """The functions that may be reached from others; calls are followed by name."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._methods: dict[str, list[Function]] = {}
        for module in sources.modules.values():
            for kind in module.classes.values():
                for name, function in kind.functions.items():
                    self._methods.setdefault(name, []).append(function)

    def from_methods(self, names: Iterable[str]) -> set[Function]:
        """The methods of these names and all that they may reach."""
        return self.closure(f for name in names for f in self._methods.get(name, ()))

    def from_steps(self, but: str = "") -> set[Function]:
        """All functions that can run in a step; ``but``: methods of that name are not followed."""
        return self.closure(self.roots(but))

    def roots(self, but: str = "") -> list[Function]:
        """The functions that the checker calls in a step, and the guards and effects of actions."""
        pending = [f for name in STEP if name != but for f in self._methods.get(name, ())]
        for module in self.sources.modules.values():
            for node in guards_and_effects(self.sources, module):
                pending += self.mentioned(module, None, node, set())
        return pending

    def closure(self, functions: Iterable[Function]) -> set[Function]:
        """These functions and all that they may reach."""
        pending, found = [*functions], set[Function]()
        while pending:
            function = pending.pop()
            if function not in found:
                found.add(function)
                pending += self._reached(function)
        return found

    def _reached(self, function: Function) -> Sequence[Function]:
        """The functions that one mentions."""
        known = self.sources.mentioned.setdefault(type(self), {})
        if function not in known:
            known[function] = tuple(self._next(function))
        return known[function]

    def _next(self, function: Function) -> Iterator[Function]:
        for statement in function.node.body:
            yield from self.mentioned(function.module, function.owner, statement, function.own)

    def mentioned(
        self, module: Module, owner: Class | None, node: ast.AST, own: set[str]
    ) -> Iterator[Function]:
        """The functions that the code at ``node`` mentions, in a function whose variables are ``own``."""
        if isinstance(node, ast.Raise):
            return  # a run ends there, and what is then said of it is no rule
        if isinstance(node, ast.Attribute):
            yield from self.by_attribute(module, owner, node)
        elif isinstance(node, ast.Name) and node.id not in own:
            yield from self._by_name(module, node.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found = self.sources.find(module, node.func.id)
            for kind in self.sources.ancestors(found.kind) if found and found.kind else ():
                yield from self._made(kind)
        for child in children(node):
            yield from self.mentioned(module, owner, child, own)

    def by_attribute(
        self, module: Module, owner: Class | None, node: ast.Attribute
    ) -> Iterator[Function]:
        """The functions that an attribute may stand for: every method of that name."""
        if node.attr == "__init__":
            above = [*self.sources.ancestors(owner)][1:] if owner and is_super(node.value) else []
            for base in above:
                yield from self._made(base)
        else:
            yield from self._methods.get(node.attr, ())
        if isinstance(node.value, ast.Name):
            found = self.sources.find(module, node.value.id)
            if found and found.imported and found.module:
                yield from self._by_name(found.module, node.attr)

    def _by_name(self, module: Module, name: str) -> Iterator[Function]:
        found = self.sources.find(module, name)
        if found and found.function:
            yield found.function

    def _made(self, kind: Class) -> Iterator[Function]:
        for name in ("__init__", "__post_init__"):
            if name in kind.functions:
                yield kind.functions[name]


def is_super(node: ast.expr) -> bool:
    """Whether ``node`` is ``super()``."""
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return False
    return isinstance(node.func, ast.Name) and node.func.id == "super"
