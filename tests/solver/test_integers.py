"""Quotients over the integers: the definition by cases says what the exact one says, and no more."""

import pytest
import z3

from vtsc.language.words import MODULUS
from vtsc.solver.integers import GuardedLowering, Lowering, RationalLowering

EDGES = [-3 * MODULUS - 1, -2 * MODULUS, -MODULUS - 1, -MODULUS, -1, 0, 1, MODULUS - 1, MODULUS]
EDGES += [MODULUS + 1, 2 * MODULUS - 1, 2 * MODULUS, 5 * MODULUS + 7]


def definitions() -> tuple[z3.BoolRef, z3.BoolRef]:
    """What both say of a quotient ``q`` of ``n``."""
    q, n = z3.Ints("q n")
    guarded, exact = GuardedLowering(z3.Const), Lowering(z3.Const)
    return guarded.defined(q, n, MODULUS), exact.defined(q, n, MODULUS)


def test_the_cases_are_the_exact_definition():
    """For every numerator and every integer, both hold or neither does."""
    guarded, exact = definitions()
    solver = z3.Solver()
    solver.add(guarded != exact)
    assert solver.check() == z3.unsat


@pytest.mark.parametrize("numerator", EDGES)
def test_the_quotient_is_the_floor(numerator):
    """There is one quotient, and it is Python's."""
    guarded, _ = definitions()
    q, n = z3.Ints("q n")
    solver = z3.Solver()
    solver.add(guarded, n == numerator)
    assert solver.check() == z3.sat
    assert solver.model()[q].as_long() == numerator // MODULUS
    solver.add(q != numerator // MODULUS)
    assert solver.check() == z3.unsat


@pytest.mark.parametrize("divisor", [3, 1024, 10_000_000, MODULUS])
def test_the_rational_definition_is_weaker(divisor):
    """It holds of every integer numerator and its quotient: what is impossible there is impossible."""
    q, n = z3.Ints("q n")
    exact = Lowering(z3.Const).defined(q, n, divisor)
    relaxed = RationalLowering(z3.Const).defined(z3.ToReal(q), z3.ToReal(n), divisor)
    solver = z3.Solver()
    solver.add(exact, z3.Not(relaxed))
    assert solver.check() == z3.unsat
