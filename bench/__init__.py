"""Measures vtsc beside the textbook way and beside other solvers; ``bench.py`` is the command."""
