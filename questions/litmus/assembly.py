"""Reads the programs of a litmus file: a small subset of AT&T syntax, one instruction a line."""

import re
from collections.abc import Collection, Mapping

from questions.litmus.instructions import (
    ALIASES,
    CONDITIONS,
    LOCKING,
    REGISTERS,
    SHAPES,
    Instruction,
    Operand,
)
from questions.litmus.paths import check_flow
from questions.litmus.source import Source
from vtsc.base.spelling import near

LINE = re.compile(r"(?:(?P<label>[A-Za-z_]\w*):)?\s*(?P<name>[A-Za-z]\w*)?\s*(?P<rest>.*)")
THREAD = re.compile(r"P(\d+):")
REGISTER_BITS = 32
Found = tuple[tuple[tuple[Instruction, ...], ...], tuple[str, ...], tuple[int, str] | None]
"""The programs, the locks, and the condition with its line."""


class _Assembler:
    """Reads one operand after the other, and knows which names there are."""

    def __init__(
        self,
        source: Source,
        constants: Mapping[str, int],
        clocks: Collection[str],
        memory: Collection[str],
        first: bool,
    ) -> None:
        self.source = source
        self.constants = constants
        self.clocks = clocks
        self.memory = memory
        self.first = first
        self.locks: dict[str, None] = {}

    def instruction(self, line: int, number: int, name: str, label: str, rest: str) -> Instruction:
        """One instruction, whose jump target is still open."""
        written, name = name, ALIASES.get(name, name)
        if name not in SHAPES:
            known = list(SHAPES) + list(ALIASES)
            raise self.source.wrong(line, f"unknown instruction {written}: {_near(written, known)}")
        texts = [x.strip() for x in rest.split(",")] if rest else []
        if len(texts) != SHAPES[name]:
            wanted = ("no operand", "one operand", "two operands")[SHAPES[name]]
            raise self.source.wrong(line, f"{written} has {wanted}, not {len(texts)}")
        if name in LOCKING or name == "jmp" or name in CONDITIONS:
            operands: tuple[Operand, ...] = (self._bare(line, name, texts[0]),)
        else:
            operands = tuple(self._operand(line, x) for x in texts)
            self._check(line, name, operands)
        clock = name == "mov" and operands[0].name in self.clocks
        return Instruction(number, line, name, operands, label, 0, clock, self.first)

    def _bare(self, line: int, name: str, text: str) -> Operand:
        if not re.fullmatch(r"[A-Za-z_]\w*", text):
            raise self.source.wrong(line, f"{name} {text}: a name is missing")
        if name in LOCKING:
            if text in self.memory or text in self.clocks:
                raise self.source.wrong(line, f"{text} is no lock")
            self.locks[text] = None
        return Operand("name", text)

    def _operand(self, line: int, text: str) -> Operand:
        if text.startswith("%"):
            if text[1:] not in REGISTERS:
                raise self.source.wrong(
                    line, f"no register {text}: {near(text[1:], list(REGISTERS))}"
                )
            return Operand("register", text[1:])
        if text.startswith("$"):
            found = self.constants.get(text[1:])
            if found is None and not re.fullmatch(r"\d+|0x[0-9a-fA-F]+", text[1:]):
                raise self.source.wrong(line, f"{text} is neither a number nor a constant")
            value = int(text[1:], 0) if found is None else found
            if value >= 1 << REGISTER_BITS:
                raise self.source.wrong(line, f"{text} does not fit into {REGISTER_BITS} bits")
            return Operand("number", text, value)
        if text not in self.memory and text not in self.clocks:
            known = [*self.memory, *self.clocks]
            said = near(text, known) if known else "the header has no Memory and no Clock"
            raise self.source.wrong(line, f"no place {text} in memory: {said}")
        return Operand("name", text)

    def _check(self, line: int, name: str, operands: tuple[Operand, ...]) -> None:
        kinds = [x.kind for x in operands]
        if kinds.count("name") and name != "mov":
            raise self.source.wrong(line, f"only mov has an operand in memory, not {name}")
        if kinds == ["name", "name"]:
            raise self.source.wrong(line, "mov has at most one operand in memory")
        if kinds[-1:] == ["number"]:
            raise self.source.wrong(line, f"the last operand of {name} is {operands[-1]}, a number")
        if kinds[-1:] == ["name"] and operands[-1].name in self.clocks:
            raise self.source.wrong(line, f"{operands[-1]} is a clock, which no instruction sets")


def _near(name: str, known: list[str]) -> str:
    """Known instructions that are like one; a hint at the page where none is."""
    said = near(name, known)
    return said if said.startswith("did") else "docs/litmus.md lists those that there are"


def assemble(
    source: Source,
    first_line: int,
    constants: Mapping[str, int],
    clocks: Collection[str],
    memory: Collection[str],
    first: bool,
) -> Found:
    """The programs from that line on, the locks that they name, and the condition with its line."""
    reader = _Assembler(source, constants, clocks, memory, first)
    threads: list[tuple[int, list[Instruction]]] = []
    exists: tuple[int, str] | None = None
    label = ""
    for number, raw in source.numbered(first_line):
        text = source.code(raw).strip()
        start = THREAD.fullmatch(text)
        if exists is not None and text:
            exists = (exists[0], f"{exists[1]} {text}")
        elif text.startswith("exists"):
            exists = (number, text.removeprefix("exists").strip())
        elif start is not None:
            if label:
                raise source.wrong(number, f"no instruction follows the label {label}")
            if int(start[1]) != len(threads):
                raise source.wrong(number, f"this program is P{len(threads)}")
            threads.append((number, []))
        elif text:
            label = _line(reader, number, text, label, threads[-1][1])
    for line, program in threads:
        if not program:
            raise source.wrong(line, "a program without instructions")
    if label:
        raise source.wrong(len(source.lines), f"no instruction follows the label {label}")
    done = tuple(_linked(source, program) for _, program in threads)
    for linked in done:
        check_flow(source, linked)
    return done, tuple(reader.locks), exists


def _line(
    reader: _Assembler, number: int, text: str, label: str, program: list[Instruction]
) -> str:
    """Append the instruction of a line; returns a label that is still without an instruction."""
    match = LINE.fullmatch(text)
    if match is None:
        raise reader.source.wrong(number, f"{text}: neither a label nor an instruction")
    if match["label"] and (label or any(x.label == match["label"] for x in program)):
        raise reader.source.wrong(number, f"a second label {label or match['label']}")
    label = match["label"] or label
    if match["name"] is None:
        if match["rest"]:
            raise reader.source.wrong(number, f"{text}: neither a label nor an instruction")
        return label
    program.append(
        reader.instruction(number, len(program) + 1, match["name"], label, match["rest"])
    )
    return ""


def _linked(source: Source, program: list[Instruction]) -> tuple[Instruction, ...]:
    """The program with the targets of its jumps, each of which is further down."""
    labels = {x.label: x.number for x in program if x.label}
    found = []
    for each in program:
        if each.name == "jmp" or each.name in CONDITIONS:
            name = each.operands[0].name
            if name not in labels:
                raise source.wrong(
                    each.line, f"no label {name}: {near(name, list(labels) or ['none'])}"
                )
            if labels[name] <= each.number:
                raise source.wrong(each.line, f"a jump back to {name}: programs have no loops")
            found.append(Instruction(**{**vars(each), "target": labels[name]}))
        else:
            found.append(each)
    return tuple(found)
