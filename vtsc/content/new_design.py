"""Makes the text of a file with a design of its own: a copy of a design of the model, ready to be edited.

The copy is derived from the same class as its origin. It has the origin's own functions, and those that the
origin inherits from other designs, so that each line can be edited where it stands. An inherited function
that calls its parent's by `super()` would mean another one here, so it stays inherited.
"""

import ast
import builtins
import inspect
import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError, UsageError
from vtsc.content.content import Content, known
from vtsc.content.import_lines import Import, import_lines
from vtsc.content.reading.sources import OWN, File, Module, read
from vtsc.language.definitions import NAME

HEAD = '''\
"""{name}: {origin}, with changes of its own.

Change the functions below as your patch does, save, and ask what became of a property, once or again at
each save. `vtsc list` names the hosts and the properties; docs/language.md says what may be written here.

    vtsc verify --design {file} --host NAME -p PROPERTY
    vtsc watch {file} --host NAME -p PROPERTY
"""
'''
FIELDS = """\
    # Fields of its own, as {"note": counter("its unit", "its meaning")}; there are word, flag and index, too.
    # Import these from vtsc.language. A function that uses such a field takes its owner as Any, for mypy.
"""
INHERITED = """\
    # {origin} inherits {what} from {parent}, in {place}.
"""
NOT_COPIED = """\
    # There is no copy of that here, since super() would mean another class.
"""
PLAIN = re.compile(r"[\w./+-]+", re.ASCII)
"""Names of files that may stand in a docstring and on a command line as they are."""


def file_of(name: str) -> str:
    """The usual name of the file for a design of that name."""
    return re.sub(r"\W", "_", name) + ".py"


def check_new(content: Content, name: str) -> None:
    """Raise `UsageError` where a new design cannot have that name."""
    if not NAME.fullmatch(name):
        accepted = "letters, digits and . _ + - are accepted, such as my-patch"
        raise UsageError(f"NAME {name}: {accepted}")
    if name in content.model.designs:
        raise UsageError(f"NAME {name}: there is a design {name} already; choose another name")


def new_design(content: Content, name: str, origin: str, file: str) -> str:
    """The text of ``file`` with a design ``name`` that does what ``origin`` does.

    Raises `UsageError` for names that cannot be used, and `BadFileError` where the model takes no such files.
    """
    if content.model.design is None or content.model.including is None:
        raise BadFileError("new: this model takes no designs from files")
    check_new(content, name)
    known("design", origin, content.model.designs)
    layers = [*_layers(content, origin)]
    return _Copy(content, layers, name, origin).text(file)


