"""``vtsc diff``: what it prints, what it saves, how it ends, and what it refuses."""

import json
import re
import shutil

import jsonschema
import pytest

from tests.support.apart import run_apart
from tests.support.pairs import ASKS
from tests.support.paths import ROOT
from vtsc.base.errors import BadFileError
from vtsc.cli import main
from vtsc.content.loader import load
from vtsc.deciding.bound import Bound, Kind
from vtsc.deciding.changes import Change, same_bound
from vtsc.deciding.verdict import Result, Status

SEQCOUNT = ROOT / "examples/seqcount"


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    """Run as from a checkout."""
    monkeypatch.chdir(ROOT)


@pytest.fixture
def asks(tmp_path) -> str:
    """The file of a design that has more requests to serve than 25/35."""
    path = tmp_path / "asks.py"
    path.write_text(ASKS, encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_the_readme_shows_what_the_command_prints(capsys):
    """The lanes in the README are the tool's own; the answer comes last, and lines fit the screen."""
    section = (
        (ROOT / "README.md").read_text(encoding="utf-8").partition("## What a patch changes\n")[2]
    )
    command, shown = re.findall(r"^```\n(.*?)^```\n", section, flags=re.MULTILINE | re.DOTALL)[:2]
    assert main(command.split()[1:]) == 10
    text = capsys.readouterr().out
    assert shown in text and text.endswith("\n\npatch25 2.6.37 cstate: DIFFERS(6)\n")
    assert text.isascii() and all(len(line) <= 80 for line in text.splitlines())
    assert "They first differ in step 3, load(0, 0), in vcpu0.tsc_offset:" in text


@pytest.mark.slow
def test_json_follows_its_schema_and_saved_runs_replay(asks, tmp_path, capsys):
    """One run waits in lockstep; both are saved as traces of their own, which replay."""
    path, kept = tmp_path / "found.json", tmp_path / "kept"
    arguments = ["diff", "patch25", asks, "--host", "slow", "--runs-only", "--save", str(kept)]
    assert main([*arguments, "--format", "json", "-o", str(path)]) == 10
    document = json.loads(path.read_text(encoding="utf-8"))
    schema = ROOT / "docs/schemas/diff.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    (found,) = document["hosts"]
    waits = [step["old"]["waits"] for step in found["steps"]]
    assert (found["status"], found["depth"], waits) == (
        "differs",
        8,
        [False] * 5 + [True, False, False],
    )
    assert [step["differs"] for step in found["steps"]] == [False] * 7 + [True]
    own = {"old": [], "new": ["--design", asks]}
    assert sorted(p.name for p in kept.iterdir()) == [
        f"patch25.asks.slow.{side}.json" for side in sorted(own)
    ]
    for side, design in own.items():
        assert main(["replay", str(kept / f"patch25.asks.slow.{side}.json"), *design]) == 0


def test_a_copy_may_keep_the_name_of_its_design(tmp_path):
    """It is then called by that of its file, too, as long as it stands beside the other."""
    copy = tmp_path / "copy.py"
    shutil.copy(ROOT / "model/designs/patch25.py", copy)
    content = load(str(ROOT), str(copy), beside=True)
    assert content.own.name == "patch25-copy" and "patch25" in content.model.designs
    with pytest.raises(BadFileError, match="is called patch25, as another is"):
        load(str(ROOT), str(copy))


@pytest.mark.slow
def test_changed_verdicts_are_listed_even_where_the_designs_part():
    """Without barriers no run of both differs; the writer's stores come in another order, and tear."""
    status, text = run_apart("diff", "barriers", "no-barriers", "--host", "weak", cwd=SEQCOUNT)
    assert status == 10
    assert "In step 1 only no-barriers can take first" in text
    assert "weak never_torn: PROVED -> VIOLATED(5) [worse]\n  reader 0 believed (1, 0)" in text
    ends = (
        "barriers no-barriers weak: PARTS(1)\nbarriers no-barriers: of 1 verdicts 1 changed, 1 for"
    )
    assert ends in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("depth", "more", "status", "last"),
    [
        ("5", (), 10, "DIFFERS(5)"),
        ("4", (), 20, "HOLDS_TO(4)"),
        ("4", ("--bounded",), 0, "HOLDS_TO(4)"),
    ],
)
def test_a_truth_value_that_the_text_shows_is_observed(depth, more, status, last):
    """A reader who believes anything believes at the end of its first reading, and not before.

    That nothing differs up to a depth is enough only if it is asked for.
    """
    asked = ("--host", "sc", "--runs-only", "--depth", depth, *more)
    found, text = run_apart("diff", "barriers", "only-equal", *asked, cwd=SEQCOUNT)
    assert (found, text.splitlines()[-1]) == (status, f"barriers only-equal sc: {last}")
    row = r"5  check\(0\) +refused=\(0, 0\) +believed=\(0, 0\) +<"
    assert bool(re.search(row, text)) == (status == 10)
    assert ("This is no proof" in " ".join(text.split())) == (status != 10)


