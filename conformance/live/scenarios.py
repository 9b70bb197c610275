"""The scenarios of `vtsc live`: each makes some calls, and its twin compares what can be seen after them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.live.device import REALTIME
from conformance.live.probes import Host
from conformance.live.twin import STABLE, STOPPED, Twin
from vtsc.language import u64

MS = 1_000_000
INSIDE, OUTSIDE = 300 * MS, 1200 * MS
"""Pauses that are 0.2 s and more from the second within which writes match."""
RESTORED = 300_000_000_000
FAR_OFFSET = u64(-5 * 10**12)
SLOWER = 2
Run = Callable[[Twin, Host], None]


@dataclass(frozen=True)
class Scenario:
    """What is done, in a sentence, and the function that does it."""

    does: str
    run: Run
    on: bool | None = None
    """It says something only on hosts that can scale the TSC, or only on others; None: on all."""


def booted(twin: Twin) -> None:
    """Two vCPUs that have registered kvmclock and have run."""
    for vcpu in (twin.create(), twin.create()):
        twin.register(vcpu)
    for vcpu in (0, 1, 0):
        twin.run(vcpu)


def _both(twin: Twin) -> None:
    twin.run(0)
    twin.run(1)
    twin.see_clock()


def creation(twin: Twin, _: Host) -> None:
    """KVM_GET_CLOCK has no flags until the first run; then both pages have the same pair."""
    twin.create()
    twin.create()
    twin.see_clock()
    twin.register(0)
    twin.register(1)
    _both(twin)
    _both(twin)


def page_and_clock(twin: Twin, _: Host) -> None:
    """The guest's clock, extrapolated to the host TSC of KVM_GET_CLOCK, is that clock to the ns."""
    booted(twin)
    for _again in range(5):
        twin.see_clock()
        twin.device.sleep(5 * MS)


def within_a_second(twin: Twin, _: Host) -> None:
    """The same value on both vCPUs, 0.3 s apart."""
    booted(twin)
    twin.write_tsc(0, RESTORED)
    _both(twin)
    twin.device.sleep(INSIDE)
    twin.write_tsc(1, RESTORED)
    _both(twin)


def beyond_a_second(twin: Twin, _: Host) -> None:
    """The same value on both vCPUs, 1.2 s apart, and then 0, which always matches."""
    booted(twin)
    twin.write_tsc(0, RESTORED)
    twin.device.sleep(OUTSIDE)
    twin.write_tsc(1, RESTORED)
    _both(twin)
    twin.write_tsc(0, 0)
    _both(twin)
    twin.write_tsc(1, 0)
    _both(twin)


def first_writes(twin: Twin, _: Host) -> None:
    """The first write by user space is not compared with the creation; the next ones are."""
    twin.create()
    twin.create()
    twin.register(0)
    twin.register(1)
    twin.write_tsc(0, 5)
    _both(twin)
    twin.write_tsc(1, 7)
    _both(twin)
    twin.write_tsc(1, 9)
    _both(twin)


def offset_twice(twin: Twin, _: Host) -> None:
    """The same offset twice on one vCPU counts once; then on the other."""
    booted(twin)
    twin.write_offset(0, FAR_OFFSET)
    twin.write_offset(0, FAR_OFFSET)
    _both(twin)
    twin.write_offset(1, FAR_OFFSET)
    _both(twin)


def attribute_then_write(twin: Twin, _: Host) -> None:
    """The attribute counts as a write by user space: a TSC near it is taken as the same one."""
    twin.create()
    twin.create()
    twin.register(0)
    twin.register(1)
    twin.write_offset(0, 0)
    now = twin.clocks.sample(twin.device.tsc()).rd
    twin.write_tsc(1, now)
    _both(twin)


def create_after_write(twin: Twin, _: Host) -> None:
    """A creation between two equal writes: it leaves 0 behind, so that the second does not match."""
    twin.create()
    twin.register(0)
    twin.write_tsc(0, twin.device.tsc())
    twin.register(twin.create())
    _both(twin)
    twin.write_tsc(1, twin.device.tsc())
    _both(twin)


