"""Answers what a manifest asks besides cells, on several cores, and remembers answers that are as expected.

A remembered answer is used while nothing that it rests on has changed: the sources of checker and content,
the solver, and what the question itself rests on. It is used as it was kept, and is not derived again.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from vtsc.base.cache import keep_sealed, recalled_sealed
from vtsc.base.errors import Exit, VtscError
from vtsc.base.parallel import Local, Lost
from vtsc.base.watched import Watched
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.questions import UNBOUNDED, Answer, Answered, BoundQuestion, Question
from vtsc.deciding.bound import Bound, Kind, bound
from vtsc.report.bounds import Found, said, text
from vtsc.report.screen import columns

Asked = Question | BoundQuestion


@dataclass(frozen=True)
class Asking:
    """How questions are answered."""

    content: Content
    rests_on: str
    """A digest of all that every answer rests on."""
    jobs: int = 0
    begun: Callable[[Asked], None] = lambda question: None
    """Is told of each question that a process begins to answer."""
    done: Callable[[Answered], None] = lambda answered: None
    """Is told each answer."""

    def answers(self, questions: Sequence[Asked]) -> list[Answered]:
        """The answers, in order; a process is begun for each that is not remembered."""
        waiting: Watched[Asked] = Watched(self.begun)
        found: dict[int, Answered] = {}
        left: list[int] = []
        for number, question in enumerate(questions):
            known = self._remembered(question)
            if known is None:
                waiting.add(question)
                left.append(number)
            else:
                self.begun(question)
                found[number] = Answered(question, known)
                self.done(found[number])
        for module in dict.fromkeys(m for number in left for m in questions[number].modules):
            with suppress(Exception):  # the answer meets it again, and is an error then
                import_module(module)
        with closing(Local(self.jobs).as_done(waiting, self._answer)) as answers:
            for place, answer in answers:
                number = left[place]
                if isinstance(answer, Lost):
                    answer = Answer("UNKNOWN", Exit.UNKNOWN, f"not decided: {answer.why}")
                found[number] = Answered(questions[number], answer)
                self.done(found[number])
        return [found[number] for number in range(len(questions))]

    def _remembered(self, question: Asked) -> Answer | None:
        """The answer that is kept; None where there is none."""
        name = self._name(question)
        return None if name is None else _kept(recalled_sealed(name))

    def _answer(self, question: Asked) -> Answer:
        name = self._name(question)
        try:
            if isinstance(question, BoundQuestion):
                answer = self._bound(question)
            else:
                answer = question.answer()
        except VtscError as error:
            answer = Answer("ERROR", Exit(error.status), str(error))
        except Exception as error:  # a worker does not raise
            answer = Answer("ERROR", Exit.INTERNAL, f"{type(error).__name__}: {error}")
        if name is not None and answer.status is Exit.OK:
            keep_sealed(name, [answer.found, answer.reason, answer.told])
        return answer

    def _name(self, question: Asked) -> str | None:
        """The name under which an answer is kept; None where it is not."""
        if isinstance(question, BoundQuestion):
            rests = f"{question.depth} {question.cell.settings.texts()}"
        else:
            rests = question.rests_on
        if not rests:
            return None
        parts = [self.rests_on, question.kind, question.name, question.expected, rests]
        name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return f"answers/{name}.json"

    def _bound(self, question: BoundQuestion) -> Answer:
        case = Case.of(self.content, question.cell)
        found = bound((case, question.cell.property, question.sign), question.depth)
        status = bound_status(found, question)
        if found.kind is Kind.ERROR:
            return Answer("ERROR", status, found.reason)
        with columns():
            told = text(Found(self.content, [found]))
        return Answer(_word(found), status, said(found), told)


def _word(found: Bound) -> str:
    """A bound in a word."""
    if found.kind is Kind.UNBOUNDED:
        return UNBOUNDED
    return f"{'at least ' * (found.kind is Kind.AT_LEAST)}{found.amount}"


def bound_status(found: Bound, question: BoundQuestion) -> Exit:
    """What a bound means for the exit status: greater than expected, smaller, or not known."""
    if found.kind is Kind.ERROR or found.amount is None:
        return found.exit or Exit.UNKNOWN
    if question.value is None:
        wanted = found.kind is Kind.UNBOUNDED
        return Exit.OK if wanted else _unless(Exit.NOT_FOUND, found)
    if found.kind is Kind.UNBOUNDED or found.amount > question.value:
        return Exit.VIOLATED
    if found.kind is Kind.EXACT and found.amount == question.value:
        return Exit.OK
    return _unless(Exit.NOT_FOUND, found)


def _unless(status: Exit, found: Bound) -> Exit:
    """A status, or that nothing is known where a greater value is not excluded."""
    return Exit.UNKNOWN if found.kind is Kind.AT_LEAST else status


def _kept(value: Any) -> Answer | None:
    """A kept answer; None where there is none that can be read."""
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        return None
    return Answer(value[0], Exit.OK, *value[1:]) if len(value) == 3 else None
