"""Reasons for a verdict: the step to blame, the step that an induction trips over."""
