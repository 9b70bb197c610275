"""The cause that a picture points at: the one place that asks for it."""

from dataclasses import dataclass
from pathlib import Path

from vtsc.content.content import Content
from vtsc.evidence.trace import Trace
from vtsc.native.interpreter import Run
from vtsc.report.cause import told
from vtsc.report.text.story import story


@dataclass(frozen=True)
class Cause:
    """The story of a violation in a sentence, and the step and the source line that it blames, if any."""

    sentence: str
    step: int | None = None
    file: str | None = None
    """Below the root, or in the words of the user."""
    line: int = 0
    text: str = ""

    @property
    def place(self) -> str | None:
        """The file and line as texts have them; None where no line is to blame."""
        return None if self.file is None else f"{self.file}:{self.line}"


def cause(content: Content, trace: Trace, run: Run) -> Cause:
    """The cause of a violation; of a run that reaches something, what is reached."""
    if trace.property not in content.properties:
        return Cause(f"reached: {content.monitor(trace.property).claim}")
    why = told(content, trace, run)
    sentence = f"{story(content, trace, run, why)}. {why.sentence}"
    if why.explained.cause is None:
        return Cause(sentence, why.step)
    first = why.explained.cause.conditions[0]
    text = Path(first.file).read_text(encoding="utf-8").split("\n")[first.line - 1].strip()
    return Cause(sentence, why.step, why.file, first.line, text)
