"""The cost of solving, in Z3's resource units; unlike seconds, they repeat from run to run."""

from functools import cache
from typing import Any

import z3


def spent() -> int:
    """The units that this process has spent so far in Z3's main context, in all solvers together.

    Questions that are solved in a context of their own, as certificates are, do not count.
    """
    counts = (value for key, value in _asked().statistics() if key == "rlimit count")
    return int(next(counts, 0))


@cache
def _asked() -> Any:
    """A solver that is used for nothing but to read its statistics."""
    return z3.Solver()
