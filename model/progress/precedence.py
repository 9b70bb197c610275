"""Other vCPUs that have to act before one gets to read its TSC: to make room, or because they are due.

Those that are due are taken one after another, the one of the lowest number first; each leaves its pCPU or
comes back to one, which starts its deadline anew, and stays out of the way until the read is done.
"""

from typing import Any

from model.progress.deadlines import others_wait, waits
from model.progress.elapsing import elapsing
from vtsc.language import Call, Situation, both, either, negation

PAIR = ("vcpu", "vcpu")


def taken(state: Any, c: int) -> bool:
    """Some vCPU is loaded on pCPU ``c``."""
    return either(both(w.loaded, w.cpu == c) for w in state.vm.vcpus)


def idle(state: Any, w: int) -> bool:
    """The vCPU is loaded and out of guest mode."""
    return both(state.vm.vcpus[w].loaded, negation(state.vm.vcpus[w].in_guest))


def shut_out(machine: Any, state: Any, v: int) -> bool:
    """Off its pCPU, and every pCPU is taken."""
    full = negation(either(negation(taken(state, c)) for c in range(machine.sizes["pcpu"])))
    return both(negation(state.vm.vcpus[v].loaded), full)


# to make room


def behind_idle(machine: Any, state: Any, v: int, w: int) -> bool:
    """Off its pCPU, every pCPU taken, one of them by vCPU ``w`` out of guest mode."""
    away = both(shut_out(machine, state, v), others_wait(machine, state, v))
    return both(away, idle(state, w))


def behind_guest(machine: Any, state: Any, v: int, w: int) -> bool:
    """Off its pCPU, every pCPU taken, one of them by vCPU ``w`` in guest mode."""
    away = both(shut_out(machine, state, v), others_wait(machine, state, v))
    return both(away, state.vm.vcpus[w].in_guest)


def _on_other(action: str) -> Any:
    return lambda v, w: Call(action, (w,))


def crowded(settings: Any) -> list[Situation]:
    """With more vCPUs than pCPUs another one may have to leave first."""
    now = elapsing(settings, 0)
    return [
        Situation(
            "put-other",
            "a vCPU is off its pCPU, all are taken, one by a vCPU out of guest mode",
            5,
            PAIR,
            behind_idle,
            _on_other("put"),
            now,
        ),
        Situation(
            "exit-other",
            "a vCPU is off its pCPU, all are taken, one by a vCPU in guest mode",
            6,
            PAIR,
            behind_guest,
            _on_other("exit"),
            now,
        ),
    ]


# because they are due


def _due(place: int, v: int) -> int:
    """The vCPU at ``place`` among all but ``v``."""
    return place + (place >= v)


def is_next(machine: Any, state: Any, v: int, place: int) -> bool:
    """Something is due for the vCPU at ``place`` among the others, and for none before it."""
    before = (negation(waits(machine, state, _due(p, v))) for p in range(place))
    late = negation(waits(machine, state, _due(place, v)))
    return both(late, negation(either(before)))


class _Place:
    """The situations in which the vCPU at one place among the others is next."""

    def __init__(self, settings: Any, place: int, below: int) -> None:
        self._place = place
        self._below = below
        self._now = elapsing(settings, 0)

    def _situation(
        self, name: str, sentence: str, rank: int, over: tuple[str, ...], applies: Any, call: Any
    ) -> Situation:
        def given(machine: Any, state: Any, v: int, *others: int) -> bool:
            upto = is_next(machine, state, v, self._place)
            return both(upto, applies(machine, state, _due(self._place, v), v, *others))

        def taken(v: int, *others: int) -> Call:
            found: Call = call(_due(self._place, v), v, *others)
            return found

        own = f"due{self._place}-{name}"
        return Situation(own, sentence, self._below + rank, over, given, taken, self._now)

    def leaving(self) -> list[Situation]:
        """It has to leave guest mode or its pCPU."""
        put = "another vCPU is due to be put, out of guest mode"
        leave = "another vCPU is due to exit or to be put, in guest mode"
        return [
            self._situation(
                "put",
                put,
                1,
                ("vcpu",),
                lambda m, s, i, v: idle(s, i),
                lambda i, v: Call("put", (i,)),
            ),
            self._situation(
                "exit",
                leave,
                2,
                ("vcpu",),
                lambda m, s, i, v: s.vm.vcpus[i].in_guest,
                lambda i, v: Call("exit", (i,)),
            ),
        ]

    def coming(self) -> list[Situation]:
        """It has to come back to a pCPU."""
        return [
            self._situation(
                "load",
                "another vCPU is due to be loaded, and some pCPU is free",
                1,
                ("vcpu", "pcpu"),
                lambda m, s, i, v, c: negation(either((s.vm.vcpus[i].loaded, taken(s, c)))),
                lambda i, v, c: Call("load", (i, c)),
            )
        ]

    def room_by(self, who: str, over: tuple[str, ...]) -> list[Situation]:
        """It has to come back, and a vCPU has to make room: the one itself, or one of ``over``."""
        full = "another vCPU is due to be loaded, and every pCPU is taken"
        return [
            self._situation(
                f"put-{who}",
                f"{full}, one by {who} out of guest mode",
                2,
                over,
                lambda m, s, i, *vs: both(shut_out(m, s, i), idle(s, vs[-1])),
                lambda i, *vs: Call("put", (vs[-1],)),
            ),
            self._situation(
                f"exit-{who}",
                f"{full}, one by {who} in guest mode",
                3,
                over,
                lambda m, s, i, *vs: both(shut_out(m, s, i), s.vm.vcpus[vs[-1]].in_guest),
                lambda i, *vs: Call("exit", (vs[-1],)),
            ),
        ]


PLACE_RANKS = 3
"""Calls that it takes at most until nothing is due for one other vCPU."""


def due(settings: Any, below: int) -> list[Situation]:
    """Something is due for another vCPU; ranks are above ``below``."""
    found: list[Situation] = []
    others = settings["vcpus"] - 1
    for place in range(others):
        here = _Place(settings, place, below + PLACE_RANKS * (others - 1 - place))
        found += here.leaving()
        if settings["dormancy"]:
            found += here.coming()
            if settings["vcpus"] > settings["pcpus"]:
                found += [*here.room_by("itself", ("vcpu",)), *here.room_by("some", PAIR)]
    return found
