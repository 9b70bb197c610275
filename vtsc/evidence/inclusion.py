"""Does a greater value of a parameter permit more runs, or fewer? A proof for all pairs of values at once.

The machine is explored with the parameter as an unknown: as one number of the range and, once more, as
another. Where the second number is at least the first, each run at the first is to be a run at the second, or
the other way round. The questions are texts, which are solved by a plain solver that has seen nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vtsc.base.errors import EvidenceError, VtscError
from vtsc.content.case import Case
from vtsc.language.varied import Varied
from vtsc.smtlib.script import Script, Writer
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.solver.solve import solve
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.inputs import Ranges
from vtsc.symbolic.names import PARAMETER
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Word
from vtsc.system.builder import explored
from vtsc.system.included import included
from vtsc.system.system import System

BUDGET = 20_000_000
"""Z3 resource units that each question may cost."""
KINDS = ("integer", "duration")
"""The kinds of parameters that can be unknowns."""


@dataclass(frozen=True)
class Inclusion:
    """The proof that what violates a property at one value does so at every greater one, or smaller one."""

    more: bool
    """Whether it is every greater one."""
    questions: Mapping[str, str]
    """SMT-LIB texts, each of which was found unsatisfiable."""


@dataclass(frozen=True)
class Range:
    """The values ``first + step * n`` of a parameter, for n from 0 to ``last``, in its own unit."""

    parameter: str
    kind: str
    first: Fraction
    step: Fraction
    last: int

    def setting(self, number: Word) -> Any:
        """What stands for the value of that number in settings."""
        if self.kind == "integer":
            return number * int(self.step) + int(self.first)
        return Varied(self.first, self.step, number, self.last)


def inclusion(
    at: Callable[[int], Case], prop: str, values: Range, *, more: bool
) -> Inclusion | None:
    """The proof that what violates a property at one value does so at every greater, or smaller, one.

    ``at`` gives the case at the value of a number. The systems of the unknown value are compared with those
    of the first and the last value, which are made of plain settings. None where there is no proof.
    """
    if values.kind not in KINDS:
        return None
    try:
        questions = asked(at, prop, values, more=more)
        solve(questions, BUDGET)
    except (VtscError, TypeError, ValueError, AttributeError):
        return None  # a rule needs the value itself, the states differ, or a question has an answer
    return Inclusion(more, questions)


def asked(at: Callable[[int], Case], prop: str, values: Range, *, more: bool) -> dict[str, str]:
    """The questions by their names, unsolved; raises an error where a rule needs the value itself."""
    ends = {"first": 0, "last": values.last}
    plain = [at(number) for number in ends.values()]
    others = [case.settings.replaced({values.parameter: None}) for case in plain]
    if others[0] != others[1]:
        raise EvidenceError("another setting depends on the parameter")
    arena = Arena()
    numbers = [arena.variable(f"{PARAMETER}.{n}", 0, values.last) for n in ("one", "other")]
    settings = (values.setting(Word(arena, form)) for form in numbers)
    unknown = [
        Case(case.content, case.design, case.host, case.settings.replaced({values.parameter: x}))
        for case, x in zip(plain, settings, strict=True)
    ]
    first, last, one, other = _explored([*plain, *unknown], prop, arena)
    ascending = arena.at_most_zero(numbers[0].plus(numbers[1], -1))
    compared = {"": (one, other, ascending) if more else (other, one, ascending)}
    for (name, number), system in zip(ends.items(), (first, last), strict=True):
        here = arena.is_zero(numbers[0].plus(Linear((), number), -1))
        compared |= {f"{name}-in-": (system, one, here), f"{name}-of-": (one, system, here)}
    return {
        f"{which}{title}": _none_of((known, *facts), excluded)
        for which, (small, large, known) in compared.items()
        for title, (facts, excluded) in included(small, large).items()
    }


def _explored(cases: Sequence[Case], prop: str, arena: Arena) -> list[System]:
    """The systems of some cases in one arena; inputs of one name have the same range in all of them."""
    ranges: tuple[Ranges, Ranges] = ({}, {})
    while True:
        before = [dict(each) for each in ranges]
        found = [
            explored(
                case.machine(), [case.property(prop)], SolverFeasibility, ranges=ranges, arena=arena
            ).system
            for case in cases
        ]
        if before == [*ranges]:
            return found


def _none_of(known: Sequence[Condition], excluded: Condition) -> str:
    script = Script("What a run at one value of a parameter may do, and a run at another may not.")
    write = Writer(script)
    for condition in (*known, excluded):
        script.require(write.condition(condition))
    return script.text()
