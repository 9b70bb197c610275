"""Reads content as syntax trees: where names are defined, when code runs, and whether it may be there."""
