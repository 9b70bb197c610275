"""What a function's code does, as bytes: without comments, docstrings and the numbers of its lines."""

import re
import sys
from collections.abc import Iterator
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
    """Whether the first constant is a docstring, or stands where there would be one."""
    if sys.version_info >= (3, 13):
        return bool(code.co_flags & HAS_DOCSTRING)
    return not code.co_name.startswith("<") and isinstance(code.co_consts[0], str | None)


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
