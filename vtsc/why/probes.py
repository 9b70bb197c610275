"""Runs rules with probes at their conditions: what each saw, and, where it is asked, the other way taken.

A rule's code is compiled anew from its source, with a call at each condition and at each field that is read.
The functions themselves stay the same objects, and have their own code back afterwards.
"""

import ast
import builtins
import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.util import decode_source
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from vtsc.base.lines import text_of
from vtsc.content.turns import Content, Rewritten
from vtsc.language.state import Record

TEST, BEGIN, READ, SEEN, VALUE = (
    f"__probed_{name}__" for name in ("test", "begin", "read", "seen", "value")
)

SITES = "__probed_sites__"
"""The name to which a file with probes assigns what is known of its conditions."""


@dataclass(frozen=True)
class Site:
    """A condition in a source file: the line at which it begins, and its text on one line."""

    file: str
    line: int
    text: str


@dataclass
class Asked:
    """A condition as it was evaluated: the values of its parts, and the fields that were read for it."""

    site: Site
    step: int
    """From 1; 0 is initialisation."""
    value: bool = False
    parts: dict[str, Any] = field(default_factory=dict)
    """The value of each part of the condition that was evaluated, by the part's text."""
    reads: list[tuple[int, str]] = field(default_factory=list)
    """The fields that were read: the record's identity and the field's name."""

    @property
    def chosen(self) -> bool:
        """Whether only texts were compared, which parameters have and states have not."""
        return bool(self.parts) and all(isinstance(v, str) for v in self.parts.values())


@dataclass
class Probe:
    """What conditions saw in a run, in order; those of the numbers ``flips`` take the other way."""

    flips: frozenset[int] = frozenset()
    step: int = 0
    asked: list[Asked] = field(default_factory=list)
    reads: list[tuple[int, int, str]] = field(default_factory=list)
    """Every field that was read: the step, the record's identity and the field's name."""
    values: list[tuple[int, str, int, Any]] = field(default_factory=list)
    """Every value that was assigned: the step, the file, the line and the value."""
    stores: list[tuple[int, str]] = field(default_factory=list)
    """The step and the name of every attribute that was assigned."""
    _open: list[Asked] = field(default_factory=list)

    def mark(self) -> tuple[int, int, int, int]:
        """How far it is, for `back`."""
        return len(self.asked), len(self.reads), len(self.values), len(self.stores)

    def back(self, mark: tuple[int, int, int, int]) -> None:
        """Forget what came after a mark."""
        asked, reads, values, stores = mark
        del self.asked[asked:], self.reads[reads:], self.values[values:], self._open[:]
        del self.stores[stores:]

    def begin(self, site: Site) -> None:
        """A condition is about to be evaluated."""
        self._open.append(Asked(site, self.step))

    def test(self, _begun: None, value: Any) -> bool:
        """A condition has been evaluated; returns the way to take."""
        asked = self._open.pop()
        asked.value = bool(value)
        self.asked.append(asked)
        if self._open:
            self._open[-1].reads += asked.reads
        return asked.value != (len(self.asked) - 1 in self.flips)

    def read(self, thing: Any, name: str) -> Any:
        """A field, or another attribute, is read."""
        if isinstance(thing, Record) and name in thing.fields:
            self.reads.append((self.step, id(thing), name))
            if self._open:
                self._open[-1].reads.append((id(thing), name))
        return getattr(thing, name)

    def value(self, file: str, line: int, attributes: tuple[str, ...], value: Any) -> Any:
        """A value is about to be assigned, to attributes of these names and whatever else."""
        self.values.append((self.step, file, line, value))
        self.stores += [(self.step, name) for name in attributes]
        return value

    def seen(self, text: str, value: Any) -> Any:
        """A part of a condition has a value."""
        if self._open:
            self._open[-1].parts[text] = value
        return value


