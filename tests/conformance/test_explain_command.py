"""``vtsc explain`` as a command: verdict last, exit status, JSON, and one line for what cannot be used."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from tests.support.paths import ROOT
from tests.support.recordings import FOLDER, text_of
from vtsc.cli import main

NORMAL = str(FOLDER / "normal.x86-tsc.txt")


def test_an_explained_trace(capsys):
    """Exit status 0; the guessed steps, and the verdict as the last line; at most 80 columns."""
    assert main(["explain", NORMAL]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "explain: EXPLAINED 14 of 14 events"
    assert "  line 2      KVM_CREATE_VCPU on vCPU 0" in lines
    assert "offsets: discarded by this host; 1 of at most 4 hypotheses left" in lines
    assert max(map(len, lines)) <= 80


def test_a_blocked_trace(capsys, tmp_path):
    """Exit status 10; the guard of each hypothesis, and the line at which the explanation ends."""
    file = tmp_path / "trace.txt"
    file.write_text(
        text_of("normal.x86-tsc.txt").replace("version 4", "version 6", 1), encoding="utf-8"
    )
    assert main(["explain", str(file)]) == 10
    out = capsys.readouterr().out
    assert re.search(r"^line \d+, kvm_pvclock_update of vCPU 0, is explained by no", out, re.M)
    assert "  offsets discarded: version would be 4, the next even number after 2\n" in out
    assert re.fullmatch(
        r"explain: BLOCKED after 11 of 14 events, line \d+: .*", out.splitlines()[-1]
    )
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("status", [0, 10])
def test_the_document(status, capsys):
    """It follows its schema, whether a trace is explained or blocked."""
    more = [] if status == 0 else ["--offsets", "honoured"]
    assert main(["explain", NORMAL, "--format", "json", *more]) == status
    told = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "docs/schemas/explain.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(told)
    (result,) = told["results"]
    assert result["verdict"] == ("BLOCKED" if status else "EXPLAINED")
    assert (result["blocked"] is not None) == bool(status)


def test_two_vms_in_one_trace(capsys, tmp_path):
    """Each has a verdict of its own, and a warning says how they were told apart."""
    one = text_of("normal.x86-tsc.txt")
    two = re.sub(r"-1(\d\d\d) +\[", r"-2\1 [", one)
    mixed = "".join(a + b for a, b in zip(one.splitlines(True), two.splitlines(True), strict=True))
    file = tmp_path / "two.txt"
    file.write_text(mixed, encoding="utf-8")
    assert main(["explain", str(file)]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-2:] == [
        "explain VM 1: EXPLAINED 14 of 14 events",
        "explain VM 2: EXPLAINED 14 of 14 events",
    ]
    assert captured.err.startswith("vtsc: warning: 2 VMs, told apart by their threads: 1000 1001")
    assert main(["explain", str(file), "--threads", "2000,2001,2002"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "explain: EXPLAINED 14 of 14 events"


def test_times_that_are_no_host_tscs(capsys, tmp_path):
    """A counter as trace clock is noticed by the first creation, and the order alone is used."""
    lines = text_of("normal.x86-tsc.txt").splitlines()
    counted = [re.sub(r" \d{13}:", f" {n}:", line) for n, line in enumerate(lines)]
    file = tmp_path / "counter.txt"
    file.write_text("\n".join(counted) + "\n", encoding="utf-8")
    assert main(["explain", str(file)]) == 0
    assert "the times are no host TSCs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        (["nowhere.txt"], 3, "nowhere.txt: No such file"),
        ([NORMAL, "--khz", "0"], 2, "--khz 0: accepted is"),
        ([NORMAL, "--rules", "5.0"], 2, "5.0"),
        ([NORMAL, "--threads", "7"], 2, "no event of thread 7"),
        ([NORMAL, "--never", "sleep"], 2, "invalid choice: 'sleep'"),
        ([NORMAL, "--late", "x"], 2, "accepted is a number from 0"),
        ([NORMAL, "--clock", "seconds"], 2, "the times of the trace are whole numbers"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(given, status, said, capsys):
    """Nothing is printed but that line."""
    assert main(["explain", *given]) == status
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and len(captured.err.splitlines()) == 1


def test_events_that_are_late_at_all_where_none_may_be(capsys):
    """They are blocked for that, and the times still count as host TSCs."""
    assert main(["explain", NORMAL, "--late", "0"]) == 10
    captured = capsys.readouterr()
    assert captured.err == "" and "BLOCKED after" in captured.out.splitlines()[-1]


def test_a_file_that_was_cut_in_a_number(capsys, tmp_path):
    """A warning says so, whatever becomes of the number that is left."""
    file = tmp_path / "trace.txt"
    text = text_of("normal.x86-tsc.txt")
    place = text.rindex("offsetmatched 1") + len("offsetmatched 1")
    file.write_text(text[:place], encoding="utf-8")
    main(["explain", str(file)])
    told = "vtsc: warning: the last line has no end, so the file may have been cut there\n"
    assert capsys.readouterr().err == told
    file.write_text(text, encoding="utf-8")
    main(["explain", str(file)])
    assert capsys.readouterr().err == ""


def test_an_impossible_vcpu_is_no_verdict(capsys, tmp_path):
    """Exit status 3, with file and line."""
    file = tmp_path / "trace.txt"
    text = text_of("normal.x86-tsc.txt").replace("vcpu_id 1, pvclock", "vcpu_id 70000, pvclock")
    file.write_text(text, encoding="utf-8")
    line = text[: text.index("70000")].count("\n") + 1
    assert main(["explain", str(file)]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"vtsc: {file}:{line}: vcpu_id 70000: KVM numbers vCPUs from 0 to 16383\n"
    )


def test_a_trace_without_pages_needs_the_rate(capsys, tmp_path):
    """The host's rate is asked for, and with it the rest is explained."""
    lines = [
        x
        for x in text_of("normal.x86-tsc.txt").splitlines()
        if "kvm_track" in x or "write_tsc" in x
    ]
    file = tmp_path / "trace.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["explain", str(file)]) == 2
    assert "give its tsc_khz by --khz" in capsys.readouterr().err
    assert main(["explain", str(file), "--khz", "2596146"]) == 0
