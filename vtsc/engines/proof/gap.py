"""The gap in a proof by lemmas: the step that no lemma excludes, and the fields that no lemma speaks of.

Some candidates are dropped because they are false, others because something is missing that would keep them.
The latter are looked for: lemmas that no short run breaks, and that would show the target. A step that breaks
one of them although all of them hold before it starts in a state of which something more must be said. Its
outcome depends on some fields; those of which no lemma speaks are what to speak of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import z3

from vtsc.engines.proof.induction import Induction
from vtsc.language.actions import Call
from vtsc.language.lemmas import OWN, Lemma
from vtsc.solver.conditions import Question
from vtsc.solver.units import check
from vtsc.symbolic.forms import Condition, unknowns
from vtsc.symbolic.names import INITIAL
from vtsc.system.chain import Chain
from vtsc.system.step import Consequences
from vtsc.system.system import Fact, System

BUDGET = 3_000_000
"""Z3 resource units that one question about short runs may cost."""
DEPTH = 8
"""The number of steps of the runs by which false lemmas are told from those that lack another one."""


@dataclass(frozen=True)
class Stored:
    """A field that no lemma speaks of, and the calls that store into it, in order."""

    field: str
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Gap:
    """The step at which a proof by lemmas fails, and the fields on which that depends."""

    broken: Lemma | None
    """The lemma that the step breaks; None: it hits the target itself."""
    call: Call | None
    """The call of the step; None where it is time that passes."""
    unmentioned: tuple[Stored, ...]
    """The fields of which no lemma speaks that no short run breaks, else none that holds by induction."""
    mentioned: tuple[str, ...]
    """The other fields."""


def gap(induction: Induction, target: str) -> Gap | None:
    """The gap in the proof of a target; None where there is none, or where the solver gives up.

    Fields are those of the machine, not those that a property keeps for itself.
    """
    settled, system = induction.settled(target), induction.system
    stated = dict.fromkeys(fact.lemma for fact in system.facts)
    dropped = [x for x in stated if x.owner in ("", target) and x not in (*settled, *OWN)]
    upheld = _upheld(system, settled, dropped)
    hoped = induction.showing(target, upheld)
    for lemma in hoped:
        for number in induction.breaking(lemma, (*settled, *hoped)):
            facts = [fact for fact in system.facts if fact.lemma == lemma]
            return _gap(system, (settled, upheld), lemma, number, facts)
    for number in induction.hitting(target, (*settled, *hoped)):
        return _gap(system, (settled, upheld), None, number, target)
    return None


def _upheld(system: System, known: Sequence[Lemma], lemmas: Sequence[Lemma]) -> list[Lemma]:
    """The lemmas that hold in all runs of up to `DEPTH` steps, or as many as the budget allows."""
    chain, question, left = Chain(system), Question(BUDGET), list(lemmas)
    question.require(*chain.initially())
    for depth in range(DEPTH + 1):
        for fact in system.facts:
            if fact.lemma in known:
                question.require(chain.at(fact.condition, depth))
        while left:
            broken = _one_broken(system, chain, question, left, depth)
            if broken is None:
                return left
            if not broken:
                break
            left = [x for x in left if x not in broken]
        question.require(*chain.step(depth))
    return left


def _one_broken(
    system: System, chain: Chain, question: Question, left: Sequence[Lemma], depth: int
) -> set[Lemma] | None:
    """Some of the lemmas that a run breaks at a depth; empty if none does, None where the solver gives up."""
    facts = [fact for fact in system.facts if fact.lemma in left]
    failed = {
        f.name: question.lowered(system.arena.negation(chain.at(f.condition, depth))) for f in facts
    }
    answer = check(question.solver, z3.Or(list(failed.values())))
    if answer == z3.unknown:
        return None
    if answer == z3.unsat:
        return set()
    model = question.solver.model()
    return {f.lemma for f in facts if z3.is_true(model.eval(failed[f.name], True))}


def _gap(
    system: System,
    lemmas: tuple[Sequence[Lemma], Sequence[Lemma]],
    lemma: Lemma | None,
    number: int | None,
    what: "Sequence[Fact] | str",
) -> Gap:
    """The gap at a rule; ``lemmas``: those that hold, and those that no short run breaks."""
    involved = _fields([*_outcome(system, Consequences(system), number, what)])
    ghosts = tuple(f"{target}." for target in system.targets)
    own = [name for name in system.slots if name in involved and not name.startswith(ghosts)]
    settled, upheld = lemmas
    some = _unspoken(system, own, (*settled, *upheld)) or _unspoken(system, own, settled)
    return Gap(
        lemma,
        None if number is None else system.calls[system.rules[number].call],
        tuple(Stored(name, _storing(system, name)) for name in some),
        tuple(name for name in own if name not in some),
    )


def _unspoken(system: System, names: Sequence[str], lemmas: Sequence[Lemma]) -> list[str]:
    """The fields of which none of the lemmas speaks, for any instance."""
    spoken = _fields([fact.condition for fact in system.facts if fact.lemma in lemmas])
    return [name for name in names if not system.with_kin({name}) & spoken]


def _outcome(
    system: System, follow: Consequences, number: int | None, what: "Sequence[Fact] | str"
) -> Iterator[Condition]:
    """The conditions on the state before a step that decide whether its rule is taken and what it breaks."""
    if number is None:
        yield from (follow.idle(fact) for fact in what if isinstance(fact, Fact))
        return
    rule = system.rules[number]
    yield follow.passed(rule.condition)
    if isinstance(what, str):
        yield follow.passed(rule.targets[what])
    else:
        after = follow.rule(number)
        yield from (after.condition(fact.condition) for fact in what)


def _fields(conditions: Sequence[Condition]) -> set[str]:
    names = {name.partition("=")[0] for name in unknowns(conditions)}
    return {name for name in names if not name.startswith(INITIAL)}


def _storing(system: System, field: str) -> tuple[Call, ...]:
    """The calls that store into a field, each once."""
    rules = [rule for rule in system.rules if field in rule.updates]
    return tuple(dict.fromkeys(system.calls[rule.call] for rule in rules))
