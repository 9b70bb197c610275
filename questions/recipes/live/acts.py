"""What each call of a recipe is on a host: a call of a twin, which compares what can be seen after it."""

from collections.abc import Callable, Mapping
from errno import errorcode

from conformance.live.device import GET_FLAGS, Lapic, Refused
from conformance.live.restoring import (
    guest_deadline,
    read_deadline,
    read_lapic,
    read_tsc,
    register_by_user,
    run_with_timer,
    user_deadline,
    write_lapic,
)
from conformance.live.twin import Twin
from model.today import flags_accepted
from questions.recipes.calls import REALTIME, errno
from questions.recipes.live.values import Numbers
from questions.recipes.script import VM, Literal, Part, Saved, Step, Value
from vtsc.language import u64


class Place:
    """A VM of the host in which a recipe is made, and what has been read so far.

    ``results``: by the number of a step and what was observed there, such as ``failed``.
    """

    def __init__(self, khz: int, kvmclock: bool, page_change: bool) -> None:
        self.twin: Twin
        self.numbers = Numbers(khz, self.now)
        self.lapics: dict[int, Lapic] = {}
        self.offsets: dict[int, int] = {}
        """The offsets that the host has been asked for, which it may have discarded."""
        self.record = "clock"
        """The name of the record that KVM_GET_CLOCK fills where the recipe gives none."""
        self.timers = self.implied = self.implied_lapic = False
        """Whether there are timers; whether registrations, and timers' modes, are restored by themselves."""
        self.kvmclock, self.page_change = kvmclock, page_change
        self.results: dict[tuple[int, str], bool] = {}

    def wrote(self, vcpu: int) -> None:
        """Note the offset that the last write has asked for."""
        self.offsets[vcpu] = self.twin.vm.last_offset

    def tsc(self, vcpu: int) -> int:
        """The guest's TSC; where the host discards offsets, what it would be with them."""
        found = read_tsc(self.twin, vcpu)
        return found if self.twin.vm.rules.offset_honoured else u64(found + self.offsets[vcpu])

    def now(self, vcpu: int, what: str) -> int:
        """A field of a vCPU, as it is now."""
        if what in ("TSC", "tsc"):
            return self.tsc(vcpu)
        if what == "deadline":
            return read_tsc(self.twin, vcpu)
        if what == "TSC_OFFSET":
            found = self.twin.machine.get_offset(vcpu)
            return found if self.twin.vm.rules.offset_honoured else self.offsets[vcpu]
        if what == "clock":
            return self.twin.see_clock().clock
        if what == "khz":
            return self.twin.machine.get_khz(vcpu)
        if what == "TSC_DEADLINE":
            return read_deadline(self.twin, vcpu)
        return self.twin.mine(vcpu).tsc_adjust

    def register(self, vcpu: int) -> None:
        """User space restores the registration of the kvmclock page."""
        if self.kvmclock:
            register_by_user(self.twin, vcpu, self.page_change)

    def failed(self, number: int, step: Step, found: int, failed: bool) -> None:
        """Note whether a call has failed, and compare its errno; ``found`` is that of the host, or 0."""
        self.results[number, "failed"] = found != 0
        told = errorcode.get(found, "")
        wanted = errno(step) if failed else ""
        self.twin.found.equal(f"the errno of {step.call.name}", told or "none", wanted or "none")


def _create(place: Place, step: Step, number: int) -> None:
    place.twin.create()
    place.wrote(step.who)
    if place.implied_lapic:
        write_lapic(place.twin, step.who, Lapic(True, False))


def _run(place: Place, step: Step, number: int) -> None:
    twin = place.twin
    if place.implied and not twin.mine(step.who).clock_active:
        place.register(step.who)
    if place.timers:
        run_with_timer(twin, step.who)
    else:
        twin.run(step.who)
    place.results[number, "master"] = twin.see_clock().flags == GET_FLAGS


def _get_clock(place: Place, step: Step, number: int) -> None:
    found = place.twin.see_clock()
    into = step.call.into or place.record
    place.numbers.records[into] = found
    place.results[number, "flagged"] = found.flags == GET_FLAGS
    if into == "clock":
        place.numbers.saved["clock", 0] = found.clock
        place.numbers.saved["realtime", 0] = found.realtime


def _set_clock(place: Place, step: Step, number: int) -> None:
    fields, twin = dict(step.call.fields), place.twin
    clock = place.numbers.of(fields.get("clock") or Saved(), "clock", step.who)
    given = fields.get("flags") or Literal(0)
    if isinstance(given, Literal):
        flags = given.value
    else:
        flags = place.numbers.records["clock"].flags & REALTIME
    realtime = 0
    if flags & REALTIME:
        value = fields.get("realtime") or Part("clock", "realtime")
        realtime = place.numbers.of(value, "realtime", step.who)
    if flags_accepted(twin.vm, flags):
        twin.set_clock(clock, flags, realtime)
        place.results[number, "failed"] = False
    else:
        found = _refusal(lambda: twin.machine.set_clock(clock, flags, realtime))
        place.failed(number, step, found, True)


