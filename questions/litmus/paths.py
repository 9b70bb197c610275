"""The ways through a program: programs have no loops, so there are finitely many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from questions.litmus.instructions import FLAGS, Instruction
from questions.litmus.source import Source

Program = Sequence[Instruction]


@dataclass(frozen=True)
class Step:
    """An instruction on a path. ``taken``: whether a jump is taken, or a division ends in #DE."""

    instruction: Instruction
    taken: bool = False


Path = tuple[Step, ...]


def paths(program: Program) -> list[Path]:
    """Every way through a program, to its end, a ``ret`` or a fault."""
    return [tuple(path) for path in _from(program, 1)]


def _from(program: Program, number: int) -> Iterator[list[Step]]:
    if number > len(program):
        yield []
        return
    each = program[number - 1]
    if each.name == "ret":
        yield [Step(each)]
        return
    if each.name == "jmp":
        ways = [(True, each.target)]
    elif each.name == "div":
        yield [Step(each, taken=True)]
        ways = [(False, number + 1)]
    elif each.decides:
        ways = [(True, each.target), (False, number + 1)]
    else:
        ways = [(False, number + 1)]
    for taken, then in ways:
        for rest in _from(program, then):
            yield [Step(each, taken), *rest]


def producer(path: Path, position: int, resource: str) -> int | None:
    """The position of the last step before one that writes a register or flag; None for the start."""
    for i in range(position - 1, -1, -1):
        if resource in path[i].instruction.writes:
            return i
    return None


def check_flow(source: Source, program: Program) -> None:
    """Refuse a program that reads a flag that nothing has set, or uses a lock in the wrong way."""
    for path in paths(program):
        held: str | None = None
        for position, step in enumerate(path):
            each = step.instruction
            _check_flags(source, path, position)
            if each.name == "spin_lock":
                if held is not None:
                    raise source.wrong(each.line, f"{held} is held already")
                held = each.operands[0].name
            elif each.name == "spin_unlock":
                if held != each.operands[0].name:
                    raise source.wrong(each.line, f"{each.operands[0].name} is not held here")
                held = None
            elif each.name == "div" and held is not None:
                raise source.wrong(each.line, f"a division while {held} is held")
        if held is not None:
            raise source.wrong(path[-1].instruction.line, f"the program ends with {held} held")


def _check_flags(source: Source, path: Path, position: int) -> None:
    each = path[position].instruction
    for flag in (x for x in each.reads if x in FLAGS):
        at = producer(path, position, flag)
        if at is None or path[at].instruction.name == "div":
            why = "no instruction has set" if at is None else "the division leaves undefined"
            raise source.wrong(each.line, f"{each.name} reads {flag}, which {why}")
