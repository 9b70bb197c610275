"""Compares starts and steps of the functions with the rules; the first difference is an error."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from vtsc.base.errors import ValidationError
from vtsc.base.lines import Line, text_of
from vtsc.language.words import spelled
from vtsc.validation.plain import Started, Taken, Values
from vtsc.validation.ruled import Ruled

Shown = Callable[[str], str]
"""Shows a source file's name to the user."""

Lines = Callable[[Taken], tuple[Line, ...]]
"""Finds the lines that a step executed."""


class Comparison:
    """Compares starts and steps with the rules of one system."""

    def __init__(self, ruled: Ruled, shown: Shown, lines: Lines) -> None:
        self.ruled = ruled
        self._lines = lines
        self._slots = _Fields(ruled.system.slots)
        self._stated = _Fields(ruled.stated)
        self._initial = _Fields(ruled.system.initial)
        self._targets = frozenset(ruled.system.targets)
        self._shown = shown
        self._begun: tuple[object, dict[str, int | bool]] = (None, {})
        self.applied: set[int] = set()
        """The rules that were seen to apply."""
        self.compared = 0
        """The steps that were compared."""

    def start(self, started: Started) -> None:
        """Check that the rules allow a start where the functions do, and then have the same values."""
        given = self.ruled.given(started.initial, initial=True)
        possible, *values = (False,) if given is None else self.ruled.starting(given)
        if possible != (started.state is not None):
            raise ValidationError(
                f"{started.where}: the functions {_allow(started.state)} it, the rules "
                f"{_allow(possible or None)} it; inputs {_inputs(started.initial)}"
            )
        if started.state is not None and self._initial.of(started.state) != tuple(values):
            raise self._parted(started, self._initial, started.state, values)

    def step(self, taken: Taken) -> None:
        """Check that one rule applies and does the same where the functions allow a step, and else none."""
        call = self.ruled.call(taken.call)
        if call is None:
            return
        values = self._values(taken)
        if taken.at.run is None and not self._assumed(taken):
            return
        self.compared += 1
        rules: list[int] = []
        if values is not None:
            passable, mid = self.ruled.mid(values)
            values |= mid
            rules = self.ruled.applying(call, values) if passable else []
        if len(rules) != (taken.after is not None):
            raise ValidationError(
                f"{taken.at.words}: {taken.call}: the functions {_allow(taken.after)} it, and "
                f"{len(rules) or 'none'} of the rules {'applies' if len(rules) < 2 else 'apply'}; "
                f"inputs {_inputs(taken.inputs)}{self._place(taken)}"
            )
        if taken.after is not None and values is not None:
            self.applied.add(rules[0])
            self._compare_effect(taken, taken.after, rules[0], values)

    def _values(self, taken: Taken) -> dict[str, int | bool] | None:
        """The value of every unknown of a step; None where the rules do not allow an input's value."""
        begun, initial = self._begun
        if begun is not taken.initial:  # the steps of a run follow each other
            given = self.ruled.given(taken.initial, initial=True)
            if given is None:
                raise ValidationError(f"{taken.at.words}: the rules do not allow its start")
            self._begun = taken.initial, given
            initial = given
        inputs = self.ruled.given(taken.inputs, initial=False)
        return None if inputs is None else {**taken.start, **initial, **inputs}

    def _assumed(self, taken: Taken) -> bool:
        """Whether a state that no run leads to satisfies what the rules assume of reachable states."""
        known = {**taken.start, **self._begun[1]}
        stated = self._stated.of(taken.start)
        return bool(self.ruled.within(known)[0]) and stated == self.ruled.known(known)

    def _compare_effect(
        self, taken: Taken, after: Values, number: int, values: dict[str, int | bool]
    ) -> None:
        said, hits = self.ruled.effect(number, values)
        if taken.odd or self._slots.of(after) != said:
            raise self._parted(taken, self._slots, after, said)
        known = {**after, **self._begun[1]}
        stated = self.ruled.known(known)
        if self._stated.of(after) != stated:
            raise self._parted(taken, self._stated, after, stated)
        if taken.at.run is not None and not self.ruled.within(known)[0]:
            raise self._outside(taken, after)
        if hits != taken.hits & self._targets:
            raise self._parted_hits(hits, taken)
        lines = self.ruled.system.rules[number].lines
        if lines and taken.lines is not None and lines != taken.lines:
            raise self._parted_lines(taken, lines, taken.lines)

    # messages

    def _parted(
        self, of: Taken | Started, fields: "_Fields", plain: Values, said: Sequence[Any]
    ) -> ValidationError:
        """The error for the first field, in the order of ``said``, whose value differs from the rules'."""
        for name, value in zip(fields.names, said, strict=True):
            if plain[name] != value or type(plain[name]) is not type(value):
                return self._of_field(of, name, plain[name], f"{_spelled(value)} by the rules")
        kinds = self.ruled.kinds  # of a field of which these rules say nothing
        name = next(n for n, v in plain.items() if type(v) is not _type(kinds[n]))
        return self._of_field(of, name, plain[name], "which is none of its values")

    def _outside(self, taken: Taken, plain: Values) -> ValidationError:
        """The error that a field is outside of the range on which the rules rely."""
        ranges = self.ruled.ranges.items()
        name, bounds = next((n, b) for n, b in ranges if not b.hold(plain[n]))
        return self._of_field(
            taken, name, plain[name], f"in [{bounds.lo}, {bounds.hi}] by the rules"
        )

    def _of_field(self, of: Taken | Started, name: str, plain: Any, other: str) -> ValidationError:
        place = self._place(of, name.rpartition(".")[2]) if isinstance(of, Taken) else ""
        return ValidationError(
            f"{_at(of)}: {name} is {_spelled(plain)} by the functions, {other}{place}"
        )

    def _parted_hits(self, hits: set[str], taken: Taken) -> ValidationError:
        name = min(hits ^ (taken.hits & self._targets))
        plain = "yes" if name in taken.hits else "no"
        said = "yes" if name in hits else "no"
        return ValidationError(
            f"{_at(taken)}: {name} says {plain} by the functions, {said} by the rules"
            f"{self._place(taken)}"
        )

    def _parted_lines(
        self, taken: Taken, said: tuple[Line, ...], plain: tuple[Line, ...]
    ) -> ValidationError:
        shared = zip(said, plain, strict=False)
        first = next((i for i, (a, b) in enumerate(shared) if a != b), min(len(said), len(plain)))
        ruled, run = (self._line(x[first]) if first < len(x) else "no line" for x in (said, plain))
        return ValidationError(f"{_at(taken)}: runs {run} by the functions, {ruled} by the rules")

    def _place(self, taken: Taken, field: str = "") -> str:
        """The last executed line whose text names the field; where there is none, the last line executed."""
        lines = self._lines(taken)
        if not lines:
            return ""
        naming = [x for x in lines if field and f".{field}" in text_of(x[0])[x[1] - 1]]
        return f" ({self._line((naming or list(lines))[-1])})"

    def _line(self, line: Line) -> str:
        return f"{self._shown(line[0])}:{line[1]}"


class _Fields:
    """Fields whose values are taken out of a state together."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._get = itemgetter(*self.names) if len(self.names) > 1 else None

    def of(self, state: Values) -> tuple[int | bool, ...]:
        """Their values, in their order."""
        if self._get is None:
            return tuple(state[name] for name in self.names)
        found: tuple[int | bool, ...] = self._get(state)
        return found


def _at(of: Taken | Started) -> str:
    return of.where if isinstance(of, Started) else f"{of.at.words}: {of.call}"


def _type(kind: str) -> type:
    return bool if kind == "flag" else int


def _allow(state: object | None) -> str:
    return "do not allow" if state is None else "allow"


def _spelled(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(str, value)) or "none of its values"
    return spelled(value) if type(value) is int else str(value)


def _inputs(values: Mapping[str, int | bool]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items()) or "none"
