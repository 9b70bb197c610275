"""The search for changes that help has its bound, and what a report says of a run's steps is exact."""

import re
from dataclasses import replace

import pytest

from model.today import rules_named
from questions.recipes import repairs
from questions.recipes.asking import Asked, answered
from questions.recipes.deciding import DEPENDS, FAILS, decide
from questions.recipes.fitting import script
from questions.recipes.replay import ordered
from questions.recipes.report import text as report
from questions.recipes.script import SECOND, Gap
from tests.support.recipe_files import read
from tests.support.recipes import MS, NONE, all_then_each, fixed

UNTRIED = "not all changes were tried"
LATE = """\
title = "a TSC is written a second and a half after its neighbour's"
guest = { uptime = "500s" }
want = { offsets_equal = true }
save = ["v*: pause", "v*: KVM_GET_MSRS TSC"]
restore = [
  "v*: KVM_CREATE_VCPU",
  "v0: KVM_SET_MSRS TSC=saved",
  "vm: wait late",
  "v1: KVM_SET_MSRS TSC=saved",
  "v*: KVM_RUN",
]
gap = "1s"
delays = { late = "RANGE" }
elapsed = { default = "0" }
"""
FAR, WIDE = (LATE.replace("RANGE", given) for given in ("1234567891ns", "0..2s"))


@pytest.fixture
def tried(monkeypatch):
    """The recipes that are tried, in order."""
    found = []
    hold = repairs._hold

    def counted(text, rules, names):
        found.append(text)
        return hold(text, rules, names)

    monkeypatch.setattr(repairs, "_hold", counted)
    return found


def answer(tmp_path, text):
    """The answer about a recipe's one property, with changes that help."""
    (found,) = read(tmp_path, text)
    whole = answered(Asked(found, repaired=True))
    (only,) = whole.answers
    return only, " ".join(report([whole], full=True).split())


def size(tmp_path, text):
    """The number of steps of a recipe."""
    (found,) = read(tmp_path, text)
    return len(ordered(script(found)))


@pytest.mark.parametrize("changes", [0, 1, 2])
def test_no_more_changes_are_tried_than_have_the_most_steps(changes, tmp_path, tried, monkeypatch):
    """A step less than one more change would take, and it is not tried; the report says so."""
    monkeypatch.setattr(repairs, "MOST_STEPS", size(tmp_path, FAR) * (changes + 1) - 1)
    found, told = answer(tmp_path, FAR)
    assert len(tried) == changes
    assert not found.all_tried and UNTRIED in told


def test_a_step_more_is_one_more_change(tmp_path, tried, monkeypatch):
    """The bound is that number, and not one of changes."""
    monkeypatch.setattr(repairs, "MOST_STEPS", size(tmp_path, FAR) * 2)
    assert not answer(tmp_path, FAR)[0].all_tried
    assert len(tried) == 2


def test_within_the_bound_everything_is_tried(tmp_path, tried):
    """As it is, this recipe's changes are all tried, or as many found as are told."""
    found, told = answer(tmp_path, FAR)
    assert found.all_tried and UNTRIED not in told
    assert found.verdict.result == FAILS
    assert 0 < len(found.repairs) <= repairs.MOST
    assert size(tmp_path, FAR) * len(tried) <= repairs.MOST_STEPS


def test_no_change_is_tried_once_the_units_are_spent(tmp_path, tried, monkeypatch):
    """What the solver has spent bounds the search as the steps do, and the report says so."""
    monkeypatch.setattr(repairs, "MOST_UNITS", -1)
    found, told = answer(tmp_path, FAR)
    assert not tried and not found.repairs
    assert not found.all_tried and UNTRIED in told


def test_the_bound_counts_in_what_is_shipped(tmp_path, tried):
    """A change of a recipe with 16 vCPUs has many steps, so that few are tried."""
    text = FAR.replace("want", "vcpus = 16\nwant").replace('"v1:', '"v1,v2,v3,v4,v5,v6,v7,v8:')
    text = text.replace("TSC=saved", "TSC=saved TSC_ADJUST=now", 1)
    steps = size(tmp_path, text)
    found, told = answer(tmp_path, text)
    assert steps * len(tried) <= repairs.MOST_STEPS or found.all_tried
    assert (UNTRIED in told) is not found.all_tried


@pytest.mark.parametrize("gap", [SECOND + 7 * MS, 1234567891, 2 * SECOND])
def test_a_remark_says_how_far_a_write_was_from_its_reference(gap):
    """By what the delays say, not by what the kernel's rules have computed."""
    (verdict,) = decide(
        replace(all_then_each(2, fixed(gap), fixed(7 * MS)), wanted=all_then_each(2).wanted[:1]),
        rules_named("6.18"),
    )
    assert verdict.result == FAILS
    remarks = [told for _, told in verdict.failing.replay.remarks]
    (away,) = [
        m[1] for told in remarks if (m := re.search(r"the write of v0 .* is (\d+) ns", told))
    ]
    assert int(away) == gap - 7 * MS


def test_a_remark_says_by_how_much_a_match_moves_the_guest():
    """A write that matches lands off by the difference of the two gaps, with its sign."""
    script_ = all_then_each(2, fixed(600 * MS), fixed(1400 * MS))
    verdict = decide(script_, rules_named("6.18"))[0]
    remarks = " ".join(told for _, told in verdict.holding.replay.remarks)
    assert "the guest's TSC is -800000000 ns off" in remarks


def test_where_there_is_a_condition_remarks_have_all_digits(tmp_path):
    """A nanosecond beyond the bound is a nanosecond; where none is told, four digits are enough."""
    depends, told = answer(tmp_path, WIDE)
    assert depends.verdict.result == DEPENDS and depends.verdict.threshold[0] == "late"
    assert "from which it is 1000000000 ns away" in told
    fails, told = answer(tmp_path, FAR)
    assert fails.verdict.result == FAILS
    assert "from which it is 1.235s away" in told and "1234567891 ns" not in told


def test_a_number_in_a_remark_follows_the_delays():
    """The run on the failing side of a bound is a nanosecond away from holding."""
    verdict = decide(all_then_each(2, Gap(0, 2 * SECOND, given=True), NONE), rules_named("6.18"))[0]
    assert "is 1000000000 ns away" in " ".join(t for _, t in verdict.failing.replay.remarks)
