"""What a function's code does, as bytes: without comments, docstrings and the numbers of its lines."""

import dis
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from types import CodeType

TURN = re.compile(r"__turn_\d+_\d+__")
"""The name that `vtsc.content.turns` gives to the turn of a loop, after the loop's place in its file."""
NO_LINE = "__turn__"
HAS_DOCSTRING = 0x4000000
"""The flag by which Python from 3.13 on says so; before, a docstring or None is the first constant."""


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object, and those of the functions that are defined inside of it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def names(code: CodeType) -> set[str]:
    """Every global name, attribute and module that a function's code may use."""
    return {name for each in codes(code) for name in each.co_names}


def texts(code: CodeType) -> set[str]:
    """Every text that stands in a function's code by itself."""
    return {x for each in codes(code) for x in each.co_consts if isinstance(x, str)}


def whole(code: CodeType) -> set[str]:
    """The names that a function's code uses otherwise than by an attribute, as in ``look_into(module)``."""
    found = set()
    for each in codes(code):
        for this, following in pairwise(dis.get_instructions(each)):
            if following.opname not in ("LOAD_ATTR", "LOAD_METHOD"):
                found.add(str(this.argval))
    return found & names(code)


def is_only_looked_up(code: CodeType, table: str, key: str) -> bool:
    """Whether code uses a table in no other way than ``table[key]``, and both are what they were at first."""
    inner = [each for each in codes(code) if each is not code]
    if any({table, key} & {*each.co_names, *each.co_freevars} for each in inner):
        return False
    steps = [*_steps(code)]
    if any(how == "store" and name in (table, key) for how, name in steps):
        return False
    looks_up = [("load", key), ("look up", "")]
    uses = [number for number, step in enumerate(steps, 1) if step == ("load", table)]
    return all(steps[number : number + 2] == looks_up for number in uses)


def _steps(code: CodeType) -> Iterator[tuple[str, str]]:
    """The operations of a function's code, as far as they load, store and look up; some do two at once."""
    for each in dis.get_instructions(code):
        named = each.argval if isinstance(each.argval, tuple) else (each.argval,)
        if each.opname.startswith(("STORE", "DELETE")):
            yield from (("store", str(name)) for name in named)
        elif each.opname.startswith("LOAD"):
            yield from (("load", str(name)) for name in named)
        elif each.opname == "BINARY_SUBSCR" or (each.opname, each.argrepr) == ("BINARY_OP", "[]"):
            yield "look up", ""
        else:
            yield each.opname, ""


def meaning(code: CodeType) -> bytes:
    """The meaning of a function's code; equal code of one version of Python has equal bytes."""
    parts = [
        code.co_code.hex(),
        str((code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)),
        str([_named(n) for n in (*code.co_names, *code.co_varnames)]),
        str([_named(n) for n in (*code.co_freevars, *code.co_cellvars)]),
        getattr(code, "co_exceptiontable", b"").hex(),
        _named(code.co_name),
    ]
    own = "\0".join(parts).encode()
    return own + b"\0".join(map(_constant, code.co_consts[_documented(code) :]))


def _documented(code: CodeType) -> bool:
    """Whether the first constant is a docstring and no more, or stands where there would be one.

    A text that the code uses as well is its docstring and a constant at once.
    """
    if not code.co_consts or _loads_first(code):
        return False
    if sys.version_info >= (3, 13):
        return bool(code.co_flags & HAS_DOCSTRING)
    return not code.co_name.startswith("<") and isinstance(code.co_consts[0], str | None)


def _loads_first(code: CodeType) -> bool:
    """Whether the code uses its first constant."""
    steps = [*zip(code.co_code[::2], code.co_code[1::2], strict=True)]
    longer = [False, *(operation == dis.EXTENDED_ARG for operation, _ in steps)]
    pairs = zip(steps, longer, strict=False)
    return any(op in dis.hasconst and n == 0 and not more for (op, n), more in pairs)


def _constant(value: object) -> bytes:
    if isinstance(value, CodeType):
        return b"(" + meaning(value) + b")"
    if isinstance(value, frozenset):
        return repr(sorted(map(repr, value))).encode()
    if isinstance(value, tuple):
        return b"[" + b"\0".join(map(_constant, value)) + b"]"
    return f"{type(value).__name__} {_named(repr(value))}".encode()


def _named(name: str) -> str:
    return TURN.sub(NO_LINE, name)
