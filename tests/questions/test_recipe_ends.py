"""On a VM as it is, what pages say is settled by the close threads that write first and last."""

import random
from itertools import pairwise

import pytest

from model.today import rules_named
from questions.recipes.deciding import DEPENDS, HOLDS, decide
from questions.recipes.likeness import enough
from questions.recipes.orders import ALL, ENDS, FIRSTS, MOST, ONE, orders, settled
from questions.recipes.script import SECOND, Guest, Literal, Saved, Threads, Wanted
from questions.recipes.symbolic import run
from tests.support.recipes import (
    MS,
    PAUSE,
    READ_CLOCK,
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
    set_clock,
    threads,
)
from vtsc.symbolic.forms import Linear
from vtsc.symbolic.terms import Arena, Substitution

NEW = rules_named("6.18")
PAGES = ("kvmclock_monotonic", "ref_monotonic", "ref_agrees", "pause_consistent", "master_clock")
OWN, TO_ZERO = late(put("TSC"), fixed(0, 50 * MS)), late(put(TSC=Literal(0)), fixed(0, 50 * MS))


def in_place(vcpus, write, clock, wanted=PAGES, reference=True):
    """Threads that write a TSC each, on a VM whose vCPUs have run; ``clock``: which is then set."""
    v = range(vcpus)
    reads = each(v, [late(get("TSC"), fixed(0, MS))])
    return recipe(
        vcpus,
        wanted,
        section("save", every(v, PAUSE), *([READ_CLOCK] if clock else []), reads),
        section("resume", threads(v, [write]), *([set_clock(Saved())] if clock else []), every(v, RUN)),
        guest=Guest(aged(500 * SECOND).uptime, reference=reference),
    )  # fmt: skip


def could(arena, runs, wanted):
    """The delays with which a property can hold in some order, and those with which it can fail."""
    ways = [(each.legal, each.claim(wanted)) for each in runs]
    return [
        arena.disjunction(arena.conjunction((legal, sign(claim))) for legal, claim in ways)
        for sign in (lambda claim: claim, arena.negation)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("write", [OWN, TO_ZERO])
@pytest.mark.parametrize("clock", [False, True])
@pytest.mark.parametrize("rules", ["4.11", "6.18"])
def test_the_first_and_the_last_of_four_threads_say_what_all_orders_say(write, clock, rules):
    """At random delays, of which some are equal."""
    script, arena, rng = in_place(4, write, clock), Arena(), random.Random(1)
    whole, few = (
        [run(each, rules_named(rules), arena) for each in orders(script, which, MOST).scripts]
        for which in (ALL, ENDS)
    )
    assert (len(whole), len(few)) == (24, 12)
    assert not any(each.world.asked for each in few)
    delays = {name: form for each in whole for name, form in each.delays.items()}
    for name in PAGES:
        assert enough(script, name) in (FIRSTS, ONE)
        limits = {"x": 90 * MS} if name in ("ref_agrees", "pause_consistent") else {}
        sides = [could(arena, runs, Wanted(name, limits)) for runs in (whole, few)]
        for _ in range(20):
            ends = {n: (f.interval.lo, f.interval.hi) for n, f in delays.items()}
            draw = rng.choice([rng.choice, lambda both: rng.randint(*both)])
            drawn = {n: Linear((), draw(both)) for n, both in ends.items()}
            given = Substitution(arena, drawn, {})
            one, other = ([given.condition(side).value for side in both] for both in sides)
            assert one == other and any(one)


def test_a_witness_has_its_last_thread_last():
    """It is one real order, by the times of the writes."""
    wanted = (("ref_agrees", {"x": 10 * MS}),)
    (verdict,) = decide(in_place(4, OWN, True, wanted), NEW)
    assert verdict.result == DEPENDS
    for witness in (verdict.holding, verdict.failing):
        block = next(i for s in witness.script.sections for i in s.body if isinstance(i, Threads))
        assert not block.abreast and sorted(block.order) == [0, 1, 2, 3]
        assert all(a <= b for a, b in pairwise(witness.replay.world.times))


def test_the_thread_that_is_last_is_last_among_those_of_one_time():
    """Threads of one time come in the order that the run stands for."""
    every_order = {
        settled(each, lambda gap: gap.low).sections[1].body[0].order
        for each in orders(in_place(3, OWN, False), ENDS).scripts
    }
    assert len(every_order) == 6


@pytest.mark.slow
def test_sixteen_threads_in_place():
    """Whoever writes last asks for no master clock, and the pages do not fall all the same."""
    write = late(put("TSC"), fixed(0, MS))
    (verdict,) = decide(in_place(16, write, False, ("kvmclock_monotonic",)), NEW)
    assert verdict.result == HOLDS and len(verdict.texts) > 1
