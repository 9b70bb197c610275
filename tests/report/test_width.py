"""Texts are as wide as the terminal, from 60 columns on; no word is broken; elsewhere they have 80."""

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios

import pytest

from tests.support.paths import ROOT
from tests.support.terminals import shown, terminal, too_wide, words
from tests.support.verdicts import as_expected
from vtsc.content.manifest import NAME, load_manifest
from vtsc.report import Gate, Report, written
from vtsc.report.screen import columns, width
from vtsc.report.text.beside import fitting
from vtsc.report.text.wrapping import COLOUR, continued, folded, wrapped

WIDTHS = (60, 72, 80, 120)
WIDE = 10_000
LATE = (
    "counterexamples/2.6.37.slow.timer_lateness.timeslice=1ms.timer_least=500us."
    "accelerate_by=499999ns.early_bound=unbounded.json"
)
QUICK = [
    ["list"],
    ["show", LATE, "--all"],
    ["show", "docs/example-certificate"],
    ["replay", LATE],
    ["simulate", "2.6.37", "--host", "slow", "--steps", "9", "--set", "vcpus=3"],
]
CELL = ["2.6.35-svm", "pre25", "--host", "cstate", "--depth", "5"]
LONG = [
    ["verify", *CELL, "-p", "monotonic", "-p", "bounded_lag", "--show-cti", "--all", "--bounded"],
    ["threshold", "lag_bound", "pre25", "--host", "cstate", "-p", "bounded_lag", "--bounded",
     "--depth", "5", "--within", "1us..4us", "--step", "1us"],
    ["bound", "warp", "patch25", "--host", "stable"],
    ["litmus", "mail-att-serial", "mail-first-serial-no-carry"],
    ["recipe", "qemu-reset/v6.2", "-j", "1"],
    ["show", "docs/example-certificate/can_read_tsc_twice.json"],
    ["certify", "docs/example-certificate"],
    ["claims", "C10"],
    ["why", "patch25", "--host", "cstate", "-p", "monotonic", "--depth", "12", "--limit", "0"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Run as from a checkout."""
    monkeypatch.chdir(ROOT)


def fits(monkeypatch, arguments):
    """Check that a command's lines fit every terminal, and that all words are those of an endless one."""
    whole = words(shown(monkeypatch, WIDE, *arguments))
    for number in WIDTHS:
        text = shown(monkeypatch, number, *arguments)
        assert text and not too_wide(text, number)
        assert words(text) == whole


@pytest.mark.slow
@pytest.mark.parametrize("arguments", QUICK, ids=" ".join)
def test_what_is_shown_fits_the_terminal(monkeypatch, arguments):
    """Of the commands that load no solver."""
    fits(monkeypatch, arguments)


@pytest.mark.hours
def test_two_lanes_fit_the_terminal(monkeypatch):
    """They stand below each other, each with its name, where a word does not fit into a lane."""
    asked = ["diff", "patch25", "2.6.37", "--host", "cstate", "--runs-only"]
    whole = words(shown(monkeypatch, WIDE, *asked))
    for number in WIDTHS:
        text = shown(monkeypatch, number, *asked)
        assert not too_wide(text, number)
        assert words(text) - whole <= {"patch25:", "2.6.37:"} and whole <= words(text)


@pytest.mark.slow
def test_a_guest_program_fits_the_terminal(monkeypatch):
    """Its execution, instruction by instruction."""
    fits(monkeypatch, ["litmus", "mail-first-serial"])


@pytest.mark.hours
@pytest.mark.parametrize("arguments", LONG, ids=lambda x: x[0])
def test_what_is_decided_fits_the_terminal(monkeypatch, arguments):
    """Of the commands that decide something, at every width."""
    fits(monkeypatch, arguments)


@pytest.mark.hours
@pytest.mark.slow
def test_the_main_job_fits_the_terminal(monkeypatch, content):
    """The report of all cells, brief or in full: matrices that are too wide are split, no verdict is lost."""
    manifest = load_manifest(content, ROOT / NAME)
    verdicts = [as_expected(content, check) for check in manifest.checks]
    saved = {v.result.cell: f"build/report/{v.result.cell.design}.json" for v in verdicts}
    brief = Report(content, verdicts, gate=Gate(manifest.file, manifest.shown, saved))
    violated = sum(v.result.trace is not None for v in verdicts)
    for report, told, widths in ((brief, 1, WIDTHS), (Report(content, verdicts), 2, (60,))):
        for number in widths:
            with terminal(monkeypatch, number):
                text = COLOUR.sub("", written("text", report))
            assert not too_wide(text, number)
            assert " ".join(text.split()).count(": VIOLATED(") == told * violated


def test_a_terminal_is_asked_for_its_width():
    """The driver says how wide it is, where the environment does not."""
    leader, follower = os.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 64, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    command = [sys.executable, "-m", "vtsc", "list"]
    subprocess.run(command, cwd=ROOT, env=environment, stdout=follower, check=True)
    os.close(follower)
    shown = b""
    try:
        while block := os.read(leader, 1 << 16):
            shown += block
    except OSError:  # the other end is closed and all is read
        pass
    os.close(leader)
    lines = shown.decode().replace("\r\n", "\n").splitlines()
    assert 60 < max(map(len, lines)) <= 64


def test_without_a_terminal_the_environment_changes_nothing():
    """A pipe gets 80 columns."""
    found = []
    for number in ("60", "120"):
        environment = {**os.environ, "COLUMNS": number}
        command = [sys.executable, "-m", "vtsc", "list"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
        found.append(done.stdout)
    assert found[0] == found[1]
    assert 72 < max(map(len, found[0].splitlines())) <= 80


@pytest.mark.parametrize(
    ("asked", "given"), [("60", 60), ("59", 60), ("1", 60), ("200", 200), ("0", 80), ("x", 80)]
)
def test_the_width_of_a_terminal(monkeypatch, asked, given):
    """It is never below 60, and 80 where nobody knows; texts that go elsewhere have 80."""
    with terminal(monkeypatch, 0):
        monkeypatch.setenv("COLUMNS", asked)
        assert width() == given
        with columns():
            assert width() == 80
    assert width() == 80


@pytest.mark.slow
def test_a_file_is_the_same_from_every_terminal(monkeypatch, tmp_path):
    """What goes to a file has 80 columns and no colour, though standard output is a terminal."""
    files = []
    for number in (60, 120):
        path = tmp_path / str(number)
        given = ["verify", "2.6.35-vmx", "--host", "stable", "-p", "monotonic", "--depth", "3"]
        assert shown(monkeypatch, number, *given, "--bounded", "-o", str(path)) == ""
        files.append(path.read_bytes())
    assert len(set(files)) == 1 and b"\x1b" not in files[0]


def test_only_a_terminal_folds_the_lines_of_verdicts(monkeypatch):
    """Each stays one line for programs; on a terminal it goes on at its indentation."""
    line = "    " + "word " * 20
    assert folded(line) == line
    with terminal(monkeypatch, 60):
        first, second = folded(line).splitlines()
    assert first == ("    " + "word " * 11).rstrip() and second == "      " + ("word " * 9).rstrip()


def test_a_call_stays_whole():
    """Its arguments are on the line of its name, and a step's number on that of the word."""
    with columns(20):
        assert wrapped("so it was done by load(0, 1) in step 15, x") == [
            "so it was done by", "load(0, 1) in", "step 15, x",
        ]  # fmt: skip


def test_a_colour_has_no_width(monkeypatch):
    """A line is as wide as what is seen of it."""
    line = "\x1b[32m" + "x " * 29 + "\x1b[0m"
    with terminal(monkeypatch, 60):
        assert folded(line) == line


def test_the_columns_of_a_table_are_grouped():
    """Each group fits beside the first column; one that never fits is a group of its own."""
    with columns(20):
        assert fitting(5, [4, 4, 4, 90, 4], 1) == [range(3), range(3, 4), range(4, 5)]
        assert fitting(5, [4, 4, 5], 1) == [range(2), range(2, 3)]
        assert fitting(5, [4], 1) == [range(1)]


@pytest.mark.parametrize("number", [20, 30, 60, 200])
def test_a_command_goes_on_after_a_backslash(number):
    """The shell reads the words that were given; an option stays beside its value."""
    given = ["vtsc", "verify", "2.6.37", "--host", "slow", "--set", "a=1", "--set", "'b=x y'", "-q"]
    with columns(number):
        lines = continued(given, "again: ")
    read = "printf '%s\\n' " + "\n".join(lines).removeprefix("again: vtsc ")
    done = subprocess.run(["sh", "-c", read], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [word.strip("'") for word in given[1:]]
    assert not any(re.search(r"--set \\$|--host \\$", line) for line in lines)
    assert all(len(line) <= number for line in lines) and (len(lines) == 1) == (number == 200)
