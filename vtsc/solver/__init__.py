"""Terms in a solver. Only this folder and the engines import z3."""
