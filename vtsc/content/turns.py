"""Gives loops a second form, whose turns are explored one by one: the paths of a turn are merged at its end.

Python cannot go back into a loop. So when a design's file is loaded, each loop of its functions gets a second
form beside the one that is written there: its body becomes a function inside of the same function, whose
variables it shares, and `each` calls it. That form is taken while `merging`, hence never in a plain run,
with which validation compares it. Where a `break` or a `return` may leave a loop, its turns are not merged.
"""

import ast
import copy
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import source_hash
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from vtsc.language.words import each, merging

DESIGNS = ("model/designs/", "model/designs.py")
"""The places of designs, below a root."""
MERGING, EACH, ITEM = "__merging__", "__each__", "__item__"
"""The names under which a design's module finds `merging` and `each`, and a turn its item."""
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
KEPT = (
    *SCOPES, ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal, ast.Delete,
    ast.NamedExpr,
)  # fmt: skip
"""Constructs with which a loop's body cannot become a function of its own."""

CHECKED = 3
"""The flags of a compiled copy that has a digest, which is compared each time."""


def turned(tree: ast.Module) -> ast.Module:
    """The module with a second form of each loop that can have one."""
    for node in [*ast.walk(tree)]:
        if isinstance(node, ast.FunctionDef):
            first = node.args.args[0].arg if node.args.args else ""
            node.body = _Turns(first).all(node.body)
    return ast.fix_missing_locations(tree)


