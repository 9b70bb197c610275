"""Names like the one that somebody typed."""

from collections.abc import Mapping
from difflib import get_close_matches


def near(name: str, known: Mapping[str, object] | list[str]) -> str:
    """Up to three known names like ``name``, as a half-sentence, or all when few."""
    names = list(known)
    close = get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {', '.join(close)}?"
    return f"known: {', '.join(names)}" if len(names) <= 12 else "see vtsc list"
