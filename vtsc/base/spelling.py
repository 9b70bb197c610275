"""Names that are like one that a user typed, and names for the types of values in a document."""

from collections.abc import Mapping

CALLED: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    str: "a text",
    list: "a list",
    dict: "an object",
}
"""The names that messages use for the types of JSON."""


def near(name: str, known: Mapping[str, object] | list[str], see: str = "vtsc list") -> str:
    """Up to three known names like ``name``, or all of them if they are few, as a half-sentence.

    ``see``: the command that shows them, which is named where they are many and none is like it.
    """
    from difflib import get_close_matches  # which is needed only where something is wrong

    names = list(known)
    folded = {each.casefold(): each for each in names}
    close = [folded[x] for x in get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.5)]
    if close:
        return f"did you mean {', '.join(close)}?"
    return f"known: {', '.join(names)}" if len(names) <= 12 else f"see {see}"
