"""Verdicts as SARIF 2.1.0, for viewers that show a finding beside the line that it is about.

A rule is a property. A violation is a finding at the line of its cause, with the run as a code flow; an
undecided cell is an open finding, and a cell that could not be decided a notification. A cell whose verdict
is as wanted and no violation is not listed. `sarif-pydantic` has the classes.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sarif_pydantic.sarif import (
    ArtifactLocation,
    CodeFlow,
    Invocation,
    Level,
    Location,
    Message,
    Notification,
    PhysicalLocation,
    Region,
    ReportingDescriptor,
    Result,
    Run,
    Sarif,
    ThreadFlow,
    ThreadFlowLocation,
    Tool,
    ToolDriver,
)

from vtsc import __version__
from vtsc.content.content import Content
from vtsc.content.questions import Answered
from vtsc.deciding.verdict import Judged, Status
from vtsc.deciding.verdict import Result as Found
from vtsc.native.interpreter import Run as Played
from vtsc.report import Report
from vtsc.report.cause import told
from vtsc.report.entries import of_question
from vtsc.report.text.counterexample import step_rows
from vtsc.report.text.story import story

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
"""The name by which viewers know the folder that paths are below."""
FINGERPRINT = "cell/v1"
"""The name of what tells a viewer that two findings are of the same cell."""


def report(given: Report) -> str:
    """One log with one run."""
    content = given.content
    names = list(dict.fromkeys(v.result.cell.property for v in given.verdicts))
    unwanted = [x for x in _answered(given) if not x.wanted]
    errors = [v for v in given.verdicts if v.result.status is Status.ERROR]
    rules = [
        ReportingDescriptor(id=name, short_description=_message(content.properties[name].claim))
        for name in names
    ]
    kinds = dict.fromkeys(x.question.kind for x in unwanted)
    rules += [ReportingDescriptor(id=kind, short_description=_message(kind)) for kind in kinds]
    names += kinds
    run = Run(
        tool=Tool(driver=ToolDriver(name="vtsc", version=__version__, rules=rules)),
        invocations=[
            Invocation(
                execution_successful=not errors,
                toolExecutionNotifications=[_notification(v) for v in errors],
            )
        ],
        results=[
            *(_result(content, names, v) for v in given.verdicts if _is_finding(v)),
            *(_question(given, names, x) for x in unwanted),
        ],
        properties={"model_digest": content.digest},
    )
    log = Sarif(schema_uri=SCHEMA, runs=[run])  # type: ignore[call-arg]
    return (
        json.dumps(log.model_dump(by_alias=True, exclude_none=True, mode="json"), indent=1) + "\n"
    )


def _answered(given: Report) -> Sequence[Answered]:
    return [] if given.gate is None else given.gate.answered


def _question(given: Report, names: Sequence[str], answered: Answered) -> Result:
    """The finding that the answer to a question is not as expected, at the line that asks it."""
    entry, question = of_question(answered), answered.question
    told = f"{question.kind} {question.name}: {entry.line}"
    assert given.gate is not None
    return Result(
        rule_id=question.kind,
        rule_index=names.index(question.kind),
        kind="fail",
        level=Level.ERROR,
        message=_message(told),
        locations=[_location(given.content, given.gate.file, question.line, told)],
        partial_fingerprints={FINGERPRINT: f"{question.kind} {question.name}"},
    )


def _is_finding(judged: Judged) -> bool:
    """Whether a verdict is one to look at: a violation, or one that is not as wanted."""
    status = judged.result.status
    return status is Status.VIOLATED or (status is not Status.ERROR and not judged.wanted)


def _notification(judged: Judged) -> Notification:
    cell = judged.result.cell
    told = f"{cell.design} {cell.host} {cell.property}: {judged.result.reason}"
    return Notification(level=Level.ERROR, message=_message(told))


def _result(content: Content, names: Sequence[str], judged: Judged) -> Result:
    """A finding; it is an error where it is not as wanted."""
    found, cell = judged.result, judged.result.cell
    violated = found.status is Status.VIOLATED
    level = Level.NONE
    if violated:
        level = Level.NOTE if judged.wanted else Level.ERROR
    own = content.changed(cell.design, cell.property, cell.settings)
    named = " ".join([cell.design, cell.host, cell.property, *(f"{k}={v}" for k, v in own.items())])
    flows = None if found.run is None else [_flow(content, found.run)]
    return Result(
        rule_id=cell.property,
        rule_index=names.index(cell.property),
        kind="fail" if violated else "open",
        level=level,
        message=_message(f"{named}: {_told(content, found)}"),
        locations=[_place(content, found)],
        code_flows=flows,
        partial_fingerprints={FINGERPRINT: named},
        properties={
            "design": cell.design,
            "host": cell.host,
            "params": cell.settings.texts(),
            "status": found.status.value,
            "depth": found.depth,
            "wanted": judged.wanted,
        },
    )


def _told(content: Content, found: Found) -> str:
    """The verdict in words: with the story of a violation, else with the reason why it is no better."""
    if found.trace is not None and found.run is not None:
        return f"{found.text}: {story(content, found.trace, found.run)}"
    return f"{found.text} {found.reason}".strip()


def _place(content: Content, found: Found) -> Location:
    """The line of the cause; the property's class where no line of a design is to blame."""
    blamed = None
    if found.trace is not None and found.run is not None:
        blamed = told(content, found.trace, found.run)
    if blamed is not None and blamed.file is not None and blamed.line is not None:
        return _location(content, blamed.file, blamed.line, blamed.sentence)
    prop = content.properties[found.cell.property]
    file, _, line = content.place(type(prop)).rpartition(":")
    return _location(content, file, int(line), prop.claim)


def _flow(content: Content, run: Played) -> CodeFlow:
    """The run, a location for each step: at the line that acted in it, where one did."""
    heads, _, *rows = step_rows(content, run)
    steps = [
        ThreadFlowLocation(
            execution_order=number, location=_step(content, step.acting, _in_words(heads, row))
        )
        for number, (step, row) in enumerate(zip(run.steps, rows, strict=True), 1)
    ]
    return CodeFlow(thread_flows=[ThreadFlow(locations=steps)])


def _in_words(heads: Sequence[str], row: Sequence[str]) -> str:
    """A row of the table of steps: ``step 4, load(0, 0): x=1 y=2``."""
    number, action, *watched, changed = row
    values = [f"{head}={value}" for head, value in zip(heads[2:-1], watched, strict=True)]
    return f"step {number}, {action}: {' '.join([*values, changed])}".rstrip()


def _step(content: Content, acting: tuple[str, int] | None, told: str) -> Location:
    if acting is None:
        return Location(message=_message(told))
    return _location(content, content.relative(acting[0]), acting[1], told)


def _location(content: Content, file: str, line: int, told: str) -> Location:
    """A line of a file below the root; a design in a file of its own may be anywhere."""
    path = Path(file)
    own = any(file == each.asked for each in content.files)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    artifact = ArtifactLocation(uri=uri, uri_base_id=None if own else ROOT)
    physical: Any = PhysicalLocation(artifact_location=artifact, region=Region(start_line=line))
    return Location(physical_location=physical, message=_message(told))


def _message(text: str) -> Message:
    return Message(text=text)
