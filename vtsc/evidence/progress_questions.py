"""The questions that show that no state is stuck: each instance can reach its goal.

They are about every state that satisfies the lemmas and has room left below the limit of inputs.
``somewhere`` shows that each instance is in some situation. A question named after each situation
shows that its call can be taken with its inputs, and leads to a situation of lower rank or to the
goal. ``time`` shows that time can go on. Inputs are given as numbers, so the solver chooses none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from vtsc.language.progress import LEAST, OWNER, Given, Progress, Situation
from vtsc.smtlib.script import Script, Writer
from vtsc.symbolic.forms import Condition, Flag, Linear, Variable, walk
from vtsc.symbolic.inputs import Unknowns
from vtsc.symbolic.terms import Substitution
from vtsc.symbolic.values import Word, parts
from vtsc.system.step import Consequences
from vtsc.system.system import Fact, System

SOMEWHERE = "somewhere"
TIME = "time"


@dataclass(frozen=True)
class Question:
    """A question that must be unsatisfiable, and what is missing where it is not."""

    name: str
    text: str
    useless: str
    """Says what is missing if ``text`` is satisfiable and ``possible`` is not."""
    possible: Callable[[], str] | None = None
    """Another question; if it is unsatisfiable, the call can at least be taken."""
    impossible: str = ""
    """Says what is missing if both are satisfiable."""


class _Witness:
    """Inputs put in for the unknowns that stand for them."""

    def __init__(self, system: System, given: Given) -> None:
        self._arena = system.arena
        self._inputs: Unknowns = system.inputs
        self._given = given
        self.lacking: dict[str, None] = {}
        """Inputs that were asked for and are not given."""

    def condition(self, condition: Condition, *others: Linear | Condition) -> Condition:
        """``condition`` for these inputs, all given and in range, those in ``others`` too."""
        words: dict[str, Linear] = {}
        flags: dict[str, Condition] = {}
        fits: list[Condition] = []
        for x in walk([condition, *others]):
            if isinstance(x, Variable) and x.name in self._inputs.words:
                value = self._count(x.name)
                words[x.name] = Linear((), value or 0)
                lo, hi = x.interval.lo or 0, x.interval.hi or 0
                fits.append(self._arena.constant(value is not None and lo <= value <= hi))
            elif isinstance(x, Flag) and x.name in self._inputs.flags:
                value = self._value(x.name)
                flags[x.name] = self._arena.constant(bool(value))
                fits.append(self._arena.constant(value is not None))
        put = Substitution(self._arena, words, flags)
        return self._arena.conjunction([put.condition(condition), *fits])

    def linear(self, form: Linear) -> Linear:
        """A linear form for these inputs."""
        names = [x.name for x in walk([form]) if isinstance(x, Variable)]
        counts = {n: Linear((), self._count(n) or 0) for n in names if n in self._inputs.words}
        return Substitution(self._arena, counts, {}).linear(form)

    def _value(self, name: str) -> int | None:
        value = self._given.get(name)
        if value is None:
            self.lacking[name] = None
            return None
        return int(value)

    def _count(self, own: str) -> int | None:
        """The value of the unknown ``own`` in its units (see `counted`); None if it is no whole number."""
        name, _, multiple = own.partition("*")
        value = self._value(name)
        count, rest = divmod(value or 0, int(multiple or 1))
        return None if value is None or rest else count


class _Asker:
    """Asks the questions about one system, about which the conditions of ``progress`` are stated."""

    def __init__(self, system: System, progress: Progress) -> None:
        self._system = system
        self._progress = progress
        self._arena = system.arena
        self._follow = Consequences(system)
        self._after: dict[int, Substitution] = {}
        self._lacking: dict[str, dict[str, None]] = {}
        self._lemmas = [f.condition for f in system.facts if f.lemma.owner != OWNER]
        self._stated: dict[str, dict[tuple[int, ...], Condition]] = {}
        for fact in system.facts:
            if fact.lemma.owner == OWNER:
                self._stated.setdefault(fact.lemma.name, {})[fact.args] = fact.condition
        self._concerned = self._stated["concerns"]
        self._room = self._stated["room"][()]

    def questions(self) -> list[Question]:
        """All questions about the system."""
        own = [self._leads(situation) for situation in self._progress.situations]
        time = [self._time()] if self._progress.clock else []
        return [self._somewhere(), *(q for q in own if q is not None), *time]

    def _ask(self, title: str, conditions: Iterable[Condition]) -> str:
        script = Script(title)
        write = Writer(script)
        for condition in (*self._lemmas, self._room, *conditions):
            script.require(write.condition(condition))
        return script.text()

    def _some(self, situations: Sequence[Situation], number: int) -> list[Condition]:
        """The conditions of the situations of instance ``number``, at least one of which is to hold."""
        found = (self._stated.get(s.name, {}) for s in situations)
        return [c for instances in found for args, c in instances.items() if args[0] == number]

    def _somewhere(self) -> Question:
        arena, whom, goal = self._arena, self._progress.whom, self._progress.goal
        nowhere = []
        for (number,), concerned in self._concerned.items():
            some = self._some(self._progress.situations, number)
            nowhere.append(arena.conjunction([concerned, arena.negation(arena.disjunction(some))]))
        text = self._ask(
            f"A state with {whom} in none of the situations.", [arena.disjunction(nowhere)]
        )
        return Question(SOMEWHERE, text, f"{whom} is in no situation from which {goal} is in reach")

    def _leads(self, situation: Situation) -> Question | None:
        """The question whether a situation's call may fail to lead on; None where it has no instance."""
        stuck, unable = [], []
        for args, given in self._stated.get(situation.name, {}).items():
            concerned = self._concerned[args[:1]]
            here = self._arena.conjunction([concerned, given])
            able, reached = self._taken(situation, args, situation.inputs)
            stuck.append(self._arena.conjunction([here, self._arena.negation(reached)]))
            unable.append(self._arena.conjunction([here, self._arena.negation(able)]))
        if not stuck:
            return None
        example = situation.call(*next(iter(self._stated[situation.name])))
        sentence, goal = situation.sentence, self._progress.goal
        title = f"A state where {sentence}, and its call is impossible or leads no nearer."
        return Question(
            situation.name,
            self._ask(title, [self._arena.disjunction(stuck)]),
            f"{sentence}: {example} leads no nearer to {goal}",
            partial(self._ask, "A call that is impossible.", [self._arena.disjunction(unable)]),
            f"{sentence}: {example} is not possible{self._lacks(situation)}",
        )

    def _lacks(self, situation: Situation) -> str:
        """The inputs that are not given, as a half-sentence."""
        names = ", ".join(self._lacking.get(situation.name, ()))
        return f", no value is given for {names}" if names else ""

    def _taken(
        self, situation: Situation, args: tuple[int, ...], inputs: Given
    ) -> tuple[Condition, Condition]:
        """The conditions that the call can be taken with these inputs, and that it leads on with room."""
        system, arena, witness = self._system, self._arena, _Witness(self._system, inputs)
        lower = [s for s in self._progress.situations if s.rank < situation.rank]
        towards = arena.disjunction(self._some(lower, args[0]))
        goal = towards if situation.rank > LEAST else arena.true
        able, reached = [], []
        for number, rule in enumerate(system.rules):
            if system.calls[rule.call] != situation.call(*args):
                continue
            after = self._rule(number)
            stores = [x for value in rule.updates.values() for x in parts(value)]
            applies = witness.condition(self._follow.passed(rule.condition), *stores)
            able.append(applies)
            then = after.condition(arena.conjunction([self._room, goal]))
            there = arena.true if situation.rank == LEAST else witness.condition(then)
            reached.append(arena.conjunction([applies, there]))
        passes = witness.condition(system.passable)
        self._lacking.setdefault(situation.name, {}).update(witness.lacking)
        return (
            arena.conjunction([passes, arena.disjunction(able)]),
            arena.conjunction([passes, arena.disjunction(reached)]),
        )

    def _rule(self, number: int) -> Substitution:
        if number not in self._after:
            self._after[number] = self._follow.rule(number)
        return self._after[number]

    def _time(self) -> Question:
        """The question whether time may be unable to go on, with some call to complete the step."""
        arena, progress = self._arena, self._progress
        somebody = arena.disjunction(self._concerned.values())
        steps = [self._grows(), arena.disjunction(self._completions())]
        text = self._ask(
            "A state in which nothing is due, and yet time cannot go on.",
            [self._stated["idle"][()], somebody, arena.negation(arena.conjunction(steps))],
        )
        return Question(TIME, text, f"where {progress.idle_sentence}, time cannot go on")

    def _completions(self) -> Iterable[Condition]:
        """The conditions that a situation is given and its call completes a step in which time goes on."""
        for situation in self._progress.situations:
            inputs = {**situation.inputs, **self._progress.passing}
            for args, given in self._stated.get(situation.name, {}).items():
                able, _ = self._taken(situation, args, inputs)
                yield self._arena.conjunction([given, able])

    def _grows(self) -> Condition:
        """The condition that the clock is later in the middle of the step than at its start."""
        passed = {n: v.form for n, v in self._system.passing.items() if isinstance(v, Word)}
        clock = self._system.pre[self._progress.clock]
        assert isinstance(clock, Word)
        before = self._system.known.get(self._progress.clock, clock.form)
        then = Substitution(self._arena, passed, {}).linear(before)
        witness = _Witness(self._system, self._progress.passing)
        elapsed = witness.linear(then).plus(before, -1)
        return self._arena.at_most_zero(Linear((), 1).plus(elapsed, -1))


def questions(system: System, progress: Progress) -> list[Question]:
    """The questions about ``system``, with which the conditions of ``progress`` have to be stated."""
    return _Asker(system, progress).questions()


def own_facts(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that are lemmas, and not conditions of a `Progress`."""
    return [fact for fact in facts if fact.lemma.owner != OWNER]
