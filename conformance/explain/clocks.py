"""The master clock, kvmclock's pages and its MSRs: whether the rules explain what a trace shows of them."""

from conformance.explain.events import STABLE, STOPPED, Event, Leave, Master, Msr, Page
from conformance.explain.hypothesis import BETWEEN, Blocked, Hypothesis
from conformance.explain.offsets import read_at, settle, show
from conformance.explain.rates import fits, set_guessed
from conformance.explain.writes import Allowed
from conformance.scaling import Span
from model.today.clock import register, update_master, update_page
from model.today.state import Sample, Vcpu
from model.today.writes import scaled_tsc
from vtsc.language import u64

WORDS = {"page_tsc": "tsc_timestamp", "page_ns": "system_time", "page_mul": "tsc_to_system_mul"}
LOW = (1 << 32) - 1


def master(
    before: Hypothesis, event: Master, runner: int | None, allowed: Allowed
) -> list[Hypothesis]:
    """The hypotheses after a computation of the master clock: as a vCPU asked, or by KVM_SET_CLOCK."""
    asked = [v for v in before.vm.vcpus if v.wants_master]
    if runner is not None:
        asked = [v for v in asked if v.number == before.numbers.get(runner)]
    found, reason = [], ""
    try:
        allowed.check("set-clock", "KVM_SET_CLOCK asks for it")
        after = before.copy()
        _compute(after, event)
        after.clock_open = True
        after.guess(event, "KVM_SET_CLOCK", 3)
        found.append(after)
    except Blocked as blocked:
        reason = str(blocked)
    for vcpu in asked:
        after = before.copy()
        after.vm.vcpus[vcpu.number].wants_master = False
        after.stale -= {vcpu.number}
        try:
            _compute(after, event)
        except Blocked as blocked:
            reason = str(blocked)
        else:
            found.append(after)
    if not found:
        raise Blocked(reason or "no vCPU has asked for it")
    return found


def _compute(after: Hypothesis, event: Master) -> None:
    """Compute the master clock by its rule, and compare the outcome with the event."""
    if event.tsc_clock != after.vm.clocksource_tsc:
        raise Blocked("the host's clock source changes")
    matched = after.vm.matched + 1 == sum(v.created for v in after.vm.vcpus)
    if matched != event.matched:
        raise Blocked(
            f"{after.vm.matched + 1} vCPUs match, so offsetmatched would be {int(matched)}"
        )
    update_master(after.vm, after.sample(event))
    if after.vm.master != event.master:
        why = "vCPU 0 has registered by the old MSR" if after.vm.old_msr else "all offsets match"
        raise Blocked(f"masterclock would be {int(after.vm.master)}, since {why}")
    after.pair_open, after.pair_unknown, after.pair, after.shown = event, False, None, ()


def page(before: Hypothesis, event: Page, allowed: Allowed) -> list[Hypothesis]:
    """The hypotheses after a page was published: by the vCPU's rate, or by one that was set before."""
    vcpu = before.vcpu(event.vcpu)
    if vcpu.ratio and (fits(vcpu, event) or not before.vm.rules.scaling):
        return [_published(before.copy(), event, allowed)]
    found, reason = [], f"{WORDS['page_mul']} {event.mul} is that of no rate"
    if not vcpu.ratio:
        try:
            return [_published(before.copy(), event, allowed)]
        except Blocked as blocked:
            reason = str(blocked)
    for rate in before.rates if before.vm.rules.scaling else [before.vm.host_khz]:
        after = before.copy()
        set_guessed(after.vcpu(event.vcpu), rate)
        try:
            if fits(after.vcpu(event.vcpu), event):
                allowed.check("tsc-khz", "the page needs another rate")
                after.guess(event, f"KVM_SET_TSC_KHZ of {rate} kHz on vCPU {event.vcpu}", 4)
                found.append(_published(after, event, allowed))
        except Blocked as blocked:
            reason = str(blocked)
    if not found:
        raise Blocked(reason)
    return found


