"""What a system of two systems takes over from both: its inputs, and the facts about indices."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from vtsc.language.lemmas import ONE_VALUE
from vtsc.language.state import Value
from vtsc.symbolic.inputs import Unknowns
from vtsc.symbolic.terms import Arena
from vtsc.symbolic.values import Index
from vtsc.system.system import Fact


def inputs_of(arena: Arena, prefix: str, *several: Unknowns) -> Unknowns:
    """The inputs that any of the systems asks for."""
    found = Unknowns(arena, prefix, {})
    for each in several:
        for name, least in each.words.items():
            found.words[name] = min(least, found.words.get(name, least))
        found.flags |= each.flags
    return found


def one_value(arena: Arena, pre: Mapping[str, Value]) -> Iterator[Fact]:
    """The facts that each index has exactly one of its values."""
    for number, value in enumerate(v for v in pre.values() if isinstance(v, Index)):
        members = list(value.members.values())
        apart = (arena.negation(arena.conjunction(pair)) for pair in combinations(members, 2))
        yield Fact(ONE_VALUE, (number,), arena.conjunction((arena.disjunction(members), *apart)))
