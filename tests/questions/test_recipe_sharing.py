"""Threads whose own calls look at other vCPUs, and the order of all steps that matters then."""

from collections import Counter
from dataclasses import replace

import pytest

from model.today import rules_named
from questions.recipes.asking import Asked, answered
from questions.recipes.cases import CasesArena
from questions.recipes.fitting import script
from questions.recipes.likeness import enough
from questions.recipes.orders import ALL, ONE, orders
from questions.recipes.replay import replay
from questions.recipes.script import (
    SECOND,
    VM,
    Call,
    Literal,
    Now,
    Op,
    Step,
    Threads,
    Wanted,
    named,
)
from questions.recipes.sharing import looks_around
from tests.support.recipe_files import read
from tests.support.recipes import (
    CREATE,
    LAPIC_OUT,
    MS,
    NONE,
    PAUSE,
    RUN,
    aged,
    each,
    every,
    fixed,
    get,
    late,
    put,
    recipe,
    section,
    threads,
)

SAVED_IN_THREADS = """\
title = "each thread writes what v0's thread has just read"
want = { offsets_equal = true }
save = ["each v: pause; KVM_GET_MSRS TSC", "v0: KVM_GET_LAPIC"]
restore = [
  "v*: KVM_CREATE_VCPU",
  "threads v: KVM_GET_MSRS TSC; KVM_SET_MSRS TSC=saved(v0)",
  "v*: KVM_RUN",
]
guest = { uptime = "500s" }
elapsed = { default = "0", KVM_GET_MSRS = "1ms", KVM_SET_MSRS = "10ms" }
"""
DEADLINE_OF_ANOTHER = """\
title = "each thread copies the deadline that v1's thread has restored"
want = { timers = "1s" }
save = ["each v: guest: deadline = now + 1h; pause; KVM_GET_MSRS TSC TSC_DEADLINE"]
restore = [
  "v*: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved",
  "threads v: wait 1ms; KVM_SET_MSRS TSC_DEADLINE=saved; wait 10ms; KVM_SET_MSRS TSC_DEADLINE=now(v1)",
  "v*: KVM_RUN",
]
guest = { uptime = "500s" }
elapsed = { default = "0..1us" }
"""
PAGE_OF_ALL = """\
title = "a thread registers the reference TSC page when all have run"
want = { ref_monotonic = true }
save = ["each v: pause; KVM_GET_MSRS TSC", "vm: KVM_GET_CLOCK"]
restore = [
  "v*: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=1",
  "vm: KVM_SET_CLOCK clock=saved flags=0",
  "threads v: KVM_RUN; wait 1s; KVM_SET_MSRS REFERENCE_TSC=saved",
]
guest = { uptime = "500s", reference = true }
"""


RUN_WHERE_MADE = """\
title = "vCPUs are made and run in threads, and then given offsets"
want = { tsc_continuous = true, agree = true }
vcpus = 3
save = ["each v: KVM_GET_DEVICE_ATTR TSC_OFFSET; KVM_GET_MSRS TSC", "vm: KVM_GET_CLOCK"]
restore = [
  "threads v: KVM_CREATE_VCPU; KVM_RUN",
  "vm: KVM_SET_CLOCK clock=0 flags=saved",
  "v0,v2,v1: KVM_SET_DEVICE_ATTR TSC_OFFSET=saved",
  "v*: KVM_RUN",
]
guest = { uptime = "500s" }
gap = "0"
elapsed = { default = "0", KVM_SET_DEVICE_ATTR = "0..150ns", KVM_GET_CLOCK = "0..50ms" }
"""


@pytest.mark.parametrize(
    ("text", "around"),
    [(SAVED_IN_THREADS, True), (DEADLINE_OF_ANOTHER, True), (PAGE_OF_ALL, False)],
)
def test_what_threads_share_is_ordered_by_its_time(text, around, tmp_path):
    """The delays leave the order no choice in what matters, and the property holds."""
    (own,) = read(tmp_path, text)
    asked = script(own)
    (block,) = (i for s in asked.sections for i in s.body if isinstance(i, Threads))
    assert looks_around(block) is around
    assert orders(asked).count > 1
    assert enough(asked, next(iter(own.want))) == ALL
    (answer,) = answered(Asked(own)).answers
    assert answer.verdict.result == "holds"


def test_every_order_has_all_steps():
    """Parts of threads differ in length: steps that only take time stand before a step that matters."""
    v = range(2)
    asked = recipe(
        2,
        ("master_clock",),
        section("save", every(v, PAUSE), each(v, [get("TSC")])),
        section("restore", every(v, CREATE), threads(v, [LAPIC_OUT, put("TSC"), *RUN])),
    )
    found = [each_.sections[1].body[-1].order for each_ in orders(asked).scripts]
    assert len(set(found)) == 6
    assert all(Counter(order) == {0: 3, 1: 3} for order in found)


def test_values_that_depend_on_an_order_without_delays_are_told(tmp_path):
    """All steps of the threads are at one time, so that conditions on the order alone say what is so."""
    (own,) = read(tmp_path, RUN_WHERE_MADE)
    verdicts = {a.name: a.verdict.result for a in answered(Asked(own)).answers}
    assert verdicts == {"tsc_continuous": "fails", "agree": "holds"}


def test_a_case_that_is_sure_is_the_value():
    """Cases of one value whose condition is plainly true say nothing of the delays in that value."""
    arena = CasesArena()
    one, other = (arena.variable(name, 0, 10) for name in ("one", "other"))
    low = arena.at_most_zero(one)
    both = one.plus(other)
    assert arena._of_cases([(low, other), (arena.true, both)]) is both
    ((guard, leaf),) = arena.cases(one)
    assert (guard, leaf.key) == (arena.true, one.key)


@pytest.mark.parametrize(("reference", "which"), [(False, ONE), (True, ALL)])
def test_timers_are_alike_for_all_vcpus_but_where_hyper_v_counts(reference, which):
    """Hyper-V's timers go by the reference time, which comes from vCPU 0."""
    v, arm = range(3), put(TSC_DEADLINE=Literal(600 * SECOND))
    asked = recipe(
        3,
        ("timers",),
        section("reset", threads(v, [arm, *RUN])),
        guest=replace(aged(500 * SECOND), reference=reference),
    )
    (block,) = (i for s in asked.sections for i in s.body if isinstance(i, Threads))
    assert not looks_around(block)
    assert enough(asked, "timers") == which


@pytest.mark.parametrize(("passed", "armed"), [(9 * MS, True), (11 * MS, False)])
def test_a_timer_that_is_read_by_another_vcpu_has_fired_if_it_was_due(passed, armed):
    """v0 arms its own timer by v1's deadline, which is 0 once v1 has taken its interrupt."""
    arm = Step(1, Call("guest", (("deadline", Op("+", Now(), Literal(10 * MS))),)), NONE)
    copy = Step(0, Call("KVM_SET_MSRS", (("TSC_DEADLINE", Now(1)),)), NONE)
    wait = Step(VM, Call("wait"), fixed(passed))
    steps = (
        arm,
        *every((0,), [late(PAUSE[0], NONE)]),
        replace(wait, who=0),
        copy,
        replace(PAUSE[0], who=1),
    )
    asked = named(
        recipe(2, ("timers",), section("save", *steps), section("resume", every(range(2), RUN)))
    )
    found = replay(asked, rules_named("6.18"), {}, Wanted("timers"))
    assert found.world.notes.get("armed.3") is armed
