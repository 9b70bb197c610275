"""Runs a model's functions on unknowns, once for each way they can go."""
