"""Rules that are what the functions do are accepted; wrong ones are refused with where they differ."""

import re
from dataclasses import replace

import pytest

from tests.support.cases import open_case
from tests.support.sampling import sampled
from tests.support.toys import TOYS, Bad, Toy, act, always, climb, nothing, wrap
from tests.support.validating import validation
from vtsc.base.errors import Exit, ValidationError
from vtsc.base.lines import nothing_wanted
from vtsc.language.words import u64
from vtsc.stores.guard import Guard
from vtsc.symbolic.forms import Linear
from vtsc.symbolic.values import Truth, Word
from vtsc.validation.plain import Watched


def refused(toy, tamper=lambda system: None, **how):
    """What a validation says of a tampered system of ``toy``, watched by `Bad`."""
    with pytest.raises(ValidationError) as caught:
        validation(toy, [Bad()], tamper, **how)
    assert caught.value.status is Exit.EVIDENCE
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", TOYS)
def test_toys_are_what_their_rules_say(name):
    """Every rule of every toy is seen to apply, but one that the solver shows to be no path at all."""
    toy = TOYS[name].make()
    seen = validation(toy, [Bad()], lemmas=toy.lemmas())
    assert seen.unseen == 0 and seen.rules > 0 and seen.steps >= 2000


CELLS = [
    ("patch25", "cstate", "monotonic", {}),
    ("2.6.35-vmx", "fast", "monotonic_smp", {}),
    ("2.6.37", "resetting", "bounded_lag", {"vendor": "vmx", "vcpus": "2"}),
    ("patch25", "slow", "nonzero_delta", {"trapping": "unstable", "vcpus": "2", "kvmclock": "any"}),
    ("pre25", "skewed", "bounded_lead", {"clock_resolution": "10ns", "create_anytime": "on"}),
]


@pytest.mark.slow
@sampled(5, ("design", "host", "prop", "given"), CELLS)
@pytest.mark.parametrize("stated", [False, True])
def test_shipped_designs_validate(content, design, host, prop, given, stated):
    """Simplified as search has it and as induction has it, the rules are what the functions do."""
    case = open_case(content, design, host, prop, **given)
    monitors = [case.property(prop), *case.sometimes]
    lemmas = case.lemmas(prop) if stated else ()
    seen = validation(case.machine(), monitors, lemmas=lemmas)
    assert seen.rules > seen.unseen * 5


def test_a_counter_that_a_solver_gives_is_brought_into_its_range():
    """A solver may give it as any integer of its residue; functions that compare need the one in range."""
    plain = Watched(Toy(nothing, [act("wait", always, nothing)]), [Bad()], nothing_wanted)
    plain.fresh()
    plain.fill({**plain.values(), "toy.left": -5, "toy.right": 2**64 + 3}, {})
    assert (plain.state.toy.left, plain.state.toy.right) == (2**64 - 5, 3)


# wrong on purpose


def _rule(system, number, **changes):
    system.rules[number] = replace(system.rules[number], **changes)


def test_a_wrong_update_is_refused_with_both_values():
    """A counter that a rule moves one too far."""

    def tamper(system):
        stored = system.rules[0].updates["toy.left"]
        wrong = Word(system.arena, stored.form.plus(Linear((), 1)), residue=True)
        _rule(system, 0, updates={"toy.left": wrong})

    said = refused(wrap(), tamper)
    assert said == ("run 1 step 1: count: toy.left is 2^64-1 by the functions, 0 by the rules")


def test_a_counter_is_compared_by_its_residue():
    """Adding 2^64 to what a rule stores makes no difference."""

    def tamper(system):
        stored = system.rules[0].updates["toy.left"]
        other = Word(system.arena, stored.form.plus(Linear((), 1 << 64)), residue=True)
        _rule(system, 0, updates={"toy.left": other})

    assert validation(wrap(), [Bad()], tamper).rules == 1


def test_a_wrong_condition_is_refused():
    """A rule that never applies: the functions allow a step that no rule describes."""
    said = refused(climb(), lambda s: _rule(s, 0, condition=s.arena.false))
    assert said == (
        "run 1 step 1: climb: the functions allow it, and none of the rules applies; inputs none"
    )


def test_a_rule_that_is_missing_is_refused():
    """Dropping a rule is the same mistake."""
    said = refused(climb(), lambda s: s.rules.pop(0))
    assert "climb: the functions allow it, and none of the rules applies" in said


def test_a_rule_too_many_is_refused():
    """Two rules of one call apply in one state."""
    said = refused(climb(), lambda s: s.rules.append(s.rules[1]))
    assert re.fullmatch(
        r"run \d+ step 2: climb: the functions allow it, and 2 of the rules apply; inputs none",
        said,
    )


def test_a_rule_where_the_functions_allow_nothing_is_refused():
    """A guard that the rules have lost."""

    def look(toy, inputs):
        return False

    toy = Toy(nothing, [act("look", lambda toy: toy.on, look), act("on", always, _turn_on)])
    said = refused(toy, lambda s: _rule(s, 0, condition=s.arena.true))
    assert "look: the functions do not allow it, and 1 of the rules applies" in said


