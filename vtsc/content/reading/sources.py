"""The files of a content as syntax trees, with the functions, classes and names that each defines."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from vtsc.base.errors import BadFileError
from vtsc.content.reading.trees import walk

LANGUAGE = "vtsc.language"
"""The one module of the checker that content imports."""
OWN = "__design__"
"""The name of the module for a design in a file of its own; no code can import it."""
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class File:
    """A file to be read: its path, its name in reports, its module, and whether it holds designs."""

    path: Path
    shown: str
    module: str
    designs: bool = False


@dataclass
class Class:
    """A class, with the functions that it defines by name."""

    module: "Module"
    node: ast.ClassDef
    functions: dict[str, "Function"] = field(default_factory=dict)


@dataclass(eq=False)
class Function:
    """A function of a module or of a class; definitions inside of it are a part of it."""

    module: "Module"
    node: Definition
    owner: Class | None = None

    @property
    def name(self) -> str:
        """Its name with its class."""
        return f"{self.owner.node.name}.{self.node.name}" if self.owner else self.node.name

    @cached_property
    def own(self) -> set[str]:
        """Its parameters and variables."""
        return names_bound(self.node)


@dataclass(frozen=True)
class Imported:
    """A name that an import binds: the module it is from, and its name there; empty: the module itself."""

    module: str
    name: str
    node: ast.stmt


@dataclass
class Module:
    """A file that was read."""

    file: File
    tree: ast.Module
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)
    imports: dict[str, Imported] = field(default_factory=dict)
    nodes: list[ast.AST] = field(default_factory=list)
    """Every node of the tree."""
    values: dict[str, ast.expr | None] = field(default_factory=dict)
    """The values that are assigned to names at the top of the module."""

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Those of its nodes that call something."""
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    def refuse(self, node: ast.AST, what: str, instead: str) -> NoReturn:
        """Raise `BadFileError` for ``node``, in one line."""
        raise BadFileError(f"{self.file.shown}:{getattr(node, 'lineno', 1)}: {what}: {instead}")

    def all_functions(self) -> Iterator[Function]:
        """Every function of the module and of its classes, in the order in which they stand there."""
        own = [*self.functions.values()]
        own += [f for c in self.classes.values() for f in c.functions.values()]
        yield from sorted(own, key=lambda f: f.node.lineno)


def read(file: File) -> Module:
    """The module in a file; raises `BadFileError` where it is no Python."""
    try:
        tree = ast.parse(file.path.read_bytes())
    except SyntaxError as error:
        raise BadFileError(f"{file.shown}:{error.lineno or 1}: {error.msg}") from None
    except ValueError as error:  # a null byte
        raise BadFileError(f"{file.shown}:1: {error}") from None
    except (RecursionError, MemoryError):
        raise BadFileError(f"{file.shown}:1: an expression is nested too deep") from None
    module = Module(file, tree, nodes=[*walk(tree)])
    for node in tree.body:
        _note(module, node)
    return module


def _note(module: Module, node: ast.stmt) -> None:
    """Note the definitions in a statement at the top of a module."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        _once(module, node, node.name)
        module.functions[node.name] = Function(module, node)
    elif isinstance(node, ast.ClassDef):
        _once(module, node, node.name)
        module.classes[node.name] = _class(module, node)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for bound, imported in _imported(module, node):
            _once(module, node, bound)
            module.imports[bound] = imported
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            for name in _names(target):
                _once(module, node, name)
                module.values[name] = node.value


def _class(module: Module, node: ast.ClassDef) -> Class:
    found = Class(module, node)
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            if inner.name in found.functions:
                module.refuse(inner, f"{inner.name} is defined twice", "keep one of the two")
            found.functions[inner.name] = Function(module, inner, found)
    return found


def _once(module: Module, node: ast.AST, name: str) -> None:
    known = (module.functions, module.classes, module.imports, module.values)
    if any(name in names for names in known):
        module.refuse(node, f"{name} is defined twice", "give each its own name")


def _names(target: ast.expr) -> Iterator[str]:
    for node in walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _imported(module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Imported]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname is None and "." in alias.name:
                module.refuse(node, f"import {alias.name}", f"from {alias.name} import ...")
            yield alias.asname or alias.name, Imported(alias.name, "", node)
        return
    if node.level:
        module.refuse(node, "an import relative to a package", "write the module's whole name")
    for alias in node.names:
        if alias.name == "*":
            module.refuse(node, "import *", "name what is imported")
        yield alias.asname or alias.name, Imported(node.module or "", alias.name, node)


@dataclass(frozen=True)
class Found:
    """The meaning of a name: one of these, or a name of the language or of a library (``imported``)."""

    function: Function | None = None
    kind: Class | None = None
    value: ast.expr | None = None
    imported: Imported | None = None
    module: Module | None = None


class Sources:
    """All files of a content, by module."""

    def __init__(self, files: Sequence[File]) -> None:
        self.modules = {file.module: read(file) for file in files}
        self.mentioned: dict[type, dict[Function, Sequence[Function]]] = {}
        """The functions that each function mentions, as `kinds.Reach` or a class derived from it tells."""

    def find(self, module: Module, name: str) -> Found | None:
        """The meaning of ``name`` at the top of ``module``; None where it has none there."""
        seen: set[tuple[str, str]] = set()
        while (module.file.module, name) not in seen:
            seen.add((module.file.module, name))
            if name in module.functions:
                return Found(function=module.functions[name])
            if name in module.classes:
                return Found(kind=module.classes[name])
            if name in module.values:
                return Found(value=module.values[name], module=module)
            imported = module.imports.get(name)
            if imported is None:
                return None
            there = self.modules.get(imported.module)
            if not imported.name:
                return Found(imported=imported, module=there)
            submodule = self.modules.get(f"{imported.module}.{imported.name}")
            if submodule is not None:
                return Found(imported=imported, module=submodule)
            if there is None:
                return Found(imported=imported)
            module, name = there, imported.name
        return None

    def ancestors(self, kind: Class) -> Iterator[Class]:
        """A class and those that it is derived from, as far as the content defines them."""
        pending, seen = [kind], set[int]()
        while pending:
            here = pending.pop()
            if id(here.node) in seen:
                continue
            seen.add(id(here.node))
            yield here
            for base in here.node.bases:
                found = self.find(here.module, base.id) if isinstance(base, ast.Name) else None
                if found and found.kind:
                    pending.append(found.kind)

    def derives(self, kind: Class, name: str) -> bool:
        """Whether a class is derived from the language's class of that name."""
        for here in self.ancestors(kind):
            if any(self.language_name(here.module, base) == name for base in here.node.bases):
                return True
        return False

    def language_name(self, module: Module, node: ast.expr) -> str:
        """The name that ``node`` has in the language; empty where it is none of the language's."""
        if not isinstance(node, ast.Name):
            return ""
        found = self.find(module, node.id)
        if found is None or found.imported is None or found.imported.module != LANGUAGE:
            return ""
        return found.imported.name


def names_bound(node: ast.AST) -> set[str]:
    """The parameters and variables of a function, those of what is inside of it included."""
    found = set()
    for inner in walk(node):
        if isinstance(inner, ast.arg):
            found.add(inner.arg)
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            found.add(inner.id)
        elif isinstance(inner, ast.FunctionDef) and inner is not node:
            found.add(inner.name)
    return found
