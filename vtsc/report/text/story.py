"""The story of a counterexample in one sentence: its values, the step to blame, and the line of the cause."""

from vtsc.content.content import Content
from vtsc.evidence.trace import Trace
from vtsc.language.claims import Term
from vtsc.language.words import spelled
from vtsc.native.interpreter import Run
from vtsc.report.cause import Told
from vtsc.report.cause import told as cause_of

LONGEST = 160


def story(content: Content, trace: Trace, run: Run, cause: Told | None = None) -> str:
    """The sentence of the trace's property with the values of this run, at most 160 characters.

    ``cause``: why the run violates, where it has been found already.
    """
    cause = cause or cause_of(content, trace, run)
    prop = content.properties[trace.property]
    values = {term.name: _with_unit(term) for term in run.terms}
    names = {"subject": str(run.steps[-1].call.args[0]) if run.steps[-1].call.args else ""}
    by = "nothing in between"
    if cause.action is not None:
        by = f"{cause.action} in step {cause.step}"
        by = f"what happens in {by}" if cause.place is None else f"{by}, {cause.place}"
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


def short_story(cause: Told) -> str:
    """The step to blame and the line of the cause, in as few words as possible."""
    if cause.action is None:
        return "with nothing in between"
    told = f"step {cause.step}, {cause.action}"
    return told if cause.place is None else f"{told}, {cause.place.rsplit('/', 1)[-1]}"
