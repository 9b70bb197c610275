"""Solves a question that is an SMT-LIB text over bit vectors, and makes its answer as small as it can be."""

from collections.abc import Mapping, Sequence
from typing import Any

import z3

from vtsc.base.errors import Exit, VtscError
from vtsc.solver.units import why_unknown

BUDGET = 100_000_000
"""Z3 resource units that one check may cost."""


class UndecidedError(VtscError):
    """The solver's budget did not suffice for a question."""

    status = Exit.UNKNOWN


Found = tuple[str, dict[str, int]]
"""A way, and the value of each number."""


def found(text: str, ways: Sequence[str], numbers: Mapping[str, int], small: int) -> Found | None:
    """A way for which the text's assertions hold, with values for its numbers; None where there is none.

    ``ways`` are Boolean unknowns, of which the first that can be true is taken. ``numbers`` are unknown bit
    vectors with their widths. The first ``small`` of them are made as small as they can be, the earlier ones
    before the later ones. Raises `UndecidedError`.
    """
    context = z3.Context()  # so that the answer does not depend on what was asked before
    solver = z3.SolverFor("QF_BV", ctx=context)
    solver.set("rlimit", BUDGET)
    solver.from_string(text)
    if not _satisfiable(solver):
        return None
    way = next(x for x in ways if _satisfiable(solver, z3.Bool(x, context)))
    solver.add(z3.Bool(way, context))
    vectors = {name: z3.BitVec(name, width, context) for name, width in numbers.items()}
    for name in list(numbers)[:small]:
        _least(solver, vectors[name], numbers[name])
    _satisfiable(solver)
    model = solver.model()
    return way, {n: model.eval(x, model_completion=True).as_long() for n, x in vectors.items()}


def _satisfiable(solver: Any, *assumptions: Any) -> bool:
    answer = solver.check(*assumptions)
    if answer == z3.unknown:
        raise UndecidedError(f"the solver gave up: {why_unknown(solver)}")
    return bool(answer == z3.sat)


def _least(solver: Any, number: Any, width: int) -> None:
    """Let the solver know that a vector has the least value that it can have."""
    length = _length(solver, number, width)
    first, last = 1 << length >> 1, (1 << length) - 1
    if _satisfiable(solver, number == first):
        solver.add(number == first)
    elif not _satisfiable(solver, z3.ULT(number, last)):
        solver.add(number == last)
    else:
        _by_bits(solver, number, length)


def _length(solver: Any, number: Any, width: int) -> int:
    """The number of bits that the least value has; the solver then knows that no higher bit is set."""
    low, high = 0, width
    while low < high:
        middle = (low + high) // 2
        if _satisfiable(solver, z3.ULT(number, 1 << middle)):
            high = middle
        else:
            low = middle + 1
    if high < width:
        solver.add(z3.ULT(number, 1 << high))
    return high


def _by_bits(solver: Any, number: Any, length: int) -> None:
    """The same for a vector of that length, bit by bit from the highest on."""
    _satisfiable(solver)
    model = solver.model()
    for at in reversed(range(length)):
        bit = z3.Extract(at, at, number) == 0
        possible = z3.is_true(model.eval(bit, model_completion=True))
        if not possible and _satisfiable(solver, bit):
            possible, model = True, solver.model()
        solver.add(bit if possible else z3.Not(bit))
