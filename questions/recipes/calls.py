"""What each call of a recipe does, by name."""

from collections.abc import Callable, Mapping
from typing import Any

from model.today import (
    adjust_by_guest,
    adjust_by_user,
    create_vcpu,
    due,
    enter,
    expire,
    flags_accepted,
    get_clock,
    leave,
    offset_for,
    register,
    set_clock,
    set_default_rate,
    set_lapic,
    set_offset,
    set_rate,
    start_stimer,
    stop_clock,
    write_by_guest,
    write_by_user,
    write_deadline,
)
from model.today.timers import HUNDRED
from questions.recipes.script import VM, Literal, Part, Saved, Script, Step, Value, steps
from questions.recipes.values import MSRS, value_of
from questions.recipes.world import World
from vtsc.base.errors import BadFileError
from vtsc.language import require, s64, u64

REALTIME = 4
FINE = ""
"""The result of a call that succeeds; otherwise it is the name of an errno."""


def perform(world: World, step: Step, number: int) -> None:
    """Do what a step does, and note its result. It may be run once for each path through it."""
    found = CALLS.get(step.call.name)
    if found is None:
        raise BadFileError(f"no call {step.call.name}: accepted are {', '.join(sorted(CALLS))}")
    world.notes.put(f"failed.{number}", False)
    found(world, step, number)


def _fail(world: World, number: int) -> None:
    world.notes.put(f"failed.{number}", True)


def errno(step: Step) -> str:
    """The errno with which a call fails where it does."""
    if step.call.name == "KVM_KVMCLOCK_CTRL" and (step.who == VM or step.call.on == "vm"):
        return "ENOTTY"
    return "ENXIO" if step.call.name == "KVM_SET_DEVICE_ATTR" else "EINVAL"


def _field(step: Step, name: str, default: Value | None = None) -> Value:
    value = dict(step.call.fields).get(name, default)
    if value is None:
        raise BadFileError(f"{step.call.name} needs a value for {name}")
    return value


def names(script: Script, call: str, field: str = "") -> bool:
    """Whether some step of a script is such a call, and names a field if one is given."""
    return any(
        step.call.name == call and (not field or field in dict(step.call.fields))
        for section in script.sections
        for step in steps(section)
    )


def _create(world: World, step: Step, number: int) -> None:
    vcpu = world.vcpu(step.who)
    _note_generation(world, step.who, create_vcpu(vcpu, world.sample))
    if not names(world.script, "KVM_SET_LAPIC"):
        vcpu.deadline_mode = True


def _note_generation(world: World, who: int, matched: Any, chosen: bool = False) -> None:
    """Note of a write whether its generation began with an offset that user space chose."""
    if not matched:
        world.notes.put("chosen", chosen)
    world.notes.put(f"chosen.{who}", world.notes.get("chosen"))


def _run(world: World, step: Step, number: int) -> None:
    """KVM_RUN: entry, a look at everything by the guest, and exit."""
    vcpu = world.vcpu(step.who)
    implied = not names(world.script, "KVM_SET_MSRS", "SYSTEM_TIME")
    if implied and world.script.guest.kvmclock and not vcpu.clock_active:
        register(vcpu, active=True, old=False, by_user=True)
    enter(vcpu, world.sample)
    world.notes.put(f"master.{number}", world.vm.master)
    world.notes.put(f"matches.{number}", world.vm.matched)
    world.notes.put(f"read.page.{number}", _page(world, step.who))
    if step.who not in world.ran:
        world.seen(step.who, "q")
        if not world.ran:
            for v in world.created:
                _note_first(world, v)
        elif not world.notes.get(f"first.noted.{step.who}"):
            _note_first(world, step.who)
    vcpu.irr = False
    leave(vcpu, world.sample)


def _note_first(world: World, v: int) -> None:
    """Note what a vCPU has at the first run of any, or at its own where it is made later."""
    put = world.notes.put
    put(f"first.noted.{v}", True)
    put(f"first.offset.{v}", world.vcpu(v).tsc_offset)
    put(f"first.generation.{v}", world.vcpu(v).generation)
    put(f"first.chosen.{v}", world.notes.get(f"chosen.{v}"))


