"""Checks that the rules which engines receive are what the functions of a machine do.

One side runs the functions on plain integers, the other evaluates the stored terms of a system. They share no
code but the forms that terms take: nothing here uses the operations with which exploring builds terms.
"""
