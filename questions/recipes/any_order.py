"""An order of threads whose order is open: the one that a run takes, as a solver knows it.

Between steps at different times the delays leave no choice; unknowns say which of two steps at one time is
first.
"""

from collections.abc import Mapping, Sequence

from questions.recipes.orders import settled
from questions.recipes.script import Script
from questions.recipes.symbolic import Run
from vtsc.solver.asking import Asking
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.values import lift_truth

Delays = Mapping[str, int]


def in_order(run: Run, asking: Asking, holding: Condition, delays: Delays) -> Script:
    """The script in an order in which ``holding``, which a solver knows, holds for delays; there is one."""
    arena = run.arena
    known = [
        arena.is_zero(form.plus(Linear((), -delays[name]))) for name, form in run.delays.items()
    ]

    def first(one: int, others: Sequence[int]) -> bool:
        before = run.world.before if run.world else {}
        wanted = [lift_truth(arena, before[one, other]) for other in others]
        if not asking.possible(*known, *wanted):
            return False
        known.extend(wanted)
        return True

    last = run.lasts.thread(holding, delays)
    return settled(run.script, lambda gap: delays.get(gap.name, gap.low), first, last)
