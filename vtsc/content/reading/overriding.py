"""Checks the methods of a design: each is called, and has the parameters of the one that it overrides."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from vtsc.content.reading.kinds import Kind, Reach
from vtsc.content.reading.sources import Class, Function, Module, Sources
from vtsc.content.reading.trees import walk

MONITORS = ("Monitor", "Property", "Sometimes")
"""Classes whose methods the checker calls."""


def check_methods(sources: Sources, kinds: Mapping[Function, Kind]) -> None:
    """Raise `BadFileError` for a method of a design that nothing calls, or that takes other arguments."""
    for function in kinds:
        if _is_public(sources, function):
            _check_parameters(sources, function)
    _check_called(sources, kinds)


def _check_parameters(sources: Sources, function: Function) -> None:
    """Check that a method takes as many arguments as the first one of its name, which it overrides.

    That one is what the machine calls; where a method between the two has a slip, that is the one to blame.
    """
    owner, name = function.owner, function.node.name
    above = [*sources.ancestors(owner)][1:] if owner else []
    overridden = [kind.functions[name] for kind in above if name in kind.functions]
    if not overridden:
        return
    own, theirs = _parameters(function), _parameters(overridden[-1])
    if len(own) != len(theirs):
        what = f"{name} takes ({', '.join(own)})"
        function.module.refuse(function.node, what, f"it must take ({', '.join(theirs)})")


def _parameters(function: Function) -> list[str]:
    given = function.node.args
    return [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def _check_called(sources: Sources, kinds: Mapping[Function, Kind]) -> None:
    """Raise `BadFileError` for a public method of a design that no step and no declaration reaches."""
    public = [f for f in kinds if _is_public(sources, f)]
    reach = _Closer(sources)
    steps = (f for f in reach.roots() if not _of_design(sources, f))
    called = reach.closure([*steps, *_declared(sources, reach)])
    uncalled = [f for f in public if f not in called]
    for function in sorted(uncalled, key=lambda f: _is_helper(f, uncalled)):
        owner = function.owner
        above = [*sources.ancestors(owner)][1:] if owner else []
        known = {n for c in above for n, f in c.functions.items() if f in called}
        instead = _near(function.node.name, known)
        function.module.refuse(
            function.node, f"nothing calls {function.node.name} of {_name(owner)}", instead
        )


class _Closer(Reach):
    """Follows ``self.name`` to the methods of one's own class, where it or one related to it has one."""

    def by_attribute(
        self, module: Module, owner: Class | None, node: ast.Attribute
    ) -> Iterator[Function]:
        """The functions that an attribute may stand for."""
        found = [*super().by_attribute(module, owner, node)]
        owner = owner or _around(module, node)
        if owner is None or not isinstance(node.value, ast.Name) or node.value.id != "self":
            return iter(found)
        own = [f for f in found if f.owner and self._related(f.owner, owner)]
        return iter(own or found)

    def _related(self, one: Class, other: Class) -> bool:
        up, down = (self.sources.ancestors(kind) for kind in (one, other))
        return one.node in [k.node for k in down] or other.node in [k.node for k in up]


def _around(module: Module, node: ast.expr) -> Class | None:
    """The class that a node stands in."""
    for kind in module.classes.values():
        if kind.node.lineno <= node.lineno <= (kind.node.end_lineno or 0):
            return kind
    return None


def _name(owner: Class | None) -> str:
    return owner.node.name if owner else ""


def _is_public(sources: Sources, function: Function) -> bool:
    """Whether it is a method that a design lets the machine call."""
    return _of_design(sources, function) and not function.node.name.startswith("_")


def _of_design(sources: Sources, function: Function) -> bool:
    """Whether it is a method of a derived class in a file of designs, which is not a monitor."""
    owner = function.owner
    if owner is None or not function.module.file.designs:
        return False
    watches = any(sources.derives(owner, name) for name in MONITORS)
    return not watches and len([*sources.ancestors(owner)]) > 1


def _declared(sources: Sources, reach: Reach) -> Iterator[Function]:
    """The functions that are no ordinary methods of a design, and those called where a module is loaded."""
    for module in sources.modules.values():
        for function in module.all_functions():
            special = function.node.name.startswith("__")
            if special or not _of_design(sources, function):
                yield function
        for statement in _loaded(module):
            yield from reach.mentioned(module, None, statement, set())


def _loaded(module: Module) -> Iterator[ast.stmt]:
    """The statements that run when a module is loaded."""
    for statement in module.tree.body:
        inside = statement.body if isinstance(statement, ast.ClassDef) else [statement]
        for inner in inside:
            if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield inner


def _is_helper(function: Function, uncalled: Iterable[Function]) -> bool:
    """Whether another method that nothing calls mentions this one."""
    name = function.node.name
    others = (node for f in uncalled if f is not function for node in walk(f.node))
    return any(isinstance(node, ast.Attribute) and node.attr == name for node in others)


def _near(name: str, known: Iterable[str]) -> str:
    """The method that was meant, as far as can be told."""
    public = sorted((k for k in known if not k.startswith("_")), key=lambda k: (len(k), k))
    whole = [k for k in public if f"_{name}_" in f"_{k}_"]
    parts = [k for k in reversed(public) if f"_{k}_" in f"_{name}_"]
    close = [*whole, *parts, *get_close_matches(name, public, n=1, cutoff=0.6)]
    is_slip = close and name not in public  # else it overrides one that is called elsewhere
    return f"did you mean {close[0]}?" if is_slip else "call it, or leave it out"
