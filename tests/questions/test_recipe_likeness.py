"""One order of threads stands for all of them where it may, and nowhere else."""

import random
from dataclasses import replace
from itertools import permutations
from math import factorial

import pytest

from model.today import rules_named
from questions.recipes.asking import Asked, answered
from questions.recipes.deciding import DEPENDS, FAILS, HOLDS, decide
from questions.recipes.likeness import OF_EACH, OF_OFFSETS, enough
from questions.recipes.orders import ALL, FIRSTS, MOST, ONE, orders
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Seen
from questions.recipes.proving import matching
from questions.recipes.reading.file import read_file
from questions.recipes.running import played
from questions.recipes.script import (
    SECOND,
    Guest,
    Literal,
    Now,
    Op,
    Saved,
    Step,
    Wanted,
    named,
    threads,
)
from questions.recipes.symbolic import run
from tests.support.recipes import (
    CREATE,
    MS,
    PAUSE,
    READ_CLOCK,
    RUN,
    aged,
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
from vtsc.solver.asking import Asking
from vtsc.symbolic.forms import Linear
from vtsc.symbolic.terms import Arena, Substitution

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


ALL_OF_FIRST, TO_ZERO = put(TSC=Saved(0)), put(TSC=Literal(0))
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
        (restored(3, SAME, clock=False), OF_EACH),
    ],
)
def test_orders_that_are_left_out_say_the_same(script, names):
    """With the delays of the threads put in another order, each property says what it said."""
    script, rng = named(script), random.Random(1)
    block = next(i for s in script.sections for i in s.body if not isinstance(i, Step))
    own = [thread[0].gap for thread in block.threads]
    every_way = orders(script).scripts
    assert all((enough(script, name) == ONE) is (name in names) for name in PROPERTIES)
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
        (restored(2, OWN), "offsets_kept"),
        (restored(2, OWN), "write_lands"),
        (restored(2, OWN), "agree"),
        (restored(2, SAME), "tsc_continuous"),
        (replace(restored(2, SAME), parked=frozenset({1})), "agree"),
    ],
)
def test_orders_that_may_differ_are_all_looked_at(script, name):
    """A step that singles out a vCPU, reads that are far apart, a property of one vCPU's own times."""
    assert enough(script, name) != ONE


def test_the_order_of_like_threads_that_a_later_step_tells_apart():
    """The offset of v1 is copied to v0: KVM sees the copy as a match only where v1 has written last."""
    wanted = (("master_clock", {}),)
    (found,) = decide(
        restored(2, LATER, before=(FIRST, SECOND_ONE), after=(COPY,), wanted=wanted), NEW
    )
    assert found.result == DEPENDS


@pytest.mark.slow
def test_sixteen_threads_that_restore_what_was_saved():
    """Their writes match in any order; how far each one lands from its value depends on the first one."""
    names = ("offsets_equal", "master_clock", "write_lands", "tsc_continuous", "kvmclock_monotonic")
    script = restored(16, OWN, wanted=tuple((name, {}) for name in names), read=MS)
    assert [v.result for v in decide(script, NEW)] == [HOLDS] * 5


@pytest.mark.slow
def test_sixteen_vcpus_that_have_not_asked_for_a_master_clock():
    """On the VM as it is, who writes last asks for none, and any of them may be the one that does."""
    wanted = tuple(map(Wanted, ("tsc_continuous", "kvmclock_monotonic")))
    assert [v.result for v in decide(replace(in_place(16, OWN), wanted=wanted), NEW)] == [HOLDS] * 2


@pytest.mark.slow
@pytest.mark.parametrize("vcpus", [2, 3])
@pytest.mark.parametrize("write", [OWN, SAME, ALL_OF_FIRST, TO_ZERO])
@pytest.mark.parametrize("uptime", [500 * SECOND, 900 * MS])
def test_the_first_of_close_threads_says_what_all_orders_say(vcpus, write, uptime):
    """For no delays does any property hold, or fail, by one thread that comes first and not in all orders."""
    script = replace(restored(vcpus, write, read=100 * MS), guest=aged(0, uptime))
    for rules in map(rules_named, ("4.11", "6.6", "6.18")):
        arena = Arena()
        every, few = (
            [run(each, rules, arena) for each in orders(script, which).scripts]
            for which in (ALL, FIRSTS)
        )
        assert (len(every), len(few)) == (factorial(vcpus), vcpus)
        for name in OF_OFFSETS:
            assert name in OF_EACH or enough(script, name) == FIRSTS
            for wanted in (Wanted(name), Wanted(name, LIMITS.get(name, {}))):
                for holds in (True, False):
                    assert agree(arena, every, few, wanted, holds)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kvmclock_monotonic", "ref_monotonic", "ref_agrees"])
def test_the_first_of_threads_that_have_asked_says_all_of_pages(name):
    """Where each vCPU has asked for a master clock before the threads begin, which is last is open."""
    script = replace(restored(3, OWN, read=100 * MS), guest=Guest(reference=True))
    arena, wanted = Arena(), Wanted(name, {"x": 90 * MS} if name == "ref_agrees" else {})
    every, few = (
        [run(each, NEW, arena) for each in orders(script, which).scripts] for which in (ALL, FIRSTS)
    )
    assert enough(script, name) == FIRSTS and all(each.world.asked for each in few)
    for holds in (True, False):
        assert agree(arena, every, few, wanted, holds)


