"""The rates that vCPUs may have been given, as pages show them where the host scales the TSC."""

from collections.abc import Iterator, Sequence

from conformance.explain.events import Offset, Page, Track
from conformance.explain.hypothesis import Hypothesis
from conformance.explain.operations import Operation
from conformance.rates import khz_of
from conformance.scaling import scaled
from model.today.rates import factors
from model.today.state import Vcpu, Vm
from model.today.writes import ratio_of, set_rate

OTHER = 2
"""The host's rate by this stands for any rate that no page shows."""
ANOTHER = 3
"""And by this for a second one, where the host's own rate may be among them."""
STUCK = 0
"""Stands for the rate of a VM on a host that does not scale to it, whose new vCPUs have a ratio of 0."""


def set_guessed(vcpu: Vcpu, rate: int) -> None:
    """Take a rate over that a call has set; one that is refused is stored all the same."""
    if not set_rate(vcpu, rate):
        vcpu.khz = rate


def rates_shown(ops: Sequence[Operation], vm: Vm) -> dict[int, list[int]]:
    """The rates other than the host's that pages show: for each scaled rate, those that are scaled to it."""
    if not vm.rules.scaling:
        return {}
    muls = {(page.mul, page.shift) for page in _pages(ops)}
    shown = {khz for khz in (khz_of(*each) for each in muls) if khz not in (None, vm.host_khz)}
    found = {}
    for khz in sorted(khz for khz in shown if khz is not None):
        near = (khz, khz + 1, khz + 2)
        found[khz] = [k for k in near if scaled(vm.host_khz, ratio_of(vm, k)) == khz]
    return found


def possible(ops: Sequence[Operation], vm: Vm, is_open: bool = False) -> tuple[int, ...]:
    """All rates that a vCPU may have been given, as far as they make a difference.

    ``is_open``: the host's rate is not known, and that of the pages stands for it.
    """
    shown = [rate for rates in rates_shown(ops, vm).values() for rate in rates]
    others = [vm.host_khz // OTHER, *([vm.host_khz // ANOTHER] if is_open else [])]
    return tuple(dict.fromkeys([vm.host_khz, *shown, *others]))


def defaults(ops: Sequence[Operation], vm: Vm, is_open: bool = False) -> list[int]:
    """The rates that new vCPUs may have: the host's, or one that was set for the VM."""
    shown = [rate for rates in rates_shown(ops, vm).values() for rate in rates]
    if is_open:
        shown.append(vm.host_khz // OTHER)
    if _any_stuck(ops, vm):
        shown.append(vm.host_khz // OTHER)
    written = (op.first for op in ops if isinstance(op.second, Track))
    creates = any(isinstance(event, Offset) and not event.previous for event in written)
    return [vm.host_khz, *(shown if creates else [])]


def _any_stuck(ops: Sequence[Operation], vm: Vm) -> bool:
    """Whether a page has no multiplier, since the VM's rate was not scaled to and its vCPU's ratio is 0."""
    return not vm.rules.scaling and any(page.mul == 0 for page in _pages(ops))


def set_first(vcpu: Vcpu, rate: int) -> None:
    """Give a vCPU the rate that it has at first, in the middle of its life."""
    if rate == STUCK:
        vcpu.khz, vcpu.ratio = vcpu.vm.host_khz // OTHER, 0
    else:
        set_guessed(vcpu, rate)


def first_rates(ops: Sequence[Operation], start: Hypothesis) -> list[dict[int, int]]:
    """What each vCPU's rate may be at first, by its place: the host's, that of its first page, or `STUCK`."""
    vm, shown = start.vm, rates_shown(ops, start.vm)
    firsts: dict[int, int] = {}
    for page in reversed(list(_pages(ops))):
        khz = khz_of(page.mul, page.shift)
        fitting = shown.get(khz) if khz is not None else None
        stuck = page.mul == 0 and not vm.rules.scaling
        firsts[start.numbers[page.vcpu]] = (
            STUCK if stuck else fitting[0] if fitting else vm.host_khz
        )
    found = [firsts, {}] if any(khz != vm.host_khz for khz in firsts.values()) else [{}]
    every = [{v.number: rates.get(v.number, vm.host_khz) for v in vm.vcpus} for rates in found]
    if _any_stuck(ops, vm):
        every += [
            {v.number: rates.get(v.number, STUCK) for v in vm.vcpus} for rates in (firsts, {})
        ]
    if start.clock.open:
        other = vm.host_khz // OTHER
        every += [
            {v.number: rates.get(v.number, other) for v in vm.vcpus} for rates in (firsts, {})
        ]
    return every


def fits(vcpu: Vcpu, page: Page) -> bool:
    """Whether a page has the multiplier of the vCPU's rate."""
    rate = scaled(vcpu.vm.host_khz, vcpu.ratio)
    return not rate or factors(10**9, rate * 1000) == (page.shift, page.mul)


def _pages(ops: Sequence[Operation]) -> Iterator[Page]:
    for op in ops:
        for event in (op.first, op.second):
            if isinstance(event, Page):
                yield event
