"""``vtsc gate --update``: what would have to change, and changing it with every comment kept."""

import builtins
from difflib import unified_diff

import pytest

from tests.support.paths import ROOT
from vtsc.content.expected import changed_table
from vtsc.content.manifest import load_manifest
from vtsc.content.manifest_edit import edited

TEXT = """\
# The first line.

[defaults] # what is left out below
host = "slow"

[[check]] # two designs
design = [
    "pre25", # the one before
    "2.6.37",
]
property = "bounded_lag"
set = { vcpus = 2 } # changes nothing
expect = 6 # steps

# A comment of the second.
[[check]]
design = 'patch25'
property = ["bounded_lag"]
"""
CHANGED = """\
FOLDER/checks.toml:6: pre25 slow bounded_lag vcpus=2
-expect = 6
+expect = 5
FOLDER/checks.toml:6: 2.6.37 slow bounded_lag vcpus=2
-expect = 6
+expect = 5
"""


@pytest.fixture
def update(gate, tmp_path):
    """Run the update on a manifest; exit status, output and the manifest afterwards."""

    def run(text, *arguments):
        status, out, err = gate(text, "--update", *arguments)
        return status, out + err, (tmp_path / "checks.toml").read_text(encoding="utf-8")

    return run


def changes(before, after):
    """The lines that differ."""
    diff = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))
    return [line for line in diff[2:] if not line.startswith("@@")]


@pytest.mark.hours
@pytest.mark.slow
def test_a_new_depth(update):
    """Nothing is written until it is asked for; then one line changes, and all comments stay."""
    assert update(TEXT) == (10, f"{CHANGED}nothing was written\n", TEXT)
    status, out, after = update(TEXT, "--write")
    assert (status, out) == (0, f"{CHANGED}FOLDER/checks.toml was written\n")
    assert changes(TEXT, after) == ["-expect = 6 # steps", "+expect = 5 # steps"]
    assert update(after) == (0, "every verdict is as expected\n", after)


@pytest.mark.hours
@pytest.mark.slow
def test_a_verdict_that_was_missing(update):
    """A cell of which nothing is expected yet gets what is found."""
    text = TEXT.replace("expect = 6 # steps\n", "")
    status, out, after = update(text, "--write")
    assert status == 0 and "+expect = 5" in out and "-expect" not in out
    assert changes(text, after) == ["+expect = 5"]


def test_cells_that_part(content, tmp_path):
    """A table whose cells have no longer one verdict becomes one for each verdict, or for each cell."""
    path = tmp_path / "checks.toml"
    path.write_text(TEXT, encoding="utf-8")
    manifest = load_manifest(content, path)
    after = edited(TEXT, manifest.checks, {manifest.checks[1].cell: "holds"})
    path.write_text(after, encoding="utf-8")
    found = load_manifest(content, path).checks
    assert [(c.cell, c.expected) for c in found] == [
        (manifest.checks[0].cell, "6"),
        (manifest.checks[1].cell, "holds"),
        (manifest.checks[2].cell, "5"),
    ]
    assert "# The first line." in after and "# A comment of the second." in after
    assert after.count("# two designs") == 2


def test_cells_that_are_no_product(content, tmp_path):
    """Of two by two, three that stay are no combination of names: each gets a table of its own."""
    text = (
        '[[check]]\ndesign = ["pre25", "patch25"]\nhost = ["slow", "fast"]\n'
        'property = "bounded_lag"\nset.vcpus = 2\nexpect = "holds"\n'
    )
    path = tmp_path / "checks.toml"
    path.write_text(text, encoding="utf-8")
    manifest = load_manifest(content, path)
    new = {manifest.checks[3].cell: "7"}
    path.write_text(edited(text, manifest.checks, new), encoding="utf-8")
    found = {c.cell: c.expected for c in load_manifest(content, path).checks}
    assert found == {c.cell: new.get(c.cell, "holds") for c in manifest.checks}


@pytest.mark.slow
def test_a_propertys_table_is_printed(update, content, monkeypatch):
    """The new lines of the table, with its file; nothing is written there."""
    table = content.properties["bounded_lag"].expected
    wrong = table.replace(
        "patch25     holds   4       6       5 ", "patch25     holds   4       6       9 "
    )
    assert wrong != table
    monkeypatch.setattr(type(content.properties["bounded_lag"]), "expected", wrong)
    text = '[[check]]\ndesign = "patch25"\nhost = "slow"\nproperty = "bounded_lag"\n'
    source = (ROOT / "properties/bounded_lag.py").read_text(encoding="utf-8")
    status, out, after = update(text, "--write")
    assert (status, after) == (10, text)
    head, old, new, last = out.splitlines()
    assert head == "properties/bounded_lag.py: expected, to be changed by hand"
    assert old[0] == "-" and old.split()[1:] == ["patch25", *old.split()[2:]]
    assert new[0] == "+" and new.replace(" 5 ", " 9 ", 1) == old.replace("-", "+", 1)
    assert last == "nothing was written"
    assert (ROOT / "properties/bounded_lag.py").read_text(encoding="utf-8") == source


def test_tables_grow():
    """A design or a host that the table does not have gets a row or a column."""
    table = "\n        design  here\n        one     holds\n    "
    new = {("one", "here"): "12", ("two", "there"): "holds"}
    assert changed_table(table, new) == (
        "        design  here  there\n        one     12    .\n        two     .     holds"
    )
    assert changed_table("", {("one", "here"): "3"}) == "design  here\none     3"


@pytest.mark.hours
@pytest.mark.slow
def test_without_the_library(update, monkeypatch):
    """Printing needs no library, writing says which extra brings it."""
    load = builtins.__import__

    def refused(name, *rest):
        if name == "tomlkit":
            raise ImportError(name)
        return load(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refused)
    assert update(TEXT)[0] == 10
    status, out, after = update(TEXT, "--write")
    assert (status, after) == (2, TEXT)
    assert out == "vtsc: --write needs tomlkit: pip install 'vtsc[update]'\n"
