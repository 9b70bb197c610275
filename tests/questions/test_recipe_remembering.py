"""Questions that delays found before answer."""

from questions.recipes.remembering import Remembering
from questions.recipes.witness import least
from vtsc.solver.asking import Asking
from vtsc.symbolic.forms import Linear
from vtsc.symbolic.terms import Arena


def test_the_least_delays_are_the_same_and_take_fewer_questions():
    """Of all delays that satisfy a condition; where none do, there are none either way."""
    arena = Arena()
    x, y = (arena.variable(name, 0, 1000) for name in ("x", "y"))
    delays = {"x": x, "y": y}
    for limit in (1500, 2500):
        known = arena.at_most_zero(Linear((), limit).plus(x, -1).plus(y, -1))
        alone, helped = (Asking([known], delays) for _ in range(2))
        found = least(alone, arena, delays)
        assert found == least(Remembering(helped), arena, delays)
        assert helped.asked < alone.asked or found is None
        assert found == ({"x": 500, "y": 1000} if limit == 1500 else None)
