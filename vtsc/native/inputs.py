"""Inputs that have values: from a solver's witness, from a trace, or drawn at random."""

from collections.abc import Mapping
from random import Random

from vtsc.language.inputs import Ratio, counted, twice
from vtsc.language.words import INPUT_LIMIT, Beyond, Illegal


class _Values:
    """Inputs that have values; ``used`` collects those that were asked for."""

    def __init__(self) -> None:
        self.used: dict[str, int | bool] = {}

    def note(self, name: str, value: int | bool) -> None:
        """Note that an input has been asked for."""
        if name in self.used:
            raise twice(name)
        self.used[name] = value


class Solved(_Values):
    """Inputs from a solver's witness; those that it leaves out get their least values."""

    def __init__(self, values: Mapping[str, int | bool]) -> None:
        super().__init__()
        self._values = values

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        least = max(-(-lo // multiple_of), 0)
        counts = self._values.get(counted(name, multiple_of))
        value = (
            self._values.get(name, least * multiple_of) if counts is None else counts * multiple_of
        )
        if value % multiple_of or value < lo or any(value > hi for hi in his):
            raise Illegal
        if value >= INPUT_LIMIT:
            raise Beyond
        self.note(name, int(value))
        return int(value)

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        value = bool(self._values.get(name, False))
        self.note(name, value)
        return value


class Recorded(_Values):
    """Inputs read from a trace; one that is missing or out of range raises `Illegal`."""

    def __init__(self, values: Mapping[str, int | bool]) -> None:
        super().__init__()
        self._values = values

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        value = self._values.get(name)
        if value is None:
            raise Illegal(f"input {name} is missing")
        if isinstance(value, bool) or not isinstance(value, int):
            raise Illegal(f"input {name} is {value}, not a number")
        most = min((INPUT_LIMIT - 1, *his))
        if value % multiple_of or not max(lo, 0) <= value <= most:
            whole = f"a multiple of {multiple_of} " if multiple_of > 1 else ""
            raise Illegal(f"input {name} is {value}, not {whole}from {max(lo, 0)} to {most}")
        self.note(name, value)
        return value

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if value is None:
            raise Illegal(f"input {name} is missing")
        if not isinstance(value, bool):
            raise Illegal(f"input {name} is {value}, neither true nor false")
        self.note(name, value)
        return value


class Drawn(_Values):
    """Inputs drawn at random: often small and boundary values, sometimes values of every magnitude."""

    def __init__(self, random: Random, typical: int) -> None:
        super().__init__()
        self._random = random
        self._typical = typical

    def word(self, name: str, lo: int, *his: int, multiple_of: int = 1) -> int:
        lowest = max(-(-lo // multiple_of), 0)
        highest = min(*his, INPUT_LIMIT - 1) // multiple_of if his else None
        if highest is None:
            highest = lowest + self._typical // multiple_of + 8
        if highest < lowest:
            raise Illegal
        value = self._draw(lowest, highest) * multiple_of
        self.note(name, value)
        return value

    def _draw(self, lo: int, hi: int) -> int:
        kind = self._random.random()
        if kind < 0.35 or lo == hi:
            return lo
        if kind < 0.45:
            return hi
        span = hi - lo
        if kind < 0.75:
            return lo + int(self._random.random() * min(span, 4) + 0.5)
        return lo + (self._random.getrandbits(62) % (span + 1) >> int(self._random.random() * 62))

    def between(self, name: str, low: Ratio, high: Ratio) -> int:
        return self.word(name, -(-low[0] // low[1]), high[0] // high[1])

    def flag(self, name: str) -> bool:
        value = self._random.random() < 0.5
        self.note(name, value)
        return value
