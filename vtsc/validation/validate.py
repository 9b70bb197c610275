"""Validation of one system: its starts, each of its rules, and plain runs; see the package."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from vtsc.base.errors import UnkeptError, ValidationError
from vtsc.language.words import NoSuchItem
from vtsc.native.witness import Witness
from vtsc.validation.compare import Comparison, Shown
from vtsc.validation.draws import Chosen
from vtsc.validation.plain import At, Started, Taken
from vtsc.validation.ruled import Ruled
from vtsc.validation.runs import Runs

PER_RULE = 20
"""The number of steps of runs for each rule, where that is more than `Runs.steps` in all."""
FAILING = 8
"""The number of states in which the functions fail after which no other state is asked for."""

Inputs = Mapping[str, int | bool]


@dataclass(frozen=True)
class Assignment:
    """A solver's values for its unknowns: fields by their names, inputs by the names of their unknowns."""

    fields: Inputs
    inputs: Inputs
    initial: Inputs
    rule: int
    """The rule that applies."""


Question = Callable[[Sequence[Inputs]], Assignment | None]
"""Finds a state whose indices are not those of any given one; None where none is found."""


class Witnesses(Protocol):
    """A solver that knows a system."""

    def starts(self) -> Iterable[Inputs]:
        """Inputs for every way in which the machine can start, as far as there are any."""
        ...

    def passings(self) -> Sequence[Question]:
        """For every way in which time can pass, a state and inputs in which it does."""
        ...

    def rules(self) -> Sequence[Question]:
        """For every rule, a state and inputs in which it applies."""
        ...


@dataclass(frozen=True)
class Hit:
    """A plain run whose last step hits a monitor."""

    where: str
    run: Witness
    """Its legal steps."""

    @property
    def depth(self) -> int:
        """The number of that step."""
        return len(self.run.calls)


@dataclass(frozen=True)
class Validated:
    """The results of a validation in which everything agreed."""

    steps: int
    rules: int
    """The number of rules that applied in some step."""
    unseen: int
    """The number of rules that applied in no step."""
    hits: Mapping[str, Hit]
    """For each monitor that was hit in a run, the earliest step that hit it."""


def validate(ruled: Ruled, runs: Runs, solver: Callable[[], Witnesses], shown: Shown) -> Validated:
    """Compare a system with the functions of its machine; raises `ValidationError`.

    ``runs`` may be shared by several systems of one machine. ``solver`` is asked for all starts and rules of
    the first of them, if the runs are `thorough`; else only for rules that applied in no step.
    """
    comparison = Comparison(ruled, shown, runs.lines)
    first = not runs.starts
    if first:
        runs.try_starts()
    runs.extend(max(runs.steps, PER_RULE * len(ruled.system.rules)))
    for started in runs.starts:
        comparison.start(started)
    for taken in (*runs.taken, *runs.tried):
        comparison.step(taken)
    if first and runs.thorough:
        _ask_all(ruled, runs, solver(), comparison)
    elif len(comparison.applied) < len(ruled.system.rules):
        missing = set(range(len(ruled.system.rules))) - comparison.applied
        asked = enumerate(solver().rules())
        _ask(ruled, runs, [question for n, question in asked if n in missing], comparison)
    seen = len(comparison.applied)
    unseen = len(ruled.system.rules) - seen
    return Validated(comparison.compared, seen, unseen, _hits(ruled, runs))


def _ask_all(ruled: Ruled, runs: Runs, witnesses: Witnesses, comparison: Comparison) -> None:
    """Compare every start and every step that a solver gives; they are kept for other systems."""
    for number, given in enumerate(witnesses.starts(), 1):
        started = _started(runs, number, given)
        runs.starts.append(started)
        comparison.start(started)
    _ask(ruled, runs, [*witnesses.passings(), *witnesses.rules()], comparison)


def _ask(ruled: Ruled, runs: Runs, questions: Sequence[Question], comparison: Comparison) -> None:
    """Compare the steps that answer some questions."""
    for question in questions:
        taken = _answered(ruled, runs, question)
        if taken is not None:
            runs.tried.append(taken)
            comparison.step(taken)


def _started(runs: Runs, number: int, given: Inputs) -> Started:
    """The start that a solver's inputs make."""
    inputs = Chosen(Random(f"{runs.seed} solver"), runs.typical, given, within=True)
    return runs.plain.start(f"the solver's start {number}", inputs)


def _answered(ruled: Ruled, runs: Runs, question: Question) -> Taken | None:
    """The step from a state that a solver gives; None where it gives none in which the functions work.

    Exploring has shown that the states in which they fail are not reachable.
    """
    failing: list[Inputs] = []
    while len(failing) < FAILING:
        found = question(failing)
        if found is None:
            return None
        try:
            return _tried(ruled, runs, found)
        except (NoSuchItem, UnkeptError):
            failing.append(found.fields)
    return None


def _tried(ruled: Ruled, runs: Runs, found: Assignment) -> Taken:
    """The step from the state that a solver gives; fields that the rules leave out keep their initial values.

    A field that is a stated sum of others has the value of that sum.
    """
    random = Random(f"{runs.seed} solver")
    where = f"the solver's step by rule {found.rule}"
    started = runs.plain.start(where, Chosen(random, runs.typical, found.initial, within=True))
    if started.state is None:
        raise ValidationError(f"{where}: the functions do not allow its start")
    given = ruled.given(started.initial, initial=True) or {}
    values = {**started.state, **found.fields}
    stated = ruled.known({**values, **given})
    values |= dict(zip(ruled.stated, stated, strict=True))
    runs.plain.fill(values, started.initial)
    call = ruled.system.calls[ruled.system.rules[found.rule].call]
    inputs = Chosen(random, runs.typical, found.inputs, within=True)
    runs.plain.recording = True
    try:
        return runs.plain.step(At(where), call, inputs, runs.plain.values())
    finally:
        runs.plain.recording = False


def _hits(ruled: Ruled, runs: Runs) -> dict[str, Hit]:
    """For each monitor of the system that was hit, the earliest step of a run that hit it."""
    found: dict[str, Taken] = {}
    for taken in runs.taken:
        for name in taken.hits & set(ruled.system.targets):
            if name not in found or taken.at.depth < found[name].at.depth:
                found[name] = taken
    return {name: Hit(f"{t.at.words}: {t.call}", _run_to(runs, t)) for name, t in found.items()}


def _run_to(runs: Runs, last: Taken) -> Witness:
    """The legal steps of a run, ``last`` included, which is one of them."""
    steps = [t for t in runs.taken if t.at.run == last.at.run and t.after is not None]
    steps = steps[: last.at.depth]
    return Witness(
        tuple(t.call for t in steps), tuple(dict(t.inputs) for t in steps), dict(last.initial)
    )
