"""Tells whether the solver has run out of memory."""

from typing import Any


def ran_out(told: Any) -> bool:
    """Whether an exception of the solver, or its reason for "unknown", says that memory has run out."""
    return any(words in str(told) for words in ("out of memory", "memout", "max. memory"))
