"""What solving costs, in the units that Z3 counts: unlike seconds they repeat from run to run."""

import z3


def spent() -> int:
    """The units that this process has spent so far in Z3's main context, in all solvers together.

    Questions that are solved in a context of their own, as certificates are, do not count.
    """
    counts = (value for key, value in z3.Solver().statistics() if key == "rlimit count")
    return int(next(counts, 0))
