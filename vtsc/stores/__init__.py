"""Checks the stores of a step: it may store to declared fields of the state's records, and nothing else.

`guard` makes states of a machine that check each store, in explored and in plain runs; `memory` finds
stores that bypass these checks; `locate` finds the line.
"""
