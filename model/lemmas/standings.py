"""Where a guest's TSC stands: the lemmas that a person would draw on the margin of vcpu_load.

What a vCPU would read is clear in a few situations: while it is loaded, it is host TSC plus offset;
while it is off its pCPU, host TSC at put plus offset, since that is where a compensating load resumes
it; and so on. A lemma sets one such value against a bound. Designs say which situations they keep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.language import Lemma, both, implies, integer, negation

When = Callable[[Any, Any, int], bool]
"""Host, vCPU and pCPU number to whether the situation is given."""


@dataclass(frozen=True)
class Standing:
    """A situation of a vCPU, and where its TSC stands in it, in cycles (an integer)."""

    name: str
    situation: str
    value: str
    when: When
    tsc: Callable[[Any, Any, int], int]
    anywhere: bool = False
    """It is the same whatever the pCPU."""


@dataclass(frozen=True)
class Bound:
    """Something that a guest's TSC is never below, or never above; in cycles (an integer)."""

    name: str
    phrase: str
    lower: bool
    value: Callable[[Any, Any, Any, int], int]
    """Machine, state, the property's ghosts and the vCPU's number."""
    owner: str = ""


def guest_tsc(host: Any, vcpu: Any, c: int) -> int:
    """What ``vcpu`` would read on pCPU ``c`` with the offset it has."""
    tsc: int = host.pcpus[c].tsc + integer(vcpu.tsc_offset)
    return tsc


def loaded_on(host: Any, vcpu: Any, c: int) -> bool:
    """The vCPU is loaded on pCPU ``c``."""
    return both(vcpu.loaded, vcpu.cpu == c)


def stays_on(host: Any, vcpu: Any, c: int) -> bool:
    """The vCPU is off its pCPU, which was ``c``."""
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
"""Situations that every design knows."""


def away(name: str, when: str, note: str, given: Callable[[Any], bool]) -> Standing:
    """The situation in which field ``note`` of the vCPU holds the host TSC that it resumes from."""
    return Standing(
        name,
        when,
        f"{note} plus its offset",
        lambda host, vcpu, c: given(vcpu),
        lambda host, vcpu, c: getattr(vcpu, note) + integer(vcpu.tsc_offset),
        anywhere=True,
    )


def is_away(vcpu: Any) -> bool:
    """The vCPU is off its pCPU."""
    return negation(vcpu.loaded)


def lemma(standing: Standing, bound: Bound) -> Lemma:
    """That the bound is kept in the situation."""

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
    """Every bound in every situation."""
    return [lemma(standing, bound) for bound in bounds for standing in standings]
