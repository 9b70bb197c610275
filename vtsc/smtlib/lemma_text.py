"""Lemmas as SMT-LIB text over the names of fields, for those that a solver found.

``(or (not r.flag) (<= (+ r.a (* 2 r.b)) 17))``; ``r.index=2`` is true where the index has that value.
The text is read and evaluated here, on plain values and on symbolic ones, without any solver.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from vtsc.base.errors import EvidenceError
from vtsc.language.lemmas import Lemma
from vtsc.language.words import both, either, integer, negation
from vtsc.symbolic.values import Truth, merge

Tree = str | list["Tree"]
"""A symbol or literal, or an operator with its operands."""
Lookup = Callable[[str], Any]
"""The value of a field's symbol."""
TOKEN = re.compile(r"\(|\)|\|[^|]*\||[^\s()|]+")
FOUND = "found by a solver"


def read(text: str) -> Tree:
    """The term that a text is; raises `EvidenceError` where it is none."""
    stack: list[list[Tree]] = [[]]
    for token in TOKEN.findall(text):
        if token == "(":
            stack.append([])
        elif token != ")":
            stack[-1].append(token.strip("|"))
        elif len(stack) > 1:
            closed = stack.pop()
            stack[-1].append(closed)
        else:
            stack[-1].append(token)
    if len(stack) != 1 or len(stack[0]) != 1:
        raise EvidenceError(f"not one term: {text[:60]}")
    return stack[0][0]


def written(tree: Tree) -> str:
    """A term as text."""
    return tree if isinstance(tree, str) else f"({' '.join(map(written, tree))})"


def literal(value: int) -> Tree:
    """The term of an integer."""
    return str(value) if value >= 0 else ["-", str(-value)]


def symbols(tree: Tree) -> set[str]:
    """The symbols of a term, operators left out."""
    if isinstance(tree, str):
        return {tree}
    return {name for part in tree[1:] for name in symbols(part)}


def conjuncts(tree: Tree) -> list[Tree]:
    """The terms that a term is the conjunction of."""
    if isinstance(tree, list) and tree[0] == "and":
        return [part for operand in tree[1:] for part in conjuncts(operand)]
    if isinstance(tree, list) and tree[0] == "not":
        inner = tree[1]
        if isinstance(inner, list) and inner[0] == "or":
            return [part for x in inner[1:] for part in conjuncts(_opposite(x))]
        if isinstance(inner, list) and inner[0] == "not":
            return conjuncts(inner[1])
    return [] if tree == "true" else [tree]


def _opposite(tree: Tree) -> Tree:
    return tree[1] if isinstance(tree, list) and tree[0] == "not" else ["not", tree]


def inlined(tree: Tree, bound: Mapping[str, Tree] | None = None) -> Tree:
    """A term with the definitions of every ``let`` put in."""
    known = dict(bound or {})
    if isinstance(tree, str):
        return known.get(tree, tree)
    if tree[0] == "let":
        _, pairs, body = tree
        own = {str(pair[0]): inlined(pair[1], known) for pair in pairs}
        return inlined(body, {**known, **own})
    return [inlined(part, known) for part in tree]


# evaluation


def evaluate(tree: Tree, lookup: Lookup) -> Any:
    """The value of a term, an integer or a truth, plain or symbolic as the fields are."""
    if isinstance(tree, str):
        if tree in ("true", "false"):
            return tree == "true"
        return int(tree) if tree.isdigit() else lookup(tree)
    operator, *operands = tree
    if not isinstance(operator, str) or operator not in OPERATORS:
        raise EvidenceError(f"unknown operator {written(operator)}")
    return OPERATORS[operator](*(evaluate(x, lookup) for x in operands))


def _equal(a: Any, b: Any) -> Any:
    if isinstance(a, (bool, Truth)) and isinstance(b, (bool, Truth)):
        return either((both(a, b), both(negation(a), negation(b))))  # type: ignore[arg-type]
    return a == b


def _choice(test: Any, then: Any, otherwise: Any) -> Any:
    if isinstance(test, bool):
        return then if test else otherwise
    return merge(test.arena, test.condition, then, otherwise)


def _difference(first: Any, *rest: Any) -> Any:
    return reduce(lambda a, b: a - b, rest, first) if rest else -first


def _product(a: Any, b: Any) -> Any:
    return a * b if isinstance(b, int) else b * a


OPERATORS: dict[str, Callable[..., Any]] = {
    "and": lambda *xs: reduce(both, xs, True),
    "or": lambda *xs: either(xs),
    "not": negation,
    "=>": lambda a, b: either((negation(a), b)),
    "=": _equal,
    "distinct": lambda a, b: negation(_equal(a, b)),
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "+": lambda *xs: reduce(lambda a, b: a + b, xs),
    "-": _difference,
    "*": _product,
    "div": lambda a, k: a // k,
    "mod": lambda a, k: a - a // k * k,
    "ite": _choice,
}
"""The words that texts may be made of."""


# lemmas


def field_of(state: Any, ghosts: Mapping[str, Any], owner: str, symbol: str) -> Any:
    """The value of a field, or whether an index has a value, in a state and the ghosts of ``owner``."""
    name, equals, member = symbol.partition("=")
    record, _, own = name.rpartition(".")
    ghost = record.removeprefix(f"{owner}.")
    found = ghosts.get(ghost) if owner and ghost != record else state.records.get(record)
    if found is None or own not in found.fields:
        raise EvidenceError(f"no field {name}")
    value = getattr(found, own)
    if equals:
        return value == int(member)
    return value if found.fields[own].kind == "flag" else integer(value)


def lemma_of(text: str, name: str, owner: str, sentence: str = FOUND) -> Lemma:
    """The lemma that ``text`` states of the machine and the ghosts of ``owner``."""
    tree = inlined(read(text))

    def holds(machine: Any, state: Any, ghosts: Any) -> Any:
        return evaluate(tree, lambda symbol: field_of(state, ghosts, owner, symbol))

    return Lemma(name, sentence, (), holds, owner=owner)


def found_lemmas(texts: Sequence[str], owner: str) -> list[Lemma]:
    """The lemmas that Spacer's texts state, ``spacer_1`` and so on."""
    return [lemma_of(t, f"spacer_{n}", owner, "found by Spacer") for n, t in enumerate(texts, 1)]
