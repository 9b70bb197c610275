"""The situations in which a vCPU waits until the others have switched between trapping and passthrough.

They are needed with trap_switch=together, under which nobody is entered before. The others are taken one
after another, the one of the lowest number first: each is loaded if it has to be, and served. A load may
mark the TSC, after which all have to switch; it does so only once.
"""

from dataclasses import replace
from typing import Any

from model.progress.deadlines import others_wait
from model.progress.elapsing import elapsing
from model.progress.precedence import PAIR, idle, is_next, nth_other, shut_out, taken
from vtsc.language import Call, Situation, both, either, negation


class _Place:
    """The situations in which the vCPU at one place among the others has to switch first."""

    def __init__(self, settings: Any, place: int, below: int) -> None:
        self._place = place
        self._below = below
        self._now = elapsing(settings, 0)
        self._full = settings["vcpus"] > settings["pcpus"]

    def situations(self) -> list[Situation]:
        """All situations of this place."""
        found = [
            self._situation("serve", "is loaded", 1, ("vcpu",), _loaded, _serve),
            self._situation(
                "load", "is off its pCPU, some pCPU is free", 2, ("vcpu", "pcpu"), _free, _load
            ),
        ]
        if self._full:
            full = "is off its pCPU, all are taken, one by a vCPU that may be put"
            found += [
                self._situation("put-itself", full, 3, ("vcpu",), _behind, _put),
                self._situation("put-some", full, 3, PAIR, _behind, _put),
            ]
        return found

    def _situation(
        self, name: str, where: str, rank: int, over: tuple[str, ...], applies: Any, call: Any
    ) -> Situation:
        def given(machine: Any, state: Any, v: int, *more: int) -> bool:
            first = is_next(machine, state, v, self._place)
            return both(first, applies(machine, state, nth_other(self._place, v), v, *more))

        return Situation(
            f"switch{self._place}-{name}",
            f"another vCPU has to switch and {where}",
            self._below + rank,
            over,
            given,
            lambda v, *more: call(nth_other(self._place, v), v, *more),
            self._now,
        )


def _serve(i: int, v: int) -> Call:
    return Call("serve", (i,))


def _load(i: int, v: int, c: int) -> Call:
    return Call("load", (i, c))


def _put(i: int, *vs: int) -> Call:
    return Call("put", (vs[-1],))


def _loaded(machine: Any, state: Any, i: int, v: int) -> bool:
    return idle(state, i)


def _free(machine: Any, state: Any, i: int, v: int, c: int) -> bool:
    return negation(either((state.vm.vcpus[i].loaded, taken(state, c))))


def _behind(machine: Any, state: Any, i: int, *vs: int) -> bool:
    return both(shut_out(machine, state, i), idle(state, vs[-1]))


def _once_unstable(situation: Situation) -> Situation:
    """The situation, where the TSC counts as unstable and no other vCPU has to switch."""

    def given(machine: Any, state: Any, v: int, *more: int) -> bool:
        last = both(others_wait(machine, state, v), state.host.tsc_unstable)
        return both(situation.applies(machine, state, v, *more), last)

    sentence = f"{situation.sentence}, and the TSC counts as unstable"
    return replace(situation, sentence=sentence, applies=given)


def _while_stable(situation: Situation, below: int) -> Situation:
    """The situation, where the TSC counts as stable; its rank is above ``below``."""

    def given(machine: Any, state: Any, *numbers: int) -> bool:
        stable = negation(state.host.tsc_unstable)
        return both(situation.applies(machine, state, *numbers), stable)

    return replace(
        situation,
        name=f"stable-{situation.name}",
        sentence=f"{situation.sentence}, and the TSC counts as stable",
        rank=below + situation.rank,
        applies=given,
    )


def with_switching(settings: Any, own: list[Situation], loading: int) -> list[Situation]:
    """The situations of a machine where all wait for all; ``own``: those that it has anyhow.

    Those of rank ``loading`` or more lead to a load.
    """
    early = [s for s in own if s.rank < loading]
    late = [s for s in own if s.rank >= loading]
    below = max(s.rank for s in own)
    others: list[Situation] = []
    for place in reversed(range(settings["vcpus"] - 1)):
        here = _Place(settings, place, below).situations()
        below = max(s.rank for s in here)
        others = here + others
    stable = [_while_stable(s, below) for s in late]
    return [*early, *map(_once_unstable, late), *others, *stable]