@pytest.mark.hours
def test_evidence_and_bounds_are_compared(capsys):
    """Both designs are proved on a stable host, by other lemmas, and neither lags."""
    arguments = ["diff", "pre25", "patch25", "--host", "stable", "-p", "monotonic"]
    assert main([*arguments, "--measure", "lag"]) == 0
    text = capsys.readouterr().out
    assert "stable monotonic: PROVED as before; with" in text
    assert "1 of 1 bounds unchanged" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (["patch25"], 2, "compares two designs, OLD and NEW: 1 are given"),
        (["patch25", "pre25", "2.6.37"], 2, "compares two designs, OLD and NEW: 3 are given"),
        (["patch25", "patch26"], 2, "unknown design patch26: did you mean patch25"),
        (["patch25", "nowhere.py"], 3, "nowhere.py: No such file"),
        (["patch25", "pre25", "--host", "stabel"], 2, "unknown host stabel: did you mean stable"),
        (["patch25", "pre25", "-p", "lag", "--runs-only"], 2, "exclude each other"),
        (["patch25", "pre25", "-p", "lag"], 2, "unknown property lag"),
        (["patch25", "pre25", "--measure", "lagg"], 2, "unknown measure lagg: did you mean lag"),
        (["patch25", "pre25", "-o", "/proc/none/x"], 2, "cannot write /proc/none/x"),
        (
            ["patch25", "pre25", "--set", "vcpus=2", "--set", "trapping=unstable"],
            2,
            "design pre25 cannot trap",
        ),
    ],
)
def test_mistakes_are_answered_in_one_line(arguments, status, expected, capsys):
    """With the documented status, before anything is decided or written."""
    assert main(["diff", *arguments]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line


def of_lag(value: int | None, kind: Kind = Kind.EXACT) -> Bound:
    """An answer about the greatest lag of some cell."""
    return Bound(None, "lag", "cycles", kind, value, 1, 20, reason="deeper runs were not excluded")


def test_which_bounds_are_the_same():
    """Equal values of the same kind are, and so are two without an end, whatever run is shown."""
    endless = [of_lag(n, Kind.UNBOUNDED) for n in (1000, 2000)]
    assert same_bound(of_lag(7), of_lag(7)) and same_bound(*endless)
    assert not same_bound(of_lag(7), of_lag(8))
    assert not same_bound(of_lag(7), of_lag(7, Kind.AT_LEAST))
    assert not same_bound(of_lag(1000), endless[0])


@pytest.mark.parametrize(
    ("old", "new", "worse", "status"),
    [
        (Status.PROVED, Status.VIOLATED, True, 10),
        (Status.PROVED, Status.UNKNOWN, True, 20),
        (Status.BOUNDED, Status.UNKNOWN, True, 20),
        (Status.UNKNOWN, Status.PROVED, False, 0),
        (Status.VIOLATED, Status.VIOLATED, False, 0),
        (Status.VIOLATED, Status.PROVED, False, 0),
    ],
)
def test_what_is_worse(old, new, worse, status):
    """A proof is lost, or a violation is new; a violation at another depth is a change, and no worse."""
    change = Change(*(Result(None, each, 6 + n, "bmc", 0.0) for n, each in enumerate((old, new))))
    assert (change.verdict, change.worse, change.status) == (True, worse, status)
