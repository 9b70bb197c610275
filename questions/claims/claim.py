"""Claims as they are asked, and as they are answered; the rule by which answers make a verdict."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from vtsc.base.errors import Exit
from vtsc.content.cells import Cell
from vtsc.content.content import Content
from vtsc.deciding.verdict import Result


class Role(StrEnum):
    """What a question is asked for."""

    CLAIM = "claim"
    """The claim as it stands is true only if the answer is what it says."""
    REPAIR = "repair"
    """The same of the claim as it was repaired."""
    STRONGER = "stronger"
    """A repaired claim that says more, and is false: it shows that the repair cannot say as much."""
    SANITY = "sanity"
    """Without this answer the others would mean nothing."""
    ALSO = "also"
    """It adds a number, or a comparison, and decides nothing."""


class Verdict(StrEnum):
    """What becomes of a claim."""

    TRUE = "true"
    REPAIRED = "true with repair"
    FALSE = "false as stated"
    OPEN = "open"


@dataclass(frozen=True)
class Answer:
    """The answer to a question, with the evidence for it."""

    outcome: bool | None
    """Whether it is the first of the two words of its kind; None where it is not decided."""
    text: str
    """The answer in a few words."""
    status: Exit
    """OK where the answer is the recorded one."""
    evidence: tuple[str, ...]
    """One line for each piece of evidence."""
    numbers: Mapping[str, str]
    """What a reply may quote, by name."""
    document: Mapping[str, Any]
    """The answer for programs."""


class Asking(Protocol):
    """What a question may use to get its answer."""

    @property
    def content(self) -> Content:
        """The model and its properties."""

    @property
    def again(self) -> bool:
        """Whether everything is to be derived, and nothing taken from the tree."""

    @property
    def beside(self) -> "Sequence[Ask]":
        """The questions that are answered together with this one, itself included."""

    @property
    def shared(self) -> dict[str, Any]:
        """What they work out together, for each other."""

    def result(self, cell: Cell) -> Result:
        """The verdict of one of the question's cells."""

    def decide(self, cells: Sequence[Cell], depth: int) -> Sequence[Result]:
        """The verdicts of other cells."""


@dataclass(frozen=True)
class Kept:
    """A cell whose evidence the tree keeps, with the verdict expected of it: ``holds`` or a depth."""

    cell: Cell
    depth: int
    """The depth of the search."""
    expected: str


class Ask(Protocol):
    """A question of some kind."""

    @property
    def kept(self) -> Sequence[Kept]:
        """Its cells; they are decided before it is answered."""

    @property
    def expected(self) -> bool:
        """The outcome that is recorded."""

    @property
    def batch(self) -> Hashable:
        """Equal for questions that are answered together, in one process."""

    def answer(self, asking: Asking) -> Answer:
        """The answer, compared with the recorded one."""


@dataclass(frozen=True)
class Question:
    """A question of a claim."""

    id: str
    role: Role
    reads: str
    """The question in one English sentence."""
    says: bool
    """The outcome that the claim, or what the question is for, asks for."""
    kind: str
    ask: Ask
    line: int


@dataclass(frozen=True)
class Claim:
    """A claim of the mail with the questions that decide it."""

    id: str
    who: str
    words: str
    """The claim in our words."""
    reading: str
    """How it is read so that it can be asked."""
    assumes: tuple[str, ...]
    """What the answer takes for granted, besides the scope of each verdict."""
    verdict: Verdict
    """The recorded verdict."""
    reply: str
    """One sentence that answers the mail, with the names of numbers in braces."""
    questions: tuple[Question, ...]
    file: str
    lines: Mapping[str, int] = field(default_factory=dict)
    """The lines at which the file states these."""


@dataclass(frozen=True)
class Answered:
    """A claim with the answers to its questions, in order."""

    claim: Claim
    answers: tuple[Answer, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict that follows from the answers."""
        outcomes = [answer.outcome for answer in self.answers]
        return follows(zip(self.claim.questions, outcomes, strict=True))

    @property
    def statuses(self) -> list[Exit]:
        """What each answer contributes to the exit status."""
        return [answer.status for answer in self.answers]

    @property
    def as_recorded(self) -> bool:
        """Whether every answer is the recorded one."""
        return all(status is Exit.OK for status in self.statuses)


def follows(outcomes: Iterable[tuple[Question, bool | None]]) -> Verdict:
    """The verdict that follows from the outcomes of a claim's questions.

    It is open while a question that decides it is not decided, while a sanity question or a stronger claim
    comes out otherwise than it must, and where nothing asks for the claim as it stands. It is true where
    every such question comes out as the claim says. Where one does not, it is true with repair if there are
    questions of a repaired claim and all come out as that says, else false as stated.
    """
    known = list(outcomes)

    def fine(role: Role) -> list[bool]:
        return [outcome is q.says for q, outcome in known if q.role is role]

    deciding = [x for q, x in known if q.role is not Role.ALSO]
    claims, repairs = fine(Role.CLAIM), fine(Role.REPAIR)
    if None in deciding or not claims or not all(fine(Role.SANITY) + fine(Role.STRONGER)):
        return Verdict.OPEN
    if all(claims):
        return Verdict.TRUE
    return Verdict.REPAIRED if repairs and all(repairs) else Verdict.FALSE
