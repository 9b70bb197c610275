"""Inclusion: every run of one system is a run of another, with the same calls, inputs and states.

Both are explored in one arena and with the same unknowns. What has to be impossible is given as conditions,
so that a solver can show it: an initial state, a passing of time and a step that only the first one has.
"""

from collections.abc import Mapping, Sequence

from vtsc.language.state import Value
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.values import same
from vtsc.system.both import one_value
from vtsc.system.chain import equal
from vtsc.system.system import Rule, System


def included(small: System, large: System) -> Mapping[str, tuple[Sequence[Condition], Condition]]:
    """What must not be if each run of ``small`` is one of ``large`` that hits the same targets.

    For the start, for time that passes and for the calls: what is known, and the condition that is to be
    impossible. Neither system is simplified. Raises `ValueError` where their states are not alike.
    """
    alike = small.slots.keys() == large.slots.keys() and small.calls == large.calls
    if not alike or not all(same(small.mid[n], large.mid[n]) for n in small.slots):
        raise ValueError("the states of the two systems are not alike")
    arena = small.arena

    def but(condition: Condition, other: Condition, kept: Sequence[Condition]) -> Condition:
        there = arena.conjunction((other, *kept))
        return arena.conjunction((condition, arena.negation(there)))

    def agree(
        ours: Mapping[str, Value], theirs: Mapping[str, Value], otherwise: Mapping[str, Value]
    ) -> list[Condition]:
        names = sorted(ours.keys() | theirs.keys())
        values = [tuple({**otherwise, **own}[n] for own in (ours, theirs)) for n in names]
        return [equal(arena, a, b) for a, b in values if not same(a, b)]

    def step(rule: Rule) -> Condition:
        ways = []
        for other in large.rules:
            if other.call == rule.call:
                hits = (
                    arena.disjunction((arena.negation(hit), other.targets.get(t, arena.false)))
                    for t, hit in rule.targets.items()
                )
                kept = agree(rule.updates, other.updates, small.mid)
                ways.append(arena.conjunction((other.condition, *kept, *hits)))
        return but(rule.condition, arena.disjunction(ways), ())

    start = but(small.initially, large.initially, agree(small.initial, large.initial, {}))
    time = but(small.passable, large.passable, agree(small.passing, large.passing, small.pre))
    steps = arena.disjunction(step(rule) for rule in small.rules)
    before, amid = (
        [fact.condition for fact in one_value(arena, values)] for values in (small.pre, small.mid)
    )
    return {"start": ((), start), "time": (before, time), "step": (amid, steps)}
