"""A property that has nothing to say of a recipe is vacuous, never said to hold."""

from dataclasses import replace

import pytest

from model.today import rules_named
from questions.recipes.deciding import FAILS, HOLDS, VACUOUS, decide
from questions.recipes.properties import PROPERTIES
from questions.recipes.script import SECOND, Call, Literal, Op, Saved, Step, each, every
from tests.support.recipes import (
    CREATE,
    MS,
    PAUSE,
    READ_CLOCK,
    RUN,
    aged,
    armed,
    fixed,
    get,
    put,
    recipe,
    section,
    set_clock,
)
from vtsc.base.errors import Exit

NEW = rules_named("6.18")
V = range(2)
OLD = aged(500 * SECOND)
CTRL = every(V, [Step(0, Call("KVM_KVMCLOCK_CTRL"))])
FIRES = Step(0, Call("expire"), fixed(SECOND))


def restored(name, *steps, v=V, save=(), runs=RUN, guest=OLD, gap=None):
    """A guest that is saved and restored, with further steps on either side."""
    return recipe(
        len(v),
        (name,),
        section("save", *save, every(v, PAUSE), READ_CLOCK, each(v, [get("TSC")])),
        section("restore", every(v, CREATE), *steps, every(v, runs) if runs else (), gap=gap),
        guest=guest,
    )


WRITES = each(V, [put("TSC")])
BOTH = replace(OLD, reference=True)
BLIND = replace(OLD, kvmclock=False)
SHORT, LONG = fixed(SECOND // 4), fixed(5 * SECOND)
ARMED = armed(10 * MS)
CASES = {
    "ref_monotonic": (
        restored("ref_monotonic", WRITES, set_clock()),
        restored("ref_monotonic", WRITES, set_clock(), guest=BOTH),
    ),
    "ref_agrees": (
        restored("ref_agrees", WRITES, set_clock()),
        restored("ref_agrees", WRITES, set_clock(clock=Op("+", Saved(), Literal(1))), guest=BOTH),
    ),
    "kvmclock_monotonic": (
        restored("kvmclock_monotonic", WRITES, set_clock(), guest=BLIND),
        restored("kvmclock_monotonic", WRITES, set_clock(clock=Literal(10**15))),
    ),
    "agree": (
        restored("agree", WRITES, set_clock(), guest=BLIND),
        restored("agree", *WRITES, set_clock(clock=Literal(10**15))),
    ),
    "pause_consistent": (
        restored("pause_consistent", WRITES, set_clock(), guest=BLIND),
        restored("pause_consistent", WRITES, set_clock()),
    ),
    "signalled": (
        restored("signalled", WRITES, CTRL, set_clock(4), gap=SHORT),
        restored("signalled", WRITES, CTRL, set_clock(4), gap=LONG),
    ),
    "write_lands": (restored("write_lands", set_clock()), restored("write_lands", WRITES[:1])),
    "offsets_equal": (
        restored("offsets_equal", WRITES[:1], v=range(1)),
        restored("offsets_equal", WRITES),
    ),
    "offsets_kept": (
        restored("offsets_kept", WRITES[:1], v=range(1)),
        restored("offsets_kept", WRITES),
    ),
    "no_early_run": (
        restored("no_early_run", WRITES, set_clock(), runs=None),
        restored("no_early_run", WRITES, set_clock()),
    ),
    "clock_read_usable": (
        restored("clock_read_usable", set_clock()),
        restored("clock_read_usable", set_clock(4)),
    ),
    "timers": (
        restored("timers", WRITES, save=(ARMED[:1], FIRES)),
        restored("timers", WRITES, save=(ARMED,)),
    ),
    "tsc_continuous": (
        recipe(2, ("tsc_continuous",), section("save", every(V, RUN)), section("restore", every(V, CREATE))),
        restored("tsc_continuous", WRITES),
    ),
    "master_clock": (
        recipe(2, ("master_clock",), section("save", every(V, RUN)), section("restore", every(V, CREATE))),
        restored("master_clock", WRITES),
    ),
    "calls_succeed": (
        recipe(2, ("calls_succeed",), section("reset")),
        restored("calls_succeed", WRITES),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_without_what_it_is_about_is_vacuous(name):
    """Each property has a recipe of which it says nothing, with the reason, and one of which it does."""
    empty, full = CASES[name]
    (verdict,) = decide(empty, NEW)
    assert (verdict.result, verdict.why) == (VACUOUS, PROPERTIES[name].otherwise)
    assert verdict.status is Exit.VACUOUS
    (verdict,) = decide(full, NEW)
    assert verdict.result != VACUOUS
    if verdict.result == HOLDS:
        assert verdict.holding.replay.says


def test_what_happens_for_some_delays_is_enough():
    """The run that is shown beside HOLDS is one in which the clock jumps, not the shortest of all."""
    (verdict,) = decide(
        restored("signalled", WRITES, CTRL, set_clock(4), gap=fixed(0, 10 * SECOND)), NEW
    )
    assert verdict.result == HOLDS and sum(verdict.holding.delays.values()) > SECOND


def test_a_vcpu_that_ran_on_the_first_host_is_seen_on_the_second():
    """Its last run before it is saved does not stand for the first one after."""
    v = range(1)
    script = recipe(
        1,
        ("tsc_continuous",),
        section("save", every(v, RUN)),
        section("restore", every(v, CREATE), put(TSC=Literal(1)), every(v, RUN)),
        guest=OLD,
    )
    (verdict,) = decide(script, NEW)
    assert verdict.result == FAILS
    notes = verdict.failing.replay.world.notes
    assert notes.get("q.time.0") >= notes.get("p.time.0")
