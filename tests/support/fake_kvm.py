"""A fake of /dev/kvm that follows the rules of `model.today` in a time of its own, or breaks one of them."""

from collections.abc import Callable
from dataclasses import replace
from errno import EINVAL, ENOTTY
from random import Random

from conformance.live.device import (
    GET_FLAGS,
    IA32_TSC,
    IA32_TSC_ADJUST,
    IA32_TSC_DEADLINE,
    OLD_KVMCLOCK,
    REALTIME,
    Clock,
    Lapic,
    Page,
    Refused,
)
from model.today import (
    Rules,
    Sample,
    Vcpu,
    Vm,
    adjust_by_guest,
    adjust_by_user,
    create_vcpu,
    create_vm,
    due,
    enter,
    expire,
    flags_accepted,
    get_clock,
    guest_tsc,
    leave,
    load,
    raw_rate,
    register,
    set_clock,
    set_lapic,
    set_offset,
    set_rate,
    stop_clock,
    update_all,
    update_master,
    write_by_guest,
    write_by_user,
    write_deadline,
)
from model.today.rates import factors
from model.today.state import UNSCALED
from model.today.writes import scaled_tsc
from tests.support.fake_faults import NONE, Faults

DELAY_NS = 101_000_000


class FakeKvm:
    """A host whose every call takes a microsecond or so."""

    def __init__(
        self,
        rules: Rules,
        khz: int = 2_596_146,
        faults: Faults = NONE,
        at_once: bool = False,
        now: int = 5_000_000_000_000,
    ) -> None:
        self.rules, self.khz, self.faults, self.at_once = rules, khz, faults, at_once
        self.now = now
        self.trace: list[str] = []
        """What the kernel's tracer would have recorded."""
        self._rng = Random(7)

    def tsc(self) -> int:
        """The host's TSC, which each look moves a little."""
        self.now += self._rng.randrange(40, 300)
        return self.now

    def raw_ns(self) -> int:
        """The raw clock."""
        return self.true_ns(self.tsc())

    def true_ns(self, rd: int) -> int:
        """The raw clock at a host TSC."""
        return 10**12 + int(rd * raw_rate(self.khz))

    def wall_ns(self) -> int:
        """The wall time."""
        return 10**18 + self.raw_ns()

    def sample(self) -> Sample:
        """What KVM samples in a call."""
        rd = self.tsc()
        ns = self.true_ns(rd)
        return Sample(rd, ns + ns * self.faults.raw_off_ppb // 10**9, 10**18 + ns)

    def record(self, thread: int, event: str, text: str) -> None:
        """Note an event, a moment after the last sample."""
        self.now += self._rng.randrange(300, 3_000)
        name = "vmm" if thread == 1000 else f"vcpu{thread - 1001}"
        self.trace.append(f"{name}-{thread} [000] d..1. {self.now}: {event}: {text}")

    def sleep(self, ns: int) -> None:
        """Move the time on."""
        self.now += ns * self.khz // 10**6 + 50_000

    def capability(self, number: int) -> int:
        """Everything but scaling, unless the rules have it."""
        return int(self.rules.scaling) if number == 60 else 1

    def create_vm(self, lapic: bool = False) -> "FakeVm":
        """A new VM; each has local APICs."""
        return FakeVm(self)


class FakeVm:
    """A VM of the fake."""

    def __init__(self, host: FakeKvm) -> None:
        self.host, self.vm = host, Vm(8, host.rules, host.khz)
        self._delayed: int | None = None
        self._refused: set[int] = set()
        create_vm(self.vm, host.sample())
        self._record_master(1000)

    def create_vcpu(self) -> int:
        """The next vCPU."""
        number = sum(v.created for v in self.vm.vcpus)
        self._tracked(number, lambda v: create_vcpu(v, self.host.sample()), 1000)
        return number

    def set_msr(self, vcpu: int, index: int, value: int) -> None:
        """TSC, TSC_ADJUST, the deadline and kvmclock."""
        mine = self.vm.vcpus[vcpu]
        if index == IA32_TSC:
            self._tracked(vcpu, lambda v: self._written(v, value))
        elif index == IA32_TSC_ADJUST:
            adjust_by_user(mine, value)
        elif index == IA32_TSC_DEADLINE:
            write_deadline(mine, value, self.host.sample())
        else:
            register(mine, bool(value & 1), index == OLD_KVMCLOCK, by_user=True)

    def _written(self, mine: Vcpu, value: int) -> None:
        """A write of IA32_TSC by user space, by the rules or by what the faults make of them."""
        faults, ratio = self.host.faults, mine.ratio
        if faults.matches_any_rate:
            self.vm.last_khz = mine.khz
        if faults.offset_unscaled:
            mine.ratio = UNSCALED
        write_by_user(mine, value, self.host.sample())
        mine.ratio = ratio

    def get_msr(self, vcpu: int, index: int) -> int:
        """TSC, TSC_ADJUST and the deadline."""
        mine = self.vm.vcpus[vcpu]
        if index == IA32_TSC_DEADLINE:
            self._expire(vcpu)
            return mine.deadline
        return guest_tsc(mine, self.host.sample()) if index == IA32_TSC else mine.tsc_adjust

    def set_offset(self, vcpu: int, offset: int) -> None:
        """The attribute."""
        self._tracked(vcpu, lambda v: set_offset(v, offset, self.host.sample()))

    def get_offset(self, vcpu: int) -> int:
        """The attribute."""
        return self.vm.vcpus[vcpu].tsc_offset

    def set_khz(self, vcpu: int, khz: int) -> None:
        """The vCPU's rate."""
        mine = self.vm.vcpus[vcpu]
        before, faults = mine.ratio, self.host.faults
        if not set_rate(mine, khz):
            self._refused.add(vcpu)
            raise Refused(EINVAL)
        if mine.ratio != UNSCALED:
            mine.ratio += faults.ratio_off
        elif faults.rate_kept:
            mine.ratio = before
        self._refused.discard(vcpu)

    def get_khz(self, vcpu: int) -> int:
        """The vCPU's rate."""
        if self.host.faults.forgets_rate and vcpu in self._refused:
            return self.host.khz
        return self.vm.vcpus[vcpu].khz

    def set_clock(self, clock: int, flags: int, realtime: int) -> None:
        """KVM_SET_CLOCK."""
        if not flags_accepted(self.vm, flags):
            raise Refused(EINVAL)
        set_clock(self.vm, clock, realtime, flags & REALTIME != 0, self.host.sample())
        self._record_master(1000)

    def get_clock(self) -> Clock:
        """KVM_GET_CLOCK."""
        sample = self.host.sample()
        found = get_clock(self.vm, sample)
        flags = GET_FLAGS if found.flagged else 0
        off = self.host.faults.clock_off_ns if flags else 0
        return Clock(found.clock + off, flags, found.realtime, found.host_tsc)

    def stop_clock(self, vcpu: int) -> None:
        """KVM_KVMCLOCK_CTRL."""
        if not stop_clock(self.vm.vcpus[vcpu]):
            raise Refused(EINVAL)

    def stop_clock_of_vm(self) -> None:
        """No call of a VM."""
        raise Refused(ENOTTY)

    def get_lapic(self, vcpu: int) -> Lapic:
        """The local APIC."""
        self._expire(vcpu)
        mine = self.vm.vcpus[vcpu]
        return Lapic(bool(mine.deadline_mode), bool(mine.irr))

    def set_lapic(self, vcpu: int, lapic: Lapic) -> None:
        """The local APIC."""
        mine = self.vm.vcpus[vcpu]
        set_lapic(mine, lapic.deadline_mode, lapic.irr, self.host.sample())

    def _expire(self, vcpu: int) -> None:
        """Let the timer fire if it is due."""
        mine, now = self.vm.vcpus[vcpu], self.host.sample()
        if mine.armed and due(mine, now) <= now.ns:
            expire(mine)

    def run(self, vcpu: int) -> int:
        """The guest reads its TSC."""
        self._enter(vcpu)
        mine = self.vm.vcpus[vcpu]
        mine.version += self.host.faults.version_step
        read = guest_tsc(mine, self.host.sample())
        self._leave(vcpu)
        return read

    def guest_writes(self, vcpu: int, index: int, value: int) -> None:
        """The guest writes an MSR; what that asks for is served at once, or in the next run."""
        self._enter(vcpu)
        mine, sample = self.vm.vcpus[vcpu], self.host.sample()
        before, adjust = mine.tsc_offset, mine.tsc_adjust
        if index == IA32_TSC:
            write_by_guest(mine, value, sample)
            mine.wants_update |= self.host.faults.updates_on_guest_tsc
        elif index == IA32_TSC_ADJUST:
            adjust_by_guest(mine, value)
        elif index == IA32_TSC_DEADLINE:
            write_deadline(mine, value, sample)
        else:
            register(mine, bool(value & 1), index == OLD_KVMCLOCK, by_user=False)
        if index in (IA32_TSC, IA32_TSC_ADJUST):
            self._record_offset(vcpu, before, before + mine.tsc_adjust - adjust)
        self.host.record(1001 + vcpu, "kvm_msr", f"msr_write {index:x} = {value:#x}")
        if self.host.at_once:
            self._enter(vcpu)
        self._leave(vcpu)

    def _enter(self, vcpu: int) -> None:
        """An entry; the delayed part of a global update comes when its time has come."""
        self._expire(vcpu)
        mine, sample = self.vm.vcpus[vcpu], self.host.sample()
        if self._delayed is not None and sample.ns >= self._delayed:
            update_all(self.vm)
            self._delayed = None
        if mine.wants_global and self._delayed is None and not self.host.faults.no_delayed:
            self._delayed = sample.ns + DELAY_NS
        version = mine.version
        load(mine, mine.on_cpu)
        if mine.wants_master:  # the page has a sample of its own, which is taken after this one
            mine.wants_master = False
            update_master(self.vm, sample)
            self._record_master(1001 + vcpu)
        sample, ratio = self.host.sample(), mine.ratio
        if self.host.faults.pair_unscaled:
            mine.ratio = UNSCALED
        enter(mine, sample)
        mine.ratio = ratio
        if mine.version != version:
            rate = (
                self.host.khz if self.host.faults.page_unscaled else scaled_tsc(mine, self.host.khz)
            )
            if rate:
                mine.page_shift, mine.page_mul = factors(10**9, rate * 1000)
            self._record_page(vcpu)

    def _leave(self, vcpu: int) -> None:
        leave(self.vm.vcpus[vcpu], self.host.sample())
        self.host.record(1001 + vcpu, "kvm_userspace_exit", "reason KVM_EXIT_HLT (5)")

    # what the tracer records

    def _tracked(self, vcpu: int, act: Callable[[Vcpu], object], thread: int | None = None) -> None:
        """A write of an offset, with its two events."""
        mine = self.vm.vcpus[vcpu]
        before, master = mine.tsc_offset, self.vm.master
        act(mine)
        self._record_offset(vcpu, before, self.vm.last_offset, thread)
        online = sum(v.created for v in self.vm.vcpus)
        text = f"vcpu_id {vcpu} masterclock {int(master)} offsetmatched {self.vm.matched}"
        tail = f"nr_online {online} hostclock tsc"
        self.host.record(thread or 1001 + vcpu, "kvm_track_tsc", f"{text} {tail}")

    def _record_offset(self, vcpu: int, before: int, after: int, thread: int | None = None) -> None:
        text = f"vcpu={vcpu} prev={before} next={after % 2**64}"
        self.host.record(thread or 1001 + vcpu, "kvm_write_tsc_offset", text)

    def _record_master(self, thread: int) -> None:
        matched = self.vm.matched + 1 == sum(v.created for v in self.vm.vcpus)
        text = f"masterclock {int(self.vm.master)} hostclock tsc offsetmatched {int(matched)}"
        self.host.record(thread, "kvm_update_master_clock", text)

    def _record_page(self, vcpu: int) -> None:
        page = self.page(vcpu)
        head = f"vcpu_id {vcpu}, pvclock {{ version {page.version}, tsc_timestamp {page.tsc:#x}"
        tail = f"tsc_to_system_mul {page.mul:#x}, tsc_shift {page.shift}, flags {page.flags:#x} }}"
        text = f"{head}, system_time {page.ns:#x}, {tail}"
        self.host.record(1001 + vcpu, "kvm_pvclock_update", text)

    def page_address(self, vcpu: int) -> int:
        """Any address will do."""
        return 0x8000 + 0x1000 * vcpu

    def page(self, vcpu: int) -> Page:
        """The page as the rules have written it."""
        v = self.vm.vcpus[vcpu]
        flags = v.page_stable | v.page_stopped << 1
        return Page(v.version, v.page_tsc, v.page_ns, v.page_mul, v.page_shift, flags)

    def close(self) -> None:
        """Nothing to give up."""


def broken(rules: Rules, **changes: bool | int) -> FakeKvm:
    """A host on which some rules are other ones than those that are compared with it."""
    return FakeKvm(replace(rules, **changes))  # type: ignore[arg-type]
