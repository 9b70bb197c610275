"""Reads a litmus file. A mistake in it is a `BadFileError` of one line that names file and line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from questions.litmus.assembly import assemble
from questions.litmus.conditions import read_condition
from questions.litmus.program import EMULATIONS, ORDERS, RESULTS, Gap, Litmus, Requirement
from questions.litmus.source import Source
from questions.litmus.units import read_units
from vtsc.base.spelling import near

KEYS = (
    "Question", "Reading", "Order", "Unit 1", "Unit 2", "Emulation", "TSC", "Wrap", "Span", "Skew",
    "Gap", "Memory", "Clock", "Constants", "Result",
)  # fmt: skip
NEEDED = ("Question", "Order", "TSC", "Wrap", "Result")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "Reading": ("at&t", "first"),
    "Order": ORDERS,
    "Emulation": EMULATIONS,
    "TSC": ("strict", "at-least"),
    "Wrap": ("none", "low", "full"),
    "Span": ("low", "half", "full"),
    "Skew": ("none", "any"),
    "Result": RESULTS,
}
"""The values of the keys that have a fixed set of them; the first one is the default where one is needed."""
CONSTANT = re.compile(r"(\w+) = (\d+)(?: \(3 bits: (\d+)\))?")
NAME = re.compile(r"litmus ([\w.-]+)")


@dataclass
class _Header:
    """The header's entries: for each key its line and its text."""

    source: Source
    entries: dict[str, tuple[int, str]]

    def text(self, key: str, default: str = "") -> str:
        """The text of a key."""
        return self.entries.get(key, (0, default))[1]

    def choice(self, key: str) -> str:
        """The text of a key that has a fixed set of values; refused where it is none of them."""
        line, text = self.entries.get(key, (0, CHOICES[key][0]))
        if text not in CHOICES[key]:
            raise self.source.wrong(line, f"{key}: {text}: {near(text, list(CHOICES[key]))}")
        return text

    def listed(self, key: str) -> list[str]:
        """The parts of a key's text, which commas separate."""
        return [x.strip() for x in self.text(key).split(",") if x.strip()]

    def line(self, key: str) -> int:
        """The line of a key."""
        return self.entries[key][0]


