"""Recipes: is the order right in which a monitor creates, saves and restores a guest's time?"""
