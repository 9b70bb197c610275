"""Moves terms from one arena to another, with other names for some of their unknowns."""

from collections.abc import Mapping

from vtsc.language.state import Value
from vtsc.symbolic.forms import (
    Atom,
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
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Index, Truth, Word


class Transfer:
    """Builds in ``arena`` what terms of another one are; ``names`` has the unknowns that are renamed.

    The key is the name of a field's unknown without the value of an index, such as ``clock.now~``.
    """

    def __init__(self, arena: Arena, names: Mapping[str, str]) -> None:
        self._arena = arena
        self._names = names
        self._atoms: dict[int, Linear] = {}
        self._conditions: dict[int, Condition] = {}

    def value(self, value: Value) -> Value:
        """A field's value."""
        if isinstance(value, Word):
            form, range_ = self.linear(value.form), value.interval
            return Word(
                self._arena, form, value.residue, range_, signed=value.signed, ghost=value.ghost
            )
        if isinstance(value, Truth):
            return Truth(self._arena, self.condition(value.condition))
        assert isinstance(value, Index)
        return Index(self._arena, {i: self.condition(c) for i, c in value.members.items()})

    def linear(self, form: Linear) -> Linear:
        """A linear form."""
        result = Linear((), form.constant)
        for atom, factor in form.terms:
            result = result.plus(self._atom(atom), factor)
        return result

    def _atom(self, atom: Atom) -> Linear:
        found = self._atoms.get(atom.id)
        if found is None:
            found = self._atoms[atom.id] = self._made(atom)
        return found

    def _made(self, atom: Atom) -> Linear:
        arena = self._arena
        if isinstance(atom, Variable):
            lo, hi = atom.interval.lo, atom.interval.hi
            return arena.variable(self._named(atom.name), lo, hi, atom.residue)
        if isinstance(atom, Quotient):
            return arena.quotient(self.linear(atom.numerator), atom.divisor)
        assert isinstance(atom, Choice)
        then, otherwise = self.linear(atom.then), self.linear(atom.otherwise)
        return arena.choice(self.condition(atom.condition), then, otherwise)

    def condition(self, condition: Condition) -> Condition:
        """A condition."""
        found = self._conditions.get(condition.id)
        if found is None:
            found = self._conditions[condition.id] = self._stated(condition)
        return found

    def _stated(self, c: Condition) -> Condition:
        arena = self._arena
        if isinstance(c, Constant):
            return arena.constant(c.value)
        if isinstance(c, Flag):
            return arena.flag(self._named(c.name))
        if isinstance(c, Negation):
            return arena.negation(self.condition(c.operand))
        if isinstance(c, Comparison):
            form = self.linear(c.form)
            return arena.is_zero(form) if c.equation else arena.at_most_zero(form)
        assert isinstance(c, Junction)
        operands = [self.condition(o) for o in c.operands]
        return arena.conjunction(operands) if c.conjunction else arena.disjunction(operands)

    def _named(self, name: str) -> str:
        base, equals, value = name.partition("=")
        return f"{self._names.get(base, base)}{equals}{value}"
