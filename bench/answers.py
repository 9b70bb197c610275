"""What the ways answer, in one form, so that no two of them can contradict each other unnoticed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.measure import Run

VERDICT = re.compile(r"\b(?:PROVED|VIOLATED\(\d+\)|HOLDS_TO\(\d+\)|VACUOUS|UNKNOWN|ERROR)")
WORDS = {"VIOLATED": True, "PROVED": False, "HOLDS_TO": False, "sat": True, "unsat": False}


class Disagreement(Exception):
    """Two ways answer a question differently."""


class Failed(Exception):
    """A process ended with a status that means that it has failed."""


@dataclass(frozen=True)
class Answer:
    """Whether a run violates the property, and how long the shortest is; None where that is not said."""

    violated: bool | None = None
    depth: int | None = None

    @property
    def known(self) -> bool:
        """Whether there is an answer."""
        return self.violated is not None

    @classmethod
    def of(cls, text: str) -> "Answer":
        """The answer in a text: a verdict of vtsc, or ``sat``, ``sat 11``, ``unsat`` of the others."""
        word, *number = re.findall(r"\w+", text) or [""]
        violated = WORDS.get(word)
        return cls(violated, int(number[0]) if violated and number else None)

    def contradicts(self, other: "Answer") -> bool:
        """Whether not both can be right."""
        if not (self.known and other.known):
            return False
        depths = {self.depth, other.depth} - {None}
        return self.violated != other.violated or len(depths) > 1


def verdict(output: str) -> str:
    """The verdict that a report of vtsc on one cell ends with; empty if there is none."""
    found = VERDICT.findall(output)
    return found[-1] if found else ""


def last_line(output: str) -> str:
    """The answer of a program of this folder: the last line that it prints."""
    lines = output.split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


def compare(figure: str, found: Mapping[str, Sequence[Run]]) -> None:
    """Check that all answers about a figure can be right together; raises `Disagreement`."""
    given = [(way, Answer.of(run.answer)) for way, runs in found.items() for run in runs]
    known = [(way, answer) for way, answer in given if answer.known]
    for way, answer in known[1:]:
        first, other = known[0]
        if answer.contradicts(other):
            raise Disagreement(f"{figure}: {first} says {_told(other)}, {way} says {_told(answer)}")


def _told(answer: Answer) -> str:
    depth = f" at depth {answer.depth}" if answer.depth is not None else ""
    return ("violated" if answer.violated else "not violated") + depth
