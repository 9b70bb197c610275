"""The host: pCPUs with their TSCs, and the kernel clock, under a contract for what the hardware may do.

``Host.tsc`` stands for native_read_tsc, ``kernel_ns`` for the boot-based kernel clock, ``tsc_unstable`` for
check_tsc_unstable. Everything else is a choice of the model. [choice-contracts, choice-time, choice-inputs]
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from model.arithmetic import later
from model.host.contracts import Contract
from model.host.timebase import Timebase, timebase
from model.state import HostFields, Pcpu
from vtsc.language import Inputs, StepInputs, bounded, integer, require, scaled, select, u64

MIN_UPTIME_NS = scaled(5 * 10**9, small=0)
"""The host has been up for longer than this when the VM is created. [choice-start]"""

TIME_INPUT = "dt"
"""The input that says how much true time passes at the start of a step, in time units."""


class Host(HostFields):
    """The host's state with what the kernel can ask of it; times in units of ``base``."""

    def __init__(
        self, contract: Contract, settings: Any, of_pcpus: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        self.inputs: Inputs = StepInputs()
        self.contract = contract
        self.settings = settings
        self.base: Timebase = timebase(settings)
        self.steps = contract.steps and settings["cpufreq"] == "on"
        self.pcpus = tuple([Pcpu(of_pcpus) for _ in range(settings["pcpus"])])
        stable_step = settings["clock_resolution"]
        self.resolution = self.base.units(stable_step)
        unstable_step = settings["clock_resolution_unstable"] or stable_step
        self.resolution_unstable = self.base.units(unstable_step)
        self.ticks_matter = settings["rdtsc_emulation"] == "estimate"
        low, high = contract.rates(settings)
        self.slowest, self.fastest = (low, 1), (high, 1)
        if contract.rates_vary:
            self.slowest = (low.numerator, low.denominator)
            self.fastest = (high.numerator, high.denominator)

    # what the kernel asks

    def tsc(self, cpu: int) -> int:
        """The TSC of pCPU ``cpu``, in cycles."""
        return select(self.pcpus, cpu).tsc

    def tick_age(self, cpu: int) -> int:
        """The cycles (a u64) that the TSC of ``cpu`` is past where it saw the kernel clock step."""
        return select(self.pcpus, cpu).tick_age

    def clock_step(self) -> Fraction:
        """The kernel clock's present resolution, in ns."""
        stable: Fraction = self.settings["clock_resolution"]
        unstable: Fraction | None = self.settings["clock_resolution_unstable"]
        if unstable is not None and unstable != stable and self.tsc_unstable:
            return unstable
        return stable

    def kernel_ns(self) -> int:
        """The kernel clock, in ns. [kernel-clock]"""
        return u64(self._kernel_clock() // self.base.ns)

    def speeded_up(self, cpu: int) -> bool:
        """Whether pCPU ``cpu`` runs at its higher rate, where rates are steps. [choice-cpufreq]"""
        pcpu: Any = select(self.pcpus, cpu)
        faster: bool = pcpu.speeded_up
        return faster

    def mark_tsc_unstable(self) -> None:
        """Take the TSC out of service for good, and the clock that was made of it. [clock-replaced]"""
        if self.resolution == self.resolution_unstable:
            self.tsc_unstable = True
        elif not self.tsc_unstable:
            self.clock_floor = before = self._kernel_clock()
            self.tsc_unstable = True
            if self.ticks_matter:
                self._clock_replaced(before)

    def sampling_gap(self) -> None:
        """Let the time between two samples in one IRQ-off window pass. [choice-sampling-gap]"""
        if self.settings["sampling_gap"]:
            self._pass("gap_", self.base.units(self.settings["sampling_gap"]))

    def timer_due(self, cycles: int, settings: Any) -> int:
        """The true time at which a timer of the host fires that is set now for ``cycles`` nominal cycles.

        It runs on the kernel clock, in whole ns, and fires when that clock shows its expiry; with
        timer_clock=true it runs on true time. A clock that replaces this one later does not move it.
        [choice-timer]
        """
        wait = integer(cycles * self.base.cycle - self.base.units(settings["accelerate_by"]))
        if settings["timer_clock"] == "kernel":
            resolution, ns = self._resolution(), self.base.ns
            expiry = integer((self._kernel_clock() // ns + wait // ns) * ns)
            tick = (expiry + resolution - 1) // resolution * resolution
            wait = integer(tick - self._reading())
        if wait < 0:
            return self.t
        return self.t + wait

    # what the hardware does

    def boot(self) -> None:
        """Choose an initial state of the host: its TSCs, its uptime, its clock's phase."""
        inputs = self.inputs
        least = MIN_UPTIME_NS * self.base.ns + 1
        self.k0 = inputs.word("k0", least, multiple_of=self.resolution)
        self.phase = inputs.word("phase", 0, self.resolution - 1) if self.resolution > 1 else 0
        self.phase_unstable = self.phase
        if self.resolution_unstable != self.resolution:
            self.phase_unstable = inputs.word("phase_unstable", 0, self.resolution_unstable - 1)
        bounded(self._reading() + self.resolution + self.resolution_unstable)
        first = inputs.word("tsc0" if self.contract.skewed else "tsc", 1)
        for c, pcpu in enumerate(self.pcpus):
            pcpu.tsc = first
            if self.contract.skewed and c > 0:
                pcpu.tsc = inputs.word(f"tsc{c}", 1)
        self._limit_skew()
        if self.ticks_matter:
            self.clock_seen = self._kernel_clock()
            since_step = self._reading() - self._kernel_clock()
            for pcpu in self.pcpus:
                pcpu.tick_age = (since_step + self.base.cycle - 1) // self.base.cycle
                pcpu.tick_seen = True

    def advance(self) -> None:
        """Let true time and the TSCs move on, as far as one step goes."""
        for pcpu in self.pcpus:
            pcpu.elapsed = 0
        self._pass("", None)

    def sleep(self) -> None:
        """Suspend and resume: true time passes, then every TSC restarts at 1. [choice-suspend]"""
        self.t = bounded(self.t + self.inputs.word("sleep", 0))
        bounded(self._reading() + self.resolution + self.resolution_unstable)
        before = [pcpu.tsc for pcpu in self.pcpus]
        for pcpu in self.pcpus:
            pcpu.tsc = 1
        if self.ticks_matter:
            self._see_resume(before)

    def jump(self, cpu: int) -> None:
        """Let the TSC of ``cpu`` take any value."""
        pcpu, target = self.pcpus[cpu], self.inputs.word("tsc", 1)
        if self.ticks_matter:
            pcpu.tick_age += target - pcpu.tsc
        pcpu.tsc = target

    # how it is done

    def _limit_skew(self) -> None:
        limit = self.settings["skew_max"]
        if self.contract.skewed and limit is not None:
            for a in self.pcpus:
                for b in self.pcpus:
                    require(a.tsc <= b.tsc + limit)

    def _pass(self, prefix: str, longest: int | None) -> None:
        limits = () if longest is None else (longest,)
        varying = self.contract.rates_vary and not self.steps and bool(self.tsc_unstable)
        grain = 1 if varying else self.base.cycle
        dt = self.inputs.word(prefix + TIME_INPUT, 0, *limits, multiple_of=grain)
        self.t = bounded(self.t + dt)
        bounded(self._reading() + self.resolution + self.resolution_unstable)
        moved = []
        for c, pcpu in enumerate(self.pcpus):
            d = dt // self.base.cycle
            if varying:
                d = self._cycles_in(f"{prefix}d{c}", dt)
            elif self.steps:
                d = self._at_its_rate(pcpu, d)
            pcpu.tsc = bounded(pcpu.tsc + d)
            pcpu.elapsed = bounded(pcpu.elapsed + d)  # no more than its TSC
            moved.append(d)
            if self.ticks_matter:
                pcpu.tick_age += d
        if self.ticks_matter:
            self._see_ticks(prefix, dt, moved if varying else [])

    def _at_its_rate(self, pcpu: Any, nominal: int) -> int:
        """The cycles of a pCPU while so many nominal ones pass. [choice-cpufreq]"""
        return nominal * self.fastest[0] if pcpu.speeded_up else nominal

    def _clock_replaced(self, before: int) -> None:
        """Note that another clock source took over; where that moved the clock, all pCPUs saw it step."""
        self.clock_seen = self._kernel_clock()
        if self.clock_seen != before:
            self._all_see_it()

    def _see_resume(self, before: list[int]) -> None:
        """After a suspend, note on all pCPUs that the clock stepped, if it did; else TSCs just jumped.

        ``before``: the TSCs when the suspend began.
        """
        now = self._kernel_clock()
        if now != self.clock_seen:
            self.clock_seen = now
            self._all_see_it()
        else:
            for pcpu, tsc in zip(self.pcpus, before, strict=True):
                pcpu.tick_age += pcpu.tsc - tsc

    def _all_see_it(self) -> None:
        for pcpu in self.pcpus:
            pcpu.tick_age = 0
            pcpu.tick_seen = True

    def _cycles_in(self, name: str, dt: int) -> int:
        """A number of cycles, any that a pCPU's rate allows in ``dt`` time units."""
        (low, low_den), (high, high_den) = self.slowest, self.fastest
        cycle = self.base.cycle
        return self.inputs.between(name, (low * dt, low_den * cycle), (high * dt, high_den * cycle))

    def _see_ticks(self, prefix: str, dt: int, moved: list[int]) -> None:
        """Note on each pCPU that the kernel clock stepped; for `estimate`. [emulated-value]

        ``moved``: the cycles that each TSC advanced in ``dt``, where rates vary; else empty.
        """
        now = self._kernel_clock()
        stepped = now != self.clock_seen
        self.clock_seen = now
        if self.settings["tick_seen"] == "late":
            for c, pcpu in enumerate(self.pcpus):
                if stepped:
                    pcpu.tick_seen = False
                if not pcpu.tick_seen and self.inputs.flag(f"{prefix}sees{c}"):
                    pcpu.tick_age = 0
                    pcpu.tick_seen = True
        elif stepped:
            since_step = self._reading() - now
            for c, pcpu in enumerate(self.pcpus):
                d = (since_step + self.base.cycle - 1) // self.base.cycle
                if moved:
                    d = self._cycles_in(f"{prefix}since_tick{c}", since_step)
                    self._allowed(integer(moved[c] - d), dt - since_step)
                pcpu.tick_age = d

    def _allowed(self, cycles: int, dt: int) -> None:
        (low, low_den), (high, high_den) = self.slowest, self.fastest
        require(low * dt <= cycles * (low_den * self.base.cycle))
        require(cycles * (high_den * self.base.cycle) <= high * dt)

    def _reading(self) -> int:
        """Uptime plus true time plus phase, in time units, which the clock quantises."""
        phase = self.phase
        if self.resolution != self.resolution_unstable and self.tsc_unstable:
            phase = self.phase_unstable
        return self.k0 + self.t + phase

    def _resolution(self) -> int:
        """The present step of the kernel clock, in time units."""
        if self.resolution != self.resolution_unstable and self.tsc_unstable:
            return self.resolution_unstable
        return self.resolution

    def _kernel_clock(self) -> int:
        """The kernel clock in time units: quantised, and never going back."""
        resolution = self._resolution()
        quantised = self._reading() // resolution * resolution
        if self.resolution == self.resolution_unstable:
            return quantised
        return later(quantised, self.clock_floor)
