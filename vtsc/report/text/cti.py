"""Failed inductions: for a property that lemmas leave open, a step that they allow and that violates it."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vtsc.report.screen import WIDTH

if TYPE_CHECKING:  # these import z3
    from vtsc.engines.proof.cti import Counterexample, State
    from vtsc.why.cti import FailedInduction

LARGE = 1 << 32
"""The least number that is written by the nearest power of two, where one is near."""
NEAR = 1 << 16


def failed(found: "FailedInduction") -> str:
    """The step on which a cell's induction fails, and the lemmas that do not hold."""
    cell = found.cell
    title = f"{cell.design} on {cell.host}: {cell.property} by induction"
    lines = [title, "-" * len(title), ""]
    if found.step is not None:
        lines += cti(found.step)
    else:
        lines += _wrapped(
            "no step from a state that satisfies the lemmas violates it: the lemmas prove it"
        )
    dropped = ", ".join(found.dropped)
    lines += ["", *_wrapped(f"lemmas that do not hold by induction: {dropped}")]
    return "\n".join(lines) + "\n"


def cti(found: "Counterexample") -> list[str]:
    """The step, what it breaks, and whether its start is reachable."""
    inputs = ", ".join(f"{name} {number(value)}" for name, value in found.inputs.items() if value)
    width = max(map(len, found.before))
    lines = [f"before (every settled lemma holds): {_mark(found)}", *_fields(found.before, width)]
    lines += _wrapped(f"step: {found.call}" + (f" with {inputs}" if inputs else ""))
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
    """A value as people read it: ``2^62-1`` rather than its nineteen digits."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if abs(value) < LARGE:
        return str(value)
    sign = "-" if value < 0 else ""
    for bits in range(abs(value).bit_length() - 1, abs(value).bit_length() + 1):
        distance = abs(value) - (1 << bits)
        if abs(distance) <= NEAR:
            return f"{sign}2^{bits}" if distance == 0 else f"{sign}(2^{bits}{distance:+d})"
    return str(value)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
