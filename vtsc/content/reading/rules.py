"""The statements that code of a step may have; any other is refused."""

import ast
from collections.abc import Callable

from vtsc.content.reading.advice import EXPRESSIONS, STATEMENTS
from vtsc.content.reading.context import Context
from vtsc.content.reading.expressions import check_operator, check_value
from vtsc.content.reading.kinds import Kind
from vtsc.content.reading.names import Names, is_frozen, is_iterator, is_text
from vtsc.content.reading.sources import Function

PLAIN = (ast.Pass, ast.Break, ast.Continue)
MOST_TURNS, MOST_BITS = 4096, 63
"""How many turns of a loop over constant numbers are accepted, and how long such numbers may be."""
DECORATORS = ("property", "staticmethod", "cached_property")


def check_function(names: Names, function: Function, kind: Kind, chooses: bool = True) -> None:
    """Raise `BadFileError` for the first part of a function that its kind of code may not have.

    ``chooses``: it may ask for inputs, since lemmas and reports do not call it.
    """
    context = Context(names, function, kind, chooses)
    _check_head(context)
    if not names.is_setter(function):
        _check_body(context, function.node.body)


def _check_head(context: Context) -> None:
    node = context.function.node
    if isinstance(node, ast.AsyncFunctionDef):
        context.refuse(node, *STATEMENTS[ast.AsyncFunctionDef])
    owner = context.function.owner
    for decorator in node.decorator_list:
        name = decorator.id if isinstance(decorator, ast.Name) else ""
        if name not in DECORATORS or (
            name == "cached_property" and not (owner and is_frozen(owner))
        ):
            context.refuse(decorator, "a decorator of a function", "write what it does in its body")
    arguments = node.args
    for extra in (arguments.vararg, arguments.kwarg):
        if extra is not None:
            context.refuse(extra, f"`*{extra.arg}`", "name each parameter")
    for default in (*arguments.defaults, *arguments.kw_defaults):
        if default is not None and not _is_constant(default):
            context.refuse(default, "a default that is no constant", "write a number or None")


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int | str | None)


def _check_body(context: Context, body: list[ast.stmt]) -> None:
    for statement in body:
        if is_text(statement) or isinstance(statement, PLAIN):
            continue
        check = _CHECKS.get(type(statement))
        if check is None:
            what = STATEMENTS.get(type(statement), ("this statement", "see docs/language.md"))
            context.refuse(statement, *what)
        check(context, statement)


def _expression(context: Context, node: ast.Expr) -> None:
    if type(node.value) in EXPRESSIONS:
        check_value(context, node.value)
    if not isinstance(node.value, ast.Call):
        context.refuse(node, "an expression that changes nothing", "store it, or leave it out")
    check_value(context, node.value)


def _assign(context: Context, node: ast.Assign) -> None:
    for target in node.targets:
        _target(context, target)
    _no_iterator(context, node.value)
    check_value(context, node.value)


def _annotated(context: Context, node: ast.AnnAssign) -> None:
    _target(context, node.target)
    if node.value is not None:
        _no_iterator(context, node.value)
        check_value(context, node.value)


def _no_iterator(context: Context, value: ast.expr) -> None:
    """Check that a variable does not hold an iterator, which remembers what it gave."""
    if context.rule and is_iterator(value):
        context.refuse(value, "an iterator that is kept", "make it a tuple, as in tuple(...)")


def _augmented(context: Context, node: ast.AugAssign) -> None:
    _target(context, node.target)
    check_operator(context, node, node.op)
    if context.rule and isinstance(node.value, ast.List | ast.Tuple | ast.ListComp):
        context.refuse(node, "a list that grows", "declare fields for what a step leaves")
    check_value(context, node.value)


def _target(context: Context, node: ast.expr) -> None:
    """Check the target of a store."""
    if isinstance(node, ast.Name):
        return
    if isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            _target(context, element)
    elif isinstance(node, ast.Attribute):
        check_value(context, node.value)
        if context.rule:
            _field(context, node)
        elif node.attr not in context.names.attributes:
            context.refuse(node, f"no .{node.attr}", context.names.near_attribute(node.attr))
    elif isinstance(node, ast.Subscript):
        if context.rule:
            context.refuse(
                node, "a store into an item", "store into a field, as in record.field = x"
            )
        check_value(context, node.value)
        check_value(context, node.slice, text=True)
    else:
        context.refuse(node, "this target of a store", "store into a field or a variable")


def _field(context: Context, node: ast.Attribute) -> None:
    """Check that a rule stores into a declared field, and not into a design, a property or a setting."""
    names, owner = context.names, context.function.owner
    if node.attr not in names.fields:
        context.refuse(
            node, f"a store into .{node.attr}, which is no field", names.near_field(node.attr)
        )
    at_self = isinstance(node.value, ast.Name) and node.value.id == "self"
    if at_self and owner is not None and not names.sources.derives(owner, "Record"):
        instead = "what a step leaves is in fields of records, as in record.field = x"
        context.refuse(node, f"a store into self.{node.attr}", instead)


def _if(context: Context, node: ast.If) -> None:
    check_value(context, node.test)
    _check_body(context, node.body)
    _check_body(context, node.orelse)


def _while(context: Context, node: ast.While) -> None:
    if context.rule:
        context.refuse(node, *STATEMENTS[ast.While])
    check_value(context, node.test)
    _check_body(context, node.body)
    _no_else(context, node)


def _for(context: Context, node: ast.For) -> None:
    _target(context, node.target)
    check_value(context, node.iter)
    turns = _turns(node.iter)
    if turns > MOST_TURNS:
        context.refuse(node, f"a loop of {turns} turns", f"rules have at most {MOST_TURNS}")
    _check_body(context, node.body)
    _no_else(context, node)


def _turns(over: ast.expr) -> int:
    """How many numbers a range has whose ends are constants; 0 for anything else."""
    if not isinstance(over, ast.Call) or not isinstance(over.func, ast.Name):
        return 0
    ends = [x.value for x in over.args if isinstance(x, ast.Constant) and isinstance(x.value, int)]
    if over.func.id != "range" or len(ends) != len(over.args) or not ends or ends[2:] == [0]:
        return 0
    numbers = range(*ends)
    return len(numbers) if numbers.stop.bit_length() < MOST_BITS else numbers.stop


def _no_else(context: Context, node: ast.For | ast.While) -> None:
    if node.orelse:
        context.refuse(node.orelse[0], "`else` of a loop", "write an if after the loop")


def _return(context: Context, node: ast.Return) -> None:
    if node.value is not None:
        check_value(context, node.value, none=True)


def _raise(context: Context, node: ast.Raise) -> None:
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if node.cause is not None or not isinstance(raised, ast.Name):
        context.refuse(node, "this `raise`", "write raise Illegal, or require(condition)")


def _assert(context: Context, node: ast.Assert) -> None:
    if context.rule:
        context.refuse(node, *STATEMENTS[ast.Assert])
    check_value(context, node.test)


_CHECKS: dict[type[ast.stmt], Callable[..., None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
}
