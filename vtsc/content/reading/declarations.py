"""Checks declarations: they use no files, time or chance, and do not change what a module holds."""

import ast
from collections.abc import Iterator, Mapping
from keyword import iskeyword

from vtsc.content.reading.advice import BUILTINS, NEVER
from vtsc.content.reading.kinds import Kind, guards_and_effects
from vtsc.content.reading.names import (
    DECLARATORS,
    Names,
    assigned,
    is_iterator,
    is_table_of_fields,
    meant,
)
from vtsc.content.reading.sources import LANGUAGE, Class, Definition, Function, Module, names_bound
from vtsc.content.reading.trees import children

LIBRARIES = (
    "__future__", "abc", "collections", "collections.abc", "dataclasses", "difflib", "enum", "fractions",
    "functools", "inspect", "itertools", "math", "operator", "re", "string", "textwrap", "typing",
)  # fmt: skip
"""The modules of the library that content may import: they compute, and do nothing else."""
HOOKS = ("__init__", "__init_subclass__", "__post_init__")
"""The special methods that a class may define."""
DUNDERS = (
    *HOOKS,
    "__name__",
    "__qualname__",
    "__doc__",
    "__base__",
    "__mro__",
    "__class__",
    "__all__",
)
CHANGES = (
    "append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "remove", "discard",
    "clear", "sort", "reverse",
)  # fmt: skip
"""Methods that change what they are called on."""


def check_module(names: Names, module: Module, kinds: Mapping[Function, Kind]) -> None:
    """Raise `BadFileError` where code of a module, or a declaration in it, does what it may not do."""
    _check_imports(names, module)
    for kind in module.classes.values():
        _check_class(names, module, kind)
    _check_actions(names, module)
    steps = {f.node for f in module.all_functions() if kinds[f] is not Kind.DECLARATION}
    steps |= {f.node for f in module.all_functions() if names.is_setter(f)}
    _check_code(module, module.tree, steps, set(), at_top=True)
    for node in module.nodes:
        for target in _changed(node):
            if isinstance(target, ast.Attribute) and target.attr in names.shared:
                what = f".{target.attr} of a class is changed after it was made"
                module.refuse(node, what, "what a class holds stays as it is")
        if isinstance(node, ast.Assign | ast.AnnAssign) and is_iterator(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) for target in targets):
                module.refuse(node, "an iterator that is kept", "make it a tuple, as in tuple(...)")


