"""Where results go: files, pipes, links, a full disk, nowhere; and what is shown is never cut short."""

import os
import re
import stat
import subprocess
import sys
import threading

import pytest

from tests.support.paths import ROOT
from vtsc.base.errors import UsageError
from vtsc.base.files import check_writable, write_whole

QUICK = ["verify", "2.6.35-vmx", "--host", "stable", "-p", "monotonic", "--bounded", "--depth", "6"]
WITNESS = "docs/example-certificate/can_read_tsc_twice.json"


def vtsc(command: str) -> tuple[int, str]:
    """Exit status and standard error of a shell command with ``vtsc`` in it."""
    text = command.replace("vtsc", f"{sys.executable} -m vtsc", 1)
    done = subprocess.run(["sh", "-c", text], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stderr


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    """Also where it leads to nothing yet."""
    (tmp_path / "there").write_text("old", encoding="utf-8")
    for target in ("there", "new"):
        link = tmp_path / f"link-{target}"
        link.symlink_to(tmp_path / target)
        check_writable(link)
        write_whole(link, "text")
        assert link.is_symlink() and (tmp_path / target).read_text(encoding="utf-8") == "text"


def test_a_pipe_is_written_to(tmp_path):
    """It is no file that could be replaced, and its reader gets the text."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    check_writable(pipe)
    write_whole(pipe, "text")
    reader.join()
    assert got == ["text"] and stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path):
    """Though the folder's permissions would let it be."""
    kept = tmp_path / "kept"
    kept.write_text("old", encoding="utf-8")
    kept.chmod(0o444)
    with pytest.raises(UsageError, match="Permission denied"):
        write_whole(kept, "new")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", ["list", f"show {WITNESS}", f"replay {WITNESS}", " ".join(QUICK)]
)
def test_a_full_disk_is_one_line(command):
    """Exit 2, as for a file that cannot be written."""
    status, said = vtsc(f"vtsc {command} > /dev/full")
    assert (status, said) == (2, "vtsc: standard output: No space left on device\n")


@pytest.mark.slow
def test_no_standard_output_is_no_error():
    """The exit status is all that is asked for then."""
    assert vtsc(f"vtsc {' '.join(QUICK)} >&-") == (0, "")


@pytest.mark.hours
@pytest.mark.slow
def test_a_matrix_of_all_properties_is_split():
    """Into tables of at most 80 columns, in which no verdict and no name is cut short."""
    command = [
        sys.executable,
        "-m",
        "vtsc",
        "verify",
        "2.6.35-vmx",
        "--host",
        "stable",
        "--depth",
        "2",
    ]
    for columns in ("30", "200"):
        environment = {**os.environ, "COLUMNS": columns}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        lines = done.stdout.splitlines()
        heads = [line.split()[::2] for line in lines if line.startswith("design ")]
        rows = [line.split()[::2] for line in lines if line.startswith("2.6.35-vmx | ")]
        names = ["monotonic", "monotonic_smp", "nonzero_delta", "bounded_lag", "bounded_lead"]
        assert {n for head in heads for n in head} == {"design", *names, "timer_lateness"}
        assert rows == [["2.6.35-vmx", *["VACUOUS"] * (len(head) - 1)] for head in heads]
        assert max(len(line) for line in lines if "|" in line) <= 80


@pytest.mark.slow
@pytest.mark.parametrize(("value", "coloured"), [("1", False), ("", True)])
def test_colour_is_left_out_where_it_is_not_wanted(value, coloured):
    """On a terminal verdicts are coloured, but for a NO_COLOR that is not empty."""
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "vtsc", *QUICK]
    environment = {**os.environ, "NO_COLOR": value, "TERM": "xterm"}
    subprocess.run(command, cwd=ROOT, env=environment, stdout=follower, stderr=subprocess.DEVNULL)
    os.close(follower)
    shown = b""
    try:
        while block := os.read(leader, 4096):
            shown += block
    except OSError:  # the other end is closed and all is read
        pass
    os.close(leader)
    assert b"HOLDS_TO(6)" in shown
    assert bool(re.search(rb"\x1b\[3\dm", shown)) == coloured
