"""A gate that remembers, has a budget, tries several seeds, and knows what changed: on the second domain."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.footprints import SEQCOUNT, edit
from tests.support.paths import ROOT
from tests.support.sampling import sampled
from vtsc.base.errors import BadFileError, Exit
from vtsc.cli import main
from vtsc.commands.stability import _spread
from vtsc.content.budget import Budget
from vtsc.content.cells import Cell
from vtsc.content.manifest import load_manifest
from vtsc.deciding.verdict import Result, Status
from vtsc.language.parameters import Settings

MANIFEST = """\
[[check]]
design = ["only-equal", "no-odd"]
host = "sc"
property = "never_torn"

[[check]]
design = "only-equal"
host = "weak"
property = "never_torn"
"""
REMEMBERED = re.compile(r"remembered: (\d) of 3, on whose rules .*?again\n", re.DOTALL)


class Copy:
    """A copy of the second domain with a manifest, and a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.root, self.cache, self.reports = folder / "root", folder / "cache", folder / "reports"
        shutil.copytree(SEQCOUNT, self.root)
        (self.root / "checks.toml").write_text(MANIFEST, encoding="utf-8")

    def gate(self, *arguments: str) -> tuple[int, str]:
        """The exit status of a gate, and what it says, complaints first."""
        command = [sys.executable, "-m", "vtsc", "gate", "--root", str(self.root)]
        done = subprocess.run(
            [*command, *arguments, "--save", str(self.reports)],
            cwd=ROOT,
            env={**os.environ, "XDG_CACHE_HOME": str(self.cache)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr + done.stdout

    def texts(self) -> dict[str, str]:
        """The reports that are saved."""
        return {p.name: p.read_text(encoding="utf-8") for p in sorted(self.reports.iterdir())}


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """A copy all of whose cells have been decided once, and what was said then."""
    copy = Copy(tmp_path_factory.mktemp("decided"))
    status, said = copy.gate("-j", "1")
    assert status == 0, said
    return copy, said


@pytest.fixture
def again(decided):
    """The same, whose files are put back as they were afterwards."""
    copy, said = decided
    saved = copy.root.with_name("saved")
    for name in ("root", "cache"):
        shutil.copytree(copy.root.with_name(name), saved / name)
    yield copy, said
    for name in ("root", "cache"):
        shutil.rmtree(copy.root.with_name(name))
        shutil.move(saved / name, copy.root.with_name(name))


def remembered(said: str) -> int:
    """The number of cells that are said to be remembered."""
    found = REMEMBERED.search(said)
    return int(found.group(1)) if found else 0


# what is remembered


@pytest.mark.hours
@pytest.mark.slow
def test_a_comment_changes_no_verdict_and_moves_lines(again):
    """All is remembered, and the reports are those of a run that decides everything with the moved lines."""
    copy, _ = again
    edit(copy.root / "model/designs.py", "class Design:", "# a comment\n\n\nclass Design:")
    status, now = copy.gate()
    assert (status, remembered(now)) == (0, 3)
    warm = copy.texts()
    assert "model/designs.py:27" in "".join(warm.values())
    status, anew = copy.gate("--again", "-j", "2")
    assert (status, remembered(anew)) == (0, 0)
    assert REMEMBERED.sub("", now) == anew
    assert copy.texts() == warm


@pytest.mark.hours
@pytest.mark.slow
def test_only_what_changed_is_decided(again):
    """A change in one design has its cells decided anew, and no other."""
    copy, _ = again
    edit(copy.root / "model/designs.py", "page.version + 2)", "page.version + 4)")
    status, said = copy.gate()
    assert (status, remembered(said)) == (0, 2)
    assert remembered(copy.gate()[1]) == 3


@pytest.mark.slow
@sampled(2, "rest", [lambda text: text[: len(text) // 2], lambda text: "[" * 9_999])
def test_broken_entries_cost_only_time(again, rest):
    """Truncated or not JSON at all: the cells are decided anew, and the output is the first one's."""
    copy, said = again
    entries = [p for p in copy.cache.rglob("*.json") if p.is_file()]
    assert {"decided", "explained"} <= {p.parent.name for p in entries}
    for path in entries:
        path.write_text(rest(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert copy.gate() == (0, said)


# budgets


@pytest.mark.hours
@pytest.mark.slow
def test_a_budget_for_each_cell(again):
    """What a cell would cost more is not spent; the rest is as without a budget, and so is the next run."""
    copy, _ = again
    status, said = copy.gate("--budget-per-cell", "100_000", "-j", "2")
    told = " ".join(said.split())
    found = re.search(r"no-odd sc never_torn: UNKNOWN .* spent (\d+) units of 100000 ", told)
    assert status == 12 and found and 100_000 <= int(found.group(1)) < 110_000
    assert "2 of 3 as expected: 2 violated, 1 unknown" in told and remembered(said) == 0
    assert copy.gate("--budget-per-cell", "100_000", "-j", "1", "--again") == (
        12,
        REMEMBERED.sub("", said),
    )
    assert remembered(copy.gate("--budget-per-cell", "100_000")[1]) == 3
    status, said = copy.gate()
    assert (status, remembered(said)) == (0, 3)


@pytest.mark.hours
@pytest.mark.slow
def test_a_budget_for_all_cells_in_the_manifests_order(again):
    """Whatever is remembered, and on however many processes, the same cells are paid."""
    copy, _ = again
    path = copy.root / "checks.toml"
    path.write_text(f"[limits]\nin_all = 200_000\n{MANIFEST}", encoding="utf-8")
    status, said = copy.gate("-j", "2", "--again")
    told = " ".join(said.split())
    assert status == 12 and "1 of 3 as expected: 1 violated, 2 unknown" in told
    assert re.search(r"no-odd sc .* spent the \d+ units that were left of 200000 in all", told)
    assert "only-equal weak never_torn: UNKNOWN [not_found] expected: 6; spent 0 units" in told
    assert copy.gate("-j", "1", "--again") == (status, said)
    assert REMEMBERED.sub("", copy.gate()[1]) == said
    assert copy.gate("--budget", "9_000_000")[0] == 0


@pytest.mark.slow
def test_the_clock_is_a_backstop(again):
    """A cell that takes too long is UNKNOWN, and the next run tries again."""
    copy, _ = again
    edit(
        copy.root / "model/machine.py",
        "        writer, update = ",
        "        for _ in range(10**9):\n            pass\n        writer, update = ",
    )
    status, said = copy.gate("--seconds-per-cell", "1")
    assert status == 12 and "stopped after 1 s; spent" in " ".join(said.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--budget", "0"], "--budget 0: accepted is a whole number from 1 to"),
        (["--budget-per-cell", "many"], "--budget-per-cell many: accepted is"),
        (["--seconds-per-cell", "-1"], "--seconds-per-cell -1: accepted is"),
        (["--stability", "1"], "--stability 1: accepted is a whole number from 2 to 100"),
        (["--stability", "2", "--format", "json"], "--format json: accepted is text"),
        (["--stability", "2", "--since", "HEAD"], "--stability and --since exclude each other"),
        (["--again", "--recheck"], "not allowed with"),
        (["--since", "no-such"], "no such commit"),
    ],
)
def test_mistakes(capsys, monkeypatch, arguments, said):
    """One line each, before anything is decided."""
    monkeypatch.chdir(ROOT)
    if "--since" in arguments and not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    assert main(["gate", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[limits]\nper_cell = 0\n", "checks.toml:2: per_cell: expected a whole number from 1 to"),
        ("[limits]\n\nin_all = true\n", "checks.toml:3: in_all: expected a whole number from 1"),
        ("[limits]\nseconds = 3\n", "checks.toml:2: unknown key seconds:"),
        ("limits = 3\n", "checks.toml:1: limits: expected a table"),
    ],
)
def test_mistakes_in_a_manifest(content, tmp_path, text, said):
    """File and line of each; a budget that is none is not taken for one."""
    path = tmp_path / "checks.toml"
    cell = '[[check]]\ndesign = "patch25"\nhost = "stable"\nproperty = "monotonic"\n'
    path.write_text(text + cell, encoding="utf-8")
    with pytest.raises(BadFileError) as error:
        load_manifest(content, path)
    assert said in str(error.value)
    path.write_text("[limits]\nper_cell = 7\n" + cell, encoding="utf-8")
    assert load_manifest(content, path).budget == Budget(per_cell=7)


# seeds, and what changed


@pytest.mark.slow
def test_stability(decided):
    """Each cell has a line with its verdict, the range of its units, and the number of lemmas of a proof."""
    copy, _ = decided
    path = copy.root.with_name("one.toml")
    path.write_text(MANIFEST.replace(', "no-odd"', "").split("\n\n")[0], encoding="utf-8")
    status, said = copy.gate(str(path), "--stability", "2", "-j", "2")
    assert status == 0, said
    assert re.search(r"\nonly-equal sc never_torn: VIOLATED\(6\); units \d+ to \d+\n", said)
    assert said.endswith("\n1 of 1 cell has one verdict with all seeds\n")


BLANK = Result(Cell("a", "b", "c", Settings({}, {})), Status.PROVED, 0, "lemmas", 0.0)
VIOLATED = replace(BLANK, status=Status.VIOLATED, depth=5)


@pytest.mark.parametrize(
    ("other", "status"),
    [
        (BLANK, Exit.OK),
        (replace(BLANK, status=Status.UNKNOWN), Exit.UNKNOWN),
        (VIOLATED, Exit.EVIDENCE),
    ],
)
def test_a_verdict_that_depends_on_the_seed(other, status):
    """It is an error where two seeds contradict each other, and unknown where one does not decide."""
    assert _spread([BLANK, other, BLANK]) is status
    assert _spread([VIOLATED, replace(VIOLATED, depth=6)]) is Exit.EVIDENCE


def git(root: Path, *words: str) -> None:
    """Run git in a folder."""
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_since(tmp_path):
    """The cells that a change can affect, with the reason; without git or the commit one line says so."""
    copy = Copy(tmp_path)
    status, said = copy.gate("--since", "HEAD")
    assert (status, said) == (2, f"vtsc: --since HEAD: {copy.root} is in no git repository\n")
    git(copy.root, "init", "-q")
    git(copy.root, "add", "-A")
    git(copy.root, "commit", "-qm", "one")
    total = r"{} of 3 cells can be affected by what changed since HEAD \([0-9a-f]{{12}}\)\n"
    assert re.fullmatch(total.format(0), copy.gate("--since", "HEAD")[1])
    edit(copy.root / "model/designs.py", "page.version + 2)", "page.version + 4)")
    edit(copy.root / "checks.toml", 'host = "weak"', 'host = "weak"\ndepth = 9')
    lines = (
        "no-odd sc never_torn: what it rests on has changed\n"
        "only-equal weak never_torn: its depth, expected verdict or limits have changed\n\n"
    )
    status, said = copy.gate("--since", "HEAD")
    assert status == 0 and re.fullmatch(re.escape(lines) + total.format(2), said), said
    assert not copy.cache.joinpath("vtsc/decided").exists()
    assert copy.gate("--since", "HEAD~7")[0] == 2
    with (copy.root / "checks.toml").open("a", encoding="utf-8") as file:
        file.write("\n[limits]\nper_cell = 5\n")
    assert copy.gate("--since", "HEAD")[1].count("expected verdict or limits have changed\n") == 2


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_since_in_a_repository_that_has_the_design_alone(tmp_path):
    """The manifest's repository is asked, the content is as it is, and a file beside it affects no cell."""
    own, command = tmp_path / "own", [sys.executable, "-m", "vtsc", "gate", "--root", str(ROOT)]
    (own / "designs").mkdir(parents=True)
    mine, manifest = own / "designs/mine.py", own / "checks.toml"
    mine.write_bytes((ROOT / "examples/my_patch.py").read_bytes())
    keys = 'file = "designs/*.py"\nhost = "stable"\nproperty = "monotonic"\nexpect = 5\n'
    manifest.write_text(f"[[check]]\n{keys}", encoding="utf-8")
    git(own, "init", "-q")
    git(own, "add", "-A")
    git(own, "commit", "-qm", "one")

    def since() -> str:
        asked = [*command, str(manifest), "--since", "HEAD"]
        return subprocess.run(asked, cwd=own, capture_output=True, text=True, check=True).stdout

    (own / "README").write_text("", encoding="utf-8")
    assert since().startswith("0 of 1 cell can be affected by what changed since HEAD (")
    edit(manifest, "expect = 5", "expect = 6")
    assert since().startswith(
        "my-patch stable monotonic: its depth, expected verdict or limits have changed"
    )
    edit(mine, "vcpu.last_host_tsc = 0", "vcpu.last_host_tsc = 1")
    assert since().startswith("my-patch stable monotonic: what it rests on has changed")