@dataclass
class _Layer:
    """A class that the origin is, or is derived from, with the module in which it stands."""

    kind: type
    module: Module
    shown: str

    @property
    def node(self) -> ast.ClassDef:
        """The class's definition."""
        return self.module.classes[self.kind.__name__].node

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file."""
        return self.module.file.path.read_text(encoding="utf-8").splitlines()

    def text(self, node: ast.stmt, after: int) -> str:
        """A statement with the comments between it and line ``after``."""
        first = _first(node) - 1
        while first > after and self.lines[first - 1].lstrip().startswith("#"):
            first -= 1
        return "\n".join(self.lines[first : node.end_lineno]) + "\n"

    def source(self, name: str) -> Import:
        """The import of what the module calls ``name``."""
        found = self.module.imports.get(name)
        if found is None:
            return Import(self.module.file.module, name, name)
        return Import(found.module, found.name, name)

    def defines(self, name: str) -> bool:
        """Whether a name has a meaning at the top of the module."""
        module = self.module
        known = (module.imports, module.functions, module.classes, module.values)
        return any(name in names for names in known)


def _first(node: ast.stmt) -> int:
    """The line in which a statement begins, its decorators included."""
    decorators: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    return min([node.lineno, *(d.lineno for d in decorators)])


def _layers(content: Content, origin: str) -> Iterator[_Layer]:
    """The class of a design, then those that it is derived from, but for the base of all designs."""
    base: Any = content.model.design
    above = class_of(content, origin).mro()
    for each in above[: above.index(base)]:
        path = Path(inspect.getsourcefile(each) or "")
        shown = content.relative(str(path))
        module = read(File(path, shown, each.__module__, True))
        yield _Layer(each, module, shown)


def class_of(content: Content, design: str) -> type[Any]:
    """The class of a design of the model, which takes designs from files."""
    base = content.model.design
    assert base is not None
    return next(k for k in _derived(base) if vars(k).get("name") == design)


def _derived(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        if not each.__module__.startswith(OWN):
            yield each
            yield from _derived(each)


class _Copy:
    """A copy that is being made: the names that it binds, and what it needs above its class."""

    def __init__(self, content: Content, layers: Sequence[_Layer], name: str, origin: str) -> None:
        self._content = content
        self._layers = layers
        self._name = name
        self._origin = origin
        self._bound: dict[str, Import | None] = {}
        """The imported names; None for those that the file defines itself."""
        self._above: dict[str, str] = {}
        """The definitions above the class, by name."""

    def text(self, file: str) -> str:
        """The whole file."""
        first, *others = self._layers
        body = self._members(first)
        bases = [ast.unparse(base) for base in first.node.bases]
        self._need(first, [*first.node.bases])
        done = {x.name for x in first.node.body if isinstance(x, ast.FunctionDef)}
        for layer in others:
            body += self._inherited(layer, done)
        kind = self._kind(first)
        body = re.sub(rf"\b{re.escape(first.kind.__name__)}\b", kind, body)
        head = f'class {kind}({", ".join(bases)}):\n    """{self._title}."""\n\n'
        shown = Path(file).name if PLAIN.fullmatch(Path(file).name) else "FILE"
        parts = [
            HEAD.format(name=self._name, origin=self._origin, file=shown),
            import_lines(x for x in self._bound.values() if x is not None),
            "\n".join(self._above.values()),
        ]
        return "\n".join(part for part in parts if part) + f"\n\n{head}{body}"

    @property
    def _title(self) -> str:
        return f"{self._origin}, with changes of its own"

    def _members(self, layer: _Layer) -> str:
        """The members of the origin's own class, its name and title replaced, tables of fields first."""
        tables: dict[str, str] = {}
        texts: list[str] = []
        functions: list[str] = []
        after = layer.node.body[0].end_lineno or 0
        for node in layer.node.body[1:]:
            text, target = layer.text(node, after), _target(node)
            after = node.end_lineno or after
            self._need(layer, [node])
            if target.endswith("_fields"):
                tables[target] = text
            elif isinstance(node, ast.FunctionDef):
                functions.append(text)
            elif target not in ("name", "title"):
                texts.append(text)
        names = [name for name in dir(self._content.model.design) if name.endswith("_fields")]
        table = "".join(tables.get(name, f"    {name} = {{}}\n") for name in names)
        own = f'    name = "{self._name}"\n    title = "{self._title}"\n'
        return own + (FIELDS + table if names else "") + "".join(texts) + _spaced(functions)

    def _inherited(self, layer: _Layer, done: set[str]) -> str:
        """The functions that the origin inherits from a class, as far as they can be copied."""
        texts, kept = list[str](), list[str]()
        for node in layer.node.body:
            if not isinstance(node, ast.FunctionDef) or node.name in done:
                continue
            done.add(node.name)
            if _calls_parent(node) or not self._agrees(layer, [node]):
                kept.append(node.name)
                continue
            self._need(layer, [node])
            texts.append(layer.text(node, _first(node)))
        if texts:
            texts.insert(0, self._note(layer, "what follows"))
        if kept:
            texts.insert(0, self._note(layer, ", ".join(kept)) + NOT_COPIED)
        return _spaced(texts)

    def _note(self, layer: _Layer, what: str) -> str:
        parent = vars(layer.kind).get("name", layer.kind.__name__)
        return INHERITED.format(origin=self._origin, what=what, parent=parent, place=layer.shown)

    # the names that a part of the copy uses

    def _agrees(self, layer: _Layer, nodes: Iterable[ast.AST]) -> bool:
        """Whether the names of a part mean in the copy what they mean in its own module."""
        used = [name for name in _used(nodes) if layer.defines(name)]
        return all(self._bound.get(n, layer.source(n)) == layer.source(n) for n in used)

    def _need(self, layer: _Layer, nodes: Iterable[ast.AST]) -> None:
        """Bind the names that a part of the copy uses, as its own module does."""
        for name in _used(nodes):
            if name in self._bound or not layer.defines(name):
                continue
            is_own = layer is self._layers[0] and name != layer.kind.__name__
            if is_own and name not in layer.module.imports:
                self._define(layer, name)
            elif name != self._layers[0].kind.__name__:
                self._bound[name] = layer.source(name)

    def _define(self, layer: _Layer, name: str) -> None:
        """Copy a definition of the origin's module, with its docstring."""
        self._bound[name] = None
        body = layer.module.tree.body
        at = next(i for i, node in enumerate(body) if name in _defined(node))
        self._need(layer, [body[at]])
        text = layer.text(body[at], 0)
        rest = body[at + 1] if at + 1 < len(body) else None
        if isinstance(rest, ast.Expr) and isinstance(rest.value, ast.Constant):
            text += layer.text(rest, rest.lineno)
        self._bound |= dict.fromkeys(_defined(body[at]))
        self._above[name] = text

    def _kind(self, first: _Layer) -> str:
        """The name of the class."""
        words = re.split(r"[\W_]+", self._name)
        name = "".join(word[:1].upper() + word[1:] for word in words)
        taken = {*self._bound, *dir(builtins), first.kind.__name__}
        clash = name in taken or keyword.iskeyword(name) or not name.isidentifier()
        return f"Design{name}" if clash else name


def _target(node: ast.stmt) -> str:
    """The attribute that a statement in a class assigns; empty for none."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return next((x.id for x in targets if isinstance(x, ast.Name)), "")


def _defined(node: ast.stmt) -> set[str]:
    """The names that a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets: list[ast.AST] = []
    if isinstance(node, ast.Assign):
        targets = [*node.targets]
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return {x.id for t in targets for x in ast.walk(t) if isinstance(x, ast.Name)}


def _used(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names that occur in some parts."""
    for part in nodes:
        yield from (x.id for x in ast.walk(part) if isinstance(x, ast.Name))


def _calls_parent(node: ast.AST) -> bool:
    return "super" in _used([node])


def _spaced(texts: Sequence[str]) -> str:
    return "".join(f"\n{text}" for text in texts)
