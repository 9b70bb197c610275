"""Small machines with a claim each, for which every engine's answer is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.engines.task import Task
from vtsc.language.actions import Action, Call, Step
from vtsc.language.claims import Monitor
from vtsc.language.lemmas import Lemma
from vtsc.language.state import Record, State, counter, flag, index, word
from vtsc.language.words import Illegal, bounded, either, implies, integer, u64
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build
from vtsc.system.system import System


class Fields(Record):
    """What all toys have; each uses some."""

    low: int = word("", "never above high, or so it is claimed")
    high: int = word("", "grows at least as fast")
    place: int = index("where a walk is", 0, lo=0, hi=4)
    on: bool = flag("whether something is on")
    left: int = counter("", "a counter that may wrap")
    right: int = counter("", "another one")


class ToyState(State):
    """One record, ``toy``."""

    def __init__(self) -> None:
        super().__init__()
        self.toy = Fields()
        self.records["toy"] = self.toy


@dataclass
class Toy:
    """A machine whose actions have no arguments, and a claim about what its last action notes."""

    start: Callable[[Any, Any], None]
    actions: Sequence[Action[Any]]
    claims: Sequence[Lemma] = ()

    sizes = {}
    symmetric = {}
    constants = frozenset()
    time_input = ""
    rounds = ()
    stores_of = {}

    def state(self) -> ToyState:
        """A fresh state."""
        return ToyState()

    def initialise(self, state: Any, inputs: Any) -> None:
        """The toy's own start."""
        self.start(state.toy, inputs)

    def calls(self) -> tuple[Call, ...]:
        """One for each action."""
        return tuple(Call(a.name, ()) for a in self.actions)

    def kinds(self, call: Call) -> tuple[str, ...]:
        """None."""
        return ()

    def enabled(self, state: ToyState, call: Call) -> bool:
        """Whether an action's guard holds."""
        return bool(next(a for a in self.actions if a.name == call.name).when(state.toy))

    def lemmas(self) -> Sequence[Lemma]:
        """Candidates that a person has written."""
        return self.claims

    def advance(self, state: Any, inputs: Any) -> None:
        """No time passes here."""

    def perform(self, state: Any, call: Call, inputs: Any) -> Step:
        """Take an action; what it returns is observed."""
        action = next(a for a in self.actions if a.name == call.name)
        if not action.when(state.toy):
            raise Illegal
        return Step(call, action.effect(state.toy, inputs))


class Bad(Monitor):
    """Violated where an action's effect returns true."""

    name = "bad"
    claim = "nothing bad happens"

    def observe(self, machine: Any, state: Any, ghosts: Any, step: Step) -> Any:
        """What the action noted."""
        return step.observed


def always(toy: Any) -> bool:
    """Any time."""
    return True


def act(name: str, when: Callable[[Any], Any], effect: Callable[[Any, Any], Any]) -> Action[Any]:
    """An action without arguments."""
    return Action(name, (), when, effect, name)


def said(name: str, holds: Callable[[Any], Any]) -> Lemma:
    """A lemma about the toy."""
    return Lemma(name, f"{name} holds", (), lambda machine, state, ghosts: holds(state.toy))


def nothing(toy: Any, inputs: Any) -> None:
    """Leave everything at its declared start."""


# the toys


def _grow(toy: Any, inputs: Any) -> bool:
    step, more = inputs.word("step", 0), inputs.word("more", 0)
    toy.low = bounded(toy.low + step)
    toy.high = bounded(toy.high + step + more)
    return False


def gap(with_lemma: bool) -> Toy:
    """low never passes high: one lemma says so."""
    lemma = said("low_is_low", lambda toy: toy.low <= toy.high)
    look = act("look", always, lambda toy, inputs: toy.low > toy.high)
    return Toy(nothing, [act("grow", always, _grow), look], [lemma] if with_lemma else [])