def _refusal(call: Callable[[], None]) -> int:
    """The errno of a call; 0 where it succeeds."""
    try:
        call()
    except Refused as refused:
        return refused.errno
    return 0


def _get_lapic(place: Place, step: Step, number: int) -> None:
    place.lapics[step.who] = read_lapic(place.twin, step.who)


def _set_lapic(place: Place, step: Step, number: int) -> None:
    write_lapic(place.twin, step.who, place.lapics.get(step.who, Lapic(True, False)))


def _get_msrs(place: Place, step: Step, number: int) -> None:
    for name, _ in step.call.fields:
        if name in ("TSC", "TSC_ADJUST", "TSC_DEADLINE"):
            place.numbers.saved[name, step.who] = place.now(step.who, name)


def _set_msrs(place: Place, step: Step, number: int) -> None:
    for name, value in step.call.fields:
        if name == "SYSTEM_TIME":
            place.register(step.who)
        elif name in MSRS:
            MSRS[name](place, step.who, place.numbers.of(value or Saved(), name, step.who))
    if place.implied:
        place.register(step.who)


def _tsc(place: Place, vcpu: int, value: int) -> None:
    place.twin.write_tsc(vcpu, value)
    place.wrote(vcpu)
    read_tsc(place.twin, vcpu)


MSRS: Mapping[str, Callable[[Place, int, int], None]] = {
    "TSC": _tsc,
    "TSC_ADJUST": lambda place, vcpu, value: place.twin.write_adjust(vcpu, value),
    "TSC_DEADLINE": lambda place, vcpu, value: user_deadline(place.twin, vcpu, value),
}


def _get_khz(place: Place, step: Step, number: int) -> None:
    place.numbers.saved["khz", step.who] = place.twin.machine.get_khz(step.who)


def _set_khz(place: Place, step: Step, number: int) -> None:
    khz = place.numbers.of(_given(step, "khz"), "khz", step.who)
    accepted = place.twin.write_khz(step.who, khz)
    place.failed(number, step, place.twin.errno, not accepted)


def _get_attribute(place: Place, step: Step, number: int) -> None:
    place.numbers.saved["TSC_OFFSET", step.who] = place.now(step.who, "TSC_OFFSET")


def _set_attribute(place: Place, step: Step, number: int) -> None:
    offset = place.numbers.of(_given(step, "TSC_OFFSET"), "TSC_OFFSET", step.who)
    place.twin.write_offset(step.who, offset)
    place.wrote(step.who)
    read_tsc(place.twin, step.who)


def _given(step: Step, field: str) -> Value:
    return dict(step.call.fields).get(field) or Saved()


def _stop_clock(place: Place, step: Step, number: int) -> None:
    if step.who == VM or step.call.on == "vm":
        place.failed(number, step, _refusal(place.twin.machine.stop_clock_of_vm), True)
        return
    active = bool(place.twin.mine(step.who).clock_active)
    place.twin.stop_clock(step.who)
    place.failed(number, step, place.twin.errno, not active)


def _guest(place: Place, step: Step, number: int) -> None:
    twin, mine = place.twin, place.twin.mine(step.who)
    for name, given in step.call.fields:
        if name == "stimer":
            continue
        value = place.numbers.of(given or Literal(0), name, step.who)
        if name == "tsc":
            place.offsets[step.who] = u64(value - twin.device.tsc())
            twin.guest_tsc(step.who, value)
        elif name == "tsc_adjust":
            place.offsets[step.who] = u64(place.offsets[step.who] + value - mine.tsc_adjust)
            twin.guest_adjust(step.who, value)
        else:
            guest_deadline(twin, step.who, value)


def _nothing(place: Place, step: Step, number: int) -> None:
    """A vCPU that runs no guest code now is stopped already, and a wait is only its delay."""


ACTS: Mapping[str, Callable[[Place, Step, int], None]] = {
    "KVM_CREATE_VCPU": _create,
    "KVM_RUN": _run,
    "run": _run,
    "pause": _nothing,
    "wait": _nothing,
    "guest": _guest,
    "KVM_GET_CLOCK": _get_clock,
    "KVM_SET_CLOCK": _set_clock,
    "KVM_GET_LAPIC": _get_lapic,
    "KVM_SET_LAPIC": _set_lapic,
    "KVM_GET_MSRS": _get_msrs,
    "KVM_SET_MSRS": _set_msrs,
    "KVM_GET_TSC_KHZ": _get_khz,
    "KVM_SET_TSC_KHZ": _set_khz,
    "KVM_GET_DEVICE_ATTR": _get_attribute,
    "KVM_SET_DEVICE_ATTR": _set_attribute,
    "KVM_KVMCLOCK_CTRL": _stop_clock,
}
"""The calls that can be made on a host."""
