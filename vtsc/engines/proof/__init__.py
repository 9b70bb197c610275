"""Engines that look for a proof, one file each."""
