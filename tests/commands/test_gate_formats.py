"""The formats of a gate, on a domain whose cells take milliseconds: read by programs that are not ours."""

import json
import os
import subprocess
import sys

import jsonschema
import pytest
from tap.parser import Parser

from tests.support.paths import ROOT
from tests.support.schemas import validator
from vtsc.report import Report
from vtsc.report.step_summary import append_summary

pytestmark = pytest.mark.slow
DOMAIN = ROOT / "examples" / "seqcount"
MANIFEST = """\
[defaults]
host = "all"
property = "never_*"

[[check]]
design = "no-*"
host = "weak"
skip = "it takes too long # on a weak machine"

[[check]]
design = "only-equal"
because = "Its readers\\ndo not wait."

[[check]]
design = "barriers"
"""
WRONG = """\
[[check]]
design = ["barriers", "only-equal"]
host = "sc"
property = "never_torn"
set = { readers = 2 }
expect = "holds"
"""


def run(folder, text, *arguments, **environment):
    """Run a gate in a process of its own; what it returned and printed."""
    (folder / "checks.toml").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "vtsc",
        "gate",
        "checks.toml",
        "--root",
        str(DOMAIN),
        "--save=r",
    ]
    variables = {
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(folder / "cache"),
        **environment,
    }
    kept = {k: v for k, v in os.environ.items() if k != "GITHUB_STEP_SUMMARY"}
    return subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The texts of all formats of one run each, of cells as expected and of cells that are not."""
    found = {}
    for name, text in (("good", MANIFEST), ("bad", WRONG)):
        folder = tmp_path_factory.mktemp(name)
        files = [f"--format={kind}={kind}.out" for kind in ("ktap", "jsonl", "markdown", "junit")]
        summary = str(folder / "summary.markdown")
        (folder / "summary.markdown").write_text("before\n", encoding="utf-8")
        json_file = "--format=json=json.out"
        done = run(folder, text, *files, json_file, "-j1", GITHUB_STEP_SUMMARY=summary)
        found[name] = {p.stem: p.read_text(encoding="utf-8") for p in folder.glob("*.out")}
        found[name] |= {"text": done.stdout, "status": done.returncode, "err": done.stderr}
        found[name]["summary"] = (folder / "summary.markdown").read_text(encoding="utf-8")
    return found


def nested(text):
    """The lines of each level of KTAP by the test that they belong to, without their indentation."""
    outer, found, inner = [], {}, []
    for line in text.splitlines():
        if line.startswith("  "):
            inner.append(line[2:])
        else:
            outer.append(line)
            if inner:
                found[line] = inner
                inner = []
    return outer, found


def parsed(lines):
    """What a parser of TAP makes of lines: version 14 is what KTAP comes from."""
    assert lines[0] == "KTAP version 1"
    return [*Parser().parse_text("\n".join(lines[1:]) + "\n")]


def checked(lines):
    """The results of a level, after its plan was compared with them."""
    found = parsed(lines)
    assert "unknown" not in [x.category for x in found]
    (plan,) = (x for x in found if x.category == "plan")
    results = [x for x in found if x.category == "test"]
    assert [r.number for r in results] == [*range(1, plan.expected_tests + 1)]
    return results


def test_ktap_is_read_by_another_parser(reports):
    """Both levels have a version, a plan, and as many numbered results; a skipped cell says so, and why."""
    outer, inner = nested(reports["good"]["ktap"])
    assert all(result.ok for result in checked(outer))
    results = [result for lines in inner.values() for result in checked(lines)]
    assert len(results) == 6 and all(r.ok for r in results)
    skipped = [r for r in results if r.skip]
    assert [r.directive.reason for r in skipped] == ["it takes too long on a weak machine"] * 2
    assert "# because Its readers do not wait." in reports["good"]["ktap"]


def test_ktap_of_what_is_not_as_expected(reports):
    """The cell and its group fail; the counterexample is above the result as diagnostic lines."""
    outer, inner = nested(reports["bad"]["ktap"])
    assert [r.ok for r in checked(outer)] == [True, False]
    (lines,) = (lines for test, lines in inner.items() if test.startswith("not ok"))
    (result,) = checked(lines)
    assert not result.ok and result.description == "never_torn readers=2"
    told = [x.text for x in parsed(lines) if x.category == "diagnostic"]
    assert any("reader" in line for line in told) and len(told) > 10
    assert max(map(len, reports["bad"]["ktap"].splitlines())) <= 80


@pytest.mark.skipif(not os.path.exists("/usr/bin/prove"), reason="needs prove, which Perl has")
def test_ktap_is_read_by_prove(reports, tmp_path):
    """The harness of Perl comes to the same end, and fails where a test fails."""
    for name, status in (("good", 0), ("bad", 1)):
        path = tmp_path / f"{name}.tap"
        lines = reports[name]["ktap"].splitlines(keepends=True)
        path.write_text("".join(x for x in lines if not x.startswith("KTAP")), encoding="utf-8")
        done = subprocess.run(["prove", "-e", "cat", path], capture_output=True, check=False)
        assert bool(done.returncode) == bool(status), done.stdout


def test_json_lines_follow_their_schema_in_the_manifests_order(reports):
    """Each cell begins and ends in its place, and the last line has the exit status."""
    for name in ("good", "bad"):
        lines = [json.loads(line) for line in reports[name]["jsonl"].splitlines()]
        for line in lines:
            validator("events").validate(line)
        assert [lines[0]["event"], lines[-1]["event"]] == ["begin", "end"]
        assert lines[-1]["exit"] == reports[name]["status"]
        inside = [line for line in lines[1:-1] if line["event"] != "skip"]
        assert [x["event"] for x in inside] == ["start", "finish"] * (len(inside) // 2)
        asked = json.loads(reports[name]["json"])["results"]
        key = ("design", "host", "property", "params")
        finished = [x for x in inside if x["event"] == "finish"]
        assert [[x[k] for k in key] for x in finished] == [[x[k] for k in key] for x in asked]
    with pytest.raises(jsonschema.ValidationError):
        validator("events").validate({**lines[-1], "seconds": 1})


def test_json_follows_its_schema(reports):
    """With the reasons, and with what was skipped."""
    document = json.loads(reports["good"]["json"])
    validator("verdicts").validate(document)
    assert [x["because"] for x in document["results"]] == ["Its readers\ndo not wait."] * 2 + [
        None
    ] * 2
    assert [x["design"] for x in document["skipped"]] == ["no-barriers", "no-odd"]
    assert document["questions"] == []


def test_markdown_has_every_cell_and_is_appended_to_the_summary(reports):
    """As a table, whose signs are no signs of Markdown; what was in the summary stays."""
    from markdown_it import MarkdownIt

    for name in ("good", "bad"):
        text = reports[name]["markdown"]
        assert reports[name]["summary"] == f"before\n{text}"
        html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
        assert html.count("<tr>") == {"good": 5, "bad": 4}[name]
        assert "<td>never_torn" in html and "<em>" not in html
    assert "Not as expected" in text and "```text" in text
    assert "Not as expected" not in reports["good"]["markdown"]


def test_junit_counts_what_is_skipped(reports):
    """A skipped cell is a test case with the reason."""
    assert 'skipped="2"' in reports["good"]["junit"]
    assert 'message="it takes too long # on a weak machine"' in reports["good"]["junit"]


def test_the_text_has_reasons_and_what_is_skipped(reports):
    """In at most 80 columns; the total is last."""
    good, bad = reports["good"]["text"], reports["bad"]["text"]
    assert "because Its readers do not wait" in " ".join(good.split())
    assert "no-odd weak never_torn: skipped: it takes too long" in good
    assert good.endswith("4 of 4 as expected: 2 proved, 2 violated, 2 skipped\n")
    assert bad.endswith("1 of 2 as expected: 1 proved, 1 violated\n")
    assert (reports["good"]["status"], reports["bad"]["status"]) == (0, 10)
    assert max(map(len, good.splitlines() + bad.splitlines())) <= 80
    assert reports["good"]["err"] == ""


@pytest.mark.hours
def test_the_same_bytes_on_two_processes(reports, tmp_path):
    """Whatever was decided first."""
    done = run(tmp_path, MANIFEST, "-j2", "--format", "jsonl", "--format", "ktap=ktap.out")
    assert done.stdout == reports["good"]["jsonl"]
    assert (tmp_path / "ktap.out").read_text(encoding="utf-8") == reports["good"]["ktap"]


def test_a_summary_that_cannot_be_written_is_a_warning(content, monkeypatch, capsys):
    """The verdicts stand."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/none/there")
    append_summary(Report(content, []))
    said = "vtsc: warning: GITHUB_STEP_SUMMARY: /none/there: No such file or directory\n"
    assert capsys.readouterr().err == said
