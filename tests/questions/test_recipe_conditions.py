"""When a property holds: exactly, also where clocks are rounded, or by what is sure on either side."""

import random
import re

import pytest

from model.today import rules_named
from questions.recipes import bounds, comparisons, telling
from questions.recipes.asking import Asked, answered
from questions.recipes.deciding import DEPENDS, decide
from questions.recipes.fitting import script
from questions.recipes.orders import orders, settled
from questions.recipes.replay import ordered, replay
from questions.recipes.report import text as report
from questions.recipes.rounding import without
from questions.recipes.script import named
from questions.recipes.when import LONG, UNFOUND
from tests.support.recipe_files import read
from vtsc.language import Illegal
from vtsc.solver.asking import Asking
from vtsc.solver.solve import solve
from vtsc.symbolic.forms import Linear
from vtsc.symbolic.terms import Arena

PAUSE = """\
title = "a clock that is read before four vCPUs stop"
vcpus = 4
want = { kvmclock_monotonic = true }
save = ["vm: KVM_GET_CLOCK", "v*: pause"]
gap = "0"
resume = ["vm: KVM_SET_CLOCK clock=saved flags=0", "v*: KVM_RUN"]
elapsed = { default = "0", pause = "0..50ms", KVM_RUN = "0..50ms" }
"""
EQUAL = """\
title = "each vCPU is made just before its TSC is written"
want = { offsets_kept = true }
guest = { uptime = "500s" }
save = ["each v: pause; KVM_GET_MSRS TSC"]
restore = ["each v: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved", "v*: KVM_RUN"]
"""
ROUNDED = """\
title = "a pause that the reference time does not count"
guest = { uptime = "40s", reference = true }
want = { ref_agrees = "10ms" }
save = ["v*: pause", "vm: wait stopping", "vm: KVM_GET_CLOCK"]
gap = "0"
delays = { stopping = "0..20ms", resetting = "0..20ms" }
resume = ["vm: wait resetting", "vm: KVM_SET_CLOCK clock=saved flags=0", "v*: KVM_RUN"]
elapsed = { default = "0", pause = "0..1ms" }
"""
UNSET = """\
title = "a clock that is set by nobody"
want = { ref_agrees = "1ns" }
vcpus = 1
save = ["v*: pause"]
restore = ["v*: KVM_CREATE_VCPU; KVM_RUN"]
guest = { uptime = "500s", reference = true }
gap = "0"
elapsed = { default = "0..50ms" }
"""
THREADS = """\
title = "threads restore what was saved slowly"
vcpus = 3
want = { agree = "10ms" }
save = ["vm: KVM_GET_CLOCK", "each v: pause; KVM_GET_MSRS TSC"]
restore = [
  "v*: KVM_CREATE_VCPU",
  "threads v: KVM_SET_MSRS TSC=saved",
  "vm: KVM_SET_CLOCK clock=saved flags=0",
  "v*: KVM_RUN",
]
elapsed = { default = "0..50ms" }
"""
SLOW = """\
title = "anything may take seconds"
guest = { uptime = "0..5s" }
want = { tsc_continuous = true }
rules = ["4.12"]
save = ["each v: pause; KVM_GET_MSRS TSC", "vm: KVM_GET_CLOCK"]
restore = [
  "v*: KVM_CREATE_VCPU",
  "each v: KVM_SET_MSRS TSC=saved",
  "vm: KVM_SET_CLOCK clock=saved flags=0",
  "v*: KVM_RUN",
]
gap = "0..2s"
elapsed = { default = "0..3s" }
"""
CASES = {
    "pause": (PAUSE, "6.18"),
    "equal": (EQUAL, "6.18"),
    "rounded": (ROUNDED, "6.18"),
    "threads": (THREADS, "6.18"),
    "slow": (SLOW, "4.12"),
}


@pytest.fixture
def decided(tmp_path):
    """Decides the one property of a recipe that a text states."""

    def verdict(text, rules="6.18"):
        (found,) = read(tmp_path, text)
        asked = script(found)
        (answer,) = decide(asked, rules_named(rules))
        assert answer.result == DEPENDS
        return answer

    return verdict


def kept(told, values):
    """Whether a bound in a report's words is so: the names of delays are numbers here."""
    told = re.sub(r"[A-Za-z_]\w*\.?[\w.]*", lambda m: str(values.get(m[0], m[0])), told)
    told = told.replace(" mod ", " % ").replace(" = ", " == ")
    assert re.fullmatch(r"[0-9+*%()<>=! ]+", told), told
    # what is cut off binds more than a sum does, as in the report
    return eval(told, {})


def met(parts, values):
    """Whether some conjunction is so."""
    return any(all(kept(bound, values) for bound in part) for part in parts)


def drawn(rng, gaps, around):
    """A length for each delay: an end of its range, any, or one from a run with a few ns changed."""
    values = {}
    for gap in gaps:
        near = around.get(gap.name, gap.low) + rng.choice((-100, -1, 0, 1, 99, 100))
        options = [gap.low, gap.high, rng.randint(gap.low, gap.high)]
        near = min(max(near, gap.low), gap.high)
        values[gap.name] = rng.choice([*options, near, near, near])
    return values


