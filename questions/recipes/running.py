"""Runs a recipe whose steps are in one order: on numbers, or on symbols, as its delays are."""

from collections.abc import Callable
from functools import partial
from typing import Any

from questions.recipes.calls import perform
from questions.recipes.script import VM, Call, Gap, Script, Section, Step, Threads, steps
from questions.recipes.world import World, Write, booted, replaced
from vtsc.base.errors import BadFileError
from vtsc.language import apart

Delay = Callable[[Gap], Any]
"""Gives the length of a gap: a number, or a symbol."""
RUNS = ("KVM_RUN", "run")


def played(script: Script, rules: Any, delay: Delay) -> World:
    """The world after all steps of a script whose gaps have names, and which has no threads."""
    world = booted(script, rules)
    world.time = delay(script.guest.uptime)
    for section in script.sections:
        _play(world, section, delay)
    if not has_runs(script):
        for v in world.created:
            if v not in script.parked:
                _step(world, Step(v, Call("KVM_RUN"), Gap(0, 0)), delay)
    return world


def has_runs(script: Script) -> bool:
    """Whether a script says when vCPUs run."""
    return any(step.call.name in RUNS for section in script.sections for step in steps(section))


def _play(world: World, section: Section, delay: Delay) -> None:
    world.time = world.time + delay(section.gap)
    if section.kind == "restore":
        replaced(world)
    elif not world.ran:
        _stop(world, section)
    for item in section.body:
        if isinstance(item, Threads):
            raise BadFileError("threads are put in order before a recipe runs")
        _step(world, item, delay)


def _stop(world: World, section: Section) -> None:
    """Where a vCPU is not paused by a step of the section, it stops where the section begins."""
    paused = {s.who for s in steps(section) if s.call.name == "pause"}
    if VM in paused:
        return
    apart(world.expire_due, *world.records)
    for v in range(world.script.vcpus):
        if v not in paused and v not in world.paused:
            apart(partial(world.seen, v, "p"), *world.records)
            world.paused.add(v)


def _step(world: World, step: Step, delay: Delay) -> None:
    number = len(world.calls)
    world.time = world.time + delay(step.gap)
    apart(world.expire_due, *world.records)
    apart(partial(perform, world, step, number), *world.records)
    world.calls.append(number)
    name = step.call.name
    _remember_writer(world, step, number)
    if name == "KVM_CREATE_VCPU":
        world.created.append(step.who)
    elif name == "pause":
        world.paused |= set(range(world.script.vcpus)) if step.who == VM else {step.who}
    elif name in RUNS:
        world.runs += 1
        world.paused.discard(step.who)
        if step.who not in world.ran:
            world.ran.append(step.who)
    elif name == "KVM_SET_MSRS" and "TSC" in dict(step.call.fields):
        world.writes.append(Write(number, step.who, number))


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
