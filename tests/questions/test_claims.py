"""``vtsc claims``: the files, the rule for a verdict, the reply, and what the command says."""

import json
import re
from dataclasses import replace

import jsonschema
import pytest

from questions.claims.asking import Asker
from questions.claims.claim import Answer, Answered, Claim, Question, Role, Verdict, follows
from questions.claims.reading import every_cell, kept_cells, load_claims
from questions.claims.report import UNQUOTED, reply, text
from tests.project.test_sources import ids
from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError, Exit, worst
from vtsc.cli import main
from vtsc.content.cells import Cell
from vtsc.deciding.verdict import Result, Status

FILE = """\
claim = "C1"
who = "somebody"
words = "It holds."
reading = "It holds in a cell."
verdict = "true"
reply = "It does, by {holds.lemmas} lemmas."

[[question]]
id = "holds"
role = "claim"
reads = "Does it hold?"
kind = "verdict"
design = "patch25"
host = "stable"
property = "monotonic"
"""
AGAIN = FILE[FILE.index("[[question]]") :]


@pytest.fixture
def of_text(content, tmp_path):
    """The claims of a folder whose only file has this text."""

    def loaded(written: str) -> list[Claim]:
        (tmp_path / "C01.toml").write_text(written, encoding="utf-8")
        return load_claims(content, tmp_path)

    return loaded


def test_every_claim_of_the_mail_is_asked(content):
    """The files are those of the list in docs/sources.md, in its order."""
    assert [claim.id for claim in load_claims(content)] == ids("Claims of the mail")


def test_every_claim_could_be_refuted_or_is_open(content):
    """Each has a question about the claim as it stands; without one its verdict is open."""
    for claim in load_claims(content):
        asks = any(question.role is Role.CLAIM for question in claim.questions)
        assert asks != (claim.verdict is Verdict.OPEN), claim.id


def test_every_verdict_means_something(content):
    """A claim that is not open rests on a cell or an event, and on one more that shows that this can be."""
    for claim in load_claims(content):
        if claim.verdict is not Verdict.OPEN:
            outcomes = {question.ask.expected for question in claim.questions}
            assert outcomes == {True, False}, claim.id


def question(role: Role, says: bool = True) -> Question:
    """A question of a role; nothing else of it matters to the rule."""
    return Question("q", role, "", says, "verdict", Fixed(says), 1)


class Fixed:
    """A question whose recorded outcome is given."""

    kept = ()

    def __init__(self, expected: bool) -> None:
        self.expected = expected


GOOD, BAD = (question(Role.CLAIM), True), (question(Role.CLAIM), False)
REPAIR = question(Role.REPAIR)
STRONGER = question(Role.STRONGER, says=False)
SANE = question(Role.SANITY)
ALSO = question(Role.ALSO)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ([GOOD], "true"),
        ([GOOD, GOOD, (SANE, True)], "true"),
        ([(question(Role.CLAIM, says=False), False)], "true"),
        ([GOOD, BAD], "false as stated"),
        ([BAD, (REPAIR, True)], "true with repair"),
        ([BAD, (REPAIR, True), (REPAIR, False)], "false as stated"),
        ([BAD, (REPAIR, True), (STRONGER, False)], "true with repair"),
        ([BAD, (REPAIR, True), (STRONGER, True)], "open"),
        ([GOOD, (SANE, False)], "open"),
        ([GOOD, (REPAIR, None)], "open"),
        ([(question(Role.CLAIM), None)], "open"),
        ([GOOD, (ALSO, None)], "true"),
        ([(ALSO, True), (REPAIR, True)], "open"),
        ([], "open"),
    ],
)
def test_the_verdict_follows_from_the_outcomes(outcomes, verdict):
    """Nothing that is not decided counts as fine, and what decides nothing changes nothing."""
    assert follows(outcomes) == verdict


