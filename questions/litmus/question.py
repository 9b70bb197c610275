"""The question of a litmus file as one SMT-LIB text: is there an execution whose end is so, or is not so?

Unknowns are the TSC at the start, the cycles that pass until each clock read, and what registers, memory
and the emulation of RDTSC hold before. Every way in which the programs can go is a Boolean unknown, which
implies that the way is possible with these values. The text asserts that one of them is true.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from questions.litmus.order import (
    COMMITTED,
    Case,
    Event,
    before,
    cases,
    sorted_events,
)
from questions.litmus.paths import Path, paths, producer
from questions.litmus.program import Atom, Litmus, evaluate
from questions.litmus.requirement import required
from questions.litmus.terms import JUMPS, computed, divided, half, is_computing, number
from vtsc.base.errors import BadFileError

LIMIT = 2000
"""The number of ways to go beyond which a file is refused."""


@dataclass
class Script:
    """The text in the making: declarations, definitions and assertions, each once."""

    litmus: Litmus
    lines: list[str] = field(default_factory=list)
    unknowns: dict[str, int] = field(default_factory=dict)
    """Each unknown with the width of its vector, 0 for a Boolean."""

    def unknown(self, name: str, width: int) -> str:
        """The unknown of that name; declared at first use."""
        if name not in self.unknowns:
            sort = f"(_ BitVec {width})" if width else "Bool"
            self.lines.append(f"(declare-const {name} {sort})")
            self.unknowns[name] = width
        return name

    def start(self, vcpu: int) -> str:
        """The TSC of a vCPU at the start; empty where it is taken to be 0.

        Where the counter does not wrap, no value is lost by that: any number of cycles may pass until the
        first read. It spares the solver one sum for each read.
        """
        rule = self.litmus.requirement
        if rule.wrap != "full" and rule.span == "full" and not rule.skewed:
            return ""
        return self.unknown(f"tsc.P{vcpu}" if rule.skewed else "tsc", 2 * self.litmus.width)

    def apart(self, first: int, second: int) -> str:
        """The cycles between two clock reads of vCPU 0. Stated as a sum, solvers see what cancels."""
        name = f"gap.{first}.{second}"
        if name not in self.unknowns:
            width = 2 * self.litmus.width
            a, b = (self.unknown(f"passed.P0.{n}", width) for n in (first, second))
            self.unknown(name, width)
            self.lines.append(f"(assert (= {b} (bvadd {a} {name})))")
        return name

    def define(self, name: str, sort: str, body: str) -> str:
        """A name for a term."""
        self.lines.append(f"(define-fun {name} () {sort} {body})")
        return name


@dataclass(frozen=True)
class Question:
    """The text, its unknowns in the order in which they are to be small, and the ways to go by name."""

    name: str
    text: str
    unknowns: tuple[tuple[str, int], ...]
    cases: dict[str, Case]


def question(litmus: Litmus, *, holds: bool) -> Question:
    """The question whether some execution ends with the condition true (``holds``), or with it false."""
    script = Script(litmus)
    found: dict[str, Case] = {}
    every = cases(litmus, [paths(program) for program in litmus.threads])
    for n, case in enumerate(every, 1):
        if n > LIMIT:
            raise BadFileError(f"{litmus.file}: more than {LIMIT} ways to go")
        name = script.unknown(f"way{n}", 0)
        found[name] = case
        terms = _Execution(script, case, name).constraints(holds)
        script.lines.append(f"(assert (=> {name} (and true {' '.join(terms)})))")
    script.lines.append(f"(assert (or false {' '.join(found)}))")
    asked = "ends" if holds else "does not end"
    head = [
        f"; {litmus.name}: an execution that {asked} with {litmus.condition_text}",
        "(set-logic QF_BV)",
    ]
    text = "\n".join([*head, *script.lines, "(check-sat)"]) + "\n"
    order = sorted(script.unknowns.items(), key=lambda x: _rank(x[0]))
    return Question(litmus.name, text, tuple(order), found)


def _rank(name: str) -> int:
    """Ways come first, then the cycles that pass, then the TSC at the start, then all else."""
    ranks = ("way", "passed", "tsc", "last")
    return next((i for i, start in enumerate(ranks) if name.startswith(start)), len(ranks))


class _Execution:
    """The terms of one way to go."""

    def __init__(self, script: Script, case: Case, name: str) -> None:
        self.script = script
        self.litmus = script.litmus
        self.case = case
        self.name = name
        self.results: dict[Event, dict[str, str]] = {}
        self.memory: dict[str, str] = {}
        self.last: dict[str, str] = {}
        self.values: dict[Event, str] = {}
        self.conditions: list[str] = []

    def constraints(self, holds: bool) -> list[str]:
        """All that must be true for this way to be taken, and its end be as asked."""
        earlier = before(self.litmus, self.case)
        order = sorted_events(earlier)
        assert order is not None, "reading refuses what has no order"
        for event in order:
            if event != COMMITTED:
                self.results[event] = self._result(event)
        condition = evaluate(self.litmus.condition, self._atom, _joined)
        asked = condition if holds else f"(not {condition})"
        rules = required(self.script, self.case, earlier, self.values, self.last)
        return [*self.conditions, *rules, asked]

    def _result(self, event: Event) -> dict[str, str]:
        """The registers and flags that an event leaves; notes its conditions, and stores."""
        step, width = self.case.step(event), self.litmus.width
        each = step.instruction
        if each.is_read:
            value = self._read(event)
            self.values[event] = value
            found = {n: half(value, width, high=n == "edx") for n in ("eax", "edx")}
            return {**found, "ecx": number(event[0], width)} if each.name == "rdtscp" else found
        if each.name in JUMPS:
            taken = JUMPS[each.name].format(**{x: self._operand(event, x) for x in each.reads})
            self.conditions.append(taken if step.taken else f"(not {taken})")
        elif each.name == "div":
            low, high, by = (self._operand(event, x) for x in ("eax", "edx", each.operands[0].name))
            divided_into = divided(low, high, by, width, fault=step.taken)
            self.conditions.append(divided_into.pop("when"))
            return divided_into
        elif each.name == "mov":
            return self._moved(event)
        elif is_computing(each):
            return self._computed(event)
        return {}

    def _moved(self, event: Event) -> dict[str, str]:
        each = self.case.step(event).instruction
        value, into = self._value(event, 0), each.operands[1]
        if into.kind == "name":
            self.memory[into.name] = value
            return {}
        return {into.name: value}

    def _computed(self, event: Event) -> dict[str, str]:
        each = self.case.step(event).instruction

        def define(body: str) -> str:
            own = f"{self.name}.P{event[0]}.{each.number}"
            return self.script.define(own, f"(_ BitVec {self.litmus.width})", body)

        carry = self._operand(event, "CF") if "CF" in each.reads else "false"
        source, into = self._value(event, 0), self._value(event, len(each.operands) - 1)
        found = computed(each, source, into, carry, self.litmus.width, define)
        result = found.pop("=")
        for name in each.writes[:1]:
            found.setdefault(name, result)
        return found

    def _value(self, event: Event, at: int) -> str:
        """The value of an operand."""
        operand = self.case.step(event).instruction.operands[at]
        width = self.litmus.width
        if operand.kind == "number":
            return number(operand.value, width)
        if operand.kind == "register":
            return self._operand(event, operand.name)
        if operand.name in self.litmus.clocks:
            start = self.script.unknown(f"clock.{operand.name}", width)
            return f"(bvadd {start} {self._low(event)})"
        return self._memory(operand.name)

    def _low(self, event: Event) -> str:
        """The low half of the cycles that have passed; where a gap is bounded, as a sum with the gap."""
        width, number_of = self.litmus.width, self._number(event)
        for gap in self.litmus.requirement.gaps if event[0] == 0 else ():
            if gap.second == number_of:
                first = self.script.unknown(f"passed.P0.{gap.first}", 2 * width)
                apart = self.script.apart(gap.first, gap.second)
                return f"(bvadd {half(first, width, high=False)} {half(apart, width, high=False)})"
        return half(self.passed(event), width, high=False)

    def _memory(self, name: str) -> str:
        start, width = self.litmus.memory[name], self.litmus.width
        if name in self.memory:
            return self.memory[name]
        return self.script.unknown(f"at.{name}", width) if start is None else number(start, width)

    def _operand(self, event: Event, resource: str) -> str:
        """The term of a register or flag, as the last instruction before the event left it."""
        p, k = event
        at = producer(self.case.paths[p], k, resource)
        if at is None:
            return self.script.unknown(f"P{p}.{resource}", self.litmus.width)
        return self.results[p, at][resource]

    def passed(self, event: Event) -> str:
        """The cycles that have passed when a clock is read."""
        return self.script.unknown(passed(self.case, event), 2 * self.litmus.width)

    def _read(self, event: Event) -> str:
        """The value of an RDTSC: the TSC now, or what its emulation makes of the clock. [emulated-value]"""
        width, litmus = 2 * self.litmus.width, self.litmus
        start, clock = self.script.start(event[0]), self.passed(event)
        sort, own = f"(_ BitVec {width})", f"{self.name}.P{event[0]}.{self._number(event)}"
        if start:
            clock = self.script.define(f"{own}.tsc", sort, f"(bvadd {start} {clock})")
        if litmus.order != "trapped" or litmus.emulation == "clock":
            return clock
        key = "last" if litmus.emulation == "bump-vm" else f"last.P{event[0]}"
        last = self.last.get(key) or self.script.unknown(key, width)
        bumped = self.script.define(f"{own}.bumped", sort, f"(bvadd {last} {number(1, width)})")
        if litmus.requirement.wrap != "full":
            self.conditions.append(f"(distinct {bumped} {number(0, width)})")
        later = f"(ite (bvuge {clock} {bumped}) {clock} {bumped})"
        self.last[key] = self.script.define(f"{own}.value", sort, later)
        return self.last[key]

    def _number(self, event: Event) -> int:
        return self.case.step(event).instruction.number

    def _atom(self, atom: Atom) -> str:
        if atom.kind == "memory":
            return f"(= {self._memory(atom.name)} {number(atom.value, self.litmus.width)})"
        path = self.case.paths[atom.vcpu]
        if atom.kind == "register":
            found = self._operand((atom.vcpu, len(path)), atom.name)
            return f"(= {found} {number(atom.value, self.litmus.width)})"
        return "true" if any(_is(path, atom)) else "false"


def passed(case: Case, event: Event) -> str:
    """The name of the cycles that have passed when a clock is read."""
    return f"passed.P{event[0]}.{case.step(event).instruction.number}"


def _is(path: Path, atom: Atom) -> Iterator[bool]:
    """Whether each step of a path is what an atom asks for."""
    for step in path:
        each = step.instruction
        if atom.kind == "taken":
            yield each.label == atom.name and step.taken
        elif atom.name == "#BP":
            yield each.name == "int3"
        else:
            yield each.name == "div" and step.taken


def _joined(operator: str, operands: list[str]) -> str:
    return f"({operator} {' '.join(operands)})"
