"""Long sentences on several lines, none of them wider than the screen; no word is ever broken."""

import re
import textwrap

from vtsc.report.screen import terminal, width

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""What a terminal takes for a colour, and not for text."""
WHOLE = re.compile(r"\w+\([0-9]+(?:, [0-9]+)+\)|\bstep [0-9]+")
"""A call with several arguments, or the number of a step: they are read as one word."""
KEPT = "\N{NO-BREAK SPACE}"
"""What stands for a blank at which no line ends, while lines are made."""


def wrapped(text: str, hang: str = "", first: str = "") -> list[str]:
    """The lines of a text: the first begins with ``first``, the others with ``hang``; a call stays whole."""
    lines = textwrap.wrap(
        WHOLE.sub(lambda found: found[0].replace(" ", KEPT), text),
        width(),
        initial_indent=first,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(KEPT, " ") for line in lines]


def title(text: str) -> list[str]:
    """The lines of a heading, underlined."""
    lines = wrapped(text)
    return [*lines, "=" * max(map(len, lines))]


def hanging(text: str) -> list[str]:
    """The lines of a text, those after the first indented."""
    return wrapped(text, "  ")


def folded(text: str) -> str:
    """A text in which no line is wider than the terminal; the text as it is for anything but a terminal.

    Lines that programs look for, such as verdicts, stay one line wherever a program may read them.
    """
    if not terminal():
        return text
    lines = [part for line in text.split("\n") for part in _folded(line)]
    return "\n".join(lines)


def _folded(line: str) -> list[str]:
    if len(COLOUR.sub("", line)) <= width():
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return wrapped(line.strip(), f"{indent}  ", indent)


def continued(words: list[str], start: str) -> list[str]:
    """The lines of a shell command after ``start``, which can be pasted: all but the last end in a backslash.

    An option stays beside its value.
    """
    parts: list[str] = []
    for word in words:
        if parts and parts[-1].startswith("-") and " " not in parts[-1] and word[:1] != "-":
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    lines = [start]
    for n, part in enumerate(parts):
        room = width() - len(" \\") * (n < len(parts) - 1)
        blank = " " * (n > 0 and not lines[-1].isspace())
        if n and len(lines[-1]) + len(blank) + len(part) > room:
            lines[-1] += " \\"
            lines.append(f"    {part}")
        else:
            lines[-1] += blank + part
    return lines
