"""The exception for a question that costs more than its budget."""


class GaveUp(Exception):
    """The solver used up its budget."""
