"""Elements of SVG and HTML: every text and attribute is escaped when they are written."""

import re
from typing import Any
from xml.etree import ElementTree

Element = ElementTree.Element
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, such as a form feed in a source file."""


def element(tag: str, text: str = "", **attributes: Any) -> Element:
    """An element with a text and attributes; in their names, ``_`` stands for ``-`` and ends ``class_``."""
    made = ElementTree.Element(tag, _attributes(attributes))
    made.text = clean(text) or None
    return made


def add(parent: Element, tag: str, text: str = "", **attributes: Any) -> Element:
    """The same, as the last child of ``parent``."""
    made = element(tag, text, **attributes)
    parent.append(made)
    return made


def clean(text: str) -> str:
    """A text in which what cannot be in a document is replaced."""
    return UNPRINTABLE.sub("\ufffd", text)


def _attributes(given: dict[str, Any]) -> dict[str, str]:
    return {
        name.rstrip("_").replace("_", "-"): number(value)
        for name, value in given.items()
        if value is not None
    }


def number(value: Any) -> str:
    """An attribute's value; a fraction is rounded to a tenth."""
    return f"{round(value, 1):g}" if isinstance(value, int | float) else clean(str(value))
