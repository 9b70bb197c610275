"""Runs a model's functions on unknowns, once for each path through them."""
