"""All that a picture shows of a run, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.evidence.trace import Trace
from vtsc.language.state import Record, Snapshot
from vtsc.language.words import spelled
from vtsc.native.interpreter import Played, Run
from vtsc.report.picture.cause import Cause, cause
from vtsc.report.picture.lanes import Row, rows
from vtsc.report.picture.sources import Listing, listings
from vtsc.report.text.counterexample import repeating
from vtsc.report.text.parameters import changed


@dataclass(frozen=True)
class Change:
    """A field that a step changed."""

    record: str
    field: str
    before: str
    after: str
    noted: bool
    """Whether the field is none of the model's: a property notes something for itself."""

    @property
    def told(self) -> str:
        """The change in the words of a trace."""
        return f"{self.record}.{self.field}={self.after}"


@dataclass(frozen=True)
class Moment:
    """The start, number 0, or a step: what happened in it, and the state after it."""

    number: int
    action: str
    seen: str
    """The words for what it let an observer see; empty if nothing."""
    inputs: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    state: Mapping[str, Mapping[str, str]]
    lines: tuple[tuple[str, int], ...]
    """The source lines that it ran, as files below the root and numbers."""

    @property
    def happened(self) -> str:
        """What was seen and what changed, as one text."""
        return ", ".join(self.told)

    @property
    def told(self) -> list[str]:
        """The words for what was seen, and each change; what a property notes for itself is left out."""
        return [self.seen] * bool(self.seen) + [c.told for c in self.changes if not c.noted]


@dataclass(frozen=True)
class Meaning:
    """The declaration of a field: the kind or the record that has it, its name, its unit, its meaning."""

    of: str
    field: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Scene:
    """A run as pictures show it."""

    title: str
    verdict: str
    violated: bool
    """Whether the run violates a property; otherwise it reaches something."""
    cause: Cause
    moments: tuple[Moment, ...]
    rows: tuple[Row, ...]
    facts: tuple[tuple[str, str], ...]
    """Claim, scope and the like, each with its name."""
    listings: tuple[Listing, ...]
    meanings: tuple[Meaning, ...]

    @property
    def hit(self) -> str:
        """The word for the last step."""
        return "violates" if self.violated else "reached"

    def note(self, number: int) -> str:
        """The word that marks a step; empty for most."""
        if number == len(self.moments) - 1:
            return self.hit
        return "cause" if number == self.cause.step else ""


def scene(case: Case, trace: Trace, run: Run) -> Scene:
    """The scene of a replayed run that hits its property."""
    content = case.content
    violated = trace.property in content.properties
    ran = [line for step in run.steps for line in step.lines]
    return Scene(
        title=f"{trace.design} on {trace.host}: {trace.property}",
        verdict=f"{'VIOLATED' if violated else 'REACHED'}({trace.hit_at})",
        violated=violated,
        cause=cause(content, trace, run),
        moments=_moments(content, run),
        rows=rows(case, run),
        facts=_facts(content, trace, run),
        listings=listings(content, ran),
        meanings=_meanings(case, trace.property),
    )


def _moments(content: Content, run: Run) -> tuple[Moment, ...]:
    start = run.initial_state
    first = Moment(0, "(start)", "", _inputs(run.initial_inputs), (), _spelled(start), ())
    found, before = [first], start
    for number, (step, seen) in enumerate(zip(run.steps, run.seen, strict=True), 1):
        found.append(_moment(content, run.kinds, number, step, before, seen))
        before = step.state
    return tuple(found)


def _moment(
    content: Content,
    kinds: Mapping[str, str],
    number: int,
    step: Played,
    before: Snapshot,
    seen: str,
) -> Moment:
    changes = tuple(
        Change(
            record,
            field,
            spelled(int(before[record][field])),
            spelled(int(value)),
            noted=record not in kinds,
        )
        for record, fields in step.state.items()
        for field, value in fields.items()
        if value != before[record][field]
    )
    lines = tuple((content.relative(file), line) for file, line in step.lines)
    inputs, state = _inputs(step.inputs), _spelled(step.state)
    return Moment(number, str(step.call), seen, inputs, changes, state, lines)


def _inputs(inputs: Mapping[str, int | bool]) -> tuple[tuple[str, str], ...]:
    return tuple((name, spelled(int(value))) for name, value in inputs.items())


def _spelled(state: Snapshot) -> dict[str, dict[str, str]]:
    return {
        record: {field: spelled(int(value)) for field, value in fields.items()}
        for record, fields in state.items()
    }


def _facts(content: Content, trace: Trace, run: Run) -> tuple[tuple[str, str], ...]:
    """What a reader needs to know about the verdict, and how to ask for it again."""
    settings = content.model.check(trace.design, {k: str(v) for k, v in trace.params.items()})
    own = changed(content, trace.design, trace.property, settings)
    facts = {
        "claim": content.monitor(trace.property).claim,
        "here": ", ".join(f"{term.name} = {spelled(term.value)}" for term in run.terms),
        "scope": f"depth {trace.hit_at}, integers, replayed; {content.model.assumed}",
        "parameters": " ".join(f"{name}={value}" for name, value in own.items()),
        "model": f"{content.where} {content.digest_of(trace.design)}; {trace.tool}",
        "again": repeating(content, trace),
    }
    return tuple((name, text) for name, text in facts.items() if text)


def _meanings(case: Case, prop: str) -> tuple[Meaning, ...]:
    """The declarations of all fields, once for each kind of record."""
    machine, monitor = case.machine(), case.monitor(prop)
    ghosts = {f"{prop}.{name}": ghost for name, ghost in monitor.ghosts(machine).items()}
    kinds: dict[str, Record] = {}
    for name, record in machine.state().records.items():
        kinds.setdefault(record.instance.kind if record.instance else name, record)
    for name, record in ghosts.items():
        kinds.setdefault(f"{prop}.{record.instance.kind}" if record.instance else name, record)
    return tuple(
        Meaning(of, name, field.unit, field.meaning)
        for of, record in kinds.items()
        for name, field in record.fields.items()
        if not field.transient
    )
