"""The exception for a question that costs more than its budget."""

from typing import Any


class GaveUp(Exception):
    """The solver used up its budget."""

    @classmethod
    def by(cls, solver: Any) -> "GaveUp":
        """The exception for a solver whose answer is unknown.

        Z3 gives "canceled" as its reason where the budget has run out.
        """
        reason = str(solver.reason_unknown())
        spent = reason == "canceled" or "resource limit" in reason
        return cls("its budget ran out" if spent else reason)
