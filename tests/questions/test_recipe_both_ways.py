"""A recipe run on symbols says of any delays what the same recipe, run on numbers, does with them."""

import random

import pytest

from model.today import rules_named
from questions.recipes.orders import ONE, orders
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Seen
from questions.recipes.running import played
from questions.recipes.symbolic import run
from tests.questions.test_recipe_verdicts import CASES, WIDE
from tests.support.recipes import all_then_each, deadline, in_threads
from vtsc.language import Illegal
from vtsc.symbolic.forms import Constant, Linear
from vtsc.symbolic.terms import Arena, Substitution

TRIES = 6
CHOSEN = {
    **{name: case[:2] for name, case in CASES.items() if "16" not in name and "like" not in name},
    "window": (all_then_each(3, WIDE, WIDE), "6.18"),
    "window, 6.6": (all_then_each(3, WIDE, WIDE), "6.6"),
    "threads, 2": (in_threads(2), "4.11"),
    "deadline, 6.6": (deadline("lapic deadline tsc"), "6.6"),
}


def drawn(rng, script, delays):
    """A value for each delay: an end of its range, one near the window's edge, or any."""
    found = {}
    for name, form in delays.items():
        low, high = form.interval.lo, form.interval.hi
        near = 10**9 + rng.randint(-2, 2)
        options = [low, high, rng.randint(low, high), min(max(near, low), high)]
        found[name] = rng.choice(options)
    return found


def plainly(script, rules, values, wanted):
    """Whether the claim holds when the script is run on numbers; None where it does not go this way."""
    try:
        world = played(script, rules, lambda gap: values.get(gap.name, gap.low))
    except Illegal:
        return None
    known = PROPERTIES[wanted.name]
    return bool(known.claim(Seen(world), {**known.parameters, **wanted.parameters}))


@pytest.mark.parametrize("name", CHOSEN)
def test_symbols_say_what_numbers_do(name):
    """At random delays, in some order of the threads, both agree on the claim, and on the way taken."""
    script, version = CHOSEN[name]
    rules, rng = rules_named(version), random.Random(name)
    ways = orders(script).scripts
    way = rng.choice(ways)
    found = run(way, rules, Arena())
    claims = [(wanted, found.claim(wanted)) for wanted in script.wanted]
    for _ in range(TRIES):
        values = drawn(rng, way, found.delays)
        fixed = Substitution(found.arena, {n: Linear((), v) for n, v in values.items()}, {})
        legal = fixed.condition(found.legal)
        assert isinstance(legal, Constant)
        for wanted, claim in claims:
            plain = plainly(way, rules, values, wanted)
            assert (plain is not None) == legal.value
            if plain is not None:
                condition = fixed.condition(claim)
                assert isinstance(condition, Constant) and condition.value == plain, values


RATES = (2_000_000, 2_400_000, 2_596_146, 3_000_000)
NUMBERS = (
    "documented",
    "one cycle apart",
    "read before set",
    "reset to 1",
    "reset to 0",
    "reset to 0, 4.11",
    "all rates",
    "one rate",
    "rates before each",
)
"""Recipes that write numbers of cycles or kHz, which mean something else at another rate."""


@pytest.mark.parametrize("khz", RATES)
def test_rounding_at_other_rates_changes_nothing(khz):
    """At rates whose factors are rounded, plain runs with middling delays find what they find at 1 GHz."""
    for name, (script, version, _) in CASES.items():
        rules = rules_named(version)
        if name.startswith(NUMBERS) or "16" in name or not script.wanted:
            continue
        way = orders(script, ONE).scripts[0]
        worlds = [
            played(way, rules, lambda gap: (gap.low + gap.high) // 2, x) for x in (10**6, khz)
        ]
        for wanted in script.wanted:
            known = PROPERTIES[wanted.name]
            parameters = {**known.parameters, **wanted.parameters}
            plain, rounded = (bool(known.claim(Seen(world), parameters)) for world in worlds)
            assert plain is rounded, (name, wanted.name)
