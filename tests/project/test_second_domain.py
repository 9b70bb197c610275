"""A second domain, `examples/seqcount`, is checked by the same commands: the checker is tuned to none.

Its packages bear the names that all content bears, so that it is loaded in processes of its own.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tests.support.sampling import sampled

EXAMPLE = "examples/seqcount"
VERDICTS = """\
barriers sc never_torn: PROVED by lemmas
no-barriers sc never_torn: PROVED by lemmas
no-odd sc never_torn: VIOLATED(5) by bmc
only-equal sc never_torn: VIOLATED(6) by bmc
barriers weak never_torn: PROVED by lemmas
no-barriers weak never_torn: VIOLATED(5) by bmc
no-odd weak never_torn: VIOLATED(5) by bmc
only-equal weak never_torn: VIOLATED(6) by bmc
"""
TORN = """\
no-odd on sc: never_torn
========================

reader 0 believed (1, 0), which nobody wrote, by what happens in first in
step 1. No condition of the design would have avoided this by going the other
way.

#  action          page.version  page.first  page.second  changed
0  (start)                    0           0            0
1  first                      0           1            0  writer.first=1
2  look(0)                    0           1            0  reader0.at=1
3  load_first(0)              0           1            0  reader0.at=2
                        reader0.first=1
4  load_second(0)             0           1            0  reader0.at=3
5  check(0)                   0           1            0  believed=(1, 0)
                        reader0.at=0

step 1, first, ran:
  model/designs.py:LINE  page.first = update  # 1

claim: no reader believes a pair from two updates
here: first = 1, second = 0

scope: depth 5, integers, replayed; the version stays below 2^62
model: checkout DIGEST; VERSION
again: vtsc verify no-odd --host sc -p never_torn --root examples/seqcount

reader 0 believed (1, 0), which nobody wrote, by what happens in first in
step 1. No condition of the design would have avoided this by going the other
way.

no-odd sc never_torn: VIOLATED(5)

"""
LISTED = """\
designs:
  barriers: the version is odd while the pair is stored, barriers keep it so
  no-barriers: the same stores in the same order, without barriers
  no-odd: the version moves on after the pair is stored, and is never odd
  only-equal: a reader believes whatever has the same version before and after

hosts:
  sc: stores are seen in program order
  weak: stores are seen in any order, unless a barrier lies between them; loads
      stay in order

properties:
  never_torn: no reader believes a pair from two updates

sometimes:
  can_believe_an_update: some reader believes a pair that was written
  can_refuse: some reader has to try again

parameters (default):
  readers (1): readers of the page: a whole number from 1 to 4
"""


def vtsc(*arguments, root=EXAMPLE, cwd=ROOT):
    """Run a command; its exit status, what it says, and what it complains of."""
    named = [] if root is None else ["--root", str(root)]
    done = subprocess.run(
        [sys.executable, "-m", "vtsc", *map(str, arguments), *named],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with the evidence for every cell of the example."""
    folder = tmp_path_factory.mktemp("saved")
    status, _, complaint = vtsc("verify", "--save", folder)
    assert (status, complaint) == (10, "")
    return folder


@pytest.fixture
def changed(tmp_path):
    """A copy of the example with texts replaced in its files; a text that is not there is an error."""

    def copied(**replaced):
        root = shutil.copytree(ROOT / EXAMPLE, tmp_path / "copy")
        for name, pairs in replaced.items():
            path = root / "model" / f"{name}.py"
            text = path.read_text(encoding="utf-8")
            for old, new in pairs:
                assert old in text, old
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
        return root

    return copied


@pytest.mark.slow
def test_every_verdict_is_as_its_property_expects():
    """The right design is proved for any number of readers; the others tear, as soon as they can."""
    status, out, complaint = vtsc("verify", "--prove", "--expect")
    assert (status, complaint) == (0, "")
    assert out.endswith(f"\n{VERDICTS}8 of 8 verdicts as wanted\n")
    assert out.count("scope: any number of instances of each kind") == 3


@pytest.mark.hours
@pytest.mark.slow
def test_two_readers_make_no_difference():
    """A pair is torn for one reader, whatever the others do."""
    status, out, _ = vtsc("verify", "--set", "readers=2")
    verdicts = re.sub(r" \[violated\].*", "", out)
    assert status == 10
    assert verdicts.endswith(f"\n{VERDICTS}3 of 8 verdicts as wanted\n")


@pytest.mark.slow
def test_evidence_is_saved_for_every_cell(saved):
    """A trace for what is violated, a certificate for what is proved, and that no reader is stuck."""
    folders = {str(p.parent.relative_to(saved)) for p in saved.rglob("manifest.json")}
    proved = ("barriers/sc", "barriers/weak", "no-barriers/sc")
    assert folders == {f"{cell}/{what}" for cell in proved for what in ("never_torn", "progress")}
    assert {p.name for p in saved.glob("*.json")} == {
        f"{cell}.never_torn.json"
        for cell in ("no-odd.sc", "no-odd.weak", "only-equal.sc", "only-equal.weak")
    } | {"no-barriers.weak.never_torn.json"}


