"""The name and version of the solver."""

import z3


def version() -> str:
    """The name and the whole version of the solver."""
    return f"z3 {z3.get_version_string()}"
