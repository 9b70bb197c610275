"""Checks that the rules which engines receive do the same as the functions of a machine.

One side runs the functions on plain integers, the other evaluates the stored terms of a system. They share no
code but the data types of terms: nothing here uses the operations with which exploring builds terms.
"""
