"""Leaving out all but one order of steps that commute changes neither depths nor canonical witnesses."""

from random import Random

import pytest

from tests.support.cases import open_case
from tests.support.sampling import sampled
from tests.support.toys import Bad, Toy, act, always, nothing
from vtsc.engines.search.bmc import search
from vtsc.evidence.systems import Systems
from vtsc.language.words import both, bounded, negation
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build
from vtsc.system.detours import undoing_pairs
from vtsc.system.order import NONE, order


class Timed(Toy):
    """A toy in which time passes: `high` is the time."""

    time_input = "dt"

    def advance(self, state, inputs):
        """Time adds up."""
        state.toy.high = bounded(state.toy.high + inputs.word("dt", 0))


def chosen(random):
    """What one action may be: a guard and an effect on a few fields, some of which see time."""
    number = random.randrange(1, 4)
    guards = [
        always,
        always,
        always,
        lambda toy: toy.on,
        lambda toy: negation(toy.on),
        lambda toy: toy.place == number,
        lambda toy: toy.low < number,
        lambda toy: toy.high >= number,
    ]
    guard = random.choice(guards)
    kind = random.randrange(8)

    def effect(toy, inputs):
        if kind == 0:
            toy.on = True
        elif kind == 1:
            toy.on = False
        elif kind == 2:
            toy.place = number
        elif kind == 3:
            toy.low = toy.high if toy.high < 50 else 50
        elif kind == 4:
            toy.left += number
        elif kind == 5:
            toy.right = toy.left
        elif kind == 6:
            toy.high = number
        else:
            toy.high = bounded(toy.high + 2)
        return False

    return guard, effect


def toy_of(seed):
    """A toy with eight actions and one that is bad once enough has come together."""
    random = Random(seed)
    actions = []
    for number in range(8):
        when, effect = chosen(random)
        actions.append(act(f"a{number}", when, effect))
    goals = [
        lambda toy: both(toy.right == 3, toy.on),
        lambda toy: both(toy.on, toy.left == 3),
        lambda toy: both(toy.place != 0, toy.low == 3),
        lambda toy: both(toy.low >= 2, toy.left >= 2),
        lambda toy: both(toy.low == 7, toy.high == 5),
        lambda toy: both(toy.right == 2, both(toy.left == 4, toy.high == 4)),
    ]
    actions.append(act("bad", random.choice(goals), lambda toy, inputs: True))
    random.shuffle(actions)
    return Timed(nothing, actions)


@pytest.mark.slow
@sampled(4, "seeds", [range(start, start + 40) for start in range(0, 160, 40)])
def test_random_toys_are_found_in_the_same_runs(seeds):
    """With reductions as without; some toys are hit, and in some of them steps have an order."""
    hit = ordered = 0
    for seed in seeds:
        system = build(toy_of(seed), [Bad()], SolverFeasibility)
        with_order = search(system, ["bad"], 6)
        without = search(system, ["bad"], 6, symmetry=False)
        assert with_order.depth == without.depth, seed
        assert with_order.witnesses == without.witnesses, seed
        hit += bool(with_order.witnesses) and len(with_order.witnesses["bad"].calls) > 2
        ordered += order(system) != NONE
    assert hit >= 5 and ordered >= 20


def test_steps_that_see_time_are_exchanged_only_where_none_passes():
    """Noting the time and raising a flag commute at any time; noting it twice in two places does not."""

    def note(toy, inputs):
        toy.low = toy.high if toy.high < 50 else 50
        return False

    def copy(toy, inputs):
        toy.left = toy.high
        return False

    def raised(toy, inputs):
        toy.on = True
        return False

    actions = [act("raise", always, raised), act("note", always, note), act("copy", always, copy)]
    system = build(Timed(nothing, actions), [Bad()], SolverFeasibility, lemmas=())
    names = [system.calls[rule.call].name for rule in system.rules]
    found = order(system)
    never = {(names[a], names[b]) for a, bs in found.never for b in bs}
    at_once = {(names[a], names[b]) for a, bs in found.at_once for b in bs}
    assert ("note", "raise") in never and ("copy", "note") not in never
    assert ("copy", "note") in at_once


@pytest.mark.slow
@pytest.mark.parametrize("host", ["stable", "skewed", "cstate", "slow", "fast", "resetting"])
def test_searches_of_shipped_designs_have_both_reductions(content, host):
    """On every host: what is new in a model or in the checker is not to take them away unnoticed."""
    for design in content.model.designs:
        case = open_case(content, design, host, "monotonic")
        system = Systems(case).own([case.property("monotonic")])
        # The repaired design notes something at each put and each exit, so no step undoes another.
        assert undoing_pairs(system) or design == "repaired", design
        assert order(system) != NONE, design
