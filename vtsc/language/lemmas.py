"""Lemmas: claims of a model or a property about every reachable state, which make proofs short.

A lemma is stated once, for any instances of the kinds it ranges over, in the words of the model. An
engine has to prove it, and drops it otherwise. `integer` lets a lemma speak of the integer that stands
for a 64-bit counter, so it can state a range.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product


@dataclass(frozen=True)
class Lemma:
    """A claim about single states. ``sentence`` says it in English."""

    name: str
    sentence: str
    over: tuple[str, ...]
    """The kinds of instance it ranges over; two of one kind are always different instances."""
    holds: Callable[..., bool]
    """Machine, state, the ghosts of the lemma's property, then one number for each of ``over``."""
    frame: bool = False
    """It says which instances another may refer to; that others can be left out relies on it."""
    owner: str = ""
    """The property whose ghosts it speaks of; empty for lemmas about the machine alone."""

    def instances(self, sizes: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
        """All arguments, ascending."""
        kinds = list(dict.fromkeys(self.over))
        ranges = [permutations(range(sizes[k]), self.over.count(k)) for k in kinds]
        for chosen in product(*(list(r) for r in ranges)):
            left = {k: iter(c) for k, c in zip(kinds, chosen, strict=True)}
            yield tuple(next(left[kind]) for kind in self.over)


ONE_VALUE = Lemma("one_value", "every index has exactly one of its values", (), lambda *_: True)
"""Stated by the checker itself, for every field that is an index."""

NEVER_BACK = Lemma(
    "never_back", "what only time moves is at least what it was at first", (), lambda *_: True
)
"""Stated by the checker itself, for every field that others follow; see `vtsc.system.simplify`."""

OWN = (ONE_VALUE, NEVER_BACK)
"""The lemmas that the checker states itself."""
