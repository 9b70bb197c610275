"""Recipes: is the order right in which a VMM creates, saves and restores a guest's time?"""
