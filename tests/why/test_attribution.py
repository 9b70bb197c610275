"""What a verdict hangs on: statements that a proof needs, and small changes that mend a violation."""

import ast
import json
import re
import subprocess
import sys

import jsonschema
import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError
from vtsc.cli import main
from vtsc.content.case import Case
from vtsc.content.edits import removals, renamed, repairs, without
from vtsc.content.loader import load
from vtsc.evidence.replay import case_of
from vtsc.evidence.trace import load_trace
from vtsc.why.cause import recording
from vtsc.why.variants import source_of, workshop

SOURCE = '''
class Design:
    name = "one"

    def put(self, host, vcpu):
        """Put."""
        vcpu.noted = host.tsc(vcpu.cpu)
        if host.unstable and vcpu.seen or vcpu.late:
            vcpu.rebase = True
            vcpu.request(UPDATE)

    def load(self, host, vcpu, cpu):
        if vcpu.rebase:
            vcpu.offset -= 1
        vcpu.cpu = cpu
'''


@pytest.mark.parametrize("stated", ['name = "one"', "name = 'one'", 'name: ClassVar[str] = "one"'])
def test_a_variant_has_a_name_of_its_own(stated):
    """However the design states its own."""
    source = SOURCE.replace('name = "one"', stated)
    assert renamed(source, "two") == re.sub("""["']one["']""", "'two'", source)


def changes(kind):
    """The changes of the source of one kind: the old and the new piece."""
    return {(e.old, e.new) for e in repairs(SOURCE) if e.kind == kind}


def test_each_statement_is_left_out_once():
    """With all that is inside it; a docstring is none."""
    left = [(e.line, e.old) for e in removals(SOURCE)]
    assert sorted(left) == [
        (7, "vcpu.noted = host.tsc(vcpu.cpu)"),
        (8, "if host.unstable and vcpu.seen or vcpu.late:"),
        (9, "vcpu.rebase = True"),
        (10, "vcpu.request(UPDATE)"),
        (13, "if vcpu.rebase:"),
        (14, "vcpu.offset -= 1"),
        (15, "vcpu.cpu = cpu"),
    ]
    for edit in removals(SOURCE):
        assert ast.dump(ast.parse(edit.source)) != ast.dump(ast.parse(SOURCE))


def test_statements_left_out_together():
    """One that is inside another goes with it."""
    changed = ast.unparse(ast.parse(without(SOURCE, [8, 9, 15])))
    assert changed.count("pass") == 2
    assert "rebase = True" not in changed and "request" not in changed and "offset" in changed


def test_repairs_of_a_guard():
    """Flipped, dropped, without a part, and with each flag that is asked for elsewhere and is in scope."""
    guard = "host.unstable and vcpu.seen or vcpu.late"
    assert changes("flipped") == {
        (guard, f"not ({guard})"),
        ("vcpu.rebase", "not (vcpu.rebase)"),
    }
    assert changes("dropped") == {(guard, "True"), ("vcpu.rebase", "True")}
    assert changes("part dropped") == {
        (guard, "vcpu.late"),
        (guard, "host.unstable and vcpu.seen"),
    }
    assert (guard, f"({guard}) and vcpu.rebase") in changes("strengthened")
    assert ("vcpu.rebase", "vcpu.rebase or vcpu.late") in changes("weakened")


def test_repairs_of_an_order_and_by_a_statement():
    """Neighbours change places; what the file sets or asks for elsewhere is added at the end."""
    assert ("vcpu.rebase = True", "vcpu.request(UPDATE)") in changes("swapped")
    assert changes("added") == {("", "vcpu.rebase = True"), ("", "vcpu.request(UPDATE)")}
    for edit in repairs(SOURCE):
        ast.parse(edit.source)


def asked(capsys, *words):
    """The exit status of ``vtsc why`` and its document, which follows the schema."""
    status = main(["why", *words, "--root", str(ROOT), "--depth", "12", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "docs/schemas/why.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    (result,) = document["results"]
    return status, result


@pytest.mark.slow
def test_a_plain_run_refutes_a_change_that_does_not_mend(content):
    """The counterexample is played on each variant, without a solver; the right one withstands it."""
    trace = load_trace(ROOT / "counterexamples/patch25.cstate.monotonic.json")
    case = case_of(content, trace)
    source = source_of(content, "patch25").read_text(encoding="utf-8")
    broken = {}
    with workshop(case, "monotonic", 12) as shop:
        for edit in repairs(source):
            if edit.line == 51 and edit.kind in ("dropped", "weakened", "strengthened"):
                variant = shop.variant(edit.source)
                broken[edit.new] = shop.breaks(variant, [recording(trace)])
    assert broken == {
        "True": False,
        "vcpu.cpu != cpu or vcpu.tsc_rebase or host.tsc_unstable": False,
        "vcpu.cpu != cpu or vcpu.tsc_rebase or not host.tsc_unstable": True,
        "(vcpu.cpu != cpu or vcpu.tsc_rebase) and not host.tsc_unstable": True,
        "(vcpu.cpu != cpu or vcpu.tsc_rebase) and host.tsc_unstable": False,  # it is no design
    }


@pytest.mark.slow
def test_a_model_without_designs_in_files():
    """One line instead of changes that cannot be made."""
    words = ["why", "no-odd", "--host", "sc", "--depth", "6", "--root", "examples/seqcount"]
    command = [sys.executable, "-m", "vtsc", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1 and "takes no designs from files" in done.stderr


@pytest.mark.hours
def test_a_violation_and_what_mends_it(capsys):
    """2.6.37's own way is found: compensate at each load while the TSC is unstable."""
    words = ("patch25", "--host", "cstate", "-p", "monotonic", "--limit", "2")
    status, result = asked(capsys, *words)
    assert (status, result["status"], result["needed"]) == (10, "violated", None)
    assert result["file"] == "model/designs/patch25.py"
    found = {(c["line"], c["new"]): c["status"] for c in result["repairs"]}
    mended = (51, "vcpu.cpu != cpu or vcpu.tsc_rebase or host.tsc_unstable")
    assert found[mended] == "proved"


@pytest.mark.hours
def test_a_proof_and_the_statements_that_it_needs(capsys):
    """Compensation is needed, catching up is not, for a TSC that never goes backwards."""
    words = ("2.6.37", "--host", "cstate", "-p", "monotonic")
    status, result = asked(capsys, *words)
    assert (status, result["status"], result["repairs"]) == (0, "proved", None)
    needed = {c["old"]: c["status"] for c in result["needed"]}
    assert needed["vcpu.tsc_offset -= tsc_delta"] == "violated"
    assert "vcpu.request(CLOCK_UPDATE)" in {c["old"] for c in result["not_needed"]}
    assert 0 < len(result["lemmas"]) < 20


@pytest.mark.slow
def test_a_file_that_is_no_design_by_itself(tmp_path):
    """It is told, rather than that every change of it makes it no design."""
    file = tmp_path / "mine.py"
    file.write_bytes((ROOT / "examples/my_patch.py").read_bytes())
    own = load(str(ROOT), str(file))
    case = Case(own, "my-patch", "cstate", own.resolve("my-patch", "monotonic", {}))
    with workshop(case, "monotonic", 12) as shop:
        assert shop.variant(shop.source) is not None
    file.write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="no design by itself"), workshop(case, "monotonic", 12):
        pass


def test_a_limit_that_is_none(capsys):
    """One line, and the status of a wrong use."""
    assert main(["why", "patch25", "--limit", "few"]) == 2
    assert capsys.readouterr().err.startswith("vtsc: --limit few: accepted is a whole number")
