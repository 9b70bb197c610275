"""Large numbers in texts of a model's own: those near a power of two are written by it."""

import re

from vtsc.language.words import spelled

LARGE = re.compile(r"(?<![\w^.])([+-]?)([0-9]{10,})(?![\w.])")
"""A number of at least ten digits with its sign, not a part of a name or of something like 2^64-1."""


def respelled(text: str) -> str:
    """A text with its large numbers as reports show them."""
    return LARGE.sub(_spelled, text)


def _spelled(found: re.Match[str]) -> str:
    sign, digits = found.groups()
    told = spelled(int(sign + digits))
    return f"+{told}" if sign == "+" else told