def read_file(path: Path, shown: str, width: int = 32) -> Litmus:
    """The litmus file at ``path``, called ``shown`` in messages."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Source(shown, ()).wrong(0, f"cannot be read: {error}") from None
    return read(text, shown, width)


def read(text: str, shown: str, width: int = 32) -> Litmus:
    """The litmus file with that text; ``width``: the bits of a register, 32 but in tests."""
    source = Source(shown, tuple(text.splitlines()))
    header, rest = _header(source)
    constants = _constants(header, width)
    reading = header.choice("Reading")
    clocks = tuple(header.listed("Clock"))
    memory = _memory(header)
    threads, locks, exists = assemble(source, rest, constants, clocks, memory, reading == "first")
    if exists is None:
        raise source.wrong(len(source.lines), "no condition: the last line is 'exists ...'")
    line, condition_text = exists
    litmus = Litmus(
        name=_name(source),
        file=shown,
        question=header.text("Question"),
        order=header.choice("Order"),
        units=(),
        emulation=header.choice("Emulation"),
        requirement=_requirement(header, constants),
        memory=memory,
        clocks=clocks,
        threads=threads,
        condition=None,
        condition_text=condition_text,
        result=header.choice("Result"),
        width=width,
        locks=locks,
    )
    condition = read_condition(source, line, condition_text, litmus, constants)
    return _agreeing(header, litmus, {"condition": condition})


def _name(source: Source) -> str:
    found = NAME.fullmatch(source.lines[0].strip()) if source.lines else None
    if found is None:
        raise source.wrong(1, "the first line is 'litmus NAME'")
    if found[1] != Path(source.shown).stem:
        raise source.wrong(1, f"the name {found[1]} is not that of the file")
    return found[1]


def _header(source: Source) -> tuple[_Header, int]:
    """The header, and the number of the line with which the program begins."""
    _name(source)
    entries: dict[str, tuple[int, str]] = {}
    last = ""
    for number, line in source.numbered(2):
        text = source.code(line)
        if re.match(r"P\d+:", text.strip()):
            break
        if text[:1].isspace() and last:
            entries[last] = (entries[last][0], f"{entries[last][1]} {text.strip()}")
        elif text.strip():
            key, colon, value = text.partition(":")
            if key not in KEYS or not colon:
                raise source.wrong(number, f"no header {key.strip()}: {near(key, list(KEYS))}")
            if key in entries:
                raise source.wrong(number, f"a second {key}")
            entries[key] = (number, value.strip())
            last = key
    else:
        raise source.wrong(len(source.lines), "no program: it begins with a line 'P0:'")
    missing = [key for key in NEEDED if key not in entries]
    if missing:
        raise source.wrong(number, f"the header has no {' and no '.join(missing)}")
    return _Header(source, entries), number


def _constants(header: _Header, width: int) -> dict[str, int]:
    found = {}
    for text in header.listed("Constants"):
        match = CONSTANT.fullmatch(text)
        if match is None:
            raise header.source.wrong(
                header.line("Constants"), f"{text}: accepted is NAME = N (3 bits: M)"
            )
        small = width == 3 and match[3] is not None
        found[match[1]] = int(match[3] if small else match[2])
    return found


def _memory(header: _Header) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for text in header.listed("Memory"):
        name, _, value = (part.strip() for part in text.partition("="))
        if not re.fullmatch(r"[A-Za-z_]\w*", name) or not re.fullmatch(r"any|\d+", value):
            raise header.source.wrong(
                header.line("Memory"), f"{text}: accepted is NAME = any, or NAME = N"
            )
        found[name] = None if value == "any" else int(value)
    return found


def _requirement(header: _Header, constants: Mapping[str, int]) -> Requirement:
    gaps = []
    for text in header.listed("Gap"):
        match = re.fullmatch(r"(\d+) to (\d+) at most (\w+)", text)
        bound = str(constants.get(match[3], match[3])) if match else ""
        if match is None or not bound.isdigit():
            raise header.source.wrong(
                header.line("Gap"),
                f"{text}: accepted is '1 to 2 at most N', N a number or constant",
            )
        gaps.append(Gap(int(match[1]), int(match[2]), int(bound)))
    return Requirement(
        strict=header.choice("TSC") == "strict",
        wrap=header.choice("Wrap"),
        span=header.choice("Span") if "Span" in header.entries else "full",
        skewed=header.choice("Skew") == "any",
        gaps=tuple(gaps),
    )


def _agreeing(header: _Header, litmus: Litmus, more: Mapping[str, object]) -> Litmus:
    """The file with what depends on the program; refused where the entries do not go together."""
    source = header.source
    for key, order in (("Unit 1", "two-units"), ("Unit 2", "two-units"), ("Emulation", "trapped")):
        if (litmus.order == order) is not (key in header.entries):
            line = header.line(key if key in header.entries else "Order")
            raise source.wrong(line, f"{key} goes with 'Order: {order}', and that with it")
    for gap in litmus.requirement.gaps:
        for number in (gap.first, gap.second):
            known = 1 <= number <= len(litmus.threads[0])
            if not known or not litmus.instruction(0, number).takes_time:
                raise source.wrong(header.line("Gap"), f"instruction {number} reads no clock")
    if litmus.requirement.skewed and litmus.order == "trapped":
        raise source.wrong(header.line("Skew"), "trapped reads have one clock")
    if litmus.clocks and litmus.order == "trapped":
        raise source.wrong(header.line("Clock"), "a trapped program has no clock besides the TSC")
    units = () if litmus.order != "two-units" else read_units(source, header.entries, litmus)
    return Litmus(**{**vars(litmus), **more, "units": units})
