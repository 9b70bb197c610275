"""The formats and engines that plug-ins add, each loaded once to see whether it can be used."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vtsc import __version__
from vtsc.base.errors import Exit, UsageError
from vtsc.base.plugins import ENGINES, plug_ins
from vtsc.base.plugins import FORMATS as GROUP
from vtsc.report.text.wrapping import folded, hanging

SCHEMA = "vtsc.plug-ins/1"
PARTS = {GROUP: ("report",), ENGINES: ("decide",)}
"""The functions that a plug-in of each group has."""
CALLED = {GROUP: "format", ENGINES: "engine"}


@dataclass(frozen=True)
class Listed:
    """A plug-in, and why it cannot be used; an empty text where it can."""

    kind: str
    name: str
    distribution: str
    problem: str


def listed() -> list[Listed]:
    """All plug-ins, formats first."""
    found = []
    for group, parts in PARTS.items():
        for each in plug_ins(group):
            problem = ""
            try:
                each.load(parts)
            except UsageError as error:
                problem = str(error)
            found.append(Listed(CALLED[group], each.name, each.distribution, problem))
    return found


def text() -> str:
    """A line for each."""
    lines = []
    for each in listed():
        line = f"{each.kind} {each.name}: {each.distribution}"
        lines += hanging(f"{line}: BROKEN: {each.problem}" if each.problem else line)
    return folded("\n".join(lines or ["no plug-ins are installed"]) + "\n")


def document() -> str:
    """One object."""
    found = [
        {
            "kind": each.kind,
            "name": each.name,
            "distribution": each.distribution,
            "problem": each.problem or None,
        }
        for each in listed()
    ]
    whole = {"schema": SCHEMA, "tool": f"vtsc {__version__}", "results": found}
    return json.dumps(whole, indent=1) + "\n"


def status() -> Exit:
    """Whether every plug-in can be used."""
    return Exit.USAGE if any(each.problem for each in listed()) else Exit.OK


FORMATS: Mapping[str, Callable[[], str]] = {"text": text, "json": document}
