"""Random sequences of calls, which a twin takes one after the other."""

from collections.abc import Callable
from random import Random

from conformance.live.device import REALTIME
from conformance.live.probes import Host
from conformance.live.twin import MOST_VCPUS, Twin
from model.arithmetic import HZ_PER_KHZ
from model.today.state import existing
from model.today.writes import to_cycles
from vtsc.language import u64

CALLS = 24
"""The number of calls of a sequence, after its first two vCPUs."""
Call = Callable[[Twin], None]
SHARES = (-1.5, -0.9, -0.2, 0.0, 0.3, 0.9, 1.5)
"""How far a written TSC is from the one that would match exactly, in seconds."""


def sequence(rng: Random, host: Host) -> tuple[Call, ...]:
    """A sequence of calls; what depends on the state, such as the vCPU, is drawn when the call is made."""
    kinds = [
        _run,
        _run,
        _write,
        _write,
        _offset,
        _guest_tsc,
        _adjust,
        _clock,
        _see,
        _register,
        _stop,
        _scaled_rate if host.scaling else _rate,
    ]
    drawn = [rng.choice(kinds) for _ in range(CALLS)]
    if rng.random() < 0.5:
        drawn.insert(rng.randrange(CALLS), _create)
    acts: list[Call] = [_created, _created]
    acts += [_bound(kind, rng.getrandbits(32)) for kind in drawn]
    return (*acts, _end)


def _bound(kind: Callable[[Twin, Random], None], seed: int) -> Call:
    return lambda twin: kind(twin, Random(seed))


def _created(twin: Twin) -> None:
    twin.register(twin.create())


def _end(twin: Twin) -> None:
    for vcpu in existing(twin.vm):
        twin.run(vcpu.number)
    twin.see_clock()


def _vcpu(twin: Twin, rng: Random) -> int:
    return rng.randrange(len(existing(twin.vm)))


def _create(twin: Twin, _: Random) -> None:
    if len(existing(twin.vm)) < MOST_VCPUS:
        twin.create()


def _run(twin: Twin, rng: Random) -> None:
    twin.run(_vcpu(twin, rng))


def _see(twin: Twin, _: Random) -> None:
    twin.see_clock()


def _write(twin: Twin, rng: Random) -> None:
    """A TSC of 0, one near what would match, or any."""
    vcpu = _vcpu(twin, rng)
    vm = twin.vm
    passed = u64(twin.clocks.sample(twin.device.tsc()).ns - vm.last_nsec)
    expected = vm.last_write + to_cycles(vm.vcpus[vcpu], passed)
    near = u64(expected + int(rng.choice(SHARES) * twin.khz * HZ_PER_KHZ))
    twin.write_tsc(vcpu, rng.choice([0, near, near, near, vm.last_write, rng.getrandbits(64)]))


def _offset(twin: Twin, rng: Random) -> None:
    vcpu = _vcpu(twin, rng)
    last = twin.vm.last_offset if twin.vm.rules.offset_honoured else 0
    twin.write_offset(vcpu, rng.choice([0, last, u64(-5 * 10**12), rng.getrandbits(64)]))


def _guest_tsc(twin: Twin, rng: Random) -> None:
    twin.guest_tsc(_vcpu(twin, rng), rng.choice([0, 7 * 10**9, rng.getrandbits(62)]))


def _adjust(twin: Twin, rng: Random) -> None:
    vcpu, value = _vcpu(twin, rng), rng.choice([0, 10**9, rng.getrandbits(62)])
    if rng.random() < 0.7:
        twin.guest_adjust(vcpu, value)
    else:
        twin.write_adjust(vcpu, value)


def _clock(twin: Twin, rng: Random) -> None:
    clock = rng.choice([0, 10**12, rng.getrandbits(60)])
    if rng.random() < 0.3:
        twin.set_clock(clock, REALTIME, twin.device.wall_ns() - rng.choice([10**9, -(10**12)]))
    else:
        twin.set_clock(clock)


def _register(twin: Twin, rng: Random) -> None:
    twin.register(_vcpu(twin, rng), old=rng.random() < 0.3, active=rng.random() < 0.85)


def _stop(twin: Twin, rng: Random) -> None:
    twin.stop_clock(_vcpu(twin, rng))


def _rate(twin: Twin, rng: Random) -> None:
    """The host's rate, one that is within tolerance, or one that is refused."""
    low = twin.khz * 999_800 // 10**6
    twin.write_khz(_vcpu(twin, rng), rng.choice([0, twin.khz, low, twin.khz // 2]))


def _scaled_rate(twin: Twin, rng: Random) -> None:
    """The host's rate, one that needs no scaling, or one below or above that does."""
    host = twin.khz
    rates = [0, host * 999_800 // 10**6, host // 2, host // 3 + 1, host * 6 // 5, host * 2 - 7]
    twin.write_khz(_vcpu(twin, rng), rng.choice(rates))
