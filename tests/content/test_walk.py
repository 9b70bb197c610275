"""The walk over code and data: two things have one digest only where they do the same."""

import sys
from types import ModuleType

import pytest

from vtsc.content.reading.sources import OWN
from vtsc.content.walk import Walk

HEAD = """
import inspect
import re
from collections import defaultdict, deque
from dataclasses import dataclass, field, make_dataclass
from enum import Enum
from functools import cached_property, partial, update_wrapper
from typing import Generic, NamedTuple, TypeVar, get_type_hints
from vtsc.language import Lemma
T = TypeVar("T")
"""


def digest(text: str, unknown: str = "sources", others: str = "") -> str:
    """The digest of what a text, as a file of the content, calls ``x``; ``others``: another file."""
    own, other = ModuleType(OWN), ModuleType(f"{OWN}2")
    known = {own.__name__: own, other.__name__: other}
    sys.modules |= known
    try:
        exec(others, vars(other))
        exec(HEAD + text, vars(own))
        return Walk(lambda: unknown).digest(vars(own)["x"])
    finally:
        for name in known:
            del sys.modules[name]


DIFFERENT = {
    "a constant of a class": ("class A:\n    n = 1\nx = A()", "class A:\n    n = 2\nx = A()"),
    "what a global name stands for": (
        "n = 1\ndef f(): return n\nx = f",
        "n = 2\ndef f(): return n\nx = f",
    ),
    "what a closure holds": (
        "def make(n):\n    return lambda: n\nx = make(1)",
        "def make(n):\n    return lambda: n\nx = make(2)",
    ),
    "which of two functions is where": (
        "x = {'a': lambda: 1, 'b': lambda: 2}",
        "x = {'a': lambda: 2, 'b': lambda: 1}",
    ),
    "a default": ("def f(n=1): return n\nx = f", "def f(n=2): return n\nx = f"),
    "a base class": (
        "class A:\n    def f(self): return 1\nclass B(A): pass\nx = B()",
        "class A:\n    def f(self): return 2\nclass B(A): pass\nx = B()",
    ),
    "a method of a tuple": (
        "class P(NamedTuple):\n    a: int\n    def f(self): return 1\nx = P(3)",
        "class P(NamedTuple):\n    a: int\n    def f(self): return 2\nx = P(3)",
    ),
    "an attribute of a list": (
        "class L(list): pass\nx = L()\nx.n = 1",
        "class L(list): pass\nx = L()\nx.n = 2",
    ),
    "a method of an enumeration": (
        "class E(Enum):\n    A = 1\n    def f(self): return 1\nx = E.A",
        "class E(Enum):\n    A = 1\n    def f(self): return 2\nx = E.A",
    ),
    "a property": (
        "class A:\n    @property\n    def f(self): return 1\nx = A()",
        "class A:\n    @property\n    def f(self): return 2\nx = A()",
    ),
    "an argument of a partial function": ("x = partial(print, 1)", "x = partial(print, 2)"),
    "the object of a method of Python's own": ("x = {1: 2}.get", "x = {1: 3}.get"),
    "what an object of the language holds": (
        "x = Lemma('', 'a', 'b', lambda s: s > 1)",
        "x = Lemma('', 'a', 'b', lambda s: s > 2)",
    ),
    "a number and a truth value": ("x = [1]", "x = [True]"),
    "an element of a set": ("x = {1, 2}", "x = {1, 3}"),
    "an object in a set": (
        "class A:\n    n = 1\nx = {A}",
        "class A:\n    n = 2\nx = {A}",
    ),
    "a field of a data class": (
        "@dataclass(frozen=True)\nclass A:\n    n: int = 1\nx = A",
        "@dataclass(frozen=True)\nclass A:\n    n: int = 2\nx = A",
    ),
    "a global of an inner function": (
        "n = 1\ndef f(): return [n for _ in 'a']\nx = f",
        "n = 2\ndef f(): return [n for _ in 'a']\nx = f",
    ),
    "a text that is a docstring, too": (
        "def f():\n    'open'\n    return 'open'\nx = f",
        "def f():\n    'close'\n    return 'close'\nx = f",
    ),
    "what a dictionary has for all else": (
        "x = defaultdict(lambda: 1)",
        "x = defaultdict(lambda: 2)",
    ),
    "a class that a function makes": (
        "x = make_dataclass('P', [('n', int, 1)])",
        "x = make_dataclass('P', [('n', int, 2)])",
    ),
    "a method of such a class": (
        "x = make_dataclass('P', [('n', int)], namespace={'f': lambda s: 1})(3)",
        "x = make_dataclass('P', [('n', int)], namespace={'f': lambda s: 2})(3)",
    ),
    "which of two classes with one name": (
        "def make(n): return type('M', (), {'n': n})\na, b = make(1), make(2)\nx = [a, b]",
        "def make(n): return type('M', (), {'n': n})\na, b = make(1), make(2)\nx = [b, a]",
    ),
    "which of two functions with one name": (
        "x = []\nfor i in (1, 2):\n    def f(n=i): return n\n    x.append(f)",
        "x = []\nfor i in (2, 1):\n    def f(n=i): return n\n    x.append(f)",
    ),
    "a method that Python has": (
        "class A:\n    less = int.__lt__\nx = A()",
        "class A:\n    less = int.__le__\nx = A()",
    ),
    "the end of a long pattern": ("x = re.compile('a' * 300)", "x = re.compile('a' * 300 + 'b')"),
    "the flags of a pattern": ("x = re.compile('a')", "x = re.compile('a', re.I)"),
    "a class in a union": (
        "class A:\n    n = 1\nx = A | int",
        "class A:\n    n = 2\nx = A | int",
    ),
    "a class with parameters": (
        "class A(Generic[T]):\n    n = 1\nx = A[int]",
        "class A(Generic[T]):\n    n = 2\nx = A[int]",
    ),
    "an attribute of a property": (
        "class P(property): pass\nx = P(len)\nx.n = 1",
        "class P(property): pass\nx = P(len)\nx.n = 2",
    ),
    "an attribute of a partial function": (
        "x = partial(print)\nx.n = 1",
        "x = partial(print)\nx.n = 2",
    ),
    "an attribute of a member of an enumeration": (
        "class E(Enum):\n    A = 1\nx = E.A\nx.n = 1",
        "class E(Enum):\n    A = 1\nx = E.A\nx.n = 2",
    ),
    "a slot of a list": (
        "class L(list):\n    __slots__ = ('n',)\nx = L()\nx.n = 1",
        "class L(list):\n    __slots__ = ('n',)\nx = L()\nx.n = 2",
    ),
    "an attribute of what wraps a function": (
        "class D: pass\nx = update_wrapper(D(), len)\nx.n = 1",
        "class D: pass\nx = update_wrapper(D(), len)\nx.n = 2",
    ),
    "the code of a function that says it is Python's": (
        "def f(): return 1\nx = update_wrapper(f, max)",
        "def f(): return 2\nx = update_wrapper(f, max)",
    ),
    "the name of a function": (
        "def f(): return 1\nf.__name__ = 'g'\nx = f",
        "def f(): return 1\nf.__name__ = 'h'\nx = f",
    ),
    "what a field says": (
        "@dataclass\nclass A:\n    n: int = field(metadata={'a': 1})\nx = A",
        "@dataclass\nclass A:\n    n: int = field(metadata={'a': 2})\nx = A",
    ),
    "the bound of a type variable": (
        "x = TypeVar('T', bound=int)",
        "x = TypeVar('T', bound=str)",
    ),
}


