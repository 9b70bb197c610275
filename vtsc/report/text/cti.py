"""Failed inductions: for a property that lemmas leave open, a step that they allow and that violates it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vtsc.language.words import spelled
from vtsc.report.text.wrapping import hanging

if TYPE_CHECKING:  # these import z3
    from vtsc.engines.proof.cti import Counterexample, State
    from vtsc.why.cti import FailedInduction


def failed(found: "FailedInduction") -> str:
    """The step on which a cell's induction fails, and the lemmas that do not hold."""
    cell = found.cell
    title = f"{cell.design} on {cell.host}: {cell.property} by induction"
    lines = [title, "-" * len(title), ""]
    if found.step is not None:
        lines += cti(found.step)
    else:
        lines += hanging(
            "no step from a state that satisfies the lemmas violates it: the lemmas prove it"
        )
    dropped = ", ".join(found.dropped)
    lines += ["", *hanging(f"lemmas that do not hold by induction: {dropped}")]
    return "\n".join(lines) + "\n"


def cti(found: "Counterexample") -> list[str]:
    """The step, what it breaks, and whether its start is reachable."""
    inputs = ", ".join(f"{name} {number(value)}" for name, value in found.inputs.items() if value)
    width = max(map(len, found.before))
    lines = [f"before (every settled lemma holds): {_mark(found)}", *_fields(found.before, width)]
    lines += hanging(f"step: {found.call}" + (f" with {inputs}" if inputs else ""))
    lines += ["after (what changed):", *_fields(_changed(found.before, found.after), width)]
    return [*lines, f"breaks: {found.broken}"]


def _mark(found: "Counterexample") -> str:
    """The mark in words."""
    steps = f"{found.steps} step{'s' * (found.steps != 1)}"
    words = {
        "reachable": f"reachable in {steps}",
        "unreachable": f"unreachable, seen {steps} back",
        "undecided": f"undecided, not reachable in {steps}",
    }
    return words[found.mark]


def _changed(before: "State", after: "State") -> "State":
    return {name: value for name, value in after.items() if before[name] != value}


def _fields(state: "State", width: int) -> Iterator[str]:
    for name, value in state.items():
        yield f"  {name:{width}}  {number(value)}"


def number(value: int | bool) -> str:
    """A value as people read it: ``2^62-1`` rather than its nineteen digits, and 0 or 1 for a truth value."""
    return spelled(int(value))