def _turn_on(toy, inputs):
    toy.on = True
    return False


def test_a_wrong_target_is_refused():
    """A rule that says of every step that it is bad."""
    said = refused(wrap(), lambda s: _rule(s, 0, targets={"bad": s.arena.true}))
    assert said == "run 1 step 1: count: bad says no by the functions, yes by the rules"


def test_a_wrong_flag_is_refused():
    """A flag that a rule clears where the function sets it."""
    toy = Toy(nothing, [act("on", always, _turn_on), act("look", lambda toy: toy.on, _turn_on)])

    def tamper(system):
        _rule(system, 0, updates={"toy.on": Truth(system.arena, system.arena.false)})

    assert refused(toy, tamper) == (
        "run 1 step 1: on: toy.on is True by the functions, False by the rules"
    )


def test_a_wrong_index_is_refused():
    """A walk that goes nowhere by the rules."""

    def tamper(system):
        for number in range(len(system.rules)):
            _rule(system, number, updates={})

    said = refused(climb(), tamper)
    assert said == "run 1 step 1: climb: toy.place is 1 by the functions, 0 by the rules"


def test_a_wrong_start_is_refused():
    """Initial terms that have another value."""

    def tamper(system):
        system.initial["toy.left"] = Word(system.arena, Linear((), 5), residue=True)

    assert refused(wrap(), tamper) == (
        "start 1: toy.left is 2^64-2 by the functions, 5 by the rules"
    )


def test_a_wrong_sum_is_refused():
    """What was stated of a field that is no slot any more is compared as well."""

    def tamper(system):
        assert "toy.right" in system.known
        system.known["toy.right"] = Linear((), 1)

    assert refused(wrap(), tamper) == (
        "run 1 step 1: count: toy.right is 0 by the functions, 1 by the rules"
    )


def _here(file):
    """Whether lines are of this file, as a design's are of its own."""
    return file == __file__


def _forked(toy, inputs):
    if toy.on:
        toy.left = toy.left + 1
    toy.on = True
    return u64(toy.left) == 3


def forked():
    """A toy of which each path has lines of its own."""
    return Toy(nothing, [act("forked", always, _forked)])


def test_right_lines_are_accepted():
    """Two paths, each with the lines that its functions execute."""
    assert validation(forked(), [Bad()], wanted=_here).rules == 2


def test_wrong_lines_are_refused_in_the_rule_that_has_them():
    """Where rules know their lines, each is compared in the state that the solver gives."""

    def tamper(system):
        file, line = system.rules[0].lines[-1]
        _rule(system, 0, lines=(*system.rules[0].lines[:-1], (file, line + 1)))

    last = _forked.__code__.co_firstlineno + 4
    assert refused(forked(), tamper, wanted=_here) == (
        f"the solver's step by rule 0: forked: runs test_validation.py:{last} by the functions, "
        f"test_validation.py:{last + 1} by the rules"
    )


def test_the_line_that_stored_is_named():
    """A difference names the last line that was executed in which the field's name stands."""

    def tamper(system):
        for number, rule in enumerate(system.rules):
            changed = {n: v for n, v in rule.updates.items() if n != "toy.left"}
            _rule(system, number, updates=changed)

    stored = _forked.__code__.co_firstlineno + 4
    said = refused(forked(), tamper, wanted=_here)
    assert said == (
        "run 1 step 2: forked: toy.left is 1 by the functions, 0 by the rules "
        f"(test_validation.py:{stored})"
    )


# what exploring does not see


def test_memory_outside_of_fields_shows(monkeypatch):
    """With the guard against it gone, a machine that counts its steps is not what its rules say."""
    monkeypatch.setattr(Guard, "changed", lambda self: [])
    kept = []

    def count(toy, inputs):
        toy.left += 1 if len(kept) < 500 else 2
        kept.append(0)
        return u64(toy.left) == 3

    said = refused(Toy(nothing, [act("count", always, count)]))
    assert re.search(r"toy.left is \d+ by the functions, \d+ by the rules$", said)


def test_a_negation_that_is_not_one_shows():
    """``~`` of a bool is a true number natively, and the opposite symbolically."""

    def odd(toy, inputs):
        if ~toy.on:
            toy.left += 1
        toy.on = True
        return u64(toy.left) == 3

    said = refused(Toy(nothing, [act("odd", always, odd)]))
    assert re.search(r"step 2: odd: toy.left is 2 by the functions, 1 by the rules$", said)


def test_luck_shows():
    """Steps that draw from Python's random numbers are refused, however rarely that matters."""
    import random

    def lucky(toy, inputs):
        if random.random() < 1e-9:
            toy.left += 1
        toy.right += 1
        return u64(toy.right) == 3

    assert refused(Toy(nothing, [act("lucky", always, lucky)])) == (
        "run 1: its steps draw from Python's random numbers"
    )


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers(content):
    """Two validations see the same."""
    case = open_case(content, "patch25", "cstate", "monotonic")
    first, second = (validation(case.machine(), [case.property("monotonic")]) for _ in range(2))
    assert first == second
