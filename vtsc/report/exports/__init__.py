"""The formats in which a run is handed to other programs, one module each; some can be read back.

A module has ``write(shown)``, which makes the text of a `Shown`, and ``known(text)``, which says whether a
text has the format. One that can be read back has ``read(text)`` besides, which makes a document of the
trace's schema; it raises `Unreadable` where vtsc did not write the text. Nothing that is read is believed
before the run has been executed again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # declaring what formats there are should load none of these
    from vtsc.report.exports.shown import Shown


@dataclass(frozen=True)
class Format:
    """A format's module, and whether it keeps all that a run needs to be executed again."""

    module: str
    back: bool = True


FORMATS: Mapping[str, Format] = {
    "itf": Format("vtsc.report.exports.itf"),
    "vcd": Format("vtsc.report.exports.vcd"),
    "perfetto": Format("vtsc.report.exports.perfetto"),
    "ftrace": Format("vtsc.report.exports.ftrace"),
    "mermaid": Format("vtsc.report.exports.mermaid", back=False),
}


class Unreadable(ValueError):
    """A text that cannot be read back: ``place`` in it, such as a line, and why."""

    def __init__(self, why: str, place: str = "") -> None:
        super().__init__(f"{place}: {why}" if place else why)


def is_json(text: str, *keys: str) -> bool:
    """Whether a text is a JSON object with these keys."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.keys() >= {*keys}


def written(name: str, shown: "Shown") -> str:
    """A run in the format of that name."""
    text: str = import_module(FORMATS[name].module).write(shown)
    return text


def read(text: str) -> Any:
    """The trace that a text keeps, as a document of the trace's schema that is still to be checked.

    Raises `Unreadable` for a text in no format, or in one that cannot be read back.
    """
    for name, kind in FORMATS.items():
        module = import_module(kind.module)
        if not module.known(text):
            continue
        if not kind.back:
            again = " or ".join([n for n, other in FORMATS.items() if other.back])
            raise Unreadable(f"{name} does not keep the inputs of a run: export it as {again}")
        return module.read(text)
    formats = ", ".join(name for name, kind in FORMATS.items() if kind.back)
    raise Unreadable(f"in none of the formats that can be imported: {formats}")
