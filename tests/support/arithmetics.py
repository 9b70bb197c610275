"""Judges whether symbolic results are the expected ones in one arithmetic or another."""

from typing import Any

import z3

from vtsc.language.words import u64
from vtsc.solver.integers import Lowering
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Truth, Word


def agreement(arena: Arena, word: Word, truth: Truth, expected: tuple[int, bool]) -> Condition:
    """That the symbolic results are the expected ones; mod 2^64 where the word is a residue."""
    value, answer = expected
    same = word.u64() == u64(value) if word.residue else word == value
    return arena.conjunction((same.condition, (truth == answer).condition))


def holds(kind: type[Lowering], given: dict[str, int | bool], condition: Condition) -> bool:
    """Whether ``condition`` is true, in the arithmetic ``kind``, of exactly these parameters."""

    def unknown(name: str, sort: Any) -> Any:
        if name in given:
            value = given[name]
            if isinstance(value, bool):
                return z3.BoolVal(value)
            return z3.IntVal(value) if sort == z3.IntSort() else z3.BitVecVal(value, sort)
        return z3.Const(name, sort)

    lowering = kind(unknown)
    lowered = lowering.condition(condition)
    solver = z3.SolverFor(kind.logic)
    solver.add(*lowering.definitions, *lowering.ranges.values())
    assert solver.check() == z3.sat, "quotients are not defined for every input"
    solver.add(z3.Not(lowered))
    return solver.check() == z3.unsat
