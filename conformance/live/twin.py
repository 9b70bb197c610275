"""A VM and its twin: each call is made on the host and on a model; then what can be seen is compared."""

from collections.abc import Callable
from fractions import Fraction

from conformance.live.clocks import HostClocks, Span
from conformance.live.device import (
    GET_FLAGS,
    IA32_TSC,
    IA32_TSC_ADJUST,
    NEW_KVMCLOCK,
    OLD_KVMCLOCK,
    REALTIME,
    Clock,
    Device,
    Page,
    Refused,
)
from conformance.live.findings import Findings
from conformance.live.pairs import LOOSE_NS, Made, compare_clock, compare_pair
from model.arithmetic import HZ_PER_KHZ
from model.today.clock import clock_now, get_clock, register, set_clock, stop_clock
from model.today.rules import Rules
from model.today.state import UNSCALED, Sample, Vcpu, Vm, existing
from model.today.vm import create_vcpu, create_vm, enter, leave
from model.today.writes import (
    adjust_by_guest,
    adjust_by_user,
    guest_tsc,
    scaled_tsc,
    set_offset,
    set_rate,
    to_cycles,
    write_by_guest,
    write_by_user,
)
from vtsc.language import s64, u64

MOST_VCPUS = 4
STABLE, STOPPED = 1, 2
WALL_NS = 100_000
"""How far the wall time that a call sees may be from the twin's."""
DELAYED_NS = 90_000_000
"""From here on the delayed part of a global update may have come."""