class _Turns(ast.NodeTransformer):
    """Rewrites the loops of one function, whose first parameter is called ``first``."""

    def __init__(self, first: str) -> None:
        self._first = first

    def all(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Statements, rewritten."""
        return [self.visit(statement) for statement in body]

    def _leave(self, node: ast.AST) -> ast.AST:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _leave

    def visit_For(self, node: ast.For) -> ast.stmt:
        """A loop in both forms, or as it is."""
        written = copy.deepcopy(node)
        node.body = self.all(node.body)
        if not _is_separable(written):
            return node
        name = f"__turn_{node.lineno}_{node.col_offset}__"
        own = sorted(set(_stored([node.target, *written.body])))
        item = ast.Assign([node.target], ast.Name(ITEM, ast.Load()))
        body = [_Ends(self._first).visit(statement) for statement in node.body]
        parameters = ast.arguments([], [ast.arg(ITEM)], None, [], [], None, [])
        turn = ast.FunctionDef(name, parameters, [ast.Nonlocal(own), item, *body], [], None)
        if sys.version_info >= (3, 12):
            turn.type_params = []
        run = ast.Expr(_call(EACH, node.iter, ast.Name(name, ast.Load())))
        both = ast.If(_call(MERGING), [turn, run], [written])
        for new in (both, both.test, turn, turn.body[0], item, run):
            ast.copy_location(new, node)
        return both


class _Ends(ast.NodeTransformer):
    """Makes a loop's body that of a function: `continue` returns from it, and super() gets its arguments."""

    def __init__(self, first: str) -> None:
        self._first = first
        self._inside = 0

    def _loop(self, node: ast.AST) -> ast.AST:
        self._inside += 1
        try:
            return self.generic_visit(node)
        finally:
            self._inside -= 1

    visit_For = visit_While = visit_FunctionDef = _loop

    def visit_Continue(self, node: ast.Continue) -> ast.stmt:
        """Replace a `continue` of this loop by the end of the turn."""
        return node if self._inside else ast.copy_location(ast.Return(), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Give super() the arguments that it has in the function that contains the loop."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            node.args = [ast.Name("__class__", ast.Load()), ast.Name(self._first, ast.Load())]
        return node


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [*arguments], [])


def _is_separable(loop: ast.For) -> bool:
    """Whether nothing in a loop leaves it, and its body can be a function."""
    kept = any(isinstance(node, KEPT) for statement in loop.body for node in ast.walk(statement))
    return not loop.orelse and not kept and not any(_breaks(loop.body))


def _breaks(body: Sequence[ast.AST]) -> Iterator[ast.Break]:
    """The statements that leave the loop with this body, and no loop inside of it."""
    for node in body:
        if isinstance(node, ast.Break):
            yield node
        elif isinstance(node, ast.For | ast.While):
            yield from _breaks(node.orelse)
        else:
            yield from _breaks([*ast.iter_child_nodes(node)])


def _stored(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The variables that are stored into; those of a comprehension are its own."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif not isinstance(node, COMPREHENSIONS):
            yield from _stored([*ast.iter_child_nodes(node)])


def compiled(text: bytes, path: str) -> CodeType:
    """The code of a design's file, its loops in both forms."""
    tree = ast.parse(text, path)
    if any(isinstance(node, ast.For) for node in ast.walk(tree)):
        tree = turned(tree)
    code: CodeType = compile(tree, path, "exec", dont_inherit=True)
    return code


def supplied() -> dict[str, Any]:
    """The values of the names that such code uses, for its module."""
    return {MERGING: merging, EACH: each}


class Content(SourceFileLoader):
    """Loads a file of the content; a compiled copy counts if it was made of the same text.

    Python by itself stamps a copy with the text's size and time, in seconds. Two texts may have both in
    common, for example where a tool gives all files one time. So a copy has the text's digest as its stamp,
    in the form that Python has for this (PEP 552), and a copy that has the other stamp never counts.
    """

    _text = b""

    def path_stats(self, path: Any) -> dict[str, int]:
        """A time and a size that no copy is stamped with."""
        return {"mtime": 0, "size": -1}

    def source_to_code(self, data: Any, path: Any) -> CodeType:  # type: ignore[override]
        """The code of a text, which is kept for the stamp."""
        self._text = bytes(data)
        return super().source_to_code(data, path)

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Write a compiled copy, with the digest of the text in its header of 16 bytes."""
        header = data[:4] + CHECKED.to_bytes(4, "little") + source_hash(self._text)
        super().set_data(path, header + data[16:], _mode=_mode)


class Rewritten(Content):
    """Loads a file whose code is made in another way than Python's, by `rewritten` of a file of the checker.

    Copies are called after the digest of that file, so plain Python uses none of them.
    """

    maker = Path(__file__)
    """The file that makes the code."""

    def rewritten(self, text: bytes, path: str) -> CodeType:
        """The code of a text: its loops have both forms."""
        return compiled(text, path)

    def source_to_code(self, data: Any, path: Any) -> CodeType:  # type: ignore[override]
        """The code of a text, which is kept for the stamp."""
        self._text = bytes(data)
        return self.rewritten(self._text, path)

    def get_data(self, path: str) -> bytes:
        """The bytes of the file, or of its compiled copy."""
        return super().get_data(_copy_by(self.maker, path))

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Write a compiled copy."""
        super().set_data(_copy_by(self.maker, path), data, _mode=_mode)


class Loader(Rewritten):
    """Loads a design's file with its loops in both forms."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the file, with the names that its loops use."""
        vars(module).update(supplied())
        super().exec_module(module)


def _copy_by(maker: Path, path: str) -> str:
    """The path of a compiled copy that a file of the checker makes; any other path stays."""
    start, dot, end = path.rpartition(".pyc")
    return f"{start}.{_digest(maker)}{dot}" if dot and not end else path


@cache
def _digest(maker: Path) -> str:
    """The digest of a file that makes code."""
    return source_hash(maker.read_bytes()).hex()


class Finder(MetaPathFinder):
    """Finds the files of some packages below a root."""

    def __init__(self, root: Path, packages: Sequence[str]) -> None:
        self.root, self._packages = root, packages

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module of that name, if it is below the root."""
        if name.partition(".")[0] not in self._packages:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        file = Path(spec.origin)
        if not file.is_relative_to(self.root):
            return None
        is_design = file.relative_to(self.root).as_posix().startswith(DESIGNS)
        spec.loader = (Loader if is_design else Content)(name, spec.origin)
        return spec


def load_texts(root: Path, packages: Sequence[str]) -> None:
    """From now on, load packages below a root by their texts, and designs with their loops in both forms."""
    known: list[Any] = sys.meta_path
    if not any(isinstance(finder, Finder) and finder.root == root for finder in known):
        sys.meta_path.insert(0, Finder(root, packages))
