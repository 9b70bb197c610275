"""Writes of a TSC offset: the calls of user space, or the act of the guest, that explain one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.explain.events import IA32_TSC, Msr, Offset, Page, Track
from conformance.explain.hypothesis import Blocked, Hypothesis, copied
from model.arithmetic import HZ_PER_KHZ
from model.today.state import Sample, Vcpu, existing
from model.today.vm import create_vcpu
from model.today.writes import adjust_by_guest, set_offset, to_cycles, write_by_guest, write_by_user
from vtsc.language import u64

CAN = ("attribute", "tsc-khz", "set-clock", "kvmclock-ctrl", "host-adjust", "tsc-write")
"""What a VMM may be known never to do."""
Act = Callable[[Vcpu, Sample], object]


@dataclass(frozen=True)
class Allowed:
    """What the VMM may do, as far as is known."""

    never: frozenset[str] = frozenset()
    page_change: bool = False
    """Whether the kernel changes vCPU 0's page, with no event, when user space writes a kvmclock MSR."""

    def check(self, what: str, words: str) -> None:
        """Raise `Blocked` where the VMM is known never to do this."""
        if what in self.never:
            raise Blocked(f"{words}, which --never {what} excludes")


@dataclass(frozen=True)
class Guess:
    """A call that may have led to an offset: its words, what it needs, and the rule that it runs."""

    words: str
    needs: str
    cost: int
    rd: int
    act: Act
    rate: int | None = None
    """The vCPU's rate, set by a call before this one; None: as it was."""


def tracked(before: Hypothesis, offset: Offset, track: Track, allowed: Allowed) -> list[Hypothesis]:
    """The hypotheses after an offset with its match count: a creation, a user's write, or the attribute."""
    found, reasons = [], list[str]()
    for guess in _guesses(before, offset, track):
        after = before.copy()
        try:
            _check_allowed(guess, allowed)
            _run(after, guess, offset, track)
        except Blocked as blocked:
            reasons.append(f"{guess.words}: {blocked}")
        else:
            after.guess(offset, f"{guess.words} on vCPU {offset.vcpu}", guess.cost)
            found.append(after)
    if not found:
        raise Blocked("; ".join(dict.fromkeys(reasons)))
    return found


def _check_allowed(guess: Guess, allowed: Allowed) -> None:
    if guess.needs:
        allowed.check(guess.needs, "the VMM does that")
    if guess.rate is not None:
        allowed.check("tsc-khz", "the VMM sets the rate before")


def _run(after: Hypothesis, guess: Guess, offset: Offset, track: Track) -> None:
    """Take the guessed call by its rule, and compare what it does with both events."""
    vcpu, vm = after.vcpu(offset.vcpu), after.vm
    _stored(after, offset)
    used = vm.master
    if guess.rate is not None:
        vcpu.khz = guess.rate
    sample = after.sample(offset, guess.rd)
    if guess.rd != after.near(offset):
        after.seen(offset, (guess.rd, guess.rd))
    guess.act(vcpu, sample)
    _same("the offset", vm.last_offset, offset.next)
    _same("the number of matches", vm.matched, track.matched)
    _same("the number of vCPUs", len(existing(vm)), track.online)
    _same("the master clock", used, track.master)
    _same("the host's clock source being the TSC", vm.clocksource_tsc, track.tsc_clock)


def _same(what: str, computed: int, shown: int) -> None:
    if computed != shown:
        raise Blocked(f"{what} would be {int(computed)}, not {int(shown)}")


def _stored(after: Hypothesis, offset: Offset) -> None:
    """Compare the offset that was stored before a write with the one that it found."""
    vcpu = after.vcpu(offset.vcpu)
    if vcpu.tsc_offset != offset.previous:
        raise Blocked(f"the offset stored before is {vcpu.tsc_offset}, not {offset.previous}")


