"""Content read as syntax trees: what is defined where, which code runs when, and what may stand in it."""