def _check_imports(names: Names, module: Module) -> None:
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                _check_import(names, module, node, alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                _check_import(names, module, node, node.module or "", alias.name)


def _check_import(names: Names, module: Module, node: ast.AST, source: str, name: str) -> None:
    there = names.sources.modules.get(source)
    if there is not None:
        known = f"{source}.{name}" in names.sources.modules
        if name and not known and names.sources.find(there, name) is None:
            have = [*there.functions, *there.classes, *there.values, *there.imports]
            instead = meant(name, have, "see what that file defines")
            module.refuse(node, f"{source} has no {name}", instead)
        return
    if source == LANGUAGE:
        _check_word(module, node, name)
    elif source.partition(".")[0] == "vtsc":
        module.refuse(node, f"import of {source}", f"content imports {LANGUAGE} alone")
    elif source not in LIBRARIES:
        instead = "inputs are what is free in a step; files, clocks and chance are none of it"
        module.refuse(node, f"import of {source}", instead)


def _check_word(module: Module, node: ast.AST, name: str) -> None:
    import vtsc.language

    if name not in vtsc.language.__all__:
        instead = meant(name, vtsc.language.__all__, "see docs/language.md")
        module.refuse(node, f"{LANGUAGE} has no {name}", instead)


def _check_class(names: Names, module: Module, kind: Class) -> None:
    node = kind.node
    for keyword in node.keywords:
        module.refuse(node, f"a class with {keyword.arg}", "leave it out")
    for decorator in node.decorator_list:
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not isinstance(name, ast.Name) or name.id != "dataclass":
            module.refuse(decorator, "a decorator of a class", "dataclass is the only one")
    for function in kind.functions.values():
        special = function.node.name
        if special.startswith("__") and special not in HOOKS:
            module.refuse(function.node, special, "write a method with a name of its own")
    is_record = names.sources.derives(kind, "Record")
    for statement in node.body:
        for name_, value in assigned(statement):
            if name_.startswith("__"):
                module.refuse(statement, name_, "leave it out")
            if is_table_of_fields(name_, value):
                _check_table(names, module, value)
            if is_record and value is not None and not names.declarator(module, value):
                instead = f"declare it with {', '.join(f'{d}(...)' for d in DECLARATORS)}"
                module.refuse(statement, f"{name_} of a record is no field", instead)


def _check_table(names: Names, module: Module, table: ast.expr | None) -> None:
    """Check that a table declares each field in its place, under a name that nothing else has."""
    declare = f"declare it with {', '.join(f'{d}(...)' for d in DECLARATORS)}"
    seen: set[str] = set()
    assert isinstance(table, ast.Dict)
    for key, value in zip(table.keys, table.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) else None
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            module.refuse(
                key or value, "this is no name of a field", 'write {"name": counter(...)}'
            )
        if name.startswith("_") or name in names.declared_alone or name in seen:
            module.refuse(
                key or value, f"the name {name} means something already", "choose another"
            )
        if not names.declarator(module, value):
            module.refuse(value, f"{name} is no field", declare)
        seen.add(name)


def _check_actions(names: Names, module: Module) -> None:
    """Check that actions are given functions by their names, whose code is then read as that of a step."""
    for node in guards_and_effects(names.sources, module):
        inner = node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            found = names.sources.find(module, node.func.id)
            if found and found.imported and found.imported.name == "partial":
                inner = node.args[0]
        method = isinstance(inner, ast.Attribute) and inner.attr in names.methods
        found = names.sources.find(module, inner.id) if isinstance(inner, ast.Name) else None
        if not method and not (found and found.function):
            module.refuse(node, "what an action does", "name a method, or partial(method, ...)")


def _check_code(
    module: Module, node: ast.AST, steps: set[Definition], own: set[str], at_top: bool
) -> None:
    """Check everything but the functions of a step, which are read by themselves."""
    for child in children(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for outside in (*child.decorator_list, child.args):
                _check_code(module, outside, steps, own, at_top)
            if child not in steps:
                inner = own | names_bound(child)
                for statement in child.body:
                    _check_node(module, statement, inner, False)
                    _check_code(module, statement, steps, inner, False)
            continue
        _check_node(module, child, own, at_top)
        _check_code(module, child, steps, own, at_top)


def _check_node(module: Module, node: ast.AST, own: set[str], at_top: bool) -> None:
    if isinstance(node, ast.Global | ast.Nonlocal):
        module.refuse(node, "`global` and `nonlocal`", "return what is worked out")
    read = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    if read and node.id in NEVER and node.id not in own:  # type: ignore[attr-defined]
        module.refuse(node, f"`{node.id}`", BUILTINS[node.id])  # type: ignore[attr-defined]
    special = isinstance(node, ast.Attribute) and node.attr.startswith("__")
    if special and node.attr not in DUNDERS:  # type: ignore[attr-defined]
        module.refuse(node, f".{node.attr}", "use what the class itself defines")  # type: ignore[attr-defined]
    for target in _changed(node):
        root = target
        while isinstance(root, ast.Attribute | ast.Subscript | ast.Call):
            root = root.func if isinstance(root, ast.Call) else root.value
        if isinstance(root, ast.Name) and root.id not in own:
            mine = at_top and root.id in module.values
            if not mine:
                what = f"{root.id} is changed after it was made"
                module.refuse(node, what, "what a module holds stays as it is")


def _changed(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that a node stores into, or calls a changing method on."""
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        yield node.value
    func = node.func if isinstance(node, ast.Call) else None
    if isinstance(func, ast.Attribute) and func.attr in CHANGES:
        yield func.value