def _published(after: Hypothesis, event: Page, allowed: Allowed) -> Hypothesis:
    """The hypothesis after a page was published by the rate that its vCPU has."""
    vcpu = after.vcpu(event.vcpu)
    if not vcpu.created:
        raise Blocked(f"vCPU {event.vcpu} does not exist")
    if vcpu.wants_master:
        raise Blocked("a new master clock has been asked for, and is not computed yet")
    if not vcpu.clock_active:
        vcpu.clock_active = True
        if vcpu.number not in after.open_versions:
            after.open_versions |= {vcpu.number}
            after.guess(event, f"user space registers kvmclock of vCPU {event.vcpu}", 2)
    _flags(after, vcpu, event, allowed)
    _version(after, vcpu, event, allowed)
    sample = _sampled(after, vcpu, event)
    vcpu.wants_global = vcpu.wants_update = False
    after.stale -= {vcpu.number}
    update_page(vcpu, sample)
    _compare(vcpu, event)
    return after


def _flags(after: Hypothesis, vcpu: Vcpu, event: Page, allowed: Allowed) -> None:
    """The flags: STABLE is the master clock; GUEST_STOPPED comes by a call, and goes by the guest."""
    if event.flags & ~(STABLE | STOPPED):
        raise Blocked(f"flags {event.flags:#x}: bits that KVM does not set")
    if bool(event.flags & STABLE) != after.vm.master:
        raise Blocked(f"STABLE would be {int(after.vm.master)}: it follows the master clock")
    if not event.flags & STOPPED:
        vcpu.page_stopped = False
    elif not vcpu.page_stopped:
        allowed.check("kvmclock-ctrl", "GUEST_STOPPED needs KVM_KVMCLOCK_CTRL")
        after.guess(event, f"KVM_KVMCLOCK_CTRL on vCPU {event.vcpu}", 2)
        vcpu.wants_stopped = True


def _version(after: Hypothesis, vcpu: Vcpu, event: Page, allowed: Allowed) -> None:
    """The version: the next even number after the one in the page, which may be new memory."""
    if vcpu.number in after.open_versions:
        if event.version % 2:
            raise Blocked(f"version {event.version} is odd")
        if not vcpu.version or event.version == 2:
            vcpu.version = u64(event.version - 2)
        after.open_versions -= {vcpu.number}
    if allowed.page_change and vcpu.number == 0 and event.version == vcpu.version + 4:
        vcpu.version = u64(vcpu.version + 2)
        after.guess(event, "user space writes a kvmclock MSR, and the kernel changes the page", 2)
    expected = (((vcpu.version + 1) | 1) + 1) & LOW
    if event.version != expected:
        raise Blocked(f"version would be {expected}, the next even number after {vcpu.version}")


def _sampled(after: Hypothesis, vcpu: Vcpu, event: Page) -> Sample:
    """The sample that the page was made from, or the master clock's pair where no page has shown it yet."""
    if not after.vm.master:
        rds = _read(after, vcpu, event, event, after.reach(event))
        rds = _timed(after, vcpu, event, rds, BETWEEN)
        return _settled(after, vcpu, event, rds)
    if after.pair is None:
        at = after.pair_open or event
        low, high = after.reach(at)
        show(after, vcpu, event.tsc)
        rds = _read(after, vcpu, event, at, (0 if at is event else low, high))
        rds = _timed(after, vcpu, event, rds, 0)
        after.pair_open, after.pair_unknown = None, False
    else:
        show(after, vcpu, event.tsc)
        found = read_at(after, vcpu, event.tsc, after.pair)
        if found is None:
            would = u64(scaled_tsc(vcpu, after.vm.master_cycles) + vcpu.tsc_offset)
            raise Blocked(f"tsc_timestamp would be {would}, not {event.tsc}")
        rds = _timed(after, vcpu, event, found, 0) if found != after.pair else found
    if rds != after.pair:
        chosen = _settled(after, vcpu, event, rds)
        after.pair, after.vm.master_cycles, after.vm.master_ns = rds, chosen.rd, chosen.ns
    settle(after, vcpu, event.tsc, after.vm.master_cycles)
    return Sample(0, 0)


