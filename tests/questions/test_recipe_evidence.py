"""What a verdict on a recipe rests on: texts that any solver can check, and runs on plain numbers."""

import subprocess
import sys
from dataclasses import replace

import pytest

from model.today import PRESETS
from questions.recipes import orders
from questions.recipes.deciding import DEPENDS, FAILS, HOLDS, UNKNOWN, VACUOUS, decide
from questions.recipes.properties import PROPERTIES
from questions.recipes.replay import replay
from questions.recipes.samples import confirm
from questions.recipes.script import (
    SECOND,
    Call,
    Gap,
    Literal,
    Saved,
    Step,
    each,
    every,
    named,
    threads,
)
from tests.support.paths import ROOT
from tests.support.recipes import (
    CREATE,
    LAPIC_IN,
    MS,
    NONE,
    PAUSE,
    RUN,
    all_then_each,
    armed,
    fixed,
    get,
    in_threads,
    one_by_one,
    put,
    recipe,
    saved_timer,
    section,
)
from vtsc.base.errors import BadFileError, EvidenceError, Exit
from vtsc.solver.solve import solve

NEW = PRESETS["6.18"]
WIDE = Gap(0, 2 * SECOND, given=True)


def test_proofs_are_found_again():
    """Each text is unsatisfiable, and is no more once a part of its claim is left out."""
    verdict = decide(all_then_each(2, WIDE, NONE), NEW)[0]
    assert set(verdict.texts) == {"inside", "outside"}
    solve(verdict.texts)
    moved = verdict.texts["inside"].replace("(and c0 (not c5))", "(not c5)")
    assert moved != verdict.texts["inside"]
    with pytest.raises(EvidenceError):
        solve({"inside": moved})


def test_witnesses_are_on_either_side_of_the_bound():
    """A run with the longest gap that holds, and one with the shortest that does not."""
    script = all_then_each(2, WIDE, NONE)
    verdict = decide(script, NEW)[1]
    assert verdict.result == DEPENDS
    wanted = verdict.wanted
    for gap, holds in ((999_999_999, True), (1_000_000_000, False)):
        delays = {**verdict.failing.delays, "set1": gap}
        assert replay(verdict.failing.script, NEW, delays, wanted).holds is holds


