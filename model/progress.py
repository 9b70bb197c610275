"""How each vCPU gets to read its TSC, whatever state it is in: no state is stuck (design.md section 6).

Only KVM and the guest act: load, put, serve, enter, exit, rdtsc. All calls are taken at once (dt = 0) but
RDTSC, which takes the cycles it needs at the nominal rate. Where a deadline would pass in the
meantime, the vCPU leaves and comes back, which starts the deadline anew; that of another vCPU is
nobody's to move here, so that with several vCPUs and deadlines a situation is missing.
"""

from typing import Any

from model.lemmas import LEMMAS
from model.timebase import timebase
from vtsc.actions import Call
from vtsc.lemmas import Lemma
from vtsc.situations import Given, Progress, Situation
from vtsc.words import both, either, negation

LIMIT = 1 << 61
"""Clocks and TSCs below this leave room: inputs may go twice as far."""
PREFIXES = ("", "gap_")
"""Time passes at the start of a step, and between two samples of one."""
DEADLINES = ("timeslice", "dormancy", "exit_interval")


def elapsing(settings: Any, cycles: int) -> Given:
    """Inputs with which ``cycles`` nominal cycles pass at the start of a step, on every pCPU."""
    given: dict[str, int | bool] = {}
    for prefix in PREFIXES:
        count = 0 if prefix else cycles
        given[f"{prefix}dt"] = count * timebase(settings).cycle
        for c in range(settings["pcpus"]):
            given |= {f"{prefix}d{c}": count, f"{prefix}sees{c}": False}
            given[f"{prefix}since_tick{c}"] = 0
    return given


# deadlines


def duration(machine: Any) -> int:
    """How long an RDTSC takes, in time units."""
    cycles: int = machine.settings["rdtsc_cycles"]
    return cycles * timebase(machine.settings).cycle


def _lasts(machine: Any, state: Any, since: int, limit: str, time: int | None) -> bool:
    """Whether a deadline that runs from ``since`` leaves ``time``; None: what an RDTSC takes."""
    if not machine.settings[limit]:
        return True
    allowed = state.host.base.units(machine.settings[limit])
    needed = duration(machine) if time is None else time
    in_time: bool = state.host.t + needed - since <= allowed
    return in_time


def may_stay(machine: Any, state: Any, v: int, time: int | None = None) -> bool:
    """A loaded vCPU's time slice leaves ``time`` (see `_lasts`)."""
    return _lasts(machine, state, state.vm.vcpus[v].since, "timeslice", time)


def may_run(machine: Any, state: Any, v: int, time: int | None = None) -> bool:
    """A vCPU in guest mode may stay there for ``time``."""
    runs = _lasts(machine, state, state.vm.vcpus[v].entered, "exit_interval", time)
    return both(may_stay(machine, state, v, time), runs)


def may_sleep(machine: Any, state: Any, v: int, time: int | None = None) -> bool:
    """A vCPU that is off its pCPU may stay so for ``time``."""
    vcpu = state.vm.vcpus[v]
    lasts = _lasts(machine, state, vcpu.since, "dormancy", time)
    return either((negation(vcpu.created), lasts))


def waits(machine: Any, state: Any, v: int, time: int | None = None) -> bool:
    """Nothing is due for a vCPU within ``time``."""
    vcpu = state.vm.vcpus[v]
    in_guest = both(vcpu.in_guest, may_run(machine, state, v, time))
    out = both(both(vcpu.loaded, negation(vcpu.in_guest)), may_stay(machine, state, v, time))
    off = both(negation(vcpu.loaded), may_sleep(machine, state, v, time))
    return either((in_guest, out, off))


def others_wait(machine: Any, state: Any, v: int) -> bool:
    """Nothing is due for any other vCPU."""
    if not any(machine.settings[limit] for limit in DEADLINES):
        return True
    late = (negation(waits(machine, state, w)) for w in range(machine.sizes["vcpu"]) if w != v)
    return negation(either(late))


def nothing_due(machine: Any, state: Any) -> bool:
    """Nothing is due for any vCPU within the time of an RDTSC."""
    return others_wait(machine, state, -1)


