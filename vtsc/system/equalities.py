"""Candidate lemmas about a pair: that fields which its two systems do not share are equal, or sometimes are.

Each is stated of all instances of a kind at once. A wrong candidate is dropped by induction.
"""

from collections.abc import Iterator

from vtsc.language.lemmas import Lemma
from vtsc.symbolic.forms import Condition, Variable, walk
from vtsc.symbolic.values import Truth
from vtsc.system.paired import NEW, Pair, agree
from vtsc.system.system import Fact, Slot


def equalities(pair: Pair) -> list[Fact]:
    """The candidates, each as its facts for all instances."""
    return [*_equal(pair), *_implied(pair)]


def _equal(pair: Pair) -> Iterator[Fact]:
    """Fields that both have are equal: always, or where a flag that is shared is set, or is not."""
    system = pair.system
    for name in sorted(pair.common - pair.shared):
        slot = system.slots[name]
        same = agree(system.arena, system.pre[name], system.pre[NEW + name])
        yield _fact(slot, f"same {_kind(slot)}", "{0} is the same in both", same, _kind(slot))
        for other, flag in _flags(pair, slot):
            for word, given in (("while", flag), ("unless", system.arena.negation(flag))):
                holds = system.arena.disjunction((system.arena.negation(given), same))
                title = f"same {_kind(slot)} {word} {_kind(other)}"
                sentence = f"{{0}} is the same in both {word} {{1}} is set"
                yield _fact(slot, title, sentence, holds, _kind(slot), _kind(other))


def _implied(pair: Pair) -> Iterator[Fact]:
    """A flag that is set in one is set in the other."""
    system = pair.system
    for name in sorted(pair.common - pair.shared):
        old, new, slot = system.pre[name], system.pre[NEW + name], system.slots[name]
        if isinstance(old, Truth) and isinstance(new, Truth):
            ways = (("old", old, new, "new"), ("new", new, old, "old"))
            for first, given, then, second in ways:
                negated = system.arena.negation(given.condition)
                holds = system.arena.disjunction((negated, then.condition))
                title = f"{_kind(slot)} in {first} only if in {second}"
                yield _fact(
                    slot, title, f"{{0}} is set in {first} only if in {second}", holds, name
                )


def _flags(pair: Pair, slot: Slot) -> Iterator[tuple[Slot, Condition]]:
    """The flags that are shared of the same instance, and those of none."""
    for name in sorted(pair.shared & pair.system.slots.keys()):
        other, value = pair.system.slots[name], pair.system.pre[name]
        near = other.instance is None or _record(other) == _record(slot)
        if near and isinstance(value, Truth):
            yield other, value.condition


def _record(slot: Slot) -> str:
    return slot.name.rpartition(".")[0]


def _kind(slot: Slot) -> str:
    """The field's name without the number of its instance."""
    record, _, own = slot.name.rpartition(".")
    return f"{record if slot.instance is None else slot.instance.kind}.{own}"


def _fact(slot: Slot, name: str, sentence: str, condition: Condition, *fields: str) -> Fact:
    over = () if slot.instance is None else (slot.instance.kind,)
    args = () if slot.instance is None else (slot.instance.number,)
    return Fact(Lemma(name, sentence.format(*fields), over, _never), args, condition)


def is_equality(fact: Fact) -> bool:
    """Whether a fact is one of these candidates."""
    return fact.lemma.holds is _never


def only_flags(fact: Fact) -> bool:
    """Whether a fact speaks of flags and indices alone."""
    return not any(isinstance(x, Variable) for x in walk([fact.condition]))


def _never(*_: object) -> bool:
    raise AssertionError("a lemma about a pair is stated as facts only")
