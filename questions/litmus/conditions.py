"""Reads the condition at the end of a litmus file: ``P0:#DE or not (P0:%eax = 1 and last = 0)``."""

import re
from collections.abc import Mapping

from questions.litmus.instructions import CONDITIONS, REGISTERS
from questions.litmus.program import Atom, Condition, Litmus
from questions.litmus.source import Source

TOKEN = re.compile(r"\(|\)|P\d+:taken\(\w+\)|P\d+:[#%]\w+|[\w.]+|=|\S")


def read_condition(
    source: Source, line: int, text: str, litmus: Litmus, constants: Mapping[str, int]
) -> Condition:
    """The condition that a text states; refused with its line where it is none."""
    reader = _Reader(source, line, TOKEN.findall(text), litmus, constants)
    found = reader.either()
    if reader.tokens:
        raise source.wrong(line, f"the condition does not go on with {reader.tokens[0]}")
    return found


class _Reader:
    def __init__(
        self,
        source: Source,
        line: int,
        tokens: list[str],
        litmus: Litmus,
        constants: Mapping[str, int],
    ) -> None:
        self.tokens = tokens
        self._source = source
        self._line = line
        self._litmus = litmus
        self._constants = constants

    def either(self) -> Condition:
        """Terms joined by ``or``."""
        found = [self._both()]
        while self._next("or"):
            found.append(self._both())
        return ("or", *found) if len(found) > 1 else found[0]

    def _both(self) -> Condition:
        found = [self._unary()]
        while self._next("and"):
            found.append(self._unary())
        return ("and", *found) if len(found) > 1 else found[0]

    def _unary(self) -> Condition:
        if self._next("not"):
            return ("not", self._unary())
        if self._next("("):
            inner = self.either()
            if not self._next(")"):
                raise self._source.wrong(self._line, "the condition lacks a )")
            return inner
        return self._atom()

    def _next(self, token: str) -> bool:
        if self.tokens[:1] != [token]:
            return False
        self.tokens.pop(0)
        return True

    def _atom(self) -> Atom:
        if not self.tokens:
            raise self._source.wrong(self._line, "the condition ends too early")
        word = self.tokens.pop(0)
        match = re.fullmatch(r"P(\d+):(?:taken\((\w+)\)|#(BP|DE)|%(\w+))", word)
        if match is None:
            if word not in self._litmus.memory:
                accepted = "P0:#BP, P0:#DE, P0:taken(LABEL), P0:%eax = N or PLACE = N"
                raise self._source.wrong(self._line, f"{word}: accepted is {accepted}")
            return Atom("memory", 0, word, self._value())
        vcpu = int(match[1])
        if vcpu >= len(self._litmus.threads):
            raise self._source.wrong(self._line, f"there is no P{vcpu}")
        if match[2]:
            jumps = {x.label for x in self._litmus.threads[vcpu] if x.name in CONDITIONS}
            if match[2] not in jumps:
                raise self._source.wrong(
                    self._line, f"{match[2]} is not the label of a conditional jump"
                )
            return Atom("taken", vcpu, match[2])
        if match[3]:
            return Atom("trap", vcpu, f"#{match[3]}")
        if match[4] not in REGISTERS:
            raise self._source.wrong(self._line, f"no register %{match[4]}")
        return Atom("register", vcpu, match[4], self._value())

    def _value(self) -> int:
        equals, value = self.tokens[:1], self.tokens[1:2]
        number = self._constants.get(value[0], value[0]) if value else ""
        if equals != ["="] or not str(number).isdigit():
            raise self._source.wrong(self._line, "after a register or place comes '= N'")
        del self.tokens[:2]
        return int(number)
