"""Reads durations, delays and values: ``450ms``, ``0..50ms``, ``saved - (now - clock.host_tsc) * 2``."""

import re
from collections.abc import Mapping
from fractions import Fraction

from questions.recipes.reading.tree import Delay, Mistake
from questions.recipes.script import Literal, Now, Op, Part, Saved, Value

UNITS: Mapping[str, int] = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
}
PARTS = ("clock", "host_tsc", "realtime")
"""The fields of a record of KVM_GET_CLOCK that values name."""
LONGEST = 100 * 365 * 24 * UNITS["h"]
"""A delay of more than about a hundred years is a mistake."""
MOST_SIGNS = 60
"""A call has no more signs, so that its brackets and sums can be read one within the other."""
WORD = 1 << 64
"""The numbers that a register holds."""
DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)")
TOKEN = re.compile(
    r"\s*(?:(?P<number>0x[0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9]+)?[a-z]*)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>->|//|[-+*().,=:;?]))"
)
A_DURATION = 'a duration such as "50ms", in ns, us, ms, s, min or h'
A_DELAY = 'a delay such as "50ms" or "0..50ms", in ns, us, ms, s, min or h'
A_VALUE = "a value: a number, saved, saved(v0), now, or a field such as clock.host_tsc"


def duration(text: str) -> int:
    """The nanoseconds of a text; 0 alone needs no unit."""
    found = DURATION.fullmatch(text.strip())
    if found is None or (
        found[2] not in UNITS and not (found[2] == "" and Fraction(found[1]) == 0)
    ):
        raise Mistake(f"{text.strip() or 'nothing'}: expected {A_DURATION}")
    ns = Fraction(found[1]) * UNITS.get(found[2], 1)
    if ns.denominator != 1 or ns > LONGEST:
        raise Mistake(f"{text.strip()}: expected whole nanoseconds, and at most 100 years")
    return int(ns)


def signed(text: str) -> int:
    """The nanoseconds of a text that may begin with a minus; at most 50 years back."""
    text = text.strip()
    if not text.startswith("-"):
        return duration(text)
    ns = duration(text[1:])
    if ns > LONGEST // 2:
        raise Mistake(f"{text}: expected at most 50 years back")
    return -ns


def delay(text: object, named: Mapping[str, Delay]) -> Delay:
    """The delay that a text is or names."""
    if not isinstance(text, str):
        raise Mistake(f"{text}: expected {A_DELAY}")
    if text in named:
        return named[text]
    low, dots, high = text.partition("..")
    try:
        ends = duration(low), duration(high if dots else low)
    except Mistake:
        names = f", or a name of [delays]: {', '.join(named)}" if named else ""
        raise Mistake(f"{text}: expected {A_DELAY}{names}") from None
    if ends[0] > ends[1]:
        raise Mistake(f"{text}: the least is above the most")
    return Delay(*ends)


class Tokens:
    """The words, numbers and signs of a text, read one after another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: list[tuple[str, str]] = []
        self._next = 0
        place = 0
        while place < len(text.rstrip()):
            match = TOKEN.match(text, place)
            if match is None:
                raise Mistake(f"{text[place:].split()[0]}: not understood in {text!r}")
            kind = match.lastgroup or ""
            self._found.append((kind, match[kind]))
            place = match.end()
        if sum(kind == "sign" for kind, _ in self._found) > MOST_SIGNS:
            raise Mistake(f"{text[:20]!r} ...: expected at most {MOST_SIGNS} signs in a call")

    def peek(self, ahead: int = 0) -> str:
        """The next token, or one after it; empty at the end."""
        place = self._next + ahead
        return self._found[place][1] if place < len(self._found) else ""

    def kind(self) -> str:
        """The kind of the next token: ``number``, ``word`` or ``sign``; empty at the end."""
        return self._found[self._next][0] if self._next < len(self._found) else ""

    def take(self) -> str:
        """The next token, which is passed."""
        token = self.peek()
        self._next += 1
        return token

    def accept(self, token: str) -> bool:
        """Whether the next token is this one; then it is passed."""
        if self.peek() != token:
            return False
        self._next += 1
        return True

    def need(self, token: str, where: str) -> None:
        """Pass this token, which has to come next."""
        if not self.accept(token):
            raise self.wrong(f"{token!r} {where}")

    def word(self, what: str) -> str:
        """The next token, which has to be a word."""
        if self.kind() != "word":
            raise self.wrong(what)
        return self.take()

    def wrong(self, expected: str) -> Mistake:
        """The mistake that the next token is not what is expected."""
        read = self.peek() or "the end"
        return Mistake(f"{self.text!r}: read {read}, expected {expected}")


def value(tokens: Tokens) -> Value:
    """The value that begins here, as far as it goes: sums, and what stands in for one that is 0."""
    left = _sum(tokens)
    while tokens.accept("or"):
        left = Op("or", left, _sum(tokens))
    return left


def _sum(tokens: Tokens) -> Value:
    left = _product(tokens)
    while tokens.peek() in ("+", "-"):
        operator = tokens.take()
        left = Op(operator, left, _product(tokens))
    return left


def _product(tokens: Tokens) -> Value:
    left = _single(tokens)
    while tokens.peek() in ("*", "//"):
        operator = tokens.take()
        right = _single(tokens)
        if not isinstance(right, Literal) and (operator == "//" or not isinstance(left, Literal)):
            raise Mistake(f"{tokens.text!r}: expected a number on the right of {operator}")
        if operator == "//" and right == Literal(0):
            raise Mistake(f"{tokens.text!r}: read // 0, expected another divisor")
        left = Op(operator, left, right)
    return left


def _single(tokens: Tokens) -> Value:
    if tokens.accept("("):
        inside = value(tokens)
        tokens.need(")", "after a value in brackets")
        return inside
    if tokens.accept("-"):
        return Op("-", Literal(0), _single(tokens))
    if tokens.peek() == "?":
        raise tokens.wrong(
            "the value that the VMM passes there; a skeleton leaves it to be filled in"
        )
    if tokens.kind() == "number":
        number = _number(tokens.peek())
        if number >= WORD:
            raise tokens.wrong("a number of at most 64 bits")
        tokens.take()
        return Literal(number)
    name = tokens.word(A_VALUE)
    if name == "now":
        return Now(_of_vcpu(tokens))
    if name == "saved":
        return Saved(_of_vcpu(tokens))
    if not tokens.accept("."):
        raise Mistake(f"{tokens.text!r}: read {name}, expected {A_VALUE}")
    field = tokens.word(f"a field of {name}: {', '.join(PARTS)}")
    if field not in PARTS:
        raise Mistake(
            f"{tokens.text!r}: read {field}, expected a field of {name}: {', '.join(PARTS)}"
        )
    return Part(name, field)


def _of_vcpu(tokens: Tokens) -> int | None:
    """The vCPU that is named in brackets, if one is."""
    if not tokens.accept("("):
        return None
    number = vcpu(tokens)
    tokens.need(")", "after a vCPU in brackets")
    return number


def vcpu(tokens: Tokens) -> int:
    """The number of the vCPU that comes next: ``v0``."""
    name = tokens.word("a vCPU such as v0")
    if not re.fullmatch(r"v[0-9]{1,2}", name):
        raise Mistake(f"{tokens.text!r}: read {name}, expected a vCPU such as v0")
    return int(name[1:])


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text.replace("_", ""), 16)
    plain = text.replace("_", "")
    if re.fullmatch("[0-9]+", plain):
        return int(plain)
    return duration(plain)
