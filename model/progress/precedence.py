"""Other vCPUs that have to act before one gets to read its TSC: to make room, or because they are due.

Those that are due are taken one after another, the one of the lowest number first. Where a vCPU may be off
its pCPU for the time of a read, each leaves its pCPU or comes back to one, which restarts its deadline.
Where it may not, each comes back and, if need be, enters guest mode. It then stays out of the way until the
read is done.
"""

from typing import Any

from model.limits import DORMANCY, ENTRY_DELAY, WAKE_UP
from model.progress.deadlines import (
    long_enough,
    may_stay,
    others_wait,
    overslept,
    to_deliver,
    to_fire,
    waits,
)
from model.progress.elapsing import elapsing
from vtsc.language import Call, Situation, both, either, negation

OWN, PAIR = ("vcpu",), ("vcpu", "vcpu")
WOKEN = "woken-"
"""The beginning of the names of situations in which another vCPU's timer has to be delivered."""


def taken(state: Any, c: int) -> bool:
    """Whether some vCPU is loaded on pCPU ``c``."""
    return either(both(w.loaded, w.cpu == c) for w in state.vm.vcpus)


def idle(state: Any, w: int) -> bool:
    """Whether vCPU ``w`` is loaded and out of guest mode."""
    return both(state.vm.vcpus[w].loaded, negation(state.vm.vcpus[w].in_guest))


def shut_out(machine: Any, state: Any, v: int) -> bool:
    """Whether vCPU ``v`` is off its pCPU and every pCPU is taken."""
    full = negation(either(negation(taken(state, c)) for c in range(machine.sizes["pcpu"])))
    return both(negation(state.vm.vcpus[v].loaded), full)


# to make room


def behind_idle(machine: Any, state: Any, v: int, w: int) -> bool:
    """Whether ``v`` is off its pCPU, all are taken, one by ``w`` out of guest mode, and no other is due."""
    return both(_behind(machine, state, v, w), idle(state, w))


def behind_guest(machine: Any, state: Any, v: int, w: int) -> bool:
    """Whether ``v`` is off its pCPU, all are taken, one by ``w`` in guest mode, and no other is due."""
    return both(_behind(machine, state, v, w), state.vm.vcpus[w].in_guest)


def _behind(machine: Any, state: Any, v: int, w: int) -> bool:
    """Whether ``v`` is off its pCPU, all are taken, no other but ``w`` is due, and no timer of both."""
    away = both(shut_out(machine, state, v), others_wait(machine, state, v, w))
    timer = either((to_fire(machine, state, v), overslept(machine, state, w)))
    return both(away, negation(timer))


def _on_other(action: str) -> Any:
    return lambda v, w: Call(action, (w,))


def crowded(settings: Any) -> list[Situation]:
    """The situations in which, with more vCPUs than pCPUs, another vCPU has to leave first."""
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


def nth_other(place: int, v: int) -> int:
    """The vCPU at ``place`` among all but ``v``."""
    return place + (place >= v)


def is_next(machine: Any, state: Any, v: int, place: int, *but: int) -> bool:
    """Whether something is due for the vCPU at ``place`` among the others, and for none before it.

    Of those in ``but``, which are to leave their pCPU, only their timers count.
    """
    earlier = [nth_other(p, v) for p in range(place)]
    before = (
        overslept(machine, state, w) if w in but else negation(waits(machine, state, w))
        for w in earlier
    )
    late = negation(waits(machine, state, nth_other(place, v)))
    return both(late, negation(either(before)))


def _because(applies: Any, why: str) -> Any:
    """A condition of the next vCPU where its timer is to be delivered, or where it is due otherwise."""

    def given(machine: Any, state: Any, i: int, *others: int) -> bool:
        woken = to_deliver(machine, state, i) if why else negation(overslept(machine, state, i))
        return both(woken, applies(machine, state, i, *others))

    return given