def plain(way, rules, values, wanted):
    """Whether a run on numbers holds; None where threads do not come in this order."""
    try:
        return replay(
            settled(way, lambda g: values.get(g.name, g.low)), rules, values, wanted
        ).holds
    except Illegal:
        return None


@pytest.mark.parametrize("name", CASES)
def test_the_condition_is_what_plain_runs_do(name, decided, tmp_path):
    """Without any solver: at 300 delays, many near a bound, a run holds just where the condition is so."""
    text, version = CASES[name]
    rules, rng = rules_named(version), random.Random(name)
    verdict = decided(text, version)
    assert verdict.parts
    (found,) = read(tmp_path, text)
    asked = verdict.holding.script
    gaps = {gap.name: gap for gap in all_gaps(asked) if gap.low < gap.high}
    ways = orders(named_script(found)).scripts
    seen = set()
    for _ in range(300):
        around = rng.choice((verdict.holding, verdict.failing)).delays
        values = drawn(rng, gaps.values(), around)
        here = met(verdict.parts, {**lengths(asked), **values}) is not verdict.fails
        results = {plain(way, rules, values, verdict.wanted) for way in ways} - {None}
        assert results == {True} if here else False in results, values
        if verdict.enough is not None:
            assert not met(verdict.enough.parts, values) or here
            assert met(verdict.needed.parts, values) or not here
        seen.add(here)
    assert seen == {True, False}


def named_script(text):
    """The steps of a recipe, whose delays have names."""
    return named(script(text))


def all_gaps(asked):
    """Every delay of a recipe in order."""
    yield asked.guest.uptime
    for section in asked.sections:
        yield section.gap
    for step in ordered(asked):
        yield step.gap


def lengths(asked):
    """The lengths of the delays that have one."""
    return {gap.name: gap.low for gap in all_gaps(asked)}


def test_bounds_that_cover_the_others_are_all_that_is_told(decided):
    """Each run may fail by itself, but the first one does so first."""
    verdict = decided(PAUSE)
    assert verdict.parts == (("pause.v0 + pause.v1 + pause.v2 + pause.v3 <= RUN.v0",),)
    assert not verdict.fails


def test_two_opposite_bounds_are_an_equation(decided):
    """Offsets that are equal by chance are kept where one delay makes up for others, to the nanosecond."""
    assert decided(EQUAL).parts == (("pause.v1 + GET_MSRS.v1 = CREATE_VCPU.v1 + SET_MSRS.v1",),)


def test_a_rounded_clock_has_an_exact_condition_and_one_on_each_side(decided):
    """What is cut off is told; without it there are bounds 198 ns apart, and a run that shows it for each."""
    verdict = decided(ROUNDED)
    assert verdict.parts == (
        ("resetting + (pause.v0 + pause.v1 + stopping) mod 100 <= pause.v0 mod 100 + 10000000",),
    )
    assert verdict.enough.parts == (("resetting <= 9999901",),)
    assert verdict.needed.parts == (("resetting <= 10000099",),)
    assert {*verdict.texts} == {"inside", "outside", "enough", "needed"}
    assert verdict.enough.odd.replay.holds and verdict.enough.odd.delays["resetting"] > 9999901
    assert not verdict.needed.odd.replay.holds
    assert verdict.needed.odd.delays["resetting"] <= 10000099
    solve(verdict.texts)


def test_bounds_on_either_side_are_as_near_as_they_can_be(decided):
    """A nanosecond further, a plain run is on the other side."""
    verdict = decided(ROUNDED)
    rules, wanted, way = rules_named("6.18"), verdict.wanted, verdict.holding.script
    low, high = ({**verdict.holding.delays, "resetting": n} for n in (9999902, 10000099))
    low |= {"stopping": 99}
    high |= {"pause.v0": 99, "stopping": 1}
    assert not replay(way, rules, low, wanted).holds
    assert replay(way, rules, high, wanted).holds


def test_a_side_that_says_nothing_is_not_told(decided):
    """Where no bound on delays alone is enough, none is told; what always holds is in none."""
    verdict = decided(UNSET)
    assert len(verdict.parts) == 1 and all(" mod 100" in bound for bound in verdict.parts[0])
    assert verdict.enough is None
    assert verdict.needed.parts == (("CREATE_VCPU.v0 <= 100",),)
    assert {*verdict.texts} == {"inside", "outside", "needed"}


def test_roundings_that_cancel_are_left_out(decided):
    """A guest that is stopped at a whole unit, and a reference time that starts anew, cut off nothing."""
    text = ROUNDED.replace('pause = "0..1ms"', 'pause = "0"').replace("wait stopping", "wait 1us")
    verdict = decided(text)
    assert verdict.parts == (("resetting <= 10000000",),)
    assert verdict.enough is None and verdict.needed is None


