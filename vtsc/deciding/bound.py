"""Bounds: the greatest value of a property's measure in all runs of a cell.

A search finds greater and greater values; a proof that the measure is at most the greatest one makes it
exact. Where inputs drive the measure as far as their own ranges let them, or where a part of a run can be
repeated and adds to it each time, it has no bound, which a family of runs shows. Otherwise it is at least the
value found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from vtsc.base.cache import forget
from vtsc.base.errors import EvidenceError, Exit, VtscError
from vtsc.base.parallel import Executor, Local, Lost, ordered
from vtsc.content.case import Case
from vtsc.content.cells import Cell
from vtsc.content.content import model_error
from vtsc.deciding.verdict import Result, Status
from vtsc.evidence.trace import Trace
from vtsc.language.measures import named
from vtsc.language.words import SIGN
from vtsc.native.interpreter import Run
from vtsc.native.witness import Witness

if TYPE_CHECKING:  # these import z3
    from vtsc.engines.search.climb import Climb

RUNGS = (6, 8, 10, 12, 14, 16, 18)
"""The depths at which it is tried whether the greatest value can be repeated, or is exact."""
PLAYED = (0, 1, 2)
"""The members of a family that are played natively, besides one in the middle and the last."""
DEEP = 12
"""How deep a search goes before the run of a saved counterexample is tried."""
GREATEST = "the measure is a signed number of 64 bits, which cannot be greater"
"""The reason why a measure that has wrapped has no greater value."""
SHOWN = 1000
"""The run that is shown of a family has at least this value."""


class Kind(StrEnum):
    """The kinds of answer."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    UNBOUNDED = "unbounded"
    ERROR = "error"


@dataclass(frozen=True)
class Moving:
    """An input that grows along a family: its step, from 1 (0: the start), its name and its stride."""

    step: int
    name: str
    stride: int


@dataclass(frozen=True)
class Endless:
    """The way in which a measure grows without a bound of its own."""

    gain: int
    """What each member of the family adds, in parts of a unit."""
    members: int
    """The number of the last member, from 0: inputs of a further one would be out of range."""
    most: int
    """The value of the last member."""
    inputs: tuple[Moving, ...]
    """The inputs that grow from one member to the next; none where a part of the run is repeated."""
    loop: tuple[int, int] | None = None
    """The first and the last step of the part that is repeated, from 1."""


@dataclass(frozen=True)
class Bound:
    """The answer for a cell. Values are in parts of a unit, as `Property.measured` counts."""

    cell: Cell
    measure: str
    """The name of the measure."""
    unit: str
    """The plural of its unit."""
    kind: Kind
    value: int | None
    """The bound, the greatest value found, or that of the run that is shown; None where no run has one."""
    parts: int | Fraction
    """The number of parts that make one unit."""
    depth: int
    """The depth to which no run has a greater value, as a search found."""
    trace: Trace | None = None
    """A run that has the value."""
    run: Run | None = None
    proof: Result | None = None
    """The proof that no run has more."""
    endless: Endless | None = None
    reason: str = ""
    exit: Exit = Exit.OK

    @property
    def amount(self) -> Fraction | None:
        """The value in units."""
        return None if self.value is None else Fraction(self.value) / self.parts


Asked = tuple[Case, str, int]
"""A case, a property, and 1, or -1 where the opposite of its measure is asked for."""


def bound(asked: Asked, depth: int) -> Bound:
    """The greatest value of a property's measure; ``depth`` is that of the search where no proof ends it."""
    case, prop, _ = asked
    blank = _blank(asked)
    try:
        measure = case.property(prop).measure
        assert measure is not None
        blank = replace(blank, parts=measure.per_unit(case.machine()))
        return _Bounding(asked, blank).found(depth)
    except (Exception, SystemExit) as error:  # a model may do anything
        if isinstance(error, MemoryError):
            raise
        own = error if isinstance(error, VtscError) else model_error(case.content, error)
        status = getattr(own, "status", Exit.INTERNAL)
        return replace(blank, reason=str(own), exit=status)


def _blank(asked: Asked) -> Bound:
    """The answer to a question of which nothing is known."""
    case, prop, sign = asked
    measure = case.property(prop).measure
    assert measure is not None
    name = measure.name if sign > 0 else measure.opposite
    return Bound(case.cell(prop), name, measure.units, Kind.ERROR, None, 1, 0)


