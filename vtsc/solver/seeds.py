"""The seed from which Z3 draws where it has a choice."""

import z3

OF = ("smt.random_seed", "sat.random_seed")
"""Z3's parameters."""


def sow(seed: int) -> None:
    """Set the seed of all solvers that this process makes from now on; 0 is Z3's own."""
    if seed:
        for name in OF:
            z3.set_param(name, seed)
