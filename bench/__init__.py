"""Compares the speed of vtsc with a textbook checker's and other solvers'; ``bench.py`` is the command."""
