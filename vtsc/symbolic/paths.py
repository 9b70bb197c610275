"""Path-forking execution: run a plain Python function once for each way it can go.

Each run follows a list of recorded decisions; at the first open question both answers are tried for
feasibility, the true one is taken and the other is explored later. The runs form a binary tree
of forks with an outcome at each leaf. Every leaf knows the source lines it executed.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from vtsc.base.errors import MeaningError, UnendingError
from vtsc.base.lines import Line, LineRecorder, calling, nothing_wanted
from vtsc.base.time_limit import limited
from vtsc.language.words import REFUSES, Illegal, Runs
from vtsc.symbolic.forms import Condition, Constant
from vtsc.symbolic.merging import Kept, combined
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.truths import current_run
from vtsc.symbolic.values import merge

T = TypeVar("T")


class Feasibility(Protocol):
    """Tells whether conditions can hold together; may say yes when in doubt."""

    def possible(self, conditions: Sequence[Condition]) -> bool:
        """Whether some assignment of the unknowns satisfies all of ``conditions``."""
        ...


class Anything:
    """The feasibility check that never cuts a path: sound, and the fallback without a solver."""

    def possible(self, conditions: Sequence[Condition]) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class Doubt:
    """A way in which a run fails with ``error``, where all ``conditions`` hold together."""

    conditions: tuple[Condition, ...]
    error: Exception


@dataclass(frozen=True)
class Leaf(Generic[T]):
    """The end of one path. ``outcome`` is None where the step is not legal on it."""

    outcome: T | None
    assumptions: tuple[Condition, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Fork(Generic[T]):
    """``then`` where ``test`` holds, else ``otherwise``."""

    test: Condition
    then: "Tree[T]"
    otherwise: "Tree[T]"


Tree = Leaf[T] | Fork[T]


def leaves(
    arena: Arena, tree: Tree[T], above: tuple[Condition, ...] = ()
) -> Iterator[tuple[tuple[Condition, ...], Leaf[T]]]:
    """Every leaf with the conditions on the way to it, left to right."""
    if isinstance(tree, Leaf):
        yield above, tree
        return
    yield from leaves(arena, tree.then, (*above, tree.test))
    yield from leaves(arena, tree.otherwise, (*above, arena.negation(tree.test)))


def joined(
    arena: Arena,
    tree: Tree[dict[str, Any]],
    default: Callable[[str], Any],
    merging: Callable[[Arena, Condition, Any, Any], Any] = merge,
) -> tuple[Condition, dict[str, Any]]:
    """Where a tree's function is legal, and its outcome as if-then-elses along the forks.

    ``default`` gives the value of what an outcome does not mention, ``merging`` makes one of two.
    """
    if isinstance(tree, Leaf):
        if tree.outcome is None:
            return arena.false, {}
        return arena.conjunction(tree.assumptions), tree.outcome
    yes, then = joined(arena, tree.then, default, merging)
    no, otherwise = joined(arena, tree.otherwise, default, merging)
    legal = arena.branch(tree.test, yes, no)
    if yes is arena.false or no is arena.false:
        return legal, otherwise if yes is arena.false else then
    names = dict.fromkeys((*then, *otherwise))
    return legal, {
        n: merging(
            arena,
            tree.test,
            then[n] if n in then else default(n),
            otherwise[n] if n in otherwise else default(n),
        )
        for n in names
    }


LONGEST = 200
"""Decisions on one path, beyond which a function is taken not to end."""
MOST = 4096
"""Paths of one function, beyond which it is taken not to end."""
SECONDS = 60.0
"""Processor time for all paths of one function, those of its pieces included: the backstop."""
INSTEAD = "have a loop turn fewer times, or take min, max, & and | in place of an if"


class _Budget:
    """What exploring one function may take, and where its paths part."""

    def __init__(self, since: float | None) -> None:
        self.since = time.process_time() if since is None else since
        self._paths = 0
        self._parted: Counter[Line] = Counter()

    def another(self) -> None:
        """One more path is to be explored."""
        self._paths += 1
        if self._paths > MOST:
            self.exceed(f"{MOST} paths")
        if time.process_time() - self.since > SECONDS:
            self.exceed(f"{self._paths} paths and {SECONDS:g} s")

    def fork(self) -> None:
        """A path parts in two where the model is now."""
        self._parted.update(calling("vtsc")[-1:])

    def exceed(self, what: str) -> NoReturn:
        """Raise `UnendingError` with the line at which most paths part."""
        most = self._parted.most_common(1)
        line, count = most[0] if most else (None, 0)
        told = f"no end in sight after {what}: paths part here {count} times: {INSTEAD}"
        raise UnendingError(told, line)


class _Run:
    """One path: decisions to follow, then decisions it made itself."""

    def __init__(
        self,
        arena: Arena,
        feasibility: Feasibility,
        known: Sequence[Condition],
        prefix: Sequence[bool],
        doubts: list[Doubt] | None,
        strict: bool,
        budget: _Budget,
        records: Sequence[object],
    ) -> None:
        self.strict = strict
        self._budget = budget
        self.records = records
        """What a piece whose paths are merged may change; none where no such piece is run."""
        self.merging = bool(records)
        self.asked: frozenset[str] = frozenset()
        self.observing = False
        self._arena = arena
        self._feasibility = feasibility
        self._prefix = prefix
        self._doubts = doubts
        self._facts: list[Condition] = []
        self._truths: dict[int, bool] = {}
        self.forks: list[tuple[Condition, bool]] = []
        self.assumptions: list[Condition] = []
        for condition in known:
            self._learn(condition)

    def _learn(self, condition: Condition) -> None:
        self._facts.append(condition)
        self._truths[condition.id] = True
        self._truths[self._arena.negation(condition).id] = False

    def decide(self, condition: Condition) -> bool:
        known = self._truths.get(condition.id)
        if known is not None:
            return known
        opposite = self._arena.negation(condition)
        # Asked again while following the prefix: what was cut then is cut now, and is no fork.
        if not self._feasibility.possible((*self._facts, condition)):
            self._learn(opposite)
            return False
        if not self._feasibility.possible((*self._facts, opposite)):
            self._learn(condition)
            return True
        here = len(self.forks)
        if here >= LONGEST:
            self._budget.exceed(f"{LONGEST} decisions on one path")
        taken = True
        if here < len(self._prefix):
            taken = self._prefix[here]
        else:
            self._budget.fork()
        self.forks.append((condition, taken))
        self._learn(condition if taken else opposite)
        return taken

    def doubt(self, condition: Condition, error: Exception) -> None:
        """Keep it for whoever knows more of the states that there are; else it is an error at once."""
        if self._truths.get(condition.id) is False:
            return
        conditions = (*self._facts, condition)
        if self._doubts is not None:
            self._doubts.append(Doubt(conditions, error))
        elif self._feasibility.possible(conditions):
            raise error

    def apart(
        self, run: Callable[[], None], records: Sequence[object], variables: Mapping[str, Any]
    ) -> None:
        """See `vtsc.language.words.apart`: the piece is explored from here, and its outcomes are merged."""
        pieces = (*self.records, *records)
        kept = Kept(pieces, variables)
        before, asked = self.asked, self.asked

        def piece() -> dict[str, Any]:
            nonlocal asked
            kept.restore()
            here = current_run()
            here.asked = before
            try:
                run()
            finally:
                asked |= here.asked
            return kept.changes()

        def explored(records: Sequence[object]) -> Tree[dict[str, Any]]:
            return explore(
                self._arena,
                piece,
                self._feasibility,
                self._facts,
                doubts=self._doubts,
                strict=self.strict,
                since=self._budget.since,
                records=records,
            )

        if self.merging:
            tree = explored(pieces)
        else:
            try:
                tree = explored(pieces)
            except (NameError, TypeError):
                # a variable that no turn of a loop can leave merged: it is one value on each path
                tree = explored(())
        legal, outcome = joined(self._arena, tree, kept.before, combined)
        self.asked = asked
        self.require(legal)
        kept.apply(outcome)

    def require(self, condition: Condition) -> None:
        if isinstance(condition, Constant):
            if not condition.value:
                raise Illegal
            return
        if self._truths.get(condition.id) is True:
            return
        if self.observing:
            raise MeaningError(REFUSES)
        if not self._feasibility.possible((*self._facts, condition)):
            raise Illegal
        self.assumptions.append(condition)
        self._learn(condition)


def explore(
    arena: Arena,
    run: Callable[[], T],
    feasibility: Feasibility,
    known: Sequence[Condition] = (),
    wanted: Callable[[str], bool] = nothing_wanted,
    doubts: list[Doubt] | None = None,
    strict: bool = True,
    since: float | None = None,
    records: Sequence[object] = (),
) -> Tree[T]:
    """The tree of all paths of ``run``, which must build its state afresh at each call.

    ``known`` holds on every path. Where a path may fail, that is noted in ``doubts``; where nobody asks
    for those, it is raised. ``strict``: it is a rule, whose words are unsigned; false where something is only
    said of rules. ``since``: the processor time at which the function began whose piece ``run`` is.
    ``records``: what it may change, where its paths are merged. A path that raises `Illegal` ends in a
    leaf without outcome. Raises `UnendingError` where there is no end of a path or of paths, as far as can
    be seen.
    """
    budget = _Budget(since)

    def execute(prefix: Sequence[bool]) -> tuple[_Run, Leaf[T]]:
        budget.another()
        decider = _Run(arena, feasibility, known, prefix, doubts, strict, budget, records)
        before, Runs.current = Runs.current, decider
        recorder = LineRecorder(wanted)
        try:
            with limited():
                if wanted is nothing_wanted:
                    outcome: T | None = run()
                else:
                    with recorder:
                        outcome = run()
        except Illegal:
            outcome = None
        finally:
            Runs.current = before
        return decider, Leaf(outcome, tuple(decider.assumptions), recorder.lines)

    def grow(prefix: list[bool]) -> Tree[T]:
        decider, leaf = execute(prefix)
        tree: Tree[T] = leaf
        for i in reversed(range(len(prefix), len(decider.forks))):
            test, taken = decider.forks[i]
            other = grow([answer for _, answer in decider.forks[:i]] + [not taken])
            tree = Fork(test, tree, other) if taken else Fork(test, other, tree)
        return tree

    return grow([])
