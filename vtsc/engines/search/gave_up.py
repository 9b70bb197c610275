"""The exception for a question that costs more than its budget."""

from typing import Any

from vtsc.solver.units import why_unknown


class GaveUp(Exception):
    """The solver used up its budget."""

    @classmethod
    def by(cls, solver: Any) -> "GaveUp":
        """The exception for a solver whose answer is unknown."""
        return cls(why_unknown(solver))
