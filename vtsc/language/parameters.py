"""Parameters of a model: their kinds, the texts a user may write for them, and their settings."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from vtsc.base.errors import StoreError, UsageError
from vtsc.base.spelling import near
from vtsc.language.words import spelled

DURATIONS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}
FREQUENCIES = {"khz": 1, "mhz": 10**3, "ghz": 10**6}
NONE = "none"
MAX_DIGITS = 30


@dataclass(frozen=True)
class Parameter:
    """One parameter: ``kind`` is integer, choice, duration, frequency or ratio.

    Durations are held as `Fraction` in ns, frequencies as int in kHz, ratios as `Fraction`.
    ``lo`` and ``hi`` bound the held value; ``optional`` admits its absence (held as None).
    """

    name: str
    kind: str
    default: str
    meaning: str
    lo: int = 0
    hi: int = (1 << 62) - 1
    above: bool = False
    optional: bool = False
    absent: str = NONE
    """The word for the absence of an optional value; ``none`` is understood as well."""
    choices: tuple[str, ...] = ()
    unit: str = ""

    @cached_property
    def usual(self) -> Any:
        """The value of the default."""
        return self.parse(self.default)

    def parse(self, text: str) -> Any:
        """The value ``text`` stands for; raises `UsageError` saying what is accepted."""
        if self.optional and text in (NONE, self.absent):
            return None
        if self.kind == "choice":
            if text in self.choices:
                return text
            raise self._refuse(text)
        value = self.number(text)
        if value is None or value < self.lo or value > self.hi or (self.above and value == self.lo):
            raise self._refuse(text)
        return value

    def number(self, text: str) -> int | Fraction | None:
        """The number of a text in the parameter's unit, also out of range; None if it is none of its kind."""
        scales = {"duration": DURATIONS, "frequency": FREQUENCIES}.get(self.kind, {})
        match = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)(?:/(\d+))?([a-z]*)", text.strip().lower())
        if match is None or len(text) > MAX_DIGITS:
            return None
        digits, over, unit = match.groups()
        if over is not None and (self.kind != "ratio" or not int(over)):
            return None
        if unit and unit not in scales:
            return None
        if self.kind == "duration" and not unit and digits.strip("0.") != "":
            return None
        value = Fraction(digits) / int(over or 1) * scales.get(unit, 1)
        if self.kind in ("integer", "frequency"):
            return int(value) if value.denominator == 1 else None
        return value

    def accepted(self) -> str:
        """The accepted values, as a half-sentence."""
        if self.kind == "choice":
            return " | ".join(self.choices)
        what = {
            "integer": f"a whole number from {self.lo} to {spelled(self.hi)}",
            "duration": f"a time {'above' if self.above else 'from'} 0 with a unit "
            "(ns, us, ms, s), such as 4ms or 69.84ns",
            "frequency": f"a frequency in kHz from {self.lo} to {spelled(self.hi)}, or with a unit "
            "(kHz, MHz, GHz), such as 2.4GHz",
            "ratio": f"a ratio from {self.lo} to {self.hi}, such as 1/2 or 0.75",
        }[self.kind]
        return what + (f", or {self.absent}" if self.optional else "")

    def _refuse(self, text: str) -> UsageError:
        return UsageError(f"parameter {self.name}={text}: accepted is {self.accepted()}")

    def text(self, value: Any) -> int | str:
        """The one way ``value`` is written in reports and traces; parses back to it."""
        if value is None:
            return self.absent
        if self.kind == "duration":
            return duration_text(value)
        if self.kind == "ratio":
            return str(value)
        return value  # type: ignore[no-any-return]


def duration_text(ns: Fraction | int) -> str:
    """A duration in the largest unit that keeps it a whole number, else in ns as a decimal."""
    ns = Fraction(ns)
    for unit in ("s", "ms", "us"):
        if ns and (ns / DURATIONS[unit]).denominator == 1:
            return f"{ns / DURATIONS[unit]}{unit}"
    if ns.denominator == 1:
        return f"{ns}ns"
    digits = 0
    while (ns * 10**digits).denominator != 1:
        digits += 1
    whole = int(ns * 10**digits)
    return f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}ns"


class Settings(Mapping[str, Any]):
    """A value for every parameter; hashable, ordered as declared."""

    def __init__(self, declared: Mapping[str, Parameter], values: Mapping[str, Any]) -> None:
        self._declared = declared
        self._values = {name: values[name] for name in declared}

    def __setattr__(self, name: str, value: object) -> None:
        if name in vars(self):
            raise StoreError(f"a store into .{name} of the settings, which stay as they are")
        super().__setattr__(name, value)

    def __setitem__(self, name: str, value: object) -> None:
        raise StoreError(f"a store into the setting {name}: settings stay as they are")

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._values == other._values

    def texts(self) -> dict[str, int | str]:
        """All values as reports write them."""
        return {name: self._declared[name].text(v) for name, v in self._values.items()}

    def differing(self, usual: Mapping[str, Any]) -> dict[str, int | str]:
        """What differs from ``usual``, settings of the same parameters, as reports write it."""
        changed = {name: value for name, value in self._values.items() if usual[name] != value}
        return {name: self._declared[name].text(value) for name, value in changed.items()}

    def replaced(self, values: Mapping[str, Any]) -> "Settings":
        """The same settings but for these values."""
        return Settings(self._declared, {**self._values, **values})


def settle(declared: Mapping[str, Parameter], given: Mapping[str, str]) -> Settings:
    """The settings that ``given`` texts make of the defaults; raises `UsageError`."""
    for name in given:
        if name not in declared:
            raise UsageError(f"unknown parameter {name}: {near(name, declared)}")
    values = {n: p.parse(given[n]) if n in given else p.usual for n, p in declared.items()}
    return Settings(declared, values)


def assignments(texts: list[str]) -> dict[str, str]:
    """``name=value`` texts as a mapping; raises `UsageError` on another form or a repetition."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError(f"--set {text}: expected name=value")
        if name.strip() in found:
            raise UsageError(f"--set {name.strip()} is given twice")
        found[name.strip()] = value.strip()
    return found
