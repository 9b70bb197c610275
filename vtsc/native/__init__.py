"""Runs a machine on plain integers. Nothing here knows a solver or a symbolic value."""
