"""Recipes from what a VMM did: from a recorder's log, or as a skeleton from the text of strace."""
