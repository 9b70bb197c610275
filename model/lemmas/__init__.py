"""Candidate lemmas: statements that may be true of every reachable state."""