class Twin:
    """A machine of the host and its model, which every call reaches alike."""

    def __init__(
        self,
        device: Device,
        rules: Rules,
        khz: int,
        found: Findings,
        vcpus: int = MOST_VCPUS,
        lapic: bool = False,
    ) -> None:
        self.device, self.khz, self.found = device, khz, found
        self.clocks = HostClocks(device, khz)
        self.vm = Vm(vcpus, rules, khz)
        self.machine, span = self.clocks.timed(lambda: device.create_vm(lapic))
        create_vm(self.vm, span.sample)
        self.slack = self.clocks.ns(span.width)
        """How far kvmclock may be from the model's, in ns."""
        self.fresh = False
        """Whether the pair of the master clock has not been seen yet; it was taken in ``self.taken``."""
        self.taken = span
        self.tracked: list[tuple[int, int, int, bool]] = []
        """For each write: its vCPU, the matches and vCPUs after it, and the master clock before."""
        self.edge = 1 << 62
        """How near a decision on the one second was, in cycles."""
        self.errno = 0
        """The errno of the last call that might fail; 0 where it succeeded."""
        self.published: dict[int, Made] = {}
        """Pages that were made from a sample that is not known to the cycle."""
        self.pair: tuple[int, int] = (0, 0)
        """The host TSCs at which the master clock's pair may have been taken, once a page has shown it."""
        self._late: dict[int, list[int]] = {}
        """When global updates were asked for, the delayed part of which each vCPU may still get."""

    # calls

    def create(self) -> int:
        """KVM_CREATE_VCPU."""
        number, span = self.clocks.timed(self.machine.create_vcpu)
        self._near(self.mine(number), 0, span)
        exact = self._track(number, lambda: create_vcpu(self.mine(number), span.sample))
        self._see_offset(number, span, exact)
        return number

    def write_tsc(self, vcpu: int, value: int) -> None:
        """A write of IA32_TSC by user space."""
        _, span = self.clocks.timed(lambda: self.machine.set_msr(vcpu, IA32_TSC, value))
        self._near(self.mine(vcpu), value, span)
        exact = self._track(vcpu, lambda: write_by_user(self.mine(vcpu), value, span.sample))
        self._see_offset(vcpu, span, exact)

    def write_adjust(self, vcpu: int, value: int) -> None:
        """A write of IA32_TSC_ADJUST by user space."""
        self.machine.set_msr(vcpu, IA32_TSC_ADJUST, value)
        adjust_by_user(self.mine(vcpu), value)
        self._see_adjust(vcpu)

    def write_offset(self, vcpu: int, offset: int) -> None:
        """The attribute KVM_VCPU_TSC_OFFSET."""
        _, span = self.clocks.timed(lambda: self.machine.set_offset(vcpu, offset))
        self._track(vcpu, lambda: set_offset(self.mine(vcpu), offset, span.sample))
        self._see_offset(vcpu, span, exact=True)

    def write_khz(self, vcpu: int, khz: int) -> bool:
        """KVM_SET_TSC_KHZ of a vCPU; whether it succeeded."""
        accepted = self._accepted(lambda: self.machine.set_khz(vcpu, khz))
        expected = set_rate(self.mine(vcpu), khz)
        self.found.equal("KVM_SET_TSC_KHZ succeeds", accepted, expected)
        self.found.equal("KVM_GET_TSC_KHZ", self.machine.get_khz(vcpu), self.mine(vcpu).khz)
        return accepted

    def set_clock(self, clock: int, flags: int = 0, realtime: int = 0) -> None:
        """KVM_SET_CLOCK."""
        if flags & REALTIME:
            self.clocks.see_wall()
        _, span = self.clocks.timed(lambda: self.machine.set_clock(clock, flags, realtime))
        set_clock(self.vm, clock, realtime, flags & REALTIME != 0, span.sample)
        self._took_pair(span)
        self.slack = self.clocks.ns(span.width) + 2 * LOOSE_NS
        if flags & REALTIME:
            self.slack += WALL_NS

    def stop_clock(self, vcpu: int) -> bool:
        """KVM_KVMCLOCK_CTRL; whether it succeeded."""
        accepted = self._accepted(lambda: self.machine.stop_clock(vcpu))
        self.found.equal("KVM_KVMCLOCK_CTRL succeeds", accepted, stop_clock(self.mine(vcpu)))
        return accepted

    def run(self, vcpu: int, since: Span | None = None) -> None:
        """Run the guest, which reads its TSC; then compare that, and its page.

        ``since``: the time of a run in which the guest has asked for an update, which it may have got then.
        """
        read, span = self.clocks.timed(lambda: self.machine.run(vcpu))
        first = span.before if since is None else since.before
        self.entered(vcpu, Span(first, span.after, span.sample))
        slow = self.clocks.sample(span.before), self.clocks.sample(span.after)
        low, high = (guest_tsc(self.mine(vcpu), sample) for sample in slow)
        inside = u64(read - low) <= u64(high - low)
        self.found.true(
            f"the guest's TSC on vCPU {vcpu}", inside, f"{read} is not in {low} to {high}"
        )
        leave(self.mine(vcpu), span.sample)
        self.see_page(vcpu)

    def register(self, vcpu: int, old: bool = False, active: bool = True) -> None:
        """The guest registers its kvmclock page, or gives it up, and runs once more."""
        index = OLD_KVMCLOCK if old else NEW_KVMCLOCK
        address = self.machine.page_address(vcpu) | active
        self._guest_writes(
            vcpu, index, address, lambda v, _: register(v, active, old, by_user=False)
        )

    def guest_tsc(self, vcpu: int, value: int) -> None:
        """The guest writes its TSC, and runs once more."""
        self._guest_writes(vcpu, IA32_TSC, value, lambda v, s: write_by_guest(v, value, s))

    def guest_adjust(self, vcpu: int, value: int) -> None:
        """The guest writes IA32_TSC_ADJUST, and runs once more."""
        self._guest_writes(vcpu, IA32_TSC_ADJUST, value, lambda v, _: adjust_by_guest(v, value))
        self._see_adjust(vcpu)

    def _guest_writes(
        self, vcpu: int, index: int, value: int, act: Callable[[Vcpu, Sample], None]
    ) -> None:
        """A run in which the guest writes an MSR. What it asks for is served then, or in the next run."""
        _, span = self.clocks.timed(lambda: self.machine.guest_writes(vcpu, index, value))
        self.entered(vcpu, span)
        act(self.mine(vcpu), span.sample)
        leave(self.mine(vcpu), span.sample)
        if index == IA32_TSC:
            self._learn_offset(vcpu, span.width)
        self.run(vcpu, span)

    # comparing

    def see_clock(self) -> Clock:
        """KVM_GET_CLOCK, compared with the model's: to the ns where the pair is known."""
        now, span = self.clocks.timed(self.machine.get_clock)
        flagged = get_clock(self.vm, span.sample).flagged
        self.found.equal("the flags of KVM_GET_CLOCK", now.flags, GET_FLAGS if flagged else 0)
        if flagged and now.flags and not self.fresh:
            compare_clock(self, now)
        elif bool(now.flags) == flagged:
            computed = clock_now(self.vm, span.sample)
            self.within(
                "KVM_GET_CLOCK",
                now.clock,
                computed,
                self.slack + self.clocks.ns(span.width) + LOOSE_NS,
            )
        return now

    def see_page(self, vcpu: int) -> Page:
        """The vCPU's page, compared with the model's; a pair that is new is learned from it."""
        page, mine = self.machine.page(vcpu), self.mine(vcpu)
        if not mine.clock_active:
            return page
        self._delayed(mine, page)
        self.found.equal(f"the version of page {vcpu}", page.version, mine.version)
        self.found.equal(
            f"STABLE of page {vcpu}", bool(page.flags & STABLE), bool(mine.page_stable)
        )
        stopped = bool(page.flags & STOPPED)
        self.found.equal(f"GUEST_STOPPED of page {vcpu}", stopped, bool(mine.page_stopped))
        self.found.equal(
            f"the scale of page {vcpu}", (page.mul, page.shift), (mine.page_mul, mine.page_shift)
        )
        if page.version == mine.version:
            compare_pair(self, mine, page)
        return page

    def _delayed(self, mine: Vcpu, page: Page) -> None:
        """Take over an update that the delayed part of a global one may have brought, or not."""
        now, late = self.device.tsc(), self._late.get(mine.number, [])
        ripe = [asked for asked in late if self.clocks.ns(now - asked) > DELAYED_NS]
        if page.version != mine.version + 2 or not ripe:
            return
        late.remove(ripe[0])
        mine.wants_update = True
        self.entered(mine.number, Span(ripe[0], now, self.clocks.sample(now)))

    def entered(self, vcpu: int, span: Span) -> None:
        """The entry into the guest, in the model."""
        mine = self.mine(vcpu)
        pair, version = self.vm.master_cycles, mine.version
        if mine.wants_global:
            for other in self.vm.vcpus:
                self._late.setdefault(other.number, []).append(span.before)
        enter(mine, span.sample)
        if self.vm.master_cycles != pair:
            self._took_pair(span)
        if mine.version != version:
            self.published.pop(vcpu, None)
            if self.fresh or not self.vm.master:
                at = self.taken if self.vm.master else span
                self.published[vcpu] = Made(at, mine.tsc_offset, mine.ratio)
            elif self.pair[0] != self.pair[1]:
                self.published[vcpu] = Made(span, mine.tsc_offset, mine.ratio, fresh=False)

    def _took_pair(self, span: Span) -> None:
        self.fresh, self.taken = True, span

    def _see_offset(self, vcpu: int, span: Span, exact: bool) -> None:
        """The stored offset, compared with the model's; then the model has it.

        ``exact``: it does not depend on the time of the call, since the write matched or names the offset.
        """
        mine, vm = self.mine(vcpu), self.vm
        found = self.machine.get_offset(vcpu)
        computed = mine.tsc_offset
        most = 0 if exact else _cycles(mine, span.width)
        self.is_near(f"the offset of vCPU {vcpu}", found, computed, most)
        if vm.rules.offset_honoured and found != computed:
            mine.tsc_offset = vm.last_offset = found
            if vm.cur_offset == computed:
                vm.cur_offset = found

    def _learn_offset(self, vcpu: int, host_cycles: int) -> None:
        """Take over what a guest's write of its TSC has brought, since its time is only nearly known."""
        mine = self.mine(vcpu)
        width = _cycles(mine, host_cycles)
        found, adjust = self.machine.get_offset(vcpu), self.machine.get_msr(vcpu, IA32_TSC_ADJUST)
        self.is_near(f"the offset of vCPU {vcpu}", found, mine.tsc_offset, width)
        self.is_near(f"IA32_TSC_ADJUST of vCPU {vcpu}", adjust, mine.tsc_adjust, width)
        mine.tsc_offset, mine.tsc_adjust = found, adjust

    def _see_adjust(self, vcpu: int) -> None:
        found = self.machine.get_msr(vcpu, IA32_TSC_ADJUST)
        self.found.equal(f"IA32_TSC_ADJUST of vCPU {vcpu}", found, self.mine(vcpu).tsc_adjust)

    def _track(self, vcpu: int, act: Callable[[], bool]) -> bool:
        """Take a write in the model, and note what kvm_track_tsc would say of it; whether it matched."""
        used = bool(self.vm.master)
        matched = act()
        self.tracked.append((vcpu, self.vm.matched, len(existing(self.vm)), used))
        return matched

    def _near(self, mine: Vcpu, value: int, span: Span) -> None:
        """Note how near a write is to the edge of the second within which it would match."""
        vm = self.vm
        if not mine.khz or value == 0:
            return
        expected = u64(vm.last_write + to_cycles(mine, u64(span.sample.ns - vm.last_nsec)))
        window = mine.khz * HZ_PER_KHZ
        distance = abs(abs(s64(value - expected)) - window)
        self.edge = min(self.edge, max(0, distance * self.khz // mine.khz - span.width))

    def _accepted(self, call: Callable[[], None]) -> bool:
        self.errno = 0
        try:
            call()
        except Refused as refused:
            self.errno = refused.errno
            return False
        return True

    def within(self, name: str, found: int, computed: int, most: int) -> None:
        """Note a number of ns that may be so far from what the rules compute."""
        off = s64(found - computed)
        self.found.true(name, abs(off) <= most, f"{found} is {off:+d} ns from {u64(computed)}")

    def is_near(self, name: str, found: int, computed: int, most: int) -> None:
        """Note a number of cycles that may be so far from what the rules compute."""
        off = s64(found - computed)
        self.found.true(name, abs(off) <= most, f"{found} is {off:+d} cycles from {computed}")

    def mine(self, number: int) -> Vcpu:
        """The vCPU of that number, in the model."""
        return self.vm.vcpus[number]

    def close(self) -> None:
        """Give up the VM of the host."""
        self.machine.close()

    def page_rate(self) -> Fraction:
        """The ns a cycle by which the guest of vCPU 0 extrapolates."""
        mine = self.mine(0)
        return Fraction(mine.page_mul, 2**32) * Fraction(2) ** mine.page_shift

    def drift_after(self, cycles: int) -> Fraction:
        """The ns by which kvmclock jumps where a pair of that age is taken anew."""
        return cycles * (self.clocks.raw - self.page_rate())


def _cycles(mine: Vcpu, host_cycles: int) -> int:
    """The most of a vCPU's cycles that may pass in so many of the host's."""
    return host_cycles if mine.ratio == UNSCALED else scaled_tsc(mine, host_cycles) + 1