def _in_time(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
    return waits(machine, state, v, 0)


IN_TIME = Lemma("in_time", "no deadline of a vCPU has passed", ("vcpu",), _in_time)

# situations


def reading(machine: Any, state: Any, v: int) -> bool:
    """In guest mode, with time for an RDTSC."""
    runs = both(state.vm.vcpus[v].in_guest, may_run(machine, state, v))
    return both(runs, others_wait(machine, state, v))


def _out_of_guest(machine: Any, state: Any, v: int) -> bool:
    vcpu = state.vm.vcpus[v]
    return both(both(vcpu.loaded, negation(vcpu.in_guest)), others_wait(machine, state, v))


def ready(machine: Any, state: Any, v: int) -> bool:
    """Loaded, out of guest mode, no request pending."""
    idle = negation(machine.pending(state.vm.vcpus[v]))
    return both(both(_out_of_guest(machine, state, v), may_stay(machine, state, v)), idle)


def asked(machine: Any, state: Any, v: int) -> bool:
    """Loaded, out of guest mode, a request pending."""
    busy = machine.pending(state.vm.vcpus[v])
    return both(both(_out_of_guest(machine, state, v), may_stay(machine, state, v)), busy)


def _taken(state: Any, c: int) -> bool:
    return either(both(w.loaded, w.cpu == c) for w in state.vm.vcpus)


def beside_free(machine: Any, state: Any, v: int, c: int) -> bool:
    """Off its pCPU, and no vCPU is loaded on pCPU ``c``."""
    off = negation(either((state.vm.vcpus[v].loaded, _taken(state, c))))
    return both(off, others_wait(machine, state, v))


def expired(machine: Any, state: Any, v: int) -> bool:
    """Loaded, out of guest mode, its time slice too short for an RDTSC."""
    return both(_out_of_guest(machine, state, v), negation(may_stay(machine, state, v)))


def overdue(machine: Any, state: Any, v: int) -> bool:
    """In guest mode, where it may not stay for an RDTSC."""
    runs = both(state.vm.vcpus[v].in_guest, negation(may_run(machine, state, v)))
    return both(runs, others_wait(machine, state, v))


def _crowded_out(machine: Any, state: Any, v: int) -> bool:
    full = negation(either(negation(_taken(state, c)) for c in range(machine.sizes["pcpu"])))
    off = both(negation(state.vm.vcpus[v].loaded), full)
    return both(off, others_wait(machine, state, v))


def behind_idle(machine: Any, state: Any, v: int, w: int) -> bool:
    """Off its pCPU, every pCPU taken, one of them by vCPU ``w`` out of guest mode."""
    other = state.vm.vcpus[w]
    idle = both(other.loaded, negation(other.in_guest))
    return both(_crowded_out(machine, state, v), idle)


def behind_guest(machine: Any, state: Any, v: int, w: int) -> bool:
    """Off its pCPU, every pCPU taken, one of them by vCPU ``w`` in guest mode."""
    return both(_crowded_out(machine, state, v), state.vm.vcpus[w].in_guest)


# the declaration


def _on_itself(action: str) -> Any:
    return lambda v, *_: Call(action, (v,))


def _on_other(action: str) -> Any:
    return lambda v, w: Call(action, (w,))


def _load(v: int, c: int) -> Call:
    return Call("load", (v, c))


def _situations(settings: Any) -> list[Situation]:
    """What every machine needs."""
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
            4,
            ("vcpu", "pcpu"),
            beside_free,
            _load,
            now,
        ),
    ]


def _with_deadlines(settings: Any) -> list[Situation]:
    """A vCPU whose deadline is near leaves, to come back with a new one."""
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


def _crowded(settings: Any) -> list[Situation]:
    """With more vCPUs than pCPUs another one may have to leave first."""
    now, pair = elapsing(settings, 0), ("vcpu", "vcpu")
    return [
        Situation(
            "put-other",
            "a vCPU is off its pCPU, all are taken, one by a vCPU out of guest mode",
            5,
            pair,
            behind_idle,
            _on_other("put"),
            now,
        ),
        Situation(
            "exit-other",
            "a vCPU is off its pCPU, all are taken, one by a vCPU in guest mode",
            6,
            pair,
            behind_guest,
            _on_other("exit"),
            now,
        ),
    ]


def exists(machine: Any, state: Any, v: int) -> bool:
    """The vCPU has been created."""
    return either((state.vm.vcpus[v].created,))


def room(machine: Any, state: Any) -> bool:
    """Clock and TSCs are below `LIMIT`."""
    host = state.host
    late = host.k0 + host.t >= LIMIT
    return negation(either((late, *(pcpu.tsc >= LIMIT for pcpu in host.pcpus))))


def progress(settings: Any) -> Progress:
    """How each vCPU of a machine with these settings gets to read its TSC."""
    situations = _situations(settings)
    deadlines = any(settings[limit] for limit in DEADLINES)
    situations += _with_deadlines(settings) if deadlines else []
    crowded = settings["vcpus"] > settings["pcpus"]
    situations += _crowded(settings) if crowded else []
    return Progress(
        goal="a read",
        situations=tuple(situations),
        concerns=exists,
        room=room,
        room_sentence="true time, the kernel clock and all TSCs are below 2^61",
        passing=elapsing(settings, max(1, settings["rdtsc_cycles"])),
        clock="host.t",
        idle=nothing_due,
        idle_sentence="nothing is due" if deadlines else "a vCPU exists",
        lemmas=_lemmas(crowded, deadlines),
    )


def _lemmas(crowded: bool, deadlines: bool) -> tuple[Lemma, ...]:
    """What is true of every reachable state, as far as the situations need it."""
    known = {lemma.name: lemma for lemma in LEMMAS}
    names = ["in_guest_is_loaded", "loaded_is_bound", *(["loaded_apart"] if crowded else [])]
    return (*(known[name] for name in names), *((IN_TIME,) if deadlines else ()))
