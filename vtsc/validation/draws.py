"""Inputs for validation: drawn at random around the ends of their ranges, or given and completed."""

from collections.abc import Mapping
from random import Random

from vtsc.language.inputs import Ratio, counted, twice
from vtsc.language.words import INPUT_LIMIT, Illegal

OUTSIDE = 0.03
"""The probability that a value just outside of its range is tried, which makes a step illegal."""
POWERS = (31, 32, 61)
"""Exponents of two around which words are drawn."""


class Chosen:
    """Inputs that have the values in ``given``, and are drawn where there is none.

    ``given`` has inputs by their names, or counted in units as a solver knows them (``name*1000``). The
    values are noted in ``used``, even one outside of its range, which then makes the step illegal.
    ``within``: no value is drawn outside of its range.
    """

    def __init__(
        self,
        random: Random,
        typical: int,
        given: Mapping[str, int | bool] | None = None,
        *,
        within: bool = False,
    ) -> None:
        self.used: dict[str, int | bool] = {}
        self._random = random
        self._typical = typical
        self._given = {} if given is None else given
        self._outside = 0.0 if within else OUTSIDE

    def _note(self, name: str, value: int | bool) -> None:
        if name in self.used:
            raise twice(name)
        self.used[name] = value

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        """See `Inputs.word`."""
        least = max(-(-lo // multiple_of), 0)
        most = min((INPUT_LIMIT - 1, *his)) // multiple_of
        value = self._given_word(name, multiple_of)
        if value is None:
            if most < least:
                raise Illegal
            value = self._draw(least, most, bool(his)) * multiple_of
        self._note(name, value)
        if not least * multiple_of <= value <= most * multiple_of or value % multiple_of:
            raise Illegal
        return value

    def _given_word(self, name: str, unit: int) -> int | None:
        counts = self._given.get(counted(name, unit))
        if counts is not None:
            return int(counts) * unit
        value = self._given.get(name)
        return None if value is None else int(value)

    def _draw(self, least: int, most: int, limited: bool) -> int:
        """Draw an end of the range or a value near it, at times one of any magnitude, rarely one outside."""
        random = self._random
        kind = random.random()
        if kind < self._outside:
            return least - 1 if least > 0 and kind < OUTSIDE / 2 else most + 1
        if kind < 0.3:
            return least
        if kind < 0.4 and limited:
            return most
        near = most if limited and kind < 0.6 else min(most, least + self._typical)
        if kind < 0.8:
            return least + int(random.random() * min(near - least, 4) + 0.5)
        if kind < 0.85:
            around = (1 << random.choice(POWERS)) + int(random.random() * 3) - 1
            return min(max(around, least), most)
        span = (near if kind < 0.95 else most) - least
        return least + (random.getrandbits(62) % (span + 1) >> int(random.random() * 62))

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        """See `Inputs.between`."""
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        """See `Inputs.flag`."""
        given = self._given.get(name)
        value = self._random.random() < 0.5 if given is None else bool(given)
        self._note(name, value)
        return value
