"""Small changes of a design's text: statements left out, and the usual repairs of a condition or an order.

A change keeps all other text as it is. Only the functions of the file's class are changed.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]
"""The first byte of a piece of text, and the first after it."""


@dataclass(frozen=True)
class Edit:
    """A changed text: the line of the change (from 1), the function, the old piece and the new one."""

    line: int
    function: str
    kind: str
    old: str
    new: str
    source: str


class Text:
    """A source text, its class and the functions of that, addressed the way syntax trees do."""

    def __init__(self, source: str) -> None:
        self._bytes = source.encode()
        self._starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        classes = [n for n in ast.parse(source).body if isinstance(n, ast.ClassDef)]
        self.functions = [
            f
            for c in classes
            for f in c.body
            if isinstance(f, ast.FunctionDef) and f.name[0] != "_"
        ]

    def span(self, node: ast.AST) -> Span:
        """The place of a statement or an expression."""
        at: ast.stmt = node  # type: ignore[assignment]
        start = self._starts[at.lineno - 1] + at.col_offset
        return start, self._starts[(at.end_lineno or 0) - 1] + (at.end_col_offset or 0)

    def piece(self, node: ast.AST) -> str:
        """The text of a statement or an expression."""
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def edited(self, changes: Sequence[tuple[Span, str]]) -> str:
        """The whole text with some pieces replaced."""
        text = self._bytes
        for (start, end), new in sorted(changes, reverse=True):
            text = text[:start] + new.encode() + text[end:]
        return text.decode()


def renamed(source: str, name: str) -> str:
    """The text with another name of its design; the text as it is where no class of it has a name."""
    text = Text(source)
    for kind in ast.walk(ast.parse(source)):
        for node in kind.body if isinstance(kind, ast.ClassDef) else ():
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(
                node.value, ast.Constant
            ):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and target.id == "name":
                    return text.edited([(text.span(node.value), repr(name))])
    return source


def _blocks(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    """Every block of a function, its own without the docstring."""
    own = function.body[1:] if ast.get_docstring(function) is not None else function.body
    yield own
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.For | ast.While):
            yield node.body
            if node.orelse:
                yield node.orelse


def removals(source: str) -> Iterator[Edit]:
    """Each text in which one statement, with all that is inside it, does nothing."""
    text = Text(source)
    for function in text.functions:
        for block in _blocks(function):
            for statement in block:
                if isinstance(statement, ast.Return | ast.Pass):
                    continue
                changed = text.edited([(text.span(statement), "pass")])
                old = text.piece(statement).split("\n", 1)[0]
                yield Edit(statement.lineno, function.name, "left out", old, "", changed)


def without(source: str, lines: Sequence[int]) -> str:
    """The text in which the statements that begin at these lines do nothing."""
    text = Text(source)
    wanted, found = set(lines), []
    inside = 0
    for function in text.functions:
        for block in _blocks(function):
            for statement in block:
                if statement.lineno in wanted and not isinstance(statement, ast.Return | ast.Pass):
                    found.append(text.span(statement))
    outer: list[tuple[Span, str]] = []
    for start, end in sorted(found):
        if start >= inside:
            outer.append(((start, end), "pass"))
            inside = end
    return text.edited(outer)


def repairs(source: str) -> Iterator[Edit]:
    """Each text with one usual repair: of a guard, of the order of two statements, or an addition."""
    text = Text(source)
    flags = _flags(text)
    calls = _requests(text)
    for function in text.functions:
        names = {a.arg for a in function.args.args}
        here = [flag for flag in flags if flag.partition(".")[0] in names]
        for node in ast.walk(function):
            if isinstance(node, ast.If):
                yield from _guards(text, function, node, here)
        for block in _blocks(function):
            yield from _swaps(text, function, block)
        yield from _more(text, function, [c for c in calls if c.partition(".")[0] in names])


def _flags(text: Text) -> list[str]:
    """The attributes that some condition of the file asks for."""
    found: dict[str, None] = {}
    for function in text.functions:
        for node in ast.walk(function):
            if isinstance(node, ast.If):
                for part in _parts(node.test):
                    inner = part.operand if isinstance(part, ast.UnaryOp) else part
                    if isinstance(inner, ast.Attribute):
                        found[ast.unparse(inner)] = None
    return list(found)


def _parts(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) else [test]


def _requests(text: Text) -> list[str]:
    """The statements of the file that set an attribute to a constant, or call with constants alone."""
    found: dict[str, None] = {}
    for function in text.functions:
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                if isinstance(node.targets[0], ast.Attribute):
                    found[ast.unparse(node)] = None
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                named = [a.id for a in node.value.args if isinstance(a, ast.Name)]
                if len(named) == len(node.value.args) and all(n.isupper() for n in named):
                    found[ast.unparse(node)] = None
    return list(found)


def _guards(
    text: Text, function: ast.FunctionDef, node: ast.If, flags: list[str]
) -> Iterator[Edit]:
    test = node.test
    old = " ".join(text.piece(test).split())
    ways = [("flipped", f"not ({old})"), ("dropped", "True")]
    if isinstance(test, ast.BoolOp):
        word = " and " if isinstance(test.op, ast.And) else " or "
        parts = [text.piece(part) for part in test.values]
        ways += [("part dropped", word.join(parts[:i] + parts[i + 1 :])) for i in range(len(parts))]
    inner = f"({old})" if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else old
    for flag in flags:
        if flag not in old:
            ways += [("strengthened", f"{inner} and {flag}"), ("weakened", f"{old} or {flag}")]
            ways += [("strengthened", f"{inner} and not {flag}")]
            ways += [("weakened", f"{old} or not {flag}")]
    for kind, new in ways:
        yield Edit(
            test.lineno, function.name, kind, old, new, text.edited([(text.span(test), new)])
        )


def _swaps(text: Text, function: ast.FunctionDef, block: list[ast.stmt]) -> Iterator[Edit]:
    for first, second in pairwise(block):
        if isinstance(second, ast.Return):
            continue
        one, other = text.piece(first), text.piece(second)
        changed = text.edited([(text.span(first), other), (text.span(second), one)])
        old, new = one.split("\n", 1)[0], other.split("\n", 1)[0]
        yield Edit(first.lineno, function.name, "swapped", old, new, changed)


def _more(text: Text, function: ast.FunctionDef, calls: list[str]) -> Iterator[Edit]:
    block = next(_blocks(function))
    own = [ast.unparse(statement) for statement in block]
    if not block or isinstance(block[-1], ast.Return):
        return
    last = block[-1]
    indent = " " * last.col_offset
    _, end = text.span(last)
    for call in calls:
        if call not in own:
            changed = text.edited([((end, end), f"\n{indent}{call}")])
            yield Edit(last.end_lineno or last.lineno, function.name, "added", "", call, changed)
