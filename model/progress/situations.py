"""The situations through which each vCPU gets to read its TSC from any state, so no state is stuck.

Only KVM and the guest act: load, put, serve, enter, exit, rdtsc. All calls are taken at once (dt = 0) but
RDTSC, which takes the cycles it needs at the nominal rate. Where a deadline would pass in the
meantime, a vCPU leaves or comes back, which restarts the deadline (`model.progress.precedence` for others).
An entry that is due needs no situation of its own: serving and entering take no time.
"""

from typing import Any

from model.lemmas.machine import LEMMAS
from model.lemmas.overlap import LEMMAS as OVERLAP
from model.lemmas.timers import IN_GUEST_IS_DELIVERED
from model.lemmas.trapping import LEMMAS as TRAPPING
from model.limits import WAKE_UP, kept_lemmas, limits
from model.progress.deadlines import may_run, may_stay, nothing_due, others_wait, to_fire
from model.progress.elapsing import elapsing
from model.progress.precedence import crowded, due, taken
from model.progress.switching import with_switching
from vtsc.language import Call, Lemma, Progress, Situation, both, either, negation

LOADING = 4
"""The rank of the situation in which a vCPU can be loaded."""
LIMIT = 1 << 61
"""Clocks and TSCs below this leave room: inputs may go twice as far."""


# situations


def reading(machine: Any, state: Any, v: int) -> bool:
    """Whether vCPU ``v`` is in guest mode, with time for an RDTSC, and nothing else is due."""
    runs = both(state.vm.vcpus[v].in_guest, may_run(machine, state, v))
    return both(runs, _nothing_else(machine, state, v))


def _nothing_else(machine: Any, state: Any, v: int) -> bool:
    """Whether no other vCPU is due, nor ``v``'s own timer to fire."""
    return both(others_wait(machine, state, v), negation(to_fire(machine, state, v)))