@dataclass(frozen=True)
class _Bounds:
    """Finds bounds to a depth, each in a process of its own; it can be sent to another machine."""

    depth: int

    def __call__(self, asked: Asked) -> Bound:
        forget()  # else the depth at which a search gives up would depend on what is kept
        return bound(asked, self.depth)


class _Bounding:
    """The work on one cell."""

    def __init__(self, asked: Asked, blank: Bound) -> None:
        from vtsc.engines.search.climb import Climbing
        from vtsc.evidence.replay import beyond
        from vtsc.evidence.systems import Systems

        self._case, self._prop, self._sign = asked
        self._blank = blank
        self._systems: Systems = Systems(self._case)
        system, field = self._systems.recording(self._prop, self._sign)
        leaves = partial(beyond, self._case, self._prop)
        self._climbing = Climbing(system, self._prop, field, leaves)

    def found(self, depth: int) -> Bound:
        """The answer."""
        tried: int | None = None
        for climb in self._climbs(depth):
            if climb.family is not None:
                return self._unbounded(climb)
            if climb.value is not None and climb.value != tried:
                tried = climb.value
                if tried >= SIGN - 1 and self._is_greatest(tried):
                    return self._greatest(climb)
                repeated = self._repeated(climb)
                if repeated is not None:
                    return repeated
                proof = self._proof(tried)
                if proof is not None:
                    return self._exact(climb, proof)
            if climb.reason:
                break
        return self._at_least(climb)

    def _climbs(self, depth: int) -> Iterator["Climb"]:
        """The findings at each rung, and before the deep ones those along a saved run."""
        rungs = (*(d for d in RUNGS if d < depth), depth)
        for before, rung in zip((0, *rungs), rungs, strict=False):
            if before <= DEEP < rung:
                yield self._further()
            found = self._climbing.to(rung)
            yield self._further() if found.reason and rung <= DEEP else found

    def _further(self) -> "Climb":
        """The findings along a long run: the cell's saved counterexample, else one whose middle repeats."""
        from vtsc.evidence.earlier import earlier_run

        found = self._climbing.found
        known = earlier_run(self._case, self._prop) if self._sign > 0 else None
        run = known.run if known is not None and known.same else None
        if run is None and found.value is not None:
            run = self._long_run(found.value)
        return found if run is None else self._climbing.along(run)

    def _long_run(self, value: int) -> Witness | None:
        """A run whose middle repeats, and whose measure is above ``value``, if found."""
        from vtsc.engines.search.repetition import repeated

        system = self._systems.own([self._case.property(self._named(value))])
        return repeated(system, self._named(value), self._case.machine().rounds)

    def _is_greatest(self, value: int) -> bool:
        """Whether no path through any call can give the measure more than ``value``."""
        prop = self._named(value)
        return not any(
            prop in r.targets for r in self._systems.own([self._case.property(prop)]).rules
        )

    def _greatest(self, climb: "Climb") -> Bound:
        """The answer where the measure has the greatest value that it can have at all."""
        self._compare_rules()
        return self._shown(replace(self._blank, kind=Kind.EXACT, reason=GREATEST), climb)

    def _proof(self, value: int) -> Result | None:
        """The proof that the measure is at most ``value``; None where there is none."""
        from vtsc.deciding.plan import EARLY, begin, effort

        name = self._named(value)
        (result,) = begin(self._case, [name], EARLY, effort(prove=False, bounded=False))
        if isinstance(result, Result) and result.status is Status.ERROR:
            raise EvidenceError(result.reason)
        proved = isinstance(result, Result) and result.status is Status.PROVED
        return result if proved and isinstance(result, Result) else None

    def _exact(self, climb: "Climb", proof: Result) -> Bound:
        blank = replace(self._blank, kind=Kind.EXACT, proof=proof)
        return self._shown(blank, climb)

    def _at_least(self, climb: "Climb") -> Bound:
        """The answer where no proof was found."""
        self._compare_rules()
        if climb.value is None:
            reason = climb.reason or f"no run of up to {climb.depth} steps has the measure"
            blank = replace(self._blank, kind=Kind.AT_LEAST, depth=climb.depth)
            return replace(blank, reason=reason, exit=Exit.UNKNOWN)
        reason = climb.reason or f"no run of up to {climb.depth} steps has more; no proof was found"
        blank = replace(self._blank, kind=Kind.AT_LEAST, reason=reason, exit=Exit.UNKNOWN)
        return self._shown(blank, climb)

    def _shown(self, blank: Bound, climb: "Climb") -> Bound:
        """The answer with a run that has the value."""
        witness, value = climb.witness(), climb.value
        if witness is None or value is None:
            raise EvidenceError("a run was found, and not found again along its path")
        trace, run = self._played(witness, value)
        return replace(blank, value=value, depth=climb.depth, trace=trace, run=run)

    def _unbounded(self, climb: "Climb") -> Bound:
        """The answer for a family of runs, some of which are played."""
        assert climb.family is not None and climb.along is not None
        family, run_of = climb.family, climb.along.run
        shown = min(family.last, max(0, (SHOWN - family.least) // family.gain + 1))
        numbers = {*(n for n in PLAYED if n <= family.last), family.last // 2, family.last}
        moving = tuple(
            Moving(step + 1, name.removeprefix("initial.").partition("*")[0], stride)
            for (step, name), stride in sorted(family.direction.items())
        )
        most = family.least + family.gain * family.last
        endless = Endless(family.gain, family.last, most, moving)
        runs = {
            family.least + family.gain * n: run_of(family.inputs(n))
            for n in (*sorted(numbers), shown)
        }
        return self._endless(endless, runs, climb.depth)

    def _repeated(self, climb: "Climb") -> Bound | None:
        """The answer for a part of the best run that can be repeated; None where none was found."""
        from vtsc.engines.search.loops import TURNS, Looping
        from vtsc.evidence.replay import turned_beyond

        assert climb.along is not None
        looping = Looping(climb.along, partial(turned_beyond, self._case, self._prop))
        loop = looping.loop()
        if loop is None:
            return None
        most = loop.least + loop.gain * loop.last
        endless = Endless(loop.gain, loop.last, most, (), (loop.first + 1, loop.end))
        turns = range(min(TURNS, loop.last + 1))
        runs = {loop.least + loop.gain * n: looping.run(loop, n) for n in turns}
        return self._endless(endless, runs, climb.depth)

    def _endless(self, endless: Endless, runs: Mapping[int, Witness], depth: int) -> Bound:
        """The answer with the last of ``runs``, by their values, all of which are played."""
        for value, witness in runs.items():
            trace, run = self._played(witness, value)
        self._compare_rules()
        found = replace(self._blank, kind=Kind.UNBOUNDED, value=value, endless=endless)
        return replace(found, depth=depth, trace=trace, run=run)

    def _compare_rules(self) -> None:
        """Compare the rules that the search and the families rest on with the functions they were made of."""
        from vtsc.evidence.validating import validated

        validated(self._systems, [])

    def _named(self, value: int) -> str:
        """The name of the property that no value is above ``value``."""
        return named(self._prop, value, self._sign)

    def _played(self, witness: Witness, value: int) -> tuple[Trace, Run]:
        """The run of a witness, whose last step has exactly this value and no step before it as much."""
        from vtsc.evidence.replay import hit_of, trace_of

        at = hit_of(self._case, self._named(value - 1), witness)
        if at is None or hit_of(self._case, self._named(value), witness) is not None:
            raise EvidenceError(f"a plain run does not have the value {value} that was found")
        cut = Witness(witness.calls[:at], witness.inputs[:at], witness.initial)
        return trace_of(self._case, self._named(value - 1), cut)


def bounds(
    asked: Sequence[Asked],
    depth: int,
    jobs: int,
    shown: Callable[[Iterator[int], int], Iterator[int]],
    executor: Executor | None = None,
) -> list[Bound]:
    """The bounds of several cells, in order, found on ``jobs`` cores or by another executor."""
    import vtsc.deciding.proofs  # noqa: F401  # every worker starts with the solver loaded

    found: list[Bound] = []

    def counted() -> Iterator[int]:
        with closing(ordered(asked, _Bounds(depth), executor or Local(jobs))) as results:
            for one, each in zip(asked, results, strict=False):
                found.append(_lost(one, each) if isinstance(each, Lost) else each)
                yield len(found)

    for _ in shown(counted(), len(asked)):
        pass
    return found


def _lost(asked: Asked, gone: Lost) -> Bound:
    """The answer of a cell whose process ended before it had one."""
    return replace(_blank(asked), reason=f"not decided: {gone.why}", exit=Exit.UNKNOWN)