@pytest.mark.slow
def test_more_parts_than_six_are_told(decided):
    """Where anything may take seconds, writes match in many ways."""
    verdict = decided(SLOW, "4.12")
    assert 6 < len(verdict.parts) <= bounds.MOST_PARTS
    assert not verdict.why


@pytest.mark.slow
def test_a_condition_that_is_too_long_has_one_on_each_side(decided, monkeypatch):
    """It is not said to be exact, and a run shows that it is not."""
    monkeypatch.setattr(bounds, "MOST_PARTS", 3)
    verdict = decided(SLOW, "4.12")
    assert verdict.parts == () and verdict.threshold is None
    assert re.fullmatch(LONG.format(parts="[0-9]+", bounds="[0-9]+"), verdict.why)
    assert len(verdict.enough.parts) == 1
    assert {*verdict.texts} <= {"enough", "needed"} and "enough" in verdict.texts
    odd = verdict.enough.odd
    assert odd.replay.holds and not met(verdict.enough.parts, {**lengths(odd.script), **odd.delays})


def test_a_search_that_is_cut_off_is_not_exact(decided, monkeypatch):
    """What has been found until then is enough for the property, and no more is said."""
    monkeypatch.setattr(bounds, "MOST_QUESTIONS", 20)
    verdict = decided(SLOW, "4.12")
    assert verdict.parts == () and verdict.why == UNFOUND
    solve(verdict.texts)


def test_ways_that_are_too_many_are_followed_for_the_delays_at_hand(decided, monkeypatch):
    """Where if-then-elses are not all looked at, the condition is as exact as before."""
    expected = decided(THREADS)
    monkeypatch.setattr(comparisons, "MOST_CASES", 0)
    verdict = decided(THREADS)
    assert verdict.parts and not verdict.why
    assert verdict.holding.delays == expected.holding.delays


@pytest.mark.slow
def test_what_is_not_exact_is_not_reported_as_exact(tmp_path, monkeypatch):
    """Neither in the words "if and only if" nor as the whole exact condition."""
    (text,) = read(tmp_path, SLOW)
    assert "the whole exact condition has" in shown(text)
    monkeypatch.setattr(bounds, "MOST_PARTS", 3)
    told = shown(text)
    assert "if and only if" not in told and "whole exact" not in told
    assert all(x in told for x in ("too long to be told", "holds for sure if", "not only then: "))


@pytest.mark.slow
def test_of_a_long_condition_one_part_is_told(tmp_path):
    """And how long it is, and where it is whole; the part is one of the condition's."""
    (text,) = read(tmp_path, THREADS.replace("vcpus = 3", "vcpus = 4"))
    (answer,) = answered(Asked(text)).answers
    told = re.search(r"for sure if (.*?) the whole \w+ condition has \d+ lines", shown(text))[1]
    assert told in answer.condition.split(", or ") + answer.enough.split(", or ")


def shown(text):
    """The report on a recipe, lines joined."""
    return " ".join(report([answered(Asked(text))], full=True).split())


def test_a_report_tells_a_rounded_condition_with_its_units(tmp_path):
    """Numbers of nanoseconds have units, those that clocks are rounded by among them."""
    (text,) = read(tmp_path, ROUNDED)
    told = shown(text)
    assert (
        "holds if and only if resetting + (pause.v0 + pause.v1 + stopping) mod 100ns"
        " <= pause.v0 mod 100ns + 10ms" in told
    )
    assert "holds for sure if resetting <= 9999901ns" in told
    assert "fails for sure unless resetting <= 10000099ns" in told


def test_a_rounded_condition_can_be_expected(tmp_path):
    """As any other: a recipe states it in the words of the report."""
    (text,) = read(tmp_path, ROUNDED)
    (answer,) = answered(Asked(text)).answers
    lines = f'{ROUNDED}[expect."6.18"]\nref_agrees = "depends: {answer.condition}"\n'
    (again,) = answered(Asked(*read(tmp_path, lines))).answers
    assert again.as_expected and not answer.as_expected


def test_what_is_cut_off_keeps_its_signs():
    """A difference is told as one, not as an equation of its two sides."""
    arena = Arena()
    form = arena.variable("pause", 0, 1000).plus(arena.variable("reset", 0, 1000), -1)
    cut = form.plus(arena.quotient(form, 100), -100).plus(Linear((), -7))
    assert telling.told(arena.at_most_zero(cut)) == "(pause - reset) mod 100 <= 7"


def test_an_equation_beside_a_rounding_stays_one():
    """Where the rounding says no more than a bound on delays, that two of them are equal is still told."""
    arena = Arena()
    pause, reset = (arena.variable(name, 0, 1000) for name in ("pause", "reset"))
    rounded = arena.at_most_zero(arena.quotient(pause, 100).plus(Linear((), -2)))
    equal, below = arena.is_zero(pause.plus(reset, -1)), pause.plus(Linear((), -299))
    found = bounds.Region(((rounded,), (equal,)))
    plain = bounds.Region(((arena.at_most_zero(below),), (equal,)))
    told = without(arena, lambda *x: Asking(x, {}), arena.true, found.condition(arena), found)
    assert told == (plain, plain)
