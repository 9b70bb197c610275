"""Standings of a guest's TSC, and the lemmas that set them against bounds.

It is clear in a few circumstances what a vCPU would read: while it is loaded, the host TSC plus its offset;
while it is off its pCPU, the host TSC at put plus its offset, since a compensating load resumes there; and
so on. A lemma sets one such value against a bound. Each design lists the circumstances that it has.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.language import Lemma, both, implies, integer, negation

When = Callable[[Any, Any, int], bool]
"""A function of host, vCPU and pCPU number that says whether the circumstance is given."""


@dataclass(frozen=True)
class Standing:
    """A circumstance of a vCPU, and the value of its TSC in it, in cycles (an integer)."""

    name: str
    situation: str
    value: str
    when: When
    tsc: Callable[[Any, Any, int], int]
    anywhere: bool = False
    """Whether it is the same for every pCPU."""


@dataclass(frozen=True)
class Bound:
    """A value that a guest's TSC is never below, or never above; in cycles (an integer)."""

    name: str
    phrase: str
    lower: bool
    value: Callable[[Any, Any, Any, int], int]
    """A function of machine, state, the property's ghosts and the vCPU's number."""
    owner: str = ""


def guest_tsc(host: Any, vcpu: Any, c: int) -> int:
    """The value that ``vcpu`` would read on pCPU ``c`` with the offset that it has."""
    tsc: int = host.pcpus[c].tsc + integer(vcpu.tsc_offset)
    return tsc


def loaded_on(host: Any, vcpu: Any, c: int) -> bool:
    """Whether the vCPU is loaded on pCPU ``c``."""
    return both(vcpu.loaded, vcpu.cpu == c)


def stays_on(host: Any, vcpu: Any, c: int) -> bool:
    """Whether the vCPU is off its pCPU, which was ``c``."""
    return both(negation(vcpu.loaded), vcpu.cpu == c)


LOADED = Standing(
    "loaded",
    "while a vCPU is loaded on a pCPU",
    "that pCPU's TSC plus its offset",
    loaded_on,
    guest_tsc,
)
SETTLED = Standing(
    "settled",
    "while a vCPU is loaded on a pCPU with no clock update pending",
    "that pCPU's TSC plus its offset",
    lambda host, vcpu, c: both(loaded_on(host, vcpu, c), negation(vcpu.request_clock_update)),
    guest_tsc,
)
STAYS = Standing(
    "stays",
    "while a vCPU is off the pCPU it ran on last",
    "that pCPU's TSC plus its offset",
    stays_on,
    guest_tsc,
)
STABLE = Standing(
    "stable",
    "while the TSC counts as stable",
    "any pCPU's TSC plus the offset",
    lambda host, vcpu, c: negation(host.tsc_unstable),
    guest_tsc,
)


ORIGIN = Standing(
    "origin",
    "while the TSC counts as stable",
    "the offset",
    lambda host, vcpu, c: negation(host.tsc_unstable),
    lambda host, vcpu, c: integer(vcpu.tsc_offset),
    anywhere=True,
)
USUAL = (LOADED, SETTLED, STABLE, STAYS, ORIGIN)
"""The standings that every design has."""


def away(name: str, when: str, note: str, given: Callable[[Any], bool]) -> Standing:
    """The standing for when the vCPU's field ``note`` holds the host TSC from which it resumes."""
    return Standing(
        name,
        when,
        f"{note} plus its offset",
        lambda host, vcpu, c: given(vcpu),
        lambda host, vcpu, c: getattr(vcpu, note) + integer(vcpu.tsc_offset),
        anywhere=True,
    )


def is_away(vcpu: Any) -> bool:
    """Whether the vCPU is off its pCPU."""
    return negation(vcpu.loaded)


def lemma(standing: Standing, bound: Bound) -> Lemma:
    """The lemma that the bound is kept in the standing's circumstance."""

    def holds(machine: Any, state: Any, ghosts: Any, v: int, c: int = -1) -> bool:
        host, vcpu = state.host, state.vm.vcpus[v]
        limit = bound.value(machine, state, ghosts, v)
        stand = standing.tsc(host, vcpu, c)
        kept = limit <= stand if bound.lower else stand <= limit
        return implies(standing.when(host, vcpu, c), kept)

    side = "at least" if bound.lower else "at most"
    return Lemma(
        f"{standing.name}_{bound.name}",
        f"{standing.situation}, {standing.value} is {side} {bound.phrase}",
        ("vcpu",) if standing.anywhere else ("vcpu", "pcpu"),
        holds,
        owner=bound.owner,
    )


def lemmas(standings: Sequence[Standing], bounds: Sequence[Bound]) -> list[Lemma]:
    """The lemmas for every bound and every standing."""
    return [lemma(standing, bound) for bound in bounds for standing in standings]
