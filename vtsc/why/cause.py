"""The cause of a violation: the design's last condition that would have avoided it by going the other way.

Each condition that the run evaluated is tried: the run is played again, natively, with the same calls and
inputs and that condition going the other way. Where no single one helps, two of one step are tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vtsc.base.errors import UsageError
from vtsc.content.case import Case
from vtsc.evidence.trace import Trace
from vtsc.language.actions import Call
from vtsc.language.parameters import Settings
from vtsc.why.again import Again, Blocked, Outcome, Recording
from vtsc.why.probes import Asked, functions, probed

Value = int | bool


@dataclass(frozen=True)
class Read:
    """A field that a condition read, its value then, and the step that had last changed it (0: the start)."""

    field: str
    value: Value
    written: int


@dataclass(frozen=True)
class Condition:
    """A condition as a run evaluated it."""

    step: int
    call: Call
    file: str
    """The source file's full path."""
    line: int
    text: str
    value: bool
    parts: tuple[tuple[str, Any], ...]
    """The text and the value of each of its parts that was evaluated."""
    reads: tuple[Read, ...]
    chosen: bool
    """Whether the parameters alone decide it."""


@dataclass(frozen=True)
class Difference:
    """A field that would differ after the step: its value as it was, and whether the step changed it."""

    field: str
    value: Value
    changed: bool


@dataclass(frozen=True)
class Earlier:
    """An earlier condition that would have avoided the violation, too."""

    condition: Condition
    decides: bool
    """Whether the cause's condition would have been the other way."""
    late: tuple[int, Call] | None
    """The step, before the cause, that changed what the condition had read, if any."""


@dataclass(frozen=True)
class Cause:
    """The conditions that are the cause, in their order; with them the other way the run does not violate."""

    conditions: tuple[Condition, ...]
    differences: tuple[Difference, ...]
    """Those that the violating step reads first."""
    changes: tuple[str, ...]
    """What else of the run had to change."""
    earlier: Earlier | None

    @property
    def step(self) -> int:
        """The step (from 1) in which the conditions were evaluated."""
        return self.conditions[0].step


