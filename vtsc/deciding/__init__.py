"""Decides cells: asks the engines, checks their answers, and settles the verdict."""
