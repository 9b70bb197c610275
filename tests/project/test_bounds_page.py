"""docs/bounds.md: its tables are what ``vtsc bound --format markdown`` says, in a sample."""

import re

import pytest

from tests.support.paths import ROOT
from vtsc.cli import main

PAGE = (ROOT / "docs/bounds.md").read_text(encoding="utf-8")
SAMPLE = [
    ("lag", "patch25", "fast"),
    ("lag", "2.6.35-vmx", "skewed"),
    ("lag", "2.6.37", "slow"),
    ("lead", "repaired", "cstate"),
    ("lead", "before-c8076604", "fast"),
    ("lag", "2.6.35-vmx", "fast"),
    ("warp", "2.6.35-vmx", "slow"),
    ("stall", "2.6.35-vmx", "skewed"),
    ("lateness", "patch25", "resetting"),
    ("earliness", "0dd6a6ed", "slow"),
    ("lead", "e48672fa", "resetting"),
    ("lateness", "0dd6a6ed", "slow"),
    ("earliness", "2.6.37", "fast"),
    ("earliness", "repaired", "slow"),
    ("earliness", "2.6.35-vmx", "fast"),
]
OPEN = {"lateness": [("e48672fa", "resetting")]}
"""The cells of which only a least value is known; the page says why."""


def rows(text: str, measure: str) -> dict[tuple[str, str], str]:
    """The cells of a measure's table, by design and host."""
    lines = [[cell.strip() for cell in x.strip("|").split("|")] for x in text.splitlines()]
    at = next(n for n, line in enumerate(lines) if line[0] == measure)
    hosts = lines[at][1:]
    found = {}
    for name, *cells in lines[at + 2 :]:
        if not cells:
            break
        found |= {(name.strip("`"), h): c for h, c in zip(hosts, cells, strict=True)}
    return found


@pytest.mark.parametrize("measure", ["lag", "lead", "warp", "stall", "lateness", "earliness"])
def test_every_cell_is_there(measure, content):
    """And all but one are decided."""
    found = rows(PAGE, measure)
    assert {*found} == {(d, h) for d in content.model.designs for h in content.model.hosts}
    assert all(
        re.search(r"\d (cycles?|ns)$", text) or text.startswith("unbounded")
        for text in found.values()
    )
    left = [cell for cell, text in found.items() if "at least" in text]
    assert left == OPEN.get(measure, [])


@pytest.mark.slow
@pytest.mark.parametrize(("measure", "design", "host"), SAMPLE)
def test_a_cell_is_what_the_command_says(measure, design, host, capsys):
    """The command makes the same table."""
    assert main(["bound", measure, design, "--host", host, "--format", "markdown"]) == 0
    found = rows(capsys.readouterr().out, measure)
    assert found == {(design, host): rows(PAGE, measure)[(design, host)]}
