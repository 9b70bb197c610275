"""Verdicts as a summary in Markdown, for the page of a run in a CI service."""

import re
from collections.abc import Iterator, Sequence

from vtsc.report import Report
from vtsc.report.entries import Entry, entries, in_full
from vtsc.report.text.gate import total

HEAD = ("design, host", "cell", "verdict", "expected")
SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#])")
"""Signs that Markdown reads as something else."""


def report(given: Report) -> str:
    """A line for all, what is not as expected with its counterexamples, and a table of the rest."""
    every = [*entries(given)]
    bad = [entry for entry in every if not entry.wanted]
    good = [entry for entry in every if entry.wanted and not entry.skipped]
    skipped = [entry for entry in every if entry.skipped]
    lines = [f"## vtsc: {total(given)}", ""]
    if given.gate is not None:
        lines += [f"`{given.gate.file}`, model `{given.content.digest}`", ""]
    if bad:
        lines += ["### Not as expected", "", *_table(bad), ""]
        for entry in bad:
            lines += _in_full(given, entry)
    if good:
        lines += ["<details>", f"<summary>{len(good)} as expected</summary>", ""]
        lines += [*_table(good), "", "</details>", ""]
    if skipped:
        lines += ["### Skipped", "", *(_skipped(entry) for entry in skipped), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(some: Sequence[Entry]) -> Iterator[str]:
    yield _row(HEAD)
    yield _row(["---"] * len(HEAD))
    for entry in some:
        verdict = " ".join(part for part in (entry.found, entry.story) if part)
        if entry.reason:
            verdict += f"; {entry.reason}"
        expected = entry.expected or "holds"
        if entry.because:
            expected += f", because {entry.because}"
        yield _row([escaped(x) for x in (entry.group, entry.name, verdict, expected)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _in_full(given: Report, entry: Entry) -> list[str]:
    """The counterexample, to be unfolded."""
    text = in_full(given.content, entry).rstrip()
    if not text:
        return []
    fence = "`" * (max((len(x) for x in re.findall("`+", text)), default=0) + 1)
    fence = fence.ljust(3, "`")
    title = f"<summary>{escaped(entry.group)}: {escaped(entry.name)}</summary>"
    return ["<details>", title, "", f"{fence}text", text, fence, "", "</details>", ""]


def _skipped(entry: Entry) -> str:
    return f"- {escaped(entry.group)}, {escaped(entry.name)}: {escaped(entry.reason)}"


def escaped(text: str) -> str:
    """A text of which Markdown reads no sign as its own."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
