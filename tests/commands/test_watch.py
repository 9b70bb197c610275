"""``vtsc watch``: a file is decided again at each save, until it is interrupted."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.commands.test_cli import answer
from tests.support.paths import ROOT
from vtsc.base.errors import UsageError
from vtsc.base.watching import contents
from vtsc.cli import main, parsed
from vtsc.commands import watch

CELL = ("--host", "stable", "-p", "monotonic", "--bounded", "--depth", "9", "-j", "1")
RIGHT = "        vcpu.last_host_tsc = host.tsc(vcpu.cpu)\n"
WRONG = f"        vcpu.tsc_offset -= 5\n{RIGHT}"


@pytest.fixture
def mine(tmp_path, capsys) -> Path:
    """A copy of patch25 whose put sets the guest's TSC back."""
    path = tmp_path / "mine.py"
    assert main(["new", "mine", "--from", "patch25", "-o", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.count(RIGHT) == 1
    path.write_text(text.replace(RIGHT, WRONG), encoding="utf-8")
    capsys.readouterr()
    return path


class Over(Exception):
    """There are no more saves."""


def acting(acts: Sequence[Callable[[], object]]) -> Callable[[float], None]:
    """Stands for waiting: at every third look something is done, and at last the watch is over.

    The looks in between find that nothing changes any more.
    """
    left, looks = [*acts], 0

    def wait(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks % 3 == 0:
            if not left:
                raise Over
            left.pop(0)()

    return wait


def watched(path: Path, acts: Sequence[Callable[[], object]], *more: str) -> None:
    """Run the command on a file, with things done to the file between the looks at it."""
    _, arguments = parsed(["watch", str(path), *CELL, *more])
    assert isinstance(arguments, argparse.Namespace)
    with pytest.raises(Over):
        watch.run(arguments, acting(acts))


def test_each_content_is_noticed_once(tmp_path):
    """Also where the file is replaced, is not there for a while, or gets another time only."""
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"1")
    acts = [
        lambda: path.write_bytes(b"2"),
        lambda: os.utime(path, (5, 5)),
        lambda: (other.write_bytes(b"3"), other.replace(path)),
        path.unlink,
        lambda: path.write_bytes(b"3"),
    ]
    found = []
    with pytest.raises(Over):
        found.extend(each for each in noted(contents(path, acting(acts)), found))
    assert found == [b"1", b"2", b"3", None, b"3"]


def noted(items, found):
    """Note the items as they come, since the last one is followed by an exception."""
    for each in items:
        found.append(each)
    return ()


def test_a_file_that_is_being_written_is_not_read(tmp_path):
    """Only what it is once two looks find it alike."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    parts = iter([b"n", b"ne", b"new"])
    found: list[bytes | None] = []

    def wait(seconds: float) -> None:
        part = next(parts, None)
        if part is not None:
            path.write_bytes(part)
        elif found[-1] == b"new":
            raise Over

    with pytest.raises(Over):
        noted(contents(path, wait), found)
    assert found == [b"old", b"new"]


@pytest.mark.slow
def test_what_changed_is_told(mine, capsys):
    """Old verdict and new verdict, the story of a new run, what does not load, and what changes nothing."""
    text = mine.read_text(encoding="utf-8")
    assert text.count(WRONG) == 1
    line = text[: text.index(WRONG)].count("\n") + 1

    def save(new: str) -> Callable[[], object]:
        return lambda: mine.write_text(new, encoding="utf-8")

    watched(
        mine,
        [
            save(text.replace(WRONG, RIGHT)),
            save(text.replace(WRONG, RIGHT) + "# a comment\n"),
            save(text.replace(WRONG, WRONG.replace("5", "5)"))),
            save(text.replace(WRONG, WRONG.replace("tsc_offset -=", "tsc_ofset -="))),
            mine.unlink,
            save(text),
        ],
    )
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [each for each in lines if not each.startswith("  ")] == [
        f"watching {mine}; Ctrl-C ends",
        "mine stable monotonic: VIOLATED(9)",
        "1 verdict",
        "mine stable monotonic: VIOLATED(9) -> HOLDS_TO(9)",
        "1 of 1 verdict changed",
        "saved; what is executed is the same",
        "mine stable monotonic: HOLDS_TO(9) -> VIOLATED(9)",
        "1 of 1 verdict changed",
    ]
    stories = [after for at, after in pairwise(lines) if at.endswith("VIOLATED(9)")]
    assert [s.startswith("  vCPU 0 read 2^64-4, then 2^64-8: 4 cycles") for s in stories] == [
        True
    ] * 2
    assert said.err.splitlines() == [
        f"vtsc: {mine}:{line}: unmatched ')'",
        f"vtsc: {mine}:{line}: a store into .tsc_ofset, which is no field: did you mean tsc_offset?",
        f"vtsc: {mine}: not there; waiting until it is saved again",
    ]


def test_a_file_that_is_not_there(tmp_path, capsys):
    """Exit 3 and one line, for a folder too."""
    path = tmp_path / "none.py"
    assert answer(capsys, "watch", str(path)) == (3, f"vtsc: {path}: no such file")
    assert answer(capsys, "watch", str(tmp_path)) == (3, f"vtsc: {tmp_path}: not a file")


def test_cells_that_cannot_be_asked_for(mine):
    """They end the command at once."""
    _, arguments = parsed(["watch", str(mine), "--host", "stabel"])
    with pytest.raises(UsageError, match="did you mean stable"):
        watch.run(arguments, acting(()))


@pytest.mark.slow
def test_a_process_that_watches(mine):
    """It decides, notices a save, and ends with Ctrl-C: one line, status 130, no process and no file left."""
    before = sorted(p.name for p in mine.parent.iterdir())
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "vtsc", "watch", str(mine), *CELL],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    told = [process.stdout.readline()]
    while told[-1] != "1 verdict\n":
        told.append(process.stdout.readline())
        assert told[-1], process.communicate()
    assert "mine stable monotonic: VIOLATED(9)\n" in told
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace(WRONG, RIGHT), encoding="utf-8")
    assert process.stdout.readline() == "mine stable monotonic: VIOLATED(9) -> HOLDS_TO(9)\n"
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=100)
    assert (process.returncode, complaint) == (130, "vtsc: interrupted\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert sorted(p.name for p in mine.parent.iterdir()) == before


@pytest.mark.hours
@pytest.mark.slow
def test_it_ends_when_nobody_reads_it(mine):
    """As in ``vtsc watch FILE | head -1``: no process stays behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vtsc", "watch", str(mine), *CELL], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=200) == 0
