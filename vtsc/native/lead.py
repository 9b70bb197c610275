"""Follows a model's situations to their goal by plain execution."""

from collections.abc import Iterator
from typing import Any

from vtsc.language.actions import Call
from vtsc.language.progress import LEAST, Progress, Situation
from vtsc.language.words import Illegal
from vtsc.native.inputs import Recorded


class Stuck(Exception):
    """No situation is given, or the call of the situation that is given cannot be taken."""


def lead(machine: Any, state: Any, progress: Progress, number: int) -> list[Call]:
    """Take instance ``number`` to the goal by plain execution; returns the calls taken, or raises `Stuck`."""
    taken: list[Call] = []
    while True:
        situation, args = _lowest(machine, state, progress, number)
        call = situation.call(*args)
        try:
            machine.advance(state, Recorded(situation.inputs))
            machine.perform(state, call, Recorded(situation.inputs))
        except Illegal:
            raise Stuck(f"{situation.name}: {call} cannot be taken") from None
        taken.append(call)
        if situation.rank == LEAST:
            return taken
        if len(taken) == progress.steps:
            raise Stuck(f"{situation.name}: {progress.goal} is not reached in {len(taken)} calls")


def _lowest(
    machine: Any, state: Any, progress: Progress, number: int
) -> tuple[Situation, tuple[int, ...]]:
    """The situation of lowest rank that is given, with its arguments."""
    for situation in sorted(progress.situations, key=lambda s: s.rank):
        for args in _instances(machine, situation, number):
            if situation.applies(machine, state, *args):
                return situation, args
    raise Stuck("no situation is given")


def _instances(machine: Any, situation: Situation, number: int) -> Iterator[tuple[int, ...]]:
    instances = situation.stated().instances(machine.sizes)
    return (args for args in instances if args[0] == number)
