"""Engines that look for a run, one file each."""
