"""Every rule has a source that a reader can look up, and nothing names a document that is not here."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT, texts

SOURCES = ROOT / "docs/sources.md"
STATUSES = {"quoted", "source", "reconstructed", "proposed"}
CITED_FROM = ("model", "properties", "questions", "conformance")
CITED = ("Rules", "Properties", "Modelling choices")
"""The sections whose every row is cited in the code."""
UNCITED = ("Commits", "Claims of the mail", "Known defects")
"""The sections whose rows the code may cite, and need not."""
BRACKETED = re.compile(r"\[([A-Za-z][^\[\]]*)\](?!\()")
COMMIT = re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8}\b")
DOCUMENT = re.compile(r"[\w./*-]*\w\.md\b")


def sections() -> dict[str, str]:
    """The text of each second-level section of the page, by its heading."""
    parts = re.split(r"^## (.*)\n", SOURCES.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(section: str) -> list[list[str]]:
    """The cells of each row of a section's tables, without headings."""
    lines = [line for line in sections()[section].splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if row[0] not in ("id", "commit")]


def ids(section: str) -> list[str]:
    """The ids of a section's rows."""
    return [row[0].strip("`") for row in rows(section)]


def remarks(path: Path) -> Iterator[str]:
    """The comments of a Python file, and the strings in it that are statements: docstrings and the like."""
    text = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def tags(remark: str) -> list[str]:
    """The ids that a remark cites: everything that it has in square brackets."""
    return [tag for group in BRACKETED.findall(remark) for tag in group.split(", ")]


def citations() -> dict[str, set[Path]]:
    """Each id that the content cites, with the files that cite it."""
    found: dict[str, set[Path]] = {}
    for package in CITED_FROM:
        for path in sorted((ROOT / package).rglob("*.py")):
            for remark in remarks(path):
                for tag in tags(remark):
                    found.setdefault(tag, set()).add(path.relative_to(ROOT))
    for path in sorted((ROOT / "litmus").glob("*.litmus")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for tag in (tag for line in lines if line.startswith("#") for tag in tags(line)):
            found.setdefault(tag, set()).add(path.relative_to(ROOT))
    return found


def test_what_counts_as_a_citation():
    """Ids are found alone and in lists; intervals, links and subscripts in code are none."""
    remark = "Put. [put-rebase, host-state] In [0, 2^64), see [ADR](adr); `[C1]`."
    assert tags(remark) == ["put-rebase", "host-state", "C1"]


def test_every_citation_has_a_row():
    """A reader finds each id that `model/`, `properties/` and `questions/` cite."""
    known = {name for section in (*CITED, *UNCITED) for name in ids(section)}
    unknown = {tag: paths for tag, paths in citations().items() if tag not in known}
    assert unknown == {}


@pytest.mark.slow
@pytest.mark.parametrize("section", CITED)
def test_every_row_is_cited(section):
    """No row speaks of a rule, property or choice that the code does not have."""
    assert set(ids(section)) - citations().keys() == set()


def test_every_rule_has_a_status():
    """Each rule names a function and a commit, says how certain it is, and what it does."""
    for name, function, commit, status, sentence in rows("Rules"):
        assert function and commit and status in STATUSES and sentence.endswith("."), name


def test_ids_are_unique():
    """One id, one row."""
    every = [name for section in (*CITED, *UNCITED) for name in ids(section)]
    assert len(every) == len(set(every))


def test_claims_and_defects_are_complete():
    """C1 to C14 and KD1 to KD10, in order."""
    assert ids("Claims of the mail") == [f"C{n}" for n in range(1, 15)]
    assert ids("Known defects") == [f"KD{n}" for n in range(1, 11)]


def test_every_property_has_an_origin():
    """The table of properties is that of the registry."""
    from properties import PROPERTIES

    assert [row[1].strip("`") for row in rows("Properties")] == list(PROPERTIES)


def test_rediscovered_defects_are_those_with_a_test():
    """A defect is said to be rediscovered if and only if a test finds it."""
    tests = (ROOT / "tests" / "deciding" / "test_rediscovery.py").read_text(encoding="utf-8")
    tested = {f"KD{n}" for n in re.findall(r"def test_kd(\d+)_", tests)}
    assert {row[0] for row in rows("Known defects") if not row[4].startswith("no:")} == tested


def test_every_commit_is_listed():
    """Each hash on the page, and each in the content's remarks, has a row with its subject."""
    mentioned = set(COMMIT.findall(SOURCES.read_text(encoding="utf-8")))
    for package in CITED_FROM:
        for path in (ROOT / package).rglob("*.py"):
            for remark in remarks(path):
                mentioned |= set(COMMIT.findall(remark))
    assert mentioned <= set(ids("Commits"))


def test_no_file_names_a_document_that_is_not_here():
    """Every name of a Markdown file, in any text file, is that of a file below the root or beside it."""
    absent = []
    for path in texts():
        text = path.read_text(encoding="utf-8")
        for name in DOCUMENT.findall(text) if ".md" in text else ():
            there = (ROOT / name).is_file() or (path.parent / name).is_file()
            if "*" not in name and not there:
                absent.append(f"{path.relative_to(ROOT)}: {name}")
    assert absent == []
