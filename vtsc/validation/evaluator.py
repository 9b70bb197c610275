"""Evaluates stored terms on plain integers: the terms are written out as Python code, and compiled once.

Only the data structures of terms are read. The code takes one dictionary ``v`` with the value of each
unknown by its name. Every atom and every condition becomes one assignment, and is computed once.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vtsc.symbolic.forms import (
    Choice,
    Comparison,
    Condition,
    Constant,
    Flag,
    Junction,
    Linear,
    Negation,
    Quotient,
    Variable,
)

Values = Mapping[str, int | bool]
"""The value of each unknown, by its name; an index field has its own name."""
Function = Callable[[Values], tuple[Any, ...]]


def only(members: list[int]) -> int | tuple[int, ...]:
    """The only value whose condition holds; all such values where it is not exactly one."""
    return members[0] if len(members) == 1 else tuple(members)


class Code:
    """The code of a function of the unknowns: its statements so far, and the variable of each term."""

    def __init__(self, indices: Iterable[str]) -> None:
        self._indices = frozenset(indices)
        self._statements: list[str] = []
        self._names: dict[tuple[bool, int], str] = {}

    def text(self, results: Iterable[str]) -> str:
        """The source of the function that returns ``results``, in a tuple."""
        returned = "".join(f"{result}, " for result in results)  # which may add statements
        body = "".join(f" {statement}\n" for statement in self._statements)
        return f"def function(v):\n{body} return ({returned})\n"

    def value(self, value: Any) -> str:
        """An expression for a field's value: a word, a truth value, or an index with its members."""
        if hasattr(value, "form"):
            return self.linear(value.form)
        if hasattr(value, "members"):
            pairs = ((i, self.condition(c)) for i, c in value.members.items())
            listed = "".join(f"({i}, {truth}), " for i, truth in pairs)
            return f"only([i for i, c in ({listed}) if c])"
        return self.condition(value.condition)

    def linear(self, form: Linear) -> str:
        """An expression for a linear form."""
        parts = [self._atom(a) if c == 1 else f"{c} * {self._atom(a)}" for a, c in form.terms]
        if form.constant or not parts:
            parts.append(str(form.constant))
        return " + ".join(parts)

    def condition(self, condition: Condition) -> str:
        """An expression for a condition."""
        if isinstance(condition, Constant):
            return str(condition.value)
        return self._named(False, condition, self._stated)

    def _atom(self, atom: Any) -> str:
        return self._named(True, atom, self._computed)

    def _named(self, atomic: bool, term: Any, expression: Callable[[Any], str]) -> str:
        """The variable that holds a term's value, assigned when the term is first met."""
        name = self._names.get((atomic, term.id))
        if name is None:
            written = expression(term)
            name = self._names[atomic, term.id] = f"{'a' if atomic else 'c'}{term.id}"
            self._statements.append(f"{name} = {written}")
        return name

    def _computed(self, atom: Any) -> str:
        if isinstance(atom, Variable):
            return f"v[{atom.name!r}]"
        if isinstance(atom, Quotient):
            return f"({self.linear(atom.numerator)}) // {atom.divisor}"
        if isinstance(atom, Choice):
            test = self.condition(atom.condition)
            return f"{self.linear(atom.then)} if {test} else {self.linear(atom.otherwise)}"
        raise TypeError(f"no known atom: {type(atom).__name__}")

    def _stated(self, condition: Condition) -> str:
        if isinstance(condition, Flag):
            return self._flag(condition.name)
        if isinstance(condition, Negation):
            return f"not {self.condition(condition.operand)}"
        if isinstance(condition, Comparison):
            return f"{self.linear(condition.form)} {'==' if condition.equation else '<='} 0"
        if isinstance(condition, Junction):
            word = " and " if condition.conjunction else " or "
            return word.join(self.condition(operand) for operand in condition.operands)
        raise TypeError(f"no known condition: {type(condition).__name__}")

    def _flag(self, name: str) -> str:
        """An expression for a Boolean unknown; one that says that an index has a value is a comparison."""
        field, equals, member = name.rpartition("=")
        if equals and field in self._indices:
            return f"v[{field!r}] == {int(member)}"
        return f"v[{name!r}]"


def compiled(text: str) -> Function:
    """The function that `Code.text` wrote."""
    space: dict[str, Any] = {"only": only}
    exec(compile(text, "<stored terms>", "exec"), space)
    function: Function = space["function"]
    return function
