"""One order of threads stands for all of them where it may, and nowhere else."""

import random
from dataclasses import replace
from itertools import permutations

import pytest

from model.today import rules_named
from questions.recipes.asking import Asked, answered
from questions.recipes.deciding import DEPENDS, FAILS, HOLDS, UNKNOWN, decide
from questions.recipes.likeness import OF_EACH, OF_STATE, one_order
from questions.recipes.orders import orders
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Seen
from questions.recipes.reading.file import read_file
from questions.recipes.running import played
from questions.recipes.script import SECOND, Literal, Now, Op, Step, named, threads
from tests.support.recipes import (
    CREATE,
    MS,
    PAUSE,
    READ_CLOCK,
    RUN,
    attribute,
    each,
    every,
    fixed,
    get,
    put,
    recipe,
    section,
    set_clock,
)
from vtsc.language import Illegal

NEW = rules_named("6.18")
WANTED = tuple((name, {}) for name in OF_EACH)


def restored(vcpus, write, *, before=(), after=(), clock=True, wanted=WANTED, read=50 * MS, far=0):
    """A restore whose threads make one write each, with steps around them."""
    v = range(vcpus)
    gap = fixed(0, far or 50 * MS)
    return recipe(
        vcpus,
        wanted,
        section(
            "save", every(v, PAUSE), READ_CLOCK, each(v, [replace(get("TSC"), gap=fixed(0, read))])
        ),
        section(
            "restore",
            every(v, CREATE),
            *before,
            threads(v, [replace(write, gap=gap)]),
            *after,
            *([set_clock()] if clock else []),
            every(v, RUN),
        ),
    )


SAME, OWN = put(TSC=Literal(7200 * SECOND)), put("TSC")
LATER = put(TSC=Op("+", Now(), Literal(3600 * SECOND)))
FIRST = replace(put(TSC=Literal(500 * SECOND)), who=0)
SECOND_ONE = replace(put(TSC=Literal(510 * SECOND)), who=1)
COPY = replace(attribute(Now(1)), who=0)


def said(script, delays, names):
    """What properties say of the one order that some delays allow; nothing where they allow another."""
    try:
        world = played(script, NEW, lambda gap: delays.get(gap.name, gap.low))
    except Illegal:
        return {}
    known = {name: PROPERTIES[name] for name in names}
    return {name: bool(k.claim(Seen(world), k.parameters)) for name, k in known.items()}


@pytest.mark.parametrize(
    ("script", "names"),
    [
        (restored(3, SAME), OF_EACH),
        (restored(3, SAME, far=3 * SECOND), OF_EACH),
        (restored(3, OWN), OF_STATE),
        (restored(3, OWN, read=300 * MS), OF_STATE),
        (restored(3, SAME, clock=False), OF_EACH),
    ],
)
def test_orders_that_are_left_out_say_the_same(script, names):
    """With the delays of the threads put in another order, each property says what it said."""
    script, rng = named(script), random.Random(1)
    block = next(i for s in script.sections for i in s.body if not isinstance(i, Step))
    own = [thread[0].gap for thread in block.threads]
    every_way = orders(script).scripts
    assert all(one_order(script, name) is (name in names) for name in PROPERTIES)
    seen = set()
    for _ in range(3):
        times = [rng.randint(0, own[0].high) for _ in own]
        read = {s.gap.name: rng.choice([s.gap.low, s.gap.high]) for s in script.sections[0].body}
        found = []
        for order in permutations(times):
            delays = {**read, **{g.name: t for g, t in zip(own, order, strict=True)}}
            found += [said(each, delays, names) for each in every_way]
        one, *others = (each for each in found if each)
        assert len(others) >= 5 and all(other == one for other in others), times
        seen |= set(one.values())
    assert any(seen)


@pytest.mark.parametrize(
    ("script", "name"),
    [
        (restored(2, LATER, before=(FIRST, SECOND_ONE), after=(COPY,)), "master_clock"),
        (restored(2, SAME, after=(COPY,)), "master_clock"),
        (restored(2, SAME, before=(FIRST,)), "offsets_equal"),
        (restored(2, OWN, read=950 * MS), "offsets_equal"),
        (restored(2, OWN), "write_lands"),
        (restored(2, OWN), "agree"),
        (restored(2, SAME), "tsc_continuous"),
        (replace(restored(2, SAME), parked=frozenset({1})), "agree"),
    ],
)
def test_orders_that_may_differ_are_all_looked_at(script, name):
    """A step that singles out a vCPU, reads that are far apart, a property of one vCPU's own times."""
    assert not one_order(script, name)


def test_the_order_of_like_threads_that_a_later_step_tells_apart():
    """The offset of v1 is copied to v0: KVM sees the copy as a match only where v1 has written last."""
    wanted = (("master_clock", {}),)
    (found,) = decide(
        restored(2, LATER, before=(FIRST, SECOND_ONE), after=(COPY,), wanted=wanted), NEW
    )
    assert found.result == DEPENDS


def test_sixteen_threads_that_restore_what_was_saved():
    """Their writes match in any order; how far each one lands from its value depends on the order."""
    wanted = (("offsets_equal", {}), ("master_clock", {}), ("write_lands", {}))
    found = decide(restored(16, OWN, wanted=wanted, read=10 * MS), NEW)
    assert [v.result for v in found] == [HOLDS, HOLDS, UNKNOWN]


def test_no_change_is_tried_where_there_are_many_orders(tmp_path):
    """Each change would be decided in all orders; with the fewer orders of two vCPUs they are tried."""
    text = (
        'title = "x"\nguest = { uptime = "500s" }\nwant = { write_lands = "1s" }\n'
        'elapsed = { default = "0" }\n'
        'reset = ["threads v: KVM_SET_MSRS TSC=0 TSC_ADJUST=now", "v*: KVM_RUN"]\n'
    )
    path = tmp_path / "mine.toml"
    path.write_text(text)
    for vcpus, tried in ((2, True), (4, False)):
        (read,) = read_file(path, "mine.toml", vcpus)
        (answer,) = answered(Asked(read, repaired=True)).answers
        assert answer.verdict.result == FAILS
        assert bool(answer.repairs) is tried
