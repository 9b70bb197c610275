"""Runs a machine on plain integers. Nothing here uses a solver or symbolic values."""