def _page(world: World, who: int) -> int:
    world.seen(who, "now")
    page: int = world.notes.get(f"now.page.{who}")
    return page


def _pause(world: World, step: Step, number: int) -> None:
    """The vCPU stops. Where it never runs again, claims are about the time before."""
    if step.who in world.paused:
        return
    world.notes.put(f"read.page.{number}", _page(world, step.who))
    if step.who not in world.ran or world.runs_again(step.who, number):
        world.seen(step.who, "p")


def _get_clock(world: World, step: Step, number: int) -> None:
    reading = get_clock(world.vm, world.sample)
    into = step.call.into or ("clock" if world.section == "save" else "dest")
    world.notes.put(f"flagged.{number}", reading.flagged)
    for name in ("clock", "flagged", "realtime", "host_tsc"):
        world.notes.put(f"{into}.{name}", getattr(reading, name))
    if into == "clock":
        world.notes.put("clock", reading.clock)


def _set_clock(world: World, step: Step, number: int) -> None:
    clock = value_of(world, _field(step, "clock", Saved()), "clock", step.who)
    flags = _field(step, "flags", Literal(0))
    if isinstance(flags, Saved):
        flagged = world.notes.get("clock.flagged")
    elif isinstance(flags, Literal):
        if not flags_accepted(world.vm, flags.value):
            _fail(world, number)
            return
        flagged = flags.value & REALTIME != 0
    else:
        raise BadFileError("flags are a number or `saved`")
    realtime = 0
    if flagged is not False:
        given = _field(step, "realtime", Part("clock", "realtime"))
        before = world.ghost.usable, world.ghost.used
        realtime = value_of(world, given, "realtime", step.who)
        if isinstance(flags, Saved):  # then it is used only where it is valid
            world.ghost.usable, world.ghost.used = before
    set_clock(world.vm, clock, realtime, flagged, world.sample)


def _get_lapic(world: World, step: Step, number: int) -> None:
    vcpu = world.vcpu(step.who)
    world.notes.put(f"lapic.mode.{step.who}", vcpu.deadline_mode)
    world.notes.put(f"lapic.irr.{step.who}", vcpu.irr)


def _set_lapic(world: World, step: Step, number: int) -> None:
    notes = vars(world.notes)
    mode = notes.get(f"lapic.mode.{step.who}", True)
    irr = notes.get(f"lapic.irr.{step.who}", False)
    set_lapic(world.vcpu(step.who), mode, irr, world.sample)


def _get_msrs(world: World, step: Step, number: int) -> None:
    for name, _ in step.call.fields:
        _known(name)
        world.notes.put(f"{name}.{step.who}", world.read(step.who, name))


def _known(name: str) -> None:
    if name not in MSRS:
        raise BadFileError(f"no MSR {name}: accepted are {', '.join(MSRS)}")


def _set_msrs(world: World, step: Step, number: int) -> None:
    vcpu = world.vcpu(step.who)
    for name, value in step.call.fields:
        _known(name)
        _set_msr(world, step, name, value or Saved(), number)
    if not names(world.script, "KVM_SET_MSRS", "SYSTEM_TIME") and world.script.guest.kvmclock:
        register(vcpu, active=True, old=False, by_user=True)


def _set_msr(world: World, step: Step, name: str, given: Value, number: int) -> None:
    vcpu, now = world.vcpu(step.who), world.sample
    if name == "SYSTEM_TIME":
        active = isinstance(given, Saved) or given != Literal(0)
        register(vcpu, active=active and world.script.guest.kvmclock, old=False, by_user=True)
        return
    if name == "REFERENCE_TSC":
        world.vm.reference_page = world.script.guest.reference
        return
    value = value_of(world, given, name, step.who)
    if name == "TSC":
        wanted, vm = offset_for(vcpu, value, now), world.vm
        world.notes.put(f"reference.{number}", vm.last_write)
        world.notes.put(f"elapsed.{number}", u64(now.ns - vm.last_nsec))
        world.notes.put(f"rate.{number}", vm.last_khz)
        world.notes.put(f"exempt.{number}", not vm.user_set and vm.rules.first_write_exempt)
        world.notes.put(f"value.{number}", value)
        world.notes.put(f"khz.now.{number}", vcpu.khz)
        matched = write_by_user(vcpu, value, now)
        _note_generation(world, step.who, matched)
        world.notes.put(f"matched.{number}", matched)
        world.notes.put(f"error.{number}", s64(vcpu.tsc_offset - wanted))
        world.notes.put(f"forced.{number}", value == 0)
    elif name == "TSC_ADJUST":
        adjust_by_user(vcpu, value)
    else:
        write_deadline(vcpu, value, now)
        world.notes.put(f"kept.{number}", vcpu.deadline == value)
        world.notes.put(f"armed.{number}", vcpu.armed)
        world.notes.put(f"wait.{number}", due(vcpu, now) - now.ns if vcpu.armed else 0)


