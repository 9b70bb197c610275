"""Symbolic words, truths and indices, with which the model's plain Python computes when it is explored.

They look like ``int`` and ``bool`` to the model. Asking for the truth of a symbolic condition
(``if``, ``and``, ``or``, ``not``) forks the path that is being explored (see `vtsc.symbolic.paths`);
everything that would need one concrete value raises `TypeError`, and what has no one meaning for
words of 64 bits raises `MeaningError`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from vtsc.base.errors import MeaningError
from vtsc.language.state import Value
from vtsc.language.words import SIGN, NoSuchItem
from vtsc.symbolic.forms import Condition, Linear
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.truths import NoNumber, Truth, current_run
from vtsc.symbolic.word import Word, integer_of

__all__ = [
    "Index",
    "Truth",
    "Word",
    "integer_of",
    "lift_index",
    "lift_truth",
    "lift_word",
    "merge",
    "parts",
    "same",
]

T = TypeVar("T")


class Index(NoNumber):
    """A symbolic value of a small finite domain, one condition per member; exactly one holds."""

    __slots__ = ("arena", "members")
    instead = "arithmetic with an index: it is compared with == and != only"

    def __init__(self, arena: Arena, members: Mapping[int, Condition]) -> None:
        self.arena = arena
        self.members = dict(members)

    def __eq__(self, other: object) -> Truth:  # type: ignore[override]
        arena = self.arena
        if isinstance(other, Index):
            shared = self.members.keys() & other.members.keys()
            pairs = (arena.conjunction((self.members[i], other.members[i])) for i in sorted(shared))
            return Truth(arena, arena.disjunction(pairs))
        if isinstance(other, int):
            return Truth(arena, self.members.get(other, arena.false))
        raise MeaningError(f"an index is compared with a number or an index, not with {other!r}")

    def __ne__(self, other: object) -> Truth:  # type: ignore[override]
        return ~(self == other)

    def select(self, items: Sequence[T]) -> T:
        """``items[self]``, forking over the items; a value that names none of them is noted as a doubt."""
        outside = [c for i, c in self.members.items() if not 0 <= i < len(items)]
        none = self.arena.disjunction(outside)
        if none is not self.arena.false:
            current_run().doubt(none, NoSuchItem(len(items)))
        for i, item in enumerate(items[:-1]):
            if self == i:
                return item
        return items[-1]

    def __bool__(self) -> bool:
        raise MeaningError("the truth of an index: compare it, as in cpu != 0")


def lift_word(arena: Arena, value: Value) -> Word:
    """``value`` as a symbolic word."""
    return value if isinstance(value, Word) else Word(arena, Linear((), int(value)))


def lift_truth(arena: Arena, value: Value) -> Condition:
    """``value`` as a condition."""
    return value.condition if isinstance(value, Truth) else arena.constant(bool(value))


def lift_index(arena: Arena, value: Value, domain: Iterable[int]) -> Index:
    """``value`` as a symbolic index over ``domain``."""
    members = value.members if isinstance(value, Index) else {value: arena.true}
    return Index(arena, {i: members.get(i, arena.false) for i in domain})


def merge(arena: Arena, test: Condition, then: Value, otherwise: Value) -> Value:
    """The value that is ``then`` where ``test`` holds, else ``otherwise``."""
    if then is otherwise:
        return then
    kinds = {type(then), type(otherwise)}
    if Index in kinds:
        domain = sorted(
            {i for v in (then, otherwise) for i in (v.members if isinstance(v, Index) else (v,))}
        )
        yes, no = lift_index(arena, then, domain), lift_index(arena, otherwise, domain)
        pick: Callable[[int], Condition] = lambda i: arena.branch(  # noqa: E731
            test, yes.members[i], no.members[i]
        )
        return Index(arena, {i: pick(i) for i in domain})
    if Truth in kinds or bool in kinds:
        return Truth(
            arena, arena.branch(test, lift_truth(arena, then), lift_truth(arena, otherwise))
        )
    a, b = lift_word(arena, then), lift_word(arena, otherwise)
    return Word(
        arena,
        arena.choice(test, a.form, b.form),
        a.residue or b.residue,
        a.interval | b.interval,
        signed=_signed(a, b) or _signed(b, a),
        ghost=a.ghost or b.ghost,
    )


def _signed(word: Word, other: Word) -> bool:
    """Whether a choice between the two is a cast to a signed word: both are, or one is a constant."""
    constant = not other.form.terms and other.interval.within(-SIGN, SIGN - 1)
    return word.signed and (other.signed or constant)


def same(a: Value, b: Value) -> bool:
    """Whether two symbolic values are identical terms."""
    if a is b:
        return True
    if isinstance(a, Word) and isinstance(b, Word):
        return a.form.key == b.form.key
    if isinstance(a, Truth) and isinstance(b, Truth):
        return a.condition is b.condition
    if isinstance(a, Index) and isinstance(b, Index):
        return all(a.members[i] is b.members[i] for i in a.members)
    return False


def parts(value: Value) -> list[Linear | Condition]:
    """The terms that a symbolic value consists of."""
    if isinstance(value, Word):
        return [value.form]
    if isinstance(value, Truth):
        return [value.condition]
    return list(value.members.values())
