"""Runs a recipe on plain numbers, without any solver, and says what happened in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.today import Rules
from questions.recipes.calls import errno
from questions.recipes.properties import PROPERTIES
from questions.recipes.properties.property import Seen
from questions.recipes.running import played
from questions.recipes.script import Gap, Script, Step, Wanted, steps
from questions.recipes.world import World


@dataclass(frozen=True)
class Replay:
    """A run on plain numbers. ``says``: the property says anything of it, which a vacuous one does not.

    ``remarks``: by the number of the step, what the kernel decided there.
    """

    holds: bool
    says: bool
    remarks: tuple[tuple[int, str], ...]
    world: World


def replay(script: Script, rules: Rules, delays: Mapping[str, int], wanted: Wanted) -> Replay:
    """Run a script whose gaps have names with these delays; a gap of one length need not be given."""

    def delay(gap: Gap) -> int:
        return delays.get(gap.name, gap.low)

    world = played(script, rules, delay)
    known = PROPERTIES[wanted.name]
    parameters = {**known.parameters, **wanted.parameters}
    holds, says = (each(Seen(world), parameters) for each in (known.claim, known.sometimes))
    return Replay(bool(holds), bool(says), tuple(_remarks(world, script)), world)


def ordered(script: Script) -> tuple[Step, ...]:
    """All steps of a script, in order."""
    return tuple(step for section in script.sections for step in steps(section))


def _remarks(world: World, script: Script) -> list[tuple[int, str]]:
    every = ordered(script)
    found = []
    for number in world.calls[: len(every)]:
        step, notes = every[number], vars(world.notes)
        failed = notes.get(f"failed.{number}", False)
        if failed and not step.call.errno:
            found.append((number, f"the call fails with {errno(step)}"))
        elif step.call.errno and not failed:
            found.append((number, f"the call succeeds, {step.call.errno} was expected"))
        if f"error.{number}" in notes:
            found.append((number, _write(world, number)))
        if not notes.get(f"flagged.{number}", True):
            found.append((number, "flags are 0, host_tsc and realtime too: no master clock"))
        if not notes.get(f"master.{number}", True):
            found.append((number, _no_master(world, number)))
        if f"stimer.late.{number}" in notes:
            found.append((number, _stimer(world, number)))
        if f"kept.{number}" in notes:
            found.append((number, _deadline(world, number)))
    return found


def _no_master(world: World, number: int) -> str:
    matched = world.notes.get(f"matches.{number}") + 1
    return f"the master clock is off: {matched} of {len(world.created)} vCPUs are counted as equal"


def _stimer(world: World, number: int) -> str:
    """What became of a Hyper-V timer."""
    wait, late = (world.notes.get(f"stimer.{what}.{number}") for what in ("wait", "late"))
    told = f"it fires {wait} ns from here, by the host's reference time"
    if late == 0:
        return told
    away = f"{abs(late)} ns {'later' if late > 0 else 'earlier'}"
    return f"{told}: {away} than the guest counts"


def _deadline(world: World, number: int) -> str:
    """What became of a write of a deadline."""
    if not world.notes.get(f"kept.{number}"):
        return "the deadline is ignored: the timer is not in deadline mode"
    if not world.notes.get(f"armed.{number}"):
        return "a deadline of 0 disarms the timer"
    return f"the timer will fire {world.notes.get(f'wait.{number}')} ns from here"


def _write(world: World, number: int) -> str:
    """What became of a write of a TSC."""
    notes = world.notes
    if not notes.get(f"matched.{number}"):
        return f"no match, an offset of its own: {_mismatch(world, number)}"
    error = notes.get(f"error.{number}")
    forced = notes.get(f"forced.{number}") and world.rules.zero_matches
    why = "a write of 0 always matches" if forced else "a match"
    return f"{why}, the offset of an earlier write: the guest's TSC is {error:+d} ns off"


def _mismatch(world: World, number: int) -> str:
    """Why a write did not match."""
    notes = world.notes
    rate, elapsed = notes.get(f"rate.{number}"), notes.get(f"elapsed.{number}")
    if rate != notes.get(f"khz.now.{number}"):
        return f"the last write was at {rate} kHz" if rate else "it is the VM's first write"
    if notes.get(f"exempt.{number}"):
        return "the first write by user space is not compared"
    reference, writer = notes.get(f"reference.{number}"), world.writers.get(number, "boot")
    away = abs(notes.get(f"value.{number}") - reference - elapsed)
    return f"{writer} stored {reference} as the reference, from which it is {away} ns away"