@dataclass(frozen=True)
class Explanation:
    """What a run's steps saw, and why it violates its property."""

    cause: Cause | None
    """None where no condition of the design, and no two of one step, would avoid the violation."""
    conditions: tuple[Condition, ...]
    """Every condition that the design's rules evaluated, in order."""
    values: tuple[tuple[int, str, int, Any], ...]
    """Every value that they assigned to a name or a field: the step, the file, the line and the value."""
    other_hosts: tuple[str, ...]
    """Hosts on which these calls and inputs violate nothing; found only where there is no cause."""
    defaults: tuple[str, ...]
    """Parameters with whose default they violate nothing, likewise."""
    storing: tuple[int, ...] = ()
    """Steps in which rules stored another number that the violating step reads, likewise."""

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that the sentences about the cause name."""
        if self.cause is None:
            return ()
        found = [self.cause.step]
        if self.cause.earlier is not None:
            found.append(self.cause.earlier.condition.step)
            found += [] if self.cause.earlier.late is None else [self.cause.earlier.late[0]]
        return tuple(found)


@dataclass
class _Search:
    case: Case
    again: Again
    run: Recording
    base: Outcome
    _outcomes: dict[tuple[int, ...], Outcome | None] = field(default_factory=dict)

    def find(self) -> Cause | None:
        """The last condition that helps by a number that the violating step reads, or else in any way."""
        numbers = [n for n, each in enumerate(self.base.probe.asked) if self._counts(each)]
        found = [(n,) for n in reversed(numbers) if self._avoided((n,)) is not None]
        if not found:
            pairs = (p for p in self._pairs(numbers) if self._avoided(p) is not None)
            first = next(pairs, None)
            return None if first is None else self._cause(first)
        telling = [each for each in found if self._is_telling(each)]
        asked = self.base.probe.asked
        unchosen = [each for each in telling if not asked[each[0]].chosen]
        own = [each for each in unchosen if self._is_own(asked[each[0]])]
        return self._cause(next(iter([*own, *unchosen, *telling, *found])))

    def _is_own(self, asked: Asked) -> bool:
        """Whether the condition is in the user's own file: that one is being written, the others are not."""
        own = self.case.content.own_of(self.case.design)
        return own is not None and asked.site.file == str(own.path)

    def _counts(self, asked: Asked) -> bool:
        """Whether a condition can be a cause: one of a design's own lines that may go either way.

        A choice that the parameters made is none; one that they did not make is what the design lacks.
        """
        if asked.step == 0 or not self.case.content.wanted(asked.site.file):
            return False
        constant = self.again.machine.constants
        if asked.reads and all(field in constant for _, field in asked.reads):
            return False
        return not (asked.chosen and asked.value)

    def _pairs(self, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Each condition with one that is evaluated after it in the same step, once it goes the other way."""
        for first in reversed(numbers):
            step = self.base.probe.asked[first].step
            outcome = self._played((first,))
            asked = [] if outcome is None else outcome.probe.asked
            for second in range(len(asked) - 1, first, -1):
                if asked[second].step == step and self._counts(asked[second]):
                    yield first, second

    def _played(self, flips: tuple[int, ...]) -> Outcome | None:
        """The run with conditions going the other way, played once; None where it cannot go on."""
        if flips not in self._outcomes:
            try:
                self._outcomes[flips] = self.again.play(self.run, flips)
            except (
                Exception
            ):  # a rule that goes a way of which its author did not think may do anything
                self._outcomes[flips] = None
        return self._outcomes[flips]

    def _avoided(self, flips: tuple[int, ...]) -> Outcome | None:
        outcome = self._played(flips)
        return None if outcome is None or outcome.violated else outcome

    def _cause(self, flips: tuple[int, ...]) -> Cause:
        outcome = self._avoided(flips)
        assert outcome is not None
        conditions = tuple(self.condition(outcome, n) for n in flips)
        first = conditions[0]
        earlier = self._earlier(flips[0], first) if len(flips) == 1 else None
        return Cause(conditions, self._differences(outcome, first.step), outcome.changes, earlier)

    def condition(self, outcome: Outcome, number: int) -> Condition:
        """The condition of that number in a run."""
        asked, site = outcome.probe.asked[number], outcome.probe.asked[number].site
        reads = tuple(self._read(outcome, asked.step, i, field) for i, field in asked.reads)
        return Condition(
            step=asked.step,
            call=self.run.calls[asked.step - 1] if asked.step else Call("start", ()),
            file=site.file,
            line=site.line,
            text=site.text,
            value=asked.value,
            parts=tuple(asked.parts.items()),
            reads=tuple(dict.fromkeys(reads)),
            chosen=asked.chosen,
        )

    def _read(self, outcome: Outcome, step: int, record: int, field: str) -> Read:
        name = outcome.names[record]
        values = [state[name].get(field, 0) for state in outcome.states[: max(step, 1)]]
        written = max((i for i in range(1, len(values)) if values[i] != values[i - 1]), default=0)
        return Read(f"{name}.{field}", values[-1], written)

    def _read_last(self) -> set[str]:
        """The fields that rules read in the last step."""
        names, last = self.base.names, len(self.run.calls)
        return {f"{names[r]}.{field}" for at, r, field in self.base.probe.reads if at == last}

    def storing(self) -> tuple[int, ...]:
        """The steps in which rules stored another number where the violating step reads one."""
        records, found = self.again.machine.state().records, set[int]()
        fields = [full.rpartition(".") for full in self._read_last()]
        numbers = [
            (record, name)
            for record, _, name in fields
            if records[record].fields[name].kind in ("u64", "word")
        ]
        for step, stored in self.base.probe.stores:
            before, after = self.base.states[max(step - 1, 0)], self.base.states[step]
            if any(n == stored and before[r].get(n) != after[r].get(n) for r, n in numbers):
                found.add(step)
        return tuple(sorted(found))

    def _differences(self, outcome: Outcome, step: int) -> tuple[Difference, ...]:
        ours, before, theirs = (
            self.base.states[step],
            self.base.states[step - 1],
            outcome.states[step],
        )
        read = self._read_last()
        found = [
            Difference(f"{record}.{name}", value, before[record][name] != value)
            for record, fields in ours.items()
            for name, value in fields.items()
            if theirs[record][name] != value
        ]
        return tuple(sorted(found, key=lambda each: each.field not in read))

    def _is_telling(self, flips: tuple[int, ...]) -> bool:
        """Whether a number differs that the violating step reads: no mode, and no request for later."""
        outcome, step = self._avoided(flips), self.base.probe.asked[flips[0]].step
        read = self._read_last()
        differ = () if outcome is None else self._differences(outcome, step)
        return any(d.field in read and type(d.value) is int for d in differ)

    def _earlier(self, number: int, condition: Condition) -> Earlier | None:
        """The last condition before the one of that number that would have helped, and tells more."""
        asked = self.base.probe.asked
        for n in range(number - 1, -1, -1):
            outcome = self._avoided((n,)) if self._counts(asked[n]) else None
            if outcome is None:
                continue
            found = self.condition(self.base, n)
            decides = self._decides(outcome, asked[number])
            if decides or self._is_worth_telling(found, condition):
                return Earlier(found, decides, self._late(found, condition.step))
        return None

    def _is_worth_telling(self, earlier: Condition, cause: Condition) -> bool:
        """Whether a condition that does not decide the cause says something else than it does.

        It is another one, of an earlier step for the same instance as the violating step, and no parameter's.
        """
        last = self.run.calls[-1]
        same = (earlier.file, earlier.line) == (cause.file, cause.line)
        concerns = earlier.call.args[:1] == last.args[:1]
        return earlier.step < cause.step and concerns and not same and not earlier.chosen

    def _decides(self, outcome: Outcome, cause: Asked) -> bool:
        """Whether the cause's condition is the other way in another run."""
        there = (a for a in outcome.probe.asked if (a.site, a.step) == (cause.site, cause.step))
        return any(a.value != cause.value for a in there)

    def _late(self, condition: Condition, end: int) -> tuple[int, Call] | None:
        """The first step, before ``end``, that changed what ``condition`` had read."""
        for step in range(condition.step + 1, end):
            before, after = self.base.states[step - 1], self.base.states[step]
            for read in condition.reads:
                record, _, field = read.field.rpartition(".")
                if before[record].get(field) != after[record].get(field):
                    return step, self.run.calls[step - 1]
        return None


def recording(trace: Trace) -> Recording:
    """The calls and inputs of a trace, up to the step that violates."""
    steps = trace.steps[: trace.hit_at]
    return Recording(trace.initial_inputs, [s.call for s in steps], [s.inputs for s in steps])


def explanation(case: Case, trace: Trace) -> Explanation:
    """What the steps of ``trace`` saw, and the cause of the violation that it shows."""
    run, monitor = recording(trace), case.monitor(trace.property)
    with probed(functions(case.content.is_rule)) as use:
        again = Again(case.new_machine(), monitor, use)
        search = _Search(case, again, run, again.play(run, bridge=False))
        found = search.find()
        asked = search.base.probe.asked
        conditions = tuple(search.condition(search.base, n) for n in range(len(asked)))
        values = tuple(search.base.probe.values)
        storing = search.storing() if found is None else ()
    if found is not None:
        return Explanation(found, conditions, values, (), ())
    hosts = case.content.model.hosts
    others = tuple(host for host in hosts if _is_harmless(case, trace, host, case.settings))
    usual = _with_defaults(case, trace.property)
    harmless = (name for name, s in usual.items() if _is_harmless(case, trace, case.host, s))
    return Explanation(None, conditions, values, others, tuple(harmless), storing)


def _with_defaults(case: Case, prop: str) -> dict[str, Settings]:
    """For each parameter that has another value, the settings in which it has its default."""
    changed = {name: str(value) for name, value in case.changed(prop).items()}
    found = {}
    for name in changed:
        rest = {other: value for other, value in changed.items() if other != name}
        try:
            found[name] = case.content.resolve(case.design, prop, rest)
        except UsageError:  # one that another parameter needs
            continue
    return found


def _is_harmless(case: Case, trace: Trace, host: str, settings: Settings) -> bool:
    """Whether the calls and inputs of ``trace`` violate nothing elsewhere, or are no run there."""
    other = Case(case.content, case.design, host, settings)
    try:
        again = Again(other.machine(), case.monitor(trace.property))
        return not again.play(recording(trace), bridge=False).violated
    except (Blocked, UsageError):
        return True
