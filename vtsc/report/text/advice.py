"""What to try next where a cell is not decided: options, and the field that a new lemma should speak of."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vtsc import MAX_DEPTH
from vtsc.content.case import Case
from vtsc.deciding.verdict import Judged, Result, Status
from vtsc.report import Report
from vtsc.report.text.wrapping import wrapped

if TYPE_CHECKING:  # it imports z3
    from vtsc.engines.proof.gap import Gap, Stored

UNDECIDED = (Status.BOUNDED, Status.VACUOUS, Status.UNKNOWN)
EXAMINED = 3
"""The number of cells whose proofs are examined, which takes about as long as trying to prove them."""
UNEXAMINED = "--show-cti shows the step at which the lemmas fail."
LEMMAS = "docs/lemmas.md"
"""The guide that shows how a lemma is stated."""


def advice(given: Report) -> Iterator[str]:
    """A part for each verdict that is not wanted since its cell is not decided."""
    undecided = [v for v in given.verdicts if not v.wanted and v.result.status in UNDECIDED]
    for number, judged in enumerate(undecided):
        yield _advice(given, judged, examined=number < EXAMINED)


def _advice(given: Report, judged: Judged, examined: bool) -> str:
    cell, content = judged.result.cell, given.content
    title = f"next for {cell.design} on {cell.host}, {cell.property}"
    changed = content.changed(cell.design, cell.property, cell.settings)
    title += "".join(f", {name}={value}" for name, value in changed.items())
    items = [*_options(given, judged.result)]
    if judged.result.status is not Status.VACUOUS and not given.bounded:
        items += _gap(given, judged.result) if examined else [UNEXAMINED]
    lines = [line for item in items for line in wrapped(item, "  ", "- ")]
    return "\n".join([title, "-" * len(title), "", *lines]) + "\n"


def _gap(given: Report, result: Result) -> Iterator[str]:
    from vtsc.why.gap import gap_of

    return lemmas(gap_of(Case.of(given.content, result.cell), result.cell.property))


# options


def _options(given: Report, result: Result) -> Iterator[str]:
    """The options that may decide the cell, with the depth that was reached."""
    if result.status is Status.VACUOUS:
        yield from _reaching(given, result)
        return
    deeper = min(2 * max(result.depth, 1), MAX_DEPTH)
    if result.status is Status.BOUNDED:
        yield (
            f"No run of up to {result.depth} steps violates it. --depth {deeper} searches deeper; "
            f"--bounded --depth {result.depth} is content with that."
        )
    else:
        yield from _smaller(given, result)
    if given.bounded:
        yield "Without --bounded, lemmas are tried, too; they may prove it for runs of any length."
    elif not given.proofs:
        yield "--prove asks every engine for a proof; some need no lemmas."


def _smaller(given: Report, result: Result) -> Iterator[str]:
    """The questions that are easier than one that exceeds the solver's budget."""
    if result.depth:
        yield (
            f"The search reached depth {result.depth}, and no run of up to so many steps violates it. "
            f"--bounded --depth {result.depth} asks for no more."
        )
    else:
        yield "The search did not get beyond the start."
    sizes = [name for name in given.content.model.kinds.values() if result.cell.settings[name] > 1]
    if sizes:
        fewer = " or ".join(f"--set {name}={result.cell.settings[name] - 1}" for name in sizes)
        yield f"A smaller machine is easier: {fewer}, where the property allows it."


def _reaching(given: Report, result: Result) -> Iterator[str]:
    """What to do about a claim that is empty."""
    case = Case.of(given.content, result.cell)
    needed = case.needed(result.cell.property)
    open_ = [r for r in result.sometimes if r.name in needed and r.trace is None and not r.never]
    if open_:
        names, depth = ", ".join(r.name for r in open_), min(2 * given.depth, MAX_DEPTH)
        yield f"Runs of up to {given.depth} steps do not reach {names}; --depth {depth} may."
        return
    yield "No depth helps: look for what the reason names in the design, or ask on another host."


# lemmas


def lemmas(found: "Gap | None") -> Iterator[str]:
    """The step at which the proof fails, and what to state so that it does not."""
    if found is None:
        yield "The step at which the lemmas fail was not found; --show-cti may show one."
        return
    call = "time that passes" if found.call is None else str(found.call)
    if found.broken is None:
        yield f"The proof by lemmas fails at {call}, which they allow to violate the property."
    else:
        yield (
            f"The proof by lemmas fails at {call}, which may break {found.broken.name}: "
            f"{found.broken.sentence}."
        )
    if found.unmentioned:
        fields = "; ".join(_stored(each) for each in found.unmentioned)
        yield (
            f"That depends on fields that no lemma mentions: {fields}. State what is true of "
            f"{'it' if len(found.unmentioned) == 1 else 'them'} in every state, as in {LEMMAS}."
        )
    else:
        yield (
            f"That depends on {', '.join(found.mentioned)}. Each is mentioned by some lemma, but "
            f"none relates them as this step needs it: --show-cti shows the state, {LEMMAS} how to "
            "state one."
        )


def _stored(field: "Stored") -> str:
    calls: Sequence[object] = field.calls
    return f"{field.field}, stored by {', '.join(map(str, calls)) or 'no call'}"
