"""Terms as SMT-LIB text, written without any solver, for certificates.

Every compound term is defined once, under a number given in the order of first use, so the same
question is the same text whatever was asked before it, and what two systems have in common is one term.
"""

from collections.abc import Iterable, Sequence

from vtsc.base.errors import EvidenceError
from vtsc.language.state import Value
from vtsc.symbolic.forms import (
    Atom,
    Bound,
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
from vtsc.symbolic.values import Index, Truth, Word

LOGIC = "QF_LIA"


class Script:
    """An SMT-LIB script in the making; `Writer` puts terms into it."""

    def __init__(self, title: str, logic: str = LOGIC) -> None:
        self._lines = [f"; {title}", f"(set-logic {logic})"]
        self._declared: set[str] = set()
        self._ranges: dict[str, tuple[Bound, Bound]] = {}
        self._defined: dict[tuple[str, str], str] = {}
        self._quotients: dict[tuple[str, int], str] = {}

    def declare(self, name: str, sort: str) -> str:
        """The symbol of that name; declared at first use."""
        if name not in self._declared:
            self._declared.add(name)
            self._lines.append(f"(declare-const {name} {sort})")
        return name

    def integer(self, name: str, lo: Bound, hi: Bound) -> str:
        """The integer unknown of that name, from ``lo`` to ``hi`` (None: without such a bound).

        Raises `EvidenceError` where two systems that share the name give it different ranges: what one of
        them cannot take must not be assumed of the other.
        """
        if name not in self._declared:
            self.declare(name, "Int")
            self._ranges[name] = lo, hi
            if lo is not None:
                self.require(f"(<= {number(lo)} {name})")
            if hi is not None:
                self.require(f"(<= {name} {number(hi)})")
        elif self._ranges.get(name) != (lo, hi):
            raise EvidenceError(f"{name} has two ranges")
        return name

    def define(self, sort: str, body: str) -> str:
        """The symbol that stands for ``body``; defined at first use."""
        name = self._defined.get((sort, body))
        if name is None:
            name = f"{'c' if sort == 'Bool' else 'i'}{len(self._defined)}"
            self._defined[sort, body] = name
            self._lines.append(f"(define-fun {name} () {sort} {body})")
        return name

    def quotient(self, numerator: str, divisor: int) -> str:
        """The symbol of the floor of ``numerator / divisor``; declared at first use."""
        q = self._quotients.get((numerator, divisor))
        if q is None:
            q = self.declare(f"quotient{len(self._quotients)}", "Int")
            self._quotients[numerator, divisor] = q
            low = f"(* {divisor} {q})"
            self.require(f"(<= {low} {numerator})")
            self.require(f"(< {numerator} (+ {low} {divisor}))")
        return q

    def require(self, expression: str) -> None:
        """Assert a Boolean expression."""
        if expression != "true":
            self._lines.append(f"(assert {expression})")

    def text(self) -> str:
        """The script; its last command asks whether all assertions can hold."""
        return "\n".join([*self._lines, "(check-sat)", ""])


def number(value: int) -> str:
    """An integer literal."""
    return str(value) if value >= 0 else f"(- {-value})"


def joined(word: str, parts: Sequence[str], empty: str) -> str:
    """``(word a b ...)``; the part itself where there is only one, ``empty`` where there is none."""
    return f"({word} {' '.join(parts)})" if len(parts) > 1 else (parts[0] if parts else empty)


def conjunction(parts: Iterable[str]) -> str:
    """The conjunction of the parts."""
    return joined("and", [p for p in parts if p != "true"], "true")


def disjunction(parts: Iterable[str]) -> str:
    """The disjunction of the parts."""
    return joined("or", [p for p in parts if p != "false"], "false")


def negation(part: str) -> str:
    """The negation of the part."""
    return {"true": "false", "false": "true"}.get(part) or f"(not {part})"


class Writer:
    """Puts the terms of one arena into a script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._atoms: dict[int, str] = {}
        self._conditions: dict[int, str] = {}

    def linear(self, form: Linear) -> str:
        """The expression of a linear form."""
        parts = [self._scaled(atom, c) for atom, c in form.terms]
        if form.constant or not parts:
            parts.append(number(form.constant))
        return joined("+", parts, "0")

    def _scaled(self, atom: Atom, c: int) -> str:
        x = self._atom(atom)
        return x if c == 1 else f"(* {number(c)} {x})"

    def _atom(self, atom: Atom) -> str:
        found = self._atoms.get(atom.id)
        if found is None:
            found = self._atoms[atom.id] = self._written(atom)
        return found

    def _written(self, atom: Atom) -> str:
        script = self._script
        if isinstance(atom, Variable):
            range_ = (None, None) if atom.residue else (atom.interval.lo, atom.interval.hi)
            return script.integer(atom.name, *range_)
        if isinstance(atom, Quotient):
            return script.quotient(self.linear(atom.numerator), atom.divisor)
        assert isinstance(atom, Choice)
        test = self.condition(atom.condition)
        then, otherwise = self.linear(atom.then), self.linear(atom.otherwise)
        return script.define("Int", f"(ite {test} {then} {otherwise})")

    def condition(self, condition: Condition) -> str:
        """The expression of a condition."""
        found = self._conditions.get(condition.id)
        if found is None:
            found = self._conditions[condition.id] = self._decided(condition)
        return found

    def _decided(self, c: Condition) -> str:
        if isinstance(c, Constant):
            return "true" if c.value else "false"
        if isinstance(c, Flag):
            return self._script.declare(c.name, "Bool")
        if isinstance(c, Negation):
            return negation(self.condition(c.operand))
        if isinstance(c, Comparison):
            return self._script.define("Bool", self._compared(c))
        assert isinstance(c, Junction)
        join = conjunction if c.conjunction else disjunction
        return self._script.define("Bool", join(self.condition(o) for o in c.operands))

    def _compared(self, c: Comparison) -> str:
        left = Linear(tuple((a, k) for a, k in c.form.terms if k > 0), 0)
        right = Linear(tuple((a, -k) for a, k in c.form.terms if k < 0), -c.form.constant)
        return f"({'=' if c.equation else '<='} {self.linear(left)} {self.linear(right)})"

    def value(self, value: Value) -> list[str]:
        """A field's value: one expression, or one for each member of an index."""
        if isinstance(value, Word):
            return [self.linear(value.form)]
        if isinstance(value, Truth):
            return [self.condition(value.condition)]
        assert isinstance(value, Index)
        return [self.condition(c) for c in value.members.values()]


class Sentences(Writer):
    """Constraints made of SMT-LIB text."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.script = script
        self.every = conjunction
        self.some = disjunction
        self.opposite = negation

    def flag(self, name: str) -> str:
        """The Boolean symbol of that name."""
        return self.script.declare(name, "Bool")

    def implies(self, a: str, b: str) -> str:
        """The implication from ``a`` to ``b``."""
        return f"(=> {a} {b})"
