"""Writes ``counterexamples/`` again: a trace for each violated cell that is kept, and a table of them."""

from pathlib import Path

from tools.main_job import ROOT, decided
from vtsc.content.content import Content
from vtsc.content.expected import HOLDS
from vtsc.content.loader import load
from vtsc.evidence.replay import case_of, replay
from vtsc.evidence.trace import load_trace
from vtsc.report.text.story import story

FOLDER = ROOT / "counterexamples"
HEAD = """# Counterexamples

One saved trace for each violated cell of `make verify` and of the claims ([answers](../docs/answers.md)): the
shortest there is, replayed by the plain interpreter before it was saved. `vtsc show FILE` prints one, `vtsc
replay FILE` re-executes it. `make counterexamples` writes this folder again.

"""


def table(content: Content, folder: Path = FOLDER) -> str:
    """The README's table: a row for each file, with the story that ``vtsc show`` tells."""
    rows = ["| file | depth | what happens |", "|---|---|---|"]
    for path in sorted(folder.glob("*.json")):
        trace = load_trace(path)
        case = case_of(content, trace)
        run = replay(case, trace, explain=replay(case, trace).observed)
        told = story(content, trace, run)
        rows.append(f"| [{path.name}]({path.name}) | {trace.hit_at} | {told} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Find the counterexamples, and only then replace those that are there."""
    content = load(str(ROOT))
    results = decided(content, lambda verdict: verdict != HOLDS)
    for path in FOLDER.glob("*.json"):
        path.unlink()
    for result in results:
        if result.trace is not None:
            cell = result.cell
            changed = content.changed(cell.design, cell.property, cell.settings)
            result.trace.save(FOLDER / result.trace.file_name(changed))
    (FOLDER / "README.md").write_text(HEAD + table(content), encoding="utf-8")


if __name__ == "__main__":
    main()
