"""Decides the claims of a recipe under given rules, for all delays within their ranges and all orders.

Every answer "for all" is an SMT-LIB text that a fresh solver has found unsatisfiable. Every witness has been
run again on plain numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import factorial

from model.today import Rules
from questions.recipes.any_order import in_order
from questions.recipes.available import missing
from questions.recipes.bounds import Region, single
from questions.recipes.cases import CasesArena
from questions.recipes.checking import check
from questions.recipes.likeness import enough, needs_requests
from questions.recipes.orders import ALL, FIRSTS, MOST, ONE, orders
from questions.recipes.properties import PROPERTIES
from questions.recipes.proving import MOST_TEXTS, by_orders, matching, proved
from questions.recipes.remembering import Remembering
from questions.recipes.replay import Replay, replay
from questions.recipes.samples import confirm
from questions.recipes.script import Script, Wanted, named
from questions.recipes.symbolic import Run, run
from questions.recipes.telling import told
from questions.recipes.undecided import UNDECIDED, reason
from questions.recipes.when import Asked, When, sides, when
from questions.recipes.witness import least
from vtsc.base.errors import EvidenceError, Exit
from vtsc.solver.asking import BUDGET, Asking, GaveUpError
from vtsc.solver.integers import Lowering
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.terms import Arena

HOLDS, FAILS, DEPENDS = "holds", "fails", "depends"
UNKNOWN, VACUOUS, UNAVAILABLE = "unknown", "vacuous", "unavailable"
MOST_TOLD = 100
"""The number of orders up to which each is run by itself, where that is needed for a condition."""
LIKE = "like threads are numbered in the order in which they start"
Parts = tuple[tuple[str, ...], ...]
"""Conjunctions of bounds as text."""


@dataclass(frozen=True)
class Witness:
    """One run: the length of every gap, the recipe in the order that it took, and what it did."""

    delays: Mapping[str, int]
    script: Script
    replay: Replay


@dataclass(frozen=True)
class Side:
    """A condition on one side of the exact one, and a run that shows that it is not exact itself.

    ``parts``: conjunctions of bounds, one of which has to be so. ``odd``: a run that holds though a
    sufficient condition does not, or that fails though a necessary one holds.
    """

    parts: Parts
    odd: Witness | None


@dataclass(frozen=True)
class Verdict:
    """The answer for one property and one set of rules.

    ``result``: one of the words above. ``parts``: where it depends, the conjunctions of bounds under any of
    which the claim holds in every order; where none holds, it fails in some order. It fails in all where
    ``exact`` says so. ``fails``: the bounds say where the claim fails instead. ``threshold``: the delay,
    ``<=`` or ``>=``, and the number, where one bound on one delay is all. ``texts``: the proofs by name.
    ``why``: the reason for `UNKNOWN`, `VACUOUS` and `UNAVAILABLE`, and why there is no exact condition.
    ``enough``: a condition under which the claim holds, ``needed``: one without which it fails in some order;
    they are given where the exact one has roundings, or is not told.
    """

    wanted: Wanted
    result: str
    parts: Parts = ()
    fails: bool = False
    threshold: tuple[str, str, int] | None = None
    holding: Witness | None = None
    failing: Witness | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    enough: Side | None = None
    needed: Side | None = None

    @property
    def is_for_all(self) -> bool:
        """Whether it says the same of all runs."""
        return self.result in (HOLDS, FAILS)

    @property
    def status(self) -> Exit:
        """The exit status of this answer alone, where the property is wanted in all runs."""
        known = {HOLDS: Exit.OK, VACUOUS: Exit.VACUOUS, UNAVAILABLE: Exit.VACUOUS}
        if self.result == UNKNOWN:
            return Exit.UNKNOWN
        return known.get(self.result, Exit.VIOLATED)


def decide(script: Script, rules: Rules, *, brief: bool = False) -> list[Verdict]:
    """The verdict on every property that a recipe wants, in its order.

    ``brief``: it is only asked what holds. Any other verdict is then `DEPENDS`, without runs and conditions.
    """
    script = named(script)
    check(script)
    why = missing(script, rules)
    if why:
        return [Verdict(wanted, UNAVAILABLE, why=why) for wanted in script.wanted]
    found: dict[str, Verdict] = {}
    for which in (ALL, FIRSTS, ONE):
        group = [w for w in script.wanted if enough(script, w.name) == which]
        for wanted, verdict in zip(
            group, _of_group(script, rules, group, which, brief), strict=True
        ):
            found[wanted.name] = verdict
    return [found[wanted.name] for wanted in script.wanted]


def _of_group(
    script: Script,
    rules: Rules,
    group: Sequence[Wanted],
    which: str,
    brief: bool,
    listed: int = 0,
) -> Sequence[Verdict]:
    """The verdicts on properties that are decided by the same orders."""
    if not group:
        return []
    try:
        ways = orders(script, which, listed)
        arena = CasesArena() if ways.open else Arena()
        every = [run(each, rules, arena) for each in ways.scripts]
    except UNDECIDED as error:
        return [_unknown(wanted, error) for wanted in group]
    texts = matching(every) if which == FIRSTS else {}
    rest = [w for w in group if texts is None or not _is_said(script, every, w, which)]
    left = {v.wanted.name: v for v in _of_group(script, rules, rest, ALL, brief)}
    found = [left.get(w.name) or _decided(every, rules, w, which == ONE, brief) for w in group]
    if texts:
        found = [replace(v, texts={**texts, **v.texts}) if v.texts else v for v in found]
    if ways.open:  # each order by itself is an easier question, and a condition needs all of them
        most = {UNKNOWN: MOST, DEPENDS: 0 if brief else MOST_TOLD}
        again = [v.wanted for v in found if ways.count <= most.get(v.result, 0)]
        each = {v.wanted.name: v for v in _of_group(script, rules, again, which, brief, MOST)}
        found = [_of_many(v, each.get(v.wanted.name), ways.count) for v in found]
    confirm(ways.scripts, rules, [(v.wanted, v.result == HOLDS) for v in found if v.is_for_all])
    return found


def _is_said(script: Script, every: Sequence[Run], wanted: Wanted, which: str) -> bool:
    """Whether runs in which one of close threads comes first say all of a property.

    Of few threads each order is run, since a condition is then found more often.
    """
    if which != FIRSTS or not needs_requests(script, wanted.name):
        return True
    many = factorial(len(every)) > MOST_TOLD
    return all(w.asked or (w.settled and many) for each in every if (w := each.world))


def _of_many(verdict: Verdict, alone: Verdict | None, count: int) -> Verdict:
    """A verdict on all of so many orders at once; ``alone``, that on each by itself, where there is one.

    Raises `EvidenceError` where these differ.
    """
    if alone is not None and alone.result != UNKNOWN:
        if verdict.result not in (UNKNOWN, alone.result):
            raise EvidenceError(f"{verdict.wanted.name}: orders at once and one by one differ")
        return alone
    if verdict.result != DEPENDS:
        return verdict
    return replace(
        verdict, why=f"no exact condition is looked for among {count} orders of the threads"
    )


def _decided(
    every: Sequence[Run], rules: Rules, wanted: Wanted, like: bool, brief: bool
) -> Verdict:
    try:
        question = _Question(every, rules, wanted)
        if brief and question.can_fail():
            return Verdict(wanted, DEPENDS)
        verdict = question.verdict()
        named = verdict.parts or verdict.enough or verdict.needed
        why = "; ".join(filter(None, (verdict.why, LIKE)))
        return replace(verdict, why=why) if like and named else verdict
    except UNDECIDED as error:
        return _unknown(wanted, error)


def _unknown(wanted: Wanted, error: Exception) -> Verdict:
    """The verdict that there is no answer; an error that means something else is raised again."""
    return Verdict(wanted, UNKNOWN, why=reason(error))


class _Question:
    """A property of a recipe that was run in each order, by terms of one arena."""

    def __init__(self, every: Sequence[Run], rules: Rules, wanted: Wanted) -> None:
        self.every = every
        self.rules = rules
        self.wanted = wanted
        self.arena = arena = every[0].arena
        self.delays: dict[str, Linear] = {n: f for each in every for n, f in each.delays.items()}
        ways = [(each, each.claim(wanted)) for each in every]
        self.ways = {
            True: [arena.conjunction((r.legal, c)) for r, c in ways],
            False: [arena.conjunction((r.legal, arena.negation(c))) for r, c in ways],
        }
        """By order: the recipe goes this way, and the claim holds, or fails."""
        self.holding, self.failing = (self._some(self.ways[holds]) for holds in (True, False))
        """The same, for some thread that may be the last one."""
        self.lowering: Lowering | None = None
        self.legal = arena.disjunction(self._some([r.legal for r in every]))

    def _some(self, ways: Sequence[Condition]) -> list[Condition]:
        """The conditions of each order, whichever thread is the last one."""
        return [each.lasts.some(way) for each, way in zip(self.every, ways, strict=True)]

    def can_fail(self) -> bool:
        """Whether the property fails in some run."""
        return any(map(self._possible, self._together(self.failing)))

    def verdict(self) -> Verdict:
        """The answer."""
        arena = self.arena
        says_nothing = Verdict(self.wanted, VACUOUS, why=PROPERTIES[self.wanted.name].otherwise)
        saying = [arena.conjunction((r.legal, r.sometimes(self.wanted))) for r in self.every]
        if self.legal is not arena.false and arena.disjunction(saying) is arena.false:
            return says_nothing
        failing, holding = (self._witness(self.ways[holds], holds) for holds in (False, True))
        if failing is None and holding is None:
            return Verdict(
                self.wanted, VACUOUS, why="no delays within the ranges let the recipe go so"
            )
        if failing is None:
            ways = zip(self.ways[True], saying, strict=True)
            holding = self._witness([*map(arena.conjunction, ways)], True)
            if holding is None:
                return says_nothing
            if not holding.replay.says:
                raise EvidenceError(f"run again, {self.wanted.name} says nothing")
            texts = self._proved(by_orders(self.arena, "holds", self.failing))
            return Verdict(self.wanted, HOLDS, holding=holding, texts=texts)
        if holding is None:
            texts = self._proved(by_orders(self.arena, "fails", self.holding))
            return Verdict(self.wanted, FAILS, failing=failing, texts=texts)
        return self._depends(holding, failing)

    def _asking(self, *known: Condition, budget: int = BUDGET) -> Asking:
        """A solver that knows some conditions; terms are lowered once for all of them."""
        made = Asking(known, self.delays, budget, self.lowering)
        self.lowering = made.lowering
        return made

    def _witness(
        self, wanted: Sequence[Condition], holds: bool, also: Condition | None = None
    ) -> Witness | None:
        """A run of some order that goes as is wanted of it; ``also``: what else is to be so of its delays."""
        ways = [
            self.arena.conjunction((way, also or self.arena.true)) for way in self._some(wanted)
        ]
        if len(ways) > MOST_TEXTS and not any(map(self._possible, self._together(ways))):
            return None
        for run_, condition, way in zip(self.every, ways, wanted, strict=True):
            if condition is self.arena.false:
                continue
            delays = least(Remembering(self._asking(condition)), self.arena, self.delays)
            if delays is None:
                continue
            script = in_order(run_, self._asking(condition), way, delays)
            found = replay(script, self.rules, delays, self.wanted)
            if found.holds is not holds:
                raise EvidenceError(f"{run_.script.name}: run again, {self.wanted.name} is not so")
            return Witness(delays, script, found)
        return None

    def _possible(self, condition: Condition) -> bool:
        return self._asking(condition).possible()

    def _together(self, ways: Sequence[Condition]) -> list[Condition]:
        """The conditions of several orders as one, and of all orders as few."""
        return [*by_orders(self.arena, "together", ways).values()]

    def _depends(self, holding: Witness, failing: Witness) -> Verdict:
        try:
            return self._told(holding, failing)
        except GaveUpError as error:
            why = f"when it holds is not known: {error}"
            return Verdict(self.wanted, DEPENDS, holding=holding, failing=failing, why=why)

    def _told(self, holding: Witness, failing: Witness) -> Verdict:
        """The verdict with the condition, or with conditions on either side of it.

        Where the order of threads is left open, it is unknown as well as the delays; no exact condition is
        told.
        """
        arena = self.arena
        always = arena.conjunction(map(arena.negation, self.failing))
        ways = self.holding, self.failing
        asked = Asked(arena, self._asking, self.delays, self.legal, always, *ways)
        found = sides(asked) if self.every[0].flags else when(asked)
        exact = found.exact
        return Verdict(
            self.wanted,
            DEPENDS,
            _parts(exact),
            found.fails,
            single(exact.parts[0]) if exact is not None and len(exact.parts) == 1 else None,
            holding,
            failing,
            self._proved(found.impossible(asked)),
            found.why,
            self._enough(found, always),
            self._needed(found),
        )

    def _enough(self, found: When, always: Condition) -> Side | None:
        """Bounds that are enough, and a run that holds without them."""
        if found.enough is None:
            return None
        arena = self.arena
        beyond = arena.conjunction((always, arena.negation(found.enough.condition(arena))))
        return Side(_parts(found.enough), self._witness(self.ways[True], True, beyond))

    def _needed(self, found: When) -> Side | None:
        """Bounds that are needed, and a run that fails in spite of them."""
        if found.needed is None:
            return None
        here = found.needed.condition(self.arena)
        return Side(_parts(found.needed), self._witness(self.ways[False], False, here))

    def _proved(self, impossible: Mapping[str, Condition]) -> dict[str, str]:
        """The texts that prove it."""
        return proved(f"{self.every[0].script.name}: {self.wanted.name}", impossible)


def _parts(found: Region | None) -> Parts:
    """A region's conjunctions as text."""
    return () if found is None else tuple(tuple(map(told, part)) for part in found.parts)
