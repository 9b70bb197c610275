"""What a search raises when a question costs more than its budget."""


class GaveUp(Exception):
    """The solver used up its budget."""
