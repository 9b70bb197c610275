"""The orders in which a recipe's threads can run, each as a recipe without threads."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from questions.recipes.script import Op, Saved, Script, Section, Step, Threads, Value
from vtsc.base.errors import Exit, VtscError

MOST = 3000
"""The number of orders beyond which a recipe is not decided."""
ALIKE = ("TSC_OFFSET", "SYSTEM_TIME", "REFERENCE_TSC", "clock", "khz", "flags", "realtime")
"""The fields of which all vCPUs have saved the same value; the others are read one after the other."""


class TooManyError(VtscError):
    """There are too many orders to look at each."""

    status = Exit.UNKNOWN


def orders(script: Script) -> list[Script]:
    """A recipe for each order of its threads, those left out that differ by the numbers of like vCPUs."""
    ways = [_ways(section) for section in script.sections]
    found: list[Script] = []
    for sections in product(*ways):
        found.append(replace(script, sections=sections))
        if len(found) > MOST:
            raise TooManyError(f"there are more than {MOST} orders of the threads")
    return found


def _ways(section: Section) -> list[Section]:
    """The section with its threads in each order."""
    parts: list[list[tuple[Step, ...]]] = []
    for item in section.body:
        parts.append([(item,)] if isinstance(item, Step) else list(_interleavings(item)))
    bodies = product(*parts)
    return [replace(section, body=tuple(s for part in body for s in part)) for body in bodies]


def _interleavings(threads: Threads) -> Iterator[tuple[Step, ...]]:
    """The orders of the steps of threads; like threads start in the order of their numbers."""
    rest = threads.threads
    like = all(_payload(thread) == _payload(rest[0]) for thread in rest)
    yield from _merged([0] * len(rest), rest, like and not any(map(_has_own, rest)), 0)


def _merged(
    done: list[int], rest: Sequence[tuple[Step, ...]], like: bool, count: int
) -> Iterator[tuple[Step, ...]]:
    if all(n == len(thread) for n, thread in zip(done, rest, strict=True)):
        yield ()
        return
    fresh = False
    for i, thread in enumerate(rest):
        if done[i] == len(thread):
            continue
        if done[i] == 0:
            if like and fresh:
                continue  # it differs by a number from the thread that starts here instead
            fresh = True
        done[i] += 1
        for later in _merged(done, rest, like, count + 1):
            yield (thread[done[i] - 1], *later)
        done[i] -= 1


def _payload(thread: tuple[Step, ...]) -> tuple[object, ...]:
    """What a thread does, whatever its vCPU and the names of its gaps are."""
    return tuple((step.call, step.gap.low, step.gap.high) for step in thread)


def _has_own(thread: tuple[Step, ...]) -> bool:
    """Whether a thread writes what its own vCPU has saved, which may differ from that of others."""
    for step in thread:
        if step.call.name == "KVM_SET_LAPIC":
            return True
        if step.call.name.startswith("KVM_SET") and any(
            _is_own(value, name) for name, value in step.call.fields
        ):
            return True
    return False


def _is_own(value: Value | None, field: str) -> bool:
    if isinstance(value, Op):
        return _is_own(value.left, field) or _is_own(value.right, field)
    return field not in ALIKE and (value is None or (isinstance(value, Saved) and value.vcpu is None))
