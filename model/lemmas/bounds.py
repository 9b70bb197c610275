"""Bounds of a guest's TSC for lemmas about the machine alone; properties add bounds made of their ghosts."""

from typing import Any

from model.lemmas.standings import Bound
from vtsc.language import INPUT_LIMIT, integer


def ideal(machine: Any, state: Any, ghosts: Any, v: int) -> int:
    """The guest's TSC at creation plus the virtual rate times the true time since then."""
    return integer(machine.ideal(state, v))


def clock_step(machine: Any, state: Any) -> int:
    """The cycles by which the kernel clock may be short of true time, or ahead since it was last short."""
    host = state.host
    longest = max(host.resolution, host.resolution_unstable)
    if longest <= host.base.ns:
        return 0
    whole = longest % host.base.ns == 0  # else the clock is rounded down to ns once more
    cycles: int = -(-(longest - whole) // host.base.cycle)
    return cycles


def _ahead(machine: Any, state: Any, ghosts: Any, v: int) -> int:
    return ideal(machine, state, ghosts, v) + clock_step(machine, state)


def _behind(machine: Any, state: Any, ghosts: Any, v: int) -> int:
    return ideal(machine, state, ghosts, v) - clock_step(machine, state)


def _fastest(machine: Any, state: Any, ghosts: Any, v: int) -> int:
    host, vcpu = state.host, state.vm.vcpus[v]
    high, low = host.fastest
    ran = high * (host.t - vcpu.created_at) // (low * host.base.cycle)
    fastest: int = integer(vcpu.tsc_at_creation) + ran + clock_step(machine, state)
    return fastest


def _at_creation(machine: Any, state: Any, ghosts: Any, v: int) -> int:
    return integer(state.vm.vcpus[v].tsc_at_creation)


BOUNDS = (
    Bound("ideal", "ideal", True, _behind),
    Bound("ideal_above", "ideal", False, _ahead),
    Bound(
        "fastest",
        "the greatest host rate times true time, from where it was at creation",
        False,
        _fastest,
    ),
    Bound("far_above", "2^62 above ideal", False, lambda *at: _ahead(*at) + INPUT_LIMIT),
    Bound("far_below", "-2^62", True, lambda *at: -INPUT_LIMIT),
    Bound("creation", "what it was at creation", True, _at_creation),
)
