"""The greatest value of a measure in runs of up to a depth: each run that is found has to exceed the last."""

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from vtsc.engines.search.along import ENDS
from vtsc.engines.search.family import Family, Place
from vtsc.engines.search.gave_up import GaveUp
from vtsc.engines.search.growing import Growing, Leaves
from vtsc.engines.search.runs import Runs
from vtsc.language.words import INPUT_LIMIT
from vtsc.native.witness import Witness
from vtsc.system.path import Paths
from vtsc.system.system import System

BUDGET = 120_000_000
"""Z3 resource units that one question of the search may cost."""


@dataclass
class Climb:
    """The findings of a search for great values of a measure."""

    value: int | None = None
    """The greatest value that was found; None where no run has the measure at all."""
    along: Growing | None = None
    """The path on which it was found."""
    family: Family | None = None
    """The runs in which the measure grows up to the ends of inputs' ranges, if there are any."""
    depth: int = 0
    """The number of steps to which no run has a greater value."""
    reason: str = ""
    """The reason why the search stopped before the depth asked for; empty if it did not."""

    def witness(self) -> Witness | None:
        """A run with the greatest value."""
        if self.along is None or self.value is None:
            return None
        return self.along.witness(self.value)


@dataclass
class Climbing:
    """A search of a system's runs for great values of the measure that ``value`` keeps; it can be continued.

    ``target`` is hit by the steps that have the measure. ``leaves`` plays runs beyond the ends of families.
    """

    system: System
    target: str
    field: str
    leaves: Leaves
    found: Climb = dataclasses.field(default_factory=Climb)

    def __post_init__(self) -> None:
        self._runs = Runs(self.system, BUDGET)
        self._paths = Paths(self.system)

    def to(self, depth: int) -> Climb:
        """Continue to ``depth``; the search ends earlier where a family is found or the solver gives up."""
        found = self.found
        try:
            while found.depth < depth and found.family is None and not found.reason:
                self._deeper()
                found.depth += found.family is None
        except GaveUp as why:
            found.reason = f"solver gave up at depth {found.depth + 1}: {why}"
        return found

    def _deeper(self) -> None:
        constants = self._runs.extend()
        hit = constants.targets[self.target]
        while self.found.family is None:
            model = self._runs.ask(self._above(hit))
            if model is None:
                return
            self._note(self._runs, model)

    def along(self, witness: Witness) -> Climb:
        """Note a run that was found elsewhere, of any length: a family on its path, or the greatest value."""
        runs = Runs(self.system, BUDGET, symmetry=False)
        constants = [runs.extend() for _ in witness.calls]
        model = runs.taking(witness, constants[-1].targets[self.target])
        if model is not None:
            still = [
                (step, name)
                for step, depth in enumerate(runs.depths)
                for name, x in depth.inputs.items()
                if not z3.is_bool(x) and model.eval(x, True).as_long() == 0
            ]
            self._note(runs, model, still)
        return self.found

    def _above(self, hit: Any) -> Any:
        """The literal that the last step has a measure above what was found before."""
        best, depth = self.found.value, self.found.depth
        if best is None:
            return self._runs.literal(f"some@{depth}", hit)
        exact = z3.And(hit, self._value(self._runs) > best)
        relaxed = (
            z3.And(hit, self._value(self._runs, rational=True) > best)
            if self._runs.divides
            else exact
        )
        return self._runs.literal(f"above@{depth}.{best}", exact, relaxed)

    def _value(self, runs: Runs, *, rational: bool = False) -> Any:
        """The measure after the last step of ``runs``, over the integers or the rationals."""
        sort = z3.RealSort() if rational else z3.IntSort()
        return z3.Const(f"{self.field}@{len(runs.depths)}", sort)

    def _note(self, runs: Runs, model: Any, still: Collection[Place] = ()) -> None:
        """Note the path of a model: a family of runs on it, or else the greatest value.

        Inputs that are ``still`` are 0 in the family that is looked for first.
        """
        found, (along, value) = self.found, self._path(runs, model)
        if value >= INPUT_LIMIT:  # counters wrap
            value = along.greatest(value, INPUT_LIMIT)
        family = None if value in ENDS else along.family(still)
        if family is None and (found.value is None or value > found.value):
            found.along, found.value = along, along.greatest(value, INPUT_LIMIT)
            family = None if value in ENDS else along.family(still, found.value)
        if family is not None:
            found.family, found.along = family, along
            found.value = family.least + family.gain * family.last

    def _path(self, runs: Runs, model: Any) -> tuple[Growing, int]:
        """The path of a model, and the measure at its end."""
        rules = [_taken(depth.rules, model) for depth in runs.depths]
        value = int(model.eval(self._value(runs), True).as_long())
        return Growing(self._paths, self.target, self.field, rules, self.leaves), value


def _taken(literals: Sequence[Any], model: Any) -> int:
    """The number of the rule that a step takes in a model."""
    return next(n for n, literal in enumerate(literals) if z3.is_true(model[literal]))