def _get_khz(world: World, step: Step, number: int) -> None:
    world.notes.put(f"khz.{step.who}", world.vcpu(step.who).khz)


def _set_khz(world: World, step: Step, number: int) -> None:
    khz = value_of(world, _field(step, "khz", Saved()), "khz", step.who)
    if step.who == VM:
        fine = set_default_rate(world.vm, khz)
    else:
        fine = set_rate(world.vcpu(step.who), khz)
    if not fine:
        _fail(world, number)


def _get_attribute(world: World, step: Step, number: int) -> None:
    world.notes.put(f"TSC_OFFSET.{step.who}", world.vcpu(step.who).tsc_offset)


def _set_attribute(world: World, step: Step, number: int) -> None:
    offset = value_of(world, _field(step, "TSC_OFFSET", Saved()), "TSC_OFFSET", step.who)
    if world.rules.offset_attribute:
        matched = set_offset(world.vcpu(step.who), offset, world.sample)
        _note_generation(world, step.who, matched, chosen=True)
    else:
        _fail(world, number)


def _stop_clock(world: World, step: Step, number: int) -> None:
    if step.who == VM or step.call.on == "vm" or not stop_clock(world.vcpu(step.who)):
        _fail(world, number)


def _expire(world: World, step: Step, number: int) -> None:
    """An armed timer has fired by now; where it fires later, the recipe does not go this way."""
    vcpu, now = world.vcpu(step.who), world.sample
    if vcpu.armed:
        require(due(vcpu, now) <= now.ns)
        expire(vcpu)


def _wait(world: World, step: Step, number: int) -> None:
    """Nothing but the gap before."""


def _guest(world: World, step: Step, number: int) -> None:
    vcpu, now = world.vcpu(step.who), world.sample
    for name, given in step.call.fields:
        value = value_of(world, given or Literal(0), name, step.who)
        if name == "tsc":
            write_by_guest(vcpu, value, now)
        elif name == "tsc_adjust":
            adjust_by_guest(vcpu, value)
        elif name == "deadline":
            write_deadline(vcpu, value, now)
        elif name == "stimer":
            _start_stimer(world, step, number, value)
        else:
            raise BadFileError(f"a guest writes tsc, tsc_adjust, deadline or stimer, not {name}")


def _start_stimer(world: World, step: Step, number: int, due_ns: int) -> None:
    """A Hyper-V timer; ``late``: by how much it fires after the guest has counted up to its time.

    That is told without the rounding to the unit of 100 ns in which the host counts.
    """
    vcpu, now = world.vcpu(step.who), world.sample
    start_stimer(vcpu, u64(due_ns + HUNDRED - 1) // HUNDRED, now)
    counted = [s64(due_ns - each) for each in (world.counted(step.who), world.counted_by_host())]
    wanted, waits = (left if left > 0 else 0 for left in counted)
    world.notes.put(f"stimer.late.{number}", waits - wanted)
    world.notes.put(f"stimer.wait.{number}", s64(vcpu.stimer_fires_at - now.ns))


Performed = Callable[[World, Step, int], None]
CALLS: Mapping[str, Performed] = {
    "KVM_CREATE_VCPU": _create,
    "KVM_RUN": _run,
    "run": _run,
    "pause": _pause,
    "wait": _wait,
    "expire": _expire,
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