def _walk(toy: Any, inputs: Any) -> bool:
    for here, there in ((0, 1), (1, 0), (2, 3)):
        if toy.place == here:
            toy.place = there
            return False
    return toy.place == 3


def walk() -> Toy:
    """Back and forth between 0 and 1; whoever is at 3 came from 2, where nobody comes from anywhere."""
    return Toy(nothing, [act("walk", always, _walk)])


def _climb(toy: Any, inputs: Any) -> bool:
    for here in range(4):
        if toy.place == here:
            toy.place = here + 1
            return here == 3
    return False


def climb() -> Toy:
    """From 0 to 4, which is bad, in four steps."""
    return Toy(nothing, [act("climb", always, _climb)])


def _hop(toy: Any, inputs: Any) -> bool:
    toy.place = 1 if toy.place == 0 else 2
    return toy.place == 2


def hop() -> Toy:
    """From 0 by 1 to 2, which is bad, and no further: three steps in a row there never are."""
    return Toy(nothing, [act("hop", lambda toy: either((toy.place == 0, toy.place == 1)), _hop)])


def _nearly(toy: Any, inputs: Any) -> None:
    toy.left = (1 << 64) - 2


def _count(toy: Any, inputs: Any) -> bool:
    toy.left = toy.left + 1
    return u64(toy.left) == 0


def wrap() -> Toy:
    """Two steps below 2^64, counting on."""
    return Toy(_nearly, [act("count", always, _count)])


def _both(toy: Any, inputs: Any) -> bool:
    step = inputs.word("step", 0)
    toy.left, toy.right = toy.left + step, toy.right + step
    toy.on = True
    return False


def twins(with_lemma: bool) -> Toy:
    """Two counters that move together, however far; wherever they wrap, both do."""
    lemma = said("twins", lambda toy: integer(toy.left) == integer(toy.right))
    look = act("look", lambda toy: toy.on, lambda toy, inputs: u64(toy.left) != u64(toy.right))
    return Toy(_nearly_both, [act("both", always, _both), look], [lemma] if with_lemma else [])


def _nearly_both(toy: Any, inputs: Any) -> None:
    toy.left = toy.right = (1 << 64) - 2


def broken_lemma() -> Toy:
    """As ``gap``, with a lemma that is false and one that is true and does not help."""
    toy = gap(with_lemma=False)
    toy.claims = [
        said("always_zero", lambda fields: fields.low == 0),
        said("off", lambda fields: implies(fields.on, fields.low == 0)),
    ]
    return toy


def task_of(toy: Toy, depth: int = 8) -> Task:
    """The question whether a toy is ever bad, with the lemmas that it claims."""

    def stated(lemmas: Sequence[Lemma]) -> System:
        return build(toy, [Bad()], SolverFeasibility, lemmas=lemmas)

    return Task("bad", stated, depth, lemmas=toy.claims, rounds=toy.rounds)


@dataclass(frozen=True)
class Known:
    """A toy, the depth at which it is violated (None: never), and the engines that find out."""

    make: Callable[[], Toy]
    violated_at: int | None
    decided_by: frozenset[str]

    def task(self) -> Task:
        """The question whether it is ever violated."""
        return task_of(self.make())


TOYS = {
    "gap": Known(lambda: gap(True), None, frozenset({"lemmas", "kinduction", "spacer"})),
    "gap-bare": Known(lambda: gap(False), None, frozenset({"spacer"})),
    "walk": Known(walk, None, frozenset({"kinduction", "spacer"})),
    "climb": Known(climb, 4, frozenset({"bmc"})),
    "hop": Known(hop, 2, frozenset({"bmc"})),
    "wrap": Known(wrap, 2, frozenset({"bmc"})),
    "twins": Known(lambda: twins(True), None, frozenset({"lemmas", "kinduction"})),
    "twins-bare": Known(lambda: twins(False), None, frozenset()),
    "broken-lemma": Known(broken_lemma, None, frozenset({"spacer"})),
}
