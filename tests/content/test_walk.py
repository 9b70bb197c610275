"""The walk over code and data: two things have one digest only where they do the same."""

import pytest

from vtsc.content.reading.sources import OWN
from vtsc.content.walk import Walk

HEAD = """
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, partial
from typing import NamedTuple
from vtsc.language import Lemma
"""


def digest(text: str, unknown: str = "sources") -> str:
    """The digest of what a text, as the file of a content, calls ``x``."""
    names = {"__name__": OWN}
    exec(HEAD + text, names)
    return Walk(lambda: unknown).digest(names["x"])


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


def test_things_that_lead_to_themselves():
    """A circle ends, and its contents count."""
    circle = "class A: pass\nx = A()\nx.me = [x]\nx.n = "
    assert digest(f"{circle}1") == digest(f"{circle}1") != digest(f"{circle}2")
