"""Reasons for a verdict: the step to blame, and the step at which an induction fails."""