def refused_rate(twin: Twin, _: Host) -> None:
    """Half the host's rate is refused without scaling, and stored: later writes do not match."""
    booted(twin)
    twin.write_khz(1, twin.khz // SLOWER)
    twin.write_tsc(1, 0)
    _both(twin)
    twin.write_khz(1, 0)
    twin.write_tsc(1, 0)
    twin.write_tsc(0, 0)
    _both(twin)


def faster(twin: Twin, _: Host) -> None:
    """One vCPU at six fifths of the host's rate: both pages have the same pair, each in its own cycles."""
    booted(twin)
    twin.write_khz(1, twin.khz * 6 // 5)
    twin.register(1)
    _both(twin)
    twin.device.sleep(INSIDE)
    twin.write_tsc(1, RESTORED)
    _both(twin)
    twin.write_offset(1, FAR_OFFSET)
    twin.guest_tsc(1, 7 * 10**9)
    twin.guest_adjust(1, 10**9)
    _both(twin)


def slower(twin: Twin, _: Host) -> None:
    """Both vCPUs at half the rate: the same value, 0.3 s and then 1.2 s apart, by the guest's own cycles."""
    booted(twin)
    for vcpu in (0, 1):
        twin.write_khz(vcpu, twin.khz // SLOWER)
    twin.write_tsc(0, RESTORED)
    twin.device.sleep(INSIDE)
    twin.write_tsc(1, RESTORED)
    _both(twin)
    twin.device.sleep(OUTSIDE)
    twin.write_tsc(1, RESTORED)
    _both(twin)
    twin.write_khz(0, 0)
    twin.write_tsc(0, 0)
    _both(twin)


def rates_apart(twin: Twin, _: Host) -> None:
    """Equal writes match where the rates are equal, and do not where they differ."""
    booted(twin)
    twin.write_khz(1, twin.khz // SLOWER)
    twin.write_tsc(0, 0)
    twin.write_tsc(1, 0)
    _both(twin)
    twin.write_khz(0, twin.khz // SLOWER)
    twin.write_tsc(0, 0)
    twin.write_tsc(1, 0)
    _both(twin)
    twin.register(twin.create())
    _both(twin)


def old_msr(twin: Twin, _: Host) -> None:
    """While vCPU 0 has registered by the old MSR, there is no master clock."""
    twin.create()
    twin.create()
    twin.register(0, old=True)
    twin.register(1)
    _both(twin)
    twin.register(0)
    _both(twin)


def hotplug(twin: Twin, _: Host) -> None:
    """A vCPU that comes later takes the offset of the others, and no new pair is taken."""
    booted(twin)
    twin.create()
    twin.see_clock()
    twin.register(2)
    _both(twin)


def clock_set(twin: Twin, _: Host) -> None:
    """KVM_SET_CLOCK is exact under the master clock, and also without."""
    booted(twin)
    twin.set_clock(10**12)
    twin.see_clock()
    twin.run(0)
    page = twin.see_page(0)
    twin.found.equal("the time of page 0 after KVM_SET_CLOCK", page.ns, 10**12)
    _both(twin)
    twin.write_tsc(1, RESTORED)
    _both(twin)
    twin.set_clock(3 * 10**12)
    _both(twin)


def real_time(twin: Twin, _: Host) -> None:
    """With REALTIME a second ago, KVM_SET_CLOCK adds a second; with one in the future, nothing."""
    booted(twin)
    twin.set_clock(2 * 10**12, REALTIME, twin.device.wall_ns() - 10**9)
    _both(twin)
    twin.set_clock(2 * 10**12, REALTIME, twin.device.wall_ns() + 10**12)
    _both(twin)


def stopped(twin: Twin, _: Host) -> None:
    """KVM_KVMCLOCK_CTRL fails without a page, and otherwise sets GUEST_STOPPED at the next update."""
    twin.create()
    twin.stop_clock(0)
    twin.register(0)
    twin.stop_clock(0)
    twin.run(0)
    page = twin.see_page(0)
    twin.found.true("GUEST_STOPPED was set", bool(page.flags & STOPPED), f"flags {page.flags:#x}")
    twin.found.true("STABLE stays set", bool(page.flags & STABLE), f"flags {page.flags:#x}")


def guest_adjust(twin: Twin, _: Host) -> None:
    """The guest's IA32_TSC_ADJUST brings a new page, its TSC does not; user space's is only stored."""
    booted(twin)
    twin.guest_adjust(0, 10**9)
    twin.guest_adjust(0, 0)
    twin.guest_tsc(1, 7 * 10**9)
    twin.run(1)
    twin.write_adjust(0, 12345)
    twin.guest_adjust(0, 12345)
    _both(twin)


def delayed_update(twin: Twin, _: Host) -> None:
    """A registration on one vCPU updates the pages of all, a tenth of a second later."""
    booted(twin)
    twin.device.sleep(INSIDE)
    _both(twin)
    twin.register(0)
    version = twin.see_page(1).version
    twin.device.sleep(INSIDE)
    twin.run(1)
    late = twin.machine.page(1).version
    twin.found.true("page 1 is new after 0.3 s", late > version, f"version {late}, as before")


def drift(twin: Twin, _: Host) -> None:
    """A new pair, half a second after the last one, makes kvmclock jump by the drift of that time."""
    booted(twin)
    twin.run(1)
    old, since = twin.see_page(0), twin.vm.master_cycles
    twin.device.sleep(500 * MS)
    twin.write_tsc(0, RESTORED)
    twin.write_tsc(1, RESTORED)
    twin.run(0)
    twin.run(1)
    twin.see_clock()
    new = twin.see_page(0)
    cycles = twin.vm.master_cycles - since
    jump = new.ns - old.ns - int(cycles * twin.page_rate())
    expected = twin.drift_after(cycles)
    off = abs(jump - expected)
    twin.found.true(
        "the jump of kvmclock", off <= 4, f"{jump} ns, and by the rules {float(expected):.1f}"
    )


SCENARIOS: Mapping[str, Scenario] = {
    "creation": Scenario("a new VM, its first runs and pages", creation),
    "page-and-clock": Scenario("a page beside KVM_GET_CLOCK", page_and_clock),
    "within-a-second": Scenario("the same TSC on both vCPUs, 0.3 s apart", within_a_second),
    "beyond-a-second": Scenario("the same TSC on both vCPUs, 1.2 s apart", beyond_a_second),
    "first-writes": Scenario("the first TSC writes after creation", first_writes),
    "offset-twice": Scenario("the same offset twice on one vCPU", offset_twice),
    "attribute-then-write": Scenario("an offset, and a TSC near it", attribute_then_write),
    "create-after-write": Scenario("a vCPU created between two writes", create_after_write),
    "refused-rate": Scenario("a rate that is refused", refused_rate, on=False),
    "faster-guest": Scenario("a vCPU that is faster than the host", faster, on=True),
    "slower-guests": Scenario("vCPUs at half the host's rate", slower, on=True),
    "rates-apart": Scenario("writes by vCPUs of different rates", rates_apart, on=True),
    "old-msr": Scenario("kvmclock by its old MSR", old_msr),
    "hotplug": Scenario("a third vCPU later", hotplug),
    "clock-set": Scenario("KVM_SET_CLOCK with and without master clock", clock_set),
    "real-time": Scenario("KVM_SET_CLOCK with REALTIME", real_time),
    "stopped": Scenario("KVM_KVMCLOCK_CTRL", stopped),
    "guest-adjust": Scenario("the guest's TSC_ADJUST and TSC", guest_adjust),
    "delayed-update": Scenario("the delayed part of a global update", delayed_update),
    "drift": Scenario("a new pair after half a second", drift),
}
"""The scenarios by their names."""


def fitting(host: Host) -> list[str]:
    """The names of those that say something on a host."""
    return [name for name, each in SCENARIOS.items() if each.on in (None, host.scaling)]
