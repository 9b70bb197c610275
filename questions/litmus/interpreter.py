"""Executes a proposed execution again on plain numbers, and checks that its order and values are allowed.

Nothing here imports a solver, or what the question was made with: registers are renamed as hardware does
it, and each rule of an order is checked when an instruction starts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from questions.litmus.arithmetic import Fault, execute
from questions.litmus.instructions import CONDITIONS, FLAGS, Instruction
from questions.litmus.program import COMMIT, Atom, Litmus, evaluate
from questions.litmus.slots import Run, Slot
from vtsc.base.errors import EvidenceError

Key = tuple[int, int]
"""A vCPU and the number of an instruction."""


@dataclass(frozen=True)
class Row:
    """An instruction that was executed, and the registers, flags and memory that it changed."""

    slot: int
    vcpu: int
    number: int
    tsc: int
    """The TSC of the vCPU at this time."""
    changed: Mapping[str, int]
    taken: bool | None = None


@dataclass
class Execution:
    """What happened: a row for each instruction, and the end."""

    rows: list[Row] = field(default_factory=list)
    registers: list[dict[str, int]] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)
    traps: set[tuple[int, str]] = field(default_factory=set)
    taken: set[tuple[int, str]] = field(default_factory=set)
    holds: bool = False


def replay(litmus: Litmus, run: Run) -> Execution:
    """Execute a run; raises `EvidenceError` where it is none of the file's, or does not end."""
    return _Replay(litmus, run).all()


