"""A litmus file as data: what it asks, and the program, order and requirement that it asks it about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from questions.litmus.instructions import Instruction

Condition = Any
"""An atom, or a tuple of ``not``, ``and`` or ``or`` and its operands."""
ORDERS = ("serial", "two-units", "unserialised", "trapped")
EMULATIONS = ("clock", "bump-vcpu", "bump-vm")
RESULTS = ("Never", "Sometimes", "Always")
COMMIT = 0
"""Stands among the numbers of a unit's instructions for: what unit 2 did becomes visible to unit 1."""


@dataclass(frozen=True)
class Atom:
    """A statement about the end of an execution.

    ``kind``: ``trap`` (``name`` is #BP or #DE), ``taken`` (``name`` is the label of a jump), ``register`` or
    ``memory``; the last two compare with ``value``.
    """

    kind: str
    vcpu: int
    name: str
    value: int = 0


@dataclass(frozen=True)
class Gap:
    """At most ``cycles`` pass between two instructions of vCPU 0 that read a clock."""

    first: int
    second: int
    cycles: int


@dataclass(frozen=True)
class Requirement:
    """What is required of the values of the TSC, whatever the program does with them.

    ``strict``: each read is above every read that had completed before it started; else at least that.
    ``wrap``: ``full``, the 64-bit counter may wrap; ``low``, only its low half may; ``none``, neither.
    ``span``: all reads lie within 2^32 (``low``), 2^63 (``half``) or 2^64 cycles (``full``).
    ``skewed``: the vCPUs' TSCs may be any constant apart.
    """

    strict: bool
    wrap: str
    span: str = "full"
    skewed: bool = False
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Litmus:
    """A litmus file. ``width``: the bits of a register, of which the TSC has twice as many."""

    name: str
    file: str
    question: str
    order: str
    units: tuple[tuple[int, ...], ...]
    emulation: str
    requirement: Requirement
    memory: Mapping[str, int | None]
    """The places in memory with their values at the start; None is any value."""
    clocks: tuple[str, ...]
    threads: tuple[tuple[Instruction, ...], ...]
    condition: Condition
    condition_text: str
    result: str
    width: int = 32
    locks: tuple[str, ...] = field(default=())

    def instruction(self, vcpu: int, number: int) -> Instruction:
        """The instruction of that number on a vCPU."""
        return self.threads[vcpu][number - 1]


def evaluate(condition: Condition, atom: Callable[[Atom], Any], word: Callable[..., Any]) -> Any:
    """A condition's value, from that of its atoms; ``word(operator, operands)`` joins them."""
    if isinstance(condition, Atom):
        return atom(condition)
    operator, *operands = condition
    return word(operator, [evaluate(x, atom, word) for x in operands])
