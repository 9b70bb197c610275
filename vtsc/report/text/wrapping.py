"""Long sentences on several lines, none of them wider than the screen."""

import textwrap

from vtsc.report.screen import WIDTH


def wrapped(text: str, hang: str = "", first: str = "") -> list[str]:
    """The lines of a text: the first begins with ``first``, the others with ``hang``."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def hanging(text: str) -> list[str]:
    """The lines of a text, those after the first indented."""
    return wrapped(text, "  ")