@pytest.mark.slow
def test_the_first_of_four_close_threads_says_what_all_orders_say():
    """At random delays, for which a solver finds the question too hard."""
    rng, limits = (
        random.Random(4),
        {x: LIMITS[x] for x in ("write_lands", "agree", "tsc_continuous")},
    )
    draw = lambda ends: rng.randint(ends.lo, ends.hi)  # noqa: E731
    assert len(said_alike(restored(4, OWN, read=100 * MS), NEW, limits, draw)) > 3


def said_alike(script, rules, limits, draw):
    """What properties say at drawn delays, in all orders as in those of which one thread comes first."""
    arena, seen = Arena(), set()
    every, few = (
        [run(each, rules, arena) for each in orders(script, which, MOST).scripts]
        for which in (ALL, FIRSTS)
    )
    assert matching(few) is not None
    delays = {name: form for each in every for name, form in each.delays.items()}
    ways = [(each, holds) for each in (every, few) for holds in (True, False)]
    asked = [Wanted(name, limit) for name, limit in limits.items()]
    sides = {w.name: [could(arena, way, w, holds) for way, holds in ways] for w in asked}
    for _ in range(20):
        drawn = {n: Linear((), draw(f.interval)) for n, f in delays.items()}
        fixed = Substitution(arena, drawn, {})
        for name, own in sides.items():
            said = [fixed.condition(side).value for side in own]
            assert said[:2] == said[2:] and any(said)
            seen.add((name, said[0]))
    return seen


LIMITS = {
    "write_lands": {"x": 60 * MS},
    "agree": {"x": 90 * MS},
    "tsc_continuous": {"x": 80 * MS},
    "pause_consistent": {"x": 90 * MS},
}
"""Limits that some delays keep and others do not."""


def agree(arena, every, few, wanted, holds):
    """Whether a property can hold, or fail, with the same delays in some of all orders and of a few."""
    whole, part = (could(arena, ways, wanted, holds) for ways in (every, few))
    delays = {name: form for each in (*every, *few) for name, form in each.delays.items()}
    differ = arena.disjunction(
        arena.conjunction((one, arena.negation(other)))
        for one, other in ((whole, part), (part, whole))
    )
    return differ is arena.false or not Asking((differ,), delays).possible()


def could(arena, ways, wanted, holds):
    """The delays with which a property can hold, or fail, in some order."""
    claims = ((each, each.claim(wanted)) for each in ways)
    return arena.disjunction(
        each.lasts.some(arena.conjunction((each.legal, claim if holds else arena.negation(claim))))
        for each, claim in claims
    )


@pytest.mark.parametrize(
    "script",
    [
        restored(2, OWN, read=950 * MS),
        restored(2, OWN, after=(READ_CLOCK,)),
        restored(2, LATER),
        restored(3, OWN, after=(replace(CREATE[0], who=2),)),
    ],
)
def test_what_the_others_order_may_change_is_looked_at_in_all_orders(script):
    """Reads far apart, flags that are read later, a value that others change, a vCPU that is made later."""
    assert enough(script, "pause_consistent") == ALL


def in_place(vcpus, write, *after, clock=True):
    """Threads whose vCPUs have run, and that make one write each, which asks for no update of a page."""
    v = range(vcpus)
    script = recipe(
        vcpus,
        ("kvmclock_monotonic",),
        section(
            "save", every(v, PAUSE), READ_CLOCK, each(v, [replace(get("TSC"), gap=fixed(0, MS))])
        ),
        section(
            "reset",
            threads(v, [replace(write, gap=fixed(0, 50 * MS))]),
            *([set_clock()] if clock else []),
            *after,
            every(v, RUN),
            every(v, (put("SYSTEM_TIME"),)),
        ),
    )
    return replace(script, guest=Guest(reference=True))


BACKWARDS = tuple(replace(RUN[0], who=v) for v in (2, 1, 0))
OF_PAGES = {"kvmclock_monotonic": {}, "ref_monotonic": {}, "ref_agrees": {"x": 20 * MS}}


@pytest.mark.slow
@pytest.mark.parametrize("write", [OWN, put(TSC=Literal(1)), put(TSC=Literal(501 * SECOND))])
@pytest.mark.parametrize(("clock", "after"), [(True, ()), (False, ()), (False, BACKWARDS)])
def test_the_first_and_the_last_of_close_threads_say_what_all_orders_say(write, clock, after):
    """Also where vCPUs have run, and the last one asks for no master clock; at drawn delays, many equal."""
    script, rng, seen = in_place(3, write, *after, clock=clock), random.Random(5), set()
    draw = lambda ends: ends.lo + rng.choice((0, 1, 7, 20 * MS))  # noqa: E731
    assert all(enough(script, name) == FIRSTS for name in OF_PAGES)
    for rules in map(rules_named, ("4.11", "6.18", "6.18-RM", "6.18-RG")):
        few = [run(each, rules, Arena()) for each in orders(script, FIRSTS).scripts]
        assert all(each.world.settled and not each.world.asked for each in few)
        seen |= said_alike(script, rules, OF_PAGES, draw)
    assert clock or write == OWN or len(seen) > len(OF_PAGES)


@pytest.mark.slow
def test_a_run_of_threads_that_are_abreast_is_told_in_its_order():
    """The witness is one real order, by the times of the writes, and has been replayed in it."""
    wanted = (("write_lands", {"x": 20 * MS}),)
    (verdict,) = decide(restored(4, OWN, wanted=wanted), NEW)
    assert verdict.result == DEPENDS
    for witness in (verdict.holding, verdict.failing):
        block = next(i for s in witness.script.sections for i in s.body if not isinstance(i, Step))
        assert not block.abreast and len(block.order) == 4
        times = witness.replay.world.times
        assert times == sorted(times)


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
