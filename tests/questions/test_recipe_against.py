"""``vtsc recipe FILE --against LOG``: has a VMM done what the recipe says? If not, what differs first?"""

import json

import pytest

from tests.support.paths import ROOT
from vtsc.cli import main

LOG = ROOT / "tests/recorder/saved-and-restored.jsonl"
RECIPE = """\
title = "what was recorded"
vcpus = 2
guest = {{ uptime = "2.5s" }}
want = {{ offsets_equal = true }}
save = ["v*: pause", "vm: KVM_GET_CLOCK", "each v: KVM_GET_MSRS TSC"]
gap = "{gap}"
restore = [
  {create},
  {write},
  "vm: KVM_SET_CLOCK clock=saved flags={flags}",
  "v*: KVM_RUN",
]
elapsed = {{ default = "{default}" }}
"""
AS_RECORDED = {
    "gap": "20ms..21ms",
    "create": '"v*: KVM_CREATE_VCPU"',
    "write": '"each v: KVM_SET_MSRS TSC=saved; KVM_KVMCLOCK_CTRL -> EINVAL"',
    "flags": "0",
    "default": "0..100us",
}
CREATED_LAST = (
    '"v0: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved; KVM_KVMCLOCK_CTRL -> EINVAL",'
    ' "v1: KVM_CREATE_VCPU"'
)


@pytest.fixture
def compare(tmp_path, capsys, monkeypatch):
    """Compare a recipe that differs from what was recorded; the exit status, and what is printed."""
    monkeypatch.chdir(ROOT)

    def compared(*logs, **changes):
        path = tmp_path / "mine.toml"
        path.write_text(RECIPE.format(**{**AS_RECORDED, **changes}), encoding="utf-8")
        against = [f"--against={log}" for log in logs or (LOG,)]
        status = main(["recipe", str(path), *against])
        return status, capsys.readouterr().out

    return compared


def changed(tmp_path, change):
    """The log with a change of its lines, which are given as objects."""
    lines = [json.loads(line) for line in LOG.read_text(encoding="utf-8").splitlines()]
    change(lines)
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_what_was_recorded_is_followed(compare):
    """The same calls, and delays within the ranges; calls of which the recipe names none are told."""
    status, out = compare()
    assert status == 0, out
    assert "not in the recipe, so not compared: KVM_GET_TSC_KHZ (1)" in out
    assert out.splitlines()[-1] == "recipe: FOLLOWED: 14 calls alike, 0 delays out of range"
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("changes", "what", "recipe", "log"),
    [
        ({"create": CREATED_LAST}, "another call", "v0: KVM_SET_MSRS TSC=saved", "v1: KVM_CREATE"),
        ({"flags": "4"}, "another flags", "KVM_SET_CLOCK clock=saved flags=4", "flags=0"),
        (
            {"write": '"each v: KVM_SET_MSRS TSC=1; KVM_KVMCLOCK_CTRL -> EINVAL"'},
            "another TSC",
            "TSC=1",
            "TSC=5000000000",
        ),
        (
            {"write": '"each v: KVM_SET_MSRS TSC=saved; KVM_KVMCLOCK_CTRL"'},
            "it ends with EINVAL",
            "v0: KVM_KVMCLOCK_CTRL",
            "KVM_KVMCLOCK_CTRL -> EINVAL",
        ),
        (
            {"write": '"v*: KVM_SET_MSRS TSC=saved; KVM_KVMCLOCK_CTRL -> EINVAL"'},
            "another call",
            "v1: KVM_SET_MSRS TSC=saved",
            "v0: KVM_KVMCLOCK_CTRL",
        ),
    ],
)
def test_the_first_difference_has_both_lines(compare, changes, what, recipe, log):
    """Order, values, results; exit status 10."""
    status, out = compare(**changes)
    told = " ".join(out.split())
    assert status == 10 and "recipe: DIFFERS" in out
    assert what in told and "saved-and-restored.jsonl:" in told
    before, after = told.split(" recipe line ")[1].split(" log ")
    assert recipe in before and log in after


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"default": "0..10us"}, "21.02us after the one before it, not 0..10us"),
        ({"gap": "1s..2s"}, "20.14ms after the one before it, not 1s..2s"),
    ],
)
def test_delays_outside_of_their_ranges_are_told(compare, changes, said):
    """Each with both lines, and exit status 10, though the calls are alike."""
    status, out = compare(**changes)
    assert status == 10 and "14 calls alike" in out and "0 delays" not in out
    assert said in " ".join(out.split())


def test_a_log_that_ends_early(compare, tmp_path):
    """The call that is missing is told."""
    path = changed(tmp_path, lambda lines: lines.pop())
    status, out = compare(path)
    assert status == 10 and "restore: a call is missing" in out and "the log ends" in out


def test_threads_may_take_any_order(compare, tmp_path):
    """Calls of threads are compared within their own thread."""
    write = '"threads v: KVM_SET_MSRS TSC=saved; KVM_KVMCLOCK_CTRL -> EINVAL"'
    assert compare(write=write)[0] == 0

    def swap(lines):
        """The write of vCPU 1 comes before the second call of vCPU 0."""
        calls = [n for n, line in enumerate(lines) if line["call"] == "KVM_KVMCLOCK_CTRL"]
        first, second = lines[calls[0]], lines[calls[0] + 1]
        first["time"], second["time"] = second["time"], first["time"]

    path = changed(tmp_path, swap)
    assert compare(path, write=write)[0] == 0
    assert compare(path)[0] == 10


def test_a_recipe_made_of_a_log_is_followed_by_it(tmp_path, monkeypatch, capsys):
    """Exactly, with the delays as single numbers."""
    monkeypatch.chdir(ROOT)
    assert main(["recipe", "--from-log", str(LOG)]) == 0
    path = tmp_path / "mine.toml"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["recipe", str(path), "--against", str(LOG)]) == 0
    assert capsys.readouterr().out.endswith(
        "recipe: FOLLOWED: 15 calls alike, 0 delays out of range\n"
    )


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        (["qemu-reset", "--against", str(LOG)], 2, "expected one recipe, such as one of qemu-r"),
        (["kvmtool-pause", *["--against", str(LOG)] * 3], 2, "expected one or two logs"),
        (["kvmtool-pause", "--against", str(LOG), "--live"], 2, "and no --live"),
        (["kvmtool-pause", "--against", str(LOG), "--format", "json"], 2, "json"),
        (["kvmtool-pause", "--against", "nowhere.jsonl"], 3, "nowhere.jsonl: No such file"),
    ],
)
def test_what_cannot_be_compared(given, status, said, monkeypatch, capsys):
    """One line."""
    monkeypatch.chdir(ROOT)
    assert main(["recipe", *given]) == status
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and captured.err.count("\n") == 1
