"""The parts of brief reports: blocks side by side, what can happen at all, parameters, and lines that fit."""

import pytest

from tests.support.paths import ROOT
from tests.support.verdicts import as_expected
from vtsc.content.cells import Cell
from vtsc.content.expected import HOLDS
from vtsc.content.manifest import NAME, load_manifest
from vtsc.deciding.verdict import Reached, Result, Status
from vtsc.report import Gate, Report, written
from vtsc.report.text.beside import beside
from vtsc.report.text.parameters import parameters
from vtsc.report.text.sometimes import every_sometimes, sometimes


def test_blocks_stand_side_by_side_where_they_fit():
    """In their order; the shorter one of a row is filled up, and no line ends in blanks."""
    narrow, wide = ["x" * 38, "y"], ["z" * 39]
    assert list(beside([narrow, wide, narrow])) == [
        [f"{'x' * 38}   {'z' * 39}", "y"],
        narrow,
    ]
    assert list(beside([["x" * 39], wide])) == [["x" * 39], wide]
    assert list(beside([["a"], ["b", "c"], ["d"]])) == [["a   b   d", "    c"]]


def result(content, design, host, prop, reached, **given):
    """A result with these "sometimes"; a number is a depth, None is never."""
    settings = content.resolve(design, prop, given)
    outcomes = tuple(_Outcome(name, depth is None, 20, depth) for name, depth in reached.items())
    return Result(Cell(design, host, prop, settings), Status.PROVED, 0, "", 0.0, sometimes=outcomes)


class _Outcome(Reached):
    """A "sometimes" whose run is not looked at."""

    def __init__(self, name, never, searched, depth):
        super().__init__(name, never, searched)
        object.__setattr__(self, "_depth", depth)

    @property
    def depth(self):
        """As given."""
        return self._depth


def test_never_is_told_where_another_design_does_it(content):
    """On the same host, with like parameters; hosts with the same designs are told together."""
    results = [
        result(content, "pre25", "cstate", "monotonic", {"can_trap": None, "can_catch_up": None}),
        result(content, "patch25", "cstate", "monotonic", {"can_trap": None, "can_catch_up": 3}),
        result(content, "pre25", "slow", "monotonic", {"can_catch_up": None}),
        result(content, "2.6.37", "slow", "monotonic", {"can_catch_up": 0}),
        result(content, "patch25", "slow", "monotonic", {"can_catch_up": 5}),
        result(content, "pre25", "fast", "monotonic", {"can_catch_up": None}),
        result(content, "patch25", "fast", "monotonic", {"can_catch_up": 5}, pcpus="3"),
        result(content, "2.6.37", "stable", "monotonic_smp", {"can_catch_up": 5}),
        result(content, "pre25", "stable", "monotonic", {"can_catch_up": None}),
    ]
    assert sometimes(content, results) == "can_catch_up on cstate, slow: NEVER by pre25\n"
    assert sometimes(content, results[-4:-2]) == ""
    assert every_sometimes(results[:1] + results[3:4]) == (
        "sometimes:\npre25 cstate: can_trap NEVER, can_catch_up NEVER\n"
        "2.6.37 slow: can_catch_up not to depth 20\n"
    )


def test_parameters_that_differ_from_their_defaults(content):
    """Those alone, unless all are wanted; a property's own defaults are defaults."""
    plain = content.resolve("pre25", "monotonic_smp", {})
    assert parameters(content, "pre25", "monotonic_smp", plain, False) == []
    assert parameters(content, "pre25", "monotonic", plain, False) == ["params: vcpus=2"]
    assert parameters(content, "pre25", "can_trap", plain, False) == ["params: vcpus=2"]
    every = " ".join(parameters(content, "pre25", "monotonic_smp", plain, True))
    assert every.split() == ["params:", *(f"{k}={v}" for k, v in plain.texts().items())]
    changed = replace_setting(content, "dormancy", "1ms")
    assert parameters(content, "pre25", "monotonic_smp", changed, False) == ["params: dormancy=1ms"]


def replace_setting(content, name, value):
    """The settings of a cell with one parameter changed."""
    return content.resolve("pre25", "monotonic_smp", {name: value})


@pytest.mark.slow
def test_the_main_job_fits(content):
    """All cells of the manifest, as expected: at most 230 lines of at most 80 columns of ASCII."""
    manifest = load_manifest(content, ROOT / NAME)
    verdicts = [as_expected(content, check) for check in manifest.checks]
    saved = {v.result.cell: f"build/report/{v.result.cell.design}.json" for v in verdicts}
    report = Report(content, verdicts, gate=Gate(manifest.file, manifest.shown, saved))
    lines = written("text", report).splitlines()
    violated = sum(check.expected != HOLDS for check in manifest.checks)
    assert lines[-1] == (
        f"{len(verdicts)} of {len(verdicts)} as expected: "
        f"{len(verdicts) - violated} proved, {violated} violated"
    )
    assert lines[-2] == "in full: vtsc show build/report/patch25.json"
    assert len(lines) + 2 <= 230  # two are left for what is never reached
    assert max(map(len, lines)) <= 80 and "".join(lines).isascii()
    assert sum(": VIOLATED(" in line for line in lines) == violated
    assert sum(": PROVED by " in line for line in lines) == len(verdicts) - violated
    assert sum(line.startswith("host ") for line in lines) + sum(
        "   host " in x for x in lines
    ) == (len({check.cell.host for check in manifest.checks}))
