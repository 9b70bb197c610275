"""The expressions that code of a step may have; any other is refused."""

import ast
from collections.abc import Callable, Sequence

from vtsc.content.reading.advice import BUILTINS, EXPRESSIONS, OPERATORS
from vtsc.content.reading.calls import check_call, defined_by
from vtsc.content.reading.context import Context

BINARY = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.FloorDiv,
    ast.Mod,
    ast.LShift,
    ast.RShift,
    ast.BitAnd,
    ast.BitOr,
    ast.BitXor,
)
CONSTANTS = ("MASK", "MODULUS", "WIDTH", "INPUT_LIMIT")
"""The numbers of the language."""


def check_value(context: Context, node: ast.expr, text: bool = False, none: bool = False) -> None:
    """Raise `BadFileError` for the first part of ``node`` that may not stand there.

    ``text``: a text may stand there, ``none``: None may.
    """
    if isinstance(node, ast.Constant):
        _constant(context, node, text, none)
        return
    if isinstance(node, ast.JoinedStr) and (text or not context.rule):
        _formatted(context, node)
        return
    check = _CHECKS.get(type(node))
    if check is None:
        what = EXPRESSIONS.get(type(node), ("this expression", "see docs/language.md"))
        context.refuse(node, *what)
    check(context, node)


def check_operator(context: Context, node: ast.AST, operator: ast.operator) -> None:
    """Raise `BadFileError` unless this operator may combine two numbers, or two flags."""
    rational = isinstance(operator, ast.Div) and not context.rule
    if not isinstance(operator, BINARY) and not rational:
        context.refuse(node, *OPERATORS[type(operator)])


def _constant(context: Context, node: ast.Constant, text: bool, none: bool) -> None:
    value = node.value
    if isinstance(value, int):
        return
    if value is None:
        if context.rule and not none:
            context.refuse(
                node, "None as a value", "write a number; `is None` asks for an absent one"
            )
    elif isinstance(value, str):
        if context.rule and not text:
            instead = "a text may be compared with a setting or an action's name, with == only"
            context.refuse(node, "a text as a value", instead)
    else:
        context.refuse(node, f"{value!r}", "write whole numbers, as in 3 * x // 2")


def _formatted(context: Context, node: ast.JoinedStr) -> None:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            if part.conversion != -1 or part.format_spec is not None:
                context.refuse(node, "this f-string", "write plain values in its braces")
            check_value(context, part.value)


def _name(context: Context, node: ast.Name) -> None:
    if node.id in context.own:
        return
    found = context.find(node.id)
    if found is None:
        instead = BUILTINS.get(node.id) or defined_by(node.id, context.own)
        context.refuse(node, f"{node.id} is not defined here", instead)
    if found.function or found.kind:
        context.refuse(node, f"{node.id} as a value", "a function is called by its name")
    if found.value and found.module and not context.names.is_fixed(found.module, found.value):
        instead = "write a number or a tuple; what changes is a field of a record"
        context.refuse(node, f"{node.id}, which can change", instead)
    if found.imported and not found.module and context.language(node.id) not in CONSTANTS:
        context.refuse(node, f"{node.id} as a value", "a function is called by its name")


def _attribute(context: Context, node: ast.Attribute) -> None:
    names = context.names
    base = node.value
    if isinstance(base, ast.Name) and base.id not in context.own:
        found = context.find(base.id)
        if found and found.imported and found.module:
            context.refuse(node, f"{base.id}.{node.attr}", "import the name itself")
    if node.attr.startswith("__"):
        context.refuse(node, f".{node.attr}", "rules use declared fields and methods")
    if node.attr not in names.attributes:
        context.refuse(node, f"no .{node.attr}", names.near_attribute(node.attr))
    if node.attr in names.shared:
        instead = "write a number or a tuple; what changes is a field of a record"
        context.refuse(node, f".{node.attr}, which can change", instead)
    check_value(context, base)


def _subscript(context: Context, node: ast.Subscript) -> None:
    check_value(context, node.value)
    index = node.slice
    if isinstance(index, ast.Slice):
        for end in (index.lower, index.upper, index.step):
            if end is not None:
                check_value(context, end)
    else:
        check_value(context, index, text=True)


def _binary(context: Context, node: ast.BinOp) -> None:
    both = isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)
    if not (both and isinstance(node.op, ast.Pow)):
        check_operator(context, node, node.op)
    check_value(context, node.left)
    check_value(context, node.right)


def _unary(context: Context, node: ast.UnaryOp) -> None:
    if isinstance(node.op, ast.Invert):
        context.refuse(node, *OPERATORS[ast.Invert])
    check_value(context, node.operand)


def _all(context: Context, nodes: Sequence[ast.expr]) -> None:
    for node in nodes:
        if isinstance(node, ast.Starred) and not context.rule:
            check_value(context, node.value)
        else:
            check_value(context, node)


def _comparison(context: Context, node: ast.Compare) -> None:
    left = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        _relation(context, node, left, operator, right)
        left = right


def _relation(
    context: Context, node: ast.Compare, left: ast.expr, operator: ast.cmpop, right: ast.expr
) -> None:
    """Check one comparison of a chain."""
    absent = isinstance(right, ast.Constant) and right.value is None
    if isinstance(operator, ast.Is | ast.IsNot):
        if not absent:
            context.refuse(node, "`is` asks for the same object", "compare with ==")
        check_value(context, left)
        return
    if absent:
        context.refuse(node, "a comparison with None", "write is None")
    if isinstance(operator, ast.In | ast.NotIn):
        check_value(context, left, text=True)
        _members(context, node, right)
        return
    equal = isinstance(operator, ast.Eq | ast.NotEq)
    check_value(context, left, text=equal)
    check_value(context, right, text=equal)


def _members(context: Context, node: ast.Compare, right: ast.expr) -> None:
    if isinstance(right, ast.Tuple | ast.List):
        for element in right.elts:
            check_value(context, element, text=True)
    else:
        context.refuse(node, "`in`", "write x == a or x == b, or x in (a, b)")


def _choice(context: Context, node: ast.IfExp) -> None:
    _all(context, (node.test, node.body, node.orelse))


def _comprehension(context: Context, node: ast.GeneratorExp | ast.ListComp) -> None:
    for part in node.generators:
        if part.is_async:
            context.refuse(node, "`async`", "rules run to their end")
        check_value(context, part.iter)
        _all(context, part.ifs)
    check_value(context, node.elt)


def _dict(context: Context, node: ast.Dict) -> None:
    """Check a dict, which may only hold records by name."""
    for key in node.keys:
        if key is not None:
            named = isinstance(key, ast.Constant) and isinstance(key.value, str)
            if not named and not isinstance(key, ast.JoinedStr):
                context.refuse(node, "a dict", "declare fields")
            check_value(context, key, text=True)
    _all(context, node.values)


_CHECKS: dict[type[ast.expr], Callable[..., None]] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: lambda context, node: _all(context, node.values),
    ast.Compare: _comparison,
    ast.IfExp: _choice,
    ast.Call: lambda context, node: check_call(context, node, check_value),
    ast.Tuple: lambda context, node: _all(context, node.elts),
    ast.List: lambda context, node: _all(context, node.elts),
    ast.GeneratorExp: _comprehension,
    ast.ListComp: _comprehension,
    ast.Dict: _dict,
}
