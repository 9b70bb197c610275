"""Finds and loads a model with its properties, and names the cells that can be decided."""