class _Probing(ast.NodeTransformer):
    """Puts calls of the probes into a module."""

    def __init__(self, file: str, source: str) -> None:
        self.file = file
        self._lines = [line.encode() for line in source.split("\n")]
        self.sites: list[Site] = []

    def visit_If(self, node: ast.If) -> ast.AST:
        self._ask(node)
        node.body = [self.visit(each) for each in node.body]
        node.orelse = [self.visit(each) for each in node.orelse]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self._ask(node)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def _ask(self, node: Any) -> None:
        test: ast.expr = node.test
        site = Site(self.file, test.lineno, self._text(test))
        self.sites.append(site)
        index = ast.Constant(len(self.sites) - 1)
        shown = self.visit(_Parts().visit(test))
        begin = _call(BEGIN, ast.Constant(self.file), index)
        node.test = _call(TEST, begin, shown)

    def _text(self, node: ast.expr) -> str:
        """The text of an expression, on one line; Python counts its columns in bytes."""
        assert node.end_lineno is not None
        rows = self._lines[node.lineno - 1 : node.end_lineno]
        rows[-1] = rows[-1][: node.end_col_offset]
        rows[0] = rows[0][node.col_offset :]
        return " ".join(b" ".join(rows).decode().split())

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.value = self.visit(node.value)
        if isinstance(node.ctx, ast.Load):
            return ast.copy_location(_call(READ, node.value, ast.Constant(node.attr)), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A method that is called is no field: only what it is called on, and its arguments, are read."""
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)
        node.args = [self.visit(each) for each in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        node.targets = [self.visit(each) for each in node.targets]
        node.value = self._assigned(node, node.targets)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        node.value = self._assigned(node, [node.target])
        return node

    def _assigned(self, node: Any, targets: Sequence[ast.AST]) -> ast.expr:
        """The value of an assignment, with a probe."""
        parts = [part for target in targets for part in ast.walk(target)]
        stored = [p for p in parts if isinstance(p, ast.Attribute) and isinstance(p.ctx, ast.Store)]
        names = ast.Tuple([ast.Constant(p.attr) for p in stored], ast.Load())
        where = ast.Constant(self.file), ast.Constant(node.lineno)
        return _call(VALUE, *where, names, self.visit(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.value = None if node.value is None else self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Annotations, defaults and decorators are left alone: they run when the module is loaded."""
        node.body = [self.visit(each) for each in node.body]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [
            self.visit(each) if isinstance(each, ast.FunctionDef) else each for each in node.body
        ]
        return node


class _Parts(ast.NodeTransformer):
    """Notes the values of the parts of a condition that are not themselves composed."""

    def _part(self, node: Any) -> ast.AST:
        return ast.copy_location(_call(SEEN, ast.Constant(ast.unparse(node)), node), node)

    visit_Attribute = visit_Name = visit_Call = visit_Subscript = _part


def _call(name: str, *args: Any) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


class _Copies(Rewritten):
    """Gets the code of a file with probes, of which a compiled copy is kept beside that of its module."""

    maker = Path(__file__)

    def rewritten(self, text: bytes, path: str) -> CodeType:
        """The code of a text with probes."""
        return _compiled(path, decode_source(text))


def _compiled(file: str, source: str) -> CodeType:
    """The code of a file with probes; one of its constants has the lines and texts of its conditions."""
    probing = _Probing(file, source)
    tree = probing.visit(ast.parse(source))
    noted: Any = (SITES, *((site.line, site.text) for site in probing.sites))
    tree.body.append(ast.Assign([ast.Name(SITES, ast.Store())], ast.Constant(noted)))
    code: CodeType = compile(ast.fix_missing_locations(tree), file, "exec", dont_inherit=True)
    return code


@cache
def _probed(file: str, source: str) -> tuple[tuple[Site, ...], dict[tuple[str, int], CodeType]]:
    """The conditions of a file, and the code of each of its functions with probes, by name and line."""
    code = _copy(file, source) or _compiled(file, source)
    tuples = (each for each in code.co_consts if isinstance(each, tuple))
    noted = next(each[1:] for each in tuples if each[:1] == (SITES,))
    sites = tuple(Site(file, line, text) for line, text in noted)
    found: dict[tuple[str, int], CodeType] = {}
    rest = [code]
    while rest:
        code = rest.pop()
        found[code.co_qualname, code.co_firstlineno] = code
        rest += [each for each in code.co_consts if isinstance(each, CodeType)]
    return sites, found


def _copy(file: str, source: str) -> CodeType | None:
    """The compiled copy of a file that still has this source; None where it can have none."""
    copies = _loaders().get(file)
    try:
        same = copies is not None and decode_source(Path(file).read_bytes()) == source
        return copies.get_code(copies.name) if copies is not None and same else None
    except OSError:
        return None


@cache
def _loaders() -> dict[str, _Copies]:
    """What gets the code of each file of the content that was loaded, with compiled copies of their own."""
    specs = [getattr(module, "__spec__", None) for module in [*sys.modules.values()]]
    ours = [s for s in specs if s is not None and isinstance(s.loader, Content) and s.origin]
    return {spec.origin: _Copies(spec.name, spec.origin) for spec in ours}


def functions(wanted: Callable[[str], bool]) -> list[FunctionType]:
    """Every function there is whose code is in a file that ``wanted`` accepts."""
    found = [f for f in gc.get_objects() if type(f) is FunctionType]
    kept = cache(wanted)
    return [f for f in found if kept(f.__code__.co_filename)]


def prepare(wanted: Callable[[str], bool]) -> None:
    """Compile the code with probes of every such function, for all processes that are forked later."""
    for file in {function.__code__.co_filename for function in functions(wanted)}:
        _probed(file, "".join(text_of(file)))


@contextmanager
def probed(rules: Iterable[FunctionType]) -> Iterator[Callable[[Probe], None]]:
    """Within it, the functions have probes, which report to the one that was given last."""
    own: list[tuple[FunctionType, CodeType]] = []
    sites: dict[str, tuple[Site, ...]] = {}
    current = Probe()

    def use(probe: Probe) -> None:
        nonlocal current
        current = probe

    names: dict[str, Any] = {
        BEGIN: lambda file, number: current.begin(sites[file][number]),
        TEST: lambda begun, value: current.test(begun, value),
        READ: lambda thing, name: current.read(thing, name),
        SEEN: lambda text, value: current.seen(text, value),
        VALUE: lambda file, line, names, value: current.value(file, line, names, value),
    }
    try:
        for function in rules:
            code = function.__code__
            file = code.co_filename
            sites[file], codes = _probed(file, "".join(text_of(file)))
            new = codes.get((code.co_qualname, code.co_firstlineno))
            if new is not None and new.co_freevars == code.co_freevars:
                own.append((function, code))
                function.__code__ = new
        vars(builtins).update(names)
        yield use
    finally:
        for function, code in own:
            function.__code__ = code
        for name in names:
            vars(builtins).pop(name, None)
