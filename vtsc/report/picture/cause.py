"""The cause that a picture points at: the one place that asks for it."""

from dataclasses import dataclass
from pathlib import Path

from vtsc.content.content import Content
from vtsc.evidence.trace import Trace
from vtsc.native.interpreter import Run
from vtsc.report.text.story import culprit, story, taken_before


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
    sentence = story(content, trace, run)
    done = culprit(content, run, taken_before(run))
    if done is None:
        return Cause(sentence)
    acting = run.steps[done.step - 1].acting
    if acting is None:
        return Cause(sentence, done.step)
    file, line = acting
    text = Path(file).read_text(encoding="utf-8").split("\n")[line - 1].strip()
    return Cause(sentence, done.step, content.relative(file), line, text)
