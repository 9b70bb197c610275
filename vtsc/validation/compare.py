"""Compares what the functions did with what the rules say of it; the first difference is an error."""

import linecache
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vtsc.base.errors import ValidationError
from vtsc.base.lines import Line
from vtsc.language.words import spelled
from vtsc.validation.plain import Started, Taken, Values
from vtsc.validation.ruled import Ruled

Shown = Callable[[str], str]
"""Shows a source file's name to the user."""


class Comparison:
    """Compares starts and steps with the rules of one system."""

    def __init__(self, ruled: Ruled, shown: Shown) -> None:
        self.ruled = ruled
        self._slots = tuple(ruled.system.slots)
        self._stated = tuple(ruled.stated)
        self._targets = frozenset(ruled.system.targets)
        self._shown = shown
        self._begun: tuple[object, dict[str, int | bool]] = (None, {})
        self.applied: set[int] = set()
        """The rules that were seen to apply."""
        self.compared = 0
        """The steps that were compared."""

    def start(self, started: Started) -> None:
        """That the rules allow a start where the functions do, and then have the same values."""
        given = self.ruled.given(started.initial, initial=True)
        possible, *values = (False,) if given is None else self.ruled.starting(given)
        if possible != (started.state is not None):
            raise ValidationError(
                f"{started.where}: the functions {_allow(started.state)} it, the rules "
                f"{_allow(possible or None)} it; inputs {_inputs(started.initial)}"
            )
        if started.state is not None:
            names = tuple(self.ruled.system.initial)
            self._compare_fields(started.where, names, values, started.state, ())

    def step(self, taken: Taken) -> None:
        """That exactly one rule applies where the functions allow a step, and does the same; else none."""
        call = self.ruled.call(taken.call)
        if call is None:
            return
        self.compared += 1
        values = self._values(taken)
        rules: list[int] = []
        if values is not None:
            passable, mid = self.ruled.mid(values)
            values |= mid
            rules = self.ruled.applying(call, values) if passable else []
        if len(rules) != (taken.after is not None):
            raise ValidationError(
                f"{taken.where}: {taken.call}: the functions {_allow(taken.after)} it, and "
                f"{len(rules) or 'none'} of the rules {'applies' if len(rules) < 2 else 'apply'}; "
                f"inputs {_inputs(taken.inputs)}{self._place(taken.lines)}"
            )
        if taken.after is not None and values is not None:
            self.applied.add(rules[0])
            self._compare_effect(taken, taken.after, rules[0], values)

    def _values(self, taken: Taken) -> dict[str, int | bool] | None:
        """What every unknown of a step stands for; None where an input is none that the rules allow."""
        begun, initial = self._begun
        if begun is not taken.initial:  # the steps of a run follow each other
            given = self.ruled.given(taken.initial, initial=True)
            if given is None:
                raise ValidationError(f"{taken.where}: its start is none that the rules allow")
            self._begun = taken.initial, given
            initial = given
        inputs = self.ruled.given(taken.inputs, initial=False)
        return None if inputs is None else {**taken.start, **initial, **inputs}

    def _compare_effect(
        self, taken: Taken, after: Values, number: int, values: dict[str, int | bool]
    ) -> None:
        where = f"{taken.where}: {taken.call}"
        said, hits = self.ruled.effect(number, values)
        self._compare_fields(where, self._slots, said, after, taken.lines)
        stated = self.ruled.known({**values, **after})
        self._compare_fields(where, self._stated, stated, after, taken.lines)
        for name, bounds in self.ruled.ranges.items():
            if not bounds.hold(after[name]):
                within = f"in [{bounds.lo}, {bounds.hi}]"
                raise self._parted(where, name, after[name], within, taken.lines)
        if hits != taken.hits & self._targets:
            raise self._parted_hits(where, hits, taken)
        lines = self.ruled.system.rules[number].lines
        if lines and lines != taken.lines:
            raise self._parted_lines(where, lines, taken.lines)

    def _compare_fields(
        self,
        where: str,
        names: Sequence[str],
        said: Sequence[Any],
        plain: Values,
        lines: tuple[Line, ...],
    ) -> None:
        """That fields have the values that the rules say, which come in the order of ``names``."""
        found = [plain[name] for name in names]
        if found != list(said) or list(map(type, found)) != list(map(type, said)):
            for name, value in zip(names, said, strict=True):
                if plain[name] != value or type(plain[name]) is not type(value):
                    raise self._parted(where, name, plain[name], value, lines)

    # messages

    def _parted(
        self, where: str, name: str, plain: Any, said: Any, lines: tuple[Line, ...]
    ) -> ValidationError:
        place = self._place(lines, name.rpartition(".")[2])
        return ValidationError(
            f"{where}: {name} is {_spelled(plain)} by the functions, "
            f"{_spelled(said)} by the rules{place}"
        )

    def _parted_hits(self, where: str, hits: set[str], taken: Taken) -> ValidationError:
        name = min(hits ^ (taken.hits & self._targets))
        plain = "yes" if name in taken.hits else "no"
        said = "yes" if name in hits else "no"
        return ValidationError(
            f"{where}: {name} says {plain} by the functions, {said} by the rules"
            f"{self._place(taken.lines)}"
        )

    def _parted_lines(
        self, where: str, said: tuple[Line, ...], plain: tuple[Line, ...]
    ) -> ValidationError:
        number = next(
            (i for i, (a, b) in enumerate(zip(said, plain, strict=False)) if a != b),
            min(len(said), len(plain)),
        )
        ruled, run = (
            self._line(x[number]) if number < len(x) else "no line" for x in (said, plain)
        )
        return ValidationError(f"{where}: runs {run} by the functions, {ruled} by the rules")

    def _place(self, lines: tuple[Line, ...], field: str = "") -> str:
        """The line that stored a field, as far as its text says so; else the last that was executed."""
        if not lines:
            return ""
        naming = [x for x in lines if field and f".{field}" in linecache.getline(*x)]
        return f" ({self._line((naming or list(lines))[-1])})"

    def _line(self, line: Line) -> str:
        return f"{self._shown(line[0])}:{line[1]}"


def _allow(state: object | None) -> str:
    return "do not allow" if state is None else "allow"


def _spelled(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(str, value)) or "none of its values"
    return spelled(value) if type(value) is int else str(value)


def _inputs(values: Mapping[str, int | bool]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items()) or "none"
