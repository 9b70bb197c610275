"""Path-forking execution: run a plain Python function once for each path through it.

Each run follows a list of recorded decisions. At each condition after that, both answers are tried for
feasibility; if both are possible, the true one is taken and the other is explored later. The runs form a
binary tree of forks with an outcome at each leaf. Every leaf lists the source lines that its run executed.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn, Protocol, TypeVar

from vtsc.base.errors import MeaningError, UnendingError, UnkeptError
from vtsc.base.lines import Line, LineRecorder, called_from, nothing_wanted
from vtsc.base.time_limit import limited
from vtsc.language.words import REFUSES, Illegal, Runs
from vtsc.stores.locate import told
from vtsc.symbolic.forms import Condition, Constant
from vtsc.symbolic.merging import Kept, combined
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.trees import Fork, Leaf, Tree, joined
from vtsc.symbolic.truths import current_run
from vtsc.symbolic.values import lift_truth

T = TypeVar("T")


class Feasibility(Protocol):
    """Tells whether conditions can hold together; may say yes when in doubt."""

    def possible(self, conditions: Sequence[Condition]) -> bool:
        """Whether some assignment of the unknowns satisfies all of ``conditions``."""
        ...

    def extends(self, facts: Sequence[Condition], condition: Condition) -> bool:
        """Whether ``condition`` can hold together with ``facts``, which can hold together."""
        ...


class Anything:
    """The feasibility check that never cuts a path: sound, and the fallback without a solver."""

    def possible(self, conditions: Sequence[Condition]) -> bool:
        """Always true."""
        return True

    def extends(self, facts: Sequence[Condition], condition: Condition) -> bool:
        """Always true."""
        return True


@dataclass(frozen=True)
class Doubt:
    """A way in which a run fails with ``error``, where all ``conditions`` hold together."""

    conditions: tuple[Condition, ...]
    error: Exception


LONGEST = 200
"""The number of decisions on one path beyond which a function is taken not to end."""
MOST = 4096
"""The number of paths of one function beyond which it is taken not to end."""
SECONDS = 60.0
"""Seconds of processor time for all paths of one function, those of its pieces included, as a backstop."""
INSTEAD = "have a loop turn fewer times, or take min, max, & and | in place of an if"


class _Budget:
    """The budget for exploring one function, and the lines at which its paths part."""

    def __init__(self, since: float | None) -> None:
        self.since = time.process_time() if since is None else since
        self._paths = 0
        self._parted: Counter[Line] = Counter()

    def another(self) -> None:
        """Count one more path; raises `UnendingError` where the budget is exceeded."""
        self._paths += 1
        if self._paths > MOST:
            self.exceed(f"{MOST} paths")
        if time.process_time() - self.since > SECONDS:
            self.exceed(f"{self._paths} paths and {SECONDS:g} s")

    def fork(self) -> None:
        """Note that a path parts in two at the line of the model that is being executed."""
        self._parted.update(called_from("vtsc"))

    def exceed(self, what: str) -> NoReturn:
        """Raise `UnendingError` with the line at which most paths part."""
        most = self._parted.most_common(1)
        line, count = most[0] if most else (None, 0)
        told = f"no end in sight after {what}: paths part here {count} times: {INSTEAD}"
        raise UnendingError(told, line)


class _Run:
    """One path: it follows given decisions first, and makes its own after them."""

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
        """The records that a piece whose paths are merged may change; empty where no such piece is run."""
        self.merging = bool(records)
        self.asked: frozenset[str] = frozenset()
        self.observing = False
        self._arena = arena
        self._feasibility = feasibility
        self._prefix = prefix
        self._doubts = doubts
        self._facts: list[Condition] = []
        self._truths: dict[int, bool] = {}
        self.told = False
        """Whether the error of a condition that may not hold is raised at once, where it arises."""
        self.unkept: list[UnkeptError] = []
        """Errors to be raised if the path is one that can be reached."""
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
        # This is asked on the prefix, too: an answer that was cut before is cut again, and no fork.
        if not self._feasibility.extends(self._facts, condition):
            self._learn(opposite)
            return False
        if not self._feasibility.extends(self._facts, opposite):
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
        """Note that the path fails where ``condition`` holds; without a list of doubts, raise ``error``."""
        if self._truths.get(condition.id) is False:
            return
        if self._doubts is not None:
            self._doubts.append(Doubt((*self._facts, condition), error))
        elif self._feasibility.extends(self._facts, condition):
            raise error

    def ensure(self, condition: Any, error: UnkeptError) -> None:
        """Note a doubt that ``condition`` holds wherever the path is reached, unless that is certain."""
        broken = self._arena.negation(lift_truth(self._arena, condition))
        if self._truths.get(broken.id) is False or broken is self._arena.false:
            return
        if not self._feasibility.extends(self._facts, broken):
            return
        if self.told:
            raise error
        self.unkept.append(error)
        self.doubt(broken, error)

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
                # some variable cannot be merged after a turn: each path keeps its value
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
        if not self._feasibility.extends(self._facts, condition):
            raise Illegal
        self.assumptions.append(condition)
        self._learn(condition)


def _outcome(run: Callable[[], T], decider: _Run) -> T | None:
    """The result of ``run`` on the path that ``decider`` takes; None where a step is not legal on it."""
    before, Runs.current = Runs.current, decider
    try:
        with limited():
            return run()
    except Illegal:
        return None
    finally:
        Runs.current = before


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

    ``known`` holds on every path. ``wanted`` accepts the files whose lines the leaves list. A way in which a
    path may fail is added to ``doubts``, or raised where that is None. ``strict``: whether ``run`` is a rule,
    whose words are unsigned, and not a statement about rules. ``since``: where ``run`` is a piece of a
    function, the processor time at which that function began. ``records``: those that ``run`` may change,
    where its paths are merged. A path that raises `Illegal` ends in a leaf without outcome. Raises
    `UnendingError` where a path, or the number of paths, exceeds the budget.
    """
    budget = _Budget(since)

    def execute(prefix: Sequence[bool]) -> tuple[_Run, Leaf[T]]:
        budget.another()
        decider = _Run(arena, feasibility, known, prefix, doubts, strict, budget, records)
        recorder = LineRecorder(wanted)
        try:
            if wanted is nothing_wanted:
                outcome = _outcome(run, decider)
            else:
                with recorder:
                    outcome = _outcome(run, decider)
        finally:
            if decider.unkept:
                answers = [taken for _, taken in decider.forks]
                again = _Run(arena, feasibility, known, answers, [], strict, budget, records)
                again.told = True
                decider.unkept[0].complete(told(decider.unkept[0], partial(_outcome, run, again)))
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
