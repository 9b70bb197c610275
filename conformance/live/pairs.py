"""What a page's pair says: the host TSC and the time that KVM has sampled, compared with the twin's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.live.clocks import Span
from conformance.live.device import Clock, Page
from conformance.scaling import Span as Cycles
from conformance.scaling import host_span
from model.today.clock import clock_now
from model.today.state import Sample, Vcpu
from vtsc.language import s64, u64

if TYPE_CHECKING:
    from conformance.live.twin import Twin

PAIR_NS = 3
"""How far the time of an exact pair may be from the host's clock, in ns."""
LOOSE_NS = 80_000
"""The same where the kernel takes the two samples one after the other."""


@dataclass(frozen=True)
class Made:
    """A page that the model has made, and from which it learns the sample.

    ``span``: when it was sampled; ``offset`` and ``ratio``: those of its vCPU. ``fresh``: no page has shown
    this sample before; else what is known of it may be narrowed.
    """

    span: Span
    offset: int
    ratio: int
    fresh: bool = True


def compare_pair(twin: "Twin", mine: Vcpu, page: Page) -> None:
    """Compare the page's pair, or learn it where it was sampled since the last one was seen."""
    made = twin.published.pop(mine.number, None)
    if made is None:
        name = f"the pair of page {mine.number}"
        twin.found.equal(name, (page.tsc, page.ns), (mine.page_tsc, mine.page_ns))
        return
    tsc = u64(page.tsc - made.offset)
    within = (made.span.before, made.span.after) if made.fresh else twin.pair
    rds = host_span(made.ratio, tsc, tsc, within)
    name = f"the TSC of page {mine.number}"
    said = f"{tsc}, scaled by {made.ratio / 2**48:.6f}, is not in {within[0]} to {within[1]}"
    twin.found.true(name, rds is not None, said)
    if made.fresh:
        _learn(twin, mine, page, rds or (tsc, tsc))
    else:
        twin.found.equal(f"the time of page {mine.number}", page.ns, mine.page_ns)
        if rds is not None:
            twin.pair, twin.vm.master_cycles = rds, rds[0]
    mine.page_tsc, mine.page_ns = page.tsc, page.ns


def _learn(twin: "Twin", mine: Vcpu, page: Page, rds: Cycles) -> None:
    """Compare the page's time, and take over what was sampled."""
    vm = twin.vm
    ns = twin.clocks.sample(rds[0]).ns
    most = twin.slack + twin.clocks.ns(rds[1] - rds[0]) + (PAIR_NS if vm.master else LOOSE_NS)
    twin.within(f"the time of page {mine.number}", page.ns, ns + vm.clock_offset, most)
    if vm.master:
        vm.master_cycles, vm.master_ns = rds[0], ns
        vm.clock_offset = u64(page.ns - ns)
        twin.fresh, twin.pair, twin.slack = (
            False,
            rds,
            2 * PAIR_NS + twin.clocks.ns(rds[1] - rds[0]),
        )
    elif twin.slack > 2 * LOOSE_NS:
        vm.clock_offset, twin.slack = u64(page.ns - ns), 2 * LOOSE_NS


def compare_clock(twin: "Twin", now: Clock) -> None:
    """Compare KVM_GET_CLOCK under a master clock that is known: to the ns, or as near as its pair is."""
    at = Sample(now.host_tsc, 0)
    latest = clock_now(twin.vm, at)
    width = twin.pair[1] - twin.pair[0]
    if not width:
        twin.found.equal("KVM_GET_CLOCK", now.clock, latest)
        return
    least = twin.clocks.ns(width) + 1
    inside = 0 <= s64(latest - now.clock) <= least
    said = f"{now.clock} is not in the {least} ns up to {latest}"
    twin.found.true("KVM_GET_CLOCK", inside, said)
