"""The names of saved evidence: a cell, or a case, and the parameters that differ from their defaults."""

from collections.abc import Mapping
from pathlib import Path

Changed = Mapping[str, int | str]
"""Parameters by name, those with their defaults left out."""


def named(name: str, changed: Changed) -> str:
    """``name`` with the parameters that were changed, as part of the name of a file or folder."""
    own = (f".{key}={str(value).replace('/', '-')}" for key, value in changed.items())
    return "".join([name, *own])


def place(design: str, host: str, name: str, changed: Changed) -> Path:
    """The path, below a folder of evidence, of the evidence for a claim about a design on a host."""
    return Path(design) / host / named(name, changed)
