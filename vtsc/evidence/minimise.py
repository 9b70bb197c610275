"""Makes a run that hits a target small by executing smaller ones, without a solver.

Steps are left out, one by one, several in a row, and two that belong together, such as one that undoes the
other. Then each input is brought down, to its least value where that is enough. What remains is not always
the least run that hits the target: what would have to change in many places at once is not found.
"""

from collections.abc import Iterator
from itertools import combinations

from vtsc.content.case import Case
from vtsc.evidence.replay import hit_of
from vtsc.evidence.shorten import shortened
from vtsc.native.witness import Inputs, Witness

ROW = 6
"""The greatest number of steps in a row that are left out at once."""
PAIRED = 30
"""The number of steps up to which every two are left out together."""


def minimised(case: Case, name: str, run: Witness) -> Witness:
    """A run whose last step hits ``name``, made from one that does, with fewer steps and smaller inputs."""
    while True:
        smaller = _lower(case, name, _fewer(case, name, shortened(case, name, run)))
        if smaller == run:
            return run
        run = smaller


def _fewer(case: Case, name: str, run: Witness) -> Witness:
    """The run without some of its steps, as long as any that are tried can be left out."""
    left = _left_out(len(run.calls))
    while (steps := next(left, None)) is not None:
        shorter = _without(run, steps)
        hit = hit_of(case, name, shorter)
        if hit is not None:
            run = shortened(case, name, _to(shorter, hit))
            left = _left_out(len(run.calls))
    return run


def _left_out(count: int) -> Iterator[set[int]]:
    """The groups of steps that are tried to be left out of a run of ``count`` steps."""
    for size in range(min(ROW, count - 1), 1, -1):
        for first in range(count - size, -1, -1):
            yield {*range(first, first + size)}
    if count <= PAIRED:
        yield from map(set, combinations(range(count), 2))


def _without(run: Witness, steps: set[int]) -> Witness:
    kept = [i for i in range(len(run.calls)) if i not in steps]
    calls, inputs = [run.calls[i] for i in kept], [run.inputs[i] for i in kept]
    return Witness(tuple(calls), tuple(inputs), run.initial)


def _to(run: Witness, hit: int) -> Witness:
    return Witness(run.calls[:hit], run.inputs[:hit], run.initial)


def _lower(case: Case, name: str, run: Witness) -> Witness:
    """The run with each input, in turn, as low as a search by halves gets it."""
    for step in range(-1, len(run.calls)):
        for given in sorted(run.initial if step < 0 else run.inputs[step]):
            for lower in _values(run, step, given):
                tried = _with(run, step, given, lower)
                if hit_of(case, name, tried) == len(run.calls):
                    run = tried
                    break
    return run


def _values(run: Witness, step: int, given: str) -> Iterator[int | bool | None]:
    """The values to be tried for an input, lowest first; None: the least that it may have."""
    value = (run.initial if step < 0 else run.inputs[step])[given]
    yield None
    if isinstance(value, bool) or value <= 1:
        return
    yield from range(1, min(value, 4))
    yield from (1 << bits for bits in range(2, value.bit_length()) if 4 <= 1 << bits < value)


def _with(run: Witness, step: int, given: str, value: int | bool | None) -> Witness:
    """The run with another value of one input of a step (-1: of the start); None: without it."""

    def changed(inputs: Inputs) -> Inputs:
        rest = {name: x for name, x in inputs.items() if name != given}
        return rest if value is None else {**rest, given: value}

    if step < 0:
        return Witness(run.calls, run.inputs, changed(run.initial))
    inputs = [changed(x) if i == step else x for i, x in enumerate(run.inputs)]
    return Witness(run.calls, tuple(inputs), run.initial)
