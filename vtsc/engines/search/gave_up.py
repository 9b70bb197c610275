"""The exception for a question that costs more than its budget."""

from typing import Any


class GaveUp(Exception):
    """The solver used up its budget."""

    @classmethod
    def by(cls, solver: Any) -> "GaveUp":
        """A solver whose answer is unknown; Z3 calls it "canceled" where its budget has run out."""
        reason = str(solver.reason_unknown())
        spent = reason == "canceled" or "resource limit" in reason
        return cls("its budget ran out" if spent else reason)
