"""The story of a counterexample in one sentence: its values, the step that did it, its source line."""

from dataclasses import dataclass

from vtsc.content.content import Content
from vtsc.evidence.trace import Trace
from vtsc.language.claims import Term
from vtsc.language.words import spelled
from vtsc.native.interpreter import Run

LONGEST = 160


@dataclass(frozen=True)
class Culprit:
    """The step (from 1) at which the property's measure rose most, and the line that acted."""

    step: int
    action: str
    line: str | None


def culprit(content: Content, run: Run, since: int) -> Culprit | None:
    """The step to blame after step ``since``: the one in which a measure rose most.

    A measure counts from 0 until it is first defined. Where none rose, the last step before the
    end in which a design's line changed the state is named; None where there is no such step.
    """
    worst, found = 0, None
    before: dict[int, int] = {}
    for i, step in enumerate(run.steps, 1):
        for which, measure in enumerate(step.blame):
            if measure is None:
                continue
            rise = measure - before.get(which, 0)
            if rise > worst and i > since:
                worst, found = rise, i
            before[which] = measure
    if found is None:
        middle = range(len(run.steps) - 1, since, -1)
        found = next((i for i in middle if run.steps[i - 1].acting is not None), None)
    if found is None:
        return None
    step = run.steps[found - 1]
    line = None
    if step.acting is not None:
        line = f"{content.relative(step.acting[0])}:{step.acting[1]}"
    return Culprit(found, str(step.call), line)


def taken_before(run: Run) -> int:
    """The last earlier step that took the same call as the run's last step; 0 if there is none.

    That earlier step did not violate the property, so a later one is to blame.
    """
    last = run.steps[-1].call
    earlier = [i for i, s in enumerate(run.steps[:-1], 1) if s.call == last]
    return earlier[-1] if earlier else 0


def story(content: Content, trace: Trace, run: Run) -> str:
    """The sentence of the trace's property with the values of this run, at most 160 characters."""
    prop = content.properties[trace.property]
    values = {term.name: _with_unit(term) for term in run.terms}
    names = {"subject": str(run.steps[-1].call.args[0]) if run.steps[-1].call.args else ""}
    done = culprit(content, run, taken_before(run))
    by = "nothing in between"
    if done is not None:
        by = f"{done.action} in step {done.step}"
        if done.line is not None:
            by += f", {done.line}"
    fields = {**names, **values, "culprit": by}
    try:
        told = prop.story.format(**fields)
    except (KeyError, IndexError, ValueError, AttributeError):
        known = ", ".join(sorted(fields))
        return f"{prop.symptom}, by {by} (its story asks for what there is not; there is {known})"
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 3].rsplit(' ', 1)[0]}..."


def _with_unit(term: Term) -> str:
    """A term's value, with its unit in the singular or the plural if it has one, and with its side."""
    value = term.value if term.sides is None else abs(term.value)
    unit = term.unit if abs(value) == 1 or not term.unit else f"{term.unit}s"
    told = f"{spelled(value)} {unit}".rstrip()
    return told if term.sides is None else term.sides[term.value < 0].format(told)


def short_story(content: Content, run: Run) -> str:
    """The step to blame and the line that acted in it, in as few words as possible."""
    done = culprit(content, run, taken_before(run))
    if done is None:
        return "with nothing in between"
    told = f"step {done.step}, {done.action}"
    return told if done.line is None else f"{told}, {done.line.rsplit('/', 1)[-1]}"
