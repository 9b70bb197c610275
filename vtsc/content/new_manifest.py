"""Makes the text of a small manifest for one design in a file of its own, ready to be edited."""

import json
from collections.abc import Mapping, Sequence

from vtsc.content.cell_tables import ALL
from vtsc.content.expected import HOLDS

HEAD = """\
# The cells that vtsc gate decides, each with the verdict that it is expected to have.
#
# host and property are a name, a list of names, or "all"; vtsc list prints the names. expect is "holds", or
# the number of steps of the counterexample; because = "..." then says in a sentence why that is so.
# set = { name = "value" } changes parameters. Further tables [[check]] ask about further cells.
"""


def new_manifest(
    file: str, hosts: Sequence[str], properties: Sequence[str], given: Mapping[str, str]
) -> str:
    """The text: one table about the design in ``file``, which is expected to hold.

    ``hosts`` and ``properties`` are all where there are none. ``given`` are parameters.
    """
    lines = [
        "[[check]]",
        f"file = {_quoted(file)}",
        f"host = {_names(hosts)}",
        f"property = {_names(properties)}",
    ]
    if given:
        values = ", ".join(f"{name} = {_quoted(value)}" for name, value in given.items())
        lines.append(f"set = {{ {values} }}")
    lines.append(f"expect = {_quoted(HOLDS)}")
    return HEAD + "\n" + "\n".join(lines) + "\n"


def _names(names: Sequence[str]) -> str:
    if len(names) == 1:
        return _quoted(names[0])
    return f"[{', '.join(map(_quoted, names))}]" if names else _quoted(ALL)


def _quoted(text: str) -> str:
    """A string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
