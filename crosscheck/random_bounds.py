"""Random plain runs against exact bounds: none exceeds one, and the run that is shown attains it.

python -m crosscheck.random_bounds                              a number of cells
python -m crosscheck.random_bounds every                        every cell with default parameters
python -m crosscheck.random_bounds MEASURE DESIGN HOST [NAME=VALUE ...]
"""

import sys
from dataclasses import dataclass

from vtsc import DEFAULT_DEPTH
from vtsc.commands.bound import measuring
from vtsc.content.case import Case
from vtsc.content.content import Content
from vtsc.content.loader import load
from vtsc.deciding.bound import Kind, bound
from vtsc.evidence.replay import case_of, replay
from vtsc.language.measures import named
from vtsc.native.random_runs import simulate

CELLS = (
    ("lag", "patch25", "stable"),
    ("lag", "2.6.37", "cstate", "clock_resolution=4ms"),
    ("lead", "2.6.37", "cstate", "clock_resolution=4ms"),
    ("lead", "2.6.36-svm", "slow"),
    ("warp", "2.6.37", "skewed"),
    ("warp", "repaired", "resetting"),
    ("stall", "pre25", "fast"),
    ("stall", "2.6.37", "slow", "rdtsc_cycles=0"),
    ("lateness", "2.6.35-svm", "slow"),
    ("earliness", "repaired", "slow"),
)
"""Measure, design and host, and settings where they differ from the defaults."""
STEPS = 20_000
"""The random steps in each cell."""


@dataclass(frozen=True)
class Checked:
    """An exact bound, how many random runs there were, had it, and had more, and what is shown."""

    amount: int
    runs: int
    attaining: int
    exceeding: int
    shown: bool
    """Whether the run that is shown has the value when it is executed again."""


def checked(content: Content, measure: str, design: str, host: str, *given: str) -> Checked | None:
    """The check of a cell; None where its measure has no exact bound."""
    prop, sign = measuring(content, measure, [])
    settings = content.resolve(design, prop, dict(each.split("=", 1) for each in given))
    case = Case(content, design, host, settings)
    found = bound((case, prop, sign), DEFAULT_DEPTH)
    if found.kind is not Kind.EXACT or found.value is None or found.trace is None:
        return None
    above, at = (named(prop, found.value - less, sign) for less in (0, 1))
    watched = {name: case.property(name) for name in (above, at)}
    seed = " ".join((measure, design, host, *given))
    plain = simulate(case.machine(), watched, STEPS, seed, content.model.typical_input)
    again = replay(case_of(content, found.trace), found.trace)
    shown = found.trace.property == at and again.hit_at == len(found.trace.steps)
    hits = plain.violations
    return Checked(found.value, plain.runs, hits[at], hits[above], shown)


def main(asked: list[str]) -> int:
    """Print each check; the exit status is 1 where a run exceeds a bound, or none is shown to attain it."""
    content, wrong = load("."), False
    cells: list[tuple[str, ...]] = [tuple(asked)] if asked else [*CELLS]
    if asked == ["every"]:
        measures = ("lag", "lead", "warp", "stall", "lateness", "earliness")
        model = content.model
        cells = [(m, d, h) for m in measures for d in model.designs for h in model.hosts]
    for cell in cells:
        found = checked(content, *cell)
        if found is not None:
            wrong = wrong or bool(found.exceeding) or not found.shown
            print(*cell, found, flush=True)
        elif asked != ["every"]:
            print(*cell, "has no exact bound")
            wrong = True
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