class _Place:
    """The situations in which the vCPU at one place among the others is next; ranks are above ``below``."""

    def __init__(self, settings: Any, place: int, below: int) -> None:
        self._settings = settings
        self._place = place
        self._below = below
        self._now = elapsing(settings, 0)

    def situations(self) -> list[Situation]:
        """All situations of this place."""
        settings = self._settings
        if long_enough(settings, DORMANCY):
            # what is loaded has to be put again where it may not wait to be entered
            load = 1 if long_enough(settings, ENTRY_DELAY) else 2
            found = [self._put(1), self._exit(2)]
            found += [self._load(load)] if settings["dormancy"] else []
            room = load + 1
        else:
            found = [self._enter(1), self._serve(2), self._load(3), self._put(4), self._exit(5)]
            room = 6
        full = settings["vcpus"] > settings["pcpus"]
        if settings["dormancy"] and full:
            found += self._room("", room)
        if WAKE_UP.allowed(settings):
            found += self._woken(1 + max(s.rank for s in found) - self._below, full)
        return found

    def _woken(self, rank: int, full: bool) -> list[Situation]:
        """Its timer is due: it fires, and the vCPU is loaded and entered, whatever else is due for it."""
        found = [
            self._enter(rank, WOKEN),
            self._serve(rank + 1, WOKEN),
            self._load(rank + 2, WOKEN),
        ]
        found += self._room(WOKEN, rank + 3) if full else []
        return [*found, self._fire(rank + (5 if full else 3))]

    def _room(self, why: str, rank: int) -> list[Situation]:
        return [*self._room_by("itself", OWN, rank, why), *self._room_by("some", PAIR, rank, why)]

    def _situation(
        self, name: str, sentence: str, rank: int, over: tuple[str, ...], applies: Any, call: Any
    ) -> Situation:
        """One situation; ``applies`` and ``call`` take the number of the next vCPU, then those ``over``."""

        def given(machine: Any, state: Any, v: int, *others: int) -> bool:
            but = others if over == PAIR else ()
            upto = is_next(machine, state, v, self._place, *but)
            return both(upto, applies(machine, state, nth_other(self._place, v), v, *others))

        def taken(v: int, *others: int) -> Call:
            found: Call = call(nth_other(self._place, v), v, *others)
            return found

        own = f"due{self._place}-{name}"
        return Situation(own, sentence, self._below + rank, over, given, taken, self._now)

    def _by_itself(
        self, action: str, sentence: str, rank: int, applies: Any, why: str = ""
    ) -> Situation:
        """A situation from which the next vCPU's own call leads on."""
        own = _because(applies, why)
        return self._situation(
            f"{why}{action}", sentence, rank, OWN, own, lambda i, v: Call(action, (i,))
        )

    def _stays_loaded(self, machine: Any, state: Any, i: int) -> bool:
        """Whether ``i`` is loaded, out of guest mode, and once entered may stay for the time of a read."""
        return both(idle(state, i), may_stay(machine, state, i))

    def _to_enter(self, machine: Any, state: Any, i: int, why: str) -> bool:
        """Whether ``i`` is loaded and out of guest mode; if it is not to be woken, it also has to stay."""
        return idle(state, i) if why else self._stays_loaded(machine, state, i)

    def _enter(self, rank: int, why: str = "") -> Situation:
        def applies(m: Any, s: Any, i: int, v: int) -> bool:
            return both(self._to_enter(m, s, i, why), negation(m.pending(s.vm.vcpus[i])))

        sentence = "another vCPU is due to be entered, with nothing pending"
        return self._by_itself("enter", sentence, rank, applies, why)

    def _serve(self, rank: int, why: str = "") -> Situation:
        def applies(m: Any, s: Any, i: int, v: int) -> bool:
            return both(self._to_enter(m, s, i, why), m.pending(s.vm.vcpus[i]))

        sentence = "another vCPU is due to be entered, with a request pending"
        return self._by_itself("serve", sentence, rank, applies, why)

    def _fire(self, rank: int) -> Situation:
        sentence = "the timer of another vCPU is due to fire"
        return self._situation(
            "fire",
            sentence,
            rank,
            OWN,
            lambda m, s, i, v: to_fire(m, s, i),
            lambda i, v: Call("fire", (i,)),
        )

    def _put(self, rank: int) -> Situation:
        """Out of guest mode, it has to leave its pCPU; if it may not be off one, only as its slice ends."""
        stays = not long_enough(self._settings, DORMANCY)

        def applies(m: Any, s: Any, i: int, v: int) -> bool:
            ends = negation(may_stay(m, s, i)) if stays else True
            return both(idle(s, i), ends)

        sentence = "another vCPU is due to be put or to be entered, out of guest mode"
        return self._by_itself("put", sentence, rank, applies)

    def _exit(self, rank: int) -> Situation:
        sentence = "another vCPU is due to exit or to be put, in guest mode"
        return self._by_itself("exit", sentence, rank, lambda m, s, i, v: s.vm.vcpus[i].in_guest)

    def _load(self, rank: int, why: str = "") -> Situation:
        """The next vCPU has to come back to a pCPU."""

        def applies(m: Any, s: Any, i: int, v: int, c: int) -> bool:
            return negation(either((s.vm.vcpus[i].loaded, taken(s, c))))

        sentence = "another vCPU is due to be loaded, and some pCPU is free"
        over = ("vcpu", "pcpu")
        own = _because(applies, why)
        return self._situation(
            f"{why}load", sentence, rank, over, own, lambda i, v, c: Call("load", (i, c))
        )

    def _room_by(self, who: str, over: tuple[str, ...], rank: int, why: str) -> list[Situation]:
        """The next vCPU has to come back, and one has to make room: the one itself, or one of ``over``."""
        full = "another vCPU is due to be loaded, and every pCPU is taken"
        return [
            self._situation(
                f"{why}put-{who}",
                f"{full}, one by {who} out of guest mode",
                rank,
                over,
                _because(lambda m, s, i, *vs: both(shut_out(m, s, i), idle(s, vs[-1])), why),
                lambda i, *vs: Call("put", (vs[-1],)),
            ),
            self._situation(
                f"{why}exit-{who}",
                f"{full}, one by {who} in guest mode",
                rank + 1,
                over,
                _because(
                    lambda m, s, i, *vs: both(shut_out(m, s, i), s.vm.vcpus[vs[-1]].in_guest), why
                ),
                lambda i, *vs: Call("exit", (vs[-1],)),
            ),
        ]


def due(settings: Any, below: int) -> list[Situation]:
    """The situations in which something is due for another vCPU; their ranks are above ``below``."""
    found: list[Situation] = []
    for place in reversed(range(settings["vcpus"] - 1)):
        here = _Place(settings, place, below).situations()
        below = max(s.rank for s in here)
        found = here + found
    return found
