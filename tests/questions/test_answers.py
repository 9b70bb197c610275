"""docs/answers.md says what follows from the claims' files and from the evidence that the tree keeps.

Traces are replayed here; that the kept proofs still prove is for ``vtsc claims``, of which
`tests.questions.test_claims` runs a sample.
"""

from pathlib import Path

import pytest

from questions.claims.asking import Asker
from questions.claims.claim import Answer, Answered, Claim, Kept
from questions.claims.kinds.reach import Reach
from questions.claims.reading import every_cell, load_claims
from questions.claims.report import page, reply
from tests.support.paths import ROOT
from vtsc.base.errors import Exit
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.deciding.verdict import Result, Status
from vtsc.evidence.certificate import Certificate, Stated
from vtsc.evidence.earlier import saved_trace
from vtsc.evidence.proofs import load_proofs
from vtsc.evidence.replay import replay

PAGE = ROOT / "docs/answers.md"


def kept(content: Content, one: Kept) -> Result:
    """The verdict of a cell by what the tree keeps of it: its trace, replayed, or its lemmas, unchecked."""
    cell = one.cell
    if one.expected != HOLDS:
        case = Case.of(content, cell)
        trace = saved_trace(case, cell.property)
        assert trace is not None, f"no trace is kept of {cell}"
        run = replay(case, trace)
        run = replay(case, trace, explain=run.observed)
        return Result(cell, Status.VIOLATED, run.hit_at, "bmc", 0.0, trace=trace, run=run)
    proof = load_proofs(content, cell.design).proof(cell)
    assert proof is not None, f"no proof is recorded of {cell}"
    lemmas = tuple(Stated(owner, name, "", "") for owner, name in proof.lemmas)
    certificate = Certificate(cell, Path(), proof.k == 1, lemmas, {}, ())
    return Result(cell, Status.PROVED, 0, "lemmas", 0.0, certificate=certificate)


def told(content: Content, claim: Claim) -> Answered:
    """The claim with answers from what is kept; those about events are the recorded ones."""
    results = {one.cell: kept(content, one) for _, one in every_cell(claim)}
    asker = Asker(content, False, results)
    return Answered(claim, tuple(_answer(asker, q.ask) for q in claim.questions))


def _answer(asker: Asker, ask) -> Answer:
    if not isinstance(ask, Reach):
        return ask.answer(asker)
    said = f"REACHED({ask.wanted})" if ask.expected else "NEVER"
    return Answer(ask.expected, said, Exit.OK, (), {"depth": ask.wanted}, {})


@pytest.fixture(scope="module")
def answers(content) -> list[Answered]:
    """Every claim with its answers."""
    return [told(content, claim) for claim in load_claims(content)]


@pytest.mark.slow
def test_every_answer_is_the_recorded_one(answers):
    """Each kept trace violates where it says, so verdict and reply stand."""
    for each in answers:
        assert each.as_recorded, each.claim.id
        assert each.verdict == each.claim.verdict
        assert reply(each)


@pytest.mark.slow
def test_the_page_tells_these_answers(content, answers):
    """Verdicts, replies, questions and answers, word for word; only lines about events say more there."""
    written = PAGE.read_text(encoding="utf-8").splitlines()
    lines = page(content, answers).splitlines()
    assert [line for line in lines if line and line not in written] == []
    extra = [line for line in written if line and line not in lines]
    events = {
        q.ask.cell.property for a in answers for q in a.claim.questions if isinstance(q.ask, Reach)
    }
    assert all(line.startswith("- ") and any(name in line for name in events) for line in extra)


def test_the_readme_quotes_the_page():
    """The answer that the README shows is one of the page's."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quoted = readme.split("## What the mail asks\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.removeprefix("> ") for line in quoted.splitlines() if line.startswith("> ")]
    assert lines and " ".join(lines) in PAGE.read_text(encoding="utf-8")