def test_a_claim_is_read(of_text):
    """Its texts, its question, and the cell with the verdict that the property's table expects."""
    (claim,) = of_text(FILE)
    assert (claim.id, claim.verdict, claim.file) == ("C1", Verdict.TRUE, "claims/C01.toml")
    (found,) = claim.questions
    assert (found.id, found.role, found.says, found.line) == ("holds", Role.CLAIM, True, 8)
    ((_, kept),) = every_cell(claim)
    assert (kept.cell.design, kept.cell.host, kept.expected) == ("patch25", "stable", "holds")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('verdict = "true"', 'verdict = "fine"', "5: verdict fine: known: true, "),
        (
            'verdict = "true"',
            'verdict = "open"',
            "5: verdict: from the recorded answers follows: true",
        ),
        ('who = "somebody"', "", "1: who: expected a text"),
        ('who = "somebody"', 'who = "x"\nwhen = "now"', "3: unknown key when: did you mean"),
        ('role = "claim"', 'role = "main"', "10: unknown role main: "),
        ('kind = "verdict"', 'kind = "guess"', "12: unknown kind guess: "),
        (
            'kind = "verdict"',
            'kind = "verdict"\nsays = "maybe"',
            'says: expected "holds" or "fails"',
        ),
        ('host = "stable"', 'host = "table"', "14: unknown host table: did you mean stable"),
        ('host = "stable"', 'host = "stable"\nexpect = 3', "has default parameters: the table of"),
        ('host = "stable"', "", "8: host is missing"),
        ('role = "claim"', 'role = "stronger"', "recorded to come out otherwise than it must"),
        (AGAIN, AGAIN + "\n" + AGAIN, "17: id holds is there twice"),
        ('id = "holds"', 'id = "a b"', "8: id a b: expected a word that a reply can name"),
    ],
)
def test_a_mistake_is_told_with_its_line(of_text, old, new, said):
    """In one line, with file and line."""
    assert FILE.count(old) == 1
    with pytest.raises(BadFileError, match=r"^claims/C01\.toml:") as raised:
        of_text(FILE.replace(old, new))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('holds = "1ms"\nfails = "2ms"\nexpect = 4', "fails: expected a value 1ns from 1ms"),
        ('holds = "2ns"\nfails = "3ns"', "expect: expected the depth of the violation"),
        ('holds = "2ns"', "fails: expected a text"),
        ('holds = "2ns"\nfails = "3"\nexpect = 4', "parameter clock_resolution=3: accepted is"),
    ],
)
def test_a_threshold_is_of_neighbours(of_text, lines, said):
    """Both values, a step apart, with the depth on the side that fails."""
    asked = f'kind = "threshold"\nparameter = "clock_resolution"\nwithin = "1ns..9ns"\nstep = "1ns"\n{lines}'
    with pytest.raises(BadFileError) as raised:
        of_text(FILE.replace('kind = "verdict"', asked))
    assert said in str(raised.value)


def test_two_questions_expect_the_same_of_a_cell(content, of_text, tmp_path):
    """What is kept of a cell can be one thing only."""
    lines = 'set = { lag_bound = "5ms" }\nproperty = "bounded_lag"'
    first = AGAIN.replace('property = "monotonic"', f'{lines}\nexpect = "holds"')
    second = first.replace('"holds"', "4").replace("id = 4", 'id = "b"').replace("claim", "also")
    of_text(FILE[: FILE.index("[[question]]")] + first + second)
    with pytest.raises(BadFileError, match="4 is expected of a cell of which another"):
        kept_cells(content, tmp_path)


def answer(status: Exit = Exit.OK, **numbers: str) -> Answer:
    """An answer to a question that holds."""
    return Answer(True, "PROVED", status, ("a cell: PROVED",), numbers, {})


def test_the_reply_quotes_the_answers(of_text):
    """Its numbers are those of the answers, by the question's id."""
    assert reply(Answered(of_text(FILE)[0], (answer(lemmas="7"),))) == "It does, by 7 lemmas."


def test_a_reply_cannot_quote_what_there_is_not(of_text):
    """A number that no answer has is a mistake in the file, told with its line."""
    with pytest.raises(BadFileError, match=r"^claims/C01\.toml:6: reply: there is no such number"):
        reply(Answered(of_text(FILE)[0], (answer(depth="7"),)))


def test_a_reply_is_withheld_where_an_answer_changed(content, of_text):
    """It was written for other answers, and could be wrong now."""
    found = Answered(of_text(FILE)[0], (answer(Exit.UNKNOWN, lemmas="7"),))
    assert reply(found) == ""
    told = text(content, [found])
    assert f"reply: {UNQUOTED}" in told
    assert told.endswith("0 of 1 claims answered as recorded: 1 true\n")


