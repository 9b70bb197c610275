"""Other vCPUs that have to act before one gets to read its TSC: to make room, or because they are due.

Those that are due are taken one after another, the one of the lowest number first. Where a vCPU may be off
its pCPU for the time of a read, each leaves its pCPU or comes back to one, which restarts its deadline.
Where it may not, each comes back and, if need be, enters guest mode. It then stays out of the way until the
read is done.
"""

from typing import Any

from model.limits import DORMANCY, ENTRY_DELAY
from model.progress.deadlines import long_enough, may_stay, others_wait, waits
from model.progress.elapsing import elapsing
from vtsc.language import Call, Situation, both, either, negation

OWN, PAIR = ("vcpu",), ("vcpu", "vcpu")


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
    away = both(shut_out(machine, state, v), others_wait(machine, state, v, w))
    return both(away, idle(state, w))


def behind_guest(machine: Any, state: Any, v: int, w: int) -> bool:
    """Whether ``v`` is off its pCPU, all are taken, one by ``w`` in guest mode, and no other is due."""
    away = both(shut_out(machine, state, v), others_wait(machine, state, v, w))
    return both(away, state.vm.vcpus[w].in_guest)


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

    Those in ``but`` do not count.
    """
    earlier = (w for p in range(place) if (w := nth_other(p, v)) not in but)
    before = (negation(waits(machine, state, w)) for w in earlier)
    late = negation(waits(machine, state, nth_other(place, v)))
    return both(late, negation(either(before)))


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
        if settings["dormancy"] and settings["vcpus"] > settings["pcpus"]:
            found += self._room_by("itself", OWN, room) + self._room_by("some", PAIR, room)
        return found

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

    def _by_itself(self, action: str, sentence: str, rank: int, applies: Any) -> Situation:
        """A situation from which the next vCPU's own call leads on."""
        return self._situation(
            action, sentence, rank, OWN, applies, lambda i, v: Call(action, (i,))
        )

    def _stays_loaded(self, machine: Any, state: Any, i: int) -> bool:
        """Whether ``i`` is loaded, out of guest mode, and once entered may stay for the time of a read."""
        return both(idle(state, i), may_stay(machine, state, i))

    def _enter(self, rank: int) -> Situation:
        def applies(m: Any, s: Any, i: int, v: int) -> bool:
            return both(self._stays_loaded(m, s, i), negation(m.pending(s.vm.vcpus[i])))

        sentence = "another vCPU is due to be entered, with nothing pending"
        return self._by_itself("enter", sentence, rank, applies)

    def _serve(self, rank: int) -> Situation:
        def applies(m: Any, s: Any, i: int, v: int) -> bool:
            return both(self._stays_loaded(m, s, i), m.pending(s.vm.vcpus[i]))

        sentence = "another vCPU is due to be entered, with a request pending"
        return self._by_itself("serve", sentence, rank, applies)

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

    def _load(self, rank: int) -> Situation:
        """The next vCPU has to come back to a pCPU."""

        def applies(m: Any, s: Any, i: int, v: int, c: int) -> bool:
            return negation(either((s.vm.vcpus[i].loaded, taken(s, c))))

        sentence = "another vCPU is due to be loaded, and some pCPU is free"
        over = ("vcpu", "pcpu")
        return self._situation(
            "load", sentence, rank, over, applies, lambda i, v, c: Call("load", (i, c))
        )

    def _room_by(self, who: str, over: tuple[str, ...], rank: int) -> list[Situation]:
        """The next vCPU has to come back, and one has to make room: the one itself, or one of ``over``."""
        full = "another vCPU is due to be loaded, and every pCPU is taken"
        return [
            self._situation(
                f"put-{who}",
                f"{full}, one by {who} out of guest mode",
                rank,
                over,
                lambda m, s, i, *vs: both(shut_out(m, s, i), idle(s, vs[-1])),
                lambda i, *vs: Call("put", (vs[-1],)),
            ),
            self._situation(
                f"exit-{who}",
                f"{full}, one by {who} in guest mode",
                rank + 1,
                over,
                lambda m, s, i, *vs: both(shut_out(m, s, i), s.vm.vcpus[vs[-1]].in_guest),
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
