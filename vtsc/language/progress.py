"""Situations: a model's declaration of how each instance gets to its goal, whatever state it is in.

A situation has a condition, the call that leads on, and inputs for it; its rank is the greatest number of
calls to the goal. That the condition of some situation always holds, and that each leads to one of lower
rank, is proved by `vtsc.evidence.progress_questions`; `lead` follows them natively, without any solver.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vtsc.language.actions import Call
from vtsc.language.lemmas import Lemma

OWNER = "progress"
"""The owner of the conditions below where they are stated about a system, as if they were lemmas."""
LEAST = 1
"""The rank of a situation whose call reaches the goal."""
Given = Mapping[str, int | bool]
"""Inputs by the names under which the model asks for them."""


@dataclass(frozen=True)
class Situation:
    """A situation of an instance, the first of the kinds in ``over``, and the call that leads on."""

    name: str
    sentence: str
    rank: int
    over: tuple[str, ...]
    applies: Callable[..., bool]
    """Machine, state and one number for each of ``over``."""
    call: Callable[..., Call]
    """The numbers to the call."""
    inputs: Given

    def stated(self) -> Lemma:
        """The situation as a condition that can be stated about a system."""
        return stated(self.name, self.sentence, self.over, self.applies)


@dataclass(frozen=True)
class Progress:
    """The way in which each instance of a kind reaches its goal, and in which time goes on then."""

    goal: str
    situations: tuple[Situation, ...]
    concerns: Callable[..., bool]
    """Machine, state and an instance's number: whether the claim is made of it."""
    whom: str
    """The phrase for an instance of which the claim is made, such as: a train in service."""
    room: Callable[[Any, Any], bool]
    """Machine and state: whether inputs are so far from their limit that some steps can be taken."""
    room_sentence: str
    lemmas: tuple[Lemma, ...]
    """The lemmas about every reachable state that all this needs."""
    clock: str = ""
    """The field that tells the time; empty where no time passes, and the rest then does not matter."""
    passing: Given = field(default_factory=dict)
    """Inputs with which time goes on."""
    idle: Callable[[Any, Any], bool] = lambda machine, state: True
    """Machine and state: whether nothing is due before time can go on."""
    idle_sentence: str = ""

    @property
    def kind(self) -> str:
        """The kind of instance it is about."""
        return self.situations[0].over[0]

    @property
    def steps(self) -> int:
        """The greatest number of calls to the goal."""
        return max(situation.rank for situation in self.situations)

    def stated(self) -> list[Lemma]:
        """Every condition that occurs in the claim."""
        return [
            stated("concerns", "the claim is made of it", (self.kind,), self.concerns),
            stated("room", self.room_sentence, (), self.room),
            stated("idle", self.idle_sentence, (), self.idle),
            *(situation.stated() for situation in self.situations),
        ]


def stated(name: str, sentence: str, over: tuple[str, ...], holds: Callable[..., bool]) -> Lemma:
    """A condition in the form of a lemma, which is not claimed to hold."""

    def asked(machine: Any, state: Any, ghosts: Any, *args: int) -> bool:
        return holds(machine, state, *args)

    return Lemma(name, sentence, over, asked, owner=OWNER)
