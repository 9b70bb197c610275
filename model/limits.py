"""Limits that parameters set for vCPUs: time slice, dormancy, in and out of guest mode. [choice-limits]"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vtsc.language import Lemma, both, implies, negation


@dataclass(frozen=True)
class Limit:
    """A limit on how long a vCPU may be in some mode, without end where the parameter is not set."""

    parameter: str
    sentence: str
    """The lemma that the limit is kept."""
    binds: Callable[[Any], bool]
    """Whether a vCPU is in the mode."""
    since: Callable[[Any], int]
    """The true time at which the limit began to count."""

    def kept(self, machine: Any, state: Any, v: int, time: int) -> bool:
        """Whether vCPU ``v`` may be as it is for ``time`` more, in time units, as far as this goes."""
        allowed = machine.settings[self.parameter]
        if not allowed:
            return True
        vcpu, host = state.vm.vcpus[v], state.host
        in_time: bool = host.t + time - self.since(vcpu) <= host.base.units(allowed)
        return implies(self.binds(vcpu), in_time)

    def lemma(self) -> Lemma:
        """That the limit has been kept."""

        def holds(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
            return self.kept(machine, state, v, 0)

        return Lemma(f"{self.parameter}_kept", self.sentence, ("vcpu",), holds)


TIMESLICE = Limit(
    "timeslice",
    "no vCPU has been loaded for longer than its time slice",
    lambda vcpu: vcpu.loaded,
    lambda vcpu: vcpu.since,
)
DORMANCY = Limit(
    "dormancy",
    "no vCPU has been off its pCPU for longer than dormancy allows",
    lambda vcpu: both(vcpu.created, negation(vcpu.loaded)),
    lambda vcpu: vcpu.since,
)
EXIT_INTERVAL = Limit(
    "exit_interval",
    "no vCPU has been in guest mode for longer than exit_interval",
    lambda vcpu: vcpu.in_guest,
    lambda vcpu: vcpu.entered,
)
ENTRY_DELAY = Limit(
    "entry_delay",
    "no vCPU has been loaded and out of guest mode for longer than entry_delay",
    lambda vcpu: both(vcpu.loaded, negation(vcpu.in_guest)),
    lambda vcpu: vcpu.out_since,
)
LIMITS = (TIMESLICE, DORMANCY, EXIT_INTERVAL, ENTRY_DELAY)


def limits(settings: Any) -> Sequence[Limit]:
    """The limits that these settings set."""
    return [limit for limit in LIMITS if settings[limit.parameter]]


def all_kept(machine: Any, state: Any, v: int, time: int) -> bool:
    """Whether no limit ends within ``time`` for vCPU ``v``: it need not act before."""
    result = True
    for limit in limits(machine.settings):
        result = both(result, limit.kept(machine, state, v, time))
    return result


def kept_lemmas(settings: Any) -> list[Lemma]:
    """That no deadline of a vCPU has passed."""
    return [limit.lemma() for limit in limits(settings)]
