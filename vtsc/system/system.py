"""The symbolic transition system: a machine and its monitors, as terms.

A step is ``pre --time passes--> mid --one rule--> post``. Every path through an action is a rule: a
condition on ``mid`` and the inputs, the fields it changes, and the targets it hits. A target is a
property violated, or a "sometimes" reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vtsc.base.lines import Line
from vtsc.language.actions import Call
from vtsc.language.lemmas import Lemma
from vtsc.language.state import Field, Instance, Value
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.inputs import Unknowns
from vtsc.symbolic.terms import Arena


@dataclass(frozen=True)
class Slot:
    """One state field by its full name."""

    name: str
    field: Field
    instance: Instance | None = None
    """The instance to whose record it belongs."""

    def kin(self, sizes: Mapping[str, int]) -> tuple[str, ...]:
        """The names of the same field of all instances of its kind; of no kind, its own alone."""
        if self.instance is None:
            return (self.name,)
        record, _, own = self.name.rpartition(".")
        owner, kind = record.removesuffix(self.instance.name), self.instance.kind
        return tuple(f"{owner}{Instance(kind, n).name}.{own}" for n in range(sizes[kind]))


@dataclass
class Rule:
    """One path of one call: where ``condition`` holds on mid and inputs, post is as ``updates`` say."""

    call: int
    condition: Condition
    updates: dict[str, Value]
    targets: dict[str, Condition]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Fact:
    """A lemma for certain instances, as a condition on the state before a step."""

    lemma: Lemma
    args: tuple[int, ...]
    condition: Condition

    @property
    def name(self) -> str:
        """The lemma with its owner and its instances: unique in a system."""
        owner = f"{self.lemma.owner}." if self.lemma.owner else ""
        return f"{owner}{self.lemma.name}({', '.join(map(str, self.args))})"


@dataclass(frozen=True)
class Compared:
    """The findings of a comparison of a system with itself after an exchange of instances."""

    differs: str
    """A difference between steps, starts or facts of a kind's instances; empty if there is none."""
    noted: tuple[tuple[Line, str], ...]
    """Uses of instances' numbers that may differ at other sizes: the line of each, and what it does."""


@dataclass
class System:
    """A transition system. Fields that are not in ``slots`` were found constant or irrelevant."""

    arena: Arena
    calls: tuple[Call, ...]
    slots: dict[str, Slot]
    pre: dict[str, Value]
    mid: dict[str, Value]
    initial: dict[str, Value]
    initially: Condition
    passing: dict[str, Value]
    passable: Condition
    rules: list[Rule]
    targets: tuple[str, ...]
    inputs: Unknowns
    initial_inputs: Unknowns
    facts: list[Fact] = field(default_factory=list)
    """Candidate lemmas for all instances."""
    kin: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each field, the same field of all instances that it stands for; empty: for itself alone.

    Where only some calls were explored, which stand for all others, so do their fields."""
    known: dict[str, Linear] = field(default_factory=dict)
    """The word fields that are no slots, each as a sum over slots and initial inputs."""
    floors: dict[str, Condition] = field(default_factory=dict)
    """For each field that others follow, the condition that it is at least its initial value.

    It holds in every reachable state, since only time moves the field, and never back. A field has no floor
    where time may move it back, or where its range says the same."""
    frozen: dict[str, Value] = field(default_factory=dict)
    """The values of the flags and indices that are no slots since they never change."""
    time_input: str = ""
    """The input that says how much time passes in a step; empty where there is none."""
    uses: dict[Call, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """The symmetric instances that each call names."""
    symmetric: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """For each kind the instances that are interchangeable: steps and starts are the same for all of them."""
    lopsided: dict[str, str] = field(default_factory=dict)
    """The reason why instances are not interchangeable, for each kind of which the machine says they are."""

    compared: Compared | None = None
    """The comparison of calls that stand for others with those others, if it was made."""

    def with_kin(self, names: set[str]) -> set[str]:
        """``names`` and the same fields of the instances that these stand for."""
        return {k for name in names for k in self.kin.get(name, (name,))}
