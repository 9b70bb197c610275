"""A group of cells decided twice, by the solver and by explicit search, on a machine with small words.

The parent process asks; a child, which alone has small words, answers.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crosscheck.interpreter import heard, interpreted
from crosscheck.patience import gave_up
from crosscheck.roots import ROOT

SMALL = {"virtual_khz": "2", "lag_bound": "0ns", "lead_bound": "0ns"}
"""Settings for small words: one cycle a nanosecond, and bounds that can be exceeded in so little time."""
TINY, LITTLE = (4, 6), (5, 8)
"""Sizes of a machine: the width of its words, and what its inputs stay below."""
PATIENCE = 280
"""Seconds of processor time for a question, after which a child gives up; no verdict is made of that."""


@dataclass(frozen=True)
class Question:
    """A group of cells, to be decided twice on a machine of the given size."""

    design: str
    host: str
    properties: tuple[str, ...]
    depth: int
    size: tuple[int, int] = TINY
    settings: dict[str, str] = field(default_factory=dict)
    trusting: bool = True
    """See `crosscheck.explicit.census`; not where the mistake may be in what is trusted."""

    def __str__(self) -> str:
        given = "".join(f" {k}={v}" for k, v in self.settings.items())
        return f"{self.design} {self.host}{given}"


@dataclass(frozen=True)
class Answer:
    """The least depth of each property's violation by either engine; None: none to the depth.

    ``outcome``: ``compared``; ``refused`` where exploration or the model itself refuses the model;
    ``failed`` where only plain Python fails on it; ``unknown`` where an engine gave up.
    """

    outcome: str
    explicit: dict[str, int | None] = field(default_factory=dict)
    symbolic: dict[str, int | None] = field(default_factory=dict)
    states: int = 0
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the two engines agree on every property."""
        if self.outcome == "compared":
            return self.explicit == self.symbolic
        return self.outcome != "failed"


# what the child does


def answer(content: Any, question: Question) -> Answer:
    """Both engines' answers; only in a process with small words."""
    settings = content.model.resolve(question.design, SMALL | question.settings, {})
    machine = content.model.build(question.design, question.host, settings)
    properties = [content.properties[name] for name in question.properties]
    symbolic = by_solver(machine, properties, question.depth)
    if isinstance(symbolic, str):
        outcome = "unknown" if symbolic.startswith("solver") else "refused"
        return Answer(outcome, reason=symbolic)
    try:
        explicit, states = by_census(machine, properties, question)
    except Exception as error:
        return Answer("failed", reason=f"{type(error).__name__}: {error}")
    return Answer("compared", explicit, symbolic, states)


def by_solver(machine: Any, properties: Sequence[Any], depth: int) -> dict[str, int | None] | str:
    """The depths that bounded model checking finds, or the reason why it finds none."""
    from vtsc.base.errors import UsageError
    from vtsc.engines.search.bmc import search
    from vtsc.solver.feasibility import SolverFeasibility
    from vtsc.system.builder import build

    names = [p.name for p in properties]
    try:
        system = build(machine, properties, SolverFeasibility)
    except UsageError:
        return dict.fromkeys(names)  # no initial state
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    found = search(system, names, depth, any_witness=names)
    if found.reason:
        return found.reason
    return {n: len(found.witnesses[n].calls) if n in found.witnesses else None for n in names}


def by_census(
    machine: Any, properties: Sequence[Any], question: Question
) -> tuple[dict[str, int | None], int]:
    """The depths that explicit search finds, and the number of states that it has seen."""
    from crosscheck.explicit import census

    found = census(machine, properties, question.depth, trusting=question.trusting)
    return {p.name: found.depths.get(p.name) for p in properties}, found.states


def work(root: str, width: int, limit: int) -> None:
    """Answer the questions that this process is told, one a line."""
    told = heard()
    from vtsc.base.width import scale_down

    scale_down(width, limit)
    from vtsc.content.loader import load

    content = load(root)
    for asked in told:
        question = Question(**{**asked, "properties": tuple(asked["properties"])})
        print(json.dumps(asdict(answer(content, question))), flush=True)


# what the parent does


def ask(questions: Sequence[Question], root: Path = ROOT) -> Iterator[Answer]:
    """The answers in order, worked out by one child for all; they have one size."""
    (size,) = {q.size for q in questions}
    told, patience = [asdict(q) for q in questions], PATIENCE * len(questions)
    asked = [str(root), *map(str, size)]
    done = interpreted("decided_twice", *asked, told=told, own={}, patience=patience)
    answers = done.stdout.splitlines()
    for i in range(len(questions)):
        if i < len(answers):
            yield Answer(**json.loads(answers[i]))
        elif gave_up(done):
            yield Answer("unknown", reason="out of time")
        else:
            said = done.stderr.strip().splitlines() or ["no answer"]
            yield Answer("refused", reason=said[-1])


if __name__ == "__main__":
    work(sys.argv[1], *map(int, sys.argv[2:]))
