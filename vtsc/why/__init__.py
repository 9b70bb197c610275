"""Why a verdict is what it is: the step to blame, the step that an induction trips over."""
