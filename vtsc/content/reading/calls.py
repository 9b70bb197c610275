"""The calls that code of a step may have: by name, of functions of the content or of the language."""

import ast
from collections.abc import Callable, Iterable

from vtsc.content.reading.advice import BUILTINS
from vtsc.content.reading.context import Context
from vtsc.content.reading.kinds import is_super
from vtsc.content.reading.names import meant
from vtsc.content.reading.sources import LANGUAGE

Check = Callable[..., None]
RULES_WORDS = (
    "u64", "s64", "u32", "s32", "cdiv", "cmod", "both", "either", "negation", "implies", "require",
    "bounded", "instances",
)  # fmt: skip
"""The functions of the language that a rule may call."""
FRAME_WORDS = (
    *RULES_WORDS, "select", "apart", "integer", "ensure", "with_inputs", "without_inputs", "StepInputs",
    "Step", "Call", "whole", "floored", "is_varied",
)  # fmt: skip
RULES_BUILTINS = (
    "abs", "min", "max", "any", "all", "sum", "len", "bool", "range", "enumerate", "zip", "reversed",
    "tuple", "super",
)  # fmt: skip
FRAME_BUILTINS = (*RULES_BUILTINS, "int", "list", "set", "dict")
FRAME_LIBRARY = ("functools.partial", "fractions.Fraction", "math.gcd", "math.lcm")
RULES_METHODS = ("values", "items")
"""Methods of mappings, which code of a step may call on records by name."""
INPUTS = ("word", "flag", "between")
FRAME_METHODS = (
    *RULES_METHODS, "append", "extend", "pop", "index", "clear", "add", "word", "flag", "between",
    "allowed", "when", "effect",
)  # fmt: skip


def check_call(context: Context, node: ast.Call, check: Check) -> None:
    """Raise `BadFileError` unless code of a step may call this function with these arguments."""
    if isinstance(node.func, ast.Name):
        _by_name(context, node, node.func.id)
    elif isinstance(node.func, ast.Attribute):
        _method(context, node, node.func, check)
    else:
        context.refuse(node, "a call of what is no name", "call a function by its name")
    if isinstance(node.func, ast.Name) and context.library(node.func.id) == "functools.partial":
        _partial(context, node, check)
        return
    for argument in node.args:
        if isinstance(argument, ast.Starred) and not context.rule:
            check(context, argument.value)
        else:
            named = isinstance(argument, ast.JoinedStr) and context.rule
            check(context, argument, text=not named and _takes_text(context, node))
    for keyword in node.keywords:
        if keyword.arg is None:
            context.refuse(node, "`**`", "write the arguments one by one")
        check(context, keyword.value)


def _by_name(context: Context, node: ast.Call, name: str) -> None:
    if name in context.own:
        context.refuse(node, f"a call of {name}, a variable", "call a function by its name")
    found = context.find(name)
    if found is None:
        allowed = RULES_BUILTINS if context.rule else FRAME_BUILTINS
        if name not in allowed:
            instead = BUILTINS.get(name) or defined_by(name, _callable(context))
            context.refuse(
                node, f"`{name}`" if name in BUILTINS else f"no function {name}", instead
            )
        if name == "super":
            context.refuse(node, "super() by itself", "write super().method(...)")
        return
    word = context.language(name)
    if word:
        _word(context, node, word)
        return
    library = context.library(name)
    if library:
        if context.rule or library not in FRAME_LIBRARY:
            context.refuse(node, f"a call of {library}", "write it with whole numbers and fields")
    elif not found.function and not found.kind:
        context.refuse(node, f"a call of {name}, which is no function", "define it with def")


def defined_by(name: str, known: Iterable[str]) -> str:
    """The advice about a name that stands for nothing."""
    if name in FRAME_WORDS:
        return f"import it from {LANGUAGE}"
    return meant(name, known, "define it, or import it at the top of the file")


def _word(context: Context, node: ast.Call, word: str) -> None:
    if word in (RULES_WORDS if context.rule else FRAME_WORDS):
        return
    advice = {
        "integer": "u64(x) or s64(x) is the word; integer(x) is for lemmas and the frame",
        "select": "a method of the frame chooses among instances",
        "ensure": "require(condition) refuses a step; the machine states what must hold",
        "with_inputs": "the machine hands its inputs on",
        "without_inputs": "the machine says who only looks",
        "apart": "the machine calls what is to run apart",
        "scaled": "name the constant at the top of the file",
    }
    context.refuse(node, f"`{word}` here", advice.get(word, "it is for declarations"))


def _callable(context: Context) -> list[str]:
    module = context.function.module
    return [*RULES_WORDS, *RULES_BUILTINS, *module.functions, *module.classes, *module.imports]


def _method(context: Context, node: ast.Call, func: ast.Attribute, check: Check) -> None:
    names, name, base = context.names, func.attr, func.value
    if isinstance(base, ast.Name) and base.id not in context.own:
        found = context.find(base.id)
        if found and found.imported:
            context.refuse(node, f"{base.id}.{name}(...)", "import the function itself")
        if found and found.kind:
            context.refuse(node, f"{base.id}.{name}(...)", f"write super().{name}(...)")
    if is_super(base):
        if name not in names.methods | names.provided | {"__init__"}:
            context.refuse(node, f"no method {name}", meant(name, names.methods, "define it"))
        return
    if name.startswith("__"):
        context.refuse(node, f".{name}(...)", "write the operator itself")
    asked = name in INPUTS and isinstance(base, ast.Attribute) and base.attr == "inputs"
    if asked and context.rule and not context.chooses:
        instead = "ask in a function that only steps call, and keep the answer in a field"
        context.refuse(node, "an input where lemmas and reports look too", instead)
    known = RULES_METHODS if context.rule else FRAME_METHODS
    if name in names.methods:
        if name in names.stored - names.fields.keys() and name not in names.provided:
            context.refuse(
                node, f".{name} is a function and a value", "give one of the two another name"
            )
    elif name not in known and not asked:
        context.refuse(node, f"no method {name}", meant(name, names.methods, "define it with def"))
    check(context, base)
    if name in names.setters:
        _flag_name(context, node)


def _flag_name(context: Context, node: ast.Call) -> None:
    """Check that a setter is given the name of a declared flag."""
    (argument,) = node.args if len(node.args) == 1 else (None,)
    name = None
    if isinstance(argument, ast.Constant):
        name = argument.value
    elif isinstance(argument, ast.Name) and argument.id not in context.own:
        found = context.find(argument.id)
        if found and isinstance(found.value, ast.Constant):
            name = found.value.value
    flags = context.names.flags()
    if name not in flags:
        instead = meant(str(name), flags, "write the name of a field declared with flag(...)")
        context.refuse(node, "this is no declared flag", instead)


def _takes_text(context: Context, node: ast.Call) -> bool:
    """Whether a text may be among the arguments of a call."""
    func = node.func
    if not context.rule:
        return True
    if isinstance(func, ast.Name):
        return context.language(func.id) == "instances"
    if isinstance(func, ast.Attribute):
        asked = func.attr in INPUTS and isinstance(func.value, ast.Attribute)
        return asked or func.attr in context.names.setters
    return False


def _partial(context: Context, node: ast.Call, check: Check) -> None:
    """Check a function with its first arguments, whose paths are to be merged (see `apart`)."""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Attribute) and first.attr in context.names.methods:
        check(context, first.value)
    else:
        context.refuse(
            node, "this partial", "give it a method, as in partial(self.design.leave, record)"
        )
    for argument in node.args[1:]:
        check(context, argument, text=True)
    for keyword in node.keywords:
        check(context, keyword.value)
