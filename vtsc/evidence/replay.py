"""Replaying: a trace is believed only as far as the plain interpreter gets the same run from it."""

from collections.abc import Sequence

from vtsc.base.errors import BadFileError, EvidenceError
from vtsc.content.cells import Cell
from vtsc.content.content import Content, known
from vtsc.evidence.trace import Trace, TraceStep
from vtsc.language.inputs import Inputs
from vtsc.language.parameters import Settings
from vtsc.language.state import Snapshot
from vtsc.native.inputs import Recorded, Solved
from vtsc.native.interpreter import NotARun, Player, Run


def settings_of(content: Content, trace: Trace) -> Settings:
    """The settings a trace was made with; raises `BadFileError` where they have no meaning."""
    try:
        known("design", trace.design, content.model.designs)
        known("host", trace.host, content.model.hosts)
        given = {name: str(value) for name, value in trace.params.items()}
        settings = content.model.check(trace.design, given)
        machine = content.model.build(trace.design, trace.host, settings)
        names = [*content.properties, *(s.name for s in content.witnesses(machine))]
        known("property", trace.property, names)
        return settings
    except Exception as error:
        raise BadFileError(f"not a trace of this model: {error}") from None


def replay(content: Content, trace: Trace, states: bool = True) -> Run:
    """Re-execute a trace from its inputs alone and compare every state, if ``states``.

    Raises `BadFileError` naming the first step and field that differ.
    """
    settings = settings_of(content, trace)

    def source(step: int) -> Inputs:
        return Recorded(trace.initial_inputs if step < 0 else trace.steps[step].inputs)

    calls = [step.call for step in trace.steps]
    try:
        run = _player(content, Cell(trace.design, trace.host, trace.property, settings)).play(
            calls, source
        )
    except NotARun as error:
        what = f"{calls[error.step - 1]} is" if error.step else "its inputs are"
        why = f": {error.why}" if error.why else ""
        raise BadFileError(
            f"not a trace of this model: step {error.step}: {what} not allowed{why}"
        ) from None
    if not states:
        return run
    _compare(0, trace.initial_state, run.initial_state)
    for number, (recorded, played) in enumerate(zip(trace.steps, run.steps, strict=True), 1):
        _compare(number, recorded.state, played.state)
    if run.violated_at not in (None, trace.violated_at):
        raise BadFileError(
            f"not a trace of this model: violated at step {run.violated_at}, "
            f"the file says {trace.violated_at}"
        )
    return run


def explain(content: Content, trace: Trace, run: Run) -> Run:
    """The same run again, with the property's measures along it."""
    settings = settings_of(content, trace)

    def source(step: int) -> Inputs:
        return Recorded(trace.initial_inputs if step < 0 else trace.steps[step].inputs)

    player = _player(content, Cell(trace.design, trace.host, trace.property, settings))
    return player.play([step.call for step in trace.steps], source, run.observed)


def _player(content: Content, cell: Cell) -> Player:
    machine = content.model.build(cell.design, cell.host, cell.settings)
    return Player(machine, content.watch(cell.property), content.wanted)


def _compare(number: int, recorded: Snapshot, played: Snapshot) -> None:
    for record, fields in played.items():
        for name, value in fields.items():
            was = recorded.get(record, {}).get(name)
            if was != value or isinstance(was, bool) != isinstance(value, bool):
                raise BadFileError(
                    f"not a trace of this model: step {number}: {record}.{name} is {value}, "
                    f"the file says {was}"
                )
    extra = sorted(recorded.keys() - played.keys())
    if extra:
        raise BadFileError(f"not a trace of this model: step {number}: no record {extra[0]}")


def trace_of(content: Content, cell: Cell, witness: object) -> Trace:
    """A solver's witness as a trace, once the plain interpreter has seen what it shows.

    The cell's property may be a "sometimes", which is then reached. Raises `EvidenceError` where the
    run is not legal or hits nothing at its last step.
    """
    calls: Sequence = witness.calls  # type: ignore[attr-defined,type-arg]

    def source(step: int) -> Inputs:
        values = witness.initial if step < 0 else witness.inputs[step]  # type: ignore[attr-defined]
        return Solved(values)

    try:
        run = _player(content, cell).play(calls, source)
    except NotARun as error:
        raise EvidenceError(f"replay: the solver's step {error.step} is not legal") from None
    if run.violated_at != len(calls):
        raise EvidenceError(f"replay: hit at step {run.violated_at}, not {len(calls)}")
    steps = tuple(
        TraceStep(
            played.call,
            played.inputs,
            played.state,
            tuple(f"{content.relative(file)}:{line}" for file, line in played.lines),
        )
        for played in run.steps
    )
    trace = Trace(
        design=cell.design,
        host=cell.host,
        property=cell.property,
        params=cell.settings.texts(),
        model_digest=content.digest,
        initial_inputs=run.initial_inputs,
        initial_state=run.initial_state,
        steps=steps,
        violated_at=len(calls),
    )
    try:
        again = replay(content, trace)
    except BadFileError as error:
        raise EvidenceError(f"replay: {error}") from None
    if again.violated_at != trace.violated_at:
        raise EvidenceError("replay: the saved trace does not show what it is for")
    return trace
