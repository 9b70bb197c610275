"""Limits that parameters set for vCPUs: time slice, dormancy, in and out of guest mode. [choice-limits]"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from vtsc.language import Lemma, both, either, implies, negation


@dataclass(frozen=True)
class Limit:
    """A limit on how long a vCPU may be in some mode; there is none where the parameter is not set."""

    parameter: ClassVar[str]
    """The parameter that sets it, or where there is none of that name, a name for its lemma."""
    sentence: ClassVar[str]
    """The sentence of the lemma that the limit is kept."""

    def allowed(self, settings: Any) -> Any:
        """The longest time, in ns; None where there is no limit."""
        return settings[self.parameter]

    def binds(self, vcpu: Any, settings: Any) -> bool:
        """Whether a vCPU is in the mode."""
        raise NotImplementedError  # for each limit to say: code of a step has no abstract methods

    def began(self, vcpu: Any) -> int:
        """The true time at which the limit began to count."""
        raise NotImplementedError  # as above

    def kept(self, machine: Any, state: Any, v: int, time: int) -> bool:
        """Whether this limit lets vCPU ``v`` stay in its mode for ``time`` more time units."""
        allowed = self.allowed(machine.settings)
        if not allowed:
            return True
        vcpu, host = state.vm.vcpus[v], state.host
        in_time: bool = host.t + time - self.began(vcpu) <= host.base.units(allowed)
        return implies(self.binds(vcpu, machine.settings), in_time)

    def lemma(self) -> Lemma:
        """The lemma that the limit has been kept."""

        def holds(machine: Any, state: Any, ghosts: Any, v: int) -> bool:
            return self.kept(machine, state, v, 0)

        return Lemma(f"{self.parameter}_kept", self.sentence, ("vcpu",), holds)


@dataclass(frozen=True)
class Timeslice(Limit):
    """The limit on a vCPU's time on a pCPU."""

    parameter = "timeslice"
    sentence = "no vCPU has been loaded for longer than its time slice"

    def binds(self, vcpu: Any, settings: Any) -> bool:
        """Whether a vCPU is loaded."""
        return either((vcpu.loaded,))

    def began(self, vcpu: Any) -> int:
        """The time of the last load."""
        since: int = vcpu.since
        return since


@dataclass(frozen=True)
class Dormancy(Limit):
    """The limit on a vCPU's time off all pCPUs."""

    parameter = "dormancy"
    sentence = "no vCPU has been off its pCPU for longer than dormancy allows"

    def binds(self, vcpu: Any, settings: Any) -> bool:
        """Whether a vCPU is created, not loaded, and not waiting for its timer."""
        away = both(vcpu.created, negation(vcpu.loaded))
        return both(away, negation(waits_for_timer(vcpu, settings)))

    def began(self, vcpu: Any) -> int:
        """The time of the last put, or of the creation."""
        since: int = vcpu.since
        return since


@dataclass(frozen=True)
class ExitInterval(Limit):
    """The limit on a vCPU's time in guest mode."""

    parameter = "exit_interval"
    sentence = "no vCPU has been in guest mode for longer than exit_interval"

    def binds(self, vcpu: Any, settings: Any) -> bool:
        """Whether a vCPU is in guest mode."""
        return either((vcpu.in_guest,))

    def began(self, vcpu: Any) -> int:
        """The time of the last entry."""
        entered: int = vcpu.entered
        return entered


@dataclass(frozen=True)
class EntryDelay(Limit):
    """The limit on a vCPU's time on a pCPU and out of guest mode."""

    parameter = "entry_delay"
    sentence = "no vCPU has been loaded and out of guest mode for longer than entry_delay"

    def binds(self, vcpu: Any, settings: Any) -> bool:
        """Whether a vCPU is loaded and out of guest mode."""
        return both(vcpu.loaded, negation(vcpu.in_guest))

    def began(self, vcpu: Any) -> int:
        """The time of the last load or exit."""
        out_since: int = vcpu.out_since
        return out_since


@dataclass(frozen=True)
class WakeUp(Limit):
    """The limit on the time from the expiry of the host's timer to the delivery. [choice-timer]

    It is dormancy, for the vCPU to come to a pCPU, and entry_delay, for it to be entered there.
    """

    parameter = "wake_up"
    sentence = "no timer has been due for longer than dormancy and entry_delay together"

    def allowed(self, settings: Any) -> Any:
        """The sum of both where timers are on and both are set."""
        if settings["timer"] == "off" or not (settings["dormancy"] and settings["entry_delay"]):
            return None
        return settings["dormancy"] + settings["entry_delay"]

    def binds(self, vcpu: Any, settings: Any) -> bool:
        """Whether a vCPU waits for its timer."""
        return waits_for_timer(vcpu, settings)

    def began(self, vcpu: Any) -> int:
        """The time at which the host's timer is due."""
        due: int = vcpu.timer_due
        return due


def waits_for_timer(vcpu: Any, settings: Any) -> bool:
    """Whether a vCPU has armed its timer, which has not been delivered."""
    return settings["timer"] == "on" and either((vcpu.timer_armed, vcpu.timer_fired))


TIMESLICE = Timeslice()
DORMANCY = Dormancy()
EXIT_INTERVAL = ExitInterval()
ENTRY_DELAY = EntryDelay()
WAKE_UP = WakeUp()
LIMITS = (TIMESLICE, DORMANCY, EXIT_INTERVAL, ENTRY_DELAY, WAKE_UP)


def limits(settings: Any) -> Sequence[Limit]:
    """The limits that these settings set."""
    return [limit for limit in LIMITS if limit.allowed(settings)]


def all_kept(machine: Any, state: Any, v: int, time: int) -> bool:
    """Whether every limit lets vCPU ``v`` stay in its mode for ``time`` more time units."""
    result = True
    for limit in limits(machine.settings):
        result = both(result, limit.kept(machine, state, v, time))
    return result


def kept_lemmas(settings: Any) -> list[Lemma]:
    """The lemmas that no deadline of a vCPU has passed."""
    return [limit.lemma() for limit in limits(settings)]