@pytest.mark.slow
def test_a_counterexample_is_shown_in_the_words_of_its_model(saved):
    """Columns, observations and the story are the model's own; the report adds none from elsewhere."""
    status, out, _ = vtsc("show", saved / "no-odd.sc.never_torn.json")
    shown = re.sub(r"designs\.py:\d+", "designs.py:LINE", out)
    shown = re.sub(r"checkout \w{16}; vtsc [\d.]+", "checkout DIGEST; VERSION", shown)
    assert (status, shown) == (0, TORN)


@pytest.mark.slow
def test_a_counterexample_is_replayed(saved):
    """From its inputs alone, of which there are none."""
    status, out, _ = vtsc("replay", saved / "only-equal.weak.never_torn.json")
    assert (status, out) == (10, "only-equal weak never_torn: 6 steps replayed, VIOLATED(6)\n")


@pytest.mark.slow
def test_certificates_are_checked_again(saved):
    """All of them hold; time does not pass here, so that nothing is asked about it."""
    status, out, _ = vtsc("certify", saved)
    assert status == 0
    assert out.endswith("\n6 of 6 certificates hold\n")
    assert not list(saved.rglob("time.smt2"))


@pytest.mark.slow
def test_random_runs_tear_what_can_be_torn():
    """The same cells as those that the search finds, and no other."""
    status, out, _ = vtsc("simulate", "--steps", "3000")
    torn = {line.split(",")[0] for line in out.splitlines() if "never_torn" in line}
    cells = ("no-odd sc", "only-equal sc", "no-barriers weak", "no-odd weak", "only-equal weak")
    assert (status, torn) == (10, set(cells))
    assert len(out.splitlines()) == 8


def test_list_names_what_there_is():
    """Designs, hosts, properties, parameters."""
    status, out, _ = vtsc("list")
    head, _, rest = out.partition("\n\n")
    assert (status, rest) == (0, LISTED)
    assert re.fullmatch(r"model: checkout \w{16}", head)


@pytest.mark.slow
def test_inside_its_folder_the_example_needs_no_root():
    """The nearest root is taken, although another one lies around it."""
    status, out, _ = vtsc(
        "verify", "no-odd", "--host", "sc", "--expect", root=None, cwd=ROOT / EXAMPLE
    )
    assert status == 0
    assert "\nagain: vtsc verify no-odd --host sc -p never_torn\n" in out


@pytest.mark.hours
@pytest.mark.slow
def test_no_name_of_an_instance_is_taken_apart(changed):
    """Readers are called page20, page21 and so on, beside a record called page: nothing else changes."""
    kind = ('"reader"', '"page2"')
    root = changed(
        state=[kind],
        machine=[kind],
        lemmas=[kind],
        __init__=[kind, ("opening=()", 'opening=("page2.at",)')],
    )
    status, out, complaint = vtsc("verify", "--set", "readers=2", root=root)
    assert (status, complaint) == (10, "")
    assert re.sub(r" \[violated\].*", "", out).endswith(f"\n{VERDICTS}3 of 8 verdicts as wanted\n")
    assert re.search(r" 0 +0 +0  page20\.at=0\n +page21\.at=0\n1  first ", out)


def test_a_record_that_does_not_say_whose_it_is_is_refused(changed):
    """Such readers would seem to stand still; the answer is one line, and no proof."""
    by_hand = '{"reader0": self.readers[0]}'
    root = changed(state=[('instances("reader", self.readers)', by_hand), (" instances,", "")])
    status, out, _ = vtsc("verify", "barriers", "--host", "sc", root=root)
    assert status == 3
    assert "record reader0: make the records of a kind with `instances`\n" in out


@pytest.mark.slow
@sampled(
    3,
    ("old", "new"),
    [
        ('"open", BARRIER, "first"', '"open", "first"'),
        ('"second", BARRIER, "close")\n    """', '"second", "close")\n    """'),
        ("reader.version == version, even(version)", "even(version), even(reader.version)"),
    ],
    ids=["first barrier", "second barrier", "same version"],
)
def test_nothing_of_the_right_design_is_superfluous(changed, old, new):
    """Each barrier is needed, and so is the comparison: without it, a pair is torn."""
    root = changed(designs=[(old, new)])
    status, out, _ = vtsc("verify", "barriers", "--host", "weak", root=root)
    assert status == 10
    assert re.search(r"\nbarriers weak never_torn: VIOLATED\(\d+\) by bmc", out)
