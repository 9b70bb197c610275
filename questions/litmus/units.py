"""Reads which of two issue units executes which instruction, as the second listing of the mail has it."""

from collections.abc import Mapping
from dataclasses import replace

from questions.litmus.order import before, cases, sorted_events
from questions.litmus.paths import paths, producer
from questions.litmus.program import COMMIT, Litmus
from questions.litmus.source import Source

Units = tuple[tuple[int, ...], tuple[int, ...]]


def read_units(source: Source, entries: Mapping[str, tuple[int, str]], litmus: Litmus) -> Units:
    """The instructions of both units in order, with `COMMIT` once in each; refused where they do not fit."""
    if len(litmus.threads) != 1:
        raise source.wrong(entries["Order"][0], "two units execute one vCPU")
    first, second = (_unit(source, *entries[key], litmus) for key in ("Unit 1", "Unit 2"))
    every = sorted(n for n in (*first, *second) if n != COMMIT)
    if every != [x.number for x in litmus.threads[0]]:
        line = entries["Unit 2"][0]
        raise source.wrong(line, "each instruction is executed by one unit, once")
    for number in second:
        if number != COMMIT and litmus.instruction(0, number).decides:
            raise source.wrong(entries["Unit 2"][0], "jumps and divisions are executed by unit 1")
    for key, unit in (("Unit 1", first), ("Unit 2", second)):
        if list(unit) != _in_order(unit):
            raise source.wrong(entries[key][0], "a unit executes its instructions in their order")
    _check_possible(source, entries["Unit 2"][0], replace(litmus, units=(first, second)))
    return first, second


def _check_possible(source: Source, line: int, litmus: Litmus) -> None:
    """Refuse units that wait for each other, or where unit 1 uses what unit 2 has not made visible yet."""
    first, second = litmus.units
    early = first[: first.index(COMMIT)]
    for case in cases(litmus, [paths(program) for program in litmus.threads]):
        if sorted_events(before(litmus, case)) is None:
            raise source.wrong(line, "the two units would wait for each other for ever")
        path = case.paths[0]
        for k, step in enumerate(path):
            used = {producer(path, k, resource) for resource in step.instruction.reads}
            made = {path[x].instruction.number for x in used if x is not None}
            if step.instruction.number in early and made & set(second):
                raise source.wrong(
                    line, f"{step.instruction.number} needs a result before the commit"
                )


def _in_order(unit: tuple[int, ...]) -> list[int]:
    """The instructions of a unit by number, its commit where it is."""
    numbers = iter(sorted(n for n in unit if n != COMMIT))
    return [COMMIT if n == COMMIT else next(numbers) for n in unit]


def _unit(source: Source, line: int, text: str, litmus: Litmus) -> tuple[int, ...]:
    words = text.split()
    if words.count("commit") != 1:
        raise source.wrong(line, "each unit has one 'commit'")
    numbers = []
    for word in words:
        if word != "commit" and not (word.isdigit() and 1 <= int(word) <= len(litmus.threads[0])):
            raise source.wrong(line, f"{word} is no number of an instruction, and not 'commit'")
        numbers.append(COMMIT if word == "commit" else int(word))
    return tuple(numbers)