@pytest.mark.parametrize("texts", DIFFERENT.values(), ids=DIFFERENT)
def test_what_differs_is_noticed(texts):
    """Each is a place at which a change could hide; the same text has the same digest each time."""
    one, other = texts
    assert digest(one) == digest(one)
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("class A:\n    n = 1\nx = A()", "class A:\n    'said'\n\n    n = 1  # why\nx = A()"),
        ("n = 1\ndef f(): return 1\nx = f", "n = 2\ndef f(): return 1\nx = f"),
        ("x = {3, 1, 2}", "x = {2, 3, 1}"),
        (
            "class A:\n    @cached_property\n    def f(self): return 1\nx = A()",
            "class A:\n    @cached_property\n    def f(self): return 1\nx = A()\nx.f",
        ),
    ],
)
def test_what_makes_no_difference_is_not(one, other):
    """Comments, what nothing leads to, the order of a set, and what an object has only worked out."""
    assert digest(one) == digest(other)


def test_what_cannot_be_seen_rests_on_everything():
    """The contents of an iterator are nobody's to look at, so any source may be in it."""
    assert digest("x = iter([1])", "one") != digest("x = iter([1])", "other")
    assert digest("x = [1]", "one") == digest("x = [1]", "other")


@pytest.mark.parametrize(
    "text",
    [
        "x = deque([1])",
        "class D(deque): pass\nx = D([1])",
        "class Wrong(ValueError): pass\nx = Wrong(1)",
        "class A:\n    'said'\ndef f(): return A.__doc__\nx = f",
        "class A:\n    'said'\ndef f(): return getattr(A, '__doc__')\nx = f",
        "def g(n: int): pass\ndef f(): return get_type_hints(g)\nx = f",
        "def g(n): pass\ndef f(): return inspect.getsource(g)\nx = f",
        "from inspect import getdoc\ndef g(n): pass\ndef f(): return getdoc(g)\nx = f",
    ],
)
def test_what_is_told_by_no_attribute_rests_on_everything(text):
    """Objects that Python keeps elsewhere, and functions that read docstrings, annotations or sources."""
    assert digest(text, "one") == digest(text, "one") != digest(text, "other")


@pytest.mark.parametrize(
    ("text", "noticed"),
    [
        ("import __design__2 as m\ndef f(): return m.n\nx = f", True),
        ("import __design__2 as m\ndef f(): return m.other\nx = f", False),
        ("import __design__2 as m\ndef f(): return getattr(m, 'n')\nx = f", True),
        ("import __design__2 as m\ndef g(a): return a.n\ndef f(): return g(m)\nx = f", True),
        ("def f():\n    import __design__2 as m\n    return m.n\nx = f", True),
        ("def f():\n    from __design__2 import n\n    return n\nx = f", True),
    ],
)  # fmt: skip
def test_what_is_used_of_a_module(text, noticed):
    """That an attribute of it is mentioned, that all of it is handed on, or that a function imports it."""
    one, other = (digest(text, others=f"n = {n}\nother = 0") for n in (1, 2))
    assert (one != other) == noticed


def test_things_that_lead_to_themselves():
    """A circle ends, and its contents count."""
    circle = "class A: pass\nx = A()\nx.me = [x]\nx.n = "
    assert digest(f"{circle}1") == digest(f"{circle}1") != digest(f"{circle}2")
