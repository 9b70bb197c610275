"""Z3 expressions made of Z3 expressions, by Z3's C interface.

``z3.And`` and its like look at every operand for numbers, probes and other contexts. Here all operands are
expressions of the main context and of the right sort, which the callers see to: the same expressions, in a
third of the time.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import z3

_CONTEXT = z3.main_ctx()
_C = _CONTEXT.ref()


def _array(parts: Sequence[Any]) -> Any:
    kind: Any = z3.Ast
    return (kind * len(parts))(*[part.ast for part in parts])


def require(solver: Any, parts: Iterable[Any]) -> None:
    """Assert truth values in a solver of the main context."""
    for part in parts:
        z3.Z3_solver_assert(_C, solver.solver, part.ast)


def every(parts: Sequence[Any]) -> Any:
    """The conjunction of truth values."""
    return z3.BoolRef(z3.Z3_mk_and(_C, len(parts), _array(parts)), _CONTEXT)


def some(parts: Sequence[Any]) -> Any:
    """The disjunction of truth values."""
    return z3.BoolRef(z3.Z3_mk_or(_C, len(parts), _array(parts)), _CONTEXT)


def opposite(part: Any) -> Any:
    """The negation of a truth value."""
    return z3.BoolRef(z3.Z3_mk_not(_C, part.ast), _CONTEXT)


def implies(a: Any, b: Any) -> Any:
    """The implication from one truth value to another."""
    return z3.BoolRef(z3.Z3_mk_implies(_C, a.ast, b.ast), _CONTEXT)


def same(a: Any, b: Any) -> Any:
    """The equation of two expressions of one sort."""
    return z3.BoolRef(z3.Z3_mk_eq(_C, a.ast, b.ast), _CONTEXT)


def at_most(a: Any, b: Any) -> Any:
    """The comparison that one number is not above another."""
    return z3.BoolRef(z3.Z3_mk_le(_C, a.ast, b.ast), _CONTEXT)


def below(a: Any, b: Any) -> Any:
    """The comparison that one number is below another."""
    return z3.BoolRef(z3.Z3_mk_lt(_C, a.ast, b.ast), _CONTEXT)


def total(parts: Sequence[Any]) -> Any:
    """The sum of numbers."""
    return z3.ArithRef(z3.Z3_mk_add(_C, len(parts), _array(parts)), _CONTEXT)


def product(a: Any, b: Any) -> Any:
    """The product of two numbers, one of which is a constant."""
    return z3.ArithRef(z3.Z3_mk_mul(_C, 2, _array((a, b))), _CONTEXT)
