"""Errors, files, workers and time limits: the parts that any command-line tool needs."""