def _guesses(before: Hypothesis, offset: Offset, track: Track) -> Iterator[Guess]:
    """What may have led to an offset, the likeliest first."""
    vcpu, vm, near = before.vcpu(offset.vcpu), before.vm, before.near(offset)
    from_zero = u64(-offset.next)
    if not vcpu.created:
        joins = vm.last_khz and offset.next == vm.cur_offset
        rd = near if joins else from_zero
        yield Guess("KVM_CREATE_VCPU", "", 0, rd, create_vcpu)
        return
    rates: list[int | None] = [None]
    rates += [vm.host_khz if vcpu.khz != vm.host_khz else vm.host_khz // 2]
    for rate in rates:
        after = " after KVM_SET_TSC_KHZ" if rate is not None else ""
        cost = 4 if rate is not None else 0
        yield from _user_writes(before, offset, rate, after, cost)
    yield Guess(
        f"KVM_VCPU_TSC_OFFSET of {_signed(offset.next)}", "attribute", 2, near,
        lambda v, sample: set_offset(v, offset.next, sample),
    )  # fmt: skip


def _user_writes(
    before: Hypothesis, offset: Offset, rate: int | None, after: str, cost: int
) -> Iterator[Guess]:
    """Writes of IA32_TSC by user space: of the value that the offset needs, or any that matches."""
    vcpu, vm, near = before.vcpu(offset.vcpu), before.vm, before.near(offset)

    def writing(value: int) -> Act:
        return lambda v, sample: write_by_user(v, value, sample)

    if offset.next == vm.cur_offset:
        khz = vcpu.khz if rate is None else rate
        expected = u64(vm.last_write + to_cycles(vcpu, u64(before.raw_at(near) - vm.last_nsec)))
        reach = khz * HZ_PER_KHZ * vm.rules.window - 1
        for value in (0, u64(expected - reach), expected, u64(expected + reach)):
            words = f"write of TSC {value}" if value == 0 else f"write of a TSC near {expected}"
            yield Guess(f"{words}{after}", "tsc-write", cost + 1, near, writing(value), rate)
    value = u64(offset.next + near)
    words = f"write of a TSC near {_signed(value)}{after}"
    yield Guess(words, "tsc-write", cost + 1, near, writing(value), rate)
    from_zero = u64(-offset.next)
    window = before.window(offset)
    if window is None or window[0] <= from_zero <= window[1]:
        yield Guess(f"write of TSC 0{after}", "tsc-write", cost + 1, from_zero, writing(0), rate)


def by_guest(before: Hypothesis, offset: Offset, msr: Msr, allowed: Allowed) -> list[Hypothesis]:
    """The hypothesis after a guest's write of IA32_TSC or IA32_TSC_ADJUST."""
    after = before.copy()
    _stored(after, offset)
    vcpu = after.vcpu(offset.vcpu)
    if msr.index == IA32_TSC:
        rd = u64(msr.value - offset.next)
        after.seen(offset, (rd, rd))
        sample = after.sample(offset, rd)
        _moves(after, offset, lambda v: write_by_guest(v, msr.value, sample))
        return [after]
    try:
        _moves(after, offset, lambda v: adjust_by_guest(v, msr.value))
    except Blocked as blocked:
        allowed.check("host-adjust", f"{blocked}, unless user space wrote IA32_TSC_ADJUST before")
        vcpu.tsc_adjust = u64(msr.value - (offset.next - offset.previous))
        after.guess(offset, f"write of IA32_TSC_ADJUST {vcpu.tsc_adjust} by user space", 3)
        _moves(after, offset, lambda v: adjust_by_guest(v, msr.value))
    return [after]


def _moves(after: Hypothesis, offset: Offset, act: Callable[[Vcpu], None]) -> None:
    """Take an act that moves the offset; compare what it stores where offsets are honoured with the event."""
    number = after.numbers[offset.vcpu]
    honest = copied(after.vm)
    honest.rules = replace(honest.rules, offset_honoured=True)
    act(honest.vcpus[number])
    _same("the offset", honest.vcpus[number].tsc_offset, offset.next)
    act(after.vm.vcpus[number])


def caught_up(before: Hypothesis, offset: Offset, page: Page, allowed: Allowed) -> Hypothesis:
    """The hypothesis before the page of a catchup, the rate of which is guessed from the page."""
    window = before.window(page)
    start = before.window(offset)
    if window and start and window[1] - start[1] > before.clock.late:
        raise Blocked("an offset without kvm_track_tsc, and no page of a catchup soon after it")
    after = before.copy()
    vcpu, vm = after.vcpu(offset.vcpu), after.vm
    _stored(after, offset)
    if not vcpu.always_catchup:
        allowed.check("tsc-khz", "a catchup needs a rate above the host's")
        after.guess(offset, "KVM_SET_TSC_KHZ above the host's rate", 4)
        vcpu.always_catchup = True
    ns = vm.master_ns if vm.master else after.raw_at(u64(page.tsc - offset.next))
    passed, grown = u64(ns - vcpu.this_nsec), u64(page.tsc - vcpu.this_write)
    vcpu.khz = round(grown * 10**6 / passed) if passed else 0
    if vcpu.khz <= vm.host_khz:
        raise Blocked(
            f"a catchup to {page.tsc} needs a rate of {vcpu.khz} kHz, which is not above the host's"
        )
    return after


def _signed(offset: int) -> int:
    return offset - (1 << 64) if offset >> 63 else offset
