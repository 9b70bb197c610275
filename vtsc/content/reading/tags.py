"""Tags values of a step that have to do with instances: numbers, how many there are, sequences.

Values are followed by name: through variables, attributes, arguments and results, of all functions that run
in a step. A value is tagged wherever some function may give it that meaning.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vtsc.content.reading.kinds import WATCHING, Kind, guards_and_effects, is_super
from vtsc.content.reading.meanings import Tag, item, numbered, union
from vtsc.content.reading.names import assigned
from vtsc.content.reading.sizes import making, parameters_of_size
from vtsc.content.reading.sources import Class, Function, Module, Sources
from vtsc.content.reading.trees import children, walk

SEQUENCES = ("list", "tuple", "reversed", "instances", "enumerate", "zip", "set", "sorted")
"""Functions that make a sequence of as many items as they are given."""
Reached = tuple[Function, Sequence[str], Sequence[ast.expr], ast.expr | None]
"""A function that is called, with its parameters, their arguments, and the object that it is a method of."""

TELLING = (
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.comprehension, ast.Return, ast.Call,
)  # fmt: skip
"""The nodes of a function that tell something about tags."""


class Tags:
    """The tags of variables, attributes and results; found by reading all functions until nothing is new."""

    def __init__(self, sources: Sources, kinds: Mapping[Function, Kind]) -> None:
        self.sources = sources
        self.functions = [f for f, kind in kinds.items() if kind is not Kind.DECLARATION]
        self.functions += making(sources, kinds)
        self._variables: dict[tuple[Function, str], Tag] = {}
        self._attributes: dict[str, Tag] = {"number": Tag.NUMBER, "args": Tag.NUMBERS}
        self._attributes |= {"sizes": Tag.SIZES, "settings": Tag.SETTINGS}
        self._results: dict[str, Tag] = {}
        self._methods: dict[str, list[Function]] = {}
        self._sizes = set(parameters_of_size(sources))
        self._said = True
        for function in self.functions:
            self._methods.setdefault(function.node.name, []).append(function)
        self._seed()
        telling = {f: [n for n in walk(f.node) if isinstance(n, TELLING)] for f in self.functions}
        while self._said:
            self._said = False
            for function in self.functions:
                self._read(function, telling[function])

    # what is known at first

    def _seed(self) -> None:
        for module in self.sources.modules.values():
            for kind in module.classes.values():
                for statement in kind.node.body:
                    for name, value in assigned(statement):
                        if self._names_instances(module, value):
                            self._attribute(name, Tag.NUMBER)
            for node in guards_and_effects(self.sources, module):
                self._seed_action(node)
        for function in self.functions:
            if "settings" in parameters(function):
                self._variable(function, "settings", Tag.SETTINGS)
        for function in (f for name in WATCHING for f in self._methods.get(name, ())):
            for parameter in parameters(function)[2:3]:
                self._variable(function, parameter, Tag.MANY)  # the records of a monitor by name

    def _names_instances(self, module: Module, value: ast.expr | None) -> bool:
        """Whether a field is declared as an index of instances."""
        if not isinstance(value, ast.Call):
            return False
        if self.sources.language_name(module, value.func) != "index":
            return False
        return len(value.args) > 2 or any(keyword.arg == "of" for keyword in value.keywords)

    def _seed_action(self, node: ast.expr) -> None:
        """The arguments of a guard or an effect are numbers, but for the state and what is bound."""
        bound = 0
        func = node
        if isinstance(node, ast.Call) and node.args:  # a partial
            func, bound = node.args[0], len(node.args) - 1
        if isinstance(func, ast.Attribute | ast.Name):
            name = func.attr if isinstance(func, ast.Attribute) else func.id
            method = isinstance(func, ast.Attribute)
            alike = self._methods.get(name, ())
            for function in (f for f in alike if (f.owner is not None) == method):
                for parameter in parameters(function)[bound + 1 :]:
                    self._variable(function, parameter, Tag.NUMBER)

    # what functions say

    def _variable(self, function: Function, name: str, tag: Tag) -> None:
        self._say(self._variables, (function, name), tag)

    def _attribute(self, name: str, tag: Tag) -> None:
        self._say(self._attributes, name, tag)

    def _say(self, known: dict[object, Tag] | dict, key: object, tag: Tag) -> None:  # type: ignore[type-arg]
        before = known.get(key, Tag.NONE)
        if tag | before != before:
            known[key] = before | tag
            self._said = True

    def _read(self, function: Function, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._store(function, target, node.value)
            elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
                self._store(function, node.target, node.value)
            elif isinstance(node, ast.For | ast.comprehension):
                self._bind(function, node.target, node.iter)
            elif isinstance(node, ast.Return) and node.value is not None:
                self._say(self._results, function.node.name, self.of(function, node.value))
            elif isinstance(node, ast.Call):
                self._pass(function, node)

    def _store(self, function: Function, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            several = isinstance(value, ast.Tuple | ast.List)
            if several and len(value.elts) == len(target.elts):  # type: ignore[attr-defined]
                for one, its in zip(target.elts, value.elts, strict=True):  # type: ignore[attr-defined]
                    self._store(function, one, its)
            else:
                for one in target.elts:
                    self._put(function, one, item(self.of(function, value)))
        else:
            self._put(function, target, self.of(function, value))

    def _put(self, function: Function, target: ast.expr, tag: Tag) -> None:
        if isinstance(target, ast.Name):
            self._variable(function, target.id, tag)
        elif isinstance(target, ast.Attribute):
            self._attribute(target.attr, tag)

    def _bind(self, function: Function, target: ast.expr, over: ast.expr) -> None:
        """Tag the target of a loop."""
        name = (
            over.func.id if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) else ""
        )
        several = target.elts if isinstance(target, ast.Tuple) else []
        if name == "enumerate" and len(several) == 2:
            (sequence, *_) = over.args  # type: ignore[attr-defined]
            within = self.of(function, sequence)
            self._put(function, several[0], Tag.NUMBER if Tag.MANY in within else Tag.NONE)
            self._bind(function, several[1], sequence)
        elif name == "zip" and len(several) == len(over.args):  # type: ignore[attr-defined]
            for one, sequence in zip(several, over.args, strict=True):  # type: ignore[attr-defined]
                self._bind(function, one, sequence)
        elif several:
            for number, one in enumerate(several):
                self._put(function, one, self._part(function, over, number))
        else:
            self._put(function, target, item(self.of(function, over)))

    def _part(self, function: Function, over: ast.expr, number: int) -> Tag:
        """The tags of one component of the tuples in a sequence, as far as they can be found."""
        for node in walk(function.node):
            made = isinstance(node, ast.Assign) and isinstance(over, ast.Name)
            if made and any(isinstance(t, ast.Name) and t.id == over.id for t in node.targets):  # type: ignore[attr-defined]
                value = node.value  # type: ignore[attr-defined]
                if isinstance(value, ast.ListComp) and isinstance(value.elt, ast.Tuple):
                    return self.of(function, value.elt.elts[number])
        return item(self.of(function, over))

    def _pass(self, function: Function, node: ast.Call) -> None:
        """Tag the parameters of the functions that a call may reach."""
        for called, names, arguments, _ in self.calls(function, node):
            for name, argument in zip(names, arguments, strict=False):
                self._variable(called, name, self.of(function, argument))
            for keyword in node.keywords:
                if keyword.arg is not None and keyword.arg in names:
                    self._variable(called, keyword.arg, self.of(function, keyword.value))
        func = node.func
        kind = self._class(function, func)
        if kind is not None:
            for name, argument in zip(_fields(kind), node.args, strict=False):
                self._attribute(name, self.of(function, argument))
        filled = isinstance(func, ast.Attribute) and func.attr in ("append", "extend", "add")
        if filled and isinstance(func.value, ast.Name) and node.args:  # type: ignore[attr-defined]
            held = self.of(function, node.args[0])
            numbers = Tag.NUMBERS if held & (Tag.NUMBER | Tag.NUMBERS) else Tag.NONE
            within = Tag.MANY if within_loop(self, function, node) else Tag.NONE
            self._variable(function, func.value.id, numbers | within)  # type: ignore[attr-defined]

    def calls(self, function: Function, node: ast.Call) -> Iterator[Reached]:
        """The functions that a call may reach: each with its parameters, their arguments and its object."""
        arguments, func = node.args, node.func
        if isinstance(func, ast.Name) and func.id == "partial" and arguments:
            func, arguments = arguments[0], arguments[1:]
        base = func.value if isinstance(func, ast.Attribute) else None
        for called, names in self._called(function, func):
            yield called, names, arguments, base

    def _called(
        self, function: Function, func: ast.expr
    ) -> Iterator[tuple[Function, Sequence[str]]]:
        """The functions that a call may reach, with the parameters that its arguments are for."""
        if isinstance(func, ast.Attribute) and func.attr == "__init__":
            owner = function.owner if is_super(func.value) else None
            above = [*self.sources.ancestors(owner)][1:] if owner else []
            made = next((k.functions["__init__"] for k in above if "__init__" in k.functions), None)
            if made is not None:
                yield made, parameters(made)
        elif isinstance(func, ast.Attribute):
            for called in self._methods.get(func.attr, ()):
                yield called, parameters(called)
        elif isinstance(func, ast.Name):
            found = self.sources.find(function.module, func.id)
            if found and found.function:
                yield found.function, parameters(found.function)
            elif found and found.kind:
                for base in self.sources.ancestors(found.kind):
                    if "__init__" in base.functions:
                        made = base.functions["__init__"]
                        yield made, parameters(made)
                        break

    def _class(self, function: Function, func: ast.expr) -> Class | None:
        found = self.sources.find(function.module, func.id) if isinstance(func, ast.Name) else None
        return (
            found.kind if found and found.kind and "__init__" not in found.kind.functions else None
        )

    # what an expression is

    def of(self, function: Function, node: ast.expr) -> Tag:
        """The tags of an expression in a function."""
        if isinstance(node, ast.Name):
            return self._variables.get((function, node.id), Tag.NONE)
        if isinstance(node, ast.Attribute):
            return self._attributes.get(node.attr, Tag.NONE) | self._result(node.attr)
        if isinstance(node, ast.Subscript):
            return self._subscript(function, node)
        if isinstance(node, ast.Call):
            return self._call(function, node)
        if isinstance(node, ast.IfExp):
            return self.of(function, node.body) | self.of(function, node.orelse)
        if isinstance(node, ast.GeneratorExp | ast.ListComp):
            numbers = numbered(self.of(function, node.elt))
            many = any(self.counts(function, part.iter) for part in node.generators)
            return numbers | (Tag.MANY if many else Tag.NONE)
        if isinstance(node, ast.Tuple | ast.List):
            inside = [self.of(function, part) for part in node.elts]
            whole = Tag.MANY | Tag.SIZE | Tag.SIZES | Tag.SETTINGS
            return numbered(*inside) | (union(inside) & whole)
        if isinstance(node, ast.Dict):
            return self._dict(function, node)
        if isinstance(node, ast.Starred):
            return self.of(function, node.value)
        if isinstance(node, ast.JoinedStr):
            held = (p.value for p in node.values if isinstance(p, ast.FormattedValue))
            told = Tag.NUMBER | Tag.SIZE | Tag.NAME
            return Tag.NAME if any(self.of(function, x) & told for x in held) else Tag.NONE
        if isinstance(node, ast.Compare | ast.Lambda):
            return Tag.NONE
        parts = (part for part in children(node) if isinstance(part, ast.expr))
        return union(self.of(function, part) for part in parts)

    def counts(self, function: Function, over: ast.expr) -> bool:
        """Whether a loop over ``over`` is taken once for each instance, or for some of them."""
        return bool(self.of(function, over) & (Tag.MANY | Tag.NUMBERS))

    def _result(self, name: str) -> Tag:
        return self._results.get(name, Tag.NONE) if name in self._methods else Tag.NONE

    def _subscript(self, function: Function, node: ast.Subscript) -> Tag:
        whole = self.of(function, node.value)
        if isinstance(node.slice, ast.Slice):
            return whole
        known = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        any_setting = Tag.SETTINGS in whole and function.module.file.designs
        size = node.slice.value in self._sizes if known else any_setting  # type: ignore[attr-defined]
        size = size or bool(whole & (Tag.SIZES | Tag.SIZE))
        return item(whole) | (Tag.SIZE if size else Tag.NONE)

    def _call(self, function: Function, node: ast.Call) -> Tag:
        func = node.func
        if isinstance(func, ast.Attribute):
            if func.attr in ("values", "items", "keys"):
                return self.of(function, func.value)
            if func.attr == "index" and Tag.MANY in self.of(function, func.value):
                return Tag.NUMBER
            asked = Tag.SETTINGS in self.of(function, func.value)
            return self._result(func.attr) | (Tag.SIZE if asked else Tag.NONE)
        if not isinstance(func, ast.Name):
            return Tag.NONE
        inner = [self.of(function, argument) for argument in node.args]
        if func.id == "range":
            sized = any(tag & (Tag.SIZE | Tag.NUMBER) for tag in inner)
            return Tag.MANY | Tag.NUMBERS if sized else Tag.NONE
        if func.id in SEQUENCES:
            found = Tag.NONE
            for tag in inner:
                found |= tag & (Tag.MANY | Tag.NUMBERS)
            return found
        if func.id == "select" and inner:
            return item(inner[0])
        found_ = self.sources.find(function.module, func.id)
        if found_ and found_.function:
            return self._results.get(found_.function.node.name, Tag.NONE)
        return Tag.NONE

    def _dict(self, function: Function, node: ast.Dict) -> Tag:
        found = Tag.NONE
        for key, value in zip(node.keys, node.values, strict=True):
            tag = self.of(function, value)
            found |= tag if key is None else Tag.SIZES if Tag.SIZE in tag else Tag.NONE
        return found


def parameters(function: Function) -> list[str]:
    """The names of a function's parameters, without the ``self`` of a method."""
    names = [a.arg for a in (*function.node.args.posonlyargs, *function.node.args.args)]
    static = any(
        isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.node.decorator_list
    )
    return names[1:] if function.owner is not None and not static else names


def within_loop(tags: Tags, function: Function, wanted: ast.AST) -> bool:
    """Whether something in a function stands in a loop over instances."""
    for node in walk(function.node):
        looped = isinstance(node, ast.For) and tags.counts(function, node.iter)
        if looped and any(inner is wanted for inner in walk(node)):
            return True
    return False


def _fields(kind: Class) -> list[str]:
    """The fields of a dataclass, in order."""
    return [name for node in kind.node.body for name, _ in assigned(node)]
