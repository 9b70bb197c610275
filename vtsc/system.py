"""The symbolic transition system: a machine and its monitors, as terms.

A step is ``pre --time passes--> mid --one rule--> post``. Every path through an action is a rule: a
condition on ``mid`` and the inputs, the fields it changes, and the targets it hits. A target is a
property violated, or a "sometimes" reached.
"""

from dataclasses import dataclass, field

from vtsc.actions import Call
from vtsc.inputs import Unknowns
from vtsc.paths import Line
from vtsc.records import Field
from vtsc.symbolic import Value
from vtsc.terms import Arena, Condition

INITIAL = "initial."
MID = "~"
TOUCHED = "touched."


@dataclass(frozen=True)
class Slot:
    """One state field by its full name."""

    name: str
    field: Field


@dataclass
class Rule:
    """One path of one call: where ``condition`` holds on mid and inputs, post is as ``updates`` say."""

    call: int
    condition: Condition
    updates: dict[str, Value]
    targets: dict[str, Condition]
    lines: tuple[Line, ...]


@dataclass
class System:
    """See the module. Slots not in ``slots`` were found constant or irrelevant."""

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
    uses: dict[Call, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    """The symmetric instances that each call names."""
    symmetric: dict[str, tuple[int, ...]] = field(default_factory=dict)
