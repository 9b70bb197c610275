"""Each rule of the kernel decides some verdict: without it, or with another one, the verdict is another."""

import pytest

from model.today import PRESETS
from questions.recipes.deciding import FAILS, HOLDS, decide
from questions.recipes.script import Literal, Now, Saved, each, every
from tests.support.recipes import (
    CREATE,
    MS,
    NONE,
    RUN,
    all_then_each,
    attribute,
    clock_flags,
    deadline,
    early_run,
    fixed,
    one_by_one,
    put,
    recipe,
    reset,
    section,
)

ATTRIBUTE_FIRST = recipe(
    1,
    (("write_lands", {"x": 0}),),
    section(
        "restore",
        every([0], CREATE),
        each([0], [attribute(Now()), put(TSC=Literal(300 * MS))]),
        every([0], RUN),
    ),
)
"""A TSC that differs from the attribute's by less than a second is replaced, since both are by user space."""
MUTANTS = {
    "RU dropped": (
        {"first_write_exempt": False},
        all_then_each(2, uptime=450 * MS, wanted=("write_lands",)),
        HOLDS,
        FAILS,
    ),
    "RZ dropped": ({"zero_matches": False}, reset(0), FAILS, HOLDS),
    "RM dropped": ({"master_needs_match": False}, reset(1, 3, [0, 1], [2]), FAILS, HOLDS),
    "RG dropped": ({"count_once": False}, reset(1, 3, [0, 1, 1], [2]), FAILS, HOLDS),
    "a match counts twice": ({"matches_counted": 2}, all_then_each(2), HOLDS, FAILS),
    "a window of 2 s": ({"window": 2}, all_then_each(2, fixed(1200 * MS), NONE), FAILS, HOLDS),
    "creation stores its TSC": (
        {"creation_stores_zero": False},
        one_by_one(2),
        FAILS,
        HOLDS,
    ),
    "flags ignored": ({"realtime_honoured": False}, clock_flags(Saved()), FAILS, HOLDS),
    "attribute no user write": ({"attribute_is_user_write": False}, ATTRIBUTE_FIRST, FAILS, HOLDS),
    "kvmclock from boot": ({"clock_from_creation": False}, early_run(fix=False), FAILS, HOLDS),
    "deadline follows the TSC": (
        {"deadline_fixed": False},
        deadline("lapic deadline tsc"),
        FAILS,
        HOLDS,
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_decides(name):
    """The last property of a recipe has one verdict with the rules of 6.18, and another with one changed."""
    changes, script, before, after = MUTANTS[name]
    at = 1 if "from boot" in name else -1
    if name == "RZ dropped":
        at = 0
    rules = PRESETS["6.18"]
    assert decide(script, rules)[at].result == before
    assert decide(script, rules.but(**changes))[at].result == after