def test_a_witness_is_run_again_without_a_solver():
    """In a fresh process, replaying a recipe loads neither Z3 nor anything symbolic."""
    program = (
        "import sys\n"
        "from model.today import PRESETS\n"
        "from questions.recipes.replay import replay\n"
        "from tests.support.recipes import one_by_one\n"
        "script = one_by_one(2)\n"
        "print(replay(script, PRESETS['6.18'], {}, script.wanted[1]).holds)\n"
        "print(sorted(n for n in sys.modules if n == 'z3' or n.startswith('vtsc.symbolic')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["False", "[]"]


def test_the_same_question_gives_the_same_texts():
    """Two answers are equal to the byte, whatever was asked between: texts, conditions and witnesses."""
    scripts = (one_by_one(2), all_then_each(3, WIDE, WIDE), saved_timer(lapic_first=True))
    rules = NEW.but(timer_posted=True)
    first = [told(decide(script, rules)) for script in scripts]
    assert [told(decide(script, rules)) for script in reversed(scripts)] == first[::-1]


def told(verdicts):
    """What answers say, without the runs themselves."""
    sides = [(v.holding and v.holding.delays, v.failing and v.failing.delays) for v in verdicts]
    return [(v.result, v.parts, v.fails, dict(v.texts)) for v in verdicts], sides


def test_threads_interleave():
    """Two threads that write what was saved far apart: one order of them lands, and the other does not."""
    v = range(2)
    wanted = (("write_lands", {"x": 0}),)
    script = recipe(
        2,
        wanted,
        section("save", every(v, PAUSE), each(v, [replace(get("TSC"), gap=fixed(300 * MS))])),
        section("restore", every(v, CREATE), threads(v, [put("TSC")]), every(v, RUN)),
    )
    assert len(orders.orders(script).scripts) == 2
    (verdict,) = decide(script, NEW)
    assert verdict.result == FAILS
    assert verdict.failing.replay.world.times == sorted(verdict.failing.replay.world.times)


def test_what_only_concerns_its_own_vcpu_is_in_no_order():
    """LAPICs and deadlines multiply no orders; one shared call each has as many as permutations."""
    v = range(3)
    steps = [LAPIC_IN, put("TSC"), put("TSC_DEADLINE")]
    script = recipe(
        3,
        ("timers",),
        section("save", armed(10 * MS, 3), every(v, PAUSE), each(v, [get("TSC", "TSC_DEADLINE")])),
        section("restore", every(v, CREATE), threads(v, steps), every(v, RUN)),
    )
    found = orders.orders(script)
    assert len(found.scripts) == 6
    assert len(orders.orders(in_threads(16), orders.ONE).scripts) == 1


def test_too_many_orders_are_unknown(monkeypatch):
    """Never a verdict, and never exit status 0."""
    monkeypatch.setattr(orders, "MOST", 5)
    v = range(3)
    script = recipe(
        3,
        ("kvmclock_monotonic", "offsets_equal"),
        section("save", every(v, PAUSE), each(v, [get("TSC")])),
        section("resume", threads(v, [put("TSC")]), every(v, RUN)),
    )
    pages, equal = decide(script, NEW)
    assert pages.result == UNKNOWN and pages.status is Exit.UNKNOWN
    assert "more than 5 orders" in pages.why
    assert equal.result == HOLDS  # each write matches the one before it, in any order


def test_a_recipe_that_cannot_go_so_is_vacuous():
    """A timer that has not expired yet cannot have expired."""
    late = Step(0, Call("expire"), NONE)
    script = recipe(
        1,
        ("timers",),
        section("save", armed(10 * MS, 1), every([0], [replace(PAUSE[0], gap=NONE)]), (late,)),
        section("resume", every([0], RUN)),
    )
    (verdict,) = decide(script, NEW)
    assert verdict.result == VACUOUS and verdict.status is Exit.VACUOUS


def broken(**changes):
    """A recipe with some of its attributes changed."""
    return replace(all_then_each(2), **changes)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (all_then_each(2, wanted=("fast",)), "no property fast: accepted are tsc_continuous"),
        (all_then_each(2, wanted=(("agree", {"y": 1}),)), "agree has no parameter y"),
        (
            recipe(1, ("agree",), section("reset", (put(TSC=Saved()),))),
            "nothing was saved as TSC.0",
        ),
        (
            recipe(1, ("agree",), section("reset", (put(TSX=Literal(1)),))),
            "no MSR TSX: accepted are TSC",
        ),
        (
            recipe(1, ("agree",), section("reset", (Step(0, Call("KVM_RAN")),))),
            "no call KVM_RAN: accepted are KVM_CREATE_VCPU",
        ),
        (
            recipe(1, ("agree",), section("reset", (replace(RUN[0], gap=Gap(2, 1)),))),
            "the delay d1 has no range: 2 to 1 ns",
        ),
        (
            recipe(1, ("agree",), section("reset", (replace(RUN[0], gap=Gap(1, 2, "c1")),))),
            "a delay cannot be called 'c1'",
        ),
    ],
)
def test_mistakes_are_told(script, told):
    """In one line that says what is accepted."""
    with pytest.raises(BadFileError) as error:
        decide(script, NEW)
    assert str(error.value).startswith(told)


def test_gaps_get_names_of_their_places():
    """A name that is given is kept, and the others follow from the number of the step."""
    script = named(broken())
    assert [s.gap.name for s in script.sections[0].body] == ["d1", "d2", "d3", "save1"]
    assert script.sections[1].gap.name == "restore"


def test_plain_runs_confirm_what_is_said_of_all():
    """A claim about all runs that a plain run contradicts is evidence that was rejected."""
    script = one_by_one(2)
    confirm([script], NEW, [(script.wanted[1], False)])
    with pytest.raises(EvidenceError, match="a plain run contradicts master_clock"):
        confirm([script], NEW, [(script.wanted[1], True)])


def test_what_has_no_one_meaning_is_unknown(monkeypatch):
    """A claim that the arithmetic of words refuses gets no verdict, and the reason is told."""
    known = PROPERTIES["offsets_equal"]
    odd = replace(
        known, claim=lambda seen, parameters: seen.at("p", "tsc", 0) - seen.at("q", "tsc", 0) < 0
    )
    monkeypatch.setitem(PROPERTIES, "offsets_equal", odd)
    verdict = decide(all_then_each(2), NEW)[0]
    assert verdict.result == UNKNOWN and "<" in verdict.why
