"""Proves that conditions are impossible: each by a text that a solver which has seen nothing else answers."""

from collections.abc import Mapping, Sequence

from questions.recipes.symbolic import Run
from vtsc.smtlib.script import Script, Sentences
from vtsc.solver.asking import Asking, GaveUpError
from vtsc.solver.solve import UnsettledError, solve
from vtsc.symbolic.forms import Condition
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import lift_truth

MOST_TEXTS = 24
"""The number of texts into which a proof is split, since a solver finds one order easier than all."""


def by_orders(arena: Arena, name: str, ways: Sequence[Condition]) -> dict[str, Condition]:
    """By name, what must be impossible: for each order, or for several together if there are many."""
    size = -(-len(ways) // MOST_TEXTS)
    every = [arena.disjunction(ways[n : n + size]) for n in range(0, len(ways), size)]
    kept = [*dict.fromkeys(each for each in every if each is not arena.false)]
    if len(kept) < 2:
        return {name: arena.disjunction(kept)}
    return {f"{name}.{number}": each for number, each in enumerate(kept, 1)}


def proved(about: str, impossible: Mapping[str, Condition]) -> dict[str, str]:
    """The texts that say that conditions are impossible, by name, each found so.

    ``about``: what stands before the name in the first line. Raises `GaveUpError` where the solver has no
    answer to a text, and `EvidenceError` where it contradicts one.
    """
    texts = {}
    for name, condition in impossible.items():
        text = Script(f"{about}: {name}")
        text.require(Sentences(text).condition(condition))
        texts[name] = text.text()
    try:
        solve(texts)
    except UnsettledError as error:
        raise GaveUpError(f"a proof is left without an answer: {error}") from None
    return texts


def matching(every: Sequence[Run]) -> dict[str, str] | None:
    """The texts that say of close threads that each write but the first one matches; None where it may not.

    There is no text where the terms themselves say so.
    """
    arena, ways = every[0].arena, []
    for each in every:
        matched = each.world.matched if each.world else ()
        odd = (arena.negation(lift_truth(arena, m)) for m in matched)
        ways.append(arena.conjunction((each.legal, arena.disjunction(odd))))
    impossible = {
        n: c for n, c in by_orders(arena, "matching", ways).items() if c is not arena.false
    }
    try:
        if any(Asking((each,), {}).possible() for each in impossible.values()):
            return None
        return proved(every[0].script.name, impossible)
    except GaveUpError:
        return None
