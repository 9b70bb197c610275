"""Terms that are moved to another arena mean the same there, under other names."""

from vtsc.symbolic.terms import Arena
from vtsc.symbolic.transfer import Transfer


def test_what_is_moved_is_what_would_have_been_built_there():
    """A term with every form of atom and condition is the very term that its new names would make."""

    def built(arena: Arena, x: str, flag: str):
        word = arena.variable(x, 0, 100)
        test = arena.conjunction((arena.flag(flag), arena.at_most_zero(word.plus(word, -3))))
        half = arena.quotient(word, 3)
        chosen = arena.choice(test, half, word.times(2))
        either = arena.disjunction((arena.negation(arena.flag(flag)), arena.is_zero(chosen)))
        return chosen, either

    one, other = Arena(), Arena()
    other.variable("unrelated", 0, 1)  # so that the numbers of terms differ
    form, condition = built(one, "a.x", "a.f=2")
    wanted_form, wanted = built(other, "new.a.x", "new.a.f=2")
    move = Transfer(other, {"a.x": "new.a.x", "a.f": "new.a.f"})
    assert move.linear(form).key == wanted_form.key
    assert move.condition(condition) is wanted
    assert move.condition(one.true) is other.true


def test_names_that_are_not_renamed_stay():
    """An input keeps its name, and so its unknown."""
    one, other = Arena(), Arena()
    form = one.variable("dt*1000", 0, 9)
    assert Transfer(other, {"a.x": "b.x"}).linear(form).key == other.variable("dt*1000", 0, 9).key
