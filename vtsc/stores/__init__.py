"""Guards what a step may store to: declared fields of the state's records, and nothing else.

`guard` makes a machine's states so that each store is checked, in explored and in plain runs; `memory` finds
what was stored around it; `locate` finds the line.
"""
