"""Runs a recipe whose steps are in one order: on numbers, or on symbols, as its delays are."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from questions.recipes.abreast import Last, play_abreast
from questions.recipes.calls import names, perform
from questions.recipes.lattice import Order, in_any_order, latest
from questions.recipes.script import (
    RUNS,
    VM,
    Call,
    Gap,
    Now,
    Script,
    Section,
    Step,
    Threads,
    has_runs,
    sequence,
    steps,
)
from questions.recipes.sharing import leaves, shared_in
from questions.recipes.world import KHZ, World, Write, booted, replaced
from vtsc.language import apart, require

Delay = Callable[[Gap], Any]
"""Gives the length of a gap: a number, or a symbol."""


def played(
    script: Script,
    rules: Any,
    delay: Delay,
    khz: int = KHZ,
    order: Order | None = None,
    last: Last | None = None,
) -> World:
    """The world after all steps of a script whose gaps have names.

    Threads are in order, or ``order`` says of two steps which one comes first, or ``last`` which one is last.
    """
    world = booted(script, rules, khz)
    world.time = delay(script.guest.uptime)
    for section in script.sections:
        _play(world, section, delay, order, last)
    if not has_runs(script):
        for v in world.created:
            if v not in script.parked:
                _step(world, Step(v, Call("KVM_RUN"), Gap(0, 0)))
    return world


def _play(
    world: World, section: Section, delay: Delay, order: Order | None, last: Last | None
) -> None:
    world.time = world.time + delay(section.gap)
    world.section = section.kind
    if section.kind == "restore":
        _stop(world, ())
        world.ran.clear()
        replaced(world)
    elif not world.ran:
        _stop(world, steps(section))
    for item in section.body:
        if isinstance(item, Threads) and item.open and order is not None:
            in_any_order(world, item, delay, _step, order)
        elif isinstance(item, Threads) and item.abreast:
            play_abreast(world, item, delay, _step, last)
        elif isinstance(item, Threads):
            _play_threads(world, item, delay)
        else:
            world.time = world.time + delay(item.gap)
            _step(world, item)


def _play_threads(world: World, block: Threads, delay: Delay) -> None:
    """Run threads in their order. Steps that others depend on take place in that order in time, too."""
    begin = last = world.time
    times = [begin for _ in block.threads]
    is_shared = shared_in(block)
    for n, step in sequence(block):
        times[n] = world.time = times[n] + delay(step.gap)
        if is_shared(step):
            require(last <= world.time)
            last = world.time
        _step(world, step)
    after = [t for t, own in zip(times, block.threads, strict=True) if not is_shared(own[-1])]
    world.time = latest(world, [last, *after])


def _stop(world: World, follow: Sequence[Step]) -> None:
    """Stop each vCPU that none of the steps that follow pauses."""
    paused = {step.who for step in follow if step.call.name == "pause"}
    for v in range(world.script.vcpus):
        if v not in paused and v not in world.paused:
            _expire_due(world, v)
            for when in ("p", "stop"):
                apart(partial(world.seen, v, when), *world.records)
            world.stopped.append(v)
            world.paused.add(v)


def _step(world: World, step: Step, place: int | None = None) -> None:
    """Do a step; ``place``: its number, where that is not the number of steps so far."""
    number = len(world.calls) if place is None else place
    for v in range(world.script.vcpus) if step.who == VM else _seen(step):
        _expire_due(world, v)
    world.times.append(world.time)
    again = world.runs_again(step.who, number)
    apart(partial(perform, world, step, number), *_changed(world, step))
    world.calls.append(number)
    name = step.call.name
    _remember_writer(world, step, number)
    if name == "KVM_CREATE_VCPU":
        world.created.append(step.who)
        world.creations[step.who] = number
    elif name == "pause":
        if step.who in world.ran and again:
            world.ran.remove(step.who)
        world.paused.add(step.who)
    elif name in RUNS:
        world.paused.discard(step.who)
        if step.who not in world.ran:
            world.ran.append(step.who)
    elif name == "KVM_SET_MSRS" and "TSC" in dict(step.call.fields):
        world.writes.append(Write(number, step.who, number))
    elif name == "guest" and "stimer" in dict(step.call.fields):
        world.stimers.append(number)


def _seen(step: Step) -> list[int]:
    """The vCPU of a step, and those of which it takes what they have now."""
    values = (each for _, value in step.call.fields for each in leaves(value))
    others = (each.vcpu for each in values if isinstance(each, Now) and each.vcpu is not None)
    return [*dict.fromkeys((step.who, *others))]


def _remember_writer(world: World, step: Step, number: int) -> None:
    """Note which step a later write of a TSC is compared with."""
    names = dict(step.call.fields)
    if step.call.name == "KVM_CREATE_VCPU":
        world.last_writer = f"creating v{step.who}"
    elif step.call.name == "KVM_SET_MSRS" and "TSC" in names:
        world.writers[number] = world.last_writer
        world.last_writer = f"the write of v{step.who}"
    elif step.call.name == "KVM_SET_DEVICE_ATTR":
        world.last_writer = f"the attribute of v{step.who}"


def _changed(world: World, step: Step) -> tuple[object, ...]:
    """The records that a step may change: but for some calls, those of the VM and of its own vCPU."""
    if step.who == VM or step.call.name in (*RUNS, "KVM_SET_CLOCK"):
        return world.records
    return (world.vm, world.vcpu(step.who), world.notes, world.ghost)


def _expire_due(world: World, number: int) -> None:
    """Let the timer of a vCPU fire if it is due, where the recipe has timers at all."""
    script = world.script
    if names(script, "guest", "deadline") or names(script, "KVM_SET_MSRS", "TSC_DEADLINE"):
        apart(partial(world.expire_due, number), world.vcpu(number))
