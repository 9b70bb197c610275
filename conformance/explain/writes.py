"""Writes of a TSC offset: the calls of user space, or the act of the guest, that explain one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from conformance.explain.events import IA32_TSC, Msr, Offset, Page, Track
from conformance.explain.hypothesis import Blocked, Hypothesis, copied
from conformance.explain.rates import set_guessed
from conformance.rates import LEAST_KHZ, MAX_KHZ
from conformance.scaling import Span
from model.arithmetic import HZ_PER_KHZ
from model.today.state import Sample, Vcpu, existing
from model.today.vm import create_vcpu
from model.today.writes import (
    adjust_by_guest,
    initial_rate,
    scaled_tsc,
    set_offset,
    to_cycles,
    write_by_guest,
    write_by_user,
)
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
    """A call that may have led to an offset: its words, what it needs, and the rule that it runs.

    ``rds``: the host TSCs that it may have read, of which ``rd`` is one; None where nothing is known of them.
    """

    words: str
    needs: str
    cost: int
    rd: int
    act: Act
    rate: int | None = None
    """The vCPU's rate, set by a call before this one; None: as it was."""
    rds: Span | None = None


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
        none = "KVM_CREATE_VCPU: a TSC of 0 needs another host TSC than its time allows"
        raise Blocked("; ".join(dict.fromkeys(reasons)) or none)
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
        set_guessed(vcpu, guess.rate)
    sample = after.sample(offset, guess.rd)
    if guess.rds is not None:
        after.seen(offset, guess.rds)
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
    vcpu, near = before.vcpu(offset.vcpu), before.near(offset)
    if not vcpu.created:
        yield from _creations(before, offset, near)
        return
    rates: list[int | None] = [None]
    rates += [rate for rate in before.rates if rate != vcpu.khz]
    for rate in rates:
        after = " after KVM_SET_TSC_KHZ" if rate is not None else ""
        cost = 4 if rate is not None else 0
        yield from _user_writes(before, offset, rate, after, cost)
    yield Guess(
        f"KVM_VCPU_TSC_OFFSET of {_signed(offset.next)}", "attribute", 2, near,
        lambda v, sample: set_offset(v, offset.next, sample),
    )  # fmt: skip


def _creations(before: Hypothesis, offset: Offset, near: int) -> Iterator[Guess]:
    """The creation of a vCPU, which takes the offset of the others, or one by which it begins at 0."""
    vm = before.vm
    if vm.last_khz and offset.next == vm.cur_offset:
        yield Guess("KVM_CREATE_VCPU", "", 0, near, create_vcpu)
    first = copied(vm).vcpus[before.numbers[offset.vcpu]]
    initial_rate(first)
    rds = before.read_by(first, u64(-offset.next), offset)
    if rds is not None:
        yield Guess("KVM_CREATE_VCPU", "", 0, before.likely(rds, offset), create_vcpu, rds=rds)


def _user_writes(
    before: Hypothesis, offset: Offset, rate: int | None, after: str, cost: int
) -> Iterator[Guess]:
    """Writes of IA32_TSC by user space: of the value that the offset needs, or any that matches."""
    vm, near = before.vm, before.near(offset)
    vcpu = copied(vm).vcpus[before.numbers[offset.vcpu]]
    if rate is not None:
        set_guessed(vcpu, rate)

    def writing(value: int) -> Act:
        return lambda v, sample: write_by_user(v, value, sample)

    if offset.next == vm.cur_offset:
        expected = u64(vm.last_write + to_cycles(vcpu, u64(before.raw_at(near) - vm.last_nsec)))
        reach = vcpu.khz * HZ_PER_KHZ * vm.rules.window - 1
        for value in (0, u64(expected - reach), expected, u64(expected + reach)):
            words = f"write of TSC {value}" if value == 0 else f"write of a TSC near {expected}"
            yield Guess(f"{words}{after}", "tsc-write", cost + 1, near, writing(value), rate)
    value = u64(offset.next + scaled_tsc(vcpu, near))
    words = f"write of a TSC near {_signed(value)}{after}"
    yield Guess(words, "tsc-write", cost + 1, near, writing(value), rate)
    rds = before.read_by(vcpu, u64(-offset.next), offset)
    if rds is not None:
        rd = before.likely(rds, offset)
        words = f"write of TSC 0{after}"
        yield Guess(words, "tsc-write", cost + 1, rd, writing(0), rate, rds)


def by_guest(before: Hypothesis, offset: Offset, msr: Msr, allowed: Allowed) -> list[Hypothesis]:
    """The hypotheses after a guest's write of IA32_TSC or IA32_TSC_ADJUST."""
    if msr.index == IA32_TSC:
        return _tsc_by_guest(before, offset, msr, allowed)
    after = before.copy()
    _stored(after, offset)
    vcpu = after.vcpu(offset.vcpu)
    try:
        _moves(after, offset, lambda v: adjust_by_guest(v, msr.value))
    except Blocked as blocked:
        allowed.check("host-adjust", f"{blocked}, unless user space wrote IA32_TSC_ADJUST before")
        vcpu.tsc_adjust = u64(msr.value - (offset.next - offset.previous))
        after.guess(offset, f"write of IA32_TSC_ADJUST {vcpu.tsc_adjust} by user space", 3)
        _moves(after, offset, lambda v: adjust_by_guest(v, msr.value))
    return [after]


def _tsc_by_guest(
    before: Hypothesis, offset: Offset, msr: Msr, allowed: Allowed
) -> list[Hypothesis]:
    """The hypotheses after a guest's write of IA32_TSC: by its rate, or else by one that was set before."""
    _stored(before, offset)
    grown = u64(msr.value - offset.next)
    rates: list[int | None] = [None]
    if before.vm.rules.scaling:
        needed = round(Fraction(before.vm.host_khz * grown, max(before.near(offset), 1)))
        rates += [*before.rates, *([needed] if LEAST_KHZ <= needed <= MAX_KHZ else [])]
    elif not before.vcpu(offset.vcpu).ratio:
        rates.append(before.vm.host_khz)
    found = list[Hypothesis]()
    for rate in dict.fromkeys(rates):
        after = before.copy()
        vcpu = after.vcpu(offset.vcpu)
        if rate is not None:
            if found or "tsc-khz" in allowed.never:
                break
            set_guessed(vcpu, rate)
        rds = after.read_by(vcpu, grown, offset)
        if rds is not None:
            after.seen(offset, rds)
            _write(after, offset, msr, after.sample(offset, after.likely(rds, offset)))
            if rate is not None:
                after.guess(offset, f"KVM_SET_TSC_KHZ of {rate} kHz on vCPU {offset.vcpu}", 4)
            found.append(after)
    if not found:
        low, high = before.reach(offset)
        raise Blocked(f"its host TSC would be {grown}, and its time allows {low} to {high}")
    return found


def _write(after: Hypothesis, offset: Offset, msr: Msr, sample: Sample) -> None:
    _moves(after, offset, lambda v: write_by_guest(v, msr.value, sample))


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
