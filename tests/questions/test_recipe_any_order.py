"""Threads whose order is open say what each of their orders says."""

import random
from dataclasses import replace
from itertools import accumulate

import pytest

from model.today import rules_named
from questions.recipes import deciding
from questions.recipes import orders as ordering
from questions.recipes.cases import CasesArena
from questions.recipes.deciding import DEPENDS, FAILS, HOLDS, UNKNOWN, Verdict, decide
from questions.recipes.orders import orders, settled
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Seen
from questions.recipes.replay import replay
from questions.recipes.running import played
from questions.recipes.script import SECOND, Literal, Saved, Step, Threads, Wanted, threads
from questions.recipes.symbolic import first_flag, run
from tests.support.recipes import (
    CREATE,
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
from vtsc.base.errors import EvidenceError
from vtsc.language import Illegal
from vtsc.symbolic.forms import Linear
from vtsc.symbolic.terms import Substitution

WANTED = ("offsets_equal", "master_clock", "write_lands", "tsc_continuous", "kvmclock_monotonic")
STEPS = (put("TSC"), put(TSC=Literal(0)), put(TSC=Saved(0)), attribute(Literal(5)), *RUN)
MOST = (0, 5 * 10**7, 2 * SECOND)


def drawn(rng, vcpus, length):
    """A restore in threads that make other calls and take other times."""
    v, own = range(vcpus), rng.random() < 0.4
    rows = []
    for who in v:
        steps = [rng.choice(STEPS) for _ in range(length - own)]
        steps = [*CREATE, *steps] if own else steps
        rows.append(tuple(replace(s, who=who, gap=fixed(0, rng.choice(MOST))) for s in steps))
    before = () if own else every(v, CREATE)
    return recipe(
        vcpus,
        WANTED,
        section("save", every(v, PAUSE), each(v, [get("TSC")]), READ_CLOCK),
        section(
            "restore", set_clock(), before, Threads(tuple(rows)), every(v, RUN), gap=fixed(SECOND)
        ),
    )


def listed(script, monkeypatch):
    """The script in each of its orders."""
    with monkeypatch.context() as patch:
        patch.setattr(ordering, "LISTED", 10**6)
        return orders(script).scripts


def opened(script, monkeypatch):
    """The script with its order open."""
    with monkeypatch.context() as patch:
        patch.setattr(ordering, "LISTED", 1)
        return orders(script).scripts[0]


def numbered(script):
    """The numbers of all steps, counted thread by thread, in the order in which the script takes them."""
    found = []
    for item in (item for part in script.sections for item in part.body):
        if isinstance(item, Step):
            found.append(len(found))
            continue
        begins = accumulate(map(len, item.threads), initial=len(found))
        rest = [iter(range(n, n + len(t))) for n, t in zip(begins, item.threads, strict=False)]
        order = item.order or [n for n, t in enumerate(item.threads) for _ in t]
        found += [next(rest[n]) for n in order]
    return found


def chosen(rng, gap, known):
    """A length of a gap: often an end, so that steps are at one time."""
    return known.setdefault(
        gap.name, rng.choice((gap.low, gap.high, rng.randint(gap.low, gap.high)))
    )


@pytest.mark.parametrize(
    ("vcpus", "length", "seed"),
    [(2, 2, 1), (2, 2, 2), (2, 2, 3), (2, 3, 4), (2, 3, 5), (3, 2, 6), (3, 2, 7), (3, 2, 8)],
)
def test_all_orders_at_once_say_what_each_says(vcpus, length, seed, monkeypatch):
    """At drawn delays, in each order that they allow, each claim is what a plain run finds."""
    rng = random.Random(seed)
    script, rules = drawn(rng, vcpus, length), rules_named(rng.choice(("4.12", "6.6", "6.18")))
    ways, whole = listed(script, monkeypatch), opened(script, monkeypatch)
    found = run(whole, rules, CasesArena())
    claims = {w.name: found.claim(w) for w in script.wanted}
    looked = 0
    for _ in range(4):
        delays = {}
        script_ = settled(whole, lambda gap: chosen(rng, gap, delays))  # noqa: B023
        delays = {n: f.interval.lo for n, f in found.delays.items()} | delays
        for name, form in found.delays.items():
            if not form.interval.lo <= delays[name] <= form.interval.hi:
                delays[name] = form.interval.lo
        words = {n: Linear((), delays[n]) for n in found.delays}
        for way in [*rng.sample(ways, min(len(ways), 12)), script_]:
            places = {number: place for place, number in enumerate(numbered(way))}
            flags = {
                first_flag(a, b): found.arena.constant(places[a] < places[b])
                for a, b in found.flags
            }
            said = Substitution(found.arena, words, flags)
            try:
                world = played(way, rules, lambda gap: delays.get(gap.name, gap.low))  # noqa: B023
            except Illegal:
                assert said.condition(found.legal) is found.arena.false
                continue
            assert said.condition(found.legal) is found.arena.true
            looked += 1
            for name, claim in claims.items():
                known = PROPERTIES[name]
                plain = bool(known.claim(Seen(world), known.parameters))
                assert said.condition(claim) is found.arena.constant(plain), (name, delays)
    assert looked


@pytest.mark.slow
@pytest.mark.parametrize(("vcpus", "seed"), [(2, 11), (2, 12), (2, 13), (3, 14)])
def test_the_verdict_is_that_of_all_orders(vcpus, seed, monkeypatch):
    """The same verdict, with the condition that the list of orders has, and witnesses replay."""
    script, rules = drawn(random.Random(seed), vcpus, 2), rules_named("6.18")
    with monkeypatch.context() as patch:
        patch.setattr(ordering, "LISTED", 10**6)
        expected = decide(script, rules)
    with monkeypatch.context() as patch:
        patch.setattr(ordering, "LISTED", 1)
        told = decide(script, rules)
        patch.setattr(deciding, "MOST_TOLD", 0)
        verdicts = decide(script, rules)
    assert [x.parts for x in told] == [x.parts for x in expected]
    for one, other in zip(expected, verdicts, strict=True):
        assert one.result == other.result, one.wanted.name
        assert not other.parts
        for witness, holds in ((other.holding, True), (other.failing, False)):
            if witness:
                again = replay(witness.script, rules, witness.delays, one.wanted)
                assert again.holds is holds


@pytest.mark.slow
def test_four_unlike_threads_of_two_calls():
    """Their 2520 orders are decided, and plain runs at drawn delays say nothing else."""
    v, rng, rules = range(4), random.Random(9), rules_named("6.18")
    script = recipe(
        4,
        WANTED[1:],
        section("save", every(v, PAUSE), each(v, [get("TSC")]), READ_CLOCK),
        section("restore", every(v, CREATE), set_clock(), threads(v, [put("TSC"), *RUN])),
    )
    (whole,) = orders(script).scripts
    assert orders(script).count == 2520
    verdicts = {x.wanted.name: x for x in decide(script, rules)}
    assert [x.result for x in verdicts.values()] == [DEPENDS, HOLDS, HOLDS, HOLDS]
    seen = set()
    for _ in range(40):
        delays = {}
        way = settled(whole, lambda gap: chosen(rng, gap, delays))  # noqa: B023
        world = played(way, rules, lambda gap: chosen(rng, gap, delays))  # noqa: B023
        for name, verdict in verdicts.items():
            plain = bool(PROPERTIES[name].claim(Seen(world), PROPERTIES[name].parameters))
            seen.add((name, plain))
            assert verdict.result == DEPENDS or plain is (verdict.result != FAILS)
    assert ("master_clock", False) in seen
    assert all(isinstance(item, Step) for item in whole.sections[0].body)


def test_answers_about_all_orders_and_about_each_have_to_be_the_same():
    """A difference is an error, and no answer of one of them leaves the other's."""
    wanted = Wanted("agree", {})
    many, alone = Verdict(wanted, DEPENDS), Verdict(wanted, HOLDS)
    with pytest.raises(EvidenceError, match="agree: orders at once and one by one differ"):
        deciding._of_many(many, alone, 90)
    assert deciding._of_many(Verdict(wanted, UNKNOWN), alone, 90) is alone
    assert deciding._of_many(alone, Verdict(wanted, UNKNOWN), 90) is alone
    assert deciding._of_many(many, None, 90).why.startswith(
        "no exact condition is looked for among 90 "
    )
