"""The worked example: it is what the checker makes now, and what its README says of it is in its files."""

import json
import re

import pytest

from tests.support.cases import open_case
from tests.support.paths import ROOT
from tools.evidence import EXAMPLE, EXPLAINED, write_example
from vtsc.cli import main
from vtsc.deciding.plan import decide
from vtsc.engines import Effort
from vtsc.evidence.manifest import MANIFEST

TEXT = (EXAMPLE / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_it_is_what_is_made_now(content, tmp_path):
    """The same files, byte for byte; `make evidence UPDATE=1` makes them so."""
    design, host, prop = EXPLAINED
    (result,) = decide(open_case(content, design, host, prop), [prop], 8, Effort.USUAL)
    write_example(result.certificate, tmp_path)
    fresh = {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()}
    kept = {p.name: p.read_text(encoding="utf-8") for p in EXAMPLE.iterdir()}
    assert kept == {**fresh, "README.md": TEXT}


def test_the_command_says_what_its_readme_shows(monkeypatch, capsys):
    """`vtsc certify` holds it; where cvc5 is installed, its name is added."""
    monkeypatch.chdir(ROOT)
    command, shown = re.search(r"\$ vtsc (certify .*)\n((?:.*\n)*?)```", TEXT).groups()
    assert main(command.split()) == 0
    assert capsys.readouterr().out.replace(" and cvc5", "") == shown


def test_every_question_is_explained():
    """Each file is named, with the lemmas in the order in which step.smt2 assumes them."""
    manifest = json.loads((EXAMPLE / MANIFEST).read_text(encoding="utf-8"))
    for name in (*manifest["queries"], *manifest["runs"]):
        assert f"`{name}`" in TEXT, name
    rows = re.findall(r"^\| `([\w.]+)` \| `(c\d+)` \|", TEXT, re.MULTILINE)
    stated = [".".join(filter(None, (x["owner"], x["name"]))) for x in manifest["lemmas"]]
    assert [name for name, _ in rows] == stated
    step = (EXAMPLE / "step.smt2").read_text(encoding="utf-8")
    assumed = re.findall(r"^\(assert (c\d+)\)$", step.partition("(declare-const dt")[0], re.M)
    assert [symbol for _, symbol in rows] == list(dict.fromkeys(assumed))


def test_what_it_quotes_is_there():
    """Every term that the README quotes stands in step.smt2."""
    quoted = re.findall(r"`(\([^`]*\))`", TEXT)
    step = (EXAMPLE / "step.smt2").read_text(encoding="utf-8")
    assert len(quoted) >= 5
    for term in quoted:
        assert term in step, term
