"""Replay: a trace counts only if the plain interpreter gets the same run from its inputs."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from vtsc.base.errors import BadFileError, EvidenceError
from vtsc.base.lines import Line, nothing_wanted
from vtsc.base.spelling import near
from vtsc.content.case import Case
from vtsc.content.content import Content, known
from vtsc.evidence.trace import Trace, TraceStep
from vtsc.language.actions import Step
from vtsc.language.inputs import Inputs
from vtsc.language.state import Snapshot
from vtsc.native.inputs import Recorded, Solved
from vtsc.native.interpreter import NotARun, Player, Run
from vtsc.native.witness import Witness
from vtsc.stores.guard import Guard

Wanted = Callable[[str], bool]


def case_of(content: Content, trace: Trace) -> Case:
    """The case that a trace is of; raises `BadFileError` where there is none."""
    try:
        known("design", trace.design, content.model.designs)
        known("host", trace.host, content.model.hosts)
        given = {name: str(value) for name, value in trace.params.items()}
        settings = content.model.check(trace.design, given)
        case = Case(content, trace.design, trace.host, settings)
        if trace.property not in content.properties:
            every = [*content.properties, *(s.name for s in case.sometimes)]
            known("property", trace.property, every)
        return case
    except Exception as error:
        more = content.without_file(trace.design)
        raise BadFileError(f"not a trace of this model: {error}{more}") from None


def replay(case: Case, trace: Trace, *, states: bool = True, explain: Step | None = None) -> Run:
    """Re-execute a trace from its inputs alone and compare every state, if ``states``.

    ``explain``: the step that hits the target, where the property's `blame` along the run is wanted. Raises
    `BadFileError` naming the first step and field that differ, or the step that is not allowed.
    """

    def source(step: int) -> Inputs:
        return Recorded(trace.initial_inputs if step < 0 else trace.steps[step].inputs)

    calls = [step.call for step in trace.steps]
    try:
        run = _player(case, trace.property).play(calls, source, explain)
    except NotARun as error:
        what = f"{calls[error.step - 1]} is" if error.step else "its inputs are"
        why = f": {error.why}" if error.why else ""
        raise BadFileError(
            f"not a trace of this model: step {error.step}: {what} not allowed{why}"
        ) from None
    if states:
        _compare_inputs(0, trace.initial_inputs, run.initial_inputs)
        for number, (saved, played) in enumerate(zip(trace.steps, run.steps, strict=True), 1):
            _compare_inputs(number, saved.inputs, played.inputs)
        _compare_run(trace, run)
    return run


def _player(case: Case, prop: str, wanted: Wanted | None = None) -> Player:
    """A player for a run; ``wanted``: the files whose lines are noted, by default those of the rules."""

    lines = case.content.wanted if wanted is None else wanted
    return Player(case.machine(), case.monitor(prop), lines, _guard(case))


def _guard(case: Case) -> Guard:
    """The guard of all plain runs of a case."""

    def make() -> Guard:
        return Guard(case.machine(), [*case.content.properties.values(), *case.sometimes])

    guard: Guard = case.kept("the guard of plain runs", make)
    return guard


def together(case: Case) -> AbstractContextManager[None]:
    """Check the stores of all plain runs within it at once."""
    return _guard(case).together()


def _compare_run(trace: Trace, run: Run) -> None:
    """Check that a run has the states of the trace and hits the target where the trace says."""
    _compare(0, trace.initial_state, run.initial_state)
    for number, (saved, played) in enumerate(zip(trace.steps, run.steps, strict=True), 1):
        _compare(number, saved.state, played.state)
    if run.hit_at not in (None, trace.hit_at):
        raise BadFileError(
            f"not a trace of this model: violated at step {run.hit_at}, the file says {trace.hit_at}"
        )


def _compare_inputs(number: int, saved: Mapping[str, object], used: Mapping[str, object]) -> None:
    """Check that a trace has no inputs that the machine does not ask for."""
    for name in sorted(saved.keys() - used.keys()):
        near_ones = near(name, list(used)) if used else "it asks for none"
        raise BadFileError(
            f"not a trace of this model: step {number}: no input {name} is asked for: {near_ones}"
        )


def _compare(number: int, saved: Snapshot, played: Snapshot) -> None:
    for record, fields in played.items():
        for name, value in fields.items():
            was = saved.get(record, {}).get(name)
            if was != value or isinstance(was, bool) != isinstance(value, bool):
                raise BadFileError(
                    f"not a trace of this model: step {number}: {record}.{name} is {value}, "
                    f"the file says {was}"
                )
    extra = [f"record {record}" for record in sorted(saved.keys() - played.keys())]
    extra += [
        f"field {record}.{name}"
        for record, fields in played.items()
        for name in sorted(saved[record].keys() - fields.keys())
    ]
    if extra:
        raise BadFileError(f"not a trace of this model: step {number}: no {extra[0]}")


def hit_of(case: Case, prop: str, witness: Witness) -> int | None:
    """The first step (from 1) of a witness that hits ``prop``; None if none does, or it is not legal."""
    try:
        return _played(case, prop, witness, nothing_wanted).hit_at
    except NotARun:
        return None


def beyond(case: Case, prop: str, witness: Witness) -> bool:
    """Whether a witness is no run, and the reason is that an input or a sum of inputs leaves its range."""
    try:
        _played(case, prop, witness, nothing_wanted)
    except NotARun as refused:
        return refused.beyond
    return False


def turned_beyond(
    case: Case, prop: str, turns: Witness, part: range, times: int, last: int
) -> bool:
    """Whether a further turn of ``part`` is refused since an input or a sum of inputs leaves its range.

    In ``turns`` the steps of ``part`` (from 0) are taken ``times`` times in a row, and move the state as far
    each time. The further turn is taken after the first one and ``last`` more, and then the rest of the run.
    """
    run = _played(case, prop, turns, nothing_wanted)
    after = [run.steps[part.stop - 1 + n * len(part)].state for n in range(times)]
    steps = [*part, *range(part.stop + (times - 1) * len(part), len(turns.calls))]
    player = _player(case, prop, nothing_wanted)

    def moved(number: int) -> Snapshot:
        """The state after the turn of that number, as far as the first two say."""
        kinds = {n: record.fields for n, record in player.state.records.items()}
        kinds |= {f"{prop}.{n}": ghost.fields for n, ghost in player.ghosts.items()}
        return {
            record: {
                name: kinds[record][name].plain(
                    one if isinstance(one, bool) else one + number * (after[1][record][name] - one)
                )
                for name, one in fields.items()
            }
            for record, fields in after[0].items()
        }

    def source(step: int) -> Inputs:
        return Solved(turns.inputs[steps[step]])

    alike = all(moved(number) == state for number, state in enumerate(after))
    return alike and player.leaves(moved(last), [turns.calls[n] for n in steps], source)


def _played(case: Case, prop: str, witness: Witness, wanted: Wanted | None = None) -> Run:
    def source(step: int) -> Inputs:
        return Solved(witness.initial if step < 0 else witness.inputs[step])

    return _player(case, prop, wanted).play(witness.calls, source)


def trace_of(case: Case, prop: str, witness: Witness) -> tuple[Trace, Run]:
    """A solver's witness as a trace, and the run that the plain interpreter makes of the trace.

    The witness is executed to make the trace, and the trace is replayed to check it. ``prop`` may be a
    "sometimes", which is then reached. Raises `EvidenceError` where the run is not legal or does not hit
    ``prop`` at its last step.
    """
    with together(case):
        return _traced(case, prop, witness)


def _traced(case: Case, prop: str, witness: Witness) -> tuple[Trace, Run]:
    try:
        run = _played(case, prop, witness)
    except NotARun as error:
        inside = [line for line in error.lines if case.content.holds(line[0])]
        raise _parted(case, witness, error.step, "a plain run does not allow it", inside) from None
    if run.hit_at != len(witness.calls):
        at = min(run.hit_at or len(run.steps), len(run.steps))
        what = (
            f"{prop} is not hit by a plain run" if run.hit_at is None else f"{prop} is hit by then"
        )
        raise _parted(case, witness, at, what, run.steps[at - 1].lines)
    trace = _recorded(case, prop, run)
    try:
        again = replay(case, trace, explain=run.observed)
    except BadFileError as error:
        raise EvidenceError(f"replay: {error}") from None
    if again.hit_at != trace.hit_at:
        raise EvidenceError("replay: the saved trace does not show what it is for")
    return trace, again


def recorded(case: Case, prop: str, witness: Witness) -> tuple[Trace, list[Any]]:
    """A witness as a trace, whatever it hits, and what its steps let somebody observe; raises `NotARun`."""
    run = _played(case, prop, witness)
    trace = replace(_recorded(case, prop, run), hit_at=run.hit_at or len(run.steps))
    return trace, [step.observed for step in run.steps if step.observed is not None]


def _parted(
    case: Case, witness: Witness, step: int, what: str, lines: Sequence[Line]
) -> EvidenceError:
    """The error of a run on which plain execution and exploration differ; it names the last of ``lines``."""
    call = f"step {step}, {witness.calls[step - 1]}" if step else "the start"
    line = f" ({case.content.relative(lines[-1][0])}:{lines[-1][1]})" if lines else ""
    return EvidenceError(f"exploring and plain running part at {call}: {what}{line}")


def _recorded(case: Case, prop: str, run: Run) -> Trace:
    """A run as a trace."""
    steps = _steps(case, run)
    return Trace(
        design=case.design,
        host=case.host,
        property=prop,
        params=case.settings.texts(),
        model_digest=case.content.digest_of(case.design),
        initial_inputs=run.initial_inputs,
        initial_state=run.initial_state,
        steps=steps,
        hit_at=len(steps),
    )


def _steps(case: Case, run: Run) -> tuple[TraceStep, ...]:
    """The steps of a run as a trace has them, each with the lines that it executed."""
    relative = case.content.relative
    return tuple(
        TraceStep(
            played.call,
            played.inputs,
            played.state,
            tuple(f"{relative(file)}:{line}" for file, line in played.lines),
        )
        for played in run.steps
    )


def executed(case: Case, trace: Trace, run: Run) -> Trace:
    """A trace as its run was executed here, with the lines that each step took."""
    return replace(
        trace,
        initial_inputs=run.initial_inputs,
        initial_state=run.initial_state,
        steps=_steps(case, run),
    )
