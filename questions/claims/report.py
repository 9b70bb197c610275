"""Claims and their answers as text, as the page in docs, and as JSON of the schema vtsc.claims/1."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from questions.claims.claim import Answer, Answered, Question, Verdict
from questions.claims.kinds import KINDS
from vtsc.base.errors import BadFileError, Exit, worst
from vtsc.content.content import Content
from vtsc.report.document import document
from vtsc.report.text.wrapping import folded, wrapped

SCHEMA = "vtsc.claims/1"
UNQUOTED = "none: it was written for other answers than these"
"""What stands in place of a reply where an answer is not the recorded one."""


def status_of(answered: Answered) -> Exit:
    """The contribution of a claim to the exit status."""
    return worst(answered.statuses)


def reply(answered: Answered) -> str:
    """The sentence that answers the mail, with its numbers; none where an answer is not the recorded one.

    Raises `BadFileError` where it names a number that there is not.
    """
    claim = answered.claim
    if not answered.as_recorded:
        return ""
    names = {
        question.id: SimpleNamespace(outcome=word(question, answer.outcome), **answer.numbers)
        for question, answer in zip(claim.questions, answered.answers, strict=True)
    }
    try:
        return claim.reply.format(**names)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        place = f"{claim.file}:{claim.lines.get('reply', 1)}"
        raise BadFileError(f"{place}: reply: there is no such number: {error}") from None


def word(question: Question, outcome: bool | None) -> str:
    """An outcome in the words of the question's kind."""
    if outcome is None:
        return "not decided"
    words: tuple[str, str] = import_module(KINDS[question.kind]).WORDS
    return words[not outcome]


def _pairs(answered: Answered) -> Iterator[tuple[Question, Answer]]:
    return zip(answered.claim.questions, answered.answers, strict=True)


def _total(found: Sequence[Answered]) -> str:
    counts = {v: sum(a.verdict is v for a in found) for v in Verdict}
    told = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)
    fine = sum(a.as_recorded for a in found)
    return f"{fine} of {len(found)} claims answered as recorded: {told}"


# text


def text(content: Content, found: Sequence[Answered]) -> str:
    """The report for people, in lines of at most 80 columns; the total is the last of them."""
    lines = [f"vtsc claims: {content.where} model {content.digest}", ""]
    for each in found:
        lines += [*_claim_lines(each), ""]
    return folded("\n".join([*lines, _total(found)]) + "\n")


def _claim_lines(answered: Answered) -> Iterator[str]:
    claim = answered.claim
    yield from wrapped(f"{claim.id} {claim.who}: {claim.words}", "   ")
    yield from wrapped(f"asked: {claim.reading}", "   ", "   ")
    for question, answer in _pairs(answered):
        yield from wrapped(f"[{question.role}] {question.reads}", "     ", "   ")
        yield from wrapped(f"{word(question, answer.outcome)}: {answer.text}", "       ", "     ")
        for line in answer.evidence:
            yield from wrapped(line, "         ", "       ")
    for sentence in claim.assumes:
        yield from wrapped(f"assumed: {sentence}", "     ", "   ")
    yield from wrapped(f"verdict: {answered.verdict}", "     ", "   ")
    yield from wrapped(f"reply: {reply(answered) or UNQUOTED}", "     ", "   ")


# the page

HEAD = """# Answers

What the mail of 25 August 2010 claims and asks ([sources]({sources}#claims-of-the-mail)), answered by
`vtsc`. `make answers` writes this page. `vtsc claims` prints the same on a terminal and checks the evidence
again: traces are replayed, and the questions of each proof are solved. `vtsc claims --again` derives
everything anew.

A claim's verdict follows from the answers. It is **true** if every question of the role *claim* comes out as
the claim says; **true with repair** if one does not, but every question of the role *repair* does; **false as
stated** if there is no such repair; and **open** while a question is not decided, a *sanity* question fails,
or nothing asks for the claim as it stands. A *stronger* question asks for more than the repair says, and has
to fail. Questions of the role *also* decide nothing.

What a verdict like `VIOLATED(11)` or `PROVED` means, and what it rests on, is in [soundness]({soundness}).
All of them assume: {assumed}.
"""


def page(content: Content, found: Sequence[Answered]) -> str:
    """The page for readers."""
    parts = [_head(content), _contents(found)]
    parts += ["\n".join(_section(each)) + "\n" for each in found]
    return "\n".join(parts)


def _head(content: Content) -> str:
    """What comes before the claims; the page stands beside those that it links to."""
    pages = {name: f"{name}.md" for name in ("sources", "soundness")}
    return HEAD.format(assumed=content.model.assumed, **pages)


def _contents(found: Sequence[Answered]) -> str:
    rows = ["| claim | verdict | reply |", "|---|---|---|"]
    rows += [
        f"| [{a.claim.id}](#{a.claim.id.lower()}) | {a.verdict} | {_cell(reply(a) or UNQUOTED)} |"
        for a in found
    ]
    return "\n".join(rows) + "\n"


def _section(answered: Answered) -> Iterator[str]:
    claim = answered.claim
    yield f"## {claim.id}"
    yield ""
    yield f"*{claim.who}:* {claim.words}"
    yield ""
    yield f"**Asked.** {claim.reading}"
    yield ""
    yield "| role | question | answer |"
    yield "|---|---|---|"
    for question, answer in _pairs(answered):
        said = f"{word(question, answer.outcome)}: {answer.text}"
        yield f"| {question.role} | {_cell(question.reads)} | {_cell(said)} |"
    yield ""
    yield "Evidence:"
    yield ""
    for line in dict.fromkeys(line for a in answered.answers for line in a.evidence):
        yield f"- {line}"
    yield ""
    if claim.assumes:
        yield f"**Assumed.** {' '.join(claim.assumes)}"
        yield ""
    yield f"**Verdict: {answered.verdict}.** {reply(answered) or UNQUOTED}"


def _cell(told: str) -> str:
    return told.replace("|", "\\|")


# for programs


def json_document(content: Content, found: Sequence[Answered]) -> str:
    """One object of the schema vtsc.claims/1."""
    return document(SCHEMA, content, [_result(each) for each in found])


def _result(answered: Answered) -> dict[str, Any]:
    claim = answered.claim
    return {
        "claim": claim.id,
        "who": claim.who,
        "words": claim.words,
        "reading": claim.reading,
        "assumes": list(claim.assumes),
        "verdict": answered.verdict.value,
        "recorded": claim.verdict.value,
        "as_recorded": answered.as_recorded,
        "reply": reply(answered) or None,
        "questions": [_question(q, a) for q, a in _pairs(answered)],
    }


def _question(question: Question, answer: Answer) -> dict[str, Any]:
    return {
        "id": question.id,
        "role": question.role.value,
        "kind": question.kind,
        "reads": question.reads,
        "says": word(question, question.says),
        "recorded": word(question, question.ask.expected),
        "outcome": None if answer.outcome is None else word(question, answer.outcome),
        "answer": answer.text,
        "status": int(answer.status),
        **answer.document,
    }


FORMATS: Mapping[str, Callable[[Content, Sequence[Answered]], str]] = {
    "text": text,
    "markdown": page,
    "json": json_document,
}
"""The formats by name."""
