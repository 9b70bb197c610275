"""Verdicts as KTAP, version 1, the format in which the kernel's tests report.

A test is a design on a host, or a kind of question, and its cells are nested tests. What is not as expected
has its counterexample above it as diagnostic lines. A cell that is not decided is skipped.
"""

from collections.abc import Iterator, Sequence

from vtsc.report import Report
from vtsc.report.entries import Entry, entries, in_full
from vtsc.report.screen import WIDTH, columns
from vtsc.report.text.wrapping import hanging

VERSION = "KTAP version 1"
INDENT = "  "
COMMENT = "# "
"""The beginning of a diagnostic line; what somebody wrote on several lines must not look like results."""


def report(given: Report) -> str:
    """The whole text."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries(given):
        groups.setdefault(entry.group, []).append(entry)
    lines = [VERSION, f"1..{len(groups)}"]
    for number, (name, own) in enumerate(groups.items(), 1):
        lines += [INDENT + line for line in _nested(given, name, own)]
        lines.append(_result(number, name, all(entry.wanted for entry in own)))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _nested(given: Report, name: str, own: Sequence[Entry]) -> Iterator[str]:
    """The lines of the entries of a group."""
    yield VERSION
    yield f"# Subtest: {_plain(name)}"
    yield f"1..{len(own)}"
    for number, entry in enumerate(own, 1):
        yield from _diagnostics(given, entry)
        skipped = f" # SKIP {_plain(entry.reason)}" if entry.skipped else ""
        yield _result(number, entry.name, entry.wanted) + skipped


def _result(number: int, name: str, good: bool) -> str:
    return f"{'ok' if good else 'not ok'} {number} {_plain(name)}"


def _diagnostics(given: Report, entry: Entry) -> Iterator[str]:
    """The verdict, and what it rests on where it is not as expected."""
    if entry.skipped:
        return
    with columns(WIDTH - len(INDENT + COMMENT)):
        lines = hanging(entry.line)
        if entry.because:
            lines += hanging(f"because {entry.because}")
        if not entry.wanted:
            lines += in_full(given.content, entry).splitlines()
    yield from (f"{COMMENT}{line}".rstrip() for line in lines)


def _plain(text: str) -> str:
    """A text on one line without the sign that begins a directive."""
    return " ".join(text.replace("#", " ").split())
