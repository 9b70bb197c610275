"""``vtsc litmus``: statuses, text, the JSON document and saved evidence."""

import json

import jsonschema
import pytest

from tests.support.paths import ROOT
from vtsc.cli import main
from vtsc.solver.solve import solve

FILE = """\
litmus one

Question: Are two reads of one vCPU ever equal?
Order:    serial
TSC:      strict
Wrap:     low
Result:   Never

P0:
        rdtsc
        mov %eax, %ebx
        mov %edx, %ecx
        rdtsc
        sub %ebx, %eax
        sbb %ecx, %edx
        or %edx, %eax
equal:  je end
end:    ret

exists P0:taken(equal)
"""


@pytest.fixture
def asked(tmp_path, monkeypatch, capsys):
    """Decides ``one.litmus`` with some texts replaced; returns status, standard output and error."""
    monkeypatch.chdir(ROOT)

    def ask(*changes, arguments=()):
        text = FILE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "one.litmus").write_text(text, encoding="utf-8")
        status = main(["litmus", str(tmp_path / "one.litmus"), *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return ask


def test_as_the_header_says(asked):
    """The status is 0, and the verdict stands last."""
    status, out, err = asked()
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == "one  Never      as expected"
    assert "proof: no register and no TSC has values for which there is such an" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ([("strict", "at-least")], 10, "one  Sometimes  not Never: what must not be possible is"),
        ([("Never", "Sometimes")], 12, "one  Never      not Sometimes: what must be possible is not"),
        ([("Never", "Always")], 12, "one  Never      not Always: what must be possible is not"),
        ([("strict", "at-least"), ("Never", "Always")], 10, "one  Sometimes  not Always: "),
        ([("Wrap:     low", "Wrap:     full\nGap: 1 to 4 at most 0")], 11, "one  Vacuous"),
    ],
)  # fmt: skip
def test_not_as_the_header_says(asked, changes, status, said):
    """What must not happen and can is 10, what must happen and cannot is 12, nothing at all is 11."""
    found, out, err = asked(*changes)
    assert (found, err) == (status, "")
    assert out.splitlines()[-1].startswith(said)


def test_an_execution_is_shown_register_by_register(asked):
    """Which instruction, where, when, and what it changed; nothing is wider than 80 columns."""
    _, out, _ = asked(("strict", "at-least"))
    lines = out.splitlines()
    assert "#  TSC         by  instruction     changed" in lines
    assert "5  0:00000000  P0  sub %ebx, %eax  eax=0x0 CF=0 ZF=1 SF=0 OF=0" in lines
    assert max(map(len, lines)) <= 80


def test_mistakes_of_the_user(asked, capsys, monkeypatch):
    """One line each; a name that is like a file's is told."""
    status, out, err = asked(("rdtsc\n        sub", "rdtcs\n        sub"))
    assert (status, out) == (3, "")
    assert err.endswith(
        "one.litmus:13: unknown instruction rdtcs: did you mean rdtsc, rdtscp, ret?\n"
    )
    assert main(["litmus", "mail-frist-serial"]) == 2
    said = "vtsc: no litmus file mail-frist-serial: did you mean mail-first-serial, "
    assert capsys.readouterr().err.startswith(said)


def test_the_document_follows_its_schema(asked):
    """With an execution and with a proof."""
    schema = json.loads((ROOT / "docs/schemas/litmus.schema.json").read_text(encoding="utf-8"))
    for changes in ([], [("strict", "at-least")]):
        _, out, _ = asked(*changes, arguments=["--format", "json"])
        document = json.loads(out)
        jsonschema.validate(document, schema)
        (result,) = document["results"]
        assert (result["execution"]["holds"], len(result["proofs"])) == (
            (True, 0) if changes else (False, 1)
        )


def test_saved_evidence(asked, tmp_path):
    """The question is one that a solver answers with unsat, and the execution is that of the document."""
    asked(arguments=["--save", str(tmp_path / "kept")])
    question = (tmp_path / "kept/one/such.smt2").read_text(encoding="utf-8")
    assert question.startswith("; one: an execution that ends with P0:taken(equal)\n")
    solve({"one": question})
    execution = json.loads((tmp_path / "kept/one.json").read_text(encoding="utf-8"))
    assert execution["holds"] is False and execution["rows"][0]["instruction"] == "rdtsc"


@pytest.mark.hours
def test_all_files_at_once(capsys, monkeypatch):
    """Without a file, all of litmus/ are decided; the same output again."""
    monkeypatch.chdir(ROOT)
    outputs = []
    for _ in range(2):
        assert main(["litmus", "--all"]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    count = len(list((ROOT / "litmus").glob("*.litmus")))
    assert outputs[0].endswith(f"\nlitmus: {count} as expected, 0 not\n")
    assert max(map(len, outputs[0].splitlines())) <= 80
