"""Errors that mean that there is no answer: a budget is spent, or a value has no one meaning."""

from ctypes import ArgumentError

from vtsc.base.errors import Exit, MeaningError, UnendingError, VtscError

UNDECIDED = (UnendingError, MeaningError, VtscError, RecursionError, ArgumentError)
"""Errors some of which mean that; a solver's library tells an exceeded depth as a wrong argument."""
DEEP = "the question is nested too deeply"


def reason(error: Exception) -> str:
    """Why there is no answer; an error that means something else is raised again."""
    if isinstance(error, RecursionError):
        return DEEP
    if isinstance(error, ArgumentError):
        if RecursionError.__name__ in str(error):
            return DEEP
        raise error
    if isinstance(error, VtscError) and error.status != Exit.UNKNOWN:
        raise error
    return str(error)
