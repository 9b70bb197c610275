"""What a recipe's verdicts are beside what is expected of them, and the words for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from questions.recipes.deciding import (
    DEPENDS,
    FAILS,
    HOLDS,
    UNAVAILABLE,
    UNKNOWN,
    VACUOUS,
    Verdict,
)
from questions.recipes.reading.tree import Expected, Text
from questions.recipes.script import Script
from questions.recipes.words import duration
from vtsc.base.errors import Exit, worst

NUMBER = re.compile(r"(?<![\w.*])([0-9]+)(?![\w.*])")


@dataclass(frozen=True)
class Answer:
    """The verdict on one property under one rule set, and what is expected of it, if anything."""

    text: Text
    script: Script
    rules: str
    verdict: Verdict
    expected: Expected | None
    repairs: tuple[str, ...] = ()
    """Small changes of the recipe with which the property holds, each in a sentence; tried, not guessed."""
    all_tried: bool = True
    """Whether no change was left untried because the search has its bound."""

    @property
    def name(self) -> str:
        """The name of the property."""
        return self.verdict.wanted.name

    @property
    def condition(self) -> str:
        """When the property holds, where that depends on the delays; empty where it would be too long."""
        if self.threshold is not None:
            name, relation, number = self.threshold
            return f"{name} {relation} {duration(number)}"
        told = either(self.verdict.parts)
        return f"not ({told})" if self.verdict.fails and told else told

    @property
    def enough(self) -> str:
        """A condition under which the property holds, though not only then; empty where none is told."""
        return "" if self.verdict.enough is None else either(self.verdict.enough.parts)

    @property
    def needed(self) -> str:
        """A condition without which it fails, though not only then; empty where none is told."""
        return "" if self.verdict.needed is None else either(self.verdict.needed.parts)

    @property
    def threshold(self) -> tuple[str, str, int] | None:
        """The one delay that decides, ``<=`` or ``>=``, and the last number with which the property holds."""
        found = self.verdict.threshold
        if found is None or not self.verdict.fails:
            return found
        name, relation, number = found
        return (name, "<=", number - 1) if relation == ">=" else (name, ">=", number + 1)

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is the expected one; where none is, whether the property holds."""
        if self.expected is None:
            return self.verdict.result == HOLDS
        if self.expected.result != self.verdict.result:
            return False
        return self.expected.condition in ("", self.condition)

    @property
    def status(self) -> Exit:
        """What this verdict adds to the exit status."""
        if self.as_expected:
            return Exit.OK
        found = self.verdict.result
        if found == UNKNOWN:
            return Exit.UNKNOWN
        if found in (VACUOUS, UNAVAILABLE):
            return Exit.VACUOUS
        expected = "" if self.expected is None else self.expected.result
        if expected == found == DEPENDS and not self.condition:
            return Exit.UNKNOWN
        if found == HOLDS or (expected == FAILS and found == DEPENDS):
            return Exit.NOT_FOUND
        return Exit.VIOLATED


@dataclass(frozen=True)
class Answered:
    """All answers about one recipe, by rule set."""

    text: Text
    answers: tuple[Answer, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rule sets that were asked about, in their order."""
        return tuple(dict.fromkeys(answer.rules for answer in self.answers))

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that were asked about."""
        return tuple(dict.fromkeys(answer.name for answer in self.answers))

    @property
    def status(self) -> Exit:
        """The status of all together."""
        return worst([answer.status for answer in self.answers])

    def of(self, name: str) -> Mapping[str, Answer]:
        """The answers about one property by rule set."""
        return {answer.rules: answer for answer in self.answers if answer.name == name}


def both(part: Sequence[str]) -> str:
    """Bounds all of which have to be so, as text."""
    return " and ".join(map(with_units, part))


def either(parts: Sequence[Sequence[str]]) -> str:
    """Conjunctions of bounds one of which has to be so, as text."""
    return ", or ".join(map(both, parts))


def with_units(bound: str) -> str:
    """A bound whose numbers of nanoseconds have units."""
    return NUMBER.sub(lambda found: duration(int(found[1])), bound)


def total(found: Sequence[Answered]) -> str:
    """The last line of a report."""
    every = [answer for each in found for answer in each.answers]
    fine = sum(answer.as_expected for answer in every)
    results = (HOLDS, FAILS, DEPENDS, UNKNOWN, VACUOUS, UNAVAILABLE)
    counts = {r: sum(a.verdict.result == r for a in every) for r in results}
    told = ", ".join(f"{number} {result}" for result, number in counts.items() if number)
    return f"recipe: {told}; {fine} as wanted, {len(every) - fine} not"