class _Replay:
    def __init__(self, litmus: Litmus, run: Run) -> None:
        self.litmus = litmus
        self.run = run
        self.mask = (1 << litmus.width) - 1
        self.whole = (1 << 2 * litmus.width) - 1
        self.executed = {e for slot in run.slots for e in slot.events if e[1] != COMMIT}
        self.results: dict[Key, dict[str, int]] = {}
        self.taken: dict[Key, bool] = {}
        self.committed = False
        self.held: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.reads: list[tuple[int, Key, int]] = []
        self.values: dict[Key, int] = {}
        self.end = Execution(
            memory={
                name: (self.start(f"at.{name}") if value is None else value) & self.mask
                for name, value in litmus.memory.items()
            }
        )

    def all(self) -> Execution:
        """Execute every slot, then follow each program in order."""
        if sum(len(slot.events) for slot in self.run.slots) != len(self.executed) + self._commits():
            self.fail("an instruction is executed twice")
        before = 0
        for number, slot in enumerate(self.run.slots):
            if slot.passed < before or slot.passed > self.whole:
                self.fail("time goes back")
            before = slot.passed
            self._slot(number, slot)
        self._require()
        for vcpu, program in enumerate(self.litmus.threads):
            self._follow(vcpu, program)
        self.end.holds = bool(evaluate(self.litmus.condition, self._atom, _joined))
        return self.end

    def fail(self, what: str) -> None:
        """Refuse the run."""
        raise EvidenceError(f"{self.litmus.name}: not an execution: {what}")

    def start(self, name: str) -> int:
        """A value at the start; 0 for what makes no difference."""
        return int(self.run.start.get(name, 0))

    def _commits(self) -> int:
        return 1 if self.litmus.order == "two-units" else 0

    def _slot(self, number: int, slot: Slot) -> None:
        if len(slot.events) > 1:
            for key in slot.events:
                if key[1] == COMMIT or not self.litmus.instruction(*key).takes_time:
                    self.fail("only clock reads happen at the same time")
            if self.litmus.order == "trapped":
                self.fail("trapped reads happen one after the other")
        found = [(key, self._event(number, slot.passed, key)) for key in slot.events]
        for key, results in found:
            if key[1] == COMMIT:
                self.committed = True
            else:
                self.results[key] = results
            vcpu = key[0]
            tsc = (self._tsc(vcpu) + slot.passed) & self.whole
            self.end.rows.append(Row(number, *key, tsc, results, self.taken.get(key)))

    def _tsc(self, vcpu: int) -> int:
        return self.start(f"tsc.P{vcpu}" if self.litmus.requirement.skewed else "tsc")

    def _event(self, slot: int, passed: int, key: Key) -> dict[str, int]:
        """What an event leaves in registers, flags and memory."""
        self._check_order(key)
        if key[1] == COMMIT:
            return {}
        each = self.litmus.instruction(*key)
        if each.takes_time:
            self.reads.append((slot, key, passed))
        if each.is_read:
            value = self.values[key] = self._read(key[0], passed)
            found = {"eax": value & self.mask, "edx": value >> self.litmus.width}
            return {**found, "ecx": key[0]} if each.name == "rdtscp" else found
        if each.name in ("spin_lock", "spin_unlock"):
            return self._lock(key, each)
        if each.name == "mov":
            return self._move(key, each, passed)
        values = {name: self._operand(key, name) for name in each.reads}
        try:
            results, taken = execute(each, values, self.litmus.width)
        except Fault:
            self.taken[key] = True
            return {}
        if each.decides:
            self.taken[key] = taken
        return results

    def _operand(self, key: Key, name: str) -> int:
        """A register or flag as the instruction finds it: renamed, so as the last one before it left it."""
        vcpu, number = key
        for earlier in range(number - 1, 0, -1):
            if (vcpu, earlier) not in self.executed:
                continue
            if name in self.litmus.instruction(vcpu, earlier).writes:
                if (vcpu, earlier) not in self.results:
                    self.fail(f"{number} uses {name} before {earlier} has written it")
                if self._is_local(earlier) and not self._is_local(number) and not self.committed:
                    self.fail(f"{number} uses {name} before the commit")
                return self.results[vcpu, earlier][name]
        if name in FLAGS:
            self.fail(f"{number} reads {name}, which nothing has set")
        return self.start(f"P{vcpu}.{name}") & self.mask

    def _is_local(self, number: int) -> bool:
        return bool(self.litmus.units) and number in self.litmus.units[1]

    def _move(self, key: Key, each: Instruction, passed: int) -> dict[str, int]:
        source, into = each.operands
        if source.kind == "number":
            value = source.value & self.mask
        elif source.kind == "register":
            value = self._operand(key, source.name)
        elif each.clock:
            value = (self.start(f"clock.{source.name}") + passed) & self.mask
        else:
            value = self.end.memory[source.name]
        if into.kind == "name":
            self.end.memory[into.name] = value
        return {into.name: value}

    def _lock(self, key: Key, each: Instruction) -> dict[str, int]:
        name = each.operands[0].name
        if each.name == "spin_lock":
            if name in self.held:
                self.fail(f"{name} is taken twice")
            self.held[name] = key[0]
        elif self.held.pop(name, None) != key[0]:
            self.fail(f"{name} is not held")
        return {name: int(each.name == "spin_lock")}

    def _read(self, vcpu: int, passed: int) -> int:
        """An RDTSC: the TSC, or what the emulation makes of the clock."""
        clock = (self._tsc(vcpu) + passed) & self.whole
        if self.litmus.order != "trapped" or self.litmus.emulation == "clock":
            return clock
        key = "last" if self.litmus.emulation == "bump-vm" else f"last.P{vcpu}"
        bumped = (self.last.get(key, self.start(key)) + 1) & self.whole
        if not bumped and self.litmus.requirement.wrap != "full":
            self.fail("the bumped counter wraps")
        self.last[key] = max(clock, bumped)
        return self.last[key]

    # the order

    def _check_order(self, key: Key) -> None:
        vcpu, number = key
        if self.litmus.order == "two-units":
            self._check_units(number)
            return
        each = self.litmus.instruction(*key)
        for earlier in range(1, number):
            other = (vcpu, earlier)
            if other in self.executed and other not in self.results:
                before = self.litmus.instruction(*other)
                if self.litmus.order != "unserialised" or _in_order(before, each):
                    self.fail(f"P{vcpu}: {number} starts before {earlier} is done")

    def _check_units(self, number: int) -> None:
        for unit in self.litmus.units:
            if number not in unit:
                continue
            for earlier in unit[: unit.index(number)]:
                if earlier == COMMIT and not self.committed:
                    self.fail(f"{number} starts before the commit")
                missing = (0, earlier) in self.executed and (0, earlier) not in self.results
                if missing:
                    self.fail(f"{number} starts before {earlier} is done")

    # the end

    def _follow(self, vcpu: int, program: tuple[Instruction, ...]) -> None:
        """Retire a program in order: what was executed is what its jumps lead to."""
        registers: dict[str, int] = {}
        at, visited = 1, set()
        while at <= len(program):
            key, each = (vcpu, at), program[at - 1]
            if key not in self.results:
                self.fail(f"P{vcpu}: {at} is not executed")
            visited.add(at)
            names = set(registers) | set(each.writes)
            registers = {n: self.results[key].get(n, registers.get(n, 0)) for n in names}
            at += 1
            if each.name == "int3":
                self.end.traps.add((vcpu, "#BP"))
            if each.name == "ret":
                break
            if each.name == "div" and self.taken[key]:
                self.end.traps.add((vcpu, "#DE"))
                break
            if each.name == "jmp" or (each.name in CONDITIONS and self.taken[key]):
                at = each.target
                self.end.taken.add((vcpu, each.label))
        if visited != {n for p, n in self.executed if p == vcpu}:
            self.fail(f"P{vcpu}: an instruction is executed that its jumps do not lead to")
        self.end.registers.append(registers)

    def _require(self) -> None:
        """Check what is required of the TSC."""
        rule, width = self.litmus.requirement, self.litmus.width
        span = {"low": 1 << width, "half": 1 << 2 * width - 1, "full": 1 << 2 * width}[rule.span]
        for slot, key, passed in self.reads:
            for other, _, then in self.reads:
                if slot < other and not (passed < then if rule.strict else passed <= then):
                    self.fail("a later read is not above an earlier one")
            if passed >= span:
                self.fail("too many cycles pass")
            start = self._tsc(key[0])
            if rule.wrap != "full" and start + passed > self.whole and key in self.values:
                self.fail("the TSC wraps")
        if rule.wrap == "none" and len({value >> width for value in self.values.values()}) > 1:
            self.fail("the low half of the TSC wraps")
        times = {key[1]: passed for _, key, passed in self.reads if key[0] == 0}
        for gap in rule.gaps:
            if gap.first in times and gap.second in times:
                distance = abs(times[gap.first] - times[gap.second])
                if distance > gap.cycles:
                    self.fail("a gap is too long")

    def _atom(self, atom: Atom) -> bool:
        if atom.kind == "trap":
            return (atom.vcpu, atom.name) in self.end.traps
        if atom.kind == "taken":
            return (atom.vcpu, atom.name) in self.end.taken
        if atom.kind == "memory":
            return self.end.memory[atom.name] == atom.value
        start = self.start(f"P{atom.vcpu}.{atom.name}")
        return self.end.registers[atom.vcpu].get(atom.name, start) == atom.value


def _in_order(before: Instruction, each: Instruction) -> bool:
    """Whether an unserialised instruction waits for an earlier one whose result it does not use."""
    if "lfence" in (before.name, each.name) or before.name == "int3":
        return True
    if each.name in ("rdtscp", "int3", "ret"):
        return True
    memory = before.touches_memory and each.touches_memory
    return memory or (before.decides and each.stores)


def _joined(operator: str, operands: list[bool]) -> bool:
    if operator == "not":
        return not operands[0]
    return all(operands) if operator == "and" else any(operands)