@pytest.mark.parametrize(
    ("status", "depth", "outcome", "exits"),
    [
        (Status.PROVED, 0, True, 0),
        (Status.VIOLATED, 7, False, 10),
        (Status.BOUNDED, 20, None, 20),
        (Status.VACUOUS, 0, None, 11),
        (Status.ERROR, 0, None, 70),
    ],
)
def test_an_answer_is_compared_with_the_recorded_one(
    content, of_text, status, depth, outcome, exits
):
    """The exit status tells a changed answer; nothing undecided counts as an outcome."""
    (claim,) = of_text(FILE)
    ((asked, kept),) = every_cell(claim)
    results = {kept.cell: Result(kept.cell, status, depth, "bmc", 0.0)}
    found = Answered(claim, (asked.ask.answer(Asker(content, False, results)),))
    assert found.answers[0].outcome is outcome
    assert worst(found.statuses) == exits
    assert found.verdict == {True: "true", False: "false as stated", None: "open"}[outcome]


def test_replies_quote_no_verdict_by_hand(content):
    """A depth, a count or a size in a reply comes from an answer, so it cannot become wrong unnoticed."""
    for claim in load_claims(content):
        own = re.sub(r"\{[^}]*\}", "", claim.reply)
        assert not re.search(r"\bPROVED|VIOLATED|\b\d+ (?:steps|cycles|ns|ms)\b", own), claim.id


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the command says of one claim, in every format; and its exit status."""
    folder = tmp_path_factory.mktemp("claims")
    given = ["-o", str(folder / "text"), "--format", "text"]
    for name in ("json", "markdown"):
        given += ["--format", f"{name}={folder / name}"]
    status = main(["claims", "C10", *given, "--root", str(ROOT)])
    return {p.name: (status, p.read_text(encoding="utf-8")) for p in folder.iterdir()}


@pytest.mark.hours
@pytest.mark.slow
def test_json_follows_its_schema(told):
    """With the traces in it."""
    status, written = told["json"]
    document = json.loads(written)
    schemas = ROOT / "docs" / "schemas"
    jsonschema.validate(document, json.loads((schemas / "claims.schema.json").read_text()))
    (claim,) = document["results"]
    assert (status, claim["claim"], claim["verdict"], claim["as_recorded"]) == (
        0,
        "C10",
        "true",
        True,
    )
    traces = [q["trace"] for q in claim["questions"] if q.get("trace")]
    traces += [c["trace"] for q in claim["questions"] for c in q.get("cells", ()) if c["trace"]]
    assert traces
    for trace in traces:
        jsonschema.validate(trace, json.loads((schemas / "trace.schema.json").read_text()))


@pytest.mark.slow
def test_text_is_narrow_and_ends_with_the_total(told):
    """At most 80 columns; the verdict and the reply come last of each claim."""
    status, written = told["text"]
    lines = written.splitlines()
    assert status == 0
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "1 of 1 claims answered as recorded: 1 true"
    assert "   verdict: true" in lines


@pytest.mark.slow
def test_the_page_is_what_the_command_writes(told):
    """The section of docs/answers.md about a claim, from evidence that was checked just now."""
    section = told["markdown"][1].split("\n## C10\n", 1)[1].strip()
    page = (ROOT / "docs/answers.md").read_text(encoding="utf-8")
    assert page.split("\n## C10\n", 1)[1].split("\n## ", 1)[0].strip() == section


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["claims", "C15"], "unknown claim C15: "),
        (["claims", "--format", "junit"], "--format junit: accepted is text | "),
    ],
)
def test_a_mistake_is_one_line(arguments, said, capsys, monkeypatch):
    """And the status of usage."""
    monkeypatch.chdir(ROOT)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_a_cell_is_named_with_what_is_not_its_default(content):
    """Short for a cell with default parameters, and complete for any other."""
    from questions.claims.kinds.cells import name_of

    plain = Cell("patch25", "slow", "monotonic", content.resolve("patch25", "monotonic", {}))
    assert name_of(content, plain) == "patch25 slow monotonic"
    settings = content.resolve("patch25", "monotonic", {"timeslice": "10ms"})
    assert name_of(content, replace(plain, settings=settings)).endswith(" timeslice=10ms")
