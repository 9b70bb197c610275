"""A counterexample or a proof as a short plain text, to be pasted below the ``---`` of a patch mail."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vtsc.content.content import Content, known
from vtsc.evidence.trace import Trace
from vtsc.language.words import spelled
from vtsc.native.interpreter import Run
from vtsc.report.cause import Told, told
from vtsc.report.screen import columns
from vtsc.report.text.counterexample import step_blocks, step_rows, verifying
from vtsc.report.text.proof import ANY_NUMBER, THESE_SIZES
from vtsc.report.text.story import story
from vtsc.report.text.wrapping import hanging, wrapped

COLUMNS = 72
LINES = 30
"""The number of lines that a block has at most."""
HEADS = 1
"""The rows of the table of steps before the start."""


def of_run(content: Content, trace: Trace, run: Run) -> str:
    """The block of a run that violates a property, or that reaches a "sometimes"."""
    with columns(COLUMNS):
        cause = told(content, trace, run) if trace.property in content.properties else None
        before, after = _around(content, trace, run, cause)
        room = LINES - len(before) - len(after) - 2
        steps = _steps(step_rows(content, run), _order(content, run, cause), room)
        return "\n".join([*before, "", *steps, "", *after]) + "\n"


def _around(
    content: Content, trace: Trace, run: Run, cause: Told | None
) -> tuple[list[str], list[str]]:
    """What stands before the steps, and what stands after them."""
    name = trace.property
    where = f"{trace.design} on {trace.host}"
    model = f"model: {content.where} {content.digest_of(trace.design)}; {trace.tool}"
    if cause is None:
        head = f"vtsc: {where} reaches {name} in step {trace.hit_at}"
        return hanging(head), [*hanging(f"claim: {content.monitor(name).claim}"), model]
    settings = content.model.check(trace.design, {k: str(v) for k, v in trace.params.items()})
    changed = content.changed(trace.design, name, settings)
    terms = ", ".join(f"{t.name} = {spelled(t.value)}" for t in run.terms)
    before = hanging(f"vtsc: {where} violates {name} in step {trace.hit_at}")
    before += wrapped(f"{story(content, trace, run, cause)}. {cause.sentence}")
    after = [
        *hanging(f"claim: {content.properties[name].claim}"),
        *(hanging(f"here: {terms}") if terms else []),
        *hanging(model),
        *verifying(content, trace.design, trace.host, name, changed),
    ]
    return before, after


# the steps


def _order(content: Content, run: Run, cause: Told | None) -> list[int]:
    """The steps, from 1, with those that matter most first.

    They are the last step, the cause and what it hangs on, then those that let something be observed, then
    those whose action is taken only once, then those that change a number of no column; of several alike the
    later ones.
    """
    named = set() if cause is None else {cause.step, *cause.explained.steps}
    count = Counter(step.call.name for step in run.steps)
    total = len(run.steps)
    numbers = [_changes_a_number(content, run, number) for number in range(1, total + 1)]

    def key(number: int) -> tuple[bool, bool, bool, bool, int]:
        step = run.steps[number - 1]
        matters = number == total or number in named
        once = count[step.call.name] == 1
        return (not matters, step.observed is None, not once, not numbers[number - 1], -number)

    return sorted(range(1, total + 1), key=key)


def _changes_a_number(content: Content, run: Run, number: int) -> bool:
    """Whether a step changes a field that is neither a flag nor in a column of its own."""
    before = run.steps[number - 2].state if number > 1 else run.initial_state
    after = run.steps[number - 1].state
    return any(
        after[record][field] != old
        for record, kind in run.kinds.items()
        for field, old in before[record].items()
        if not isinstance(old, bool) and f"{kind}.{field}" not in content.model.columns
    )


def _steps(rows: Sequence[list[str]], order: Sequence[int], room: int) -> list[str]:
    """The table of steps in so many lines: as many steps as fit, and how many were left out."""
    for most in (3, 2, 1):
        blocks = [_cut(block, most) for block in step_blocks(rows)]
        for kept in range(len(order), min(len(order), 2) - 1, -1):
            lines = list(_shown(blocks, {0, *order[:kept]}))
            if len(lines) <= room:
                return lines
    return lines


def _cut(block: list[str], most: int) -> list[str]:
    """The first lines of a row; dots say where there is more."""
    if len(block) <= most:
        return block
    last = block[most - 1]
    if len(last) + len(" ...") > COLUMNS:
        last = last.rsplit(" ", 1)[0].rstrip()
    return [*block[: most - 1], f"{last} ..."]


def _shown(blocks: Sequence[list[str]], kept: set[int]) -> Iterator[str]:
    """The lines of the rows that are kept, and one for each gap between them."""
    yield from blocks[0]
    left_out: list[int] = []
    for number, block in enumerate(blocks[HEADS:]):
        if number not in kept:
            left_out.append(number)
            continue
        yield from _gap(left_out)
        left_out = []
        yield from block


def _gap(left_out: Sequence[int]) -> Iterator[str]:
    """The line for steps that are left out, if there are any."""
    if len(left_out) == 1:
        yield f"    (step {left_out[0]} left out)"
    elif left_out:
        yield f"    ({len(left_out)} steps left out: {left_out[0]} to {left_out[-1]})"


# proofs


def of_proof(content: Content, manifest: Mapping[str, Any]) -> str:
    """The block of a proof; ``manifest`` is its certificate's, and says what was saved."""
    design, host, name = (str(manifest[key]) for key in ("design", "host", "property"))
    known("property", name, content.properties)
    given = {key: str(value) for key, value in manifest["params"].items()}
    changed = content.changed(design, name, content.model.check(design, given))
    lemmas, number = manifest["lemmas"], len(manifest["lemmas"])
    kinds = ANY_NUMBER if manifest["any_number"] else THESE_SIZES
    said = f"{number} lemma{'s' * (number != 1)}" + ("" if number else ", by the rules alone")
    with columns(COLUMNS):
        before = [
            *hanging(f"vtsc: {design} on {host} is proved to keep {name} in runs of any length"),
            *hanging(f"claim: {content.properties[name].claim}"),
            *hanging(f"scope: {kinds}; {content.model.assumed}"),
            *hanging(f"by {said}{':' * (number > 0)}"),
        ]
        asked = f"{len(manifest['queries'])} questions, SHA-256 {str(manifest['digest'])[:16]}"
        again = verifying(content, design, host, name, changed, "--prove")
        after = [*hanging(f"saved by {manifest['tool']}: {asked}"), *again]
        room = LINES - len(before) - len(after) - 1
        shown = _lemmas(
            [wrapped(f"{x['name']}: {x['sentence']}", "    ", "  ") for x in lemmas], room
        )
        return "\n".join([*before, *shown, "", *after]) + "\n"


def _lemmas(blocks: Sequence[list[str]], room: int) -> list[str]:
    """As many lemmas as fit, the last ones, which are the property's own; and how many were left out."""
    for first in range(len(blocks) + 1):
        gap = [f"  ({first} lemma{'s' * (first != 1)} left out)"] if first else []
        lines = [*gap, *(line for block in blocks[first:] for line in block)]
        if len(lines) <= room:
            break
    return lines
