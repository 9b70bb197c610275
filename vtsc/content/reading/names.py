"""The names that a content has: its attributes, fields, methods and setters of declared flags."""

import ast
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property

from vtsc.content.reading.sources import Class, Function, Module, Sources
from vtsc.content.reading.trees import walk
from vtsc.language import claims, domain, inputs, lemmas, machine, progress, state, table
from vtsc.language.actions import Action, Call, Step

DECLARATORS = ("counter", "word", "flag", "index")
"""The functions of the language that declare a field."""
LANGUAGE_CLASSES: tuple[type, ...] = (
    state.Record,
    state.State,
    state.Instance,
    inputs.Inputs,
    machine.Machine,
    machine.Rounds,
    table.TableMachine,
    claims.Monitor,
    claims.Property,
    claims.Sometimes,
    claims.Term,
    lemmas.Lemma,
    progress.Progress,
    progress.Situation,
    domain.Domain,
    Action,
    Call,
    Step,
    Fraction,
)
TABLES = "_fields"
"""The end of the name of a class's attribute that is a table of fields by name."""
FIXED = (
    "scaled",
    "Fraction",
    "partial",
    "min",
    "max",
    "abs",
    "int",
    "len",
    "sum",
    "tuple",
    "range",
)
"""Functions whose results never change."""


class Names:
    """The attributes, fields and methods of all classes of the content and of the language."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.fields: dict[str, str] = {}
        """Every declared field, with the function of the language that declares it."""
        self.methods: set[str] = set()
        self.stored: set[str] = set()
        """Attributes that hold a value and are no fields."""
        self.added: dict[str, str] = {}
        """The fields that a class adds to records of another, with the function that declares each."""
        self.shared: set[str] = set()
        """Attributes of classes that hold what may be changed, such as a list."""
        self.setters: set[str] = set()
        """Methods that set the flag whose name they are given."""
        self.provided = {n for c in LANGUAGE_CLASSES for n in _attributes(c)}
        for module in sources.modules.values():
            for kind in module.classes.values():
                self._note(module, kind)
        self.shared -= self.fields.keys() | self.methods
        self.declared_alone = self.fields.keys() | self.methods | self.stored | self.provided
        """Every attribute except the fields that classes add."""
        self.fields |= self.added

    def _note(self, module: Module, kind: Class) -> None:
        for node in kind.node.body:
            for name, value in assigned(node):
                declarator = self.declarator(module, value)
                if declarator:
                    self.fields[name] = declarator
                elif is_table_of_fields(name, value):
                    self.stored.add(name)
                    self.added |= {n: self.declarator(module, x) for n, x in entries(value)}
                else:
                    self.stored.add(name)
                    if value is not None and not self.is_fixed(module, value):
                        self.shared.add(name)
        for name, function in kind.functions.items():
            self.methods.add(name)
            self.stored |= set(_stored_in(function.node))
            if self.is_setter(function):
                self.setters.add(name)

    def is_fixed(self, module: Module, value: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        """Whether the value of ``value`` can never be changed, as far as its text shows.

        ``seen``: the names that led here.
        """
        if isinstance(value, ast.Constant | ast.JoinedStr):
            return True
        if isinstance(value, ast.Name):
            named = self.sources.find(module, value.id)
            if named is None or named.value is None or named.module is None:
                return True  # a function, a class, or a word of the language
            again = value.id in seen
            return again or self.is_fixed(named.module, named.value, seen | {value.id})
        if isinstance(value, ast.Tuple):
            return all(self.is_fixed(module, part, seen) for part in value.elts)
        if isinstance(value, ast.BinOp):
            return all(self.is_fixed(module, x, seen) for x in (value.left, value.right))
        if isinstance(value, ast.UnaryOp | ast.Starred):
            inner = value.operand if isinstance(value, ast.UnaryOp) else value.value
            return self.is_fixed(module, inner, seen)
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name):
            return False
        found = self.sources.find(module, value.func.id)
        if found and found.kind:
            return is_frozen(found.kind)
        provided = found is None or found.imported is not None
        return provided and (value.func.id in FIXED or value.func.id[0].isupper())

    def is_setter(self, function: Function) -> bool:
        """Whether a method of a record does nothing but set the flag whose name it is given."""
        owner = function.owner
        if owner is None or set_flag(function) is None:
            return False
        return self.sources.derives(owner, "Record")

    def declarator(self, module: Module, value: ast.expr | None) -> str:
        """The function of the language by which ``value`` declares a field; empty where it is none."""
        if not isinstance(value, ast.Call):
            return ""
        name = self.sources.language_name(module, value.func)
        return name if name in DECLARATORS else ""

    @cached_property
    def attributes(self) -> set[str]:
        """Every attribute that something has."""
        return self.fields.keys() | self.methods | self.stored | self.provided

    def near_attribute(self, name: str) -> str:
        """The advice about an attribute that nothing has."""
        return meant(name, self.attributes, "declare it as a field of a record")

    def near_field(self, name: str) -> str:
        """The advice about a field that is not declared."""
        declare = "declare it in its record, with counter(...), word(...), flag(...) or index(...)"
        return meant(name, self.fields, declare)

    def flags(self) -> list[str]:
        """The names of the declared flags."""
        return sorted(name for name, how in self.fields.items() if how == "flag")


def meant(name: str, known: Iterable[str], otherwise: str) -> str:
    """The question whether a known name like ``name`` was meant; ``otherwise`` where there is none."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.65)
    return f"did you mean {close[0]}?" if close else otherwise


def assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a statement of a class assigns, each with its value."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value


ITERATORS = ("iter", "map", "filter", "zip", "enumerate", "reversed")
"""Functions of Python whose results can be gone through once."""


def is_iterator(value: ast.expr | None) -> bool:
    """Whether ``value`` makes an iterator, which remembers what it gave."""
    if isinstance(value, ast.IfExp):
        return is_iterator(value.body) or is_iterator(value.orelse)
    named = isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
    return isinstance(value, ast.GeneratorExp) or (named and value.func.id in ITERATORS)  # type: ignore[union-attr]


def is_table_of_fields(name: str, value: ast.expr | None) -> bool:
    """Whether an attribute of a class is a table of the fields that it adds to records of another class."""
    return name.endswith(TABLES) and isinstance(value, ast.Dict)


def entries(table: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """The entries of a table of fields, as far as their names are texts."""
    if isinstance(table, ast.Dict):
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value


def _stored_in(function: ast.AST) -> Iterator[str]:
    """The attributes that a method stores in its own object."""
    for node in walk(function):
        stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if stored and isinstance(node.value, ast.Name) and node.value.id == "self":  # type: ignore[attr-defined]
            yield node.attr  # type: ignore[attr-defined]


def _attributes(kind: type) -> set[str]:
    found = {name for name in dir(kind) if not name.startswith("__")}
    for base in kind.__mro__:
        found |= set(getattr(base, "__annotations__", {}))
    return {name for name in found if not name.startswith("_")}


def is_frozen(kind: Class) -> bool:
    """Whether a class is a dataclass whose objects never change."""
    for decorator in kind.node.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            value = keyword.value
            if keyword.arg == "frozen" and isinstance(value, ast.Constant) and value.value is True:
                return True
    return False


def set_flag(function: Function) -> ast.Call | None:
    """The call by which a method does nothing but set the flag whose name it is given; else None."""
    body = [s for s in function.node.body if not is_text(s)]
    names = [a.arg for a in function.node.args.args]
    if len(body) != 1 or not isinstance(body[0], ast.Expr) or len(names) != 2:
        return None
    call = body[0].value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    if call.func.id != "setattr" or len(call.args) != 3 or call.keywords:
        return None
    owner, name, value = call.args
    fits = isinstance(owner, ast.Name) and isinstance(name, ast.Name)
    if not fits or (owner.id, name.id) != tuple(names):  # type: ignore[attr-defined]
        return None
    is_flag = isinstance(value, ast.Constant) and isinstance(value.value, bool)
    return call if is_flag else None


def is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a text that stands for itself, as a docstring does."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
