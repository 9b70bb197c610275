"""The question that every engine is asked, and the answer that it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from vtsc.language.lemmas import OWN, Lemma
from vtsc.language.machine import Rounds
from vtsc.native.witness import Earlier, Witness

if TYPE_CHECKING:  # it imports z3
    from vtsc.engines.proof.induction import Induction
    from vtsc.system.system import System

Key = tuple[str, str]
"""A lemma's owner and name."""


class Finding(StrEnum):
    """The answers that an engine can give about a target."""

    PROVED = "proved"
    VIOLATED = "violated"
    HOLDS = "holds"
    OPEN = "open"


@dataclass(frozen=True)
class Answer:
    """An engine's answer, with everything that is needed to check it."""

    finding: Finding
    depth: int = 0
    """The depth at which the target is hit, or to which it is not."""
    witness: Witness | None = None
    """A run to a target that is hit."""
    shortest: bool = True
    """Whether no shorter run hits the target."""
    lemmas: tuple[Key, ...] = ()
    """The lemmas of a proof; where the target is open, those that hold of every reachable state."""
    k: int = 1
    """The proof is by lemmas, and for k > 1 by k-induction on top of them."""
    found: tuple[str, ...] = ()
    """Lemmas that a solver found, as texts of `lemma_text`: ``spacer_1`` and so on."""
    reason: str = ""
    """The reason why the target is open."""
    confirmed: int = 0
    """The depth to which a plain solver agrees that the target is not hit."""
    lopsided: str = ""
    """The reason why a search did not use a symmetry that the machine names; empty if there is none."""

    @property
    def decided(self) -> bool:
        """Whether the target is proved or violated."""
        return self.finding in (Finding.PROVED, Finding.VIOLATED)


@dataclass
class Task:
    """The question whether any run of a machine hits a target, and the depth to which to search for one."""

    target: str
    stated: "Callable[[Sequence[Lemma]], System]"
    """The system with lemmas stated about it."""
    depth: int
    lemmas: Sequence[Lemma] = ()
    """The candidates for proofs."""
    known: Sequence[Lemma] = ()
    """Lemmas that hold of every reachable state."""
    rounds: Sequence[Rounds] = ()
    """The forms of long runs that the machine suggests."""
    remembered: tuple[Key, ...] | None = None
    """The lemmas of an earlier proof, to be tried first."""
    earlier: Earlier | None = None
    """A run that hit the target before, to be tried at its depth; it need not be one any more."""
    shared: "Induction | None" = field(default=None, repr=False)
    """Induction on a system that other tasks share, if there is one."""

    @cached_property
    def system(self) -> "System":
        """The system without any lemma, which is smaller."""
        return self.stated(())

    @cached_property
    def induction(self) -> "Induction":
        """The task's lemmas and what induction makes of them."""
        from vtsc.engines.proof.induction import Induction

        return self.shared or Induction(self.stated(self.lemmas))

    @cached_property
    def settled(self) -> "System":
        """The system with those of the task's lemmas that hold by induction."""
        settled = self.induction.settled(self.target)
        return self.stated([x for x in settled if x not in OWN])


class Engine(Protocol):
    """A way to decide a task."""

    def __call__(self, task: Task) -> Answer:
        """The answer; `Finding.OPEN` when in doubt."""
        ...


def keys(lemmas: Sequence[Lemma]) -> tuple[Key, ...]:
    """The owners and names of ``lemmas``, without those that the checker states itself."""
    return tuple((x.owner, x.name) for x in lemmas if x not in OWN)


def unknown(reason: str) -> Answer:
    """The answer that the target is open, for the given reason."""
    return Answer(Finding.OPEN, reason=reason)