def _read(after: Hypothesis, vcpu: Vcpu, event: Page, at: Event, within: Span) -> Span:
    """The host TSCs at which a page's sample may have been taken; ``at``: the event of this sample."""
    rds = read_at(after, vcpu, event.tsc, within)
    if rds is None:
        name = "the sample" if at is event else "the master clock's pair"
        rd = u64(event.tsc - vcpu.tsc_offset)
        raise Blocked(f"tsc_timestamp: TSC {rd} is not that of {name}, line {at.line}")
    if within[0]:
        after.seen(at, rds)
    return rds


def _timed(after: Hypothesis, vcpu: Vcpu, event: Page, rds: Span, between: int) -> Span:
    """What the page's time leaves of its host TSCs; learns what kvmclock was set to, if it may have been."""
    before = after.kvmclock
    if after.clock_open:
        after.kvmclock = None
    try:
        left = after.timed(rds, event.ns, between)
    except Blocked as blocked:
        raise Blocked(f"system_time: {blocked}") from None
    now = after.kvmclock
    if after.clock_open and now is not None:
        if before is None or before[1] < now[0] or now[1] < before[0]:
            after.guess(event, f"kvmclock was set, and was {event.ns} at this pair", 1)
        after.clock_open = False
    if left != rds:
        found = read_at(after, vcpu, event.tsc, left)
        assert found is not None
        return found
    return rds


def _settled(after: Hypothesis, vcpu: Vcpu, event: Page, rds: Span) -> Sample:
    """A likely one of the samples that are left, from which the rules make this page."""
    rd = after.likely(rds, event)
    settle(after, vcpu, event.tsc, rd)
    ns = after.raw_at(rd)
    after.vm.clock_offset = u64(event.ns - ns)
    return Sample(rd, ns)


def _compare(vcpu: Vcpu, event: Page) -> None:
    """Compare the page that the rule made with the one that the trace shows."""
    shown = {"page_tsc": event.tsc, "page_ns": event.ns, "page_mul": event.mul}
    for name, value in shown.items():
        computed = getattr(vcpu, name)
        if computed != value:
            raise Blocked(f"{WORDS[name]} would be {computed}, not {value}")
    if vcpu.page_shift != event.shift:
        raise Blocked(f"tsc_shift would not be {event.shift}")


def registered(before: Hypothesis, event: Msr, number: int | None, old: bool) -> list[Hypothesis]:
    """The hypotheses after the guest registered its page, or gave it up: on any vCPU, if it is not known."""
    found = []
    for vcpu in before.vm.vcpus:
        if not vcpu.created or (number is not None and vcpu.number != before.numbers[number]):
            continue
        after = before.copy()
        mine = after.vm.vcpus[vcpu.number]
        register(mine, bool(event.value & 1), old, by_user=False)
        if mine.version:
            after.open_versions |= {mine.number}
        found.append(after)
    return found or [before]


def left(before: Hypothesis, event: Leave, number: int | None) -> list[Hypothesis]:
    """The hypothesis after a run, in which all is served that was asked for before the last run's end."""
    if number is None:
        return [before]
    after = before.copy()
    vcpu = after.vcpu(number)
    pages = vcpu.clock_active and (vcpu.wants_update or vcpu.wants_global)
    if vcpu.number in after.stale and (pages or vcpu.wants_master):
        what = "a new master clock" if vcpu.wants_master else "a page"
        raise Blocked(f"vCPU {number} has run the guest though {what} was asked for before")
    after.stale -= {vcpu.number}
    if pages or vcpu.wants_master:
        after.stale |= {vcpu.number}
    return [after]