def _out_of_guest(machine: Any, state: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return both(both(vcpu.loaded, negation(vcpu.in_guest)), _nothing_else(machine, state, v))


def ready(machine: Any, state: Any, v: int) -> bool:
    """Whether ``v`` is loaded, out of guest mode, with time and no request pending, and no other is due."""
    idle = negation(machine.pending(state.vm.vcpus[v]))
    return both(both(_out_of_guest(machine, state, v), may_stay(machine, state, v)), idle)


def asked(machine: Any, state: Any, v: int) -> bool:
    """Whether ``v`` is loaded, out of guest mode, with time and a request pending, and no other is due."""
    busy = machine.pending(state.vm.vcpus[v])
    return both(both(_out_of_guest(machine, state, v), may_stay(machine, state, v)), busy)


def beside_free(machine: Any, state: Any, v: int, c: int) -> bool:
    """Whether ``v`` is off its pCPU, no vCPU is loaded on pCPU ``c``, and no other is due."""
    off = negation(either((state.vm.vcpus[v].loaded, taken(state, c))))
    return both(off, _nothing_else(machine, state, v))


def expired(machine: Any, state: Any, v: int) -> bool:
    """Whether ``v`` is loaded, out of guest mode, its slice too short for an RDTSC, and no other is due."""
    return both(_out_of_guest(machine, state, v), negation(may_stay(machine, state, v)))


def overdue(machine: Any, state: Any, v: int) -> bool:
    """Whether ``v`` is in guest mode, where it may not stay for an RDTSC, and no other is due."""
    runs = both(state.vm.vcpus[v].in_guest, negation(may_run(machine, state, v)))
    return both(runs, _nothing_else(machine, state, v))


def expiring(machine: Any, state: Any, v: int) -> bool:
    """Whether ``v``'s timer has to fire before there is time for an RDTSC, and no other vCPU is due."""
    return both(to_fire(machine, state, v), others_wait(machine, state, v))


# the declaration


def _on_itself(action: str) -> Any:
    return lambda v, *_: Call(action, (v,))


def _load(v: int, c: int) -> Call:
    return Call("load", (v, c))


def _situations(settings: Any) -> list[Situation]:
    """The situations that every machine needs."""
    now, own = elapsing(settings, 0), ("vcpu",)
    read = elapsing(settings, settings["rdtsc_cycles"])
    return [
        Situation("read", "a vCPU is in guest mode", 1, own, reading, _on_itself("rdtsc"), read),
        Situation(
            "enter",
            "a vCPU is loaded, with nothing pending",
            2,
            own,
            ready,
            _on_itself("enter"),
            now,
        ),
        Situation(
            "serve",
            "a vCPU is loaded, with a request pending",
            3,
            own,
            asked,
            _on_itself("serve"),
            now,
        ),
        Situation(
            "load",
            "a vCPU is off its pCPU, and some pCPU is free",
            LOADING,
            ("vcpu", "pcpu"),
            beside_free,
            _load,
            now,
        ),
    ]


def _with_deadlines(settings: Any) -> list[Situation]:
    """The situations in which a vCPU whose deadline is near leaves, to come back with a new one."""
    now, own = elapsing(settings, 0), ("vcpu",)
    return [
        Situation(
            "put",
            "a vCPU is loaded, its time slice too short for a read",
            5,
            own,
            expired,
            _on_itself("put"),
            now,
        ),
        Situation(
            "exit",
            "a vCPU is in guest mode, with too little time for a read",
            6,
            own,
            overdue,
            _on_itself("exit"),
            now,
        ),
    ]


def _with_wake_up(settings: Any, rank: int) -> list[Situation]:
    """The situation in which a vCPU's own timer has to be delivered first; entering it does that."""
    sentence = "a vCPU's timer is due, with too little time for a read before its delivery"
    now, own = elapsing(settings, 0), ("vcpu",)
    return [Situation("fire", sentence, rank, own, expiring, _on_itself("fire"), now)]


def exists(machine: Any, state: Any, v: int) -> bool:
    """Whether vCPU ``v`` has been created."""
    return either((state.vm.vcpus[v].created,))


def room(machine: Any, state: Any) -> bool:
    """Whether clock and TSCs are below `LIMIT`."""
    host = state.host
    late = host.k0 + host.t >= LIMIT
    return negation(either((late, *(pcpu.tsc >= LIMIT for pcpu in host.pcpus))))


def progress(settings: Any) -> Progress:
    """The situations through which each vCPU of a machine with these settings gets to read its TSC."""
    situations = _situations(settings)
    deadlines = bool(limits(settings))
    full = settings["vcpus"] > settings["pcpus"]
    situations += _with_deadlines(settings) if deadlines else []
    situations += crowded(settings) if full else []
    if WAKE_UP.allowed(settings):
        situations += _with_wake_up(settings, 1 + max(s.rank for s in situations))
    if deadlines:
        situations += due(settings, max(s.rank for s in situations))
    together = settings["trap_switch"] == "together"
    if together:
        situations = with_switching(settings, situations, LOADING)
    return Progress(
        goal="a read",
        situations=tuple(situations),
        concerns=exists,
        whom="a vCPU that exists",
        room=room,
        room_sentence="true time, the kernel clock and all TSCs are below 2^61",
        passing=elapsing(settings, max(1, settings["rdtsc_cycles"])),
        clock="host.t",
        idle=nothing_due,
        idle_sentence="nothing is due" if deadlines or together else "a vCPU exists",
        lemmas=_lemmas(settings, full),
    )


def _lemmas(settings: Any, full: bool) -> tuple[Lemma, ...]:
    """Lemmas about every reachable state, as far as the situations need them."""
    known = {lemma.name: lemma for lemma in (*LEMMAS, *TRAPPING, *OVERLAP)}
    names = ["in_guest_is_loaded", "loaded_is_bound", *(["loaded_apart"] if full else [])]
    if settings["trap_switch"] == "together":
        names += ["trapping_is_unstable", "switch_is_pending"]
        names += ["guest_has_switched", "others_have_switched"]
    if settings["rdtsc_overlap"] == "on":
        names += ["read_began"]
    timers = [IN_GUEST_IS_DELIVERED] if WAKE_UP.allowed(settings) else []
    return (*(known[name] for name in names), *kept_lemmas(settings), *timers)
