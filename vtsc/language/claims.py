"""Claims: what must hold, and what must sometimes happen, as a properties folder states them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from inspect import get_annotations
from typing import Any, ClassVar

from vtsc.base.errors import BadFileError, MeaningError
from vtsc.base.spelling import near
from vtsc.language.actions import Step
from vtsc.language.lemmas import Lemma
from vtsc.language.state import Record
from vtsc.language.words import REFUSES, Illegal, Runs, both, either, integer


@dataclass(frozen=True)
class Term:
    """A named value in a claim, for reports: ``last = 17``."""

    name: str
    value: int
    unit: str = ""
    """A noun in the singular, which stories add to the value: ``1 metre``, ``2 metres``."""
    sides: tuple[str, str] | None = None
    """For a signed value, what stories say of its size {} where it is not negative, and where it is.

    With ``("late by {}", "early by {}")`` a value of -1 is told as ``early by 1 metre``.
    """


@dataclass(frozen=True)
class Measure:
    """A number that a property gives to steps; the greater it is, the worse."""

    name: str
    claim: str
    """What it measures, as in "how far a read is behind ideal"."""
    unit: str
    """The unit in which reports give it, in the singular."""
    opposite: str = ""
    """The name of the same number with the other sign, where that is to be small, too."""
    per_unit: Callable[[Any], int | Fraction] = lambda machine: 1
    """How many of the integers that `Property.measured` counts in make one unit, on a machine."""

    @property
    def units(self) -> str:
        """The unit in the plural."""
        return self.unit if self.unit.endswith("s") else f"{self.unit}s"


Measured = Sequence[tuple[bool, int]]
"""Values of a measure, each with the condition under which it is one; the greatest of them counts."""


class Monitor:
    """A monitor of runs with its own ghost state; the base of properties and of "sometimes"."""

    name: str
    claim: str

    def __init_subclass__(cls) -> None:
        """Refuse a value under a name that no class above announces, which is most likely misspelt."""
        super().__init_subclass__()
        bases = cls.__mro__[1:]
        known = {name for base in bases for name in (*vars(base), *get_annotations(base))}
        own = {name for name, value in vars(cls).items() if not hasattr(value, "__get__")}
        for name in sorted(own - known - get_annotations(cls).keys()):
            if not name.startswith("_"):
                near_ones = near(name, [k for k in known if not k.startswith("_")])
                raise BadFileError(f"class {cls.__name__}: unknown attribute {name}: {near_ones}")

    def ghosts(self, machine: Any) -> dict[str, Record]:
        """The monitor's own state, by name; fresh records."""
        return {}

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this step violates (or reaches) it; updates the ghosts."""
        raise BadFileError(f"{type(self).__name__} has no observe")

    def answer(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """The answer of `observe`; raises `MeaningError` where it refuses the step, which has been taken."""
        run = Runs.current
        if run is not None:
            run.observing = True
        try:
            return self.observe(machine, state, ghosts, step)
        except Illegal as refused:
            raise MeaningError(REFUSES).with_traceback(refused.__traceback__) from None
        finally:
            if run is not None:
                run.observing = False

    def lemmas(self, machine: Any) -> Sequence[Lemma]:
        """Candidate lemmas about every reachable state and the monitor's own ghosts."""
        return ()

    def terms(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> list[Term]:
        """The claim's values at a violating step, the ghosts as they were before it. Native."""
        return []

    def blame(self, machine: Any, state: Any, step: Step) -> list[int | None]:
        """One or more numbers that say how bad a state is; the step at which one rises most is blamed.

        ``step`` is the violating one; ``state`` any state before it. None: not defined there.
        """
        return []


class Property(Monitor):
    """A claim about every run. Subclass and override."""

    symptom: ClassVar[str]
    """The user's word for the violation."""
    story: ClassVar[str]
    """One sentence with the fields of `vtsc.report.text.story`."""
    needs: ClassVar[tuple[str, ...]] = ()
    """The "sometimes" without which the claim is vacuous."""
    subjects: ClassVar[int] = 1
    """The number of instances of a kind that the claim relates to each other."""
    defaults: ClassVar[Mapping[str, str]] = {}
    """Parameters whose default differs for this property."""
    expected: ClassVar[str] = ""
    """The expected verdicts of cells with default parameters: a table of designs and hosts.

    Its first line names the hosts; each further line names a design and has a verdict for each host:
    ``holds``, the depth of the counterexample, or ``.`` for none. Other cells have theirs in checks.toml.
    """
    measure: ClassVar[Measure | None] = None
    """The number that is wanted to be small, where the claim is about one."""

    def measured(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> Measured:
        """The measure at a step that has been taken, in whole parts of its unit; none where it has none.

        The values are signed and exact. The ghosts are those before the step, and stay so.
        """
        return ()

    def permitted(self, machine: Any, state: Any) -> int:
        """The greatest value of the measure that does not violate the property."""
        raise BadFileError(f"{type(self).__name__} has no permitted")

    def remember(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> None:
        """Update the ghosts after a step."""

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether the measure is above its limit at this step; updates the ghosts."""
        if self.measure is None:
            return super().observe(machine, state, ghosts, step)
        above = self.exceeds(machine, state, ghosts, step, self.permitted(machine, state))
        self.remember(machine, state, ghosts, step)
        return above

    def exceeds(
        self,
        machine: Any,
        state: Any,
        ghosts: dict[str, Any],
        step: Step,
        limit: int,
        sign: int = 1,
    ) -> bool:
        """Whether the measure, or with ``sign`` -1 its opposite, is above ``limit`` at a step."""
        values = self.measured(machine, state, ghosts, step)
        return either(both(defined, sign * integer(value) > limit) for defined, value in values)


class Sometimes(Monitor):
    """An event that must be reachable for a verdict to mean something."""

    def applies(self, machine: Any) -> bool:
        """Whether it can be asked of a machine at all."""
        return True


class ActionTaken(Sometimes):
    """The "sometimes" that every action has: it is taken in some run."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.name = f"can_{action}"
        self.claim = f"{action} is taken"

    def observe(self, machine: Any, state: Any, ghosts: dict[str, Any], step: Step) -> bool:
        """Whether this step is the action."""
        return step.call.name == self.action
