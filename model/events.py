"""The trace events that a kernel would record in the steps of a run, in its own words.

They have the names and the texts of the kernel's tracepoints, so that tools which know those can read an
exported run. What the model does not have is 0 there: instruction pointers and the details of an exit. A
step without a tracepoint, such as a native RDTSC, has no event. [choice-events]
"""

from collections.abc import Iterator

from model.host.timebase import timebase
from vtsc.language import Event, Moment, Settings, Snapshot, Timeline

FIRST_PID = 1000
"""The thread of vCPU 0; those of the others follow."""
TIMER_VECTOR = 239
KVMCLOCK_MSR = "4b564d01"
TSC_MSR = "10"
REASONS = {
    "svm": {"kvmclock": "msr", "arm": "msr", "write": "msr", "rdtsc": "rdtsc"},
    "vmx": {"kvmclock": "MSR_WRITE", "arm": "MSR_WRITE", "write": "MSR_WRITE", "rdtsc": "RDTSC"},
}
"""The exit reasons by which an action leaves the guest, as each vendor's code names them."""
INTERRUPTED = {"svm": "interrupt", "vmx": "EXTERNAL_INTERRUPT"}
"""The exit reason of every other exit."""


def clock(settings: Settings, state: Snapshot) -> int:
    """True time since the VM was created, in whole ns."""
    return int(state["host"]["t"]) // timebase(settings).ns


def events(moment: Moment) -> Iterator[Event]:
    """The events of a step: of the host, of the vCPU's thread, its exit, its offset, its entry."""
    yield from _host(moment)
    for v in range(moment.settings["vcpus"]):
        yield from _switches(moment, v)
        yield from _exits(moment, v)
        yield from _offset(moment, v)
        yield from _entries(moment, v)


def _host(moment: Moment) -> Iterator[Event]:
    """The host's own: a TSC that is marked unstable, and a suspend."""
    if moment.call and moment.call.name == "suspend":
        for end in ("begin", "end"):
            yield Event("suspend_resume", f"machine_suspend[3] {end}", "systemd-sleep", 900, 0)
    marked = moment.after["host"]["tsc_unstable"]
    if moment.call and marked and not moment.before["host"]["tsc_unstable"]:
        why = (
            "clocksource watchdog" if moment.call.name == "mark" else "KVM discovered backwards TSC"
        )
        yield Event("console", f"tsc: Marking TSC unstable due to {why}", "<idle>", 0, 0)


def _switches(moment: Moment, v: int) -> Iterator[Event]:
    """The thread of a vCPU begins or ceases to run on its pCPU."""
    if moment.call is None or moment.call.args[:1] != (v,):
        return
    cpu = _cpu(moment, v)
    idle, thread = (f"swapper/{cpu}", 0), (_comm(v), FIRST_PID + v)
    if moment.call.name == "load":
        text = f"{_side('prev', *idle)} prev_state=R ==> {_side('next', *thread)}"
        yield Event("sched_switch", text, "<idle>", 0, cpu)
    elif moment.call.name == "put":
        text = f"{_side('prev', *thread)} prev_state=S ==> {_side('next', *idle)}"
        yield _of_vcpu(moment, v, "sched_switch", text)


def _exits(moment: Moment, v: int) -> Iterator[Event]:
    """The vCPU leaves the guest, for good or for a read that traps."""
    if not moment.call or not (_moved(moment, v, "in_guest") == (True, False) or _traps(moment, v)):
        return
    vendor, action = moment.settings["vendor"], moment.call.name
    own = moment.call.args[:1] == (v,)
    reason = REASONS[vendor].get(action) if own else None
    text = f"reason {reason or INTERRUPTED[vendor]} rip 0x0 info 0 0"
    yield _of_vcpu(moment, v, "kvm_exit", text)
    if own and action == "kvmclock":
        on = moment.after[f"vcpu{v}"]["time_page"]
        yield _of_vcpu(moment, v, "kvm_msr", f"msr_write {KVMCLOCK_MSR} = 0x{int(on):x}")
    elif own and action == "write":
        value = moment.after["vm"]["tsc_to_write"]
        yield _of_vcpu(moment, v, "kvm_msr", f"msr_write {TSC_MSR} = 0x{value:x}")


def _offset(moment: Moment, v: int) -> Iterator[Event]:
    """The offset of a vCPU's TSC gets another value."""
    before, after = _moved(moment, v, "tsc_offset")
    if before != after:
        text = f"vcpu={v} prev={before} next={after}"
        yield _of_vcpu(moment, v, "kvm_write_tsc_offset", text)


def _entries(moment: Moment, v: int) -> Iterator[Event]:
    """The vCPU enters the guest, with a timer's interrupt where one is delivered."""
    entered = _moved(moment, v, "in_guest") == (False, True)
    if entered and moment.observed is not None:
        yield _of_vcpu(moment, v, "kvm_inj_virq", f"irq {TIMER_VECTOR}")
    if entered or _traps(moment, v):
        yield _of_vcpu(moment, v, "kvm_entry", f"vcpu {v}")


def _traps(moment: Moment, v: int) -> bool:
    """Whether the step is a read of the vCPU that trapped."""
    if moment.call is None or moment.call.name != "rdtsc" or moment.call.args != (v,):
        return False
    return bool(moment.observed.trapped)


def _moved(moment: Moment, v: int, field: str) -> tuple[int, int]:
    """A field of a vCPU before the step, 0 before the start, and after it."""
    name = f"vcpu{v}"
    return moment.before.get(name, {}).get(field, 0), moment.after[name][field]


def _cpu(moment: Moment, v: int) -> int:
    """The pCPU that a vCPU is on, or was on last; 0 where it never was on any."""
    return max(0, moment.after[f"vcpu{v}"]["cpu"])


def _comm(v: int) -> str:
    """The name of a vCPU's thread."""
    return f"CPU {v}/KVM"


def _side(side: str, comm: str, pid: int) -> str:
    """A task as one side of a sched_switch, which is ``prev`` or ``next``."""
    return f"{side}_comm={comm} {side}_pid={pid} {side}_prio=120"


def _of_vcpu(moment: Moment, v: int, name: str, text: str) -> Event:
    """An event in the thread of a vCPU."""
    return Event(name, text, _comm(v), FIRST_PID + v, _cpu(moment, v))


TIMELINE = Timeline(clock, events)
