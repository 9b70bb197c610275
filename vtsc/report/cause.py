"""The cause of a violation as every format tells it: the step, the condition and its line, and the sentences.

Where no condition is to blame, the step is the one in which the property's own measure rose most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.content.content import Content
from vtsc.evidence.replay import case_of
from vtsc.evidence.trace import Trace
from vtsc.native.interpreter import Run
from vtsc.report.text.cause import sentences
from vtsc.why.cause import Explanation, explanation


@dataclass(frozen=True)
class Told:
    """Why a run violates its property."""

    step: int | None
    """The step to name, from 1; None where there is none."""
    action: str | None
    """The call of that step, as reports write it."""
    file: str | None
    """The path below the root, or the user's name for a file of its own; None without a condition."""
    line: int | None
    condition: str | None
    sentence: str
    explained: Explanation

    def as_json(self) -> dict[str, Any]:
        """The cause as documents have it."""
        return {
            "step": self.step,
            "action": self.action,
            "file": self.file,
            "line": self.line,
            "condition": self.condition,
            "sentence": self.sentence,
        }

    @property
    def place(self) -> str | None:
        """The file and line of the condition."""
        return None if self.file is None else f"{self.file}:{self.line}"


def told(content: Content, trace: Trace, run: Run) -> Told:
    """The cause of the violation that ``trace`` shows; ``run`` is the trace as it was replayed."""
    explained = content.kept(
        ("explanation", trace.text()), lambda: explanation(case_of(content, trace), trace)
    )
    sentence = " ".join(sentences(explained))
    if explained.cause is None:
        step = worst_step(run, explained.storing)
        action = None if step is None else str(run.steps[step - 1].call)
        return Told(step, action, None, None, None, sentence, explained)
    first = explained.cause.conditions[0]
    file = content.relative(first.file)
    return Told(first.step, str(first.call), file, first.line, first.text, sentence, explained)


def worst_step(run: Run, storing: Sequence[int] = ()) -> int | None:
    """The step, from 1, in which a measure of the property rose most, since it was last kept.

    A measure counts from 0 until it is first defined. Where it is not defined for some steps, it rose in the
    last of them, and the one after, that is among ``storing``: there rules changed what was read in the end.
    Where none rose, the last step before the end counts in which a line of the design changed the state;
    None without one.
    """
    since = taken_before(run)
    worst, found = 0, None
    before: dict[int, int] = {}
    at: dict[int, int] = {}
    for i, step in enumerate(run.steps, 1):
        for which, measure in enumerate(step.blame):
            if measure is None:
                continue
            rise = measure - before.get(which, 0)
            if rise > worst and i > since:
                gap = range(max(at.get(which, 0), since) + 1, i + 1)
                worst, found = rise, max((s for s in storing if s in gap), default=i)
            before[which], at[which] = measure, i
    middle = range(len(run.steps) - 1, since, -1)
    return found or next((i for i in middle if run.steps[i - 1].acting is not None), None)


def taken_before(run: Run) -> int:
    """The last earlier step that took the same call as the run's last step; 0 if there is none.

    That earlier step did not violate the property, so a later one is to blame.
    """
    last = run.steps[-1].call
    earlier = [i for i, s in enumerate(run.steps[:-1], 1) if s.call == last]
    return earlier[-1] if earlier else 0
