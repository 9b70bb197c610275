"""Conditions as text a person can read, with the names of fields as the model has them."""

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

POWERS = {2**bits: f"2^{bits}" for bits in (61, 62, 63, 64)}


def formula(condition: Condition) -> str:
    """``a & b -> x + y <= z``: a disjunction is written as an implication of its last operand."""
    if isinstance(condition, Junction) and not condition.conjunction:
        *given, last = sorted(condition.operands, key=lambda c: isinstance(c, Comparison))
        return f"{' & '.join(_operand(_opposite(c)) for c in given)} -> {_operand(last)}"
    if isinstance(condition, Junction):
        return " & ".join(_operand(c) for c in condition.operands)
    return _operand(condition)


def _opposite(condition: Condition) -> Condition:
    return condition.operand if isinstance(condition, Negation) else Negation(-1, condition)


def _operand(condition: Condition) -> str:
    if isinstance(condition, Constant):
        return "true" if condition.value else "false"
    if isinstance(condition, Flag):
        return condition.name
    if isinstance(condition, Negation):
        inner = condition.operand
        if isinstance(inner, Comparison) and not inner.equation:
            return _compared(inner.form, ">", "<")
        if isinstance(inner, Comparison):
            return _compared(inner.form, "!=", "!=")
        return f"!{_operand(inner)}"
    if isinstance(condition, Comparison):
        return _compared(condition.form, *(("=", "=") if condition.equation else ("<=", ">=")))
    return f"({formula(condition)})"


def _compared(form: Linear, relation: str, mirrored: str) -> str:
    """``left <= right``, both without minus signs; mirrored where that puts the longer side left."""
    left = [(a, c) for a, c in form.terms if c > 0]
    right = [(a, -c) for a, c in form.terms if c < 0]
    low, high = max(form.constant, 0), max(-form.constant, 0)
    if len(left) < len(right):
        return f"{_sum(right, high)} {mirrored} {_sum(left, low)}"
    return f"{_sum(left, low)} {relation} {_sum(right, high)}"


def _sum(terms: list[tuple[Atom, int]], constant: int) -> str:
    parts = [_atom(a) if c == 1 else f"{_number(c)}*{_atom(a)}" for a, c in terms]
    if constant or not parts:
        parts.append(_number(constant))
    return " + ".join(parts)


def _number(value: int) -> str:
    return POWERS.get(value, str(value))


def _atom(atom: Atom) -> str:
    if isinstance(atom, Variable):
        return atom.name
    if isinstance(atom, Quotient):
        return f"floor(({linear(atom.numerator)}) / {_number(atom.divisor)})"
    assert isinstance(atom, Choice)
    then, otherwise = linear(atom.then), linear(atom.otherwise)
    return f"({formula(atom.condition)} ? {then} : {otherwise})"


def linear(form: Linear) -> str:
    """``x + 2*y - z + 1``, without spaces at its ends."""
    parts = [f"{'-' if c < 0 else '+'} {_sum([(a, abs(c))], 0)}" for a, c in form.terms]
    if form.constant:
        parts.append(f"{'-' if form.constant < 0 else '+'} {_number(abs(form.constant))}")
    return " ".join(parts).removeprefix("+ ")
